#include "kiriwake/clock.h"

#include <stdio.h>
#include <time.h>

uint64_t clock_now(const struct clock *c)
{
    struct timespec ts;

    if (c->is_virtual)
        return c->now_ms;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

void clock_advance(struct clock *c, uint64_t to_ms)
{
    if (c->is_virtual && to_ms > c->now_ms)
        c->now_ms = to_ms;
}

void clock_stamp(const struct clock *c, char *out, size_t size)
{
    char zone[8] = "+0000", date[32];
    time_t t = c->is_virtual
                   ? (time_t)(c->epoch_s + (int64_t)(c->now_ms / 1000))
                   : time(NULL);
    struct tm tm;

    if (c->is_virtual)
        gmtime_r(&t, &tm);
    else
        localtime_r(&t, &tm);
    strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &tm);
    if (!c->is_virtual)
        strftime(zone, sizeof zone, "%z", &tm);
    snprintf(out, size, "%s%.3s:%.2s", date, zone, zone + 3);
}
