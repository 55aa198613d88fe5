#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "kiriwake/buf.h"
#include "kiriwake/data.h"
#include "kiriwake/secrets.h"

static const char *const patterns[] = {
    "(?<=\\bkey )(?<masked>[67] \\S+)|(?<=\\bkey )\\S+",
    "(?<=\\bpassword )\\S+( \\S+)?", NULL};

static struct secrets *begin(void)
{
    struct err e = {0};
    struct secrets *s = secrets_new(patterns, &e);

    assert_non_null(s);
    return s;
}

static void check(struct secrets *s, const char *text, const char *want)
{
    char *got = secrets_scrub(s, text);

    assert_string_equal(got, want);
    free(got);
}

static void equal_values_get_equal_tokens(void **state)
{
    struct secrets *s = begin();

    (void)state;
    check(s, "ike policy a peer any key abc\nike policy b key abd\n"
             "ike policy c key abc\n",
          "ike policy a peer any key ‹secret:1›\n"
          "ike policy b key ‹secret:2›\n"
          "ike policy c key ‹secret:1›\n");
    check(s, "key abd", "key ‹secret:2›");
    check(s, "user x password plain secret-2 rest",
          "user x password ‹secret:3› rest");
    secrets_free(s);
}

static void masked_forms_are_unknown(void **state)
{
    struct secrets *s = begin();

    (void)state;
    check(s, "key *****", "key ‹masked›");
    check(s, "key 7 0822455D0A16", "key ‹masked›");
    check(s, "key 0822455D0A16", "key ‹secret:1›");
    secrets_free(s);
}

static void values_are_caught_as_words(void **state)
{
    struct secrets *s = begin();

    (void)state;
    secrets_add(s, "hunter2");
    secrets_add(s, "abc");          /* too short to be caught by value */
    check(s, "hunter2 (hunter2) xhunter2 hunter22 abc a-hunter2\n\nhunter2",
          "‹secret:1› (‹secret:1›) xhunter2 hunter22 abc a-‹secret:1›\n\n"
          "‹secret:1›");
    secrets_free(s);
}

/* A value shows before the line that tells that it is one. */
static void values_are_caught_before_they_are_told(void **state)
{
    struct secrets *s = begin();

    (void)state;
    check(s, "note: long-psk\nkey long-psk\n",
          "note: ‹secret:1›\nkey ‹secret:1›\n");
    check(s, "again long-psk.", "again ‹secret:1›.");
    secrets_free(s);
}

static void scrubbing_twice_changes_nothing(void **state)
{
    struct secrets *s = begin();
    char *once = secrets_scrub(s, "key one-two\nkey ***\n");

    (void)state;
    check(s, once, once);
    free(once);
    secrets_free(s);
}

static void lines_never_change(void **state)
{
    struct secrets *s = begin();

    (void)state;
    check(s, "", "");
    check(s, "\n", "\n");
    check(s, "\n\nkey a\n\n", "\n\nkey ‹secret:1›\n\n");
    check(s, "key \nnext", "key \nnext");
    secrets_add(s, "first\nsecond\n");
    check(s, "first\nsecond", "‹secret:2›\n‹secret:3›");
    secrets_free(s);
}

/* The longest value wins where two begin; an overlap hides both. */
static void overlaps_hide_all(void **state)
{
    struct secrets *s = begin();

    (void)state;
    secrets_add(s, "alpha");
    secrets_add(s, "alpha beta");
    secrets_add(s, "beta gamma");
    check(s, "x alpha beta gamma y", "x ‹secret:2› gamma y");
    check(s, "password alpha beta gamma", "password ‹secret:2› gamma");
    secrets_free(s);
}

/* More values than the store tells apart: hidden all the same. */
static void a_flood_is_masked(void **state)
{
    struct secrets *s = begin();
    struct buf text = {0};
    char *got;

    (void)state;
    for (int i = 0; i < 5000; i++)
        buf_printf(&text, "key value-%d\n", i);
    got = secrets_scrub(s, buf_str(&text));
    assert_null(strstr(got, "value-"));
    assert_non_null(strstr(got, "‹secret:4096›"));
    assert_null(strstr(got, "‹secret:4097›"));
    assert_non_null(strstr(got, "‹masked›"));
    free(got);
    buf_free(&text);
    secrets_free(s);
}

static void bad_patterns_are_named(void **state)
{
    static const char *const bad[] = {"(key", NULL};
    struct err e = {0};

    (void)state;
    assert_null(secrets_new(bad, &e));
    assert_int_equal(e.status, EXIT_DATA);
    assert_non_null(strstr(e.what, "(key"));
}

/* A pattern that exhausts its limit hides the line it was busy with. */
static void exhausted_patterns_hide_the_line(void **state)
{
    static const char *const slow[] = {"(a+)+b\\K\\S+", NULL};
    struct err e = {0};
    struct secrets *s = secrets_new(slow, &e);

    (void)state;
    assert_non_null(s);
    check(s, "ok\naaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac b secret\nok",
          "ok\n‹masked›\nok");
    secrets_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_values_get_equal_tokens),
        cmocka_unit_test(masked_forms_are_unknown),
        cmocka_unit_test(values_are_caught_as_words),
        cmocka_unit_test(values_are_caught_before_they_are_told),
        cmocka_unit_test(scrubbing_twice_changes_nothing),
        cmocka_unit_test(lines_never_change),
        cmocka_unit_test(overlaps_hide_all),
        cmocka_unit_test(a_flood_is_masked),
        cmocka_unit_test(bad_patterns_are_named),
        cmocka_unit_test(exhausted_patterns_hide_the_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
