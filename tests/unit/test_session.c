/* A session against a scripted device, on a virtual clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "kiriwake/data.h"
#include "kiriwake/mem.h"
#include "kiriwake/session.h"

/* --- the device --- */

/* When a line that was typed equals "in", it says "out" after delay_ms.
 * "in" NULL: at once, when the link is ready. Steps are used in order. */
struct step {
    const char *in, *out;
    unsigned delay_ms;
    enum { STAYS, HANGS_UP } then;
};

struct device {
    struct transport base;
    const struct step *steps;
    struct buf typed;           /* the line being typed */
    struct buf said;            /* all lines typed, LF ended */
    const char *pending;        /* out, due at pending_at */
    uint64_t pending_at, now;
    unsigned gap;
    bool hang_up, open_late;
    bool *freed;
};

static void say_next(struct device *d)
{
    d->pending = d->steps->out;
    d->pending_at = d->now + d->steps->delay_ms;
    d->hang_up = d->steps->then == HANGS_UP;
    d->steps++;
}

static void device_read(struct transport *t, struct buf *in)
{
    struct device *d = (struct device *)t;

    t->due_ms = 0;
    if (!d->pending)
        return;
    if (d->now < d->pending_at) {
        t->due_ms = d->pending_at;
        return;
    }
    buf_adds(in, d->pending);
    d->pending = NULL;
    if (d->hang_up)
        t->state = TRANSPORT_CLOSED;
}

static void device_write(struct transport *t, struct buf *out)
{
    struct device *d = (struct device *)t;

    for (size_t i = 0; i < out->len; i++) {
        bool end = out->data[i] == '\r' || out->data[i] == ' ';
        const char *in = d->steps->in;

        if (out->data[i] != '\r')
            buf_addc(&d->typed, out->data[i]);
        if (end && in && strcmp(in, buf_str(&d->typed)) == 0)
            say_next(d);
        else if (out->data[i] != '\r')
            continue;
        buf_printf(&d->said, "%s\n", buf_str(&d->typed));
        buf_clear(&d->typed);
    }
    buf_clear(out);
}

static void device_tick(struct transport *t, uint64_t now_ms)
{
    struct device *d = (struct device *)t;

    d->now = now_ms;
    if (t->state != TRANSPORT_OPENING || d->open_late)
        return;
    t->state = TRANSPORT_READY;
    if (d->steps->out && !d->steps->in)
        say_next(d);
}

static void device_answer(struct transport *t, const char *text)
{
    t->state = strcmp(text, "yes") == 0 ? TRANSPORT_OPENING
                                        : TRANSPORT_CLOSED;
}

static void device_close(struct transport *t)
{
    struct device *d = (struct device *)t;

    *d->freed = true;
}

static const struct transport_ops device_ops = {
    .name = "scripted", .read = device_read, .write = device_write,
    .tick = device_tick, .answer = device_answer, .close = device_close};

/* --- the owner --- */

struct test {
    struct device device;
    struct session *s;
    struct secrets *secrets;
    struct clock clock;
    struct buf log;             /* what the session told, as text */
    bool freed;
    const char *answer;         /* to what is asked; NULL: none is given */
    unsigned run_after;         /* on the reply with this id … */
    const char *run_command;    /* … run this in config */
};

static void on_reply(void *arg, unsigned id, const struct console_reply *r)
{
    static const char *const names[] = {"complete", "refused", "busy",
                                        "truncated", "timeout", "asked"};
    struct test *t = arg;

    buf_printf(&t->log, "%u %s: %s", id, names[r->state], r->text);
    if (!r->text[0] || r->text[strlen(r->text) - 1] != '\n')
        buf_addc(&t->log, '\n');
    if (r->reason)
        buf_printf(&t->log, "  because %s\n", r->reason);
    if (t->run_command && id == t->run_after) {
        const char *command = t->run_command;

        t->run_command = NULL;
        session_run(t->s, command, "config");
    }
}

static void on_ask(void *arg, enum transport_question q, const char *text,
                   bool echo)
{
    struct test *t = arg;

    buf_printf(&t->log, "ask %d %s%s\n", (int)q, text, echo ? " echo" : "");
}

static void on_state(void *arg, enum session_state s, const struct err *e)
{
    struct test *t = arg;

    if (s == SESSION_CLOSED && e)
        buf_printf(&t->log, "closed: %s\n", e->stage);
    else if (s == SESSION_CLOSED)
        buf_adds(&t->log, "closed\n");
}

