/*
 * A whole session against a device that says anything at any time. Each
 * byte over 0xF8 is a pause, the rest comes from the device. Whatever comes:
 * the session ends when it is told to, a command is answered at most three
 * times (asked again, and late again), and no password shows.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kiriwake/session.h"

#define COMMANDS 5

struct device {
    struct transport base;
    const uint8_t *data;
    size_t size, at;
    uint64_t now;
    bool freed;
};

static const unsigned pauses[] = {1, 30, 61, 400, 2000, 5000, 20000};

static void device_read(struct transport *t, struct buf *in)
{
    struct device *d = (struct device *)t;

    if (d->now < t->due_ms)
        return;
    t->due_ms = 0;
    while (d->at < d->size && d->data[d->at] <= 0xF8)
        buf_addc(in, (char)d->data[d->at++]);
    if (d->at < d->size)
        t->due_ms = d->now + pauses[d->data[d->at++] - 0xF9];
    else if (!in->len && d->size & 1)
        t->state = TRANSPORT_CLOSED;
}

static void device_write(struct transport *t, struct buf *out)
{
    (void)t;
    buf_clear(out);
}

static void device_tick(struct transport *t, uint64_t now_ms)
{
    ((struct device *)t)->now = now_ms;
    if (t->state == TRANSPORT_OPENING)
        t->state = TRANSPORT_READY;
}

static void device_answer(struct transport *t, const char *text)
{
    (void)t;
    (void)text;
}

static void device_close(struct transport *t)
{
    ((struct device *)t)->freed = true;
}

static const struct transport_ops ops = {
    .name = "fuzz", .read = device_read, .write = device_write,
    .tick = device_tick, .answer = device_answer, .close = device_close};

static const char *const refused[] = {"^%.*-- Invalid command", NULL};
static const char *const traps[] = {"\\(Yes or \\[No\\]\\): ?$", NULL};
static const struct console_mode modes[] = {
    {"exec", "^{host}[#%$] ?$", NULL, NULL, NULL, false, NULL},
    {"config", "^{host}\\(config[^)]*\\)[#%] ?$", "exec", "en", "exit", true,
     "CONFIG process is occupied"}};
static const struct console_named monitors[] = {
    {"boot", "^boot\\[\\d+\\]> ?$"}};
static const struct console_profile profile = {
    .driver = "fuzz", .login_user = "login: $",
    .login_password = "(?i)password: $", .login_failed = "incorrect",
    .modes = modes, .mode_count = 2, .monitors = monitors,
    .monitor_count = 1, .pager_match = "--More--", .pager_answer = " ",
    .refused = refused, .traps = traps, .width = 20,
    .reply_max_bytes = 4096};

struct seen {
    unsigned replies[COMMANDS + 1];
};

static void on_reply(void *arg, unsigned id, const struct console_reply *r)
{
    struct seen *seen = arg;

    if (!id || id > COMMANDS || ++seen->replies[id] > 3)
        abort();
    if (strstr(r->text, " hunter2-pw "))
        abort();
}

static void on_line(void *arg, bool out, const char *text)
{
    (void)arg;
    (void)out;
    if (strstr(text, " hunter2-pw "))
        abort();
}

static bool step(struct session *s, struct clock *clock)
{
    struct pollfd fds[2];
    uint64_t due;

    session_pump(s);
    session_fds(s, fds, &due);
    if (due)
        clock_advance(clock, due);
    return due && session_state(s) != SESSION_CLOSED;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct device d = {.base = {.ops = &ops, .fd = -1}, .data = data,
                       .size = size};
    struct clock clock = {.is_virtual = true, .now_ms = 1000};
    struct seen seen = {{0}};
    const struct session_listener l = {.arg = &seen, .reply = on_reply,
                                       .line = on_line};
    struct err e = {0};
    struct secrets *secrets = secrets_new(NULL, &e);
    struct session *s;

    d.base.serial = size % 3 == 0;
    s = session_new(&d.base, &profile, secrets, &clock, NULL, "admin",
                    "hunter2-pw", &l, &e);
    for (int i = 0; i < COMMANDS; i++)
        session_run(s, "show ike sa", i % 2 ? "config" : NULL);
    for (int i = 0; i < 5000 && step(s, &clock); i++) {
    }
    session_close(s);
    for (int i = 0; i < 5000 && step(s, &clock); i++) {
    }
    if (session_state(s) != SESSION_CLOSED || !d.freed)
        abort();
    session_free(s);
    secrets_free(secrets);
    return 0;
}
