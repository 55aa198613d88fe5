#include "kiriwake/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "kiriwake/buf.h"
#include "kiriwake/text.h"

/* What snprintf cut off in the middle of a character goes, whole. */
static void drop_cut(char *s)
{
    size_t n = strlen(s), back = 0;

    while (back < 3 && back < n && ((unsigned char)s[n - 1 - back] & 0xC0) ==
                                       0x80)
        back++;
    if (back < n && !text_is_utf8(s + n - 1 - back, back + 1))
        s[n - 1 - back] = '\0';
}

/* A bad file's bytes are shown, never sent to the terminal as they are. */
static void make_safe(struct err *e)
{
    struct buf b = {0};

    text_add_safe(&b, e->what, strlen(e->what));
    snprintf(e->what, sizeof e->what, "%s", buf_str(&b));
    drop_cut(e->what);
    buf_free(&b);
}

int err_set(struct err *e, int status, const char *fmt, ...)
{
    va_list ap;

    e->status = status;
    va_start(ap, fmt);
    vsnprintf(e->what, sizeof e->what, fmt, ap);
    va_end(ap);
    drop_cut(e->what);
    return -1;
}

void err_hint(struct err *e, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(e->hint, sizeof e->hint, fmt, ap);
    va_end(ap);
}

void err_stage(struct err *e, const char *stage)
{
    snprintf(e->stage, sizeof e->stage, "%s", stage);
}

static const char *line_start(const char *text, int line)
{
    while (line > 1 && text) {
        text = strchr(text, '\n');
        if (text)
            text++;
        line--;
    }
    return text;
}

/* The line and a caret below its column; tabs stay tabs to keep the place. */
static void show_line(struct err *e, const char *at, int col)
{
    size_t used = strlen(e->what), len = strcspn(at, "\r\n");
    char *out = e->what + used;
    size_t room = sizeof e->what - used;
    char pad[200];
    size_t n = 0;

    if (len > 160)
        len = 160;
    while (len && ((unsigned char)at[len] & 0xC0) == 0x80)
        len--;
    for (int i = 1; i < col && n < sizeof pad - 1 && n < len; i++, n++)
        pad[n] = at[n] == '\t' ? '\t' : ' ';
    pad[n] = '\0';
    snprintf(out, room, "\n  %.*s\n  %s^", (int)len, at, pad);
}

int err_at(struct err *e, const char *name, const char *text, int line,
           int col, const char *fmt, ...)
{
    char msg[600];
    va_list ap;
    const char *at;

    va_start(ap, fmt);
    vsnprintf(msg, sizeof msg, fmt, ap);
    va_end(ap);
    e->status = EXIT_DATA;
    snprintf(e->what, sizeof e->what, "%s:%d:%d: %s", name, line, col, msg);
    at = text ? line_start(text, line) : NULL;
    if (at)
        show_line(e, at, col);
    make_safe(e);
    return -1;
}
