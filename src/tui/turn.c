#include "turn.h"

#define TICK_MS 1000            /* the seconds somebody has waited */

/* How long poll may wait: until the run's next duty, the next tick. */
static int wait_ms(struct tui *t, uint64_t due)
{
    struct clock *c = t->run ? run_clock(t->run) : NULL;
    uint64_t now = screen_now(t);
    uint64_t left = t->dirty || t->stale ? TURN_FRAME_MS : TICK_MS;

    if (due && due <= now)
        return 0;
    if (c && c->is_virtual) {
        clock_advance(c, due ? due : now + TICK_MS);
        return 0;
    }
    if (due && due - now < left)
        left = due - now;
    return (int)left;
}

void turn_run(struct tui *t, struct pollfd *fds, size_t n)
{
    bool open = screen_is_open(t);
    uint64_t due = 0;
    size_t all = n;

    if (open)
        all += run_fds(t->run, fds + n, TURN_MAX_FDS - n, &due);
    if (poll(fds, all, wait_ms(t, due)) < 0)
        for (size_t i = 0; i < n; i++)
            fds[i].revents = 0;
    if (open)
        run_pump(t->run);
}
