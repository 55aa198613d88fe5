/* What a device has still to print: lines, each at its time. */
#ifndef SIM_PRINTOUT_H
#define SIM_PRINTOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kiriwake/buf.h"

struct printout_line {
    uint64_t after_ms;      /* since the reply began */
    char *text;             /* without its end */
    size_t len;
    bool open;              /* no line end follows (yet) */
};

struct printout {
    struct printout_line *lines;
    size_t count, cap, next;    /* next: to be printed */
    uint64_t start_ms, wait_ms; /* wait_ms: of what is added now */
};

void printout_begin(struct printout *r, uint64_t now_ms);
/* Adds text, which may hold several lines and an unfinished one. */
void printout_add(struct printout *r, const char *text, size_t len);
/* A whole line before line number at (at the end when there are fewer). */
void printout_insert(struct printout *r, size_t at, const char *text);
/* Keeps the first n lines. */
void printout_truncate(struct printout *r, size_t n);
/* Leaves out the line at an index. */
void printout_drop(struct printout *r, size_t at);
/* Everything comes ms later, its second half by as much again. */
void printout_delay(struct printout *r, uint64_t ms);
/* The line to be printed by now; NULL: none (yet). */
const struct printout_line *printout_due(const struct printout *r,
                                         uint64_t now_ms);
bool printout_done(const struct printout *r);
uint64_t printout_next_ms(const struct printout *r);
void printout_free(struct printout *r);

#endif
