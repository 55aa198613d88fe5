/* `kiriwake analyze`: the walk over saved text, no device. */
#include <stdlib.h>
#include <string.h>

#include "headless.h"
#include "kiriwake/mem.h"
#include "kiriwake/msg.h"
#include "kiriwake/options.h"

extern const struct command command_analyze;

/* What needs a device: taking it in silence would promise something. */
static const char *needs_device(const struct options *o)
{
    const struct { const char *name, *value; } all[] = {
        {"user", o->run.user}, {"password-file", o->run.password_file},
        {"enable-file", o->run.enable_file},
        {"known-hosts", o->run.known_hosts}, {"host-key", o->run.host_key},
        {"allow", o->run.allow[0]}};

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (all[i].value)
            return all[i].name;
    return NULL;
}

static int walk(struct options *o, struct err *e)
{
    char *target = mem_printf("file:%s", o->words[0]);
    struct run *r;

    o->run.target = target;
    r = run_new(&o->run, headless_listener(), e);
    free(target);
    return headless_finish(r, o, e);
}

static int analyze_run(int argc, char **argv)
{
    struct options o;
    struct err e = {0};
    const char *extra;
    int status;

    if (options_parse(&o, argc, argv, NULL, &e) < 0)
        status = command_fail(&e);
    else if (o.word_count != 1)
        status = command_usage(&command_analyze, "%s",
                               _("one FILE is needed"));
    else if ((extra = needs_device(&o)))
        status = command_usage(&command_analyze,
                               _("--%s: saved text is only read; there is "
                                 "no device to ask"), extra);
    else
        status = walk(&o, &e);
    options_free(&o);
    return status;
}

const struct command command_analyze = {
    .name = "analyze",
    .args = "FILE [--driver D] [--answer host=NAME] [--json]",
    .summary = "walk the guideline over a terminal log or tech-support file",
    .walks = true,
    .run = analyze_run,
};
