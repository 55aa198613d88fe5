#include "session_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"

#define MAX_TURNS 64            /* of one pump, to stay responsive */
#define MAX_READS 16

static bool take_events(struct session *s);

/* --- life --- */

static void set_limits(struct session *s, const struct session_limits *l)
{
    static const struct session_limits usual = {30000, 30000, 15000, 120000,
                                               60000};
    struct session_limits *to = &s->limits;

    *to = l ? *l : usual;
    if (!to->open_ms)
        to->open_ms = usual.open_ms;
    if (!to->login_ms)
        to->login_ms = usual.login_ms;
    if (!to->silence_ms)
        to->silence_ms = usual.silence_ms;
    if (!to->total_ms)
        to->total_ms = usual.total_ms;
    if (!to->look_ms)
        to->look_ms = usual.look_ms;
}

struct session *session_new(struct transport *t,
                            const struct console_profile *profile,
                            struct secrets *secrets, struct clock *clock,
                            const struct session_limits *limits,
                            const char *user, const char *password,
                            const struct session_listener *listener,
                            struct err *e)
{
    struct console *console = console_new(profile, e);
    struct session *s;

    if (!console) {
        t->ops->close(t);
        return NULL;
    }
    s = mem_zalloc(sizeof *s);
    s->t = t;
    s->profile = profile;
    s->console = console;
    s->secrets = secrets;
    s->clock = clock;
    s->listener = *listener;
    s->user = mem_copy(user);
    s->password = mem_copy(password);
    set_limits(s, limits);
    if (secrets && password)
        secrets_add(secrets, password);
    s->now = s->opened = clock_now(clock);
    s->more = true;             /* the link may have failed already */
    return s;
}

void session_free(struct session *s)
{
    if (!s)
        return;
    if (s->t)
        s->t->ops->close(s->t);
    console_free(s->console);
    console_free(s->next_console);
    queue_drop(s);
    free(s->jobs);
    job_free(&s->current);
    job_free(&s->previous);
    mem_wipe(s->user);
    mem_wipe(s->password);
    mem_wipe(s->enable);
    buf_wipe(&s->in);
    look_free(s);
    free(s);
}

void session_set_enable(struct session *s, const char *password)
{
    mem_wipe(s->enable);
    s->enable = mem_copy(password);
    if (password && s->secrets)
        secrets_add(s->secrets, password);
}

/* --- telling the owner --- */

void session_set_state(struct session *s, enum session_state state)
{
    if (s->state == state)
        return;
    s->state = state;
    if (s->listener.state)
        s->listener.state(s->listener.arg, state,
                          s->err.status ? &s->err : NULL);
}

char *session_scrub(struct session *s, const char *text)
{
    if (!text)
        return NULL;
    return s->secrets ? secrets_scrub(s->secrets, text) : mem_strdup(text);
}

void session_say_line(struct session *s, bool out, const char *text)
{
    char *clean;

    if (!s->listener.line)
        return;
    clean = session_scrub(s, text);
    s->listener.line(s->listener.arg, out, clean);
    free(clean);
}

void session_ask(struct session *s, enum asked what,
                 enum transport_question q, const char *text, bool echo)
{
    s->asked = what;
    s->asked_at = s->now;
    session_set_state(s, SESSION_ASKING);
    if (s->listener.ask)
        s->listener.ask(s->listener.arg, q, text, echo);
}

const char *session_target(const struct session *s)
{
    const char *host = console_host(s->console);

    return host ? host : s->t ? s->t->ops->name : "device";
}

/* What was in flight is answered before the owner hears of the end. */
void session_finish(struct session *s)
{
    if (s->state == SESSION_CLOSED || s->finishing)
        return;
    s->finishing = true;
    console_end(s->console);
    take_events(s);
    if (s->t) {
        s->t->ops->close(s->t);
        s->t = NULL;
    }
    queue_drop(s);
    s->work = WORK_NONE;
    s->asked = ASKED_NOTHING;
    session_set_state(s, SESSION_CLOSED);
}

