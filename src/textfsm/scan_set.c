#include <string.h>

#include "scan.h"

/* The ranges of s, or 0 when there are more than fit. */
static unsigned find_ranges(struct re_ascii s, struct scan_set *out)
{
    unsigned n = 0;

    for (unsigned lo = 0, hi; lo < 128; lo = hi + 1) {
        hi = lo;
        if (!re_ascii_has(&s, lo))
            continue;
        while (re_ascii_has(&s, hi + 1))
            hi++;
        if (n == SCAN_RANGES)
            return 0;
        memset(out->low[n], (int)lo, SCAN_WIDTH);
        memset(out->span[n++], (int)(hi - lo), SCAN_WIDTH);
    }
    return n;
}

const struct scan_set *scan_set_find(struct scan_tables *tables,
                                     struct arena *a, struct re_ascii s)
{
    struct scan_set *set;

    for (set = tables->last; set; set = set->before)
        if (set->members.bits[0] == s.bits[0] &&
            set->members.bits[1] == s.bits[1])
            return set;
    set = arena_zalloc(a, sizeof *set);
    set->before = tables->last;
    tables->last = set;
    set->members = s;
    set->all = re_ascii_is_all(s);
    set->kind = memcmp(&s, &re_ascii_space, sizeof s) == 0 ? SCAN_SPACES
                : re_ascii_is_empty(re_ascii_meet(s, re_ascii_space)) &&
                        re_ascii_is_all(re_ascii_join(s, re_ascii_space))
                    ? SCAN_BLACK
                    : SCAN_OTHER;
    set->negated = s.bits[1] >> 63;
    set->flip = set->negated ? 0 : 0xFFFF;
    set->ranges =
        find_ranges(set->negated ? re_ascii_without(re_ascii_all, s) : s, set);
    for (unsigned half = 0; half < 2; half++)
        for (uint64_t bits = s.bits[half]; bits; bits &= bits - 1) {
            unsigned c = half * 64 + (unsigned)__builtin_ctzll(bits);

            set->nibbles[c & 15] |= (uint8_t)(1u << (c >> 4));
        }
    return set;
}
