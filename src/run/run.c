/* The life of a case: open, detect, walk, close. */
#include "inner.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"
#include "kiriwake/names.h"
#include "kiriwake/ports.h"

void run_changed(struct run *r)
{
    if (r->listener.changed && !r->replaying)
        r->listener.changed(r->listener.arg);
}

void run_say(struct run *r, const char *fmt, ...)
{
    char text[512];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (r->listener.progress)
        r->listener.progress(r->listener.arg, text);
}

static void stamp_event(struct run *r, json_t *event)
{
    char at[40];

    if (json_object_get(event, "at"))
        return;
    clock_stamp(&r->clock, at, sizeof at);
    json_object_set_new(event, "at", json_string(at));
}

json_t *run_fold(struct run *r, json_t *event)
{
    json_t *effects;

    stamp_event(r, event);
    journal_add(r, event, false);
    json_array_append(r->events, event);
    effects = walker_step(r->walker, event);
    json_decref(event);
    return effects;
}

void run_event(struct run *r, json_t *event)
{
    effects_take(r, run_fold(r, event));
    run_changed(r);
}

void run_fail(struct run *r, const struct err *e)
{
    if (!r->err.status)
        r->err = *e;
    if (r->walker && !walker_done(r->walker)) {
        run_event(r, json_pack("{s:s,s:s}", "event", "stop", "why", "failed"));
        /* nothing can be sent any more: what is left is not undone */
        run_event(r, json_pack("{s:s,s:s}", "event", "stop", "why", "failed"));
    } else if (!r->walker) {
        journal_result(r);
    }
    r->phase = RUN_DONE;
}

/* --- opening ------------------------------------------------------------- */

/* The first line of a file; NULL stays NULL. */
static int read_secret(const char *path, char **out, struct err *e)
{
    struct buf b = {0};

    if (!path)
        return 0;
    if (buf_read_file(&b, path, 4096) < 0) {
        err_hint(e, "%s", _("Give a readable file; its first line is used."));
        err_set(e, EXIT_USAGE, _("%s: cannot be read: %s"), path,
                strerror(errno));
        buf_wipe(&b);
        return -1;
    }
    *out = mem_strndup(buf_str(&b), strcspn(buf_str(&b), "\r\n"));
    buf_wipe(&b);
    return 0;
}

/* list: the command that tells the names. */
static int unknown(struct err *e, const char *what, const char *word,
                   const char *const *names, size_t count, const char *list)
{
    char near[200];

    err_set(e, EXIT_USAGE, "%s '%s'", what, word);
    if (names_suggest(word, names, count, near, sizeof near))
        err_hint(e, _("did you mean %s?"), near);
    else
        err_hint(e, _("all of them: %s"), list);
    return -1;
}

int run_load_driver(struct run *r, const char *name, struct err *e)
{
    char **names = driver_names(&r->o.data);
    size_t n = 0, found = 0;

    for (; names[n]; n++)
        found += strcmp(names[n], name) == 0;
    if (found)
        r->driver = driver_load(&r->o.data, name, e);
    else
        unknown(e, _("unknown driver"), name, (const char *const *)names, n,
                "kiriwake drivers");
    data_list_free(names);
    return r->driver ? 0 : -1;
}

static int flow_exists(struct run *r, const char *name, struct err *e)
{
    char **names = flow_names(&r->o.data);
    size_t n = 0, found = 0;
    int rc = 0;

    for (; names[n]; n++)
        found += strcmp(names[n], name) == 0;
    if (!found)
        rc = unknown(e, _("unknown flow"), name, (const char *const *)names,
                     n, "kiriwake flows");
    data_list_free(names);
    return rc;
}

/* Whose text it is, where it holds several (see saved.c). */
static bool is_host(const struct run *r, const char *key)
{
    return r->capture && strcmp(key, "host") == 0;
}

static bool is_point(const struct flows *f, const char *id)
{
    const char **names = f ? flows_checkpoints(f) : NULL;
    bool found = false;

    for (size_t i = 0; names && names[i]; i++)
        found |= strcmp(names[i], id) == 0;
    free(names);
    return found;
}

