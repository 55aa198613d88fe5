/* Lines as Python's str.splitlines() finds them, in UTF-8. */
#ifndef KIRIWAKE_TEXTFSM_LINES_H
#define KIRIWAKE_TEXTFSM_LINES_H

#include <stdbool.h>
#include <stddef.h>

/* What a stretch of text holds, so that lines need not look again. */
struct lines_kind {
    bool ascii;         /* no byte above 127 */
    bool plain;         /* ASCII, and LF is its only line break */
};
struct lines_kind lines_kind_of(const char *text, size_t len);

struct lines {
    const char *at, *end;
    struct lines_kind kind;
};

struct line {
    const char *text;
    size_t len;
    bool ascii;
};

/* The next line without its break; false at the end. */
bool lines_next(struct lines *l, struct line *line);

/*
 * How much of a text that goes on can be split already: up to and with its
 * last line break that what follows cannot change. 0: none.
 */
size_t lines_complete(const char *text, size_t len);

/* The last such byte, or NULL: memrchr(), which not every libc has. */
const char *lines_last(const char *s, char c, size_t len);

#endif
