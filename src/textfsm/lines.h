/* Lines as Python's str.splitlines() finds them, in UTF-8. */
#ifndef KIRIWAKE_TEXTFSM_LINES_H
#define KIRIWAKE_TEXTFSM_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Text is read in blocks: this many bytes behind its end must be there,
 * whatever they hold. */
#define LINES_PAD 64

struct line;
struct lines {
    const char *at, *end;         /* the first line's start, the text's end */
    /* The next line without its break; false at the end. */
    bool (*next)(struct lines *l, struct line *line);
};

/* The first so many bytes of a line have bits. */
#define LINES_WORDS 8

struct line {
    const char *text;
    size_t len;
    bool ascii;
    /* A bit for each of its bytes up to a blank, in words that are good for
     * those that are \s; not so when spaced is false: compute them. */
    bool spaced;
    uint64_t low[LINES_WORDS];
};

/* The lines of a text, read as wide as this processor can. */
struct lines lines_of(const char *text, size_t len);

/* The whole text as one line. */
void lines_whole(struct line *line, const char *text, size_t len);

/*
 * How much of a text that goes on can be split already: up to and with its
 * last line break that what follows cannot change. 0: none.
 */
size_t lines_complete(const char *text, size_t len);

/* The last such byte, or NULL: memrchr(), which not every libc has. */
const char *lines_last(const char *s, char c, size_t len);

#endif
