/* The screen's parts that need no terminal: typed line, dialogue, pages. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <curses.h>

#include "../../src/tui/dialogue.h"
#include "../../src/tui/lineedit.h"
#include "../../src/tui/page.h"

static void expect_line(const struct lineedit *l, const char *want)
{
    char *got = lineedit_get(l);

    assert_string_equal(want, got);
    free(got);
}

static void type(struct lineedit *l, const wchar_t *s)
{
    for (; *s; s++)
        assert_true(lineedit_key(l, (int)*s, false));
}

static void test_line(void **state)
{
    struct lineedit l = {0};

    (void)state;
    type(&l, L"ssh://本社 rt");
    expect_line(&l, "ssh://本社 rt");
    lineedit_key(&l, 'W' & 0x1F, false);
    expect_line(&l, "ssh://本社 ");
    lineedit_key(&l, KEY_BACKSPACE, true);
    lineedit_key(&l, 127, false);
    expect_line(&l, "ssh://本");
    lineedit_key(&l, KEY_HOME, true);
    lineedit_key(&l, KEY_DC, true);
    type(&l, L"é");
    expect_line(&l, "ésh://本");
    lineedit_key(&l, KEY_RIGHT, true);
    lineedit_key(&l, 'K' & 0x1F, false);
    expect_line(&l, "és");
    lineedit_key(&l, 'U' & 0x1F, false);
    expect_line(&l, "");
    lineedit_key(&l, KEY_LEFT, true);
    lineedit_key(&l, KEY_BACKSPACE, true);
    expect_line(&l, "");
}

static void test_line_refuses(void **state)
{
    struct lineedit l = {0};

    (void)state;
    assert_false(lineedit_key(&l, 27, false));
    assert_false(lineedit_key(&l, KEY_F(5), true));
    for (int i = 0; i < LINEEDIT_MAX + 50; i++)
        lineedit_key(&l, 'x', false);
    assert_int_equal(LINEEDIT_MAX, l.len);
    lineedit_wipe(&l);
    for (size_t i = 0; i <= LINEEDIT_MAX; i++)
        assert_true(l.text[i] == L'\0');
    assert_int_equal(0, l.len);
}

static void test_dialogue_limits(void **state)
{
    struct dialogue *d = calloc(1, sizeof *d);
    struct page p = {0};
    char text[3000];

    (void)state;
    for (int i = 0; i < DIALOGUE_LINES + 5; i++) {
        snprintf(text, sizeof text, "line %d", i);
        dialogue_add(d, i == DIALOGUE_LINES + 4, text);
    }
    assert_int_equal(DIALOGUE_LINES, d->count);
    page_begin(&p, 80);
    dialogue_page(d, &p, 2);
    assert_int_equal(2, p.count);
    assert_string_equal("line 2003", p.lines[0].text);
    assert_string_equal("> ", p.lines[1].head);
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    for (int i = 0; i < 1000; i++)
        dialogue_add(d, false, text);
    assert_true(d->bytes <= DIALOGUE_BYTES);
    assert_int_equal(DIALOGUE_BYTES / DIALOGUE_LINE_BYTES, d->count);
    page_free(&p);
    dialogue_free(d);
    assert_int_equal(0, d->bytes);
    free(d);
}

static void test_page(void **state)
{
    struct page p = {0};
    int top = 100;

    (void)state;
    page_begin(&p, 10);
    page_gap(&p);
    assert_int_equal(0, p.count);
    page_item(&p, 3, STYLE_OK, "ab", STYLE_PLAIN, "one two three");
    assert_int_equal(2, p.count);
    assert_string_equal("ab", p.lines[0].head);
    assert_string_equal("one two", p.lines[0].text);
    assert_null(p.lines[1].head);
    assert_string_equal("three", p.lines[1].text);
    page_gap(&p);
    page_gap(&p);
    assert_int_equal(3, p.count);
    page_raw(&p, 0, STYLE_PLAIN, NULL, STYLE_PLAIN, "a\tb\x1b[2J");
    assert_int_equal(5, p.count);
    assert_string_equal("a       b\\", p.lines[3].text);
    assert_string_equal("x1B[2J", p.lines[4].text);
    page_clamp(&p, 2, &top);
    assert_int_equal(3, top);
    page_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line),
        cmocka_unit_test(test_line_refuses),
        cmocka_unit_test(test_dialogue_limits),
        cmocka_unit_test(test_page),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
