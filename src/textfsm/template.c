#include "template.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fetch.h"
#include "kiriwake/mem.h"
#include "kiriwake/msg.h"
#include "kiriwake/text.h"
#include "pytext.h"
#include "record.h"

/* What most templates take, so that their memory is asked for once; it is
 * not touched before it is used. */
#define MEMORY 4096
#define MEMORY_PER_BYTE 24
#define MEMORY_MAX (1u << 20)

/* A walk over the template's lines. */
struct cursor {
    struct textfsm *t;
    size_t at, len;               /* the line, right-stripped */
    size_t next;
    unsigned line;
    struct err *e;
};

int template_fail(const struct textfsm *t, struct err *e, size_t at,
                  const char *fmt, ...)
{
    int line = 1;
    size_t start = 0;
    char what[400];
    va_list ap;

    for (size_t i = 0; i < at && i < t->len; i++)
        if (t->text[i] == '\n') {
            line++;
            start = i + 1;
        }
    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    return err_at(e, t->name, t->text, line, (int)(at - start) + 1, "%s",
                  what);
}

const struct value *template_value(const struct textfsm *t, const char *name,
                                   size_t len)
{
    for (size_t i = 0; i < t->value_count; i++)
        if (t->values[i].name_len == len &&
            memcmp(t->values[i].name, name, len) == 0)
            return &t->values[i];
    return NULL;
}

void template_drop_scratch(struct textfsm *t)
{
    arena_free(&t->scratch);
    t->scratch.at = t->room;
    t->scratch.end = t->room + TEMPLATE_ROOM;
}

static bool next_line(struct cursor *c)
{
    const char *text = c->t->text, *nl;
    size_t left = c->t->len - c->next;

    if (!left)
        return false;
    nl = memchr(text + c->next, '\n', left);
    c->at = c->next;
    c->len = nl ? (size_t)(nl - text) - c->at : left;
    c->next = c->at + c->len + (nl != NULL);
    c->len -= pytext_space_after(text + c->at, c->len);
    c->line++;
    return true;
}

/* How many lines there are up to a blank one: what they declare is counted
 * before it is read, to ask for its memory once. */
static size_t count_lines(struct cursor c)
{
    size_t n = 0;

    while (next_line(&c) && c.len)
        n++;
    return n;
}

static bool is_comment(const struct cursor *c)
{
    const char *s = c->t->text + c->at;
    size_t skip = pytext_space_before(s, c->len);

    return skip < c->len && s[skip] == '#';
}

static bool starts(const struct cursor *c, const char *with)
{
    size_t n = strlen(with);

    return c->len >= n && memcmp(c->t->text + c->at, with, n) == 0;
}

static int parse_value(struct cursor *c)
{
    struct textfsm *t = c->t;

    if (!starts(c, "Value ")) {
        if (!t->value_count)
            return template_fail(t, c->e, c->at,
                                 _("expected a Value declaration"));
        return template_fail(t, c->e, c->at,
                             _("expected a blank line after the last Value"));
    }
    if (value_parse(t, &t->values[t->value_count], c->at, c->len, c->e) < 0)
        return -1;
    t->options |= t->values[t->value_count++].options;
    return 0;
}

static int parse_values(struct cursor *c)
{
    c->t->values = arena_alloc(&c->t->arena,
                               count_lines(*c) * sizeof *c->t->values);
    while (next_line(c) && c->len)
        if (!is_comment(c) && parse_value(c) < 0)
            return -1;
    return 0;
}

static struct state *find_state(const struct textfsm *t, const char *name)
{
    for (size_t i = 0; i < t->state_count; i++)
        if (strcmp(t->states[i]->name, name) == 0)
            return t->states[i];
    return NULL;
}

static bool is_reserved(const char *name)
{
    static const char *const words[] = {"Continue", "Next",     "Error",
                                        "Clear",    "Clearall", "Record",
                                        "NoRecord"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(words[i], name) == 0)
            return true;
    return false;
}

/* The line names a state: adds it. */
static struct state *parse_state_name(struct cursor *c)
{
    struct textfsm *t = c->t;
    const char *name = arena_string(&t->arena, t->text + c->at, c->len);
    struct state *s;

    if (!pytext_is_words(name, c->len) || strlen(name) != c->len ||
        pytext_is_longer(name, c->len, TEMPLATE_MAX_NAME) ||
        is_reserved(name)) {
        template_fail(t, c->e, c->at,
                      _("not a name for a state (letters, digits and '_', "
                        "at most %d, none of the actions' words)"),
                      TEMPLATE_MAX_NAME);
        return NULL;
    }
    if (find_state(t, name)) {
        template_fail(t, c->e, c->at, _("state %s is defined twice"), name);
        return NULL;
    }
    s = arena_zalloc(&t->arena, sizeof *s);
    s->name = name;
    s->at = c->at;
    t->states = mem_grow(t->states, &t->state_cap, t->state_count + 1,
                         sizeof *t->states);
    t->states[t->state_count++] = s;
    return s;
}

static int parse_rule(struct cursor *c, struct state *s)
{
    const char *line = c->t->text + c->at;
    size_t skip = pytext_space_before(line, c->len);
    struct rule *r;

    if (!starts(c, " ^") && !starts(c, "  ^") && !starts(c, "\t^"))
        return template_fail(c->t, c->e, c->at,
                             _("a rule begins with one or two blanks, or a "
                               "tab, and '^'"));
    r = &s->rules[s->count++];
    *r = (struct rule){.line = c->line};
    return rule_parse(c->t, r, c->at + skip, c->len - skip, c->e);
}

