/*
 * Regular expressions in the syntax of Python's re (3.11, text patterns):
 * parsed and refused as Python does, then written out again for PCRE2.
 */
#ifndef KIRIWAKE_TEXTFSM_RE_H
#define KIRIWAKE_TEXTFSM_RE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "kiriwake/buf.h"

enum re_kind {
    RE_CHAR,        /* cp */
    RE_TEXT,        /* text: cp characters of ASCII as they stand */
    RE_ANY,         /* . */
    RE_SET,         /* set */
    RE_BEGIN,       /* ^ and \A: a line is one line */
    RE_END,         /* $ and \Z */
    RE_BOUNDARY,    /* \b; negated: \B */
    RE_SEQ,         /* first … */
    RE_ALT,         /* first … */
    RE_GROUP,       /* first; group is its number or 0 */
    RE_ATOMIC,      /* first */
    RE_LOOK,        /* first; behind, negated */
    RE_REPEAT,      /* first; min, max, mode */
    RE_BACKREF,     /* group */
    RE_COND,        /* group; first is yes, its next is no (or absent) */
};

enum { RE_I = 1, RE_A = 2, RE_S = 4, RE_X = 8 };     /* flags */
enum re_mode { RE_GREEDY, RE_LAZY, RE_POSSESSIVE };
enum { RE_DIGIT = 1, RE_NOT_DIGIT = 2, RE_SPACE = 4, RE_NOT_SPACE = 8,
       RE_WORD = 16, RE_NOT_WORD = 32 };             /* classes */

#define RE_FOREVER UINT32_MAX
#define RE_TEXT_MAX 64            /* characters of one RE_TEXT */

struct re_range {
    uint32_t lo, hi;
};

struct re_set {
    struct re_range *ranges;
    uint32_t count, cap;
    uint8_t classes;
    bool negated;
};

struct re_node {
    enum re_kind kind : 8;
    enum re_mode mode : 8;
    uint8_t flags;
    bool negated, behind;
    uint32_t cp;                  /* also: group, or the length of text */
    union {
        struct {
            uint32_t min, max;
        };
        const struct re_set *set;
        const char *text;         /* within the pattern */
    };
    struct re_node *first, *next;
};

struct re_group {
    const char *name;             /* in the pattern; NULL: only a number */
    size_t name_len;
    const struct re_node *content;    /* NULL: not yet closed */
    uint32_t min, max;            /* width, once it is referred to */
    bool wanted;                  /* referred to, or its text is wanted */
    uint32_t index;               /* its number in PCRE2; 0: not captured */
};

struct re {
    struct re_node *root;
    struct re_group *groups;      /* [0] is the whole match */
    uint32_t count, cap;          /* of groups */
};

struct re_error {
    size_t at;                    /* byte offset in the pattern */
    char what[160];
};

/* Parses len bytes of UTF-8 into a; 0, or -1 and *e. */
int re_parse(struct re *re, struct arena *a, const char *text, size_t len,
             struct re_error *e);

/* Numbers the wanted groups in their order; returns how many. */
uint32_t re_number_groups(struct re *re);

/* The characters a node matches, in a fixed bitmap of the ASCII ones; for
 * RE_CHAR, RE_ANY and RE_SET. */
struct re_ascii {
    uint64_t bits[2];
};
struct re_ascii re_ascii_of(const struct re_node *n);

/* Adds what n begins with, seen without what follows; true when it may match
 * nothing. */
bool re_first(const struct re_node *n, struct re_ascii *out);

static inline bool re_ascii_has(const struct re_ascii *s, unsigned c)
{
    return c < 128 && (s->bits[c >> 6] >> (c & 63) & 1);
}

/*
 * Characters that Python takes for one another when case is ignored and
 * PCRE2 does not: the family cp belongs to (0-terminated), or NULL.
 */
const uint32_t *re_fold_family(uint32_t cp);

/*
 * Writes the pattern for PCRE2: for lines of ASCII (compile without
 * options) or for any text (compile with PCRE2_UTF and PCRE2_UCP).
 */
void re_write(const struct re *re, bool ascii, struct buf *out);

extern const struct re_ascii re_ascii_all, re_ascii_space;    /* \s */

static inline struct re_ascii re_ascii_join(struct re_ascii a,
                                            struct re_ascii b)
{
    return (struct re_ascii){{a.bits[0] | b.bits[0], a.bits[1] | b.bits[1]}};
}

static inline struct re_ascii re_ascii_meet(struct re_ascii a,
                                            struct re_ascii b)
{
    return (struct re_ascii){{a.bits[0] & b.bits[0], a.bits[1] & b.bits[1]}};
}

static inline struct re_ascii re_ascii_without(struct re_ascii a,
                                               struct re_ascii b)
{
    return (struct re_ascii){{a.bits[0] & ~b.bits[0],
                              a.bits[1] & ~b.bits[1]}};
}

static inline bool re_ascii_is_empty(struct re_ascii s)
{
    return !(s.bits[0] | s.bits[1]);
}

static inline bool re_ascii_is_all(struct re_ascii s)
{
    return !~(s.bits[0] & s.bits[1]);
}

/* --- between the files of the parser --- */

struct re_parser {
    struct re *re;
    struct arena *arena;
    const char *start, *at, *end;
    struct re_error *error;
    int depth;
    int flags;                    /* those for the whole pattern */
    uint32_t behind_groups;       /* in a lookbehind: groups before it */
    uint32_t highest_cond;        /* the highest group a (?(n) asks for */
    const char *cond_at;
};

int re_fail(struct re_parser *p, const char *at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
struct re_node *re_node(struct re_parser *p, enum re_kind kind, int flags);
/* Decodes the code point at p->at and steps over it. */
uint32_t re_next(struct re_parser *p);
/* After a backslash, outside and inside of [ ]. */
struct re_node *re_parse_escape(struct re_parser *p, int flags);
struct re_node *re_parse_set(struct re_parser *p, int flags);
/*
 * After "(": *node stays NULL for what leaves no node, a comment or flags.
 * lead: nothing but flags and comments came before in the pattern.
 */
int re_parse_group(struct re_parser *p, int flags, bool lead,
                   struct re_node **node);
/* One branch, up to "|" or ")"; and branches up to ")". */
struct re_node *re_parse_seq(struct re_parser *p, int flags, bool lead);
struct re_node *re_parse_alt(struct re_parser *p, int flags);
bool re_accept(struct re_parser *p, char c);
/* A reference to a group, checked as Python does. */
int re_check_ref(struct re_parser *p, const char *at, uint32_t group);
void re_add_range(struct re_parser *p, struct re_set *s, uint32_t lo,
                  uint32_t hi);
/* Widths in characters. */
void re_width(const struct re *re, const struct re_node *n, uint32_t *min,
              uint32_t *max);

#endif
