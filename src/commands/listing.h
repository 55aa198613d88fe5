/* Commands that list what there is: as text, or with --json. */
#ifndef KIRIWAKE_COMMANDS_LISTING_H
#define KIRIWAKE_COMMANDS_LISTING_H

#include <jansson.h>

#include "kiriwake/command.h"

struct listing {
    const struct command *command;
    /* Appends to out; 0, or -1 and *e. */
    int (*collect)(const struct data *data, json_t *out, struct err *e);
    void (*print)(const json_t *all);   /* as text, to stdout */
};

int listing_run(const struct listing *l, int argc, char **argv);

#endif
