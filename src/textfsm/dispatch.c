#include "dispatch.h"

/* Wide sets are common ("."), so all is set first and then taken out. */
static void keep_bits(uint64_t *masks, uint64_t bits, uint64_t rule)
{
    for (uint64_t none = ~bits; none; none &= none - 1)
        masks[__builtin_ctzll(none)] &= ~rule;
}

static void add_bits(uint64_t *masks, uint64_t bits, uint64_t rule)
{
    for (; bits; bits &= bits - 1)
        masks[__builtin_ctzll(bits)] |= rule;
}

static bool is_wide(const struct scan_first *f)
{
    return __builtin_popcountll(f->bytes.bits[1]) > 32;
}

static uint64_t wide_rules(const struct scan_first *const *firsts, size_t n)
{
    uint64_t wide = 0;

    for (size_t i = 0; i < n; i++)
        if (is_wide(firsts[i]))
            wide |= 1ull << i;
    return wide;
}

static void fill(uint64_t *masks, const struct scan_first *const *firsts,
                 size_t n)
{
    uint64_t wide = wide_rules(firsts, n);

    for (unsigned c = 0; c < DISPATCH_NONE; c++)
        masks[c] = wide;
    masks[DISPATCH_NONE] = 0;
    for (size_t i = 0; i < n; i++) {
        for (unsigned half = 0; half < 2; half++)
            (wide >> i & 1 ? keep_bits : add_bits)(
                masks + half * 64, firsts[i]->bytes.bits[half], 1ull << i);
        if (firsts[i]->end)
            masks[DISPATCH_NONE] |= 1ull << i;
    }
    /* Machine code looks at what follows a line. LF stands in none; NUL may
     * stand in one, which then gets more rules than it needs. */
    masks['\n'] = masks[DISPATCH_NONE];
    masks['\0'] |= masks[DISPATCH_NONE];
}

void dispatch_fill(struct dispatch *d, const struct scan_op *const *ops,
                   size_t n)
{
    const struct scan_first *firsts[64], *leads[64];

    for (size_t i = 0; i < n; i++) {
        firsts[i] = ops[i]->first;
        leads[i] = ops[i]->lead;
    }
    fill(d->first, firsts, n);
    fill(d->lead, leads, n);
}
