#include "re.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uniname.h>

#include "kiriwake/mem.h"

#define CLASS(c) {.kind = RE_SET, .set = &(const struct re_set){.classes = c}}

/* What \c is outside and inside of a set; the common ones first. */
static const struct {
    char letter;
    struct re_node node;
} categories[] = {
    {'s', CLASS(RE_SPACE)},
    {'S', CLASS(RE_NOT_SPACE)},
    {'d', CLASS(RE_DIGIT)},
    {'w', CLASS(RE_WORD)},
    {'D', CLASS(RE_NOT_DIGIT)},
    {'W', CLASS(RE_NOT_WORD)},
    {'b', {.kind = RE_BOUNDARY}},
    {'B', {.kind = RE_BOUNDARY, .negated = true}},
    {'A', {.kind = RE_BEGIN}},
    {'Z', {.kind = RE_END}},
};
#define CATEGORIES (sizeof categories / sizeof categories[0])

static bool is_octal(struct re_parser *p)
{
    return p->at < p->end && *p->at >= '0' && *p->at <= '7';
}

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *d = c ? strchr(digits, c >= 'A' && c <= 'F' ? c | 32 : c)
                      : NULL;

    return d ? (int)(d - digits) : -1;
}

static int parse_hex(struct re_parser *p, const char *at, int count,
                     uint32_t *cp)
{
    *cp = 0;
    for (int i = 0; i < count; i++, p->at++) {
        if (p->at == p->end || hex_digit(*p->at) < 0)
            return re_fail(p, at, "incomplete escape %.*s",
                           (int)(p->at - at), at);
        *cp = *cp << 4 | (uint32_t)hex_digit(*p->at);
    }
    if (*cp > 0x10FFFF)
        return re_fail(p, at, "bad escape %.*s", (int)(p->at - at), at);
    return 0;
}

/* \N{EM DASH} */
static int parse_name(struct re_parser *p, const char *at, uint32_t *cp)
{
    const char *close;
    char *name;

    if (!re_accept(p, '{'))
        return re_fail(p, p->at, "missing {");
    close = memchr(p->at, '}', (size_t)(p->end - p->at));
    if (!close || close == p->at)
        return re_fail(p, p->at, "missing character name");
    name = mem_strndup(p->at, (size_t)(close - p->at));
    *cp = unicode_name_character(name);
    free(name);
    p->at = close + 1;
    if (*cp == UNINAME_INVALID)
        return re_fail(p, at, "undefined character name");
    return 0;
}

/* Escapes that mean one character wherever they stand: 1 with *cp, 0 when
 * c is none of them, -1 on error. */
static int parse_char(struct re_parser *p, const char *at, char c,
                      uint32_t *cp)
{
    static const char letters[] = "afnrtv\\", means[] = "\a\f\n\r\t\v\\";
    const char *l = c ? strchr(letters, c) : NULL;

    if (l) {
        *cp = (unsigned char)means[l - letters];
        return 1;
    }
    if (c == 'x' || c == 'u' || c == 'U')
        return parse_hex(p, at, c == 'x' ? 2 : c == 'u' ? 4 : 8, cp) < 0 ? -1
                                                                          : 1;
    if (c == 'N')
        return parse_name(p, at, cp) < 0 ? -1 : 1;
    return 0;
}

static int parse_octal(struct re_parser *p, const char *at, uint32_t value,
                       int more, uint32_t *cp)
{
    for (; more && is_octal(p); more--)
        value = value * 8 + (uint32_t)(*p->at++ - '0');
    if (value > 0377)
        return re_fail(p, at, "octal escape value %.*s outside of range "
                              "0-0o377", (int)(p->at - at), at);
    *cp = value;
    return 0;
}

