/* One line of typed text: UTF-8, wide characters, hidden for secrets. */
#ifndef TUI_LINEEDIT_H
#define TUI_LINEEDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "paint.h"

#define LINEEDIT_MAX 512        /* characters */

struct lineedit {
    wchar_t text[LINEEDIT_MAX + 1];
    size_t len, at;             /* at: the cursor, in characters */
    bool hidden;                /* shows nothing of it */
};

void lineedit_set(struct lineedit *l, const char *text);
/* The text as UTF-8; caller frees (and wipes a secret). */
char *lineedit_get(const struct lineedit *l);
/* Overwrites it. */
void lineedit_wipe(struct lineedit *l);
/* Takes an editing key or a character; false when it is neither. special:
 * ch is one of curses' KEY_ codes. */
bool lineedit_key(struct lineedit *l, int ch, bool special);
/* Paints it in cols columns and puts the cursor there. */
void lineedit_draw(const struct lineedit *l, const struct paint *p, int y,
                   int x, int cols);

#endif
