/*
 * A small backtracking scanner for lines of ASCII: it decides most rules
 * without PCRE2, at no cost to compile. What it cannot decide, by its kind
 * (references, lookbehinds, …) or within its steps, it leaves to PCRE2.
 */
#ifndef KIRIWAKE_TEXTFSM_SCAN_H
#define KIRIWAKE_TEXTFSM_SCAN_H

#include <string.h>

#include "lines.h"
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
    SCAN_TAKE,                    /* a SCAN_RUN that is a capture */
    SCAN_SKIP, SCAN_WORD,         /* the same over all of \s or of \S */
    SCAN_TAKE_WORD,
    SCAN_ALT,                     /* branch, then other */
    SCAN_LOOK,
};

struct scan_op {
    enum scan_code code : 8;
    bool negated;
    bool sure;                    /* it cannot fail, nor can what follows */
    bool maybe;                   /* a capture that need not take part */
    uint8_t group;                /* of SCAN_TAKE */
    uint8_t skip;                 /* before it: 1: \s*, 2: \s+ */
    uint16_t id;                  /* its number in the program */
    uint8_t want_skip;            /* before want, as skip */
    char c;                       /* of a loop: what must follow, or 0 */
    uint32_t min, max;            /* also: group in min, length in max */
    union {
        const struct scan_set *set;
        const char *literal;
        const struct scan_op *branch;
    };
    union {
        struct {
            uint64_t word, word_mask;   /* the first 8 bytes of a literal */
        };
        const struct scan_op *want;     /* what follows a loop, or NULL */
    };
    const struct scan_op *next;   /* of SCAN_ALT: the other branch */
    const struct scan_first *first;     /* of a match that begins here */
    const struct scan_first *lead;      /* the same after white space */
};

#define SCAN_RANGES 4
#define SCAN_WIDTH 16

/* A set of ASCII characters: a bit for the high nibble of each low one, and
 * when it (or what it lacks) is a few ranges, those for 16 bytes at once;
 * not so for \s, \S and the set of all, which are read otherwise. */
struct scan_set {
    struct scan_set *before;
    struct scan_first first;      /* the members */
    struct scan_first black;      /* those that are no white space */
    uint8_t nibbles[16];
    bool all, negated;
    enum { SCAN_OTHER, SCAN_SPACES, SCAN_BLACK } kind;   /* \s, \S */
    unsigned ranges;              /* 0: too many */
    unsigned flip;                /* all 16 bits unless negated */
    uint8_t low[SCAN_RANGES][SCAN_WIDTH], span[SCAN_RANGES][SCAN_WIDTH];
};

/* The sets of a template, each once. */
struct scan_tables {
    struct scan_set *last;
};

/* The set with these members; of the arena, as its table. */
const struct scan_set *scan_set_find(struct scan_tables *tables,
                                     struct arena *a, struct re_ascii s);

struct scan_span {
    const char *start, *end;      /* start NULL: took no part */
    const char *open;             /* where one not yet closed began */
};

/* A capture as it was, to be put back when what came after it fails. */
struct scan_undo {
    uint32_t group;
    struct scan_span span;
};

/* A scanner at work; spans are the result. */
#define SCAN_UNDOS 64
#define SCAN_WORDS LINES_WORDS
struct scanner {
    const char *start, *end;
    /* A bit for each byte of the line where a run of \s, or of \S, ends;
     * the line's end is one as well. */
    uint64_t skip[SCAN_WORDS], word[SCAN_WORDS];
    size_t known;                 /* bytes of the line that have bits */
    struct scan_span *spans;
    long steps;
    long memo_steps;              /* for this line, with the memo */
    uint64_t *memo;               /* a bit for each op and place; or NULL */
    uint64_t *memory;             /* for it, when it was needed */
    int depth;
    unsigned undos;
    bool undecided;
    struct scan_undo undo[SCAN_UNDOS];
};

/* A program for a pattern, in a; *maybe: some captures need not take part. */
const struct scan_op *scan_build(const struct re *re, struct arena *a,
                                 struct scan_tables *tables, bool *maybe);

/* Steps for a line. Beyond these PCRE2, with its own limits, takes over. */
#define SCAN_STEPS 2000
#define SCAN_STEPS_PER_BYTE 16
#define SCAN_MEMO_STEPS (1l << 18)
#define SCAN_MEMO_BITS (1u << 18)
/* Tries within tries. Beyond them it is PCRE2's as well. */
#define SCAN_MAX_DEPTH 500

/* See scan_black() and scan_start(). */
const char *scan_black_far(struct scanner *s);
void scan_start_far(struct scanner *s, const struct line *line);

/* The bits at and beyond the line's end. */
static inline uint64_t scan_beyond(size_t len, size_t from)
{
    return len >= from + 64 ? 0 : ~0ull << (len - from);
}

/* The line that scan_run() looks at; LINES_PAD bytes behind it must be
 * readable. Its steps serve all programs that are tried on it. */
static inline void scan_start(struct scanner *s, const struct line *line)
{
    size_t len = line->len;

    s->start = line->text;
    s->end = line->text + len;
    s->steps = SCAN_STEPS + (long)len * SCAN_STEPS_PER_BYTE;
    s->memo_steps = SCAN_MEMO_STEPS;
    if (!line->spaced || len >= 64) {
        scan_start_far(s, line);
        return;
    }
    s->skip[0] = ~line->low[0] | scan_beyond(len, 0);
    s->word[0] = line->low[0] | scan_beyond(len, 0);
    s->known = 64;
}

/* The line's first byte that is no white space, or its end. */
static inline const char *scan_black(struct scanner *s)
{
    return s->skip[0] ? s->start + __builtin_ctzll(s->skip[0])
                      : scan_black_far(s);
}

/* The parts of scan_run(). What is left of a match, from an operation on; and
 * again when that left the scanner undecided. */
bool scan_from(struct scanner *s, const struct scan_op *op, const char *p);
int scan_undecided(struct scanner *s, const struct scan_op *op);
/* Takes back the captures set since there were so many notes of them. */
void scan_take_back(struct scanner *s, unsigned notes);
/* Where in the line, from low to high, what must follow a loop may begin;
 * for loops that know its first character. SIZE_MAX: nowhere. */
size_t scan_find_last(struct scanner *s, size_t low, size_t high,
                      const struct scan_op *loop);
size_t scan_find_first(struct scanner *s, size_t low, size_t high,
                       const struct scan_op *loop);

/* 1: matches, with its captures (those that may be missing must be cleared
 * before); 0: does not; -1: undecided. */
static inline int scan_run(struct scanner *s, const struct scan_op *op)
{
    s->undos = 0;
    if (scan_from(s, op, s->start))
        return 1;
    return s->undecided ? scan_undecided(s, op) : 0;
}
void scanner_free(struct scanner *s);

/* Whether the literal that a program begins with, if it does, is there:
 * a look at eight bytes before the program is run. */
static inline bool scan_literal_fits(const struct scan_op *op,
                                     const char *start, const char *black)
{
    uint64_t word;

    if (op->code != SCAN_LITERAL)
        return true;
    memcpy(&word, op->skip ? black : start, sizeof word);
    return (word & op->word_mask) == op->word;
}

static inline bool scan_may_begin(const struct scan_first *f, const char *p,
                                  const char *end)
{
    return p < end ? re_ascii_has(&f->bytes, (unsigned char)*p) : f->end;
}

#endif
