#include <stdio.h>
#include <string.h>

#include "kiriwake/msg.h"
#include "kiriwake/names.h"
#include "pytext.h"
#include "template.h"

static const struct {
    const char *name;
    unsigned bit;
} options[] = {
    {"Required", VALUE_REQUIRED}, {"Filldown", VALUE_FILLDOWN},
    {"Fillup", VALUE_FILLUP},     {"Key", VALUE_KEY},
    {"List", VALUE_LIST},
};
#define OPTIONS (sizeof options / sizeof options[0])

static int unknown_option(const struct textfsm *t, size_t at, size_t len,
                          struct err *e)
{
    const char *names[OPTIONS], *near;
    char word[40];

    for (size_t i = 0; i < OPTIONS; i++)
        names[i] = options[i].name;
    snprintf(word, sizeof word, "%.*s", (int)(len < 39 ? len : 39),
             t->text + at);
    near = names_nearest(word, names, OPTIONS);
    if (near)
        return template_fail(t, e, at,
                             _("unknown option '%s'; did you mean %s?"), word,
                             near);
    return template_fail(t, e, at, _("unknown option '%s'"), word);
}

static int add_option(struct textfsm *t, struct value *v, size_t at,
                      size_t len, struct err *e)
{
    const char *s = t->text + at;

    for (size_t i = 0; i < OPTIONS; i++) {
        if (strlen(options[i].name) != len ||
            memcmp(options[i].name, s, len) != 0)
            continue;
        if (v->options & options[i].bit)
            return template_fail(t, e, at, _("option %s is given twice"),
                                 options[i].name);
        if (options[i].bit == VALUE_REQUIRED)
            v->required_first = !(v->options & VALUE_LIST);
        v->options |= options[i].bit;
        return 0;
    }
    return unknown_option(t, at, len, e);
}

static int parse_options(struct textfsm *t, struct value *v, size_t at,
                         size_t len, struct err *e)
{
    size_t end = at + len;

    for (;;) {
        const char *comma = memchr(t->text + at, ',', end - at);
        size_t n = comma ? (size_t)(comma - t->text) - at : end - at;

        if (add_option(t, v, at, n, e) < 0)
            return -1;
        if (!comma)
            return 0;
        at += n + 1;
    }
}

static int check_name(struct textfsm *t, struct value *v, size_t at,
                      struct err *e)
{
    if (pytext_is_longer(v->name, v->name_len, TEMPLATE_MAX_NAME))
        return template_fail(t, e, at,
                             _("value name is longer than %d characters"),
                             TEMPLATE_MAX_NAME);
    if (memchr(v->name, '\\', v->name_len))
        return template_fail(t, e, at, _("a value name cannot hold '\\'"));
    for (size_t i = 0; i < t->value_count; i++)
        if (t->values[i].name_len == v->name_len &&
            memcmp(t->values[i].name, v->name, v->name_len) == 0)
            return template_fail(t, e, at, _("value %s is declared twice"),
                                 v->name);
    return 0;
}

static int check_regex(struct textfsm *t, const struct value *v, size_t at,
                       struct err *e)
{
    const char *s = v->regex;
    size_t len = v->regex_len;
    long open = 0;

    for (size_t i = 0; i < len; i++)
        open += s[i] == '(' ? 1 : s[i] == ')' ? -1 : 0;
    if (len < 2 || s[0] != '(' || s[len - 1] != ')' || open)
        return template_fail(t, e, at,
                             _("a value's regex must stand within one pair "
                               "of '()', and hold as many '(' as ')'"));
    return 0;
}

static void name_fields(struct textfsm *t, struct value *v, struct re *re)
{
    v->fields = arena_alloc(&t->arena, re->count * sizeof *v->fields);
    v->field_groups = arena_alloc(&t->arena,
                                  re->count * sizeof *v->field_groups);
    for (uint32_t i = 1; i < re->count; i++) {
        const char *name = re->groups[i].name;

        if (!name)
            continue;
        re->groups[i].wanted = true;
        v->field_groups[v->field_count] = i;
        v->fields[v->field_count++] = arena_string(&t->arena, name,
                                                   re->groups[i].name_len);
    }
}

/* A List's regex is compiled by itself as well: its named groups become
 * objects. */
static int parse_nested(struct textfsm *t, struct value *v, size_t at,
                        struct err *e)
{
    struct re_error wrong;
    struct re re;

    if (re_parse(&re, &t->scratch, v->regex, v->regex_len, &wrong) < 0)
        return template_fail(t, e, at + wrong.at,
                             _("invalid regular expression: %s"), wrong.what);
    name_fields(t, v, &re);
    if (v->field_count) {
        v->nested = arena_zalloc(&t->arena, sizeof *v->nested);
        matcher_prepare(v->nested, &t->tools, &re, v->regex, v->regex_len);
    }
    for (size_t i = 0; i < v->field_count; i++)
        v->field_groups[i] = re.groups[v->field_groups[i]].index;
    template_drop_scratch(t);
    return 0;
}

/* The end of the token at at: a single blank ends it. */
static size_t token_end(const struct textfsm *t, size_t at, size_t end)
{
    const char *blank = memchr(t->text + at, ' ', end - at);

    return blank ? (size_t)(blank - t->text) : end;
}

/* With options, "(" does not begin the third token. */
static int parse_head(struct textfsm *t, struct value *v, size_t at,
                      size_t end, size_t *regex_at, struct err *e)
{
    size_t second = token_end(t, at, end), name_at = at;

    if (second == end)
        return template_fail(t, e, end, _("expected: Value [OPTIONS] NAME "
                                          "(REGEX)"));
    if (t->text[second + 1] != '(') {
        if (parse_options(t, v, at, second - at, e) < 0)
            return -1;
        name_at = second + 1;
        second = token_end(t, name_at, end);
    }
    v->name_len = second - name_at;
    v->name = arena_string(&t->arena, t->text + name_at, v->name_len);
    *regex_at = second < end ? second + 1 : end;
    return check_name(t, v, name_at, e);
}

int value_parse(struct textfsm *t, struct value *v, size_t at, size_t len,
                struct err *e)
{
    size_t end = at + len, regex_at = end;

    *v = (struct value){.at = at};
    if (parse_head(t, v, at + strlen("Value "), end, &regex_at, e) < 0)
        return -1;
    v->regex = t->text + regex_at;
    v->regex_len = end - regex_at;
    if (check_regex(t, v, regex_at, e) < 0)
        return -1;
    return v->options & VALUE_LIST ? parse_nested(t, v, regex_at, e) : 0;
}
