/* A link that is lost in mid-walk: opened again, and the walk goes on at the
 * same check point with everything read anew. */
#include "inner.h"

#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"

#define FIRST_WAIT_MS 500
#define LONGEST_WAIT_MS 8000
#define HEADLESS_MS 60000       /* so long it is tried, with nobody there */
#define SOMEBODY_MS 600000
#define MOST 20                 /* so many times in one run */

/* Only a link that was there before comes back; a login that is refused now
 * would be refused again. */
static bool may_come_back(const struct run *r, const struct err *e)
{
    static const char *const stages[] = {"link", "connect", "resolve",
                                         "adapter", "kex"};

    for (size_t i = 0; i < sizeof stages / sizeof stages[0]; i++)
        if (strcmp(e->stage, stages[i]) == 0)
            return i == 0 || r->relink.on;
    return false;
}

/* A command that takes the link down twice is not sent a third time. */
static bool same_command(struct run *r)
{
    const char *now = jobs_under_way(r);
    bool same = now && r->relink.command &&
                strcmp(now, r->relink.command) == 0;

    free(r->relink.command);
    r->relink.command = mem_copy(now);
    return same;
}

static void plan(struct run *r)
{
    struct relink *l = &r->relink;

    l->due_ms = clock_now(&r->clock) + l->wait_ms;
    l->wait_ms = l->wait_ms < LONGEST_WAIT_MS / 2 ? 2 * l->wait_ms
                                                  : LONGEST_WAIT_MS;
    r->phase = RUN_LOST;
}

static bool begin(struct run *r, const struct err *e)
{
    struct relink *l = &r->relink;

    if (same_command(r) || ++l->times > MOST)
        return false;
    l->on = true;
    l->err = *e;
    l->wait_ms = FIRST_WAIT_MS;
    l->end_ms = clock_now(&r->clock) +
                (r->o.interactive ? SOMEBODY_MS : HEADLESS_MS);
    run_say(r, _("%s; trying to reach it again"), e->what);
    if (r->walker) {
        jobs_drop(r);
        effects_leave(r);
        json_decref(run_fold(r, json_pack("{s:s}", "event", "link-lost")));
    }
    json_array_clear(r->detect_asked);
    plan(r);
    return true;
}

/* Somebody at the line, in a walk, sees it come back as the walk does. */
static bool in_walk(const struct run *r)
{
    return r->phase == RUN_WALKING || r->phase == RUN_TERMINAL;
}

/* A cable that is pulled out during the login is not the walk's end. */
static bool before_walk(const struct run *r)
{
    return r->port && !r->walker &&
           (r->phase == RUN_OPENING || r->phase == RUN_DETECTING);
}

bool relink_cut(const struct run *r, const struct console_reply *rep)
{
    return rep->state == REPLY_TRUNCATED && r->phase == RUN_WALKING &&
           !r->probing && may_come_back(r, session_err(r->session));
}

bool relink_lost(struct run *r, const struct err *e)
{
    if (!e || r->probing || !may_come_back(r, e))
        return false;
    if (in_walk(r) || (before_walk(r) && !r->relink.on))
        return begin(r, e);
    if (!r->relink.on || clock_now(&r->clock) >= r->relink.end_ms)
        return false;
    plan(r);
    return true;
}

const struct err *relink_why(struct run *r, const struct err *e)
{
    struct err *why = &r->relink.err;
    char *what;

    if (!r->relink.on)
        return e;
    what = mem_printf(_("%s, and did not come back: %s"), why->what, e->what);
    err_set(why, why->status, "%s", what);
    free(what);
    return why;
}

/* The line is there, its device is not: it may be starting. */
bool relink_stuck(struct run *r)
{
    if (!r->relink.on || clock_now(&r->clock) >= r->relink.end_ms)
        return false;
    plan(r);
    return true;
}

static void open_again(struct run *r)
{
    struct err e = {0};
    struct transport *t;

    session_free(r->session);
    r->session = NULL;
    t = run_transport(r, &e);
    if (!t || run_open_session(r, t, &e) < 0)
        run_fail(r, &e);
}

void relink_tick(struct run *r, uint64_t now)
{
    if (r->phase == RUN_LOST && now >= r->relink.due_ms)
        open_again(r);
}

/* What a person pressed or agreed to with no link has come to nothing. */
void relink_whole(struct run *r)
{
    r->relink.on = false;
    jobs_drop(r);
    effects_leave(r);
    run_say(r, _("%s is reached again; the check point is read anew"),
            r->o.target);
    run_begin_walk(r);
}

void relink_drop(struct run *r)
{
    free(r->relink.command);
}
