/* TextFSM: what the language means, by templates and their rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "kiriwake/textfsm.h"

static struct textfsm *compiled(const char *template)
{
    struct err e = {0};
    struct textfsm *t;

    t = textfsm_compile("t", template, strlen(template), &e);
    if (!t)
        fail_msg("%s", e.what);
    return t;
}

/* The rows as JSON text, or the error's text. */
static char *parse(const char *template, const char *text, size_t len)
{
    struct textfsm *t = compiled(template);
    struct err e = {0};
    struct textfsm_rows *rows = textfsm_parse(t, text, len, &e);
    char *out;

    if (rows) {
        json_t *json = textfsm_rows_json(rows);

        out = json_dumps(json, JSON_COMPACT);
        json_decref(json);
    } else
        out = strdup(e.what);
    textfsm_rows_free(rows);
    textfsm_free(t);
    return out;
}

static void check(const char *template, const char *text, const char *want)
{
    char *got = parse(template, text, strlen(text));

    assert_string_equal(got, want);
    free(got);
}

#define AB "Value A (\\S+)\nValue B (\\d+)\n\n"

static void records_and_the_implicit_one(void **state)
{
    (void)state;
    check(AB "Start\n  ^${A} ${B} -> Record\n  ^last  ${B}\n",
          "x 1\ny 2\nnothing\nlast  3\n",
          "[{\"A\":\"x\",\"B\":\"1\"},{\"A\":\"y\",\"B\":\"2\"},"
          "{\"A\":\"\",\"B\":\"3\"}]");
    /* An EOF state suppresses it. */
    check(AB "Start\n  ^last ${B}\n\nEOF\n", "last 3\n", "[]");
    /* So does End; a transition to EOF does not. */
    check(AB "Start\n  ^last ${B} -> End\n", "last 3\nlast 4\n", "[]");
    check(AB "Start\n  ^last ${B} -> EOF\n", "last 3\nlast 4\n",
          "[{\"A\":\"\",\"B\":\"3\"}]");
}

static void continue_goes_on_in_the_same_state(void **state)
{
    (void)state;
    check(AB "Start\n  ^${A} -> Continue\n  ^\\S+ ${B} -> Record\n", "x 1\n",
          "[{\"A\":\"x\",\"B\":\"1\"}]");
    check(AB "Start\n  ^new -> Continue.Record\n  ^new ${A}\n  ^b ${B}\n",
          "new x\nb 1\nnew y\n",
          "[{\"A\":\"x\",\"B\":\"1\"},{\"A\":\"y\",\"B\":\"\"}]");
}

static void states_change(void **state)
{
    (void)state;
    check(AB "Start\n  ^go -> Next.Record Other\n  ^${A}\n\n"
             "Other\n  ^${B} -> Start\n",
          "x\ngo\n1\ny\n",
          "[{\"A\":\"x\",\"B\":\"\"},{\"A\":\"y\",\"B\":\"1\"}]");
}

static void clear_and_clearall(void **state)
{
    const char *template = "Value Filldown A (\\S+)\nValue B (\\d+)\n\nStart\n"
                           "  ^a ${A}\n  ^b ${B}\n  ^r -> Record\n"
                           "  ^c -> Clear\n  ^z -> Clearall\n";

    (void)state;
    check(template, "a x\nb 1\nc\nr\n",
          "[{\"A\":\"x\",\"B\":\"\"},{\"A\":\"x\",\"B\":\"\"}]");
    check(template, "a x\nb 1\nz\nr\nb 2\n", "[{\"A\":\"\",\"B\":\"2\"}]");
}

static void required_drops_rows_and_clears(void **state)
{
    (void)state;
    check("Value Required A (\\S*)\nValue B (\\d+)\n\nStart\n  ^a${A}\n"
          "  ^b ${B}\n  ^r -> Record\n",
          "b 1\nr\nax\nr\na\nb 2\nr\n", "[{\"A\":\"x\",\"B\":\"\"}]");
}

