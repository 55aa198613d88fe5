#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"

#define MAX_BYTES (4u << 20)

size_t console_reply_max(const struct console_profile *profile)
{
    size_t n = profile->reply_max_bytes;

    return n ? n : MAX_BYTES;
}

void reply_add(struct console *c, const char *raw, size_t len)
{
    if (c->line.cut)
        c->over = true;
    if (c->over || c->body.len + len + 1 > console_reply_max(c->profile)) {
        c->over = true;
        return;
    }
    buf_add(&c->body, raw, len);
    buf_addc(&c->body, '\n');
}

void reply_add_unfinished(struct console *c, const char *raw, size_t len)
{
    size_t before = c->body.len;

    reply_add(c, raw, len);
    if (c->body.len > before)
        c->body.data[--c->body.len] = '\0';
}

void reply_release(struct console *c)
{
    for (const char *s = buf_str(&c->held); *s;) {
        size_t len = strcspn(s, "\n");

        reply_add(c, s, len);
        event_line(c, s, len);
        s += s[len] ? len + 1 : len;
    }
    buf_wipe(&c->held);
}

/* The mode that the pending command enters, or -1. */
static int entered_mode(const struct console *c)
{
    const struct console_profile *p = c->profile;

    for (size_t i = 0; c->command && i < p->mode_count; i++)
        if (p->modes[i].enter && strcmp(p->modes[i].enter, c->command) == 0)
            return (int)i;
    return -1;
}

bool reply_enters(const struct console *c)
{
    return entered_mode(c) >= 0;
}

/* Looks for a line that refuses; a held lock is the better reason. */
static void judge(struct console *c, struct console_reply *r)
{
    int mode = entered_mode(c);
    const struct patterns busy = {mode >= 0 ? &c->busy.list[mode] : NULL,
                                  mode >= 0};
    size_t len;
    const char *line = patterns_line(&busy, r->text, &len);

    if (line)
        r->state = REPLY_BUSY;
    else if ((line = patterns_line(&c->refused, r->text, &len)))
        r->state = REPLY_REFUSED;
    if (line) {
        free(r->reason);
        r->reason = mem_strndup(line, len);
    }
}

void reply_finish(struct console *c, enum reply_state state,
                  const char *reason)
{
    struct console_reply *r = mem_zalloc(sizeof *r);

    r->state = state;
    r->text = console_decode(c, buf_str(&c->body), c->body.len);
    r->reason = mem_copy(reason);
    r->mode = c->phase == PHASE_READY && c->mode ? c->mode->name : NULL;
    if (state == REPLY_COMPLETE) {
        logs_sift(c, r);
        judge(c, r);
    }
    if (c->over && state == REPLY_COMPLETE) {
        r->state = REPLY_TRUNCATED;
        free(r->reason);
        r->reason = mem_strdup("the reply is over the size limit");
    }
    r->command = c->command;
    c->command = NULL;
    event_push(c, CONSOLE_REPLY, NULL);
    c->events[c->count - 1].reply = r;
    buf_wipe(&c->body);
    buf_wipe(&c->held);
    c->over = false;
}