/* --- the transport --- */

static void keep_facts(struct session *s)
{
    snprintf(s->banner, sizeof s->banner, "%s", s->t->banner);
    snprintf(s->legacy, sizeof s->legacy, "%s", s->t->legacy);
}

static bool watch_transport(struct session *s)
{
    struct transport *t = s->t;

    if (t->state == TRANSPORT_ASKING && s->asked == ASKED_NOTHING) {
        session_ask(s, ASKED_TRANSPORT, t->question, t->text, t->echo);
        return true;
    }
    if (t->state == TRANSPORT_READY && s->state == SESSION_OPENING) {
        keep_facts(s);
        s->ready = s->last_byte = s->now;
        if (t->console)
            look_begin(s);
        else
            session_set_state(s, SESSION_LOGIN);
        return true;
    }
    return false;
}

/* What stands on the line after these bytes began with them. */
static bool begins_line(const struct session *s)
{
    return memchr(s->in.data, '\n', s->in.len) ||
           !console_pending_line(s->console)[0];
}

static bool is_looking(const struct session *s)
{
    return s->state == SESSION_LOOKING || s->state == SESSION_STUCK;
}

static bool read_bytes(struct session *s)
{
    struct transport *t = s->t;
    bool any = false;

    s->drained = false;
    for (int i = 0; i < MAX_READS && t->state == TRANSPORT_READY; i++) {
        buf_clear(&s->in);
        t->ops->read(t, &s->in);
        if (!s->in.len) {
            s->drained = true;
            break;
        }
        s->whole = begins_line(s) || (any && s->whole);
        if (is_looking(s))
            look_receive(s, s->in.data, s->in.len);
        console_receive(s->console, s->in.data, s->in.len);
        s->last_byte = s->now;
        s->unsettled = any = true;
    }
    s->drained |= t->state != TRANSPORT_READY;
    return any;
}

static void write_output(struct session *s)
{
    struct buf *out = is_looking(s) ? line_look_output(s->look)
                                    : console_output(s->console);

    if (s->t->state != TRANSPORT_READY || !out->len)
        return;
    s->t->ops->write(s->t, out);
    s->more = true;
    if (!out->len)
        buf_wipe(out);          /* it may have held a password */
}

/* --- settling --- */

static bool settle(struct session *s)
{
    enum console_look look;
    bool at_once;

    if (!s->unsettled || !s->drained)
        return false;
    look = console_look(s->console);
    if (look == CONSOLE_LIKELY && !s->confirmed && !s->t->serial &&
        s->state == SESSION_LOGIN) {
        s->confirmed = true;
        console_wake(s->console);
        return true;
    }
    /* A prompt that came in pieces may be the beginning of a line of text
     * that trickles in. */
    at_once = look == CONSOLE_SETTLED && s->whole && !s->t->serial;
    s->settles = s->last_byte + deadline_settle(s, look == CONSOLE_SETTLED);
    if (!at_once && s->now < s->settles)
        return false;
    s->unsettled = false;
    console_idle(s->console);
    return true;
}

/* --- events --- */

static void fail_monitor(struct session *s, const char *name)
{
    if (look_stuck(s, "monitor", name))
        return;
    err_set(&s->err, EXIT_FAILED,
            _("%s: the device is not running: it is in its monitor '%s'; "
              "nothing was typed"), session_target(s), name);
    err_hint(&s->err, "%s", _("start the device from its monitor, then "
                              "try again"));
    err_stage(&s->err, "monitor");
    session_finish(s);
}

static void fail_trap(struct session *s, const char *text)
{
    char *clean;

    if (look_stuck(s, "asks", text))
        return;
    clean = session_scrub(s, text);
    err_set(&s->err, EXIT_FAILED,
            _("%s: the device asks '%s'; that is never answered here"),
            session_target(s), clean);
    err_hint(&s->err, "%s", _("answer it yourself on the device, then try "
                              "again"));
    err_stage(&s->err, "dialogue");
    free(clean);
    session_finish(s);
}

