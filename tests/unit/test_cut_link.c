/*
 * A console's link cut at every single byte of one whole dialogue: login,
 * commands, a mode that holds a lock, logout. Whatever was told complete is
 * what the whole dialogue told; the end is clear, and comes in time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "kiriwake/driver.h"
#include "kiriwake/mem.h"
#include "kiriwake/session.h"
#include "kiriwake/sim.h"

#define SCENARIO "config-ike-not-configured"
#define MAX_MS 600000           /* of virtual time */

static const char *const commands[][2] = {
    {"show version", "exec"}, {"show clock", NULL}, {"show ike sa", "config"}};
#define COMMANDS (sizeof commands / sizeof commands[0])

struct talk {
    char *texts[COMMANDS + 1];  /* complete replies, in order */
    size_t complete, other;
    enum session_state end;
    struct err err;
};

static void on_reply(void *arg, unsigned id, const struct console_reply *r)
{
    struct talk *t = arg;

    (void)id;
    if (r->state != REPLY_COMPLETE)
        t->other++;
    else if (t->complete < COMMANDS)
        t->texts[t->complete++] = mem_strdup(r->text);
}

static void on_state(void *arg, enum session_state s, const struct err *e)
{
    struct talk *t = arg;

    t->end = s;
    if (s == SESSION_CLOSED && e)
        t->err = *e;
}

static void run(struct session *s, struct clock *clock)
{
    uint64_t end = clock_now(clock) + MAX_MS;
    struct pollfd fds[2];
    uint64_t due;

    for (int i = 0; i < 100000; i++) {
        session_pump(s);
        session_fds(s, fds, &due);
        if (!due)
            return;
        if (due > end)
            break;
        clock_advance(clock, due);
    }
    fail_msg("the session never comes to rest");
}

static void talk(const struct driver *d, unsigned cut, struct talk *t)
{
    const struct session_listener listener = {
        .arg = t, .reply = on_reply, .state = on_state};
    struct clock clock = {.is_virtual = true, .now_ms = 1000};
    struct data none = {0};
    struct err e = {0};
    char *knobs = mem_printf("disconnect=%u", cut);
    struct sim *sim = sim_new(&none, "nec-ix", SCENARIO, knobs, true, &e);
    struct transport *line;
    struct session *s;

    *t = (struct talk){0};
    if (!sim)
        fail_msg("%s", e.what);
    line = transport_sim(sim);
    line->console = true;
    s = session_new(line, driver_console(d), NULL, &clock, NULL,
                    sim_user(sim), sim_password(sim), &listener, &e);
    for (size_t i = 0; i < COMMANDS; i++)
        session_run(s, commands[i][0], commands[i][1]);
    run(s, &clock);
    session_close(s);
    run(s, &clock);
    assert_int_equal(session_state(s), SESSION_CLOSED);
    session_free(s);
    sim_free(sim);
    free(knobs);
}

static void drop(struct talk *t)
{
    for (size_t i = 0; i < t->complete; i++)
        free(t->texts[i]);
}

static void test_every_byte(void **state)
{
    struct data none = {0};
    struct err e = {0};
    struct driver *d = driver_load_line(&none, "nec-ix", &e);
    struct talk whole, t;
    unsigned cut = 1, most = 0;

    (void)state;
    assert_non_null(d);
    talk(d, 1000000, &whole);
    assert_int_equal(whole.complete, COMMANDS);
    assert_int_equal(whole.err.status, 0);
    for (; cut < 20000 && most < COMMANDS; cut++) {
        talk(d, cut, &t);
        if (t.complete < most)
            fail_msg("cut at %u: %zu complete, %u before", cut, t.complete,
                     most);
        most = (unsigned)t.complete;
        for (size_t i = 0; i < t.complete; i++)
            assert_string_equal(t.texts[i], whole.texts[i]);
        if (most < COMMANDS) {
            assert_int_equal(t.err.status, EXIT_FAILED);
            assert_true(t.err.stage[0] && t.err.what[0]);
        }
        drop(&t);
    }
    assert_true(cut > 500 && most == COMMANDS);
    drop(&whole);
    driver_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_byte)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
