/* Every wait has its deadline, and says which one passed. */
#include "session_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kiriwake/msg.h"

#define SETTLE_NETWORK_MS 60
#define HELD_MS 4               /* over what an adapter's timer holds back */
#define SERIAL_CHARACTERS 20
#define KNOWN_CHARACTERS 4
#define CLOSING_MS 5000         /* leaving the modes */
#define LOGOUT_MS 1000

unsigned deadline_settle(const struct session *s, bool known)
{
    unsigned baud = s->t->baud ? s->t->baud : 9600, ms, least;

    if (!s->t->serial)
        return SETTLE_NETWORK_MS;
    ms = (known ? KNOWN_CHARACTERS : SERIAL_CHARACTERS) * 10 * 1000;
    ms = (ms + baud - 1) / baud;
    least = s->t->held_ms + HELD_MS;
    return ms > least ? ms : least;
}

static unsigned total_ms(const struct session *s)
{
    if (s->work == WORK_JOB && s->current.timeout_ms)
        return s->current.timeout_ms;
    return s->limits.total_ms;
}

static unsigned silence_ms(const struct session *s)
{
    unsigned own = s->work == WORK_JOB ? s->current.timeout_ms : 0;

    return own > s->limits.silence_ms ? own : s->limits.silence_ms;
}

static bool waits_for_reply(const struct session *s)
{
    return s->work != WORK_NONE && s->asked == ASKED_NOTHING;
}

/* A prompt is due without a command: after a deadline, or late text. */
static bool waits_for_prompt(const struct session *s)
{
    return s->work == WORK_NONE && !console_mode_now(s->console) &&
           (s->state == SESSION_CLOSING ||
            (s->state == SESSION_READY && (s->count || s->is_lost)));
}

/* --- what passed --- */

static void fail_open(struct session *s)
{
    err_set(&s->err, EXIT_FAILED,
            _("%s: not connected within %u s (stage: %s)"),
            s->t->ops->name, s->limits.open_ms / 1000,
            s->t->stage ? s->t->stage : "connect");
    err_stage(&s->err, s->t->stage ? s->t->stage : "connect");
    err_hint(&s->err, "%s", _("check the address, the port and the way "
                              "there"));
    session_finish(s);
}

static void fail_login(struct session *s)
{
    const char *line = console_pending_line(s->console);
    char *clean;

    if (look_stuck(s, line[0] ? "asks" : "silent", line[0] ? line : NULL))
        return;
    clean = session_scrub(s, line);
    if (clean[0])
        err_set(&s->err, EXIT_FAILED,
                _("%s: no prompt within %u s of the login; the last line "
                  "is '%.200s'"), s->t->ops->name,
                s->limits.login_ms / 1000, clean);
    else
        err_set(&s->err, EXIT_FAILED,
                _("%s: the device said nothing for %u s; no prompt came"),
                s->t->ops->name, s->limits.login_ms / 1000);
    free(clean);
    err_stage(&s->err, "login");
    err_hint(&s->err, "%s",
             s->t->serial ? _("check the cable and the speed, and that the "
                              "device is switched on")
                          : _("choose the driver with --driver if this is "
                              "another kind of device"));
    session_finish(s);
}

static void fail_prompt(struct session *s, const char *stage)
{
    char *clean = session_scrub(s, console_pending_line(s->console));

    err_set(&s->err, EXIT_FAILED,
            _("%s: the prompt did not come back within %u s; the last line "
              "is '%.200s'"), session_target(s),
            s->limits.silence_ms / 1000, clean);
    free(clean);
    err_stage(&s->err, stage);
    err_hint(&s->err, "%s", _("look at the device; resume the case once it "
                              "answers"));
    session_finish(s);
}

static void reply_deadline(struct session *s)
{
    char reason[160];

    if (s->now >= s->sent + total_ms(s)) {
        snprintf(reason, sizeof reason,
                 _("total: the reply did not end within %u s"),
                 total_ms(s) / 1000);
        console_abandon(s->console, REPLY_TIMEOUT, reason);
    } else if (s->now >= s->last_byte + silence_ms(s)) {
        snprintf(reason, sizeof reason,
                 _("silence: no byte came for %u s"), silence_ms(s) / 1000);
        console_abandon(s->console, REPLY_TIMEOUT, reason);
    }
    s->more |= !console_busy(s->console);
}

