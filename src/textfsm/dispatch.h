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
    struct rule *rules;
    size_t count;
    bool whole;                   /* these are all of the state's rules */
    /* Machine code, or NULL: tries the rules whose bits are set on the
     * scanner's line; with no bits, and where d is the whole state, goes on
     * with the target's next line, and so on (jit.h). */
    struct jit_result (*run)(struct scanner *s, uint64_t rules,
                             struct jit_target *target);
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