static void on_reply(struct session *s, struct console_event *ev)
{
    bool asked = ev->reply->state == REPLY_ASKED;
    char *question = asked ? mem_strdup(ev->reply->reason) : NULL;

    queue_reply(s, ev->reply);
    if (asked && !s->finishing)
        fail_trap(s, question);
    free(question);
}

/* The live dialogue shows it, too. */
static void say_log(struct session *s, const char *text)
{
    char *clean = session_scrub(s, text);

    session_say_line(s, false, text);
    if (s->listener.log)
        s->listener.log(s->listener.arg, clean);
    free(clean);
}

static void on_event(struct session *s, struct console_event *ev)
{
    switch (ev->type) {
    case CONSOLE_LOGIN_USER:
    case CONSOLE_LOGIN_PASSWORD:
    case CONSOLE_LOGIN_FAILED:
    case CONSOLE_PROMPT:
        login_event(s, ev);
        break;
    case CONSOLE_REPLY:
        on_reply(s, ev);
        break;
    case CONSOLE_LINE:
        if (s->state == SESSION_LOGIN && ev->text[0]) {
            free(s->last_line);
            s->last_line = mem_strdup(ev->text);
        }
        session_say_line(s, false, ev->text);
        break;
    case CONSOLE_LOG:
        say_log(s, ev->text);
        break;
    case CONSOLE_MONITOR:
        fail_monitor(s, ev->text);
        break;
    case CONSOLE_TRAP:
        fail_trap(s, ev->text);
        break;
    case CONSOLE_LATE:
        queue_late(s);
        break;
    case CONSOLE_NONE:
        break;
    }
}

/* At the end only what was in flight; at a terminal only what came. */
static bool is_told(const struct session *s, enum console_event_type type)
{
    if (type == CONSOLE_LINE || type == CONSOLE_LOG)
        return true;
    if (s->state == SESSION_TERMINAL)
        return false;
    return !s->finishing || type == CONSOLE_REPLY;
}

static bool take_events(struct session *s)
{
    struct console_event ev;
    bool any = false;

    while (console_next(s->console, &ev)) {
        any = true;
        if (is_told(s, ev.type))
            on_event(s, &ev);
        console_event_free(&ev);
    }
    return any;
}

/* --- the link ended --- */

static void name_lost_link(struct session *s)
{
    bool login = s->state < SESSION_READY && s->state != SESSION_TERMINAL;

    if (s->t->err.status) {
        s->err = s->t->err;
    } else if (login) {
        err_set(&s->err, EXIT_FAILED,
                _("%s: the other end closed the connection before a prompt "
                  "came"), session_target(s));
        err_stage(&s->err, "login");
        err_hint(&s->err, "%s", _("too many sessions may be open, or this "
                                  "user may not log in from here"));
    } else {
        err_set(&s->err, EXIT_FAILED, _("%s: the link was lost"),
                session_target(s));
        err_stage(&s->err, "link");
        err_hint(&s->err, "%s", _("check the cable or the network, then "
                                  "resume the case"));
    }
}

static void link_ended(struct session *s)
{
    if (s->state != SESSION_CLOSING)
        name_lost_link(s);
    session_finish(s);
}

/* --- the turn of the loop --- */

static bool turn(struct session *s)
{
    bool busy = false;

    s->now = clock_now(s->clock);
    s->more = false;
    s->t->ops->tick(s->t, s->now);
    busy |= watch_transport(s);
    if (s->state == SESSION_CLOSED)     /* the owner closed it */
        return false;
    busy |= read_bytes(s);
    if (s->state != SESSION_TERMINAL)
        busy |= is_looking(s) ? look_turn(s) : settle(s);
    busy |= take_events(s);
    if (s->state != SESSION_CLOSED)
        deadline_check(s);
    if (s->state != SESSION_CLOSED)
        busy |= queue_advance(s);
    if (s->state != SESSION_CLOSED)
        write_output(s);
    if (s->state != SESSION_CLOSED && s->t->state == TRANSPORT_CLOSED) {
        link_ended(s);
        return false;
    }
    return (busy || s->more) && s->state != SESSION_CLOSED;
}

