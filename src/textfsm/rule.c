#include <stdlib.h>
#include <string.h>

#include "kiriwake/buf.h"
#include "kiriwake/mem.h"
#include "kiriwake/msg.h"
#include "pytext.h"
#include "template.h"

static void add_piece(struct expansion *s, size_t in, bool copied)
{
    s->pieces = mem_grow(s->pieces, &s->cap, s->count + 1, sizeof *s->pieces);
    s->pieces[s->count++] = (struct piece){s->regex.len, in, copied};
}

static size_t origin(const struct expansion *s, size_t out)
{
    size_t i = s->count - 1;

    while (i && s->pieces[i].out > out)
        i--;
    return s->pieces[i].in +
           (s->pieces[i].copied ? out - s->pieces[i].out : 0);
}

static bool starts_name(char c)
{
    return c == '_' || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

static size_t name_len(const char *s, size_t len)
{
    size_t n = 0;

    if (!len || !starts_name(*s))
        return 0;
    while (n < len && (starts_name(s[n]) || (s[n] >= '0' && s[n] <= '9')))
        n++;
    return n;
}

static const struct value *find_value(const struct textfsm *t, const char *s,
                                      size_t len)
{
    for (size_t i = 0; i < t->value_count; i++)
        if (t->values[i].name_len == len &&
            memcmp(t->values[i].name, s, len) == 0)
            return &t->values[i];
    return NULL;
}

static int unknown_value(const struct textfsm *t, size_t at, const char *s,
                         size_t len, struct err *e)
{
    int n = len < 60 ? (int)len : 60;

    if (!len)
        return template_fail(t, e, at,
                             _("'$' must begin ${Value}; the end of the line "
                               "is '$$'"));
    return template_fail(t, e, at, _("value '%.*s' is not declared"), n, s);
}

/* What "$" at s begins: the bytes used, or 0 with *e. */
static size_t substitute(struct textfsm *t, struct expansion *sub,
                         size_t at, const char *s, size_t len, struct err *e)
{
    bool brace = len > 1 && s[1] == '{';
    size_t skip = brace ? 2 : 1, n;
    const struct value *v;

    if (len > 1 && s[1] == '$') {
        buf_addc(&sub->regex, '$');
        return 2;
    }
    n = name_len(s + skip, len - skip);
    if (brace && n && (skip + n == len || s[skip + n] != '}'))
        n = 0;
    v = n ? find_value(t, s + skip, n) : NULL;
    if (!v) {
        unknown_value(t, at, s + skip, n, e);
        return 0;
    }
    buf_adds(&sub->regex, "(?P<");
    buf_add(&sub->regex, v->name, v->name_len);
    buf_addc(&sub->regex, '>');
    buf_add(&sub->regex, v->regex + 1, v->regex_len - 1);
    return skip + n + brace;
}

/* As string.Template.substitute() does; without values textfsm leaves the
 * line alone. */
static int expand(struct textfsm *t, struct expansion *sub, size_t at,
                  size_t len, struct err *e)
{
    const char *s = t->text;
    size_t end = at + len, used;

    while (at < end) {
        const char *dollar = t->value_count ? memchr(s + at, '$', end - at)
                                            : NULL;
        size_t n = dollar ? (size_t)(dollar - s) - at : end - at;

        if (n) {
            add_piece(sub, at, true);
            buf_add(&sub->regex, s + at, n);
            at += n;
        }
        if (!dollar)
            break;
        add_piece(sub, at, false);
        used = substitute(t, sub, at, s + at, end - at, e);
        if (!used)
            return -1;
        at += used;
    }
    return 0;
}

/* Every group that has a value's name sets it. */
static void find_captures(struct textfsm *t, struct rule *r, struct re *re,
                          const char *regex, size_t len)
{
    r->captures = arena_alloc(&t->arena, re->count * sizeof *r->captures);
    r->plain = true;
    for (uint32_t i = 1; i < re->count; i++) {
        const char *name = re->groups[i].name;
        const struct value *v;

        v = name ? find_value(t, name, re->groups[i].name_len) : NULL;
        if (!v)
            continue;
        re->groups[i].wanted = true;
        r->plain &= !(v->options & VALUE_ACTS);
        r->captures[r->capture_count++] =
            (struct capture){i, (uint32_t)(v - t->values)};
    }
    matcher_prepare(&r->matcher, &t->tools, re, regex, len);
    for (uint32_t i = 0; i < r->capture_count; i++)
        r->captures[i].group = re->groups[r->captures[i].group].index;
}

static int parse_regex(struct textfsm *t, struct rule *r, size_t at,
                       size_t len, struct err *e)
{
    struct expansion *x = &t->expanded;
    struct re_error wrong;
    struct re re;
    const char *regex;

    x->regex.len = x->count = 0;
    if (expand(t, x, at, len, e) < 0)
        return -1;
    regex = arena_string(&t->arena, buf_str(&x->regex), x->regex.len);
    if (re_parse(&re, &t->scratch, regex, x->regex.len, &wrong) < 0)
        return template_fail(t, e, origin(x, wrong.at),
                             _("invalid regular expression: %s"), wrong.what);
    find_captures(t, r, &re, regex, x->regex.len);
    arena_reset(&t->scratch, TEMPLATE_SCRATCH);
    return 0;
}

/* The last "->" with white space before it: the offset of the white space,
 * len when there is none. */
static size_t find_arrow(const char *s, size_t len)
{
    const char *head;

    for (size_t n = len; (head = lines_last(s, '>', n));
         n = (size_t)(head - s)) {
        size_t at = (size_t)(head - s), space = 1;

        if (!at || head[-1] != '-' || !pytext_space_after(s, at - 1))
            continue;
        /* Only the last character of it belongs to the arrow. */
        while (((unsigned char)s[at - 1 - space] & 0xC0) == 0x80)
            space++;
        return at - 1 - space;
    }
    return len;
}

static int parse_action(struct textfsm *t, struct rule *r, size_t at,
                        size_t len, size_t arrow, struct err *e)
{
    const char *s = t->text + at;
    size_t action;

    if (arrow == len)
        return 0;
    action = (size_t)(strstr(s + arrow, "->") - s) + 2;
    return action_parse(t, r, at + action, len - action, e);
}

int rule_parse(struct textfsm *t, struct rule *r, size_t at, size_t len,
               struct err *e)
{
    size_t arrow = find_arrow(t->text + at, len);

    if (parse_regex(t, r, at, arrow, e) < 0 ||
        parse_action(t, r, at, len, arrow, e) < 0)
        return -1;
    r->quiet = r->line_op == LINE_NEXT && r->record_op == RECORD_NONE &&
               !r->target;
    return 0;
}
