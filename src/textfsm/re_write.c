#include "re.h"



#define WORD "0-9A-Za-z_"
#define NEVER "(?:(?!))"        /* in a group, so that a repeat may follow */

struct writer {
    const struct re *re;
    struct buf *out;
    bool ascii;
};

static void write_node(struct writer *w, const struct re_node *n);

const uint32_t *re_fold_family(uint32_t cp)
{
    static const uint32_t families[][5] = {
        {'I', 'i', 0x130, 0x131},
        {0x390, 0x1FD3},
        {0x3B0, 0x1FE3},
        {0xFB05, 0xFB06},
    };

    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
        for (const uint32_t *f = families[i]; *f; f++)
            if (*f == cp)
                return families[i];
    return NULL;
}

static bool is_surrogate(uint32_t cp)
{
    return cp >= 0xD800 && cp <= 0xDFFF;
}

static bool is_alnum(uint32_t cp)
{
    return (cp >= '0' && cp <= '9') || ((cp | 32) >= 'a' && (cp | 32) <= 'z');
}

/* One character, the same inside and outside of [ ]. */
static void write_char(struct writer *w, uint32_t cp)
{
    if (is_alnum(cp) && cp < 128)
        buf_addc(w->out, (char)cp);
    else if (cp > ' ' && cp < 127) {
        buf_addc(w->out, '\\');
        buf_addc(w->out, (char)cp);
    } else
        buf_printf(w->out, "\\x{%x}", (unsigned)cp);
}

static void write_range(struct writer *w, uint32_t lo, uint32_t hi)
{
    if (is_surrogate(lo))
        lo = 0xE000;
    if (is_surrogate(hi))
        hi = 0xD7FF;
    if (lo > hi)
        return;
    write_char(w, lo);
    if (hi > lo) {
        buf_addc(w->out, '-');
        write_char(w, hi);
    }
}

/* A node that matches one of these ASCII characters. */
static void write_bitmap(struct writer *w, struct re_ascii s)
{
    bool negate = (s.bits[0] & 1) && s.bits[1] >> 63;

    if (!(s.bits[0] | s.bits[1])) {
        buf_adds(w->out, NEVER);
        return;
    }
    if (!~(s.bits[0] & s.bits[1])) {      /* all of them */
        buf_addc(w->out, '.');
        return;
    }
    if (negate)
        s = (struct re_ascii){{~s.bits[0], ~s.bits[1]}};
    buf_adds(w->out, negate ? "[^" : "[");
    for (unsigned lo = 0, hi; lo < 128; lo = hi + 1) {
        hi = lo;
        if (!re_ascii_has(&s, lo))
            continue;
        while (re_ascii_has(&s, hi + 1))
            hi++;
        write_range(w, lo, hi);
    }
    buf_addc(w->out, ']');
}

static void write_literal(struct writer *w, const struct re_node *n)
{
    const uint32_t *family;
    bool fold = (n->flags & RE_I) != 0;

    if (is_surrogate(n->cp) || (w->ascii && n->cp >= 128 && !fold))
        buf_adds(w->out, NEVER);
    else if (fold && (w->ascii || ((n->flags & RE_A) && n->cp < 128)))
        write_bitmap(w, re_ascii_of(n));
    else if (!fold || (n->flags & RE_A))
        write_char(w, n->cp);
    else if ((family = re_fold_family(n->cp))) {
        buf_addc(w->out, '[');
        for (; *family; family++)
            write_char(w, *family);
        buf_addc(w->out, ']');
    } else {
        buf_adds(w->out, "(?i:");
        write_char(w, n->cp);
        buf_addc(w->out, ')');
    }
}

/* What \s and its like are in a set of any text. PCRE2's own \d and \w are
 * Python's; its \s has U+180E and lacks U+001C to U+001F. */
