/*
 * A serial wire: bytes take ten bits' time each, and come out as others when
 * the ends run at different speeds. Pure: bytes and time in, bytes out.
 */
#ifndef SIM_WIRE_H
#define SIM_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "kiriwake/buf.h"

/* What the receiving end is doing (8 bits, no parity, 1 stop bit). */
struct wire_receiver {
    bool on;                /* between a start bit and its stop bit */
    bool held;              /* no stop bit came: waits for a high line */
    int count;              /* bits taken; -1: the start bit is checked */
    unsigned char value;
    uint64_t sample;        /* until the next look, in units */
};

/* One direction; zero-initialise. */
struct wire {
    struct buf queue;       /* not yet on the wire */
    uint64_t free_us;       /* when what went before has passed */
    struct wire_receiver receiver;
};

/* Bytes are sent; the wire may still be busy. To the microsecond: an echo
 * that waited for the next millisecond would make the line slower. */
void wire_send(struct wire *w, const char *bytes, size_t len,
               uint64_t now_us);
/* Appends to out what has arrived by now. from, to: the speeds of the
 * sender and the receiver; to 0: the same. */
void wire_receive(struct wire *w, unsigned from, unsigned to,
                  struct buf *out, uint64_t now_ms);
/* When the next byte has passed (ms); 0: the wire is idle. */
uint64_t wire_due(const struct wire *w, unsigned from);
void wire_free(struct wire *w);

#endif
