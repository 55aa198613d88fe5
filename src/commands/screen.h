/* The screen as a command: `kiriwake [TARGET]` and `kiriwake demo`. */
#ifndef KIRIWAKE_COMMANDS_SCREEN_H
#define KIRIWAKE_COMMANDS_SCREEN_H

#include <stdbool.h>

#include "kiriwake/run.h"

/* Somebody sits at a terminal. */
bool screen_is_possible(void);
/* Goes on with a case; an enum exit_status. */
int screen_resume(const struct run_options *o, const char *case_id);
/* argv[0] is the program's name. Returns an enum exit_status. */
int screen_command(int argc, char **argv);

#endif