static const struct {
    uint8_t class;
    const char *unicode, *ascii;
} class_text[] = {
    {RE_DIGIT, "\\d", "0-9"},
    {RE_NOT_DIGIT, "\\D", "\\x{0}-\\/\\:-\\x{10ffff}"},
    {RE_WORD, "\\w", WORD},
    {RE_NOT_WORD, "\\W",
     "\\x{0}-\\/\\:-\\@\\[-\\^\\`\\{-\\x{10ffff}"},
    {RE_SPACE,
     "\\x{9}-\\x{d}\\x{1c}-\\x{20}\\x{85}\\x{a0}\\x{1680}\\x{2000}-"
     "\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}",
     "\\x{9}-\\x{d}\\x{20}"},
    {RE_NOT_SPACE,
     "\\x{0}-\\x{8}\\x{e}-\\x{1b}\\x{21}-\\x{84}\\x{86}-\\x{9f}\\x{a1}-"
     "\\x{167f}\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}"
     "\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{10ffff}",
     "\\x{0}-\\x{8}\\x{e}-\\x{1f}\\x{21}-\\x{10ffff}"},
};

static void write_classes(struct writer *w, const struct re_node *n)
{
    for (size_t i = 0; i < sizeof class_text / sizeof class_text[0]; i++)
        if (n->set->classes & class_text[i].class)
            buf_adds(w->out, n->flags & RE_A ? class_text[i].ascii
                                             : class_text[i].unicode);
}

/* The other case of the ASCII letters in a range. */
static void write_swapped(struct writer *w, const struct re_range *r)
{
    for (uint32_t c = 'A'; c <= 'z'; c++)
        if (is_alnum(c) && c >= r->lo && c <= r->hi)
            write_char(w, c ^ 32);
}

static void write_families(struct writer *w, const struct re_range *r)
{
    static const uint32_t firsts[] = {'I', 0x390, 0x3B0, 0xFB05};

    for (size_t i = 0; i < sizeof firsts / sizeof firsts[0]; i++) {
        const uint32_t *family = re_fold_family(firsts[i]);
        bool in = false;

        for (const uint32_t *f = family; *f; f++)
            in = in || (*f >= r->lo && *f <= r->hi);
        for (const uint32_t *f = family; in && *f; f++)
            write_char(w, *f);
    }
}

static void write_members(struct writer *w, const struct re_node *n)
{
    write_classes(w, n);
    for (uint32_t i = 0; i < n->set->count; i++) {
        const struct re_range *r = &n->set->ranges[i];

        write_range(w, r->lo, r->hi);
        if ((n->flags & (RE_I | RE_A)) == (RE_I | RE_A))
            write_swapped(w, r);
        else if (n->flags & RE_I)
            write_families(w, r);
    }
}

static void write_set(struct writer *w, const struct re_node *n)
{
    bool fold = (n->flags & (RE_I | RE_A)) == RE_I;
    size_t start = w->out->len, open;

    if (w->ascii) {
        write_bitmap(w, re_ascii_of(n));
        return;
    }
    buf_adds(w->out, fold ? "(?i:[" : "[");
    if (n->set->negated)
        buf_addc(w->out, '^');
    open = w->out->len;
    write_members(w, n);
    if (w->out->len == open) {      /* it held surrogates, which no text has */
        w->out->len = start;
        buf_adds(w->out, n->set->negated ? "." : NEVER);
        return;
    }
    buf_adds(w->out, fold ? "])" : "]");
}

static void write_boundary(struct writer *w, const struct re_node *n)
{
    if (w->ascii || !(n->flags & RE_A))
        buf_adds(w->out, n->negated ? "(?:\\B(?!\\A\\z))" : "\\b");
    else if (n->negated)
        buf_adds(w->out, "(?:(?<=[" WORD "])(?=[" WORD "])|(?<![" WORD
                         "])(?![" WORD "])(?!\\A\\z))");
    else
        buf_adds(w->out, "(?:(?<=[" WORD "])(?![" WORD "])|(?<![" WORD
                         "])(?=[" WORD "]))");
}

