#include <string.h>

#include "expansion.h"
#include "kiriwake/msg.h"
#include "pytext.h"
#include "template.h"

/* Every group that has a value's name sets it. */
static void find_captures(struct textfsm *t, struct rule *r, struct re *re,
                          const char *regex, size_t len)
{
    r->captures = arena_alloc(&t->arena, re->count * sizeof *r->captures);
    r->plain = true;
    for (uint32_t i = 1; i < re->count; i++) {
        const char *name = re->groups[i].name;
        const struct value *v;

        v = name ? template_value(t, name, re->groups[i].name_len) : NULL;
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
    struct expansion x;
    struct re_error wrong;
    struct re re;

    if (expansion_make(&x, t, at, len, e) < 0)
        return -1;
    if (re_parse(&re, &t->scratch, x.regex, x.len, &wrong) < 0)
        return template_fail(t, e, expansion_origin(&x, wrong.at),
                             _("invalid regular expression: %s"), wrong.what);
    find_captures(t, r, &re, x.regex, x.len);
    template_drop_scratch(t);
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
    const char *head;
    size_t action;

    if (arrow == len)
        return 0;
    head = memchr(t->text + at + arrow, '>', len - arrow);
    action = (size_t)(head - t->text) + 1;
    return action_parse(t, r, action, at + len - action, e);
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
