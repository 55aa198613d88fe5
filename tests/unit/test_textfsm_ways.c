/* The scanner, its machine code and PCRE2 read every line the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/textfsm/template.h"
#include "kiriwake/buf.h"
#include "kiriwake/textfsm.h"

static const char *const rules[] = {
    "^${A}", "^\\s*${A}\\s*$$", "^\\s+${A}\\s+${B}$$", "^${A}\\s+(?:${B})?",
    "^x${A}", "^ab\\s${A}", "^abc${A}", "^abcdefg${A}", "^abcdefgh${A}",
    "^abcdefghijklmnop${A}", "^${A}(?:abc|abd)${B}", "^(${A}|${B})x",
    "^(?:${A}-)?${B}$$", "^.*${A}:${B}", "^.*?${A}:${B}", "^[^:]+:${A}",
    "^(?:x|-${A} )*y", "^(?i:ABC)${A}", "^\\S+${A}$$", "^\\b${A}\\b",
};

static const char *const values[][2] = {
    {"\\S+", "\\d+"}, {".+", ".*"}, {".+?", "\\w+"}, {"[a-c]+", "[^ ]*"},
    {"\\d{1,3}", "[\\w.:/-]{2,20}"}, {"a|bc|[xyz]", "(?:a.)+"}, {"y?", "x?"},
    {"\\d+.\\d+", "[ -~]{16}"},
};

static const char *const words[] = {
    "", " ", "a", "x", "ab cd", "abc abd", "abcdefghijklmnopqrstuvwxyz",
    "xa:12", "12 345", "  1 2  ", "a-b", "abcabdx", "xyxyxy", "\t7\t8",
    "10.1.2.3:65535", "-", "::", "xxabcx", "a.b/c-d ",
};

static char *parse(const char *template, const char *text, bool scan,
                   unsigned jit_after)
{
    struct err e = {0};
    struct textfsm *t = textfsm_compile("t", template, strlen(template), &e);
    struct textfsm_rows *rows;
    json_t *json;
    char *out;

    assert_non_null(t);
    t->tools.no_scan = !scan;
    t->tools.jit_after = jit_after;
    rows = textfsm_parse(t, text, strlen(text), &e);
    if (!rows)
        fail_msg("%s: %s", template, e.what);
    json = textfsm_rows_json(rows);
    out = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    textfsm_rows_free(rows);
    textfsm_free(t);
    return out;
}

static void same_three_ways(const char *template, const char *text)
{
    char *plain = parse(template, text, false, 0);
    char *scanned = parse(template, text, true, 0);
    char *coded = parse(template, text, true, 1);

    if (strcmp(plain, scanned) != 0 || strcmp(plain, coded) != 0)
        fail_msg("%s\n%s\n%s\n%s", template, plain, scanned, coded);
    free(plain);
    free(scanned);
    free(coded);
}

/* Every word, behind and before blanks or letters, so that lines end before,
 * at and behind the edges of the scanner's words. */
static void add_lines(struct buf *text)
{
    static const size_t lengths[] = {0, 30, 47, 56, 60, 63, 64, 120, 500,
                                     511, 512, 600};

    for (size_t n = 0; n < sizeof lengths / sizeof lengths[0]; n++)
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
            const char *pad = i % 3 ? i % 2 ? " " : "a" : "5";

            buf_printf(text, "%s", i % 2 ? words[i] : "");
            for (size_t k = 0; k < lengths[n]; k++)
                buf_adds(text, pad);
            buf_printf(text, "%s\n", words[i]);
        }
}

static void the_same_rows(void **state)
{
    struct buf text = {0}, template = {0};

    (void)state;
    add_lines(&text);
    for (size_t r = 0; r < sizeof rules / sizeof rules[0]; r++)
        for (size_t v = 0; v < sizeof values / sizeof values[0]; v++) {
            buf_clear(&template);
            buf_printf(&template,
                       "Value A (%s)\nValue B (%s)\n\nStart\n"
                       "  %s -> Record\n",
                       values[v][0], values[v][1], rules[r]);
            same_three_ways(buf_str(&template), buf_str(&text));
        }
    buf_free(&text);
    buf_free(&template);
}

/* The text's end is followed by whatever lies there: none of it is read. */
static void no_further_than_the_end(void **state)
{
    static const char template[] =
        "Value A (\\S+)\n\nStart\n  ^ab${A}cdefgh$$ -> Record\n"
        "  ^${A}xyz -> Record\n";

    (void)state;
    same_three_ways(template, "abxcdefg");
    same_three_ways(template, "ab1cdefgh");
    same_three_ways(template, "1xy");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_rows),
        cmocka_unit_test(no_further_than_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
