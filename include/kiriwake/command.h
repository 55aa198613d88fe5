/* The subcommands: one const struct each, in src/commands/. */
#ifndef KIRIWAKE_COMMAND_H
#define KIRIWAKE_COMMAND_H

#include <stdbool.h>

#include "kiriwake/data.h"

struct command {
    const char *name;       /* "check"; NULL ends the table */
    const char *args;       /* "TARGET [--json]" */
    const char *summary;    /* one line, translated when shown */
    const char *const *details; /* lines on its own options, translated
                                 * when shown; NULL-terminated, or NULL */
    bool walks;             /* takes the shared options: --help lists them */
    /* argv[0] is the command's name. Returns an enum exit_status. */
    int (*run)(int argc, char **argv);
};

extern const struct command *const commands[];   /* NULL-terminated */

/* Prints "kiriwake: what" and the hint to stderr; returns e->status. */
int command_fail(const struct err *e);
/* Usage error: prints it with the command's own line; returns 64. */
int command_usage(const struct command *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