/* 1 when there was a state, 0 at the end of the template. */
static int parse_state(struct cursor *c)
{
    struct state *s = NULL;

    while (!s && next_line(c)) {
        if (!c->len || is_comment(c))
            continue;
        s = parse_state_name(c);
        if (!s)
            return -1;
    }
    if (!s)
        return 0;
    s->rules = arena_alloc(&c->t->arena,
                           count_lines(*c) * sizeof *s->rules);
    while (next_line(c) && c->len)
        if (!is_comment(c) && parse_rule(c, s) < 0)
            return -1;
    return 1;
}

static int resolve(struct textfsm *t, struct rule *r, struct err *e)
{
    if (!r->target || r->line_op == LINE_ERROR)
        return 0;
    if (strcmp(r->target, "End") == 0)
        r->next = &t->end;
    else if (strcmp(r->target, "EOF") == 0)
        r->next = &t->eof;
    else
        r->next = find_state(t, r->target);
    if (!r->next)
        return template_fail(t, e, r->target_at,
                             _("state %s is not defined"), r->target);
    return 0;
}

static int check_empty(struct textfsm *t, const char *name, struct err *e)
{
    const struct state *s = find_state(t, name);

    if (s && s->count)
        return template_fail(t, e, s->at, _("state %s must be empty"), name);
    return 0;
}

static void find_required(struct textfsm *t)
{
    t->required = arena_alloc(&t->arena,
                              t->value_count * sizeof *t->required);
    for (size_t i = 0; i < t->value_count; i++)
        if (t->values[i].options & VALUE_REQUIRED)
            t->required[t->required_count++] = (uint32_t)i;
}

static int validate(struct textfsm *t, struct err *e)
{
    t->start = find_state(t, "Start");
    if (!t->start)
        return template_fail(t, e, t->len ? t->len - 1 : 0,
                             _("there is no state Start"));
    if (check_empty(t, "End", e) < 0 || check_empty(t, "EOF", e) < 0)
        return -1;
    t->has_eof = find_state(t, "EOF") != NULL;
    for (size_t i = 0; i < t->state_count; i++)
        for (size_t k = 0; k < t->states[i]->count; k++)
            if (resolve(t, &t->states[i]->rules[k], e) < 0)
                return -1;
    return 0;
}

/* A copy with LF as the only line end, as Python reads text files. */
static void take_text(struct textfsm *t, const char *text, size_t len)
{
    char *copy = arena_string(&t->arena, text, len);
    const char *first = memchr(copy, '\r', len);
    size_t n = first ? (size_t)(first - copy) : len;

    for (size_t i = n; i < len; i++) {
        if (text[i] == '\r' && i + 1 < len && text[i + 1] == '\n')
            continue;
        copy[n++] = text[i] == '\r' ? '\n' : text[i];
    }
    copy[n] = '\0';
    t->text = copy;
    t->len = n;
}

static int check_utf8(struct textfsm *t, struct err *e)
{
    uint32_t cp;

    if (pytext_is_ascii(t->text, t->len) || text_is_utf8(t->text, t->len))
        return 0;
    for (size_t at = 0, n; at < t->len; at += n) {
        n = text_decode(t->text + at, t->len - at, &cp);
        if (n == 1 && (unsigned char)t->text[at] >= 0x80)
            return template_fail(t, e, at, _("this byte is not UTF-8"));
    }
    return 0;
}

static int parse_template(struct textfsm *t, struct err *e)
{
    struct cursor c = {.t = t, .e = e};
    int more;

    if (check_utf8(t, e) < 0 || parse_values(&c) < 0)
        return -1;
    find_required(t);
    while ((more = parse_state(&c)) > 0)
        continue;
    return more < 0 ? -1 : validate(t, e);
}

struct textfsm *textfsm_compile(const char *name, const char *text, size_t len,
                                struct err *e)
{
    struct textfsm *t = mem_alloc(sizeof *t);
    char room[TEMPLATE_ROOM];

    fetch_code();
    memset(t, 0, offsetof(struct textfsm, tools));
    arena_reserve(&t->arena, len < MEMORY_MAX / MEMORY_PER_BYTE
                                 ? MEMORY + len * MEMORY_PER_BYTE
                                 : MEMORY_MAX);
    t->name = arena_string(&t->arena, name, strlen(name));
    matcher_tools_init(&t->tools, &t->arena);
    take_text(t, text, len);
    t->room = room;
    template_drop_scratch(t);
    if (parse_template(t, e) < 0) {
        textfsm_free(t);
        return NULL;
    }
    arena_free(&t->scratch);
    t->room = NULL;
    return t;
}

void textfsm_free(struct textfsm *t)
{
    if (!t)
        return;
    for (size_t i = 0; i < t->value_count; i++)
        if (t->values[i].nested)
            matcher_free(t->values[i].nested);
    for (size_t i = 0; i < t->state_count; i++)
        for (size_t k = 0; k < t->states[i]->count; k++)
            matcher_free(&t->states[i]->rules[k].matcher);
    rows_free_spare(t);
    record_free_spare(t);
    matcher_tools_free(&t->tools);
    free(t->states);
    arena_free(&t->scratch);
    arena_free(&t->arena);
    free(t);
}

size_t textfsm_value_count(const struct textfsm *t)
{
    return t->value_count;
}

const char *textfsm_value_name(const struct textfsm *t, size_t i)
{
    return t->values[i].name;
}

bool textfsm_value_is_key(const struct textfsm *t, size_t i)
{
    return t->values[i].options & VALUE_KEY;
}
