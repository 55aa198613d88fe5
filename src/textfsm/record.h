/* The record being built: what each value holds between lines. */
#ifndef KIRIWAKE_TEXTFSM_RECORD_H
#define KIRIWAKE_TEXTFSM_RECORD_H

#include "rows.h"

/* What a value with options holds besides its text. */
struct slot {
    struct cell fill;             /* what Filldown repeats */
    struct cell *items;           /* of a List */
    size_t count, cap;
    size_t held;                  /* items before it are in held memory */
};

struct record {
    struct textfsm_rows *rows;
    const struct value *values;
    struct matcher_tools *tools;
    struct textfsm *template;
    struct cell *now;             /* a cell for each value */
    struct slot *slots;           /* likewise; NULL: no value has options */
    size_t count;
    const uint32_t *required;     /* which values are */
    size_t required_count;
    bool lists;                   /* some values are Lists */
    struct span span;
    struct arena held;            /* texts whose input is gone */
    size_t held_limit;            /* when to copy the living into a new one */
};

void record_init(struct record *r, struct textfsm *t);
void record_free(struct record *r);
/* What a template kept for its next record. */
void record_free_spare(struct textfsm *t);

/* A value was set in now: what its options, if it has any, do then. What
 * now points to must stay until record_hold(). */
void record_assign_options(struct record *r, size_t value);

/* A line adds to the record. */
static inline void record_touch(struct record *r, uint32_t line)
{
    if (!r->span.first)
        r->span.first = line;
    r->span.last = line;
}

/* -1 and *e when a List's regex exceeds the match limit. */
int record_append(struct record *r, struct err *e);
void record_clear(struct record *r, bool all);
/* The input goes away: what points between start and end is copied. */
void record_hold(struct record *r, const char *start, const char *end);

#endif
