/* Entering and leaving the modes of a command line. */
#include "session_internal.h"

#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"

#define MAX_LEAVES 8            /* sub-modes share their mode's name */

const struct console_mode *modes_find(const struct session *s,
                                      const char *name)
{
    const struct console_profile *p = s->profile;

    for (size_t i = 0; name && i < p->mode_count; i++)
        if (strcmp(p->modes[i].name, name) == 0)
            return &p->modes[i];
    return NULL;
}

static const struct console_mode *now(const struct session *s)
{
    return modes_find(s, console_mode_now(s->console));
}

bool modes_need(const struct session *s, const struct console_mode *want,
                const struct console_mode *m)
{
    if (!want)
        want = s->base;
    for (size_t n = 0; want && n <= s->profile->mode_count; n++) {
        if (want == m)
            return true;
        want = modes_find(s, want->from);
    }
    return false;
}

/* The mode to enter next from cur on the way down to want, or NULL. */
static const struct console_mode *way_down(const struct session *s,
                                           const struct console_mode *cur,
                                           const struct console_mode *want)
{
    for (size_t n = 0; want && want->from && n <= s->profile->mode_count;
         n++) {
        if (strcmp(want->from, cur->name) == 0)
            return want;
        want = modes_find(s, want->from);
    }
    return NULL;
}

bool modes_leave(struct session *s)
{
    const struct console_mode *cur = now(s);

    if (!cur || !cur->leave || s->leaves >= MAX_LEAVES)
        return false;
    s->leaves++;
    return queue_send(s, cur->leave, WORK_LEAVE);
}

static void refuse(struct session *s, const struct console_mode *mode,
                   enum reply_state state, const char *why, char *text)
{
    char *reason = mem_printf(_("mode %s could not be entered: %s"),
                              mode->name, why);
    const struct console_reply r = {
        .state = state, .reason = reason,
        .text = state == REPLY_BUSY ? text : NULL,
        .entering = state == REPLY_BUSY ? mode->enter : NULL};

    queue_refuse(s, mode, &r);
    free(reason);
}

bool modes_step(struct session *s, const struct console_mode *want)
{
    const struct console_mode *cur = now(s), *next;

    if (!want || cur == want)
        return false;
    next = way_down(s, cur, want);
    if (next && next->enter) {
        s->target = next;
        s->enable_sent = false;
        if (queue_send(s, next->enter, WORK_ENTER))
            return true;
    }
    if (!next && modes_leave(s))
        return true;
    refuse(s, want, REPLY_REFUSED, _("the driver knows no way to it"),
           NULL);
    return true;
}

/* The last line with something on it (a copy), or NULL. */
static char *last_line(const char *text)
{
    size_t end = strlen(text), from;

    while (end && strchr(" \n", text[end - 1]))
        end--;
    for (from = end; from && text[from - 1] != '\n';)
        from--;
    return end > from ? mem_strndup(text + from, end - from) : NULL;
}

void modes_entered(struct session *s, const struct console_reply *r)
{
    bool complete = r->state == REPLY_COMPLETE;
    char *last = complete ? last_line(r->text) : NULL;
    const char *why = r->reason ? r->reason : last;

    s->leaves = 0;
    if (!complete || now(s) != s->target)
        refuse(s, s->target, complete ? REPLY_REFUSED : r->state,
               why ? why : _("the prompt did not change"), r->text);
    free(last);
}

/* Where leaving does not help: say so rather than go on in a wrong mode. */
static void stuck(struct session *s, const struct console_mode *mode)
{
    err_set(&s->err, EXIT_FAILED, _("%s: mode %s could not be left"),
            session_target(s), mode->name);
    err_hint(&s->err, _("leave it by hand with '%s'"), mode->leave);
    err_stage(&s->err, "dialogue");
    session_finish(s);
}

void modes_left(struct session *s, const struct console_reply *r)
{
    const struct console_mode *cur = now(s);

    if (r->state == REPLY_TIMEOUT || !cur)
        return;
    if (s->leaves >= MAX_LEAVES)
        stuck(s, cur);
    else if (!cur->lock)
        s->leaves = 0;
}