/* --answer names a check point of the flow, or of one that it calls. */
static int check_answers(struct run *r, struct err *e)
{
    const char **names = flows_checkpoints(r->flows);
    const char *key;
    json_t *value;
    size_t n = 0;
    int rc = 0;

    while (names[n])
        n++;
    json_object_foreach(r->o.answers, key, value)
        if (!is_point(r->flows, key) && !is_point(r->line_flows, key) &&
            strcmp(key, "subject") != 0 && !is_host(r, key) && rc == 0)
            rc = unknown(e, _("--answer: unknown check point"), key, names, n,
                         "kiriwake graph FLOW");
    free(names);
    return rc;
}

int run_load_flow(struct run *r, struct err *e)
{
    char *name = mem_copy(r->o.flow);

    if (!name)
        name = flow_default(&r->o.data, driver_name(r->driver));
    if (!name)
        return err_set(e, EXIT_USAGE, _("no flow for the driver %s"),
                       driver_name(r->driver));
    if (flow_exists(r, name, e) == 0)
        r->flows = flows_load(&r->o.data, name, r->driver, e);
    free(name);
    return r->flows ? check_answers(r, e) : -1;
}

/* --- what the session tells ---------------------------------------------- */

static void on_line(void *arg, bool out, const char *text)
{
    struct run *r = arg;

    if (!out)
        detect_hear(r, text);
    if (r->listener.line)
        r->listener.line(r->listener.arg, out, text);
}

/* An event of its own: the case keeps it, no verdict rests on it. */
static void on_log(void *arg, const char *text)
{
    struct run *r = arg;
    json_t *event = json_pack("{s:s,s:s}", "event", "console-log", "text",
                              text);

    if (r->journal && event) {
        stamp_event(r, event);
        journal_add(r, event, false);
    }
    json_decref(event);
}

static void on_reply(void *arg, unsigned id, const struct console_reply *rep)
{
    struct run *r = arg;

    if (r->phase == RUN_DETECTING)
        detect_device(r, rep);
    else if (!relink_cut(r, rep))
        jobs_reply(r, id, rep);
}

/* Old algorithms are never used unseen. */
static void say_legacy(struct run *r)
{
    const char *used = session_legacy(r->session);

    if (used[0] && !r->legacy_said)
        run_say(r, _("old SSH algorithms in use: %s"), used);
    r->legacy_said = true;
}

static void on_ready(struct run *r)
{
    say_legacy(r);
    if (r->astray && !r->driver && r->phase == RUN_WALKING)
        r->phase = RUN_DETECTING;
    if (r->phase == RUN_DETECTING && !json_array_size(r->detect_asked))
        detect_device(r, NULL);
    else if (r->phase == RUN_OPENING && r->relink.on)
        relink_whole(r);
    else if (r->astray && r->phase < RUN_CLOSING)
        astray_ready(r);
    else if (r->phase == RUN_OPENING)
        run_begin_walk(r);
}

static void on_state(void *arg, enum session_state s, const struct err *e)
{
    struct run *r = arg;

    if (s == SESSION_READY)
        on_ready(r);
    else if (s == SESSION_STUCK)
        astray_stuck(r);
    else if (s == SESSION_CLOSED && r->phase == RUN_CLOSING)
        r->phase = RUN_DONE;
    else if (s == SESSION_CLOSED && !relink_lost(r, e))
        run_fail(r, relink_why(r, e));
    run_changed(r);
}

static const char *question_name(enum transport_question q)
{
    static const char *const names[] = {
        [TRANSPORT_Q_NONE] = "user",
        [TRANSPORT_Q_HOST_KEY] = "host-key",
        [TRANSPORT_Q_PASSWORD] = "password",
        [TRANSPORT_Q_PROMPT] = "prompt",
    };

    return names[q];
}

static void refuse_login(struct run *r, const char *what, const char *text)
{
    struct err e = {0};

    err_stage(&e, strcmp(what, "host-key") == 0 ? "host-key" : "login");
    err_set(&e, EXIT_FAILED, _("%s asks: %s"), r->o.target, text);
    err_hint(&e, "%s",
             strcmp(what, "host-key") == 0
                 ? _("Check the fingerprint; then --host-key accept-new, or "
                     "add it to known_hosts.")
                 : _("Give --user and --password-file, or an agent or key."));
    run_fail(r, &e);
}

