/* The scanner, its machine code and PCRE2 read every line the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/textfsm/template.h"
#include "kiriwake/buf.h"
#include "kiriwake/mem.h"
#include "kiriwake/textfsm.h"

static const char *const rules[] = {
    "^${A}", "^\\s*${A}\\s*$$", "^\\s+${A}\\s+${B}$$", "^${A}\\s+(?:${B})?",
    "^x${A}", "^ab\\s${A}", "^abc${A}", "^abcdefg${A}", "^abcdefgh${A}",
    "^abcdefghijklmnop${A}", "^${A}(?:abc|abd)${B}", "^(${A}|${B})x",
    "^(?:${A}-)?${B}$$", "^.*${A}:${B}", "^.*?${A}:${B}", "^[^:]+:${A}",
    "^(?:x|-${A} )*y", "^(?i:ABC)${A}", "^\\S+${A}$$", "^\\b${A}\\b",
    "^.*cd${A}", "^.*?cd${A}", "^.*\\s+${A}\\s${B}$$", "^${A}[ab]+${B}b",
    "^(?=.*1)${A}", "^(?!.*1)${A}", "^(?=.*[a-c]{2})(?!ab)${A}",
    "^(?:${A}b)+c", "^(?:(?:${A}|${B})-)*?x", "^(?:a${A}b){2,3}",
    "^\\s*(?:${A}\\s+)?${B}", "^${A}(?:\\s+${B})?(?:\\s+\\S+)*",
    "^\\S+(?<=b)${A}", "^[^ab]*${A}a*b", "^\\t${A}",
    "^\\s*^${A}", "^(?:x*^a|b)${A}",
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

/* So often that all that is met has machine code, if that is wanted. */
#define REPEATS 6

static char *show(struct textfsm_rows *rows, const struct err *e)
{
    struct buf b = {0};
    json_t *json = rows ? textfsm_rows_json(rows) : json_string(e->what);
    char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);

    buf_adds(&b, text);
    for (size_t i = 0; rows && i < textfsm_rows_count(rows); i++) {
        size_t first, last;

        textfsm_rows_span(rows, i, &first, &last);
        buf_printf(&b, " %zu-%zu", first, last);
    }
    free(text);
    json_decref(json);
    textfsm_rows_free(rows);
    return buf_take(&b);
}

static char *parse(const char *template, size_t size, const char *text,
                   size_t len, bool scan, unsigned jit_after)
{
    struct err e = {0};
    struct textfsm *t = textfsm_compile("t", template, size, &e);
    char *out = NULL;

    if (!t)
        fail_msg("%s", e.what);
    t->tools.no_scan = !scan;
    t->tools.jit_after = jit_after;
    for (unsigned i = 0; i < (jit_after ? REPEATS : 1); i++) {
        free(out);
        out = show(textfsm_parse(t, text, len, &e), &e);
    }
    textfsm_free(t);
    return out;
}

static void same_in_all_ways(const char *template, size_t size,
                             const char *text, size_t len)
{
    char *plain = parse(template, size, text, len, false, 0);
    char *scanned = parse(template, size, text, len, true, 0);
    char *coded = parse(template, size, text, len, true, 1);

    if (strcmp(plain, scanned) != 0 || strcmp(plain, coded) != 0)
        fail_msg("%.*s\n%s\n%s\n%s", (int)size, template, plain, scanned,
                 coded);
    free(plain);
    free(scanned);
    free(coded);
}

static void same_three_ways(const char *template, const char *text)
{
    same_in_all_ways(template, strlen(template), text, strlen(text));
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

/* What a match does, by machine code and by C. */
static const char *const actions[] = {
    "Value A (\\S+)\nValue Required B (\\d+)\n\nStart\n"
    "  ^a${A} -> Continue\n  ^.*\\s${B}\\s*$$ -> Record\n  ^x -> Clear\n"
    "  ^\\s*$$ -> Record\n",
    "Value Filldown A (\\S+)\nValue B (\\d*)\nValue C (.)\n\nStart\n"
    "  ^ab${A} -> Record\n  ^\\D*${B}${C} -> Continue.Record\n"
    "  ^x -> Clearall\n  ^${A} -> Record\n",
    "Value Filldown,Required A (\\S+)\nValue Fillup B (\\d+)\n"
    "Value C (:.*)\n\nStart\n  ^${A}\\s -> Continue\n"
    "  ^.*?${B} -> Record More\n  ^.*?${C}$$\n\nMore\n  ^ -> Record Start\n",
    "Value List A (\\S+)\nValue B (\\d+)\n\nStart\n  ^${A} -> Continue\n"
    "  ^.*?${B} -> Record\n  ^\\s*$$ -> Clear\n",
    "Value A (\\S+)\n\nStart\n  ^a -> Other\n  ^\\s*$$\n  ^${A} -> Record\n"
    "  ^. -> Error\n\nOther\n  ^x -> Start\n  ^$$ -> Record\n  ^.*${A}$$\n",
    "Value Key A (\\S+)\n\nStart\n  ^\\s\\s\\s${A} -> Record EOF\n  ^${A}\n\n"
    "EOF\n",
};

static void the_same_actions(void **state)
{
    struct buf text = {0};

    (void)state;
    add_lines(&text);
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++)
        same_three_ways(actions[i], buf_str(&text));
    buf_free(&text);
}