static void filldown_and_fillup(void **state)
{
    (void)state;
    check("Value Filldown A (\\w+)\nValue Required B (\\d+)\n\nStart\n"
          "  ^a ${A}\n  ^b ${B} -> Record\n",
          "b 1\na x\nb 2\nb 3\na y\nb 4\n",
          "[{\"A\":\"\",\"B\":\"1\"},{\"A\":\"x\",\"B\":\"2\"},"
          "{\"A\":\"x\",\"B\":\"3\"},{\"A\":\"y\",\"B\":\"4\"}]");
    check("Value Fillup A (\\w+)\nValue Required B (\\d+)\n\nStart\n"
          "  ^b ${B} ${A} -> Record\n  ^b ${B} -> Record\n",
          "b 1\nb 2 x\nb 3\nb 4\nb 5 y\nb 6\n",
          "[{\"A\":\"x\",\"B\":\"1\"},{\"A\":\"x\",\"B\":\"2\"},"
          "{\"A\":\"y\",\"B\":\"3\"},{\"A\":\"y\",\"B\":\"4\"},"
          "{\"A\":\"y\",\"B\":\"5\"},{\"A\":\"\",\"B\":\"6\"}]");
}

static void lists(void **state)
{
    (void)state;
    check("Value List A (\\w+)\nValue B (\\d+)\n\nStart\n  ^a ${A}\n"
          "  ^b ${B} -> Record\n",
          "a x\na y\nb 1\nb 2\n",
          "[{\"A\":[\"x\",\"y\"],\"B\":\"1\"},{\"A\":[],\"B\":\"2\"}]");
    check("Value List,Filldown A (\\w+)\nValue Required B (\\d+)\n\nStart\n"
          "  ^a ${A}\n  ^b ${B} -> Record\n",
          "a x\nb 1\na y\nb 2\n",
          "[{\"A\":[\"x\"],\"B\":\"1\"},{\"A\":[\"x\",\"y\"],\"B\":\"2\"}]");
    check("Value List A ((?P<name>\\w+):\\s+(?P<age>\\d+)(?P<x>!)?)\n\n"
          "Start\n  ^${A}\n",
          "bob: 32\nann: 7!\n",
          "[{\"A\":[{\"name\":\"bob\",\"age\":\"32\",\"x\":null},"
          "{\"name\":\"ann\",\"age\":\"7\",\"x\":\"!\"}]}]");
    /* Where Required stands among the options decides what it looks at. */
    check("Value Required,List A (\\w*)\n\nStart\n  ^a${A}\n", "a\n", "[]");
    check("Value List,Required A (\\w*)\n\nStart\n  ^a${A}\n", "a\n",
          "[{\"A\":[\"\"]}]");
}

static void long_names_reach_pcre2(void **state)
{
    (void)state;
    check("Value A_NAME_OF_MORE_THAN_THIRTY_TWO_CHARACTERS (\\d+)\n\nStart\n"
          "  ^${A_NAME_OF_MORE_THAN_THIRTY_TWO_CHARACTERS}\n",
          "7\n",
          "[{\"A_NAME_OF_MORE_THAN_THIRTY_TWO_CHARACTERS\":\"7\"}]");
}

static void lines_split_as_python_does(void **state)
{
    (void)state;
    check("Value A (.*)\n\nStart\n  ^${A} -> Record\n",
          "1\r\n2\r3\v4\f5\x1c""6\xc2\x85""7\xe2\x80\xa8""8\n\n9\xe2\x80\xa9",
          "[{\"A\":\"1\"},{\"A\":\"2\"},{\"A\":\"3\"},{\"A\":\"4\"},"
          "{\"A\":\"5\"},{\"A\":\"6\"},{\"A\":\"7\"},{\"A\":\"8\"},"
          "{\"A\":\"\"},{\"A\":\"9\"}]");
}

