#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"

#define MAX_BYTES (4u << 20)

static size_t max_bytes(const struct console *c)
{
    size_t n = c->profile->reply_max_bytes;

    return n ? n : MAX_BYTES;
}

void reply_add(struct console *c, const char *raw, size_t len)
{
    if (c->line.cut)
        c->over = true;
    if (c->over || c->body.len + len + 1 > max_bytes(c)) {
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

static bool line_matches(struct console *c, const char *line, size_t len,
                         enum reply_state *state)
{
    int mode = entered_mode(c);

    if (mode >= 0 && pattern_matches(c->busy.list[mode], line, len)) {
        *state = REPLY_BUSY;
        return true;
    }
    *state = REPLY_REFUSED;
    return patterns_match(&c->refused, line, len, NULL) != NULL;
}

/* Looks for a line that refuses; a held lock is the better reason. */
static void judge(struct console *c, struct console_reply *r)
{
    for (const char *s = r->text; *s;) {
        size_t len = strcspn(s, "\n");
        enum reply_state state = REPLY_COMPLETE;

        if (r->state != REPLY_BUSY && line_matches(c, s, len, &state) &&
            (state == REPLY_BUSY || r->state == REPLY_COMPLETE)) {
            free(r->reason);
            r->reason = mem_strndup(s, len);
            r->state = state;
        }
        s += s[len] ? len + 1 : len;
    }
}

void reply_finish(struct console *c, enum reply_state state,
                  const char *reason)
{
    struct console_reply *r = mem_zalloc(sizeof *r);

    r->state = state;
    r->text = console_decode(c, buf_str(&c->body), c->body.len);
    r->reason = reason ? mem_strdup(reason) : NULL;
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
