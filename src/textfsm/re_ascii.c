#include "re.h"

static bool in_class(unsigned c, uint8_t class, bool ascii_only)
{
    bool space = (c >= 9 && c <= 13) || c == 32 ||
                 (!ascii_only && c >= 0x1C && c <= 0x1F);
    bool digit = c >= '0' && c <= '9';
    bool word = digit || c == '_' || ((c | 32) >= 'a' && (c | 32) <= 'z');

    return ((class & RE_SPACE) && space) ||
           ((class & RE_NOT_SPACE) && !space) ||
           ((class & RE_DIGIT) && digit) ||
           ((class & RE_NOT_DIGIT) && !digit) ||
           ((class & RE_WORD) && word) || ((class & RE_NOT_WORD) && !word);
}

static bool in_ranges(const struct re_set *s, uint32_t cp)
{
    for (uint32_t i = 0; i < s->count; i++)
        if (cp >= s->ranges[i].lo && cp <= s->ranges[i].hi)
            return true;
    return false;
}

/* The other characters that c may stand for when case is ignored. */
static size_t variants(unsigned c, int flags, uint32_t out[4])
{
    size_t n = 0;

    out[n++] = c;
    if (!(flags & RE_I) || (c | 32) < 'a' || (c | 32) > 'z')
        return n;
    out[n++] = c ^ 32;
    if (flags & RE_A)
        return n;
    if ((c | 32) == 'k')
        out[n++] = 0x212A;
    else if ((c | 32) == 's')
        out[n++] = 0x17F;
    else if ((c | 32) == 'i') {
        out[n++] = 0x130;
        out[n++] = 0x131;
    }
    return n;
}

static bool matches(const struct re_node *n, unsigned c)
{
    uint32_t as[4];
    size_t count;
    bool in = false;

    if (n->kind == RE_ANY)
        return true;
    count = variants(c, n->flags, as);
    if (n->kind == RE_SET)
        in = in_class(c, n->set->classes, n->flags & RE_A);
    for (size_t i = 0; i < count && !in; i++)
        in = n->kind == RE_CHAR ? as[i] == n->cp : in_ranges(n->set, as[i]);
    return n->kind == RE_SET && n->set->negated ? !in : in;
}

struct re_ascii re_ascii_of(const struct re_node *n)
{
    struct re_ascii s = {{0, 0}};

    if (n->kind == RE_CHAR && !(n->flags & RE_I)) {
        if (n->cp < 128)
            s.bits[n->cp >> 6] = 1ull << (n->cp & 63);
        return s;
    }
    for (unsigned c = 0; c < 128; c++)
        if (matches(n, c))
            s.bits[c >> 6] |= 1ull << (c & 63);
    return s;
}
