/* A page: styled lines wrapped to a width, shown through a window. */
#ifndef TUI_PAGE_H
#define TUI_PAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "paint.h"

struct page_line {
    char *head;                 /* in the gutter, or NULL */
    char *text;
    enum style head_style, style;
    int gutter;
};

struct page {
    struct page_line *lines;
    size_t count, cap;
    int cols;
};

/* Empties the page for a width. Zero-initialise before the first use. */
void page_begin(struct page *p, int cols);
void page_free(struct page *p);

/* A paragraph, wrapped at blanks. */
void page_text(struct page *p, enum style style, const char *text);
/* head in a gutter of so many columns, text wrapped beside it. */
void page_item(struct page *p, int gutter, enum style head_style,
               const char *head, enum style style, const char *text);
/* As page_item, but one line: painting clips what does not fit. */
void page_clip(struct page *p, int gutter, enum style head_style,
               const char *head, enum style style, const char *text);
/* One line of a device: columns kept, broken hard where it is too long. */
void page_raw(struct page *p, int gutter, enum style head_style,
              const char *head, enum style style, const char *line);
void page_gap(struct page *p);      /* a blank line, never two */

/* Keeps *top so that the window stays on the page. */
void page_clamp(const struct page *p, int rows, int *top);
/* Paints the lines from top on; says at the right edge that there is more. */
void page_draw(const struct page *p, const struct paint *paint,
               struct rect r, int top);
/* Moves *top for a scrolling key; false when ch is none. */
bool page_scroll(int ch, int rows, int *top);

#endif
