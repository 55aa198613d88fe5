/* One turn of the loop. */
#ifndef TUI_TURN_H
#define TUI_TURN_H

#include <poll.h>

#include "screen.h"

#define TURN_MAX_FDS 16
#define TURN_FRAME_MS 30        /* floods are painted no more often */

/*
 * Waits until one of fds (n of them, room for TURN_MAX_FDS), the run or the
 * next second wants attention, then lets the run work.
 */
void turn_run(struct tui *t, struct pollfd *fds, size_t n);

#endif
