#include "expansion.h"

#include <string.h>

#include "kiriwake/msg.h"

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

/* What "$" at at begins: the bytes used, or 0 with *e. */
static size_t read_dollar(struct textfsm *t, struct piece *p, size_t at,
                          size_t len, struct err *e)
{
    const char *s = t->text + at;
    bool brace = len > 1 && s[1] == '{';
    size_t skip = brace ? 2 : 1, n;

    *p = (struct piece){.in = at, .len = 1};
    if (len > 1 && s[1] == '$')
        return 2;
    n = name_len(s + skip, len - skip);
    if (brace && n && (skip + n == len || s[skip + n] != '}'))
        n = 0;
    p->value = n ? template_value(t, s + skip, n) : NULL;
    if (!p->value) {
        unknown_value(t, at, s + skip, n, e);
        return 0;
    }
    p->len = strlen("(?P<>") + p->value->name_len + p->value->regex_len - 1;
    return skip + n + brace;
}

/* Few rules have more pieces than the first so many. */
#define PIECES 16

static void grow_pieces(struct expansion *x, struct textfsm *t)
{
    struct piece *more;

    more = arena_alloc(&t->scratch, 2 * x->cap * sizeof *more);
    memcpy(more, x->pieces, x->count * sizeof *more);
    x->pieces = more;
    x->cap *= 2;
}

static void add_piece(struct expansion *x, struct textfsm *t, struct piece p)
{
    if (x->count == x->cap)
        grow_pieces(x, t);
    p.out = x->len;
    x->len += p.len;
    x->pieces[x->count++] = p;
}

/* Without values textfsm leaves the line alone. */
static const char *find_dollar(const struct textfsm *t, size_t at, size_t end)
{
    return t->value_count ? memchr(t->text + at, '$', end - at) : NULL;
}

static int read_pieces(struct expansion *x, struct textfsm *t, size_t at,
                       size_t end, struct err *e)
{
    struct piece p;

    while (at < end) {
        const char *dollar = find_dollar(t, at, end);
        size_t n = dollar ? (size_t)(dollar - t->text) - at : end - at;

        if (n)
            add_piece(x, t, (struct piece){.in = at, .len = n});
        at += n;
        if (!dollar)
            break;
        n = read_dollar(t, &p, at, end - at, e);
        if (!n)
            return -1;
        add_piece(x, t, p);
        at += n;
    }
    return 0;
}

static char *put(char *at, const char *s, size_t len)
{
    memcpy(at, s, len);
    return at + len;
}

static void write_value(char *at, const struct value *v)
{
    at = put(at, "(?P<", 4);
    at = put(at, v->name, v->name_len);
    *at++ = '>';
    put(at, v->regex + 1, v->regex_len - 1);
}

int expansion_make(struct expansion *x, struct textfsm *t, size_t at,
                   size_t len, struct err *e)
{
    char *regex;

    *x = (struct expansion){.cap = PIECES};
    x->pieces = arena_alloc(&t->scratch, PIECES * sizeof *x->pieces);
    if (read_pieces(x, t, at, at + len, e) < 0)
        return -1;
    x->regex = regex = arena_room(&t->arena, x->len + 1);
    for (size_t i = 0; i < x->count; i++) {
        const struct piece *p = &x->pieces[i];

        if (p->value)
            write_value(regex + p->out, p->value);
        else
            put(regex + p->out, t->text + p->in, p->len);
    }
    regex[x->len] = '\0';
    return 0;
}

size_t expansion_origin(const struct expansion *x, size_t out)
{
    size_t i = x->count - 1;

    while (i && x->pieces[i].out > out)
        i--;
    return x->pieces[i].in +
           (x->pieces[i].value ? 0 : out - x->pieces[i].out);
}
