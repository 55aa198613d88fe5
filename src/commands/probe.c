#include <stdio.h>
#include <string.h>

#include "headless.h"
#include "kiriwake/command.h"
#include "kiriwake/msg.h"
#include "kiriwake/options.h"
#include "kiriwake/probe.h"

static const struct { const char *state; int status; } statuses[] = {
    {"present", 0}, {"absent", 1}, {"unreadable", 2}};

static int print_fact(const json_t *fact)
{
    const char *state = json_string_value(json_object_get(fact, "state"));
    json_t *out = json_object();
    static const char *const keys[] = {"probe", "state", "facts", "reason",
                                       "failed_check", "at"};
    int status = EXIT_INTERNAL;

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (json_object_get(fact, keys[i]))
            json_object_set(out, keys[i], json_object_get(fact, keys[i]));
        else
            json_object_set_new(out, keys[i], json_null());
    json_dumpf(out, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(out);
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
        if (state && strcmp(state, statuses[i].state) == 0)
            status = statuses[i].status;
    return status;
}

static int probe_run(int argc, char **argv)
{
    json_t *with = json_object();
    const struct options_extra extra[] = {{.name = "with", .pairs = &with},
                                          {.name = NULL}};
    struct options o;
    struct err e = {0};
    struct run *r = NULL;
    json_t *fact = NULL;
    int status;

    if (options_parse(&o, argc, argv, extra, &e) < 0) {
        status = command_fail(&e);
    } else if (o.word_count != 2) {
        status = command_usage(&command_probe, "%s",
                               _("a TARGET and a probe's NAME are needed"));
    } else {
        o.run.no_journal = true;
        r = run_probe_new(&o.run, o.words[1], with, headless_listener(), &e);
        if (r)
            headless_walk(r);
        fact = r ? run_probe_fact(r) : NULL;
        if (fact)
            status = print_fact(fact);
        else
            status = r ? command_fail(run_error(r)) : command_fail(&e);
    }
    json_decref(fact);
    json_decref(with);
    run_free(r);
    options_free(&o);
    return status;
}

const struct command command_probe = {
    .name = "probe",
    .args = "TARGET NAME [--with KEY=VALUE]",
    .summary = "ask one question of a device and print the fact",
    .walks = true,
    .run = probe_run,
};
