#include "pattern.h"

#include <stdlib.h>
#include <string.h>
#include <pcre2.h>

#include "kiriwake/mem.h"

#define MATCH_LIMIT 200000u

struct pattern {
    pcre2_code *code;
    pcre2_match_data *data;
    pcre2_match_context *context;
};

static pcre2_code *compile(const char *text, const char *what, struct err *e)
{
    const uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF |
                             PCRE2_DUPNAMES | PCRE2_DOLLAR_ENDONLY |
                             PCRE2_NEVER_BACKSLASH_C;
    PCRE2_SIZE at = 0;
    int code = 0;
    unsigned char why[128] = "";
    pcre2_code *re = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED,
                                   options, &code, &at, NULL);

    if (!re) {
        pcre2_get_error_message(code, why, sizeof why);
        err_set(e, EXIT_DATA, "%s: '%s' is not a pattern: %s at offset %zu",
                what, text, (const char *)why, (size_t)at);
    }
    return re;
}

struct pattern *pattern_new(const char *text, const char *what,
                            struct err *e)
{
    pcre2_code *code = compile(text, what, e);
    struct pattern *p;

    if (!code)
        return NULL;
    p = mem_zalloc(sizeof *p);
    p->code = code;
    p->data = pcre2_match_data_create_from_pattern(code, NULL);
    p->context = pcre2_match_context_create(NULL);
    pcre2_set_match_limit(p->context, MATCH_LIMIT);
    return p;
}

int pattern_maybe(struct pattern **out, const char *text, const char *what,
                  struct err *e)
{
    *out = text && text[0] ? pattern_new(text, what, e) : NULL;
    return *out || !text || !text[0] ? 0 : -1;
}

void pattern_free(struct pattern *p)
{
    if (!p)
        return;
    pcre2_match_context_free(p->context);
    pcre2_match_data_free(p->data);
    pcre2_code_free(p->code);
    free(p);
}

void pattern_hurry(struct pattern *p)
{
    if (p)
        pcre2_jit_compile(p->code, PCRE2_JIT_COMPLETE);
}

int pattern_find(struct pattern *p, const char *s, size_t len, size_t from,
                 struct pattern_span *span)
{
    const PCRE2_SIZE *v;
    int rc;

    if (!p)
        return 0;
    rc = pcre2_match(p->code, (PCRE2_SPTR)s, len, from, 0, p->data,
                     p->context);
    if (rc < 0)
        return rc == PCRE2_ERROR_NOMATCH ? 0 : -1;
    v = pcre2_get_ovector_pointer(p->data);
    if (span)
        *span = (struct pattern_span){v[0], v[1] < v[0] ? v[0] : v[1]};
    return 1;
}

bool pattern_matches(struct pattern *p, const char *s, size_t len)
{
    return pattern_find(p, s, len, 0, NULL) == 1;
}

bool pattern_group(const struct pattern *p, const char *name,
                   struct pattern_span *span)
{
    PCRE2_SPTR first, last;
    const PCRE2_SIZE *v = pcre2_get_ovector_pointer(p->data);
    int size = pcre2_substring_nametable_scan(p->code, (PCRE2_SPTR)name,
                                              &first, &last);

    if (size <= 0)
        return false;
    for (; first <= last; first += size) {
        unsigned n = ((unsigned)first[0] << 8) | first[1];

        if (n < pcre2_get_ovector_count(p->data) &&
            v[2 * n] != PCRE2_UNSET) {
            *span = (struct pattern_span){v[2 * n], v[2 * n + 1]};
            return true;
        }
    }
    return false;
}

bool pattern_nth(const struct pattern *p, unsigned n,
                 struct pattern_span *span)
{
    const PCRE2_SIZE *v = pcre2_get_ovector_pointer(p->data);

    if (n >= pcre2_get_ovector_count(p->data) || v[2 * n] == PCRE2_UNSET)
        return false;
    *span = (struct pattern_span){v[2 * n], v[2 * n + 1]};
    return true;
}

bool pattern_covers(struct pattern *p, const char *s, size_t len)
{
    struct pattern_span at;

    if (pattern_find(p, s, len, 0, &at) != 1 || at.to == at.from)
        return false;
    for (size_t i = 0; i < len; i++)
        if ((i < at.from || i >= at.to) && s[i] != ' ')
            return false;
    return true;
}

struct pattern *pattern_open(const char *text, const char *what,
                             struct err *e)
{
    size_t len = strlen(text);
    bool closed = len > 0 && text[len - 1] == '$' &&
                  (len < 2 || text[len - 2] != '\\');
    char *open = mem_strndup(text, len - closed);
    struct pattern *p = pattern_new(open, what, e);

    free(open);
    return p;
}

/* --- several --- */

int patterns_load(struct patterns *p, const char *const *texts,
                  const char *what, struct err *e)
{
    size_t n = 0;

    while (texts && texts[n])
        n++;
    *p = (struct patterns){mem_zalloc((n + 1) * sizeof *p->list), 0};
    for (; p->count < n; p->count++) {
        p->list[p->count] = pattern_new(texts[p->count], what, e);
        if (!p->list[p->count])
            return -1;
    }
    return 0;
}

int patterns_load_named(struct patterns *p,
                        const struct console_named *named, size_t count,
                        const char *what, struct err *e)
{
    *p = (struct patterns){mem_zalloc((count + 1) * sizeof *p->list), 0};
    for (; p->count < count; p->count++) {
        p->list[p->count] = pattern_new(named[p->count].match, what, e);
        if (!p->list[p->count])
            return -1;
    }
    return 0;
}

void patterns_hurry(struct patterns *p)
{
    for (size_t i = 0; i < p->count; i++)
        pattern_hurry(p->list[i]);
}

struct pattern *patterns_match(const struct patterns *p, const char *s,
                               size_t len, size_t *which)
{
    for (size_t i = 0; i < p->count; i++)
        if (pattern_matches(p->list[i], s, len)) {
            if (which)
                *which = i;
            return p->list[i];
        }
    return NULL;
}

const char *patterns_line(const struct patterns *p, const char *text,
                          size_t *len)
{
    for (; *text; text += *len + (text[*len] == '\n')) {
        *len = strcspn(text, "\n");
        if (patterns_match(p, text, *len, NULL))
            return text;
    }
    return NULL;
}

void patterns_free(struct patterns *p)
{
    for (size_t i = 0; i < p->count; i++)
        pattern_free(p->list[i]);
    free(p->list);
    *p = (struct patterns){0};
}
