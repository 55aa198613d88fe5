/* Which encoding a device's bytes are taken for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "../../src/console/decode.h"

static const char *const none[] = {NULL};
static const char *const both[] = {"utf-8", "shift_jis", NULL};

static void expect(const char *const *encodings, const char *bytes,
                   const char *text)
{
    struct buf b = {0};

    decode_text(&b, encodings, bytes, strlen(bytes));
    assert_string_equal(buf_str(&b), text);
    buf_free(&b);
}

static void the_first_that_fits(void **state)
{
    (void)state;
    expect(both, "\xE6\x9D\xB1\xE4\xBA\xAC", "東京");
    expect(both, "\x93\x8C\x8B\x9E", "東京");
    /* one byte that is wrong in either does not hide the rest */
    expect(both, "\x93\x8C\x8B\x9E \xFF", "東京 \xEF\xBF\xBD");
}

/* Without encodings there is UTF-8: what does not fit is marked, not lost. */
static void without_encodings(void **state)
{
    (void)state;
    expect(NULL, "a \x93 b", "a \xEF\xBF\xBD b");
    expect(none, "a \x93 b", "a \xEF\xBF\xBD b");
}

/* The beginning of a UTF-8 character may be a whole one of Shift_JIS. */
static void a_torn_character_is_no_fault(void **state)
{
    struct buf utf8 = {0}, any = {0};

    (void)state;
    for (size_t len = 1; len <= 2; len++) {
        buf_clear(&utf8);
        buf_clear(&any);
        decode_text(&utf8, NULL, "\xE6\x9D", len);
        decode_text(&any, both, "\xE6\x9D", len);
        assert_string_equal(buf_str(&any), buf_str(&utf8));
    }
    buf_clear(&any);
    decode_text(&any, both, "\xE6\x9D\xB1\xE4\xBA", 5);
    assert_non_null(strstr(buf_str(&any), "東"));
    buf_free(&utf8);
    buf_free(&any);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_that_fits),
        cmocka_unit_test(without_encodings),
        cmocka_unit_test(a_torn_character_is_no_fault),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
