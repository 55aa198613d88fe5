/* Sessions with the simulated NEC IX: every knob of its line, same text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "kiriwake/mem.h"
#include "kiriwake/session.h"
#include "kiriwake/sim.h"

static const char *const encodings[] = {"utf-8", "shift_jis", NULL};
static const char *const refused[] = {"^%.*-- Invalid command", NULL};
static const char *const traps[] = {"\\(Yes or \\[No\\]\\): ?$", NULL};
static const struct console_mode modes[] = {
    {"exec", "^{host}[#%$] ?$", NULL, NULL, NULL, false, NULL},
    {"config", "^{host}\\(config[^)]*\\)[#%] ?$", "exec", "enable-config",
     "exit", true, "CONFIG process is occupied"}};

static const struct console_profile profile = {
    .driver = "nec-ix", .encodings = encodings, .login_user = "login: $",
    .login_password = "(?i)password: $", .modes = modes, .mode_count = 2,
    .pager_match = "--More--", .pager_answer = " ", .refused = refused,
    .traps = traps, .newline = "\r", .width = 80};

struct test {
    struct buf log;
    size_t replies;
    struct err err;
};

/* Times and lifetimes move with the clock: a run of digits is one mark. */
static void add_still(struct buf *b, const char *text)
{
    for (; *text; text++) {
        bool digit = *text >= '0' && *text <= '9';

        if (!digit || !b->len || b->data[b->len - 1] != '#')
            buf_addc(b, digit ? '#' : *text);
    }
}

static void on_reply(void *arg, unsigned id, const struct console_reply *r)
{
    struct test *t = arg;

    (void)id;
    t->replies++;
    buf_printf(&t->log, "%s: %d %s\n", r->command, (int)r->state,
               r->reason ? r->reason : "-");
    add_still(&t->log, r->text);
}

static void on_state(void *arg, enum session_state s, const struct err *e)
{
    struct test *t = arg;

    if (s == SESSION_CLOSED && e)
        t->err = *e;
}

static void run(struct session *s, struct clock *clock)
{
    for (int i = 0; i < 100000; i++) {
        struct pollfd fds[2];
        uint64_t due;

        session_pump(s);
        session_fds(s, fds, &due);
        if (!due)
            return;
        clock_advance(clock, due);
    }
    fail_msg("the session never comes to rest");
}

static const char *const commands[][2] = {
    {"show version", "exec"},
    {"show ike sa", "config"},
    {"show ipsec sa", "config"},
    {"show running-config", "config"},
    {"show nonsense", "config"},
    {"show logging of a command so long that its echo is folded over two "
     "lines or even three of the terminal it goes to, whatever it means",
     "config"},
    {"show version", "exec"},
};

#define COMMANDS (sizeof commands / sizeof commands[0])

static void talk(struct test *t, const char *knobs, bool login)
{
    struct data none = {0};
    struct err e = {0};
    struct sim *sim = sim_new(&none, "nec-ix", "healthy-idle", knobs, login,
                              &e);
    struct clock clock = {.is_virtual = true, .now_ms = 1000};
    const struct session_listener listener = {
        .arg = t, .reply = on_reply, .state = on_state};
    struct secrets *secrets = secrets_new(NULL, &e);
    struct session *s;

    memset(t, 0, sizeof *t);
    if (!sim)
        fail_msg("%s: %s", knobs, e.what);
    s = session_new(transport_sim(sim), &profile, secrets, &clock, NULL,
                    sim_user(sim), sim_password(sim), &listener, &e);
    for (size_t i = 0; i < COMMANDS; i++)
        session_run(s, commands[i][0], commands[i][1]);
    run(s, &clock);
    if (session_state(s) == SESSION_READY)
        assert_null(strstr(session_host(s), " "));
    session_close(s);
    run(s, &clock);
    assert_int_equal(session_state(s), SESSION_CLOSED);
    session_free(s);
    sim_free(sim);
    secrets_free(secrets);
}

static void the_line_changes_no_text(void **state)
{
    static const char *const knobs[] = {
        "split=1", "split=7", "delay=100", "split=3&delay=20", "echo=off",
        "echo=none", "redraw=1", "redraw=1&split=5",
        "echo=none&split=1&delay=10"};
    struct test plain, t;

    (void)state;
    talk(&plain, NULL, false);
    assert_int_equal(plain.replies, COMMANDS);
    assert_int_equal(plain.err.status, 0);
    assert_non_null(strstr(buf_str(&plain.log), "show ike sa: 0 -\nISAKMP"));
    assert_non_null(strstr(buf_str(&plain.log), "show nonsense: 1 %"));
    assert_null(strstr(buf_str(&plain.log), "More"));
    for (size_t i = 0; i < sizeof knobs / sizeof knobs[0]; i++) {
        talk(&t, knobs[i], i % 2);
        if (t.err.status)
            fail_msg("%s: %s", knobs[i], t.err.what);
        if (strcmp(buf_str(&t.log), buf_str(&plain.log)) != 0)
            fail_msg("%s:\n%s\ninstead of\n%s", knobs[i], buf_str(&t.log),
                     buf_str(&plain.log));
        assert_int_equal(t.err.status, 0);
        buf_free(&t.log);
    }
    buf_free(&plain.log);
}

/* However far it gets: what is told complete is what the plain line told. */
static void a_cut_link_tells_no_lies(void **state)
{
    struct test plain, t;

    (void)state;
    talk(&plain, NULL, false);
    for (unsigned n = 1; n < 3000; n += 37) {
        char knobs[40];
        size_t same;

        snprintf(knobs, sizeof knobs, "disconnect=%u", n);
        talk(&t, knobs, false);
        same = t.replies ? (size_t)(strstr(buf_str(&t.log), ": 3 ") -
                                    buf_str(&t.log)) : 0;
        if (t.replies) {
            assert_non_null(strstr(buf_str(&t.log), ": 3 "));
            assert_memory_equal(buf_str(&t.log), buf_str(&plain.log), same);
        }
        assert_int_equal(t.err.status, EXIT_FAILED);
        assert_true(t.err.stage[0]);
        buf_free(&t.log);
    }
    buf_free(&plain.log);
}

static void a_held_lock_answers_busy(void **state)
{
    struct test t;

    (void)state;
    talk(&t, "config-held=1", false);
    assert_int_equal(t.replies, COMMANDS);
    assert_non_null(strstr(buf_str(&t.log), "show ike sa: 2 mode config"));
    assert_non_null(strstr(buf_str(&t.log), "show version: 0 -"));
    assert_int_equal(t.err.status, 0);
    buf_free(&t.log);
}

static void a_mute_command_times_out(void **state)
{
    struct test t;

    (void)state;
    talk(&t, "mute=show+ike+sa", false);
    assert_non_null(strstr(buf_str(&t.log), "show ike sa: 4 silence"));
    assert_int_equal(t.replies, 2);
    assert_string_equal(t.err.stage, "silence");
    buf_free(&t.log);
}

static void a_wrong_prompt_is_no_prompt(void **state)
{
    struct test t;

    (void)state;
    talk(&t, "prompt=wrong", false);
    assert_null(strstr(buf_str(&t.log), ": 0 -"));
    assert_non_null(strstr(t.err.what, "[?]"));
    buf_free(&t.log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_line_changes_no_text),
        cmocka_unit_test(a_cut_link_tells_no_lies),
        cmocka_unit_test(a_held_lock_answers_busy),
        cmocka_unit_test(a_mute_command_times_out),
        cmocka_unit_test(a_wrong_prompt_is_no_prompt),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
