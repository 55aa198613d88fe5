/* Faults of a simulator: what they match. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../src/sim/knobs.h"

/* A dropped line takes those along that say the same at other times. */
static void lines_that_say_the_same(void **state)
{
    static const struct {
        const char *a, *b;
        bool same;
    } rows[] = {
        {"2026/03/16 10:00:01 IKE.016: No response from 192.0.2.1, timeout",
         "2026/03/17 09:59:59 IKE.016: No response from 192.0.2.1, timeout",
         true},
        {"*Mar 16 09:56:47.080: %CRYPTO-4-IKMP_BAD_MESSAGE: IKE message",
         "*Mar 16 09:57:06.120: %CRYPTO-4-IKMP_BAD_MESSAGE: IKE message",
         true},
        {"Mar 16 2026 09:34:10: %ASA-4-713903: ERROR",
         "Mar 16 2026 09:40:59: %ASA-4-713903: ERROR", true},
        /* another peer, another message */
        {"2026/03/16 10:00:01 IKE.016: No response from 192.0.2.1, timeout",
         "2026/03/16 10:00:01 IKE.016: No response from 192.0.2.2, timeout",
         false},
        {"Mar 16 2026 09:34:10: %ASA-4-713903: ERROR",
         "Mar 16 2026 09:34:10: %ASA-4-713904: ERROR", true},
        {"Mar 16 2026 09:34:10: %ASA-4-713903: ERROR",
         "Mar 16 2026 09:34:10: %ASA-4-713903: ERRORS", false},
        /* ids and counters, but not short numbers */
        {"spi: 0x658F7C11(1703902225)", "spi: 0x1(4711)", true},
        {"12345 packets input", "99999 packets input", true},
        {"12345 packets input", "no packets input", false},
        {"3 packets input, 5 errors", "3 packets input, 6 errors", false},
        /* a time that does not stamp the line is what the line says */
        {"Interface Tunnel0.0 is up, for 10:00:01",
         "Interface Tunnel0.0 is up, for 10:00:02", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (knobs_same_line(rows[i].a, rows[i].b) != rows[i].same)
            fail_msg("'%s' and '%s'", rows[i].a, rows[i].b);
}

static void commands_with_arguments(void **state)
{
    struct err e = {0};
    struct knobs k;

    (void)state;
    assert_int_equal(0, knobs_parse(&k, "refuse=show ip&refuse=ping", &e));
    assert_true(knobs_match(k.refuse, "show ip"));
    assert_true(knobs_match(k.refuse, "  show   ip route"));
    assert_true(knobs_match(k.refuse, "ping 192.0.2.1"));
    assert_false(knobs_match(k.refuse, "show ipsec sa"));
    assert_false(knobs_match(k.refuse, "show"));
    assert_false(knobs_match(k.refuse, "do ping"));
    knobs_free(&k);
}

static void lines_left_out(void **state)
{
    struct err e = {0};
    struct knobs k;

    (void)state;
    assert_int_equal(0, knobs_parse(&k, "drop=show log:2,14&truncate=show "
                                        "ver:3", &e));
    assert_true(knobs_drops(&k, "show log", 2));
    assert_true(knobs_drops(&k, "show log | include IKE", 14));
    assert_false(knobs_drops(&k, "show log", 1));
    assert_false(knobs_drops(&k, "show log", 4));
    assert_false(knobs_drops(&k, "show ver", 2));
    assert_int_equal(3, knobs_truncate(&k, "show ver"));
    assert_true(knobs_truncate(&k, "show log") == SIZE_MAX);
    knobs_free(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_that_say_the_same),
        cmocka_unit_test(commands_with_arguments),
        cmocka_unit_test(lines_left_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
