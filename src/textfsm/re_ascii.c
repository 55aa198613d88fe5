#include "re.h"

const struct re_ascii re_ascii_all = {{~0ull, ~0ull}};
const struct re_ascii re_ascii_space = {{0x1F0003E00ull, 0}};

/* \d, \s (with and without U+001C to U+001F) and \w. */
static const struct re_ascii digits = {{0x3FF000000000000ull, 0}};
static const struct re_ascii ascii_spaces = {{0x100003E00ull, 0}};
static const struct re_ascii words = {{0x3FF000000000000ull,
                                       0x7FFFFFE87FFFFFEull}};

static struct re_ascii complement(struct re_ascii s)
{
    return (struct re_ascii){{~s.bits[0], ~s.bits[1]}};
}

/* Bits lo to hi of a half; both 0 to 63. */
static uint64_t bits_between(uint32_t lo, uint32_t hi)
{
    return (~0ull >> (63 - hi)) & (~0ull << lo);
}

static struct re_ascii range(uint32_t lo, uint32_t hi)
{
    struct re_ascii s = {{0, 0}};

    if (lo > 127)
        return s;
    if (hi > 127)
        hi = 127;
    if (lo < 64)
        s.bits[0] = bits_between(lo, hi < 64 ? hi : 63);
    if (hi > 63)
        s.bits[1] = bits_between(lo > 64 ? lo - 64 : 0, hi - 64);
    return s;
}

/* The other case of the letters among s. */
static struct re_ascii swapped(struct re_ascii s)
{
    const uint64_t upper = 0x7FFFFFEull;
    uint64_t letters = s.bits[1];

    return (struct re_ascii){{0, (letters & upper) << 32 |
                                     (letters >> 32 & upper)}};
}

/* ASCII letters that stand for characters beyond when case is ignored. */
static const struct {
    uint32_t cp;
    char letter;
} beyond[] = {{0x212A, 'k'}, {0x17F, 's'}, {0x130, 'i'}, {0x131, 'i'}};

static struct re_ascii folded(struct re_ascii s, uint32_t lo, uint32_t hi,
                              int flags)
{
    if (!(flags & RE_I))
        return s;
    for (size_t i = 0; !(flags & RE_A) && i < sizeof beyond / sizeof *beyond;
         i++)
        if (beyond[i].cp >= lo && beyond[i].cp <= hi)
            s = re_ascii_join(s, range((uint32_t)beyond[i].letter,
                              (uint32_t)beyond[i].letter));
    return re_ascii_join(s, swapped(s));
}

/* Those that stand alone, in the order of their bits. */
static const struct re_ascii classes[] = {
    {{0x3FF000000000000ull, 0}},
    {{~0x3FF000000000000ull, ~0ull}},
    {{0x1F0003E00ull, 0}},
    {{~0x1F0003E00ull, ~0ull}},
    {{0x3FF000000000000ull, 0x7FFFFFE87FFFFFEull}},
    {{~0x3FF000000000000ull, ~0x7FFFFFE87FFFFFEull}},
};

static struct re_ascii class_of(uint8_t class, bool ascii_only)
{
    const struct re_ascii space = ascii_only ? ascii_spaces
                                                : re_ascii_space;
    struct re_ascii s = {{0, 0}};

    if (class && !(class & (class - 1)) && !ascii_only)
        return classes[__builtin_ctz(class)];
    if (class & RE_DIGIT)
        s = re_ascii_join(s, digits);
    if (class & RE_NOT_DIGIT)
        s = re_ascii_join(s, complement(digits));
    if (class & RE_SPACE)
        s = re_ascii_join(s, space);
    if (class & RE_NOT_SPACE)
        s = re_ascii_join(s, complement(space));
    if (class & RE_WORD)
        s = re_ascii_join(s, words);
    if (class & RE_NOT_WORD)
        s = re_ascii_join(s, complement(words));
    return s;
}

struct re_ascii re_ascii_of(const struct re_node *n)
{
    struct re_ascii s;

    if (n->kind == RE_ANY)
        return re_ascii_all;
    if (n->kind == RE_CHAR)
        return folded(range(n->cp, n->cp), n->cp, n->cp, n->flags);
    s = class_of(n->set->classes, n->flags & RE_A);
    for (uint32_t i = 0; i < n->set->count; i++) {
        const struct re_range *r = &n->set->ranges[i];

        s = re_ascii_join(s, folded(range(r->lo, r->hi), r->lo, r->hi,
                                    n->flags));
    }
    return n->set->negated ? complement(s) : s;
}

bool re_first(const struct re_node *n, struct re_ascii *out)
{
    bool empty = false;

    switch (n->kind) {
    case RE_CHAR:
    case RE_ANY:
    case RE_SET:
        *out = re_ascii_join(*out, re_ascii_of(n));
        return false;
    case RE_TEXT:
        out->bits[n->text[0] >> 6] |= 1ull << (n->text[0] & 63);
        return false;
    case RE_SEQ:
        for (n = n->first; n; n = n->next)
            if (!re_first(n, out))
                return false;
        return true;
    case RE_ALT:
        for (n = n->first; n; n = n->next)
            empty = re_first(n, out) || empty;
        return empty;
    case RE_GROUP:
        return re_first(n->first, out);
    case RE_REPEAT:
        empty = re_first(n->first, out);
        return empty || n->min == 0;
    default:
        *out = re_ascii_all;
        return true;
    }
}
