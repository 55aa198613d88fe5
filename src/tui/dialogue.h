/* The last lines of the dialogue with the device, within fixed memory. */
#ifndef TUI_DIALOGUE_H
#define TUI_DIALOGUE_H

#include <stdbool.h>
#include <stddef.h>

#include "page.h"

#define DIALOGUE_LINES 2000
#define DIALOGUE_BYTES (256u << 10)
#define DIALOGUE_LINE_BYTES 1024

struct dialogue {
    struct {
        char *text;
        bool out;
    } ring[DIALOGUE_LINES];
    size_t first, count, bytes;
};

/* Adds a line; the oldest ones give way. */
void dialogue_add(struct dialogue *d, bool out, const char *text);
void dialogue_free(struct dialogue *d);
/* The lines as a page (the last ones first found when tail > 0: only that
 * many lines are laid out). */
void dialogue_page(const struct dialogue *d, struct page *p, size_t tail);

#endif
