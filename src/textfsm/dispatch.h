/*
 * Which rules of a state a line can match at all, by its first byte and by
 * its first byte that is no white space.
 */
#ifndef KIRIWAKE_TEXTFSM_DISPATCH_H
#define KIRIWAKE_TEXTFSM_DISPATCH_H

#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "matcher.h"

#define DISPATCH_NONE 128         /* a line without such a byte */
#define DISPATCH_RULES 64

/* At most 64 rules, and a bit for each. */
struct dispatch {
    struct jit_code code[JIT_KINDS];
    struct rule *rules;
    size_t count;
    unsigned tries, most;         /* without code; when to make some */
    uint64_t first[DISPATCH_NONE + 1], lead[DISPATCH_NONE + 1];
};

/* n is at most 64; a rule's bit is its place in ops. */
void dispatch_fill(struct dispatch *d, const struct scan_op *const *ops,
                   size_t n);

/* The rules to try on a line; its first byte and its first byte that is no
 * white space, DISPATCH_NONE where there is none. */
static inline uint64_t dispatch_find(const struct dispatch *d, unsigned first,
                                     unsigned lead)
{
    return d->first[first] & d->lead[lead];
}

#endif
