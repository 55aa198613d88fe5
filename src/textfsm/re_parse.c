#include "re.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "kiriwake/text.h"

#define MAX_DEPTH 150

int re_fail(struct re_parser *p, const char *at, const char *fmt, ...)
{
    va_list ap;

    p->error->at = (size_t)(at - p->start);
    va_start(ap, fmt);
    vsnprintf(p->error->what, sizeof p->error->what, fmt, ap);
    va_end(ap);
    return -1;
}

struct re_node *re_node(struct re_parser *p, enum re_kind kind, int flags)
{
    struct re_node *n = arena_zalloc(p->arena, sizeof *n);

    n->kind = kind;
    n->flags = (uint8_t)flags;
    return n;
}

uint32_t re_next(struct re_parser *p)
{
    uint32_t cp = (unsigned char)*p->at;

    if (cp < 0x80)
        p->at++;
    else
        p->at += text_decode(p->at, (size_t)(p->end - p->at), &cp);
    return cp;
}

bool re_accept(struct re_parser *p, char c)
{
    if (p->at == p->end || *p->at != c)
        return false;
    p->at++;
    return true;
}

int re_check_ref(struct re_parser *p, const char *at, uint32_t group)
{
    struct re_group *g = &p->re->groups[group];

    if (!g->content)
        return re_fail(p, at, "cannot refer to an open group");
    if (p->behind_groups && group >= p->behind_groups)
        return re_fail(p, at, "cannot refer to a group of the same "
                              "lookbehind");
    if (!g->wanted)
        re_width(p->re, g->content, &g->min, &g->max);
    g->wanted = true;
    return 0;
}

/* Digits at p->at as a number; *any tells whether there were some. */
static uint64_t parse_digits(struct re_parser *p, bool *any)
{
    uint64_t n = 0;

    *any = false;
    for (; p->at < p->end && *p->at >= '0' && *p->at <= '9'; p->at++) {
        if (n < UINT64_MAX / 16)
            n = n * 10 + (uint64_t)(*p->at - '0');
        *any = true;
    }
    return n;
}

#define MAX_REPEAT 65535        /* PCRE2's; Python's is 2^32 - 2 */

/* After "{": 1 when it was a repeat, 0 when it is only a brace. */
static int parse_braces(struct re_parser *p, uint32_t *min, uint32_t *max)
{
    const char *start = p->at;
    uint64_t lo, hi = 0;
    bool has_lo, has_hi = false, comma = false;

    if (p->at < p->end && *p->at == '}')
        return 0;
    lo = parse_digits(p, &has_lo);
    if (re_accept(p, ',')) {
        comma = true;
        hi = parse_digits(p, &has_hi);
    }
    if (!re_accept(p, '}')) {
        p->at = start;
        return 0;
    }
    if (!comma) {
        hi = lo;
        has_hi = has_lo;
    }
    if ((has_lo && lo > MAX_REPEAT) || (has_hi && hi > MAX_REPEAT))
        return re_fail(p, start, "the repetition number is too large "
                                 "(the most is %d)", MAX_REPEAT);
    *min = has_lo ? (uint32_t)lo : 0;
    *max = has_hi ? (uint32_t)hi : RE_FOREVER;
    if (*max < *min)
        return re_fail(p, start, "min repeat greater than max repeat");
    return 1;
}

/* Whether c begins a repeat: 1 with its bounds, 0 not, -1 on error. */
static int parse_bounds(struct re_parser *p, uint32_t c, uint32_t *min,
                        uint32_t *max)
{
    if (c == '{')
        return parse_braces(p, min, max);
    *min = c == '+';
    *max = c == '?' ? 1 : RE_FOREVER;
    return c == '*' || c == '+' || c == '?';
}

static struct re_node *parse_repeat(struct re_parser *p, const char *at,
                                    struct re_node *item, uint32_t min,
                                    uint32_t max)
{
    struct re_node *n;

    if (!item || item->kind == RE_BEGIN || item->kind == RE_END ||
        item->kind == RE_BOUNDARY) {
        re_fail(p, at, "nothing to repeat");
        return NULL;
    }
    if (item->kind == RE_REPEAT) {
        re_fail(p, at, "multiple repeat");
        return NULL;
    }
    n = re_node(p, RE_REPEAT, item->flags);
    n->first = item;
    n->min = min;
    n->max = max;
    n->mode = re_accept(p, '?')   ? RE_LAZY
              : re_accept(p, '+') ? RE_POSSESSIVE
                                  : RE_GREEDY;
    return n;
}

static bool skip_verbose(struct re_parser *p)
{
    if (p->at == p->end || !strchr(" \t\n\r\v\f#", *p->at) || !*p->at)
        return false;
    if (*p->at++ == '#')
        while (p->at < p->end && *p->at++ != '\n')
            continue;
    return true;
}

static struct re_node *parse_atom(struct re_parser *p, uint32_t c, int flags)
{
    struct re_node *n;

