/*
 * A scripted device and the owner of a session with it, on a virtual clock:
 * what the session told is a text that tests compare.
 */
#ifndef TEST_SCRIPTED_H
#define TEST_SCRIPTED_H

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

static const struct step console_login[] = {
    {NULL, "\r\nlogin: ", 0, STAYS},
    {"admin", "admin\r\nPassword: ", 5, STAYS},
    {"pass-word", "\r\nWelcome\r\nR1# ", 5, STAYS},
    {"", "\r\nR1# ", 0, STAYS},
    {"show clock", "show clock\r\n12:00\r\nR1# ", 10, STAYS},
    {"exit", NULL, 0, HANGS_UP},
    {0}};

#define PROMPT {NULL, "R1# ", 0, STAYS}, {"", "\r\nR1# ", 0, STAYS}
#define ENTER {"enable-config", "enable-config\r\nEnter\r\nR1(config)# ", \
               5, STAYS}
#define LEAVE {"exit", "exit\r\nR1# ", 5, STAYS}

#endif