static const char *const encodings[] = {"utf-8", NULL};
static const char *const refused_lines[] = {"^% .*-- Invalid command", NULL};
static const char *const traps[] = {"\\(Yes or \\[No\\]\\): $", NULL};
static const struct console_mode modes[] = {
    {"exec", "^{host}# ?$", NULL, NULL, NULL, false, NULL},
    {"config", "^{host}\\(config[^)]*\\)# ?$", "exec", "enable-config",
     "exit", true, "CONFIG process is occupied"},
    {"debug", "^{host}\\(debug\\)# ?$", "config", "debug", "exit", false,
     NULL}};
static const struct console_named monitors[] = {
    {"boot", "^boot\\[\\d+\\]> $"}};

static const struct console_profile profile = {
    .driver = "t", .encodings = encodings, .login_user = "login: $",
    .login_password = "Password: $", .login_failed = "^% Login incorrect",
    .modes = modes, .mode_count = 3, .monitors = monitors,
    .monitor_count = 1, .pager_match = "--More--", .pager_answer = " ",
    .refused = refused_lines, .traps = traps, .newline = "\r", .width = 80};

static const struct session_limits limits = {
    .open_ms = 10000, .login_ms = 20000, .silence_ms = 8000,
    .total_ms = 60000};

static void begin_as(struct test *t, const struct step *steps,
                     const char *user, const char *password)
{
    static const char *const patterns[] = {"(?<=\\bkey )\\S+", NULL};
    const struct session_listener listener = {
        .arg = t, .reply = on_reply, .state = on_state, .ask = on_ask};
    struct err e = {0};

    memset(t, 0, sizeof *t);
    t->clock.is_virtual = true;
    t->clock.now_ms = 5000;
    t->secrets = secrets_new(patterns, &e);
    t->device.base = (struct transport){.ops = &device_ops, .fd = -1,
                                        .stage = "connect"};
    t->device.steps = steps;
    t->device.freed = &t->freed;
    t->s = session_new(&t->device.base, &profile, t->secrets, &t->clock,
                       &limits, user, password, &listener, &e);
    assert_non_null(t->s);
}

static void begin(struct test *t, const struct step *steps)
{
    begin_as(t, steps, "admin", "pass-word");
}

/* Until nothing is to come, at most a day. */
static void run(struct test *t)
{
    for (int i = 0; i < 10000; i++) {
        struct pollfd fds[2];
        uint64_t due;

        session_pump(t->s);
        assert_int_equal(session_fds(t->s, fds, &due), 0);
        if (!due)
            return;
        assert_true(due < 86400000);
        clock_advance(&t->clock, due);
    }
    fail_msg("the session never comes to rest:\n%s", buf_str(&t->log));
}

static void finish(struct test *t)
{
    session_free(t->s);
    assert_true(t->freed);
    secrets_free(t->secrets);
    buf_free(&t->log);
    buf_free(&t->device.typed);
    buf_free(&t->device.said);
}

#define expect_log(t, text) assert_string_equal(buf_str(&(t)->log), text)
#define expect_said(t, text) \
    assert_string_equal(buf_str(&(t)->device.said), text)

/* --- login --- */

static const struct step console_login[] = {
    {NULL, "\r\nlogin: ", 0, STAYS},
    {"admin", "admin\r\nPassword: ", 5, STAYS},
    {"pass-word", "\r\nWelcome\r\nR1# ", 5, STAYS},
    {"", "\r\nR1# ", 0, STAYS},
    {"show clock", "show clock\r\n12:00\r\nR1# ", 10, STAYS},
    {"exit", NULL, 0, HANGS_UP},
    {0}};

static void logs_in_on_a_console(void **state)
{
    struct test t;

    (void)state;
    begin(&t, console_login);
    session_run(t.s, "show clock", NULL);
    run(&t);
    expect_log(&t, "1 complete: 12:00\n");
    assert_string_equal(session_host(t.s), "R1");
    assert_true(session_idle(t.s));
    session_close(t.s);
    run(&t);
    expect_log(&t, "1 complete: 12:00\nclosed\n");
    expect_said(&t, "admin\npass-word\n\nshow clock\nexit\n");
    finish(&t);
}

static void asks_for_what_it_was_not_given(void **state)
{
    struct test t;

    (void)state;
    begin_as(&t, console_login, NULL, NULL);
    run(&t);
    assert_int_equal(session_state(t.s), SESSION_ASKING);
    clock_advance(&t.clock, t.clock.now_ms + 3600000);
    session_answer(t.s, "admin");
    run(&t);
    clock_advance(&t.clock, t.clock.now_ms + 3600000);
    session_answer(t.s, "pass-word");
    run(&t);
    expect_log(&t, "ask 3 login:  echo\nask 2 Password: \n");
    assert_int_equal(session_state(t.s), SESSION_READY);
    finish(&t);
}