/* Each is put behind "^"; what its first group matched, or "-". */
static void regexes_are_pythons(void **state)
{
    static const struct {
        const char *value, *rest, *text, *want;
    } cases[] = {
        {"(\\w+)", "", "n\xc3\xa4h-", "n\xc3\xa4h"},
        {"(\\d+)", "", "\xd9\xa3\xd9\xa4x", "\xd9\xa3\xd9\xa4"},
        {"((?a:\\w+))", "", "n\xc3\xa4h", "n"},
        {"(x\\s)", "y", "x\x1fy", "x\\u001F"},
        {"(x\\S)", "y", "x\xe1\xa0\x8ey", "x\xe1\xa0\x8e"},
        {"(x\\s)", "y", "x\xe1\xa0\x8ey", "-"},
        {"(x\\s)", "y", "x\xe3\x80\x80y", "x\xe3\x80\x80"},
        {"((?i:\xc3\x84+))", "", "\xc3\xa4\xc3\x84", "\xc3\xa4\xc3\x84"},
        {"((?i:i+))", "", "I\xc4\xb0\xc4\xb1i", "I\xc4\xb0\xc4\xb1i"},
        {"((?i:[a-k]+))", "", "aK\xe2\x84\xaaz", "aK\xe2\x84\xaa"},
        {"((?ai:[a-k]+))", "", "aK\xe2\x84\xaaz", "aK"},
        {"(a{,2})", "", "aaa", "aa"},
        {"(a{,x)", "", "a{,x", "a{,x"},
        {"(a++)", "b", "aaab", "aaa"},
        {"(a++)", "ab", "aaab", "-"},
        {"((?>a|ab)c|abd)", "", "abd", "abd"},
        {"(.*(?<=b))", "", "abbc", "abb"},
        {"(.*(?<!c))", "", "abbc", "abb"},
        {"((a)|b)", "(?(2)c|d)", "bd", "b"},
        {"((a)|b)", "(?(2)c|d)", "ad", "-"},
        {"(\\S+)", "\\Z", "abc", "abc"},
        {"([]a]+)", "", "]a]b", "]a]"},
        {"([[:a]+\\])", "", "[:a]", "[:a]"},
        {"(\\x41\\u0042\\101)", "", "ABA", "ABA"},
        {"(a(?#comment)b)", "", "ab", "ab"},
        {"((?x: a b  )c)", "", "abc", "abc"},
        {"((?P<q>['!]).*?(?P=q))", "", "'a!b'c", "'a!b'"},
        {"(\\N{EM DASH}+)", "", "\xe2\x80\x94", "\xe2\x80\x94"},
        {"(x?\?)", "x", "xx", ""},
        {"([^\xc3\xa9]+)", "", "ab\xc3\xa9", "ab"},
        {"(\xc3\xa9?.)", "", "ab", "a"},
        {"([0-9]{1,1500})", "", "123", "123"},
    };
    char template[200], want[100], *got;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(template, sizeof template, "Value A %s\n\nStart\n  ^${A}%s\n",
                 cases[i].value, cases[i].rest);
        snprintf(want, sizeof want, "[{\"A\":\"%s\"}]", cases[i].want);
        if (strcmp(cases[i].want, "-") == 0)
            snprintf(want, sizeof want, "[]");
        got = parse(template, cases[i].text, strlen(cases[i].text));
        if (strcmp(got, want) != 0)
            fail_msg("%s%s on %s: %s, not %s", cases[i].value, cases[i].rest,
                     cases[i].text, got, want);
        free(got);
    }
}

