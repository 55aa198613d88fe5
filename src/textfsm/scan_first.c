#include "scan_first.h"

const struct scan_first scan_first_any = {{{~0ull, ~0ull}}, true};
const struct scan_first scan_first_end = {{{0, 0}}, true};
const struct scan_first scan_first_none = {{{0, 0}}, false};

const struct scan_first *scan_first_new(struct arena *a,
                                        struct re_ascii bytes, bool end)
{
    struct scan_first *f = arena_alloc(a, sizeof *f);

    *f = (struct scan_first){bytes, end};
    return f;
}

const struct scan_first *scan_first_char(struct arena *a, char c)
{
    struct re_ascii s = {{0, 0}};

    s.bits[c >> 6] |= 1ull << (c & 63);
    return scan_first_new(a, s, false);
}

/* Whether y has all that x has. */
static bool is_within(const struct scan_first *x, const struct scan_first *y)
{
    return re_ascii_is_empty(re_ascii_without(x->bytes, y->bytes)) &&
           x->end <= y->end;
}

const struct scan_first *scan_first_either(struct arena *a,
                                           const struct scan_first *x,
                                           const struct scan_first *y)
{
    if (is_within(x, y))
        return y;
    if (is_within(y, x))
        return x;
    return scan_first_new(a, re_ascii_join(x->bytes, y->bytes),
                          x->end || y->end);
}

const struct scan_first *scan_first_both(struct arena *a,
                                         const struct scan_first *x,
                                         const struct scan_first *y)
{
    return scan_first_new(a, re_ascii_meet(x->bytes, y->bytes),
                          x->end && y->end);
}
