/* The serial wire of the simulator: its time, and what another speed makes
 * of the bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "kiriwake/sim.h"
#include "../../src/sim/wire.h"

/* 9600 baud: 960 bytes a second. */
static void test_pace(void **state)
{
    struct wire w = {0};
    struct buf out = {0};
    char bytes[960];

    (void)state;
    memset(bytes, 'x', sizeof bytes);
    wire_send(&w, bytes, sizeof bytes, 5000000);
    wire_receive(&w, 9600, 9600, &out, 5001);
    assert_int_equal(out.len, 0);       /* a byte takes 1.04 ms */
    assert_int_equal(wire_due(&w, 9600), 5002);
    wire_receive(&w, 9600, 9600, &out, 5002);
    assert_int_equal(out.len, 1);
    wire_receive(&w, 9600, 9600, &out, 5500);
    assert_int_equal(out.len, 480);
    wire_receive(&w, 9600, 9600, &out, 6000);
    assert_int_equal(out.len, 960);
    assert_int_equal(wire_due(&w, 9600), 0);
    assert_memory_equal(out.data, bytes, sizeof bytes);
    buf_free(&out);
    wire_free(&w);
}

/* An idle wire saves no time up. */
static void test_idle(void **state)
{
    struct wire w = {0};
    struct buf out = {0};

    (void)state;
    wire_send(&w, "a", 1, 1000000);
    wire_receive(&w, 9600, 0, &out, 1010);
    wire_send(&w, "bcd", 3, 9000000);
    wire_receive(&w, 9600, 0, &out, 9001);
    assert_string_equal(buf_str(&out), "a");
    wire_receive(&w, 9600, 0, &out, 9004);
    assert_string_equal(buf_str(&out), "abcd");
    buf_free(&out);
    wire_free(&w);
}

static void garble(const char *text, unsigned from, unsigned to,
                   struct buf *out)
{
    struct wire w = {0};

    buf_clear(out);
    wire_send(&w, text, strlen(text), 0);
    wire_receive(&w, from, to, out, 60000);
    wire_free(&w);
}

static void test_garbled(void **state)
{
    struct buf out = {0};

    (void)state;
    garble("login: ", 9600, 9600, &out);
    assert_string_equal(buf_str(&out), "login: ");
    garble("login: ", 9600, 4800, &out);
    assert_true(out.len > 0 && out.len < 7);    /* fewer, longer frames */
    assert_null(strstr(buf_str(&out), "login"));
    garble("login: ", 9600, 115200, &out);
    assert_true(out.len > 7);                   /* more, shorter ones */
    for (size_t i = 0; i < out.len; i++)        /* a bit is 12 of theirs */
        assert_int_equal(out.data[i], 0);
    garble("U", 9600, 9700, &out);              /* 1 %: still readable */
    assert_string_equal(buf_str(&out), "U");
    buf_free(&out);
}

/* The same bytes, however they are cut up. */
static void test_garbled_in_parts(void **state)
{
    static const char text[] = "Router# show version\r\n";
    struct buf whole = {0}, parts = {0};
    struct wire w = {0};

    (void)state;
    garble(text, 9600, 38400, &whole);
    wire_send(&w, text, strlen(text), 0);
    for (uint64_t ms = 0; ms < 60; ms++)
        wire_receive(&w, 9600, 38400, &parts, ms);
    assert_int_equal(parts.len, whole.len);
    assert_memory_equal(parts.data, whole.data, whole.len);
    wire_free(&w);
    buf_free(&whole);
    buf_free(&parts);
}

/* --- in a simulated router --- */

static struct sim *router(const char *knobs)
{
    struct data data = {0};
    struct err e = {0};
    struct sim *s = sim_new(&data, "nec-ix", "wan-link-down", knobs, true,
                            &e);

    assert_non_null(s);
    return s;
}

/* The last moment at which something came, and all that came. */
static uint64_t listen(struct sim *s, struct buf *out, uint64_t now)
{
    uint64_t due = now, last = now;

    while (due) {
        size_t before = out->len;

        now = due;
        sim_output(s, out, now, &due);
        last = out->len > before ? now : last;
    }
    return last;
}

static void test_router_paced(void **state)
{
    struct sim *s = router("baud=9600");
    struct buf out = {0};
    uint64_t end;

    (void)state;
    assert_int_equal(sim_baud(s), 9600);
    end = listen(s, &out, 1000);
    assert_string_equal(buf_str(&out), "login: ");
    assert_int_equal(end, 1000 + 8);            /* 7 bytes: 7.3 ms */
    buf_clear(&out);
    sim_receive(s, "admin\r", 6, 2000);
    end = listen(s, &out, 2000);
    assert_string_equal(buf_str(&out), "admin\r\nPassword: ");
    /* 6 bytes there, then at least the 12 after the last echo back */
    assert_in_range(end, 2000 + 6 + 12, 2000 + 6 + 17);
    buf_free(&out);
    sim_free(s);
}

static void test_router_other_speed(void **state)
{
    struct sim *s = router("baud=115200&line-baud=9600");
    struct buf out = {0};

    (void)state;
    sim_receive(s, "\r\r\r", 3, 1000);
    listen(s, &out, 1000);
    assert_null(strstr(buf_str(&out), "login"));
    sim_set_terminal(s, 115200);
    sim_receive(s, "\r", 1, 60000);
    listen(s, &out, 60000);
    assert_non_null(memmem(out.data, out.len, "login: ", 7));
    buf_free(&out);
    sim_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pace),
        cmocka_unit_test(test_idle),
        cmocka_unit_test(test_garbled),
        cmocka_unit_test(test_garbled_in_parts),
        cmocka_unit_test(test_router_paced),
        cmocka_unit_test(test_router_other_speed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
