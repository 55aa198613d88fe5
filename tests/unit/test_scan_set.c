/* Sets of characters as the scanner reads them: by nibbles and by ranges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../src/textfsm/scan.h"

#define SPACES 0x1F0003E00ull     /* \t to \r, FS to US, blank */

static const struct re_ascii sets[] = {
    {{0, 0}},
    {{~0ull, ~0ull}},
    {{SPACES, 0}},                                  /* \s */
    {{~SPACES, ~0ull}},                             /* \S */
    {{0x3FFull << 48, 0}},                          /* \d */
    {{~(0x3FFull << 48), ~0ull}},                   /* \D */
    {{0x3FFull << 48, 0x7FFFFFE87FFFFFEull}},       /* \w */
    {{1, 1ull << 63}},
    {{~1ull, ~0ull >> 1}},
    {{0x5555555555555555ull, 0x5555555555555555ull}},
    {{1ull << 63, 1}},                              /* ? and @ */
};
#define SETS (sizeof sets / sizeof sets[0])

static bool by_nibbles(const struct scan_set *set, unsigned c)
{
    return set->nibbles[c & 15] >> (c >> 4) & 1;
}

static bool by_ranges(const struct scan_set *set, unsigned c)
{
    bool in = false;

    for (unsigned i = 0; i < set->ranges; i++)
        in = in || (c >= set->low[i][0] && c <= (unsigned)set->low[i][0] +
                                                    set->span[i][0]);
    return in != set->negated;
}

static void each_way_says_the_same(void **state)
{
    struct arena arena = {0};
    struct scan_tables tables = {0};

    (void)state;
    for (size_t i = 0; i < SETS; i++) {
        const struct scan_set *set = scan_set_find(&tables, &arena, sets[i]);

        for (unsigned c = 0; c < 128; c++) {
            bool in = sets[i].bits[c >> 6] >> (c & 63) & 1;

            assert_int_equal(by_nibbles(set, c), in);
            assert_int_equal(re_ascii_has(&set->first.bytes, c), in);
            assert_int_equal(re_ascii_has(&set->black.bytes, c),
                             in && !(c < 64 && SPACES >> c & 1));
            if (set->ranges)
                assert_int_equal(by_ranges(set, c), in);
        }
        assert_ptr_equal(scan_set_find(&tables, &arena, sets[i]), set);
    }
    arena_free(&arena);
}

static void kinds_are_known(void **state)
{
    struct arena arena = {0};
    struct scan_tables tables = {0};

    (void)state;
    assert_true(scan_set_find(&tables, &arena, sets[1])->all);
    assert_int_equal(scan_set_find(&tables, &arena, sets[2])->kind,
                     SCAN_SPACES);
    assert_int_equal(scan_set_find(&tables, &arena, sets[3])->kind,
                     SCAN_BLACK);
    assert_int_equal(scan_set_find(&tables, &arena, sets[4])->kind,
                     SCAN_OTHER);
    assert_int_equal(scan_set_find(&tables, &arena, sets[4])->ranges, 1);
    assert_int_equal(scan_set_find(&tables, &arena, sets[6])->ranges, 4);
    assert_int_equal(scan_set_find(&tables, &arena, sets[9])->ranges, 0);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_way_says_the_same),
        cmocka_unit_test(kinds_are_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
