#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"

/* A line nobody reads must not fill the memory. */
#define MAX_EVENTS 200000u

static struct console_event *push(struct console *c)
{
    if (c->first && c->first == c->count)
        c->first = c->count = 0;
    c->events = mem_grow(c->events, &c->cap, c->count + 1,
                         sizeof *c->events);
    memset(&c->events[c->count], 0, sizeof *c->events);
    return &c->events[c->count++];
}

void event_push(struct console *c, enum console_event_type type, char *text)
{
    struct console_event *ev = push(c);

    ev->type = type;
    ev->text = text;
}

void event_line(struct console *c, const char *raw, size_t len)
{
    if (c->count - c->first < MAX_EVENTS)
        event_push(c, CONSOLE_LINE, console_decode(c, raw, len));
}

void event_prompt(struct console *c)
{
    struct console_event *ev = push(c);

    ev->type = CONSOLE_PROMPT;
    ev->mode = c->mode->name;
}

void console_reply_free(struct console_reply *r)
{
    if (!r)
        return;
    mem_wipe(r->command);
    mem_wipe(r->text);
    mem_wipe(r->reason);
    free(r);
}

void console_event_free(struct console_event *ev)
{
    mem_wipe(ev->text);
    console_reply_free(ev->reply);
    memset(ev, 0, sizeof *ev);
}

bool console_next(struct console *c, struct console_event *ev)
{
    if (c->first == c->count)
        return false;
    *ev = c->events[c->first++];
    return true;
}