static void on_ask(void *arg, enum transport_question q, const char *text,
                   bool echo)
{
    struct run *r = arg;
    const char *what = question_name(q);

    if (!r->o.interactive) {
        refuse_login(r, what, text);
        return;
    }
    if (r->asking)
        json_array_insert(r->queue, 0, r->asking);
    json_decref(r->asking);
    r->asking = json_pack("{s:s,s:s,s:s,s:b}", "effect", "login", "what",
                          what, "text", text, "echo", echo);
    run_changed(r);
}

int run_open_session(struct run *r, struct transport *t, struct err *e)
{
    const struct session_listener l = {r, on_reply, on_line, on_state, on_ask,
                                       on_log};
    const struct console_profile *p = driver_console(run_any_driver(r));

    if (!r->secrets)        /* kept when the link is opened again */
        r->secrets = secrets_new(
            r->driver ? driver_secrets(r->driver) : NULL, e);
    if (!r->secrets) {
        t->ops->close(t);
        return -1;
    }
    if (r->password)
        secrets_add(r->secrets, r->password);
    r->phase = r->driver ? RUN_OPENING : RUN_DETECTING;
    if (!r->o.user && r->target.user && t->console)
        r->o.user = mem_strdup(r->target.user);
    r->session = session_new(t, p, r->secrets, &r->clock, NULL, r->o.user,
                             r->password, &l, e);
    if (!r->session)
        return -1;
    if (r->enable)
        session_set_enable(r->session, r->enable);
    astray_know(r);
    return 0;
}

int run_open(struct run *r, struct err *e)
{
    struct transport *t;

    if (r->o.flow && strcmp(r->o.flow, LINE_FLOW) == 0) {
        free((char *)r->o.flow);        /* walked where it is needed */
        r->o.flow = NULL;
    }
    if (target_parse(r->o.target, &r->target, e) < 0 ||
        read_secret(r->o.password_file, &r->password, e) < 0 ||
        read_secret(r->o.enable_file, &r->enable, e) < 0)
        return -1;
    if (r->o.driver && run_load_driver(r, r->o.driver, e) < 0)
        return -1;
    if (r->o.timeout_s)
        r->end_due_ms = clock_now(&r->clock) + r->o.timeout_s * 1000ull;
    if (saved_is_target(r))
        return saved_open(r, e);
    t = run_transport(r, e);
    if (!t)
        return -1;
    if ((!r->driver && r->o.driver && run_load_driver(r, r->o.driver, e) < 0) ||
        ((t->console || !r->driver) && astray_load(r, e) < 0) ||
        (r->driver && !r->probing && run_load_flow(r, e) < 0)) {
        t->ops->close(t);
        return -1;
    }
    journal_open(r);
    run_say(r, _("connecting to %s"), r->o.target);
    return run_open_session(r, t, e);
}

struct run *run_prepare(const struct run_options *o,
                        const struct run_listener *listener)
{
    struct run *r = mem_zalloc(sizeof *r);

    options_copy(&r->o, o);
    if (listener)
        r->listener = *listener;
    r->clock.epoch_s = 1735689600;      /* virtual time: 2025-01-01 */
    r->events = json_array();
    r->facts = json_object();
    r->replies = json_object();
    r->queue = json_array();
    r->detect_asked = json_array();
    return r;
}

struct run *run_new(const struct run_options *o,
                    const struct run_listener *listener, struct err *e)
{
    struct run *r = run_prepare(o, listener);

    if (run_open(r, e) == 0)
        return r;
    run_free(r);
    return NULL;
}

void run_free(struct run *r)
{
    if (!r)
        return;
    session_free(r->session);
    sim_free(r->sim);
    relink_drop(r);
    ports_free(r->port, r->port ? 1 : 0);
    capture_free(r->capture);
    jobs_drop(r);
    walker_free(r->walker);
    flows_free(r->flows);
    driver_free(r->driver);
    astray_free(r);
    secrets_free(r->secrets);
    case_close(r->journal);
    target_free(&r->target);
    mem_wipe(r->password);
    mem_wipe(r->enable);
    free(r->heard);
    json_decref(r->detect_asked);
    for (size_t i = 0; i < DETECT_LEGACY_MAX; i++)
        free(r->legacy[i]);
    free(r->stop_why);
    json_decref(r->start);
    json_decref(r->events);
    json_decref(r->facts);
    json_decref(r->replies);
    json_decref(r->asking);
    json_decref(r->queue);
    json_decref(r->waiting);
    json_decref(r->pending);
    json_decref(r->probe_with);
    json_decref(r->plan);
    json_decref(r->subject);
    free((char *)r->probing);
    options_drop(&r->o);
    free(r);
}

