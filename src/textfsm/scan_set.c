#include <string.h>

#include "scan.h"

#define ALL {{~0ull, ~0ull}}
#define SPACE {{0x1F0003E00ull, 0}}
#define BLACK {{~0x1F0003E00ull, ~0ull}}

/* The sets that nearly every template has. */
static const struct scan_set known[] = {
    {.first = {SPACE, false},
     .kind = SCAN_SPACES,
     .nibbles = {4, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 3, 3, 2, 2},
     .flip = 0xFFFF},
    {.first = {BLACK, false},
     .black = {BLACK, false},
     .kind = SCAN_BLACK,
     .nibbles = {251, 255, 255, 255, 255, 255, 255, 255, 255, 254, 254, 254,
                 252, 252, 253, 253},
     .negated = true},
    {.first = {ALL, false},
     .black = {BLACK, false},
     .all = true,
     .nibbles = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
                 255, 255, 255, 255},
     .negated = true},
};

static inline bool same(struct re_ascii a, struct re_ascii b)
{
    return a.bits[0] == b.bits[0] && a.bits[1] == b.bits[1];
}

/* The first member from c on, 128 when there is none. */
static unsigned next_member(struct re_ascii s, unsigned c)
{
    uint64_t bits = c < 64 ? s.bits[0] >> c : 0;

    if (bits)
        return c + (unsigned)__builtin_ctzll(bits);
    if (c < 64)
        c = 64;
    bits = c < 128 ? s.bits[1] >> (c - 64) : 0;
    return bits ? c + (unsigned)__builtin_ctzll(bits) : 128;
}

/* The ranges of s, or 0 when there are more than fit. */
static unsigned find_ranges(struct re_ascii s, struct scan_set *out)
{
    struct re_ascii others = re_ascii_without(re_ascii_all, s);
    unsigned n = 0, hi;

    for (unsigned lo = next_member(s, 0); lo < 128; lo = next_member(s, hi)) {
        if (n == SCAN_RANGES)
            return 0;
        hi = next_member(others, lo);
        memset(out->low[n], (int)lo, SCAN_WIDTH);
        memset(out->span[n++], (int)(hi - lo - 1), SCAN_WIDTH);
    }
    return n;
}

/* few: the members of the set, or those it lacks. */
static void fill_nibbles(struct scan_set *set, struct re_ascii few)
{
    memset(set->nibbles, set->negated ? 0xFF : 0, sizeof set->nibbles);
    for (unsigned c = next_member(few, 0); c < 128;
         c = next_member(few, c + 1))
        set->nibbles[c & 15] ^= (uint8_t)(1u << (c >> 4));
}

static struct scan_set *make_set(struct arena *a, struct re_ascii s)
{
    struct scan_set *set = arena_alloc(a, sizeof *set);
    struct re_ascii few = s;

    memset(set, 0, offsetof(struct scan_set, low));
    set->first.bytes = s;
    set->black.bytes = re_ascii_without(s, re_ascii_space);
    set->negated = s.bits[1] >> 63;
    set->flip = set->negated ? 0 : 0xFFFF;
    if (set->negated)
        few = re_ascii_without(re_ascii_all, s);
    set->ranges = find_ranges(few, set);
    fill_nibbles(set, few);
    return set;
}

const struct scan_set *scan_set_find(struct scan_tables *tables,
                                     struct arena *a, struct re_ascii s)
{
    struct scan_set *set;

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (same(known[i].first.bytes, s))
            return &known[i];
    for (set = tables->last; set; set = set->before)
        if (same(set->first.bytes, s))
            return set;
    set = make_set(a, s);
    set->before = tables->last;
    tables->last = set;
    return set;
}