static void write_list(struct writer *w, const struct re_node *n, char between)
{
    for (const struct re_node *c = n->first; c; c = c->next) {
        if (between && c != n->first)
            buf_addc(w->out, between);
        write_node(w, c);
    }
}

static void write_group(struct writer *w, const struct re_node *n)
{
    const char *open = n->kind == RE_ATOMIC ? "(?>"
                       : n->kind == RE_LOOK
                           ? (n->behind ? (n->negated ? "(?<!" : "(?<=")
                                        : (n->negated ? "(?!" : "(?="))
                       : n->cp && w->re->groups[n->cp].index ? "("
                                                             : "(?:";

    buf_adds(w->out, open);
    write_node(w, n->first);
    buf_addc(w->out, ')');
}

static void write_quantifier(struct writer *w, const struct re_node *n)
{
    if (n->min == 0 && n->max == 1)
        buf_addc(w->out, '?');
    else if (n->min <= 1 && n->max == RE_FOREVER)
        buf_addc(w->out, n->min ? '+' : '*');
    else if (n->max == RE_FOREVER)
        buf_printf(w->out, "{%u,}", (unsigned)n->min);
    else
        buf_printf(w->out, "{%u,%u}", (unsigned)n->min, (unsigned)n->max);
    if (n->mode == RE_LAZY)
        buf_addc(w->out, '?');
    else if (n->mode == RE_POSSESSIVE)
        buf_addc(w->out, '+');
}

static void write_repeat(struct writer *w, const struct re_node *n)
{
    /* A group around one character would be copied for each {n,m}. */
    bool bare = n->first->kind == RE_GROUP || n->first->kind == RE_ATOMIC ||
                n->first->kind == RE_ANY || n->first->kind == RE_CHAR ||
                n->first->kind == RE_SET;

    if (!bare)
        buf_adds(w->out, "(?:");
    write_node(w, n->first);
    if (!bare)
        buf_addc(w->out, ')');
    write_quantifier(w, n);
}

static void write_reference(struct writer *w, const struct re_node *n)
{
    unsigned index = w->re->groups[n->cp].index;

    if (n->kind == RE_BACKREF) {
        buf_printf(w->out, n->flags & RE_I ? "(?i:\\g{%u})" : "\\g{%u}",
                   index);
        return;
    }
    buf_printf(w->out, "(?(%u)", index);
    write_list(w, n, '|');
    buf_addc(w->out, ')');
}

static void write_text(struct writer *w, const struct re_node *n)
{
    for (uint32_t i = 0; i < n->cp; i++)
        write_char(w, (unsigned char)n->text[i]);
}

static void write_node(struct writer *w, const struct re_node *n)
{
    switch (n->kind) {
    case RE_TEXT:
        write_text(w, n);
        break;
    case RE_CHAR:
        write_literal(w, n);
        break;
    case RE_ANY:
        buf_addc(w->out, '.');
        break;
    case RE_SET:
        write_set(w, n);
        break;
    case RE_BEGIN:
        buf_adds(w->out, "\\A");
        break;
    case RE_END:
        buf_adds(w->out, "\\z");
        break;
    case RE_BOUNDARY:
        write_boundary(w, n);
        break;
    case RE_SEQ:
        write_list(w, n, '\0');
        break;
    case RE_ALT:
        write_list(w, n, '|');
        break;
    case RE_GROUP:
    case RE_ATOMIC:
    case RE_LOOK:
        write_group(w, n);
        break;
    case RE_REPEAT:
        write_repeat(w, n);
        break;
    case RE_BACKREF:
    case RE_COND:
        write_reference(w, n);
        break;
    }
}

void re_write(const struct re *re, bool ascii, struct buf *out)
{
    struct writer w = {re, out, ascii};

    write_node(&w, re->root);
}
