/* The terminal: curses in and out, sizes, signals, the clipboard. */
#ifndef TUI_TERM_H
#define TUI_TERM_H

#include <stdbool.h>
#include <stddef.h>

#include "kiriwake/err.h"

/* Special keys around what was pasted, where the terminal tells. */
#define TERM_PASTE 2000
#define TERM_PASTED 2001

/* What woke the loop by way of a signal. */
struct term_signals {
    bool resized;               /* SIGWINCH */
    bool stop;                  /* SIGTERM, SIGHUP, SIGINT */
};

/* Takes the terminal over; -1 and *e (64) when there is none. */
int term_open(struct err *e);
/* No terminal: a screen of a fixed size that nobody sees. */
int term_open_blind(int cols, int rows, struct err *e);
/* Gives it back as it was. Harmless when it is not open. */
void term_close(void);

/* Readable when a signal came; term_signals reads what they were. */
int term_signal_fd(void);
struct term_signals term_signals(void);
/* Asks the kernel for the size and tells curses. */
void term_fit(void);

/* The next key, if one waits: *ch; *special: it is a KEY_ code. */
bool term_key(int *ch, bool *special);
/* Another key waits already. */
bool term_key_waits(void);
/* Sends text to the terminal's clipboard (OSC 52). */
void term_clip(const char *bytes, size_t len);

#endif