static bool is_letter(uint32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(uint32_t c)
{
    return c >= '0' && c <= '9';
}

static struct re_node *literal(struct re_parser *p, uint32_t cp, int flags)
{
    struct re_node *n = re_node(p, RE_CHAR, flags);

    n->cp = cp;
    return n;
}

static struct re_node *parse_backref(struct re_parser *p, const char *at,
                                     uint32_t group, int flags)
{
    struct re_node *n = re_node(p, RE_BACKREF, flags);

    if (group >= p->re->count) {
        re_fail(p, at, "invalid group reference %u", group);
        return NULL;
    }
    if (re_check_ref(p, at, group) < 0)
        return NULL;
    n->cp = group;
    return n;
}

/* \1 to \99, or three octal digits. */
static struct re_node *parse_number(struct re_parser *p, const char *at,
                                    char c, int flags)
{
    uint32_t n = (uint32_t)(c - '0'), cp = 0;

    if (p->at < p->end && is_digit((unsigned char)*p->at)) {
        char d = *p->at++;

        if (c < '8' && d < '8' && is_octal(p)) {
            if (parse_octal(p, at, n * 8 + (uint32_t)(d - '0'), 1, &cp) < 0)
                return NULL;
            return literal(p, cp, flags);
        }
        n = n * 10 + (uint32_t)(d - '0');
    }
    return parse_backref(p, at, n, flags);
}

/* The content of a repeat has no next, so that one node does for all. */
static bool is_shared(const struct re_parser *p, const struct re_node *n,
                      int flags)
{
    return !flags && n->kind == RE_SET && p->at < p->end &&
           (*p->at == '+' || *p->at == '*');
}

static struct re_node *category(struct re_parser *p, char c, int flags)
{
    const struct re_node *n;
    struct re_node *own;

    for (size_t i = 0; i < CATEGORIES; i++) {
        if (categories[i].letter != c)
            continue;
        n = &categories[i].node;
        if (is_shared(p, n, flags))
            return (struct re_node *)n;
        own = re_node(p, n->kind, flags);
        own->negated = n->negated;
        own->set = n->set;
        return own;
    }
    return NULL;
}

struct re_node *re_parse_escape(struct re_parser *p, int flags)
{
    const char *at = p->at - 1;
    struct re_node *n;
    uint32_t c, cp = 0;
    int found;

    if (p->at == p->end) {
        re_fail(p, at, "bad escape (end of pattern)");
        return NULL;
    }
    c = re_next(p);
    n = c < 0x80 ? category(p, (char)c, flags) : NULL;
    if (n)
        return n;
    found = c < 0x80 ? parse_char(p, at, (char)c, &cp) : 0;
    if (!found && c == '0')
        found = parse_octal(p, at, 0, 2, &cp) < 0 ? -1 : 1;
    if (found)
        return found < 0 ? NULL : literal(p, cp, flags);
    if (is_digit(c))
        return parse_number(p, at, (char)c, flags);
    if (is_letter(c)) {
        re_fail(p, at, "bad escape \\%c", (char)c);
        return NULL;
    }
    return literal(p, c, flags);
}

/* One member of a set: a character, or a class in *class. */
static int parse_member(struct re_parser *p, uint32_t *cp, uint8_t *class)
{
    const char *at = p->at;
    uint32_t c = re_next(p);
    int found;

    *class = 0;
    *cp = c;
    if (c != '\\')
        return 0;
    if (p->at == p->end)
        return re_fail(p, at, "bad escape (end of pattern)");
    *cp = c = re_next(p);
    if (c >= 0x80)
        return 0;
    for (size_t i = 0; i < CATEGORIES; i++)
        if (categories[i].letter == (char)c &&
            categories[i].node.kind == RE_SET) {
            *class = categories[i].node.set->classes;
            return 0;
        }
    found = parse_char(p, at, (char)c, cp);
    if (found)
        return found < 0 ? -1 : 0;
    if (c == 'b')
        *cp = '\b';
    else if (c >= '0' && c <= '7')
        return parse_octal(p, at, c - '0', 2, cp);
    else if (is_letter(c) || is_digit(c))
        return re_fail(p, at, "bad escape \\%c", (char)c);
    return 0;
}

void re_add_range(struct re_parser *p, struct re_set *s, uint32_t lo,
                  uint32_t hi)
{
    if (s->count == s->cap) {
        uint32_t cap = s->cap ? s->cap * 2 : 4;
        struct re_range *more = arena_alloc(p->arena, cap * sizeof *more);

        if (s->count)
            memcpy(more, s->ranges, s->count * sizeof *more);
        s->ranges = more;
        s->cap = cap;
    }
    s->ranges[s->count++] = (struct re_range){lo, hi};
}

static void add_member(struct re_parser *p, struct re_set *s, uint32_t cp,
                       uint8_t class)
{
    s->classes |= class;
    if (!class)
        re_add_range(p, s, cp, cp);
}

/* After a member: a range if "-" follows. 1 when the set ended with "-]". */
static int parse_range(struct re_parser *p, struct re_set *s, const char *at,
                       uint32_t lo, uint8_t class)
{
    uint32_t hi;
    uint8_t hi_class;

    if (!re_accept(p, '-')) {
        add_member(p, s, lo, class);
        return 0;
    }
    if (re_accept(p, ']')) {
        add_member(p, s, lo, class);
        re_add_range(p, s, '-', '-');
        return 1;
    }
    if (p->at == p->end)
        return 0;
    if (parse_member(p, &hi, &hi_class) < 0)
        return -1;
    if (class || hi_class || hi < lo)
        return re_fail(p, at, "bad character range %.*s", (int)(p->at - at),
                       at);
    re_add_range(p, s, lo, hi);
    return 0;
}

struct re_node *re_parse_set(struct re_parser *p, int flags)
{
    const char *start = p->at - 1, *at;
    struct re_node *n = re_node(p, RE_SET, flags);
    struct re_set *s = arena_zalloc(p->arena, sizeof *s);
    uint32_t cp = 0;
    uint8_t class = 0;
    int done = 0;

    n->set = s;
    s->negated = re_accept(p, '^');
    while (!done && p->at < p->end) {
        if ((s->count || s->classes) && re_accept(p, ']'))
            return n;
        at = p->at;
        if (parse_member(p, &cp, &class) < 0)
            return NULL;
        done = parse_range(p, s, at, cp, class);
    }
    if (done > 0)
        return n;
    if (!done)
        re_fail(p, start, "unterminated character set");
    return NULL;
}