/* Ends of lines, and what may stand in them or behind the last. */
static void the_same_lines(void **state)
{
    static const char template[] =
        "Value A (\\S+)\nValue B (.*)\n\nStart\n  ^\\s*${A} b -> Record\n"
        "  ^${A}\\s*$$ -> Record\n  ^${B}$$ -> Record\n";
    static const char text[] =
        "a b\na b\r\n\ta\tb\n\n\n \na\vb\fc\x1C" "a\x1F b\n"
        "\xC2\x85" "a\n\xC3\xA9 b\n"
        "\0a b\na\0b\n\0\n                                            "
        "                                     a b\n"
        "   a b\xE2\x80\xA8" "z b\n  ";
    char far[900];

    (void)state;
    for (size_t len = 0; len < sizeof text; len++)
        same_in_all_ways(template, sizeof template - 1, text, len);
    memset(far, ' ', sizeof far);
    for (size_t len = 0; len < sizeof far; len += len < 140 ? 1 : 37) {
        far[len] = 'a';
        same_in_all_ways(template, sizeof template - 1, far, len);
        same_in_all_ways(template, sizeof template - 1, far, len + 1);
        far[len] = len % 2 ? '\t' : ' ';
    }
}

/* More rules than machine code has in one piece. */
static void many_rules(void **state)
{
    struct buf template = {0}, text = {0};

    (void)state;
    buf_adds(&template, "Value A (\\S+)\nValue B (.)\n\nStart\n");
    for (unsigned i = 0; i < 150; i++)
        buf_printf(&template, "  ^%s%u${A}%s\n", i % 7 ? "" : "\\s*", i,
                   i % 3   ? " -> Record"
                   : i % 5 ? " -> Continue"
                           : "");
    buf_adds(&template, "  ^${B} -> Record\n");
    for (unsigned i = 0; i < 200; i++)
        buf_printf(&text, "%s%u%s%u\n", i % 5 ? "" : "  ", i % 151,
                   i % 2 ? "x" : " ", i);
    same_three_ways(buf_str(&template), buf_str(&text));
    buf_free(&template);
    buf_free(&text);
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

static const char *corpus(void)
{
    const char *shared = getenv("KIRIWAKE_SHARED");

    return shared ? shared : TEST_ROOT "/../shared";
}

static void same_file(const char *template_path, const char *sample_path)
{
    struct buf template = {0}, sample = {0};

    assert_int_equal(buf_read_file(&template, template_path, 1 << 24), 0);
    assert_int_equal(buf_read_file(&sample, sample_path, 1 << 24), 0);
    same_in_all_ways(buf_str(&template), template.len, buf_str(&sample),
                     sample.len);
    buf_free(&template);
    buf_free(&sample);
}

/* Every sample of the corpus, where it is. */
static void the_corpus(void **state)
{
    char *pattern = mem_printf("%s/ntc-corpus/samples/*/*.raw", corpus());
    glob_t found;

    (void)state;
    if (glob(pattern, 0, NULL, &found) != 0) {
        free(pattern);
        skip();
    }
    for (size_t i = 0; i < found.gl_pathc; i++) {
        char *folder = mem_strdup(found.gl_pathv[i]), *template;

        *strrchr(folder, '/') = '\0';
        template = mem_printf("%s/ntc-corpus/templates/%s.textfsm", corpus(),
                              strrchr(folder, '/') + 1);
        same_file(template, found.gl_pathv[i]);
        free(template);
        free(folder);
    }
    globfree(&found);
    free(pattern);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_rows),
        cmocka_unit_test(the_same_actions),
        cmocka_unit_test(the_same_lines),
        cmocka_unit_test(many_rules),
        cmocka_unit_test(no_further_than_the_end),
        cmocka_unit_test(the_corpus),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
