/* PCRE2 patterns of data files. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"

#define MATCH_LIMIT 200000

/* {host} stands for the host's name; here any name will do. */
static char *without_host(const char *pattern)
{
    const char *at = strstr(pattern, "{host}");

    if (!at)
        return mem_strdup(pattern);
    return mem_printf("%.*s\\S+%s", (int)(at - pattern), pattern, at + 6);
}

pcre2_code *pattern_compile(const struct yaml_doc *doc,
                            const struct yaml_node *node, struct err *e)
{
    char *text = without_host(node->text);
    int code = 0;
    PCRE2_SIZE at = 0;
    pcre2_code *re =
        pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED,
                      PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C, &code, &at, NULL);

    if (re) {
        pcre2_jit_compile(re, PCRE2_JIT_COMPLETE);
    } else {
        struct yaml_node place = *node;
        PCRE2_UCHAR why[160];

        pcre2_get_error_message(code, why, sizeof why);
        place.col += (int)at;
        yaml_err(doc, &place, e, "bad pattern: %s", (char *)why);
    }
    free(text);
    return re;
}

static pcre2_match_data *match(const pcre2_code *code, const char *s,
                               size_t len, uint32_t options)
{
    pcre2_match_data *md = pcre2_match_data_create_from_pattern(code, NULL);
    pcre2_match_context *mc = pcre2_match_context_create(NULL);
    int rc;

    pcre2_set_match_limit(mc, MATCH_LIMIT);
    rc = pcre2_match(code, (PCRE2_SPTR)s, len, 0, options, md, mc);
    pcre2_match_context_free(mc);
    if (rc > 0)
        return md;
    pcre2_match_data_free(md);
    return NULL;
}

bool pattern_is_in(const pcre2_code *code, const char *s, size_t len)
{
    pcre2_match_data *md = code ? match(code, s, len, 0) : NULL;

    if (!md)
        return false;
    pcre2_match_data_free(md);
    return true;
}

bool pattern_begins(const pcre2_code *code, const char *s, size_t len)
{
    pcre2_match_data *md = match(code, s, len, PCRE2_ANCHORED);

    pcre2_match_data_free(md);
    return md != NULL;
}

bool pattern_matches_line(const pcre2_code *code, const char *text)
{
    while (code && *text) {
        size_t n = strcspn(text, "\n"), len = n;

        while (len > 0 && strchr(" \t\r", text[len - 1]))
            len--;
        if (pattern_is_in(code, text, len))
            return true;
        text += n + (text[n] == '\n');
    }
    return false;
}

/* Digits become numbers: types, lengths, ports. */
static json_t *group_value(const char *s, size_t len)
{
    char digits[20];

    if (len > 0 && len < 16 && strspn(s, "0123456789") >= len) {
        memcpy(digits, s, len);
        digits[len] = '\0';
        return json_integer(strtoll(digits, NULL, 10));
    }
    return json_stringn(s, len);
}

json_t *pattern_groups(const pcre2_code *code, const char *s)
{
    pcre2_match_data *md = match(code, s, strlen(s), 0);
    uint32_t count = 0, size = 0;
    PCRE2_SPTR table = NULL;
    const PCRE2_SIZE *ov;
    json_t *out;

    if (!md)
        return NULL;
    out = json_object();
    ov = pcre2_get_ovector_pointer(md);
    pcre2_pattern_info(code, PCRE2_INFO_NAMECOUNT, &count);
    pcre2_pattern_info(code, PCRE2_INFO_NAMEENTRYSIZE, &size);
    pcre2_pattern_info(code, PCRE2_INFO_NAMETABLE, &table);
    for (uint32_t i = 0; i < count; i++, table += size) {
        unsigned n = (unsigned)table[0] << 8 | table[1];

        if (ov[2 * n] != PCRE2_UNSET)
            json_object_set_new(out, (const char *)table + 2,
                                group_value(s + ov[2 * n],
                                            ov[2 * n + 1] - ov[2 * n]));
    }
    pcre2_match_data_free(md);
    return out;
}
