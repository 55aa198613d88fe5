/* `kiriwake report`: a case as a document, to stdout. */
#include <stdio.h>

#include "kiriwake/buf.h"
#include "kiriwake/casefile.h"
#include "kiriwake/command.h"
#include "kiriwake/msg.h"
#include "kiriwake/options.h"
#include "kiriwake/report.h"

extern const struct command command_report;

static int write_report(const struct options *o, const char *format)
{
    struct err e = {0};
    struct buf out = {0};
    json_t *records = case_load(o->words[0], &e);
    int rc = -1;

    if (records)
        rc = report_write(records, &o->run.data, format, &out, &e);
    if (rc == 0)
        fwrite(out.data, 1, out.len, stdout);
    json_decref(records);
    buf_free(&out);
    return rc == 0 ? 0 : command_fail(&e);
}

static int run(int argc, char **argv)
{
    const char *format = "md";
    const struct options_extra extra[] = {
        {.name = "format", .value = &format}, {.name = NULL}};
    struct options o;
    struct err e = {0};
    int status;

    if (options_parse(&o, argc, argv, extra, &e) < 0)
        status = command_fail(&e);
    else if (o.word_count != 1)
        status = command_usage(&command_report, "%s",
                               _("which case? kiriwake cases lists them"));
    else
        status = write_report(&o, format);
    options_free(&o);
    return status;
}

const struct command command_report = {
    .name = "report",
    .args = "CASE [--format md|html|json|junit|cast] [--lang en|ja]",
    .summary = "a case as a document",
    .run = run,
};
