/* Looking at a line before anything is typed into it. */
#include "session_internal.h"

#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"

void session_know(struct session *s,
                  const struct console_profile *const *profiles,
                  size_t count)
{
    free(s->known);
    s->known = mem_zalloc((count + 1) * sizeof *s->known);
    for (; s->known_count < count; s->known_count++)
        s->known[s->known_count] = profiles[s->known_count];
}

void look_free(struct session *s)
{
    line_look_free(s->look);
    free(s->known);
    free(s->words);
    free(s->last_line);
}

static void restart(struct session *s)
{
    s->look_began = s->look_at = s->now;
    s->stuck = NULL;
    session_set_state(s, SESSION_LOOKING);
}

static bool look_make(struct session *s)
{
    const struct console_profile *own[] = {s->profile};
    const struct line_options o = {
        .profiles = s->known_count ? s->known : own,
        .profile_count = s->known_count ? s->known_count : 1,
        .baud = s->t->baud,
        .speeds = s->t->ops->set_baud != NULL,
    };

    if (!s->look)
        s->look = line_look_new(&o, &s->err);
    return s->look != NULL;
}

void look_begin(struct session *s)
{
    if (look_make(s))
        restart(s);
    else
        session_finish(s);
}

/* --- a person at the line --- */

static void forget_work(struct session *s)
{
    queue_drop(s);
    console_abandon(s->console, REPLY_TIMEOUT, NULL);
    job_free(&s->current);
    s->has_previous = s->is_lost = false;
    s->work = WORK_NONE;
    s->asked = ASKED_NOTHING;
}

static bool can_type(const struct session *s)
{
    return s->t && s->t->state == TRANSPORT_READY &&
           s->state != SESSION_CLOSING && s->state != SESSION_CLOSED;
}

/* What the person did is not known: nothing of before holds. */
static void end_terminal(struct session *s)
{
    if (s->look)
        line_look_again(s->look, 0);
    s->user_sent = s->password_sent = false;
    s->users = 0;
    look_begin(s);
}

bool session_terminal(struct session *s, bool on)
{
    if (!can_type(s) || on == (s->state == SESSION_TERMINAL))
        return false;
    s->now = clock_now(s->clock);
    s->more = true;
    if (!on) {
        end_terminal(s);
        return true;
    }
    forget_work(s);
    session_set_state(s, SESSION_TERMINAL);
    return true;
}

void session_type(struct session *s, const char *bytes, size_t len)
{
    if (s->state != SESSION_TERMINAL)
        return;
    buf_add(console_output(s->console), bytes, len);
    s->more = true;
}

bool session_can_break(const struct session *s)
{
    return s->state == SESSION_TERMINAL && s->t->ops->send_break;
}

void session_break(struct session *s)
{
    if (session_can_break(s))
        s->t->ops->send_break(s->t);
}

char *session_pending(struct session *s)
{
    return session_scrub(s, console_pending_line(s->console));
}

void session_look(struct session *s, unsigned listen_ms)
{
    if (s->state != SESSION_STUCK)
        return;
    s->now = clock_now(s->clock);
    line_look_again(s->look, listen_ms);
    s->user_sent = s->password_sent = false;
    s->users = 0;
    s->more = true;
    restart(s);
    s->look_began += listen_ms;
    /* What stands on the line has been silent for so long already. */
    s->look_at = s->last_byte;
}

void look_receive(struct session *s, const char *bytes, size_t len)
{
    s->look_at = s->now;
    line_look_receive(s->look, bytes, len);
}

/* The dialogue begins with what stands on the line now. */
static void go_on(struct session *s)
{
    size_t len;
    const char *line = line_look_pending(s->look, &len);
    struct err e = {0};
    struct console *fresh = console_new(s->profile, &e);

    if (!fresh) {
        s->err = e;
        session_finish(s);
        return;
    }
    console_free(s->console);
    s->console = fresh;
    console_take_logs(s->console, true, NULL);
    s->base = NULL;
    s->has_previous = s->confirmed = s->unsettled = false;
    s->ready = s->last_byte = s->now;
    session_set_state(s, SESSION_LOGIN);
    console_receive(s->console, line, len);
    console_idle(s->console);
}

static void take_verdict(struct session *s)
{
    const struct line_verdict *v = line_look_verdict(s->look);

    if (v->state == LINE_LOOKING)
        return;
    if (v->state == LINE_PROMPT || v->state == LINE_LOGIN ||
        v->state == LINE_PASSWORD)
        go_on(s);
    else
        session_set_state(s, SESSION_STUCK);
}

static bool set_speed(struct session *s)
{
    unsigned baud = line_look_speed(s->look);

    if (!baud)
        return false;
    s->t->ops->set_baud(s->t, baud);
    s->look_at = s->now;
    return true;
}

bool look_turn(struct session *s)
{
    size_t before = line_look_output(s->look)->len;
    bool busy;

    if (s->state == SESSION_STUCK)
        return false;
    if (s->drained && s->now > s->look_at)
        line_look_idle(s->look, (unsigned)(s->now - s->look_at));
    if (s->now >= s->look_began + s->limits.look_ms)
        line_look_stop(s->look);
    busy = set_speed(s);
    if (line_look_output(s->look)->len > before) {
        s->look_at = s->now;
        busy = true;
    }
    take_verdict(s);
    return busy || s->state != SESSION_LOOKING;
}

uint64_t look_due(const struct session *s)
{
    uint64_t idle = s->look_at + line_look_due(s->look);
    uint64_t end = s->look_began + s->limits.look_ms;

    if (s->state != SESSION_LOOKING)
        return 0;
    return idle < end ? idle : end;
}

bool look_stuck(struct session *s, const char *why, const char *words)
{
    if (!s->look || s->state >= SESSION_READY)
        return false;
    s->stuck = why;
    free(s->words);
    s->words = session_scrub(s, words);
    if (strcmp(why, "refused") == 0) {
        mem_wipe(s->password);          /* not typed a second time */
        s->password = NULL;
    }
    session_set_state(s, SESSION_STUCK);
    return true;
}

/* --- telling --- */

static const char *state_of(const struct session *s)
{
    if (s->state == SESSION_READY)
        return "session";
    if (s->stuck)
        return s->stuck;
    return s->look ? line_state_name(line_look_verdict(s->look)->state)
                   : "looking";
}

static json_t *scrubbed(struct session *s, char *text)
{
    char *clean = session_scrub(s, text);
    json_t *out = clean ? json_string(clean) : json_null();

    free(clean);
    free(text);
    return out ? out : json_null();
}

json_t *session_line(struct session *s)
{
    const struct line_verdict none = {0};
    const struct line_verdict *v = s->look ? line_look_verdict(s->look)
                                           : &none;
    json_t *boots = NULL;
    char *text = s->look ? line_look_text(s->look, &boots) : NULL;
    bool refused = s->stuck && strcmp(s->stuck, "refused") == 0;
    bool monitor = s->stuck && strcmp(s->stuck, "monitor") == 0;

    return json_pack(
        "{s:s,s:i,s:s?,s:s?,s:s?,s:o,s:i,s:I,s:s?,s:o,s:o}", "state",
        state_of(s), "baud", (int)v->baud, "driver", v->driver, "mode",
        v->mode, "monitor", monitor ? s->words : v->monitor, "line",
        scrubbed(s, mem_strdup(v->line ? v->line : "")), "boots",
        (int)v->boots, "bytes", (json_int_t)v->bytes, "words",
        refused ? s->words : NULL, "text", scrubbed(s, text), "boot_lines",
        boots ? boots : json_array());
}
