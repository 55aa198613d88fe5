/* Walking without a screen: what check, resume, analyze and demo share. */
#ifndef KIRIWAKE_COMMANDS_HEADLESS_H
#define KIRIWAKE_COMMANDS_HEADLESS_H

#include "kiriwake/command.h"
#include "kiriwake/run.h"

struct options;

extern const struct command command_check, command_resume;

/* Walks r to its end and prints what came out of it, as o wishes; frees r.
 * r NULL: fails with *e. */
int headless_finish(struct run *r, const struct options *o, struct err *e);

/* Progress goes to stderr. */
const struct run_listener *headless_listener(void);
/* Runs to the end (SIGINT and SIGTERM: undo, leave, stop); the run's exit
 * status. */
int headless_walk(struct run *r);
/* The result as text for a person. */
void headless_print(const json_t *result);

#endif
