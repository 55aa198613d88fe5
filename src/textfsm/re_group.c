#include "re.h"

#include <string.h>
#include <unictype.h>

#include "pytext.h"

/* What stands between "(?" and the content. */
struct opening {
    enum re_kind kind;
    const char *name;
    size_t name_len;
    int add, del;
    bool capture, negated, behind;
};

static bool is_identifier(const char *s, size_t len)
{
    uint32_t cp;
    size_t n;

    for (bool first = true; (n = pytext_decode(s, len, &cp)) > 0;
         s += n, len -= n, first = false)
        if (cp < 128 ? !pytext_is_word(cp) || (first && cp < 'A')
                     : !(first ? uc_is_property_xid_start(cp)
                                 : uc_is_property_xid_continue(cp)))
            return false;
    return true;
}

/* The name up to close; NULL on error. */
static const char *parse_name(struct re_parser *p, char close, size_t *len)
{
    const char *at = p->at;
    const char *end = memchr(at, close, (size_t)(p->end - at));

    if (!end || end == at) {
        re_fail(p, at, end || at == p->end ? "missing group name"
                                           : "unterminated group name");
        return NULL;
    }
    *len = (size_t)(end - at);
    p->at = end + 1;
    return at;
}

static uint32_t find_group(const struct re *re, const char *name, size_t len)
{
    for (uint32_t i = 1; i < re->count; i++)
        if (re->groups[i].name && re->groups[i].name_len == len &&
            memcmp(re->groups[i].name, name, len) == 0)
            return i;
    return 0;
}

static uint32_t open_group(struct re_parser *p, const struct opening *o)
{
    struct re *re = p->re;

    if (re->count == re->cap) {
        struct re_group *more;

        more = arena_zalloc(p->arena, 2 * re->cap * sizeof *more);
        memcpy(more, re->groups, re->count * sizeof *more);
        re->groups = more;
        re->cap *= 2;
    }
    re->groups[re->count].name = o->name;
    re->groups[re->count].name_len = o->name_len;
    return re->count++;
}

static int parse_group_name(struct re_parser *p, struct opening *o)
{
    size_t len;
    const char *name = parse_name(p, '>', &len);

    if (!name)
        return -1;
    if (!is_identifier(name, len))
        return re_fail(p, name, "bad character in group name '%.*s'",
                       (int)len, name);
    if (find_group(p->re, name, len))
        return re_fail(p, name, "redefinition of group name '%.*s'",
                       (int)len, name);
    o->name = name;
    o->name_len = len;
    o->capture = true;
    return 0;
}

/* (?P=name) */
static int parse_named_ref(struct re_parser *p, int flags,
                           struct re_node **node)
{
    size_t len;
    const char *name = parse_name(p, ')', &len);
    uint32_t group;

    if (!name)
        return -1;
    group = find_group(p->re, name, len);
    if (!group)
        return re_fail(p, name, "unknown group name '%.*s'", (int)len, name);
    if (re_check_ref(p, name, group) < 0)
        return -1;
    *node = re_node(p, RE_BACKREF, flags);
    (*node)->cp = group;
    return 1;
}

/* The number of the group a condition asks for; 0 on error. */
static uint32_t parse_cond_group(struct re_parser *p)
{
    size_t len;
    const char *name = parse_name(p, ')', &len);
    uint32_t group = 0;

    if (!name)
        return 0;
    if (strspn(name, "0123456789") >= len && len < 6)
        for (size_t i = 0; i < len; i++)
            group = group * 10 + (uint32_t)(name[i] - '0');
    else
        group = find_group(p->re, name, len);
    if (!group) {
        re_fail(p, name, "unknown group '%.*s'", (int)len, name);
        return 0;
    }
    if (group > p->highest_cond) {
        p->highest_cond = group;
        p->cond_at = name;
    }
    if (p->behind_groups && group < p->re->count &&
        re_check_ref(p, name, group) < 0)
        return 0;
    return group;
}

/* (?(1)yes|no) */
static int parse_cond(struct re_parser *p, int flags, const char *start,
                      struct re_node **node)
{
    struct re_node *n = re_node(p, RE_COND, flags);

    n->cp = parse_cond_group(p);
    if (!n->cp)
        return -1;
    if (++p->depth > 150)
        return re_fail(p, start, "conditions are nested too deep");
    n->first = re_parse_seq(p, flags, false);
    if (n->first && re_accept(p, '|')) {
        n->first->next = re_parse_seq(p, flags, false);
        if (!n->first->next)
            return -1;
    }
    p->depth--;
    if (!n->first)
        return -1;
    if (p->at < p->end && *p->at == '|')
        return re_fail(p, p->at, "conditional with more than two branches");
    if (!re_accept(p, ')'))
        return re_fail(p, start, "missing ), unterminated subpattern");
    *node = n;
    return 1;
}

static int skip_comment(struct re_parser *p, const char *start)
{
    const char *close = memchr(p->at, ')', (size_t)(p->end - p->at));

    if (!close)
        return re_fail(p, start, "missing ), unterminated comment");
    p->at = close + 1;
    return 1;
}

static const char flag_letters[] = "iLmsxatu";

/* Letters up to one of stop; *bits of ours. The letter that ended them, or
 * -1. */
