/*
 * A small backtracking scanner for lines of ASCII: it decides most rules
 * without PCRE2, at no cost to compile. What it cannot decide, by its kind
 * (references, lookbehinds, …) or within its steps, it leaves to PCRE2.
 */
#ifndef KIRIWAKE_TEXTFSM_SCAN_H
#define KIRIWAKE_TEXTFSM_SCAN_H

#include "re.h"

/* What may stand first where a match begins. */
struct scan_first {
    struct re_ascii bytes;
    bool end;                     /* or nothing: the end of the line */
};

enum scan_code {
    SCAN_ACCEPT,
    SCAN_BAIL,                    /* not for the scanner */
    SCAN_CHAR, SCAN_LITERAL, SCAN_SET,
    SCAN_RUN,                     /* a loop that need not give back */
    SCAN_GREEDY, SCAN_LAZY,       /* loops over one set */
    SCAN_TO_END,                  /* .* where nothing must follow */
    SCAN_BEGIN, SCAN_END, SCAN_BOUNDARY, SCAN_BEFORE,
    SCAN_OPEN, SCAN_CLOSE,        /* of a capture */
    SCAN_OPEN_MAYBE, SCAN_CLOSE_MAYBE,    /* undone when the rest fails */
    SCAN_ALT,                     /* branch, then other */
    SCAN_LOOK,
};

struct scan_op {
    enum scan_code code : 8;
    uint8_t mask;                 /* of the set in table */
    bool negated;
    bool all;                     /* the set has every character */
    char c;                       /* of a loop: what must follow, or 0 */
    uint32_t min, max;            /* also: group in min, length in max */
    union {
        const uint8_t *table;
        const char *literal;
        const struct scan_op *branch;
    };
    uint64_t word, word_mask;     /* the first 8 bytes of a literal */
    const struct scan_op *next;   /* of SCAN_ALT: the other branch */
    struct scan_first first;      /* of a match that begins here */
    struct scan_first lead;       /* the same after white space */
};

/* The sets of a template, eight to a table of bytes. */
struct scan_table;
struct scan_tables {
    struct scan_table *last;
};

struct scan_span {
    const char *start, *end;      /* start NULL: took no part */
    const char *open;             /* where one not yet closed began */
};

/* A program for a pattern, in a. */
const struct scan_op *scan_build(const struct re *re, struct arena *a,
                                 struct scan_tables *tables);

/* 1: matches at text, with its captures; 0: does not; -1: undecided. */
int scan_run(const struct scan_op *op, const char *text, size_t len,
             struct scan_span *spans);

static inline bool scan_may_begin(const struct scan_first *f, const char *p,
                                  const char *end)
{
    return p < end ? re_ascii_has(&f->bytes, (unsigned char)*p) : f->end;
}

#endif
