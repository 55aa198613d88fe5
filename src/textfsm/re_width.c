#include "re.h"

/* As Python computes them, so that the same lookbehinds are refused. */
struct width {
    uint64_t min, max;
};

static uint64_t capped(uint64_t n, uint64_t cap)
{
    return n < cap ? n : cap;
}

static uint64_t times(uint64_t a, uint64_t b)
{
    return a && b > RE_FOREVER / a ? RE_FOREVER : a * b;
}

static struct width width_of(const struct re *re, const struct re_node *n);

static struct width width_seq(const struct re *re, const struct re_node *n)
{
    struct width w = {0, 0}, one;

    for (n = n->first; n; n = n->next) {
        one = width_of(re, n);
        w.min = capped(w.min + one.min, RE_FOREVER - 1);
        w.max = capped(w.max + one.max, RE_FOREVER);
    }
    return w;
}

/* The branches from n on; may_skip: matching nothing is one more. */
static struct width width_any(const struct re *re, const struct re_node *n,
                              bool may_skip)
{
    struct width w = {RE_FOREVER - 1, 0}, one;

    for (; n; n = n->next) {
        one = width_of(re, n);
        if (one.min < w.min)
            w.min = one.min;
        if (one.max > w.max)
            w.max = one.max;
    }
    if (may_skip)
        w.min = 0;
    return w;
}

static struct width width_of(const struct re *re, const struct re_node *n)
{
    struct width w = {0, 0};

    switch (n->kind) {
    case RE_CHAR:
    case RE_ANY:
    case RE_SET:
        return (struct width){1, 1};
    case RE_TEXT:
        return (struct width){n->cp, n->cp};
    case RE_SEQ:
        return width_seq(re, n);
    case RE_ALT:
        return width_any(re, n->first, false);
    case RE_GROUP:
    case RE_ATOMIC:
        return width_of(re, n->first);
    case RE_REPEAT:
        w = width_of(re, n->first);
        w.min = capped(times(w.min, n->min), RE_FOREVER - 1);
        w.max = capped(times(w.max, n->max), RE_FOREVER);
        return w;
    case RE_BACKREF:
        return (struct width){re->groups[n->cp].min, re->groups[n->cp].max};
    case RE_COND:
        return width_any(re, n->first, !n->first->next);
    default:
        return w;
    }
}

void re_width(const struct re *re, const struct re_node *n, uint32_t *min,
              uint32_t *max)
{
    struct width w = width_of(re, n);

    *min = (uint32_t)w.min;
    *max = (uint32_t)w.max;
}
