/* The queue of commands, and what comes back for them. */
#include "session_internal.h"

#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"

/* Text this long after a prompt is news of its own, not a late reply. */
#define LATE_MS 2000

void job_free(struct job *j)
{
    free(j->command);
    memset(j, 0, sizeof *j);
}

void queue_drop(struct session *s)
{
    for (size_t i = 0; i < s->count; i++)
        job_free(&s->jobs[i]);
    s->count = 0;
}

static void insert(struct session *s, size_t at, struct job j)
{
    s->jobs = mem_grow(s->jobs, &s->cap, s->count + 1, sizeof *s->jobs);
    memmove(&s->jobs[at + 1], &s->jobs[at],
            (s->count - at) * sizeof *s->jobs);
    s->jobs[at] = j;
    s->count++;
    s->more = true;
}

static struct job take(struct session *s, size_t at)
{
    struct job j = s->jobs[at];

    s->count--;
    memmove(&s->jobs[at], &s->jobs[at + 1],
            (s->count - at) * sizeof *s->jobs);
    return j;
}

unsigned session_run_with(struct session *s,
                          const struct session_command *c)
{
    struct job j = {.id = ++s->last_id,
                    .command = mem_strdup(c->text),
                    .mode = c->mode ? modes_find(s, c->mode) : NULL,
                    .timeout_ms = c->timeout_ms,
                    .once = c->once,
                    .logs = c->logs};

    insert(s, s->count, j);
    return j.id;
}

unsigned session_run(struct session *s, const char *command,
                     const char *mode)
{
    const struct session_command c = {.text = command, .mode = mode};

    return session_run_with(s, &c);
}

void session_clear(struct session *s)
{
    queue_drop(s);
}

/* --- answering --- */

void queue_deliver(struct session *s, unsigned id,
                   const struct console_reply *r)
{
    struct console_reply clean = *r;

    if (!s->listener.reply)
        return;
    clean.command = session_scrub(s, r->command);
    clean.text = session_scrub(s, r->text);
    /* The core's own reasons are English; a device's line stays. */
    clean.reason = session_scrub(s, r->reason ? msg_get(r->reason) : NULL);
    s->listener.reply(s->listener.arg, id, &clean);
    free(clean.command);
    free(clean.text);
    free(clean.reason);
}

/* An answer without a reply of its own: why says what stands for it. */
static void answer_by(struct session *s, const struct job *j,
                      struct console_reply why)
{
    why.command = j->command;
    why.mode = console_mode_now(s->console);
    if (!why.text)
        why.text = (char *)"";
    queue_deliver(s, j->id, &why);
}

static void answer(struct session *s, const struct job *j,
                   enum reply_state state, const char *reason)
{
    answer_by(s, j, (struct console_reply){.state = state,
                                           .reason = (char *)reason});
}

void queue_refuse(struct session *s, const struct console_mode *mode,
                  const struct console_reply *why)
{
    unsigned last = s->last_id;     /* not those queued by the listener */

    for (size_t i = 0; i < s->count;) {
        struct job j;

        if (s->jobs[i].id > last ||
            !modes_need(s, s->jobs[i].mode, mode)) {
            i++;
            continue;
        }
        j = take(s, i);
        answer_by(s, &j, *why);
        job_free(&j);
        i = 0;
    }
}

static void job_answered(struct session *s, struct console_reply *r)
{
    struct job j = s->current;

    memset(&s->current, 0, sizeof s->current);
    s->answered = s->now;
    job_free(&s->previous);
    s->previous = j;
    s->has_previous = r->state != REPLY_TIMEOUT;
    queue_deliver(s, j.id, r);
}

void queue_reply(struct session *s, struct console_reply *r)
{
    enum work work = s->work;

    s->work = WORK_NONE;
    if (r->state == REPLY_TIMEOUT) {
        s->is_lost = true;
        s->woken = false;
        s->lost = s->now;
    }
    if (work == WORK_JOB)
        job_answered(s, r);
    else if (work == WORK_ENTER)
        modes_entered(s, r);
    else if (work == WORK_LEAVE)
        modes_left(s, r);
}

/* Text after the prompt that had ended the last reply: it was no prompt. */
void queue_late(struct session *s)
{
    struct job j = s->previous;

    if (!s->has_previous || s->logged_out ||
        s->now > s->answered + LATE_MS)
        return;
    s->has_previous = false;
    if (j.once || j.again || s->state != SESSION_READY) {
        answer(s, &j, REPLY_TRUNCATED,
               _("text came after what had looked like its end"));
        return;
    }
    j.command = mem_strdup(j.command);
    j.again = true;
    insert(s, 0, j);
}

/* --- sending --- */

bool queue_send(struct session *s, const char *command, enum work work)
{
    console_take_logs(s->console, s->t->console,
                      work == WORK_JOB ? s->current.logs : NULL);
    if (!console_command(s->console, command))
        return false;
    s->work = work;
    s->sent = s->last_byte = s->now;
    session_say_line(s, true, command);
    return true;
}

static void send_job(struct session *s)
{
    struct job j = take(s, 0);

    job_free(&s->current);
    s->current = j;
    if (queue_send(s, j.command, WORK_JOB))
        return;
    answer(s, &j, REPLY_REFUSED,
           _("the command holds a control character; it was not sent"));
    job_free(&s->current);
}

static bool advance_ready(struct session *s)
{
    const struct console_mode *now = modes_find(
        s, console_mode_now(s->console));

    if (!s->count) {
        /* Whoever waits for the lock gets it while we think. */
        for (const struct console_mode *m = now; m;
             m = modes_find(s, m->from))
            if (m->lock)
                return modes_leave(s);
        return false;
    }
    if (!modes_step(s, s->jobs[0].mode ? s->jobs[0].mode : s->base))
        send_job(s);
    return true;
}

static bool advance_closing(struct session *s)
{
    const char *bye = s->profile->logout ? s->profile->logout : "exit";
    const struct console_mode *now = modes_find(
        s, console_mode_now(s->console));

    if (now && now->from && now->leave && modes_leave(s))
        return true;
    /* No reply will come, but perhaps the next login prompt. */
    s->logged_out = s->now ? s->now : 1;
    session_say_line(s, true, bye);
    console_type(s->console, bye, false);
    return true;
}

bool queue_advance(struct session *s)
{
    if (s->work != WORK_NONE || !console_mode_now(s->console) ||
        s->logged_out)
        return false;
    if (s->state == SESSION_READY)
        return advance_ready(s);
    return s->state == SESSION_CLOSING && advance_closing(s);
}