/* --- the walk ------------------------------------------------------------ */

json_t *run_start_event(struct run *r)
{
    return json_pack("{s:s,s:{s:s?,s:o,s:b,s:b,s:b}}", "event", "start",
                     "options", "vpn", r->o.vpn, "allow", journal_allowed(r),
                     "peer_config", r->o.peer_config != NULL, "interactive",
                     r->o.interactive, "saved", r->capture != NULL);
}

void run_begin_walk(struct run *r)
{
    r->phase = RUN_WALKING;
    r->step_path = 0;
    if (r->probing) {
        probe_begin(r);
    } else if (r->walker) {             /* resumed: go on */
        r->astray = r->in_line_flow;
        run_event(r, json_pack("{s:s}", "event", "resumed"));
    } else {
        r->walker = walker_new(r->flows, r->driver);
        journal_flow(r, r->flows, r->driver, false);
        run_event(r, run_start_event(r));
    }
}

/* --- the loop ------------------------------------------------------------ */

size_t run_fds(struct run *r, struct pollfd *fds, size_t room,
               uint64_t *due_ms)
{
    size_t n = 0;

    *due_ms = 0;
    if (r->session && room >= 2)
        n = session_fds(r->session, fds, due_ms);
    if (r->waiting && (!*due_ms || r->wait_due_ms < *due_ms))
        *due_ms = r->wait_due_ms;
    if (r->end_due_ms && (!*due_ms || r->end_due_ms < *due_ms))
        *due_ms = r->end_due_ms;
    if (r->phase == RUN_LOST && (!*due_ms || r->relink.due_ms < *due_ms))
        *due_ms = r->relink.due_ms;
    return n;
}

void run_pump(struct run *r)
{
    uint64_t now;

    if (r->session)
        session_pump(r->session);
    if (r->capture)
        saved_pump(r);
    if (r->phase == RUN_TERMINAL)
        run_changed(r);         /* the unfinished line may be another */
    now = clock_now(&r->clock);
    if (r->end_due_ms && now >= r->end_due_ms && r->phase < RUN_CLOSING) {
        r->end_due_ms = 0;
        run_stop(r, "timeout");
    }
    relink_tick(r, now);
    effects_tick(r, now);
    jobs_pump(r);
}

struct clock *run_clock(struct run *r)
{
    return &r->clock;
}

bool run_done(const struct run *r)
{
    return r->phase == RUN_DONE;
}

/* Without a walk nothing else says why it ended. */
static void name_stop(struct run *r, const char *why)
{
    bool opening = session_state(r->session) == SESSION_OPENING;

    if (r->err.status)
        return;
    err_stage(&r->err, opening ? "connect" : "login");
    if (strcmp(why, "timeout") == 0) {
        err_set(&r->err, EXIT_FAILED, _("%s: not done within %u s "
                                        "(--timeout)"),
                r->o.target, r->o.timeout_s);
        err_hint(&r->err, "%s", _("give it more time, or none: each step has "
                                  "a deadline of its own"));
    } else {
        err_set(&r->err, EXIT_INTERRUPTED,
                _("%s: stopped before the device was ready"), r->o.target);
    }
}

void run_stop(struct run *r, const char *why)
{
    free(r->stop_why);
    r->stop_why = mem_strdup(why);
    r->paused = false;
    if (r->walker && !walker_done(r->walker)) {
        run_event(r, json_pack("{s:s,s:s}", "event", "stop", "why", why));
    } else if (r->capture && r->phase < RUN_CLOSING) {
        r->phase = RUN_DONE;            /* nobody has chosen a host */
    } else if (r->session && r->phase < RUN_CLOSING) {
        if (!r->walker)
            name_stop(r, why);
        r->phase = RUN_CLOSING;
        session_close(r->session);
    }
}