static void nobody_answers(void **state)
{
    struct test t;

    (void)state;
    begin_as(&t, console_login, NULL, NULL);
    run(&t);
    session_answer(t.s, NULL);
    assert_int_equal(session_state(t.s), SESSION_CLOSED);
    assert_string_equal(session_err(t.s)->stage, "login");
    assert_int_equal(session_err(t.s)->status, EXIT_FAILED);
    finish(&t);
}

static void login_refused_by_words(void **state)
{
    static const struct step steps[] = {
        {NULL, "login: ", 0, STAYS},
        {"admin", "admin\r\nPassword: ", 5, STAYS},
        {"pass-word", "\r\n% Login incorrect\r\nlogin: ", 2000, STAYS},
        {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    run(&t);
    expect_log(&t, "closed: login\n");
    assert_non_null(strstr(session_err(t.s)->what, "admin"));
    assert_non_null(strstr(session_err(t.s)->what, "Login incorrect"));
    assert_true(session_err(t.s)->hint[0]);
    finish(&t);
}

static void login_refused_by_asking_again(void **state)
{
    static const struct step steps[] = {
        {NULL, "Password: ", 0, STAYS},
        {"pass-word", "\r\nPassword: ", 5, STAYS},
        {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    run(&t);
    expect_log(&t, "closed: login\n");
    expect_said(&t, "pass-word\n");
    finish(&t);
}

/* --- deadlines: mute at each stage --- */

static void mute_while_connecting(void **state)
{
    static const struct step steps[] = {{0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    t.device.open_late = true;
    run(&t);
    expect_log(&t, "closed: connect\n");
    assert_non_null(strstr(session_err(t.s)->what, "10 s"));
    assert_int_equal(t.clock.now_ms, 15000);
    finish(&t);
}

static void mute_before_login(void **state)
{
    static const struct step steps[] = {{.in = "never"}, {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    run(&t);
    expect_log(&t, "closed: login\n");
    assert_non_null(strstr(session_err(t.s)->what, "said nothing"));
    assert_int_equal(t.clock.now_ms, 25000);
    expect_said(&t, "\n\n\n");          /* it tried to wake it */
    finish(&t);
}

static void mute_after_the_password(void **state)
{
    static const struct step steps[] = {
        {NULL, "login: ", 0, STAYS},
        {"admin", "admin\r\nPassword: ", 5, STAYS},
        {.in = "never"}, {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    run(&t);
    expect_log(&t, "closed: login\n");
    expect_said(&t, "admin\npass-word\n");
    finish(&t);
}

static void boot_text_is_named(void **state)
{
    static const struct step steps[] = {
        {NULL, "NEC Bootstrap Software\r\nLoading: ####", 0, STAYS},
        {.in = "never"}, {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    run(&t);
    expect_log(&t, "closed: login\n");
    assert_non_null(strstr(session_err(t.s)->what, "Loading: ####"));
    finish(&t);
}

static void mute_in_a_reply(void **state)
{
    static const struct step steps[] = {
        {NULL, "R1# ", 0, STAYS}, {"", "\r\nR1# ", 0, STAYS},
        {"show ike sa", "show ike sa\r\nISAKMP SA - 1", 5, STAYS},
        {"", "\r\nR1# ", 5, STAYS},
        {"show clock", "show clock\r\n12:00\r\nR1# ", 5, STAYS}, {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    session_run(t.s, "show ike sa", NULL);
    session_run(t.s, "show clock", NULL);
    run(&t);
    expect_log(&t, "1 timeout: ISAKMP SA - 1\n"
                   "  because silence: no byte came for 8 s\n"
                   "2 complete: 12:00\n");
    finish(&t);
}

static void mute_for_good(void **state)
{
    static const struct step steps[] = {
        {NULL, "R1# ", 0, STAYS}, {"", "\r\nR1# ", 0, STAYS},
        {"show ike sa", "show ike sa\r\n", 5, STAYS}, {.in = "never"}, {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    session_run(t.s, "show ike sa", NULL);
    session_run(t.s, "show clock", NULL);
    run(&t);
    expect_log(&t, "1 timeout: \n"
                   "  because silence: no byte came for 8 s\n"
                   "closed: silence\n");
    assert_true(session_err(t.s)->hint[0]);
    finish(&t);
}

static void a_slow_command_has_its_own_deadline(void **state)
{
    static const struct step steps[] = {
        {NULL, "R1# ", 0, STAYS}, {"", "\r\nR1# ", 0, STAYS},
        {"ping", "ping\r\n5 of 5\r\nR1# ", 20000, STAYS}, {0}};
    const struct session_command ping = {.text = "ping",
                                         .timeout_ms = 30000};
    struct test t;

    (void)state;
    begin(&t, steps);
    session_run_with(t.s, &ping);
    run(&t);
    expect_log(&t, "1 complete: 5 of 5\n");
    finish(&t);
}

/* Says a line each second, for ever. */
static void endless_read(struct transport *t, struct buf *in)
{
    struct device *d = (struct device *)t;

    device_read(t, in);
    if (d->steps->in || d->pending)
        return;
    if (d->now >= d->pending_at + 1000) {
        buf_adds(in, "tick\r\n");
        d->pending_at = d->now;
    }
    t->due_ms = d->pending_at + 1000;
}

static void an_endless_reply_is_cut(void **state)
{
    static const struct transport_ops endless = {
        .name = "endless", .read = endless_read, .write = device_write,
        .tick = device_tick, .answer = device_answer,
        .close = device_close};
    static const struct step steps[] = {
        {NULL, "R1# ", 0, STAYS}, {"", "\r\nR1# ", 0, STAYS},
        {"tail", "tail\r\n", 0, STAYS}, {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    t.device.base.ops = &endless;
    session_run(t.s, "tail", NULL);
    run(&t);
    assert_non_null(strstr(buf_str(&t.log), "1 timeout: tick\n"));
    assert_non_null(strstr(buf_str(&t.log),
                           "because total: the reply did not end within "
                           "60 s\nclosed: silence\n"));
    finish(&t);
}

/* --- links and questions --- */

static void the_link_is_lost(void **state)
{
    static const struct step steps[] = {
        {NULL, "R1# ", 0, STAYS}, {"", "\r\nR1# ", 0, STAYS},
        {"show ike sa", "show ike sa\r\nISAKMP", 5, HANGS_UP}, {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    session_run(t.s, "show ike sa", NULL);
    session_run(t.s, "show clock", NULL);
    run(&t);
    expect_log(&t, "1 truncated: ISAKMP\n  because the link ended\n"
                   "closed: link\n");
    assert_true(t.freed);
    finish(&t);
}

static void the_link_is_lost_at_login(void **state)
{
    static const struct step steps[] = {{NULL, "busy\r\n", 0, HANGS_UP},
                                        {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    run(&t);
    expect_log(&t, "closed: login\n");
    finish(&t);
}

static void questions_end_the_session(void **state)
{
    static const struct step steps[] = {
        {NULL, "R1# ", 0, STAYS}, {"", "\r\nR1# ", 0, STAYS},
        {"reload", "reload\r\nSure? (Yes or [No]): ", 5, STAYS}, {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    session_run(t.s, "reload", NULL);
    run(&t);
    expect_log(&t, "1 asked: Sure? (Yes or [No]): \n"
                   "  because Sure? (Yes or [No]): \nclosed: dialogue\n");
    expect_said(&t, "\nreload\n");
    finish(&t);
}

static void a_monitor_is_never_typed_at(void **state)
{
    static const struct step steps[] = {{NULL, "boot[1]> ", 0, STAYS}, {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    run(&t);
    expect_log(&t, "closed: monitor\n");
    expect_said(&t, "");
    finish(&t);
}

static void the_transport_asks(void **state)
{
    struct test t;

    (void)state;
    begin(&t, console_login);
    t.device.base.state = TRANSPORT_ASKING;
    t.device.base.question = TRANSPORT_Q_HOST_KEY;
    snprintf(t.device.base.text, sizeof t.device.base.text, "SHA256:abc");
    run(&t);
    assert_int_equal(session_state(t.s), SESSION_ASKING);
    session_answer(t.s, "yes");
    run(&t);
    expect_log(&t, "ask 1 SHA256:abc\n");
    assert_int_equal(session_state(t.s), SESSION_READY);
    finish(&t);
}

/* --- modes --- */

#define PROMPT {NULL, "R1# ", 0, STAYS}, {"", "\r\nR1# ", 0, STAYS}
#define ENTER {"enable-config", "enable-config\r\nEnter\r\nR1(config)# ", \
               5, STAYS}
#define LEAVE {"exit", "exit\r\nR1# ", 5, STAYS}

static void a_lock_is_left_at_once(void **state)
{
    static const struct step steps[] = {
        PROMPT, ENTER,
        {"show ike sa", "show ike sa\r\n0\r\nR1(config)# ", 5, STAYS},
        {"show ipsec sa", "show ipsec sa\r\n1\r\nR1(config)# ", 5, STAYS},
        LEAVE, {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    session_run(t.s, "show ike sa", "config");
    t.run_after = 1;                    /* what a reply asks for counts */
    t.run_command = "show ipsec sa";
    run(&t);
    expect_log(&t, "1 complete: 0\n2 complete: 1\n");
    expect_said(&t, "\nenable-config\nshow ike sa\nshow ipsec sa\nexit\n");
    finish(&t);
}

static void a_held_lock_is_never_forced(void **state)
{
    static const struct step steps[] = {
        PROMPT,
        {"enable-config",
         "enable-config\r\n% CONFIG process is occupied.\r\nR1# ", 5, STAYS},
        {"show clock", "show clock\r\n12:00\r\nR1# ", 5, STAYS}, {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    session_run(t.s, "show ike sa", "config");
    session_run(t.s, "show clock", "exec");
    session_run(t.s, "show x", "debug");
    run(&t);
    expect_log(&t,
               "1 busy: \n  because mode config could not be entered: "
               "% CONFIG process is occupied.\n"
               "3 busy: \n  because mode config could not be entered: "
               "% CONFIG process is occupied.\n"
               "2 complete: 12:00\n");
    expect_said(&t, "\nenable-config\nshow clock\n");
    finish(&t);
}

static void modes_are_nested(void **state)
{
    static const struct step steps[] = {
        PROMPT, ENTER,
        {"debug", "debug\r\nR1(debug)# ", 5, STAYS},
        {"show x", "show x\r\n1\r\nR1(debug)# ", 5, STAYS},
        {"exit", "exit\r\nR1(config-if)# ", 5, STAYS},
        {"exit", "exit\r\nR1(config)# ", 5, STAYS},
        LEAVE,
        {"show clock", "show clock\r\n12:00\r\nR1# ", 5, STAYS}, {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    session_run(t.s, "show x", "debug");
    session_run(t.s, "show clock", NULL);
    run(&t);
    expect_log(&t, "1 complete: 1\n2 complete: 12:00\n");
    finish(&t);
}

static void closing_leaves_the_modes(void **state)
{
    static const struct step steps[] = {
        PROMPT, ENTER,
        {"show ike sa", "show ike sa\r\n0\r\nR1(config)# ", 3000, STAYS},
        LEAVE, {"exit", NULL, 0, HANGS_UP}, {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    session_run(t.s, "show ike sa", "config");
    session_run(t.s, "never sent", "config");
    while (!strstr(buf_str(&t.device.said), "show ike sa")) {
        struct pollfd fds[2];
        uint64_t due;

        session_pump(t.s);
        session_fds(t.s, fds, &due);
        clock_advance(&t.clock, due);
    }
    session_close(t.s);
    run(&t);
    expect_log(&t, "1 complete: 0\nclosed\n");
    expect_said(&t, "\nenable-config\nshow ike sa\nexit\nexit\n");
    finish(&t);
}

static void a_mute_device_cannot_hold_the_closing(void **state)
{
    static const struct step steps[] = {
        PROMPT, ENTER,
        {"show ike sa", "show ike sa\r\n0\r\nR1(config)# ", 5, STAYS},
        {.in = "never"}, {0}};
    struct test t;
    uint64_t from;

    (void)state;
    begin(&t, steps);
    session_run(t.s, "show ike sa", "config");
    while (!strstr(buf_str(&t.log), "complete")) {
        struct pollfd fds[2];
        uint64_t due;

        session_pump(t.s);
        session_fds(t.s, fds, &due);
        clock_advance(&t.clock, due);
    }
    from = t.clock.now_ms;
    session_close(t.s);
    run(&t);
    expect_log(&t, "1 complete: 0\nclosed: leave\n");
    assert_true(t.clock.now_ms - from <= 5000);
    finish(&t);
}

/* --- late text --- */

static void late_text_asks_once_more(void **state)
{
    static const struct step steps[] = {
        PROMPT,
        {"show x", "show x\r\none\r\nR1# ", 0, STAYS},
        {"show y", "\r\ntwo\r\nR1# show y\r\nY\r\nR1# ", 5, STAYS},
        {"show x", "show x\r\none\r\nR1# \r\ntwo\r\nR1# ", 5, STAYS}, {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    session_run(t.s, "show x", NULL);
    session_run(t.s, "show y", NULL);
    run(&t);
    expect_log(&t, "1 complete: one\n2 complete: Y\n"
                   "1 complete: one\nR1# \ntwo\n");
    finish(&t);
}

static void late_text_again_is_truncated(void **state)
{
    static const struct step steps[] = {
        PROMPT,
        {"show x", "show x\r\none\r\nR1# ", 0, STAYS},
        {"show y", "\r\ntwo\r\nR1# show y\r\nY\r\nR1# ", 5, STAYS},
        {"show x", "show x\r\none\r\nR1# ", 5, STAYS},
        {"show z", "\r\ntwo\r\nR1# show z\r\nZ\r\nR1# ", 5, STAYS}, {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    session_run(t.s, "show x", NULL);
    session_run(t.s, "show y", NULL);
    session_run(t.s, "show z", NULL);
    run(&t);
    expect_log(&t, "1 complete: one\n2 complete: Y\n1 complete: one\n"
                   "1 truncated: \n  because text came after what had "
                   "looked like its end\n3 complete: Z\n");
    finish(&t);
}

static void once_means_once(void **state)
{
    static const struct step steps[] = {
        PROMPT,
        {"ping", "ping\r\none\r\nR1# ", 0, STAYS},
        {"show y", "\r\ntwo\r\nR1# show y\r\nY\r\nR1# ", 5, STAYS}, {0}};
    const struct session_command ping = {.text = "ping", .once = true};
    struct test t;

    (void)state;
    begin(&t, steps);
    session_run_with(t.s, &ping);
    session_run(t.s, "show y", NULL);
    run(&t);
    expect_log(&t, "1 complete: one\n1 truncated: \n  because text came "
                   "after what had looked like its end\n2 complete: Y\n");
    expect_said(&t, "\nping\nshow y\n");
    finish(&t);
}

/* Much later it is news of the device's own. */
static void old_prompts_are_not_taken_back(void **state)
{
    static const struct step steps[] = {
        PROMPT,
        {"show x", "show x\r\none\r\nR1# ", 0, STAYS},
        {"show y", "\r\nlink up\r\nR1# show y\r\nY\r\nR1# ", 5, STAYS},
        {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    session_run(t.s, "show x", NULL);
    run(&t);
    clock_advance(&t.clock, t.clock.now_ms + 60000);
    session_run(t.s, "show y", NULL);
    run(&t);
    expect_log(&t, "1 complete: one\n2 complete: Y\n");
    finish(&t);
}

/* --- serial lines --- */

/* One character each gap ms, as a slow line brings them. */
static void slow_read(struct transport *t, struct buf *in)
{
    struct device *d = (struct device *)t;

    t->due_ms = 0;
    if (!d->pending)
        return;
    if (d->now >= d->pending_at) {
        buf_addc(in, *d->pending++);
        d->pending_at = d->now + d->gap;
        if (!*d->pending)
            d->pending = NULL;
    }
    t->due_ms = d->pending ? d->pending_at : 0;
}

static const struct transport_ops slow_ops = {
    .name = "serial", .read = slow_read, .write = device_write,
    .tick = device_tick, .answer = device_answer, .close = device_close};

static void begin_serial(struct test *t, const struct step *steps,
                         unsigned gap_ms)
{
    begin(t, steps);
    t->device.gap = gap_ms;
    t->device.base.ops = &slow_ops;
    t->device.base.serial = true;
    t->device.base.baud = 9600;
}

static const struct step sleeping[] = {
    {"", "\r\nR1# ", 0, STAYS},
    {"show x", "show x\r\none\r\nR1# two\r\nR1# ", 0, STAYS}, {0}};

/* 20 character times are 21 ms: text that comes faster has no end in it. */
static void serial_lines_settle_by_silence(void **state)
{
    struct test t;
    uint64_t from;

    (void)state;
    begin_serial(&t, sleeping, 15);
    run(&t);
    assert_int_equal(session_state(t.s), SESSION_READY);
    expect_said(&t, "\n");              /* it was asleep: one wake */
    from = t.clock.now_ms;
    session_run(t.s, "show x", NULL);
    run(&t);
    expect_log(&t, "1 complete: one\nR1# two\n");
    assert_int_equal(t.clock.now_ms - from,
                     15 * (strlen(sleeping[1].out) - 1) + 21);
    finish(&t);
}

/* A line that stops for longer shows a prompt where there is none. */
static void serial_lines_that_stop_are_late(void **state)
{
    struct test t;

    (void)state;
    begin_serial(&t, sleeping, 30);
    session_run(t.s, "show x", NULL);
    for (int i = 0; i < 500 && !strchr(buf_str(&t.log), '\n'); i++) {
        struct pollfd fds[2];
        uint64_t due;

        session_pump(t.s);
        session_fds(t.s, fds, &due);
        clock_advance(&t.clock, due);
    }
    assert_non_null(strstr(buf_str(&t.log), "1 complete: one\n"));
    run(&t);
    /* Asked once more; the device has nothing left to say to it. */
    assert_non_null(strstr(buf_str(&t.log), "1 timeout: "));
    finish(&t);
}

/* --- another driver, once the device is known --- */

static const struct console_mode any_modes[] = {
    {"any", "^{host}(\\([^)]*\\))?[>#%$] ?$", NULL, NULL, NULL, false, NULL}};

static void another_profile_goes_on_at_the_prompt(void **state)
{
    static const struct step steps[] = {
        PROMPT,
        {"show version", "show version\r\nV\r\nR1# ", 5, STAYS},
        {"show clock", "show clock\r\n12:00\r\nR1# ", 5, STAYS}, {0}};
    const struct session_listener listener = {
        .reply = on_reply, .state = on_state, .ask = on_ask};
    struct session_listener l = listener;
    struct console_profile any = profile;
    struct err e = {0};
    struct test t;

    (void)state;
    begin(&t, steps);
    session_free(t.s);
    t.freed = false;
    any.modes = any_modes;
    any.mode_count = 1;
    l.arg = &t;
    t.s = session_new(&t.device.base, &any, t.secrets, &t.clock, &limits,
                      "admin", "pass-word", &l, &e);
    session_run(t.s, "show version", NULL);
    run(&t);
    assert_int_equal(session_adopt(t.s, &profile, &e), 0);
    session_run(t.s, "show clock", "exec");
    run(&t);
    expect_log(&t, "1 complete: V\n2 complete: 12:00\n");
    expect_said(&t, "\nshow version\nshow clock\n");
    finish(&t);
}

/* --- passwords of modes --- */

static const struct console_mode cisco_modes[] = {
    {"user", "^{host}> ?$", NULL, NULL, NULL, false, NULL},
    {"exec", "^{host}# ?$", "user", "enable", "disable", false, NULL}};

static void begin_cisco(struct test *t, const struct step *steps,
                        struct console_profile *p)
{
    const struct session_listener listener = {
        .arg = t, .reply = on_reply, .state = on_state, .ask = on_ask};
    struct err e = {0};

    begin(t, steps);
    *p = profile;
    p->modes = cisco_modes;
    p->mode_count = 2;
    session_free(t->s);
    t->freed = false;
    t->s = session_new(&t->device.base, p, t->secrets, &t->clock, &limits,
                       "admin", "pass-word", &listener, &e);
    assert_non_null(t->s);
}

static void a_mode_may_want_its_password(void **state)
{
    static const struct step steps[] = {
        {NULL, "gw> ", 0, STAYS}, {"", "\r\ngw> ", 0, STAYS},
        {"enable", "enable\r\nPassword: ", 5, STAYS},
        {"enable-pw", "\r\ngw# ", 5, STAYS},
        {"show x", "show x\r\nkey enable-pw\r\ngw# ", 5, STAYS}, {0}};
    struct console_profile p;
    struct test t;

    (void)state;
    begin_cisco(&t, steps, &p);
    session_run(t.s, "show x", "exec");
    run(&t);
    expect_log(&t, "ask 2 Password: \n");
    session_answer(t.s, "enable-pw");
    run(&t);
    expect_log(&t, "ask 2 Password: \n1 complete: key ‹secret:2›\n");
    finish(&t);
}

static void a_wrong_mode_password_is_refused(void **state)
{
    static const struct step steps[] = {
        {NULL, "gw> ", 0, STAYS}, {"", "\r\ngw> ", 0, STAYS},
        {"enable", "enable\r\nPassword: ", 5, STAYS},
        {"bad-pass", "\r\nPassword: ", 5, STAYS},
        {"", "\r\n% Bad secrets\r\n\r\ngw> ", 5, STAYS}, {0}};
    struct console_profile p;
    struct test t;

    (void)state;
    begin_cisco(&t, steps, &p);
    session_set_enable(t.s, "bad-pass");
    session_run(t.s, "show x", "exec");
    run(&t);
    expect_log(&t, "1 refused: \n  because mode exec could not be entered: "
                   "% Bad secrets\n");
    assert_true(session_idle(t.s));
    finish(&t);
}

/* --- the owner may close it at any time --- */

static void close_on_ask(void *arg, enum transport_question q,
                         const char *text, bool echo)
{
    on_ask(arg, q, text, echo);
    session_close(((struct test *)arg)->s);
}

static void close_on_state(void *arg, enum session_state s,
                           const struct err *e)
{
    struct test *t = arg;

    on_state(arg, s, e);
    if (s == SESSION_LOGIN)
        session_close(t->s);
}

static void close_on_reply(void *arg, unsigned id,
                           const struct console_reply *r)
{
    on_reply(arg, id, r);
    session_close(((struct test *)arg)->s);
}

static void owners_close_it_anywhere(void **state)
{
    static const struct session_listener listeners[] = {
        {.ask = close_on_ask, .reply = on_reply, .state = on_state},
        {.ask = on_ask, .reply = on_reply, .state = close_on_state},
        {.ask = on_ask, .reply = close_on_reply, .state = on_state}};

    (void)state;
    for (size_t i = 0; i < 3; i++)
        for (int asking = 0; asking < 2; asking++) {
            struct session_listener l = listeners[i];
            struct err e = {0};
            struct test t;

            begin(&t, console_login);
            session_free(t.s);
            t.freed = false;
            l.arg = &t;
            t.s = session_new(&t.device.base, &profile, t.secrets, &t.clock,
                              &limits, i ? "admin" : NULL, "pass-word", &l,
                              &e);
            if (asking && i == 0)
                t.device.base.state = TRANSPORT_ASKING;
            session_run(t.s, "show clock", NULL);
            session_run(t.s, "never sent", NULL);
            run(&t);
            assert_int_equal(session_state(t.s), SESSION_CLOSED);
            assert_int_equal(session_err(t.s)->status, 0);
            assert_non_null(strstr(buf_str(&t.log), "closed\n"));
            finish(&t);
        }
}

/* The whole reply and the end of the link in one read. */
static void a_whole_reply_before_the_end_counts(void **state)
{
    static const struct step steps[] = {
        PROMPT,
        {"show x", "show x\r\none\r\nR1# ", 5, HANGS_UP}, {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    session_run(t.s, "show x", NULL);
    run(&t);
    expect_log(&t, "1 complete: one\nclosed: link\n");
    finish(&t);
}

static void refused_modes_say_so(void **state)
{
    static const struct step steps[] = {
        PROMPT,
        {"enable-config", "enable-config\r\n% enable-config -- Invalid "
                          "command.\r\nR1# ", 5, STAYS}, {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    session_run(t.s, "show x", "config");
    run(&t);
    expect_log(&t, "1 refused: \n  because mode config could not be "
                   "entered: % enable-config -- Invalid command.\n");
    finish(&t);
}

static void controls_are_not_sent(void **state)
{
    static const struct step steps[] = {PROMPT, {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    session_run(t.s, "show x\rreload", NULL);
    run(&t);
    expect_log(&t, "1 refused: \n  because the command holds a control "
                   "character; it was not sent\n");
    expect_said(&t, "\n");
    finish(&t);
}

/* --- text --- */

static void secrets_never_get_through(void **state)
{
    static const struct step steps[] = {
        PROMPT,
        {"show run", "show run\r\nike key abc-def\r\nuser pass-word\r\n"
                     "note abc-def\r\n--More--", 5, STAYS},
        {" ", "\r        \rike key xyz-123\r\nR1# ", 5, STAYS}, {0}};
    struct test t;

    (void)state;
    begin(&t, steps);
    session_run(t.s, "show run", NULL);
    run(&t);
    expect_log(&t, "1 complete: ike key ‹secret:2›\nuser ‹secret:1›\n"
                   "note ‹secret:2›\nike key ‹secret:3›\n");
    finish(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logs_in_on_a_console),
        cmocka_unit_test(asks_for_what_it_was_not_given),
        cmocka_unit_test(nobody_answers),
        cmocka_unit_test(login_refused_by_words),
        cmocka_unit_test(login_refused_by_asking_again),
        cmocka_unit_test(mute_while_connecting),
        cmocka_unit_test(mute_before_login),
        cmocka_unit_test(mute_after_the_password),
        cmocka_unit_test(boot_text_is_named),
        cmocka_unit_test(mute_in_a_reply),
        cmocka_unit_test(mute_for_good),
        cmocka_unit_test(a_slow_command_has_its_own_deadline),
        cmocka_unit_test(an_endless_reply_is_cut),
        cmocka_unit_test(the_link_is_lost),
        cmocka_unit_test(the_link_is_lost_at_login),
        cmocka_unit_test(questions_end_the_session),
        cmocka_unit_test(a_monitor_is_never_typed_at),
        cmocka_unit_test(the_transport_asks),
        cmocka_unit_test(a_lock_is_left_at_once),
        cmocka_unit_test(a_held_lock_is_never_forced),
        cmocka_unit_test(modes_are_nested),
        cmocka_unit_test(closing_leaves_the_modes),
        cmocka_unit_test(a_mute_device_cannot_hold_the_closing),
        cmocka_unit_test(late_text_asks_once_more),
        cmocka_unit_test(late_text_again_is_truncated),
        cmocka_unit_test(once_means_once),
        cmocka_unit_test(old_prompts_are_not_taken_back),
        cmocka_unit_test(serial_lines_settle_by_silence),
        cmocka_unit_test(serial_lines_that_stop_are_late),
        cmocka_unit_test(another_profile_goes_on_at_the_prompt),
        cmocka_unit_test(a_mode_may_want_its_password),
        cmocka_unit_test(a_wrong_mode_password_is_refused),
        cmocka_unit_test(owners_close_it_anywhere),
        cmocka_unit_test(a_whole_reply_before_the_end_counts),
        cmocka_unit_test(refused_modes_say_so),
        cmocka_unit_test(controls_are_not_sent),
        cmocka_unit_test(secrets_never_get_through),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
