/* A person types into the line; then the walk goes on where it was. */
#include "inner.h"

#include "kiriwake/msg.h"

/* As when the link is lost: what was read or asked does not hold any more. */
static void leave_walk(struct run *r)
{
    jobs_drop(r);
    effects_leave(r);
    json_decref(r->line_effect);
    r->line_effect = NULL;
    r->astray = false;          /* the line is looked at from the start */
    if (r->walker)
        json_decref(run_fold(r, json_pack("{s:s}", "event", "link-lost")));
}

static int not_up(struct run *r, struct err *e)
{
    err_stage(e, "link");
    return err_set(e, EXIT_FAILED, _("%s: there is no link to type into"),
                   r->o.target);
}

static int open_terminal(struct run *r, struct err *e)
{
    enum run_phase was = r->phase;

    /* Whatever the session tells now is for nobody. */
    r->phase = RUN_TERMINAL;
    if (!r->session || was >= RUN_TERMINAL || r->probing ||
        !session_terminal(r->session, true)) {
        r->phase = was;
        return not_up(r, e);
    }
    leave_walk(r);
    run_changed(r);
    return 0;
}

static int close_terminal(struct run *r, struct err *e)
{
    if (r->phase != RUN_TERMINAL)
        return not_up(r, e);
    r->phase = r->driver ? RUN_OPENING : RUN_DETECTING;
    json_array_clear(r->detect_asked);
    if (!session_terminal(r->session, false)) {
        *e = *session_err(r->session);
        return -1;
    }
    run_changed(r);
    return 0;
}

int run_terminal(struct run *r, bool on, struct err *e)
{
    return on ? open_terminal(r, e) : close_terminal(r, e);
}

void run_type(struct run *r, const char *bytes, size_t len)
{
    if (r->phase == RUN_TERMINAL)
        session_type(r->session, bytes, len);
}

void run_break(struct run *r)
{
    if (r->phase == RUN_TERMINAL)
        session_break(r->session);
}
