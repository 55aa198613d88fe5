#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "kiriwake/names.h"
#include "kiriwake/text.h"
#include "kiriwake/yaml.h"

static void yaml_knows_its_places(void **state)
{
    const char *text = "a: 1\nb:\n  - {x: y}\n  - z\n";
    struct err e = {0};
    struct yaml_doc *d = yaml_parse("t.yaml", text, strlen(text), &e);
    const struct yaml_node *b;

    (void)state;
    assert_non_null(d);
    assert_string_equal(yaml_text(d->root, "a"), "1");
    b = yaml_get(d->root, "b");
    assert_int_equal(yaml_len(b), 2);
    assert_int_equal(yaml_nth(b, 1)->line, 4);
    assert_int_equal(yaml_nth(b, 1)->col, 5);
    yaml_free(d);
}

static void yaml_errors_point(void **state)
{
    static const struct yaml_field fields[] = {
        {"name", YK_TEXT, true, NULL, NULL, "the name"},
        {"count", YK_INT, false, NULL, NULL, NULL},
        {NULL, YK_ANY, false, NULL, NULL, NULL}};
    const char *text = "name: x\ncuont: 3\n";
    struct err e = {0};
    struct yaml_doc *d = yaml_parse("t.yaml", text, strlen(text), &e);

    (void)state;
    assert_non_null(d);
    assert_int_equal(yaml_check(d, d->root, fields, &e), -1);
    assert_string_equal(e.what,
                        "t.yaml:2:1: unknown key 'cuont'; did you mean "
                        "count?\n  cuont: 3\n  ^");
    assert_int_equal(e.status, EXIT_DATA);
    yaml_free(d);
}

static void yaml_refuses_bad_text(void **state)
{
    const char *text = "a: [1, 2\nb: }\n";
    struct err e = {0};

    (void)state;
    assert_null(yaml_parse("bad.yaml", text, strlen(text), &e));
    assert_int_equal(e.status, EXIT_DATA);
    assert_non_null(strstr(e.what, "bad.yaml:"));
}

static void yaml_wants_utf8(void **state)
{
    const char *text = "a: 1\nb: x\x84y\n";
    struct err e = {0};

    (void)state;
    assert_null(yaml_parse("bad.yaml", text, strlen(text), &e));
    assert_string_equal(e.what, "bad.yaml:2:5: not UTF-8\n"
                                "  b: x\xef\xbf\xbdy\n      ^");
}

/* A long line is cut between characters, and what is cut stays text. */
static void errors_stay_text(void **state)
{
    char text[2000] = "a: ";
    struct err e = {0};

    (void)state;
    for (int i = 0; i < 400; i++)
        strcat(text, "\xe3\x81\x82");
    err_at(&e, "x.yaml", text, 1, 1, "%s%s%s", text, text, text);
    assert_true(text_is_utf8(e.what, strlen(e.what)));
    err_set(&e, EXIT_DATA, "%s%s", text, text);
    assert_true(text_is_utf8(e.what, strlen(e.what)));
    err_at(&e, "x.yaml", "a\x1b[31mb", 1, 1, "no");
    assert_null(strchr(e.what, '\x1b'));
}

static void widths_count_columns(void **state)
{
    (void)state;
    assert_int_equal(text_width("abc"), 3);
    assert_int_equal(text_width("切り分け"), 8);
    assert_int_equal(text_fit("切り分け", 5), 6);
}

static void count_line(void *arg, const char *s, size_t len)
{
    (void)s;
    *(size_t *)arg += len;
}

static void wraps_both_scripts(void **state)
{
    size_t bytes = 0;

    (void)state;
    assert_int_equal(text_wrap("one two three", 7, count_line, &bytes), 2);
    bytes = 0;
    /* the full stop must not begin a line */
    assert_int_equal(text_wrap("切り分け。", 8, count_line, &bytes), 2);
    assert_int_equal(bytes, strlen("切り分け。"));
}

static void hostile_bytes_are_shown(void **state)
{
    struct buf b = {0};

    (void)state;
    text_add_safe(&b, "a\033[31mb\xE2\x80\xAE", 10);
    assert_string_equal(buf_str(&b), "a\\x1B[31mb\\u{202E}");
    buf_free(&b);
}

static void names_are_near(void **state)
{
    const char *const names[] = {"nec-ix", "nec-wa", "cisco-ios"};

    (void)state;
    assert_string_equal(names_nearest("nec-xi", names, 3), "nec-ix");
    assert_null(names_nearest("zzz", names, 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(yaml_knows_its_places),
        cmocka_unit_test(yaml_errors_point),
        cmocka_unit_test(yaml_refuses_bad_text),
        cmocka_unit_test(yaml_wants_utf8),
        cmocka_unit_test(errors_stay_text),
        cmocka_unit_test(widths_count_columns),
        cmocka_unit_test(wraps_both_scripts),
        cmocka_unit_test(hostile_bytes_are_shown),
        cmocka_unit_test(names_are_near),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