static int parse_letters(struct re_parser *p, const char *stop, bool adding,
                         int *bits, int *types)
{
    char c;

    do {
        if (p->at == p->end)
            return re_fail(p, p->at, "missing one of %s after flags", stop);
        c = *p->at++;
        if (c && strchr(stop, c))
            return c;
        if (!c || !strchr(flag_letters, c))
            return re_fail(p, p->at - 1, "unknown flag");
        if (c == 'L' || (!adding && (c == 'a' || c == 'u')))
            return re_fail(p, p->at - 1, "flag %c cannot be used here", c);
        *bits |= c == 'i' ? RE_I : c == 'a' ? RE_A : c == 's' ? RE_S
                 : c == 'x' ? RE_X : 0;
        *types |= c == 'a' ? 1 : c == 'u' ? 2 : c == 't' ? 4 : 0;
    } while (true);
}

/* (?i) and (?i-s:…): 1 when it was flags only, 0 when content follows. */
static int parse_flags(struct re_parser *p, struct opening *o,
                       const char *start, bool lead)
{
    int types = 0, none = 0, end = '-';

    p->at--;
    if (*p->at == '-')
        p->at++;
    else
        end = parse_letters(p, ")-:", true, &o->add, &types);
    if (end < 0)
        return -1;
    if ((types & 3) == 3)
        return re_fail(p, start, "flags a and u are incompatible");
    if (end == ')') {
        if (!lead)
            return re_fail(p, start, "global flags not at the start of the "
                                     "expression");
        p->flags |= o->add;
        return 1;
    }
    if (end == '-') {
        const char *at = p->at;

        if (parse_letters(p, ":", false, &o->del, &none) < 0)
            return -1;
        if (p->at == at + 1)
            return re_fail(p, at, "missing flag");
    }
    if (((types | none) & 4) || (o->add & o->del))
        return re_fail(p, start, "bad inline flags");
    o->del |= types & 2 ? RE_A : 0;
    return 0;
}

static int parse_look(struct re_parser *p, char c, const char *start,
                      struct opening *o)
{
    o->kind = RE_LOOK;
    o->behind = c == '<';
    if (o->behind) {
        if (p->at == p->end)
            return re_fail(p, start, "unexpected end of pattern");
        c = *p->at++;
        if (c != '=' && c != '!')
            return re_fail(p, start, "unknown extension (?<");
    }
    o->negated = c == '!';
    return 0;
}

static int parse_python(struct re_parser *p, const char *start, int flags,
                        struct opening *o, struct re_node **node)
{
    if (re_accept(p, '<'))
        return parse_group_name(p, o);
    if (re_accept(p, '='))
        return parse_named_ref(p, flags, node);
    return re_fail(p, start, p->at == p->end ? "unexpected end of pattern"
                                             : "unknown extension (?P");
}

/* After "(?": 0 when the group's content follows, 1 when *node is done. */
static int parse_opening(struct re_parser *p, const char *start, int flags,
                         bool lead, struct opening *o, struct re_node **node)
{
    char c;

    if (p->at == p->end)
        return re_fail(p, start, "unexpected end of pattern");
    c = *p->at++;
    o->capture = false;
    switch (c) {
    case 'P':
        return parse_python(p, start, flags, o, node);
    case ':':
        return 0;
    case '#':
        return skip_comment(p, start);
    case '=':
    case '!':
    case '<':
        return parse_look(p, c, start, o);
    case '(':
        return parse_cond(p, flags, start, node);
    case '>':
        o->kind = RE_ATOMIC;
        return 0;
    default:
        if (c == '-' || (c && strchr(flag_letters, c)))
            return parse_flags(p, o, start, lead);
        return re_fail(p, start, "unknown extension (?");
    }
}

static int check_lookbehind(struct re_parser *p, const struct re_node *n,
                            const char *start)
{
    uint32_t min, max;

    re_width(p->re, n->first, &min, &max);
    if (min != max)
        return re_fail(p, start, "look-behind requires fixed-width pattern");
    return 0;
}

static int parse_content(struct re_parser *p, int flags, const char *start,
                         const struct opening *o, struct re_node *n)
{
    uint32_t outer = p->behind_groups;

    if (o->behind && !outer)
        p->behind_groups = p->re->count;
    n->first = re_parse_alt(p, flags);
    p->behind_groups = outer;
    if (!n->first)
        return -1;
    if (!re_accept(p, ')'))
        return re_fail(p, start, "missing ), unterminated subpattern");
    return o->behind ? check_lookbehind(p, n, start) : 0;
}

int re_parse_group(struct re_parser *p, int flags, bool lead,
                   struct re_node **node)
{
    const char *start = p->at - 1;
    struct opening o = {.kind = RE_GROUP, .capture = true};
    struct re_node *n;
    int done = 0;

    if (re_accept(p, '?'))
        done = parse_opening(p, start, flags, lead, &o, node);
    if (done)
        return done < 0 ? -1 : 0;
    n = re_node(p, o.kind, flags);
    n->negated = o.negated;
    n->behind = o.behind;
    if (o.capture)
        n->cp = open_group(p, &o);
    if (parse_content(p, (flags | o.add) & ~o.del, start, &o, n) < 0)
        return -1;
    if (o.capture)
        p->re->groups[n->cp].content = n->first;
    *node = n;
    return 0;
}
