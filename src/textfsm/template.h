/* A compiled template, as its own files see it. */
#ifndef KIRIWAKE_TEXTFSM_TEMPLATE_H
#define KIRIWAKE_TEXTFSM_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "dispatch.h"
#include "kiriwake/err.h"
#include "kiriwake/textfsm.h"
#include "matcher.h"

#define TEMPLATE_MAX_NAME 48      /* characters, as in textfsm */

/* Enough for most regexes. */
#define TEMPLATE_ROOM 4096

enum { VALUE_REQUIRED = 1, VALUE_FILLDOWN = 2, VALUE_FILLUP = 4,
       VALUE_KEY = 8, VALUE_LIST = 16,
       /* those that do something when the value is set */
       VALUE_ACTS = VALUE_FILLDOWN | VALUE_FILLUP | VALUE_LIST };

struct value {
    const char *name;
    const char *regex;            /* "(…)" */
    size_t name_len, regex_len;
    unsigned options;
    bool required_first;          /* Required is written before List */
    size_t at;                    /* offset of the declaration's line */
    struct matcher *nested;       /* of a List with named groups inside */
    const char **fields;          /* their names */
    uint32_t *field_groups;
    size_t field_count;
};

enum line_op { LINE_NEXT, LINE_CONTINUE, LINE_ERROR };
enum record_op { RECORD_NONE, RECORD_RECORD, RECORD_CLEAR, RECORD_CLEARALL };

struct capture {
    uint32_t group, value;
};

struct rule {
    struct matcher matcher;
    struct capture *captures;     /* in the order of the groups */
    uint32_t capture_count;
    bool quiet;                   /* it sets values, and nothing else */
    bool plain;                   /* no value it sets has options that act */
    enum line_op line_op;
    enum record_op record_op;
    const char *target;           /* a state, or the message of an Error */
    size_t target_at;
    struct state *next;           /* NULL: stay */
    unsigned line;                /* in the template */
};

struct state {
    const char *name;
    size_t at;
    struct rule *rules;
    size_t count;
    struct dispatch *dispatch;    /* for each 64 rules; made when entered */
    size_t blocks;                /* how many */
};

struct textfsm {
    struct arena arena;
    struct arena scratch;         /* for one regex while it is compiled */
    char *room;                   /* its first bytes, of the stack */
    const char *name, *text;      /* line ends are LF */
    size_t len;
    struct value *values;
    struct state **states;
    size_t value_count, state_count, state_cap;
    struct state *start;
    struct state end, eof;        /* where "End" and "EOF" lead */
    bool has_eof;                 /* an EOF state stands in the template */
    uint32_t *required;           /* which values are */
    size_t required_count;
    unsigned options;             /* of all its values together */
    struct textfsm_rows *spare;   /* memory for the next rows, */
    struct cell *spare_now;       /* and the next record */
    struct slot *spare_slots;
    struct matcher_tools tools;   /* the last: it clears itself */
};

/* An error at a byte of the template; -1. */
int template_fail(const struct textfsm *t, struct err *e, size_t at,
                  const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* The value of that name, or NULL. */
const struct value *template_value(const struct textfsm *t, const char *name,
                                   size_t len);
/* Forgets what was made for one regex. */
void template_drop_scratch(struct textfsm *t);

/* "Value …" at text+at, len bytes without trailing white space. */
int value_parse(struct textfsm *t, struct value *v, size_t at, size_t len,
                struct err *e);
/* "^… -> …" at text+at, without white space around it. */
int rule_parse(struct textfsm *t, struct rule *r, size_t at, size_t len,
               struct err *e);
/* What follows "->", len bytes at text+at. */
int action_parse(struct textfsm *t, struct rule *r, size_t at, size_t len,
                 struct err *e);

#endif
