/* Rows as the engine stores them. */
#ifndef KIRIWAKE_TEXTFSM_ROWS_H
#define KIRIWAKE_TEXTFSM_ROWS_H

#include <stdint.h>

#include "template.h"

/* One value, or one element of a list. 16 bytes: there are many. */
struct cell {
    const char *s;                /* NULL: not set */
    uint32_t len;                 /* or one of the marks below */
    uint32_t line;                /* of the text; 0: none */
};

#define CELL_LIST UINT32_MAX          /* s is a struct cell_list */
#define CELL_OBJECT (UINT32_MAX - 1)  /* s is an array, a cell per field */
#define CELL_MAX (UINT32_MAX - 2)     /* the longest text */

struct cell_list {
    size_t count;
    struct cell items[];
};

struct span {
    uint32_t first, last;
};

struct textfsm_rows {
    struct textfsm *template;
    struct arena arena;           /* what the cells point to */
    struct cell *cells;           /* value_count for each row */
    struct span *spans;
    size_t count, cap, width;     /* cap in rows */
    size_t settled;               /* rows before it point into the arena */
};

/* Empty rows; their memory is what a template's last rows left, if any. */
struct textfsm_rows *rows_new(struct textfsm *t);
void rows_free_spare(struct textfsm *t);
/* Makes room for one row more. */
void rows_grow(struct textfsm_rows *rows);

/* A new row, its cells not yet set. */
static inline struct cell *rows_add(struct textfsm_rows *rows,
                                    struct span span)
{
    if (rows->count == rows->cap)
        rows_grow(rows);
    rows->spans[rows->count] = span;
    return rows->cells + rows->count++ * rows->width;
}

/* Copies all that rows not yet settled point to into the rows' own memory:
 * the text they were read from goes away. */
void rows_settle(struct textfsm_rows *rows);

static inline struct cell *rows_cell(const struct textfsm_rows *rows,
                                     size_t row, size_t value)
{
    return &rows->cells[row * rows->width + value];
}

#endif
