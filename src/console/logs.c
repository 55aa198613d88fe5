/* Log lines that a router prints at any time: taken out of what they cut. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"

#define MAX_LINE 2048       /* bytes: longer ones are no log lines */

/* Where a log line begins in it; false: nowhere. */
static bool find(const struct console *c, const char *text, size_t len,
                 size_t *at)
{
    struct pattern_span span;
    bool found = false;

    for (size_t i = 0; i < c->logs.count && len <= MAX_LINE; i++)
        if (pattern_find(c->logs.list[i], text, len, 0, &span) == 1 &&
            (!found || span.from < *at)) {
            *at = span.from;
            found = true;
        }
    return found;
}

/* What stood on the line goes on behind the log line; between a CR and its
 * LF the log line was drawn over it. */
static void keep_head(struct console *c, size_t at)
{
    const struct buf *under = &c->line.under;
    char *head = at || !under->len
                     ? mem_strndup(buf_str(&c->line.cells), at)
                     : mem_strdup(under->data);

    at = strlen(head);

    line_reset(&c->line);
    buf_add(&c->line.cells, head, at);
    c->line.cursor = at;
    c->line.touched = at > 0;
    c->head = at;
    mem_wipe(head);
}

/* Within a line only where its bytes are its text: an encoding's others are
 * not cut in two. */
bool logs_take(struct console *c, const char *raw, size_t len)
{
    char *text;
    size_t at = 0;
    bool found;

    if (!c->take_logs || !c->logs.count ||
        (c->reply_logs && c->phase == PHASE_BODY))
        return false;
    text = console_decode(c, raw, len);
    found = find(c, text, strlen(text), &at) &&
            (at == 0 || (strlen(text) == len && memcmp(text, raw, len) == 0));
    if (found) {
        event_push(c, CONSOLE_LOG, mem_strdup(text + at));
        keep_head(c, at);
        c->broken = false;
        c->view_stale = true;
    }
    mem_wipe(text);
    return found;
}

void console_take_logs(struct console *c, bool take, const char *own)
{
    struct err e = {0};

    c->take_logs = take;
    pattern_free(c->own_logs);
    c->own_logs = own && own[0] ? pattern_new(own, "logs", &e) : NULL;
    c->reply_logs = own != NULL;
}

/* Where the line begins behind which the log lines are the reply's own; NULL:
 * nowhere, and then nobody can tell them apart. */
static const char *own_begin(struct console *c, const char *text)
{
    while (*text) {
        size_t len = strcspn(text, "\n");

        if (pattern_matches(c->own_logs, text, len))
            return text;
        text += len + (text[len] == '\n');
    }
    return NULL;
}

void logs_sift(struct console *c, struct console_reply *r)
{
    const char *own = c->take_logs && c->own_logs ? own_begin(c, r->text)
                                                  : NULL;
    struct buf out = {0};

    if (!own)
        return;
    for (const char *s = r->text; s < own;) {
        size_t len = strcspn(s, "\n"), at = 1;

        if (find(c, s, len, &at) && at == 0)
            event_push(c, CONSOLE_LOG, mem_strndup(s, len));
        else
            buf_add(&out, s, len + 1);
        s += len + 1;
    }
    buf_adds(&out, own);
    mem_wipe(r->text);
    r->text = buf_take(&out);
}

bool logs_half(struct console *c, const char *line, size_t len)
{
    size_t at;

    return c->take_logs && find(c, line, len, &at);
}

void logs_redrawn(struct console *c)
{
    struct buf *cells = &c->line.cells;

    if (cells->len != 2 * c->head ||
        memcmp(cells->data, cells->data + c->head, c->head) != 0)
        return;
    /* A row may well say the same twice. */
    if (c->phase == PHASE_BODY &&
        !prompts_match(c->prompts, cells->data, c->head))
        return;
    buf_drop(cells, c->head);
    c->line.cursor -= c->head;
    c->head = 0;
    c->view_stale = true;
}

void logs_broken(struct console *c)
{
    if (c->take_logs && c->logs.count)
        c->broken = true;
    else
        console_say_late(c);
}
