/* The record being built: what each value holds between lines. */
#ifndef KIRIWAKE_TEXTFSM_RECORD_H
#define KIRIWAKE_TEXTFSM_RECORD_H

#include "rows.h"

/* A cell, and where its text is. */
enum place {
    PLACE_INPUT,                  /* goes away with the input */
    PLACE_HELD,                   /* in the record's own memory */
    PLACE_KEPT,                   /* in the rows' memory, or there is none */
};

struct held {
    struct cell cell;
    enum place place;
};

struct slot {
    const struct value *value;
    struct held now, fill;        /* fill: what Filldown repeats */
    struct held *items;           /* of a List */
    size_t count, cap;
    size_t held_count;            /* items before it are not in the input */
};

struct record {
    struct textfsm_rows *rows;
    struct slot *slots;
    size_t count;
    struct matcher_tools *tools;
    struct arena held;            /* texts whose input is gone */
    size_t held_limit;            /* when to copy the living into a new one */
    struct span span;
};

void record_init(struct record *r, struct textfsm *t,
                 struct textfsm_rows *rows);
void record_free(struct record *r);
/* Sets a value; s is NULL when its group took no part in the match. s must
 * stay until record_hold() or record_append(). */
void record_assign(struct record *r, size_t value, const char *s, size_t len,
                   uint32_t line);
/* -1 and *e when a List's regex exceeds the match limit. */
int record_append(struct record *r, struct err *e);
void record_clear(struct record *r, bool all);
/* Copies what still points into the input, which goes away. */
void record_hold(struct record *r);

#endif
