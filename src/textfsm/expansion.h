/* A rule's regex with its values filled in, as Python's
 * string.Template.substitute() does. */
#ifndef KIRIWAKE_TEXTFSM_EXPANSION_H
#define KIRIWAKE_TEXTFSM_EXPANSION_H

#include "template.h"

/* A stretch of the regex: bytes of the template as they stand, or a value. */
struct piece {
    size_t out, in;               /* its place in the regex, the template */
    size_t len;                   /* in the regex */
    const struct value *value;    /* or NULL */
};

struct expansion {
    const char *regex;            /* the template's, as long as it */
    size_t len;
    struct piece *pieces;         /* scratch */
    size_t count, cap;
};

/* The rule of len bytes at at in the template; 0, or -1 and *e. */
int expansion_make(struct expansion *x, struct textfsm *t, size_t at,
                   size_t len, struct err *e);
/* Where in the template a byte of the regex comes from. */
size_t expansion_origin(const struct expansion *x, size_t out);

#endif