    switch (c) {
    case '\\':
        return re_parse_escape(p, flags);
    case '[':
        return re_parse_set(p, flags);
    case '.':
        return re_node(p, RE_ANY, flags);
    case '^':
        return re_node(p, RE_BEGIN, flags);
    case '$':
        return re_node(p, RE_END, flags);
    default:
        n = re_node(p, RE_CHAR, flags);
        n->cp = c;
        return n;
    }
}

/* The item at p->at, appended behind *tail: 0, or -1. A repeat wraps the
 * item before it. */
static int parse_item(struct re_parser *p, int flags, bool lead,
                      struct re_node **last)
{
    const char *at = p->at;
    uint32_t c = re_next(p), min = 0, max = 0;
    struct re_node *n = NULL;
    int repeat = parse_bounds(p, c, &min, &max);

    if (repeat < 0)
        return -1;
    if (repeat) {
        n = parse_repeat(p, at, *last, min, max);
        if (!n)
            return -1;
        *last = n;
        return 0;
    }
    if (c == '(')
        return re_parse_group(p, flags, lead && !*last, last);
    n = parse_atom(p, c, flags);
    if (!n)
        return -1;
    *last = n;
    return 0;
}

/* Whether c stands for itself, unless flags say otherwise. */
static inline bool is_plain(char c)
{
    /* Printable ASCII without $ ( ) * + . ? [ \\ ^ { | */
    static const uint64_t plain[2] = {0x7FFFB0EF00000000ull,
                                      0x67FFFFFFA7FFFFFFull};

    return (c & 0x80) == 0 && (plain[c >> 6] >> (c & 63) & 1);
}

/* Two and more characters that stand for themselves, at p->at, which is one;
 * NULL where there are not so many. A repeat takes the last one for itself. */
static struct re_node *parse_text(struct re_parser *p, int flags)
{
    const char *start = p->at, *at = start;
    const char *end = p->end - start > RE_TEXT_MAX ? start + RE_TEXT_MAX
                                                   : p->end;
    struct re_node *n;

    do
        at++;
    while (at < end && is_plain(*at));
    if (at < p->end &&
        (*at == '*' || *at == '+' || *at == '?' || *at == '{'))
        at--;
    if (at - start < 2 || (flags & (RE_I | RE_X)))
        return NULL;
    n = re_node(p, RE_TEXT, flags);
    n->text = start;
    n->cp = (uint32_t)(at - start);
    p->at = at;
    return n;
}

struct re_node *re_parse_seq(struct re_parser *p, int flags, bool lead)
{
    struct re_node *seq = re_node(p, RE_SEQ, flags), *last = NULL, *was;
    struct re_node *text;
    struct re_node **slot = &seq->first;

    while (p->at < p->end && *p->at != '|' && *p->at != ')') {
        if (lead)
            flags |= p->flags;
        if ((flags & RE_X) && skip_verbose(p))
            continue;
        was = last;
        text = is_plain(*p->at) ? parse_text(p, flags) : NULL;
        if (text)
            last = text;
        else if (parse_item(p, flags, lead, &last) < 0)
            return NULL;
        if (last == was)
            continue;
        if (last->kind != RE_REPEAT || last->first != was || !was)
            slot = was ? &was->next : slot;
        *slot = last;
    }
    return seq;
}

struct re_node *re_parse_alt(struct re_parser *p, int flags)
{
    struct re_node *alt, *branch;
    bool top = p->depth == 0, lead = top;

    if (++p->depth > MAX_DEPTH) {
        re_fail(p, p->at, "groups are nested deeper than %d", MAX_DEPTH);
        return NULL;
    }
    branch = re_parse_seq(p, flags, lead);
    if (branch && p->at < p->end && *p->at == '|') {
        alt = re_node(p, RE_ALT, flags);
        alt->first = branch;
        while (branch && re_accept(p, '|')) {
            branch->next = re_parse_seq(p, top ? flags | p->flags : flags,
                                        false);
            branch = branch->next;
        }
        branch = branch ? alt : NULL;
    }
    p->depth--;
    return branch;
}

int re_parse(struct re *re, struct arena *a, const char *text, size_t len,
             struct re_error *e)
{
    struct re_parser p = {.re = re, .arena = a, .start = text, .at = text,
                          .end = text + len, .error = e};

    *re = (struct re){.cap = 8, .count = 1};
    re->groups = arena_zalloc(a, re->cap * sizeof *re->groups);
    re->root = re_parse_alt(&p, 0);
    if (!re->root)
        return -1;
    if (p.at < p.end)
        return re_fail(&p, p.at, "unbalanced parenthesis");
    if (p.highest_cond >= re->count)
        return re_fail(&p, p.cond_at, "invalid group reference %u",
                       p.highest_cond);
    for (uint32_t i = 1; i <= p.highest_cond; i++)
        re->groups[i].wanted = true;
    return 0;
}

uint32_t re_number_groups(struct re *re)
{
    uint32_t n = 0;

    for (uint32_t i = 1; i < re->count; i++)
        re->groups[i].index = re->groups[i].wanted ? ++n : 0;
    return n;
}
