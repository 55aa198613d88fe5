#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "kiriwake/buf.h"
#include "kiriwake/mem.h"
#include "kiriwake/sim.h"

static const struct data builtin = {0};

/* A conversation in virtual time. */
struct talk {
    struct sim *sim;
    uint64_t now;
    struct buf got;
};

static void settle(struct talk *t)
{
    uint64_t due;

    for (;;) {
        sim_output(t->sim, &t->got, t->now, &due);
        if (!due || sim_closed(t->sim))
            return;
        if (due > t->now)
            t->now = due;
    }
}

static void begin(struct talk *t, const char *scenario, const char *knobs,
                  bool login)
{
    struct err e = {0};

    *t = (struct talk){.now = 1000};
    t->sim = sim_new(&builtin, "nec-ix", scenario, knobs, login, &e);
    if (!t->sim)
        fail_msg("%s: %s", scenario, e.what);
    settle(t);
}

/* Types text and gives what came back (until the next call). */
static const char *type(struct talk *t, const char *text)
{
    buf_clear(&t->got);
    sim_receive(t->sim, text, strlen(text), t->now);
    settle(t);
    return buf_str(&t->got);
}

static void end(struct talk *t)
{
    if (sim_failure(t->sim))
        fail_msg("%s", sim_failure(t->sim));
    sim_free(t->sim);
    buf_free(&t->got);
}

/* A session in configuration mode without a pager. */
static void begin_config(struct talk *t, const char *scenario,
                         const char *knobs)
{
    begin(t, scenario, knobs, false);
    type(t, "enable-config\r");
    type(t, "terminal length 0\r");
}

#define assert_has(text, part)                                               \
    do {                                                                     \
        if (!strstr(text, part))                                             \
            fail_msg("'%s' is not in:\n%s", part, text);                     \
    } while (0)
#define assert_lacks(text, part)                                             \
    do {                                                                     \
        if (strstr(text, part))                                              \
            fail_msg("'%s' is in:\n%s", part, text);                         \
    } while (0)

static void modes_follow_the_guideline(void **state)
{
    struct talk t;

    (void)state;
    begin(&t, "healthy-idle", NULL, false);
    assert_has(buf_str(&t.got), "Copyright Notices:\r\n");
    assert_has(buf_str(&t.got), "\r\nRouter# ");
    assert_string_equal(type(&t, "show ike sa\r"),
                        "show ike sa\r\n% show ike -- Invalid command.\r\n"
                        "Router# ");
    assert_string_equal(type(&t, "terminal length 0\r"),
                        "terminal length 0\r\n"
                        "% terminal -- Invalid command.\r\nRouter# ");
    assert_string_equal(type(&t, "configure\r"),
                        "configure\r\nEnter configuration commands, one per "
                        "line. End with CNTL/Z.\r\nRouter(config)# ");
    assert_string_equal(type(&t, "int Tunnel0.0\r"),
                        "int Tunnel0.0\r\nRouter(config-Tunnel0.0)# ");
    assert_string_equal(type(&t, "exit\r"), "exit\r\nRouter(config)# ");
    assert_string_equal(type(&t, "\x1a"), "\r\nRouter# ");
    type(&t, "exit\r");
    assert_true(sim_closed(t.sim));
    end(&t);
}

static void console_asks_for_a_password(void **state)
{
    struct talk t;

    (void)state;
    begin(&t, "healthy-idle", NULL, true);
    assert_string_equal(buf_str(&t.got), "login: ");
    assert_string_equal(type(&t, "admin\r"), "admin\r\nPassword: ");
    assert_string_equal(type(&t, "wrong\r"),
                        "\r\n% Login incorrect\r\n\r\nlogin: ");
    type(&t, "admin\r");
    assert_has(type(&t, "kiriwake-1\r\n"), "Router# ");
    assert_string_equal(
        json_string_value(json_object_get(
            json_array_get(sim_transcript(t.sim), 1), "line")),
        "(hidden)");
    end(&t);
}

static void info_lines_appear_when_asked_for(void **state)
{
    struct talk t;

    (void)state;
    begin_config(&t, "proposal-mismatch-initiator", NULL);
    assert_lacks(type(&t, "show logging\r"), "IKE.001");
    assert_has(type(&t, "show logging\r"),
               "IKE.009: Receive notification data from 198.51.100.200, type "
               "14:NO-PROPOSAL-CHOSEN, protocol ISAKMP\r\n");
    type(&t, "logging subsystem ike info\r");
    assert_has(type(&t, "show running-config\r"),
               "\r\nlogging subsystem ike info\r\n");
    type(&t, "ping 192.168.1.254 source 192.168.0.254\r");
    assert_has(type(&t, "show logging\r"),
               "IKE.047: Initiator negotiation using Main mode\r\n");
    type(&t, "no logging subsystem ike info\r");
    assert_lacks(type(&t, "show running-config\r"), "subsystem ike");
    end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(modes_follow_the_guideline),
        cmocka_unit_test(console_asks_for_a_password),
        cmocka_unit_test(info_lines_appear_when_asked_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