int session_adopt(struct session *s, const struct console_profile *profile,
                  struct err *e)
{
    struct console *console = console_new(profile, e);

    if (!console)
        return -1;
    console_free(s->next_console);
    s->next_console = console;
    s->next_profile = profile;
    return 0;
}

void session_pace(struct session *s, unsigned pace_ms)
{
    if (s->t && s->t->ops->set_pace)
        s->t->ops->set_pace(s->t, pace_ms);
}

/* Between two turns, when nobody holds the old console. The prompt that the
 * old one stands at is the new one's first. */
static void change_profile(struct session *s)
{
    if (console_mode_now(s->console)) {
        const char *line = console_pending_line(s->console);

        console_receive(s->next_console, line, strlen(line));
        console_idle(s->next_console);
    }
    console_free(s->console);
    s->console = s->next_console;
    console_take_logs(s->console, s->t->console, NULL);
    s->profile = s->next_profile;
    s->next_console = NULL;
    s->base = NULL;
    s->has_previous = false;
    s->ready = s->now;
    s->confirmed = false;
    session_set_state(s, SESSION_LOGIN);
    if (!console_mode_now(s->console))
        console_wake(s->console);
}

void session_pump(struct session *s)
{
    int turns = 0;

    if (s->pumping || s->state == SESSION_CLOSED)
        return;
    if (s->next_console)
        change_profile(s);
    s->pumping = true;
    while (turn(s) && ++turns < MAX_TURNS) {
    }
    s->more = turns == MAX_TURNS;
    s->pumping = false;
}

size_t session_fds(struct session *s, struct pollfd *fds, uint64_t *due_ms)
{
    uint64_t now = clock_now(s->clock);

    *due_ms = s->more || s->next_console ? (now ? now : 1)
                                         : deadline_due(s);
    if (s->state == SESSION_CLOSED || s->t->fd < 0)
        return 0;
    fds[0] = (struct pollfd){.fd = s->t->fd, .events = POLLIN};
    if (s->t->want_write || (s->t->state == TRANSPORT_READY &&
                             console_output(s->console)->len))
        fds[0].events |= POLLOUT;
    return 1;
}

void session_answer(struct session *s, const char *text)
{
    enum asked asked = s->asked;
    uint64_t waited = clock_now(s->clock) - s->asked_at;

    if (asked == ASKED_NOTHING || s->state == SESSION_CLOSED)
        return;
    s->asked = ASKED_NOTHING;
    s->opened += waited;        /* a person's time counts nowhere */
    s->ready += waited;
    s->sent += waited;
    s->last_byte += waited;
    s->more = true;
    if (asked == ASKED_TRANSPORT && text) {
        if (s->t->question == TRANSPORT_Q_PASSWORD && s->secrets)
            secrets_add(s->secrets, text);
        session_set_state(s, SESSION_OPENING);
        s->t->ops->answer(s->t, text);
    } else {
        login_answer(s, asked, text);
    }
}

void session_close(struct session *s)
{
    if (s->state == SESSION_CLOSED || s->state == SESSION_CLOSING)
        return;
    s->now = clock_now(s->clock);
    queue_drop(s);
    if (s->state != SESSION_READY) {
        session_finish(s);
        return;
    }
    s->closing = s->now;
    s->more = true;
    session_set_state(s, SESSION_CLOSING);
}

/* --- looking --- */

enum session_state session_state(const struct session *s)
{
    return s->state;
}

bool session_idle(const struct session *s)
{
    return s->state == SESSION_READY && !s->count && s->work == WORK_NONE;
}

const char *session_host(const struct session *s)
{
    return console_host(s->console);
}

const char *session_prompt(const struct session *s)
{
    return console_pending_line(s->console);
}

const char *session_banner(const struct session *s)
{
    return s->banner;
}

const char *session_legacy(const struct session *s)
{
    return s->legacy;
}

const struct err *session_err(const struct session *s)
{
    return &s->err;
}
