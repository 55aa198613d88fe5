/* What a device has still to print: lines, each at its time. */
#ifndef SIM_REPLY_H
#define SIM_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kiriwake/buf.h"

struct reply_line {
    uint64_t after_ms;      /* since the reply began */
    char *text;             /* without its end */
    size_t len;
    bool open;              /* no line end follows (yet) */
};

struct reply {
    struct reply_line *lines;
    size_t count, cap, next;    /* next: to be printed */
    uint64_t start_ms, wait_ms; /* wait_ms: of what is added now */
};

void reply_begin(struct reply *r, uint64_t now_ms);
/* Adds text, which may hold several lines and an unfinished one. */
void reply_add(struct reply *r, const char *text, size_t len);
/* A whole line before line number at (at the end when there are fewer). */
void reply_insert(struct reply *r, size_t at, const char *text);
/* Keeps the first n lines. */
void reply_truncate(struct reply *r, size_t n);
/* Everything comes ms later, its second half by as much again. */
void reply_delay(struct reply *r, uint64_t ms);
/* The line to be printed by now; NULL: none (yet). */
const struct reply_line *reply_due(const struct reply *r, uint64_t now_ms);
bool reply_done(const struct reply *r);
uint64_t reply_next_ms(const struct reply *r);
void reply_free(struct reply *r);

#endif
