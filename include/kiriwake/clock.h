/*
 * Time, at the edge only. A virtual clock stands still until the loop would
 * wait, and then jumps: the simulator in this process needs no real time.
 */
#ifndef KIRIWAKE_CLOCK_H
#define KIRIWAKE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct clock {
    bool is_virtual;
    uint64_t now_ms;        /* virtual: monotonic; else unused */
    int64_t epoch_s;        /* virtual: wall time at now_ms 0 */
};

uint64_t clock_now(const struct clock *c);          /* monotonic, ms */
/* Virtual: moves on. Real: does nothing. */
void clock_advance(struct clock *c, uint64_t to_ms);
/* RFC 3339 local wall time with offset (virtual: UTC) into out. */
void clock_stamp(const struct clock *c, char *out, size_t size);

#endif
