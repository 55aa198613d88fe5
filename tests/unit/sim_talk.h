/* Talking to a simulated router in virtual time, for the tests of routers. */
#ifndef TEST_SIM_TALK_H
#define TEST_SIM_TALK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "kiriwake/buf.h"
#include "kiriwake/mem.h"
#include "kiriwake/sim.h"

static const struct data builtin = {0};

/* A conversation in virtual time. */
struct talk {
    struct sim *sim;
    uint64_t now;
    struct buf got;
};

static inline void settle(struct talk *t)
{
    uint64_t due;

    for (;;) {
        sim_output(t->sim, &t->got, t->now, &due);
        if (!due || sim_closed(t->sim))
            return;
        if (due > t->now)
            t->now = due;
    }
}

static inline void begin_on(struct talk *t, const char *driver,
                            const char *scenario, const char *knobs,
                            bool login)
{
    struct err e = {0};

    *t = (struct talk){.now = 1000};
    t->sim = sim_new(&builtin, driver, scenario, knobs, login, &e);
    if (!t->sim)
        fail_msg("%s: %s", scenario, e.what);
    settle(t);
}

/* Types text and gives what came back (until the next call). */
static inline const char *type(struct talk *t, const char *text)
{
    buf_clear(&t->got);
    sim_receive(t->sim, text, strlen(text), t->now);
    settle(t);
    return buf_str(&t->got);
}

static inline void end(struct talk *t)
{
    if (sim_failure(t->sim))
        fail_msg("%s", sim_failure(t->sim));
    sim_free(t->sim);
    buf_free(&t->got);
}

#define assert_has(text, part)                                               \
    do {                                                                     \
        if (!strstr(text, part))                                             \
            fail_msg("'%s' is not in:\n%s", part, text);                     \
    } while (0)
#define assert_lacks(text, part)                                             \
    do {                                                                     \
        if (strstr(text, part))                                              \
            fail_msg("'%s' is in:\n%s", part, text);                         \
    } while (0)

#endif
