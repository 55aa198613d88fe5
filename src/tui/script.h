/* A script of keys instead of a person, and saved displays: for tests. */
#ifndef TUI_SCRIPT_H
#define TUI_SCRIPT_H

#include "screen.h"

/*
 * Plays the script in the file keys; displays are written to the file save.
 * A script is lines of:
 *   key NAME…      Tab, Enter, Esc, Up, …, ^C, F1, or one character
 *   type TEXT      every character of it
 *   until WHAT     run until it asks, is done, has lost its link, or reaches
 *                  the check point WHAT (asking, done, lost, ID)
 *   turns N        N turns of the loop, or until it is done
 *   size COLSxROWS
 *   save [TITLE]   the display, with its attributes
 * 0, or -1 and *e: a bad script (64), or until never came true (70).
 */
int script_play(struct tui *t, const char *keys, const char *save,
                struct err *e);

#endif
