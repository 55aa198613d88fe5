#include <stdarg.h>
#include <stdio.h>

#include "kiriwake/command.h"
#include "kiriwake/err.h"
#include "kiriwake/msg.h"

extern const struct command command_analyze;
extern const struct command command_cases;
extern const struct command command_drivers;
extern const struct command command_demo;
extern const struct command command_findings;
extern const struct command command_flows;
extern const struct command command_graph;
extern const struct command command_lint;
extern const struct command command_parse;
extern const struct command command_report;
extern const struct command command_scenarios;
extern const struct command command_sim;
extern const struct command command_resume;
extern const struct command command_ports;
extern const struct command command_probe;
extern const struct command command_check;

/* In the order in which somebody needs them: --help shows it. */
const struct command *const commands[] = {
    &command_check,
    &command_analyze,
    &command_resume,
    &command_report,
    &command_cases,
    &command_demo,
    &command_probe,
    &command_parse,
    &command_ports,
    &command_sim,
    &command_drivers,
    &command_flows,
    &command_findings,
    &command_scenarios,
    &command_graph,
    &command_lint,
    NULL,
};

int command_fail(const struct err *e)
{
    fprintf(stderr, "kiriwake: %s\n", e->what);
    if (e->hint[0])
        fprintf(stderr, "  %s\n", e->hint);
    return e->status ? e->status : EXIT_INTERNAL;
}

int command_usage(const struct command *c, const char *fmt, ...)
{
    va_list ap;

    fputs("kiriwake: ", stderr);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fprintf(stderr, "\n%s kiriwake %s %s\n", _("usage:"), c->name, c->args);
    return EXIT_USAGE;
}
