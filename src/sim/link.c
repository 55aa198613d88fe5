/* The way to a simulated router: bytes in and out, the serial line's speed
 * and noise, the cable that is cut and plugged again. */
#include "inner.h"

#define MAX_TYPED (64u << 10)

static void start_clock(struct sim *s, uint64_t now_ms)
{
    if (!s->started) {
        s->start_ms = s->now_ms = s->reply.start_ms = now_ms;
        s->started = true;
    }
}

static void take(struct sim *s, const char *bytes, size_t len,
                 uint64_t now_ms)
{
    sim_work(s, now_ms);
    if (s->typed.len + len <= MAX_TYPED)
        buf_add(&s->typed, bytes, len);
    sim_work(s, now_ms);
}

/* --- the serial line ------------------------------------------------------ */

static unsigned terminal_baud(const struct sim *s)
{
    return s->terminal ? s->terminal : s->baud;
}

/* Typed bytes that have come through the line; when the last of them did,
 * or now: what is printed for them starts then. */
static uint64_t arrive(struct sim *s, uint64_t now_ms)
{
    buf_clear(&s->arrived);
    wire_receive(&s->in, terminal_baud(s), s->baud, &s->arrived, now_ms);
    if (!s->arrived.len)
        return now_ms * 1000;
    take(s, s->arrived.data, s->arrived.len, now_ms);
    return s->in.free_us;
}

static void sooner(uint64_t *due, uint64_t at)
{
    if (at && (!*due || at < *due))
        *due = at;
}

void sim_receive(struct sim *s, const char *bytes, size_t len,
                 uint64_t now_ms)
{
    start_clock(s, now_ms);
    if (s->baud)
        wire_send(&s->in, bytes, len, now_ms * 1000);
    else
        take(s, bytes, len, now_ms);
}

bool sim_console(const struct sim *s)
{
    return s->login;
}

unsigned sim_baud(const struct sim *s)
{
    return s->baud;
}

void sim_set_terminal(struct sim *s, unsigned baud)
{
    s->terminal = baud;
}

/* How much may be handed over now. */
static size_t portion(const struct sim *s)
{
    size_t n = s->unplugged ? 0 : s->ready.len;

    if (s->knobs.split && n > s->knobs.split)
        n = s->knobs.split;
    if (s->knobs.disconnect && s->sent + n > s->knobs.disconnect)
        n = s->knobs.disconnect - s->sent;
    if (s->knobs.unplug && !s->replugged && s->sent + n > s->knobs.unplug)
        n = s->knobs.unplug - s->sent;
    return n;
}

/* The first n bytes that are ready; noise is the same every time. */
static void hand_over(struct sim *s, size_t n, struct buf *out,
                      uint64_t now_us)
{
    struct buf b = {0};

    for (size_t i = 0; i < n; i++) {
        buf_addc(&b, s->ready.data[i]);
        if (s->knobs.line_noise && ++s->sent % s->knobs.line_noise == 0)
            buf_addc(&b, (char)(s->sent * 73 % 251));
    }
    if (!s->knobs.line_noise)
        s->sent += n;
    if (s->baud)
        wire_send(&s->out, b.data, b.len, now_us);
    else
        buf_add(out, b.data, b.len);
    buf_free(&b);
}

/* What it printed with nobody on the line is lost. */
static void cut(struct sim *s)
{
    if (s->knobs.disconnect && s->sent >= s->knobs.disconnect) {
        s->state = STATE_CLOSED;
        buf_clear(&s->ready);
    }
    if (s->knobs.unplug && !s->replugged && s->sent >= s->knobs.unplug)
        s->unplugged = true;
    if (s->unplugged)
        sim_unplug(s);
}

void sim_output(struct sim *s, struct buf *out, uint64_t now_ms,
                uint64_t *due_ms)
{
    uint64_t since_us;
    size_t n;

    start_clock(s, now_ms);
    since_us = s->baud ? arrive(s, now_ms) : now_ms * 1000;
    sim_work(s, now_ms);
    n = portion(s);
    if (n)
        hand_over(s, n, out, since_us);
    buf_drop(&s->ready, n);
    cut(s);
    if (s->baud)
        wire_receive(&s->out, s->baud, s->terminal, out, now_ms);
    *due_ms = 0;
    if (s->ready.len)
        *due_ms = now_ms ? now_ms : 1;
    else if (s->state == STATE_BUSY)
        *due_ms = printout_next_ms(&s->reply);
    if (s->baud) {
        sooner(due_ms, wire_due(&s->out, s->baud));
        sooner(due_ms, wire_due(&s->in, terminal_baud(s)));
    }
}

bool sim_closed(const struct sim *s)
{
    return s->unplugged || (s->state == STATE_CLOSED && !s->ready.len &&
                            !s->out.queue.len);
}

bool sim_unplugged(const struct sim *s)
{
    return s->unplugged;
}

void sim_unplug(struct sim *s)
{
    s->unplugged = true;
    buf_clear(&s->ready);
}

void sim_replug(struct sim *s)
{
    s->unplugged = false;
    s->replugged = true;
    buf_clear(&s->ready);
    if (s->login)
        return;
    buf_clear(&s->typed);
    printout_begin(&s->reply, s->now_ms);
    s->state = STATE_BUSY;
    s->shown = 0;
    if (program_has(s->program, "hangup"))
        sim_call(s, "hangup", "");
}
