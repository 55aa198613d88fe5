/* From the first byte to the first prompt. */
#include "session_internal.h"

#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"

#define MAX_WAKES 3
#define MAX_USERS 3             /* the name may be asked again after a wake */
#define WAKE_SERIAL_MS 1000
#define WAKE_NETWORK_MS 3000

static void refused(struct session *s, const char *words)
{
    char *clean;

    if (look_stuck(s, "refused", s->last_line ? s->last_line : words))
        return;
    clean = session_scrub(s, words);
    err_set(&s->err, EXIT_FAILED,
            _("%s: the login of user '%s' was refused: '%s'"),
            session_target(s), s->user ? s->user : "", clean);
    err_stage(&s->err, "login");
    err_hint(&s->err, "%s",
             _("check the user name and the password; the device may also "
               "have locked the user for a while"));
    free(clean);
    session_finish(s);
}

static void type_user(struct session *s)
{
    s->user_sent = true;
    session_say_line(s, true, s->user);
    console_type(s->console, s->user, false);
}

static void type_password(struct session *s)
{
    s->password_sent = true;
    console_type(s->console, s->password, true);
}

static void type_enable(struct session *s)
{
    s->enable_sent = true;
    s->sent = s->now;
    console_type(s->console, s->enable, true);
}

static void on_user(struct session *s, const char *text)
{
    if (s->password_sent || ++s->users > MAX_USERS)
        refused(s, text);
    else if (s->user)
        type_user(s);
    else
        session_ask(s, ASKED_USER, TRANSPORT_Q_NONE, text, true);
}

static void on_password(struct session *s, const char *text)
{
    if (s->password_sent)
        refused(s, text);
    else if (s->password)
        type_password(s);
    else
        session_ask(s, ASKED_PASSWORD, TRANSPORT_Q_PASSWORD, text, false);
}

/* A mode asks for its password. The second time it was wrong: the reply
 * cannot come any more, and an empty line is the way back. */
static void on_enable(struct session *s, const char *text)
{
    if (s->enable_sent) {
        console_type(s->console, "", true);
        return;
    }
    if (s->enable)
        type_enable(s);
    else
        session_ask(s, ASKED_ENABLE, TRANSPORT_Q_PASSWORD, text, false);
}

static void logged_out(struct session *s)
{
    if (s->state == SESSION_CLOSING) {
        session_finish(s);
        return;
    }
    err_set(&s->err, EXIT_FAILED, _("%s: the device ended the session and "
                                    "asks for a login"), session_target(s));
    err_stage(&s->err, "link");
    err_hint(&s->err, "%s", _("it may have been idle for too long, or "
                              "restarted; resume the case"));
    session_finish(s);
}

static void logged_in(struct session *s, const char *mode)
{
    s->base = modes_find(s, mode);
    /* A console left in a mode that holds a lock: work from below it. */
    while (s->base && s->base->lock && s->base->from)
        s->base = modes_find(s, s->base->from);
    session_set_state(s, SESSION_READY);
}

void login_event(struct session *s, const struct console_event *ev)
{
    bool login = s->state == SESSION_LOGIN;

    if (ev->type == CONSOLE_PROMPT) {
        s->is_lost = s->woken = false;
        if (login)
            logged_in(s, ev->mode);
    } else if (ev->type == CONSOLE_LOGIN_FAILED) {
        if (login && s->password_sent)
            refused(s, ev->text);
    } else if (ev->type == CONSOLE_LOGIN_PASSWORD && s->work == WORK_ENTER) {
        on_enable(s, ev->text);
    } else if (!login) {
        logged_out(s);
    } else if (ev->type == CONSOLE_LOGIN_USER) {
        on_user(s, ev->text);
    } else {
        on_password(s, ev->text);
    }
}

static void keep(char **to, const char *text)
{
    mem_wipe(*to);
    *to = mem_strdup(text);
}

static void not_answered(struct session *s)
{
    err_set(&s->err, EXIT_FAILED,
            _("%s: the login was not answered"), session_target(s));
    err_stage(&s->err, "login");
    err_hint(&s->err, "%s", _("give --user and --password-file, or answer "
                              "when asked"));
    session_finish(s);
}

void login_answer(struct session *s, enum asked asked, const char *text)
{
    if (!text) {
        not_answered(s);
        return;
    }
    if (asked != ASKED_USER && s->secrets)
        secrets_add(s->secrets, text);
    session_set_state(s, asked == ASKED_ENABLE ? SESSION_READY
                                               : SESSION_LOGIN);
    if (asked == ASKED_USER) {
        keep(&s->user, text);
        type_user(s);
    } else if (asked == ASKED_PASSWORD) {
        keep(&s->password, text);
        type_password(s);
    } else {
        keep(&s->enable, text);
        type_enable(s);
    }
}

static unsigned wake_interval(const struct session *s)
{
    return s->t->serial ? WAKE_SERIAL_MS : WAKE_NETWORK_MS;
}

/* A console that is already logged in, or asleep, says nothing by itself. */
static bool may_wake(const struct session *s)
{
    return s->state == SESSION_LOGIN && s->wakes < MAX_WAKES &&
           !s->look && !s->user_sent && !s->password_sent;
}

static uint64_t wake_at(const struct session *s)
{
    uint64_t at = s->last_byte > s->last_wake ? s->last_byte : s->last_wake;

    return at + wake_interval(s);
}

void login_tick(struct session *s)
{
    if (!may_wake(s) || s->now < wake_at(s))
        return;
    s->wakes++;
    s->last_wake = s->now;
    console_wake(s->console);
}

uint64_t login_due(const struct session *s)
{
    return may_wake(s) ? wake_at(s) : 0;
}
