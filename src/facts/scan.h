/*
 * A light scanner of Lua text, for what must be known before Lua compiles
 * it: the names a chunk reads, what it would write globally, and the calls
 * whose argument has to be a closure (has, delta).
 */
#ifndef KIRIWAKE_FACTS_SCAN_H
#define KIRIWAKE_FACTS_SCAN_H

#include <stddef.h>

#include "kiriwake/buf.h"

enum token_type {
    TOKEN_NAME, TOKEN_KEYWORD, TOKEN_STRING, TOKEN_NUMBER, TOKEN_SIGN,
};

struct token {
    enum token_type type;
    size_t start, len;          /* bytes of the code */
    int line, col;              /* 1-based, within the code */
};

struct scan {
    const char *code;           /* borrowed */
    struct token *tokens;
    size_t count, cap;
};

void scan_code(struct scan *s, const char *code);
void scan_free(struct scan *s);

/* code with has(E) and delta(E) as has(function() return E end); no line
 * moves. */
void scan_rewrite(const struct scan *s, struct buf *out);

/*
 * Calls found() for every global name that is read, as a dotted path as far
 * as it is constant. Text arguments of readable() and state() count as
 * names, too.
 */
void scan_names(const struct scan *s,
                void (*found)(void *arg, const char *path, size_t len,
                              int line, int col),
                void *arg);

/* The first assignment to a global, or use of _ENV or _G; NULL: none. */
const struct token *scan_forbidden(const struct scan *s);

#endif
