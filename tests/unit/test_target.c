#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <poll.h>
#include <unistd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "kiriwake/clock.h"
#include "kiriwake/data.h"
#include "kiriwake/mem.h"
#include "kiriwake/transport.h"

/* What a target is read as: scheme|user|host|port|path|query, - for none. */
static char *read_as(const char *text)
{
    struct target t;
    struct err e = {0};
    char *out;

    if (target_parse(text, &t, &e) < 0) {
        assert_int_equal(e.status, EXIT_USAGE);
        return mem_printf("%s (%s)", e.what, e.hint);
    }
    assert_string_equal(t.text, text);
    out = mem_printf("%s|%s|%s|%d|%s|%s", t.scheme, t.user ? t.user : "-",
                     t.host ? t.host : "-", t.port, t.path ? t.path : "-",
                     t.query ? t.query : "-");
    target_free(&t);
    return out;
}

static void targets_are_read(void **state)
{
    static const char *const cases[][2] = {
        {"gw01", "ssh|-|gw01|0|-|-"},
        {"admin@gw01:2222", "ssh|admin|gw01|2222|-|-"},
        {"ssh://admin@192.0.2.1:22", "ssh|admin|192.0.2.1|22|-|-"},
        {"ssh://[2001:db8::1]:22", "ssh|-|2001:db8::1|22|-|-"},
        {"ssh://2001:db8::1", "ssh|-|2001:db8::1|0|-|-"},
        {"2001:db8::1", "ssh|-|2001:db8::1|0|-|-"},
        {"ssh://user@dom@gw/", "ssh|user@dom|gw|0|-|-"},
        {"telnet://gw:23", "telnet|-|gw|23|-|-"},
        {"serial:///dev/ttyUSB0", "serial|-|-|0|/dev/ttyUSB0|-"},
        {"serial:///dev/ttyUSB0?baud=115200",
         "serial|-|-|0|/dev/ttyUSB0|baud=115200"},
        {"exec:picocom -b 9600 /dev/ttyS0?x",
         "exec|-|-|0|picocom -b 9600 /dev/ttyS0?x|-"},
        {"sim:nec-ix/healthy", "sim|-|-|0|nec-ix/healthy|-"},
        {"sim:nec-ix/psk?split=1&delay=5",
         "sim|-|-|0|nec-ix/psk|split=1&delay=5"},
        {"file:log.txt", "file|-|-|0|log.txt|-"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *got = read_as(cases[i][0]);

        assert_string_equal(got, cases[i][1]);
        free(got);
    }
}

static void bad_targets_are_named(void **state)
{
    static const char *const cases[][2] = {
        {"", "the target is empty"},
        {"telent://gw", "did you mean telnet"},
        {"gopher://gw", "no such kind of target: 'gopher'"},
        {"ssh://gw:0", "'0' is not a port"},
        {"ssh://gw:70000", "'70000' is not a port"},
        {"ssh://gw:22x", "'22x' is not a port"},
        {"ssh://", "a host name is missing"},
        {"ssh://[::1", "'[' without its ']'"},
        {"serial:", "something is missing after 'serial:'"},
        {"ssh://gw\r", "a control character"},
        {"ssh://me:hunter2@gw", "a password in the target is refused"},
        {"me:hunter2@gw", "a password in the target is refused"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *got = read_as(cases[i][0]);

        if (!strstr(got, cases[i][1]))
            fail_msg("'%s': '%s'", cases[i][0], got);
        assert_null(strstr(got, "hunter2"));
        free(got);
    }
}

static void queries_are_looked_up(void **state)
{
    struct target t;
    struct err e = {0};
    char *v;

    (void)state;
    assert_int_equal(target_parse("sim:a/b?split=1&de=&delay=5", &t, &e), 0);
    v = target_query(&t, "delay");
    assert_string_equal(v, "5");
    free(v);
    v = target_query(&t, "de");
    assert_string_equal(v, "");
    free(v);
    assert_null(target_query(&t, "spli"));
    assert_null(target_query(&t, "x"));
    target_free(&t);
}

/* --- exec --- */

static struct transport *open_exec(const char *text)
{
    struct target t;
    struct err e = {0};
    struct transport *x;

    assert_int_equal(target_parse(text, &t, &e), 0);
    x = transport_exec(&t, 80, 24, &e);
    assert_non_null(x);
    target_free(&t);
    return x;
}

/* Until the program ends, or says the word. */
static void read_until(struct transport *x, struct buf *in, const char *word)
{
    while (x->state == TRANSPORT_READY && !strstr(buf_str(in), word)) {
        struct pollfd fd = {.fd = x->fd, .events = POLLIN};

        assert_int_equal(poll(&fd, 1, 10000), 1);
        x->ops->read(x, in);
    }
}

static void programs_run_on_a_terminal(void **state)
{
    struct transport *x = open_exec(
        "exec:test -t 0 && read a && echo \"<$a>\" && stty size");
    struct buf in = {0}, out = {0};

    (void)state;
    buf_adds(&out, "show clock\n");
    x->ops->write(x, &out);
    assert_int_equal(out.len, 0);
    read_until(x, &in, "never");
    /* Raw: neither an echo nor CR before the LF. */
    assert_string_equal(buf_str(&in), "<show clock>\n24 80\n");
    assert_int_equal(x->state, TRANSPORT_CLOSED);
    assert_int_equal(x->err.status, 0);
    x->ops->close(x);
    buf_free(&in);
    buf_free(&out);
}

static void missing_programs_are_named(void **state)
{
    struct transport *x = open_exec("exec:exec /nonexistent/picocom");
    struct buf in = {0};

    (void)state;
    read_until(x, &in, "never");
    assert_int_equal(x->state, TRANSPORT_CLOSED);
    assert_int_equal(x->err.status, EXIT_FAILED);
    assert_non_null(strstr(x->err.what, "/nonexistent/picocom"));
    x->ops->close(x);
    buf_free(&in);
}

static void programs_end_with_the_link(void **state)
{
    struct transport *x = open_exec("exec:echo $$; exec cat");
    struct buf in = {0};
    char path[64];

    (void)state;
    read_until(x, &in, "\n");
    snprintf(path, sizeof path, "/proc/%d", atoi(buf_str(&in)));
    x->ops->close(x);
    assert_int_equal(access(path, 0), -1);
    buf_free(&in);
}

/* --- clock --- */

static void virtual_time_jumps(void **state)
{
    struct clock c = {.is_virtual = true, .now_ms = 1000,
                      .epoch_s = 1700000000};
    char stamp[40];

    (void)state;
    clock_advance(&c, 61000);
    clock_advance(&c, 500);
    assert_int_equal(clock_now(&c), 61000);
    clock_stamp(&c, stamp, sizeof stamp);
    assert_string_equal(stamp, "2023-11-14T22:14:21+00:00");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(targets_are_read),
        cmocka_unit_test(bad_targets_are_named),
        cmocka_unit_test(queries_are_looked_up),
        cmocka_unit_test(programs_run_on_a_terminal),
        cmocka_unit_test(missing_programs_are_named),
        cmocka_unit_test(programs_end_with_the_link),
        cmocka_unit_test(virtual_time_jumps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
