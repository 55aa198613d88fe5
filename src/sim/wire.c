#include "wire.h"

#define BITS 10                 /* start, eight, stop */
#define IDLE_BITS 12            /* ends whatever the receiver is in */

static uint64_t byte_us(unsigned baud)
{
    return (uint64_t)BITS * 1000000 / (baud ? baud : 1);
}

void wire_send(struct wire *w, const char *bytes, size_t len,
               uint64_t now_us)
{
    if (!w->queue.len && w->free_us < now_us)
        w->free_us = now_us;
    buf_add(&w->queue, bytes, len);
}

/* One look at the line, in the middle of a bit as the receiver counts. */
static void look(struct wire_receiver *r, bool high, struct buf *out)
{
    if (r->count < 0) {
        r->on = !high;          /* else it was no start bit */
        r->count = 0;
    } else if (r->count < 8) {
        r->value = (unsigned char)(r->value | (high ? 1 : 0) << r->count);
        r->count++;
    } else {
        buf_addc(out, (char)r->value);
        r->on = false;
        r->held = !high;
    }
}

/* The line has one level for so long; bit: the receiver's own bit time.
 * Both in units of 1 / (from * to) seconds. */
static void feed(struct wire_receiver *r, bool high, uint64_t length,
                 uint64_t bit, struct buf *out)
{
    uint64_t at = 0;

    r->held &= !high;
    while (at < length) {
        if (!r->on && (high || r->held))
            return;
        if (!r->on)
            *r = (struct wire_receiver){.on = true, .count = -1,
                                        .sample = bit / 2};
        if (r->sample >= length - at) {
            r->sample -= length - at;
            return;
        }
        at += r->sample;
        r->sample = bit;
        look(r, high, out);
    }
}

static void pass(struct wire *w, unsigned char c, unsigned from, unsigned to,
                 struct buf *out)
{
    if (from == to || !to) {
        buf_addc(out, (char)c);
        return;
    }
    feed(&w->receiver, false, to, from, out);
    for (int i = 0; i < 8; i++)
        feed(&w->receiver, c >> i & 1, to, from, out);
    feed(&w->receiver, true, to, from, out);
}

void wire_receive(struct wire *w, unsigned from, unsigned to,
                  struct buf *out, uint64_t now_ms)
{
    uint64_t each = byte_us(from);
    size_t n = 0;

    while (n < w->queue.len && w->free_us + each <= now_ms * 1000) {
        w->free_us += each;
        pass(w, (unsigned char)w->queue.data[n++], from, to, out);
    }
    buf_drop(&w->queue, n);
    if (n && !w->queue.len && to && from != to)
        feed(&w->receiver, true, (uint64_t)IDLE_BITS * from, from, out);
}

uint64_t wire_due(const struct wire *w, unsigned from)
{
    if (!w->queue.len)
        return 0;
    return (w->free_us + byte_us(from) + 999) / 1000;
}

void wire_free(struct wire *w)
{
    buf_free(&w->queue);
}
