#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "headless.h"
#include "screen.h"
#include "kiriwake/command.h"
#include "kiriwake/msg.h"
#include "kiriwake/options.h"
#include "kiriwake/pseudonyms.h"

static void print_result(struct run *r, const struct options *o)
{
    json_t *result = run_result(r);

    if (o->run.pseudonyms) {
        json_t *mapped = pseudonyms_map(result);

        json_decref(result);
        result = mapped;
    }
    if (o->json) {
        json_dumpf(result, stdout, JSON_INDENT(2));
        putchar('\n');
    } else {
        headless_print(result);
    }
    json_decref(result);
}

int headless_finish(struct run *r, const struct options *o, struct err *e)
{
    int status;

    if (!r)
        return command_fail(e);
    status = headless_walk(r);
    if (status != EXIT_INTERNAL)
        print_result(r, o);
    run_free(r);
    return status;
}

static int check_run(int argc, char **argv)
{
    struct options o;
    struct err e = {0};
    struct run *r = NULL;
    int status;

    if (options_parse(&o, argc, argv, NULL, &e) < 0) {
        options_free(&o);
        return command_fail(&e);
    }
    if (!o.run.target || o.word_count != 1) {
        options_free(&o);
        return command_usage(&command_check, "%s", _("one TARGET is needed"));
    }
    r = run_new(&o.run, headless_listener(), &e);
    status = headless_finish(r, &o, &e);
    options_free(&o);
    return status;
}

const struct command command_check = {
    .name = "check",
    .args = "TARGET [--json]",
    .summary = "walk the guideline on a device, without a screen",
    .walks = true,
    .run = check_run,
};

static int resume_run(int argc, char **argv)
{
    struct options o;
    struct err e = {0};
    int status;

    if (options_parse(&o, argc, argv, NULL, &e) < 0) {
        options_free(&o);
        return command_fail(&e);
    }
    if (o.word_count != 1) {
        options_free(&o);
        return command_usage(&command_resume, "%s", _("one CASE is needed"));
    }
    if (!o.json && screen_is_possible())
        status = screen_resume(&o.run, o.words[0]);
    else
        status = headless_finish(run_resume(o.words[0], &o.run,
                                            headless_listener(), &e),
                                 &o, &e);
    options_free(&o);
    return status;
}

const struct command command_resume = {
    .name = "resume",
    .args = "CASE [--json]",
    .summary = "go on with a case that was interrupted",
    .walks = true,
    .run = resume_run,
};
