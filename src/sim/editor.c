#include "editor.h"

#include <string.h>

#define MAX_LINE 1024

/* Columns of text in one row of the screen. */
static size_t row_size(const struct editor *ed)
{
    if (ed->width <= ed->indent + 1)
        return 0;
    return ed->width - 1 - ed->indent;
}

static void fold(const struct editor *ed, struct buf *out)
{
    buf_adds(out, "\r\n");
    for (size_t i = 0; i < ed->indent; i++)
        buf_addc(out, ' ');
}

/* Echoes the character at position at. */
static void put(const struct editor *ed, size_t at, struct buf *out)
{
    size_t row = row_size(ed);

    if (row && at && at % row == 0)
        fold(ed, out);
    buf_addc(out, ed->line.data[at]);
}

void editor_begin(struct editor *ed, size_t indent)
{
    buf_clear(&ed->line);
    ed->indent = indent;
}

void editor_show(const struct editor *ed, struct buf *out)
{
    for (size_t i = 0; ed->echo && i < ed->line.len; i++)
        put(ed, i, out);
}

static void rub_out(struct editor *ed, struct buf *out)
{
    size_t row = row_size(ed);

    if (!ed->line.len)
        return;
    ed->line.data[--ed->line.len] = '\0';
    if (!ed->echo)
        return;
    if (row && ed->line.len && ed->line.len % row == 0)
        buf_adds(out, "\b \b\x1b[A\x1b[999C");  /* back to the row above */
    else
        buf_adds(out, "\b \b");
}

static enum editor_key end_line(struct editor *ed, struct buf *out,
                                enum editor_key key)
{
    if (!ed->quiet_end)
        buf_adds(out, "\r\n");
    return key;
}

enum editor_key editor_key(struct editor *ed, char c, struct buf *out)
{
    bool after_cr = ed->after_cr;

    ed->after_cr = c == '\r';
    if (after_cr && (c == '\n' || c == '\0'))
        return EDITOR_MORE;
    if (c == '\r' || c == '\n')
        return end_line(ed, out, EDITOR_LINE);
    if (c == 3 || c == 26) {
        buf_clear(&ed->line);
        return end_line(ed, out, c == 3 ? EDITOR_BREAK : EDITOR_END);
    }
    if (c == '\b' || c == 127) {
        rub_out(ed, out);
    } else if (c == 21) {
        while (ed->line.len)
            rub_out(ed, out);
    } else if ((unsigned char)c >= ' ' && ed->line.len < MAX_LINE) {
        buf_addc(&ed->line, c);
        if (ed->echo)
            put(ed, ed->line.len - 1, out);
    }
    return EDITOR_MORE;
}