static void errors_point_into_the_template(void **state)
{
    static const struct {
        const char *template, *want;
    } cases[] = {
        {"", "t:1:1: there is no state Start"},
        {"nonsense\n", "t:1:1: expected a Value declaration"},
        {"Value A\n", "t:1:8: expected: Value"},
        {"Value Key,Keys A (x)\n",
         "t:1:11: unknown option 'Keys'; did you mean Key?"},
        {"Value Key,Key A (x)\n", "t:1:11: option Key is given twice"},
        {"Value A x\n", "t:1:7: unknown option 'A'"},
        {"Value A (x\n", "t:1:9: a value's regex must stand within"},
        {"Value A (x)\nValue A (y)\n", "t:2:7: value A is declared twice"},
        {"Value A (x)\nStart\n", "t:2:1: expected a blank line"},
        {"Value A234567890123456789012345678901234567890123456789 (x)\n",
         "t:1:7: value name is longer than 48"},
        {AB "Next\n", "t:4:1: not a name for a state"},
        {AB "Start\n\nStart\n", "t:6:1: state Start is defined twice"},
        {AB "Start\n^x\n", "t:5:1: a rule begins with"},
        {AB "Start\n   ^x\n", "t:5:1: a rule begins with"},
        {AB "Start\n  ^x$\n", "t:5:5: '$' must begin ${Value}"},
        {AB "Start\n  ^x${C}\n", "t:5:5: value 'C' is not declared"},
        {AB "Start\n  ^${A}x(y\n", "t:5:9: invalid regular expression: "
                                   "missing ), unterminated subpattern"},
        {AB "Start\n  ^${A}${A}\n", "t:5:8: invalid regular expression: "
                                    "redefinition of group name 'A'"},
        {AB "Start\n  ^x**\n", "t:5:6: invalid regular expression: "
                               "multiple repeat"},
        {AB "Start\n  ^x -> Foo\n", "t:5:9: state Foo is not defined"},
        {AB "Start\n  ^x -> Continue Start\n",
         "t:5:18: Continue cannot change the state"},
        {AB "Start\n  ^x -> \"message\"\n",
         "t:5:9: a message belongs to Error"},
        {AB "Start\n  ^x -> Next.Rec\n", "t:5:9: expected an action"},
        {AB "Start\n  ^x ->Next\n", "t:5:8: expected an action"},
        {AB "Start\n\nEnd\n  ^x\n", "t:6:1: state End must be empty"},
        {AB "Start\n\nEOF\n  ^x\n", "t:6:1: state EOF must be empty"},
        {AB "Other\n", "t:4:6: there is no state Start"},
        {"Value A (\xff)\n", "t:1:10: this byte is not UTF-8"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct err e = {0};
        const char *s = cases[i].template;

        assert_null(textfsm_compile("t", s, strlen(s), &e));
        assert_int_equal(e.status, EXIT_DATA);
        if (strncmp(e.what, cases[i].want, strlen(cases[i].want)) != 0)
            fail_msg("got '%s', want '%s'", e.what, cases[i].want);
    }
}

static void error_actions_end_the_text(void **state)
{
    (void)state;
    check(AB "Start\n  ^${A} ${B} -> Record\n  ^. -> Error \"odd\"\n",
          "x 1\n\x1b[2Jz\n",
          "t:6: Error: \"odd\" (line 2 of the text: \\x1B[2Jz)");
    check(AB "Start\n  ^. -> Error\n", "x\n",
          "t:5: Error (line 1 of the text: x)");
}

static void bad_text_is_refused(void **state)
{
    (void)state;
    check(AB "Start\n  ^${A}\n", "x\ny\nz\xff\n",
          "line 3 of the text is not UTF-8");
}

static void nul_bytes_are_text(void **state)
{
    char *got = parse("Value A (.*)\n\nStart\n  ^${A} -> Record\n", "a\0b\n",
                      4);

    (void)state;
    assert_string_equal(got, "[{\"A\":\"a\\u0000b\"}]");
    free(got);
}

static void rows_know_their_lines(void **state)
{
    struct textfsm *t = compiled(
        "Value Filldown A (\\w+)\nValue B (\\d+)\nValue List C (\\w+)\n\n"
        "Start\n  ^a ${A}\n  ^b ${B}\n  ^c ${C}\n  ^r -> Record\n\nEOF\n");
    const char *text = "a x\nb 1\nc u\n\nc v\nr\nb 2\nr\n";
    struct err e = {0};
    struct textfsm_rows *rows = textfsm_parse(t, text, strlen(text), &e);
    size_t first, last;

    (void)state;
    assert_int_equal(textfsm_rows_count(rows), 2);
    assert_int_equal(textfsm_rows_line(rows, 0, 0, 0), 1);
    assert_int_equal(textfsm_rows_line(rows, 0, 1, 0), 2);
    assert_int_equal(textfsm_rows_line(rows, 0, 2, 0), 3);
    assert_int_equal(textfsm_rows_line(rows, 0, 2, 1), 5);
    assert_int_equal(textfsm_rows_line(rows, 0, 2, 2), 0);
    assert_int_equal(textfsm_rows_line(rows, 1, 0, 0), 1);
    assert_int_equal(textfsm_rows_line(rows, 1, 1, 0), 7);
    textfsm_rows_span(rows, 0, &first, &last);
    assert_int_equal(first, 1);
    assert_int_equal(last, 5);
    textfsm_rows_span(rows, 1, &first, &last);
    assert_int_equal(first, 7);
    assert_int_equal(last, 7);
    textfsm_rows_free(rows);
    textfsm_free(t);
}

/* The text in pieces of every size gives what the whole gives. */
static void pieces_make_no_difference(void **state)
{
    const char *template = "Value Filldown A (\\w+)\nValue List B (\\w+)\n"
                           "Value Required C (.+)\n\nStart\n  ^a ${A}\n"
                           "  ^b ${B}\n  ^c ${C} -> Record\n";
    const char *text = "a one\r\nb x\rb y\r\n\r\nc z\xc3\xa9z\nc \xe2\x80\xa8"
                       "b q\xc2\x85""c w\nb t\n\na two\nc e";
    char *want = parse(template, text, strlen(text));

    (void)state;
    for (size_t size = 1; size < strlen(text); size++) {
        struct textfsm *t = compiled(template);
        struct textfsm_run *run = textfsm_run_new(t);
        struct textfsm_rows *rows;
        struct err e = {0};
        json_t *json;
        char *got;

        for (size_t at = 0; at < strlen(text); at += size) {
            size_t n = strlen(text) - at;
            char *piece = strndup(text + at, n < size ? n : size);

            assert_int_equal(textfsm_run_feed(run, piece, n < size ? n : size,
                                              &e), 0);
            free(piece);
        }
        rows = textfsm_run_finish(run, &e);
        json = textfsm_rows_json(rows);
        got = json_dumps(json, JSON_COMPACT);
        assert_string_equal(got, want);
        free(got);
        json_decref(json);
        textfsm_rows_free(rows);
        textfsm_free(t);
    }
    free(want);
}

static void catastrophes_end_and_name_the_rule(void **state)
{
    char text[80];
    char *got;

    (void)state;
    memset(text, 'a', 60);
    text[60] = '!';
    got = parse("Value A (x)\n\nStart\n  ^(a|aa|a\\w)+(b\\1|c)$$\n", text, 61);
    assert_non_null(strstr(got, "t:4: the pattern needs more steps than the "
                                "match limit allows (line 1 of the text"));
    free(got);
}

/* Each compared with Python's rows. */
static void explosions_are_decided(void **state)
{
    const char *as = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\n";

    (void)state;
    check("Value A (!)\n\nStart\n  ^(a+)+$$\n  ^(a|aa)+${A} -> Record\n", as,
          "[{\"A\":\"!\"}]");
    /* Loops in a loop that may all be empty are one loop. */
    check("Value A (\\S*)\nValue B (.*)\n\nStart\n"
          "  ^(\\s*-*)*${A}\\s(?:a*b*)+${B}$$ -> Record\n",
          " -- - x- abac\n-\n- y\n",
          "[{\"A\":\"x-\",\"B\":\"c\"},{\"A\":\"\",\"B\":\"y\"}]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_and_the_implicit_one),
        cmocka_unit_test(continue_goes_on_in_the_same_state),
        cmocka_unit_test(states_change),
        cmocka_unit_test(clear_and_clearall),
        cmocka_unit_test(required_drops_rows_and_clears),
        cmocka_unit_test(filldown_and_fillup),
        cmocka_unit_test(lists),
        cmocka_unit_test(long_names_reach_pcre2),
        cmocka_unit_test(lines_split_as_python_does),
        cmocka_unit_test(regexes_are_pythons),
        cmocka_unit_test(errors_point_into_the_template),
        cmocka_unit_test(error_actions_end_the_text),
        cmocka_unit_test(bad_text_is_refused),
        cmocka_unit_test(nul_bytes_are_text),
        cmocka_unit_test(rows_know_their_lines),
        cmocka_unit_test(pieces_make_no_difference),
        cmocka_unit_test(catastrophes_end_and_name_the_rule),
        cmocka_unit_test(explosions_are_decided),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
