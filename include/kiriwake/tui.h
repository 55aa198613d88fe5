/* The screen: one run shown to a person who answers it. */
#ifndef KIRIWAKE_TUI_H
#define KIRIWAKE_TUI_H

#include <stdbool.h>

#include "kiriwake/run.h"

struct tui_options {
    /* run->target NULL: the person chooses on the start screen. Borrowed. */
    const struct run_options *run;
    const char *case_id;        /* goes on with this case; or NULL */
    bool demo;                  /* of a simulated router no case is kept */
    /* For tests: a key script instead of a keyboard, a fixed size, no
     * terminal, and a virtual clock; the displays it saves go to save. */
    const char *keys, *save;
    int cols, rows;             /* 0: the terminal's */
};

/*
 * Shows the run until the person leaves; an enum exit_status (run_status of
 * the case). What could not be started is told on stderr, 64 or 65. Needs a
 * terminal on stdin and stdout unless keys is set (64).
 */
int tui_main(const struct tui_options *o);

#endif