/* An empty line could answer what seems to ask. */
static bool seems_to_ask(struct session *s)
{
    const char *line = console_pending_line(s->console);
    size_t len = strlen(line);

    while (len && line[len - 1] == ' ')
        len--;
    return len && strchr("?:])", line[len - 1]);
}

/* One line end brings the prompt again; without it the session is over. */
static void prompt_deadline(struct session *s)
{
    if (!s->is_lost) {
        s->is_lost = true;
        s->woken = false;
        s->lost = s->now;
    }
    if (!s->woken && s->now >= s->last_byte + s->limits.silence_ms / 8 &&
        seems_to_ask(s)) {
        s->woken = true;        /* waits for the prompt without one */
    } else if (!s->woken &&
               s->now >= s->last_byte + s->limits.silence_ms / 8) {
        s->woken = true;
        s->last_byte = s->now;
        console_wake(s->console);
        s->more = true;
    }
    if (s->now >= s->lost + s->limits.silence_ms)
        fail_prompt(s, "silence");
}

/* The link is closed in any case; a lock may then stay. */
static void fail_closing(struct session *s)
{
    const struct console_mode *m = modes_find(
        s, console_mode_now(s->console));

    if (s->work == WORK_LEAVE || (m && m->lock)) {
        err_set(&s->err, EXIT_FAILED,
                _("%s: a mode that holds a lock could not be left within "
                  "%u s"), session_target(s), CLOSING_MS / 1000);
        err_stage(&s->err, "leave");
        err_hint(&s->err, "%s", _("look whether the device is still in its "
                                  "configuration mode, and leave it"));
    }
    session_finish(s);
}

static void closing_deadline(struct session *s)
{
    if (s->logged_out && s->now >= s->logged_out + LOGOUT_MS)
        session_finish(s);
    else if (s->now >= s->closing + CLOSING_MS)
        fail_closing(s);
}

void deadline_check(struct session *s)
{
    if (s->asked != ASKED_NOTHING)
        return;
    if (s->state == SESSION_OPENING) {
        if (s->now >= s->opened + s->limits.open_ms)
            fail_open(s);
        return;
    }
    if (s->state == SESSION_LOOKING || s->state == SESSION_STUCK ||
        s->state == SESSION_TERMINAL)
        return;
    if (s->state == SESSION_LOGIN) {
        login_tick(s);
        if (s->now >= s->ready + s->limits.login_ms)
            fail_login(s);
        return;
    }
    if (s->state == SESSION_CLOSING)
        closing_deadline(s);
    else if (waits_for_reply(s))
        reply_deadline(s);
    else if (waits_for_prompt(s))
        prompt_deadline(s);
    else if (console_mode_now(s->console))
        s->is_lost = false;
}

/* --- when to look again --- */

static void sooner(uint64_t *due, uint64_t at)
{
    if (at && (!*due || at < *due))
        *due = at;
}

static void prompt_due(const struct session *s, uint64_t *due)
{
    uint64_t lost = s->is_lost ? s->lost : s->now;

    if (!s->woken)
        sooner(due, s->last_byte + s->limits.silence_ms / 8 > s->now
                        ? s->last_byte + s->limits.silence_ms / 8
                        : s->now + 1);
    sooner(due, lost + s->limits.silence_ms);
}

uint64_t deadline_due(const struct session *s)
{
    uint64_t due = 0;

    if (s->state == SESSION_CLOSED)
        return 0;
    sooner(&due, s->t->due_ms);
    if (s->state == SESSION_TERMINAL)
        return due;
    if (s->look && s->state < SESSION_LOGIN)
        sooner(&due, look_due(s));
    else if (s->unsettled)
        sooner(&due, s->settles);
    if (s->asked != ASKED_NOTHING)
        return due;
    if (s->state == SESSION_OPENING)
        sooner(&due, s->opened + s->limits.open_ms);
    if (s->state == SESSION_LOGIN) {
        sooner(&due, s->ready + s->limits.login_ms);
        sooner(&due, login_due(s));
    }
    if (s->state == SESSION_CLOSING)
        sooner(&due, s->logged_out ? s->logged_out + LOGOUT_MS
                                   : s->closing + CLOSING_MS);
    if (s->state == SESSION_READY && waits_for_reply(s)) {
        sooner(&due, s->sent + total_ms(s));
        sooner(&due, s->last_byte + silence_ms(s));
    }
    if (s->state == SESSION_READY && waits_for_prompt(s))
        prompt_due(s, &due);
    return due;
}
