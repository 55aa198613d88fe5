#include "line.h"

#include <string.h>

static void move_to(struct line *l, size_t at)
{
    l->cursor = at < LINE_MAX_BYTES ? at : LINE_MAX_BYTES;
    if (at < l->cells.len)
        l->rewritten = true;
}

static void pad(struct line *l)
{
    while (l->cells.len < l->cursor)
        buf_addc(&l->cells, ' ');
}

static void put_cell(struct line *l, unsigned char byte)
{
    if (l->cursor >= LINE_MAX_BYTES) {
        l->cut = true;
        return;
    }
    pad(l);
    if (l->cursor == 0 && l->cells.len && !l->under.len)
        buf_add(&l->under, l->cells.data, l->cells.len);
    if (l->cursor < l->cells.len) {
        l->cells.data[l->cursor] = (char)byte;
        l->rewritten = true;
    } else {
        buf_addc(&l->cells, (char)byte);
    }
    l->cursor++;
}

static void cut_after(struct line *l, size_t at)
{
    if (at < l->cells.len) {
        l->cells.len = at;
        l->cells.data[at] = '\0';
    }
}

/* ESC [ n K */
static void erase_line(struct line *l, unsigned how)
{
    size_t to = l->cursor + 1;

    if (how == 0) {
        cut_after(l, l->cursor);
        return;
    }
    if (how == 2 || to > l->cells.len)
        to = l->cells.len;
    if (to)
        memset(l->cells.data, ' ', to);
    l->rewritten = true;
}

/* ESC [ n P: the rest moves left. */
static void delete_cells(struct line *l, size_t n)
{
    size_t left = l->cursor < l->cells.len ? l->cells.len - l->cursor : 0;

    if (n > left)
        n = left;
    if (!n)
        return;
    memmove(l->cells.data + l->cursor, l->cells.data + l->cursor + n,
            left - n);
    cut_after(l, l->cells.len - n);
}

/* ESC [ H: elsewhere on the screen, as after clearing it. */
static void home(struct line *l)
{
    cut_after(l, 0);
    l->cursor = 0;
    l->rewritten = true;
}

static void control_sequence(struct line *l, unsigned char final)
{
    size_t n = l->param ? l->param : 1;

    if (final == 'K')
        erase_line(l, l->param);
    else if (final == 'J')
        erase_line(l, l->param ? 2 : 0);
    else if (final == 'C')
        l->cursor = l->cursor + n < LINE_MAX_BYTES ? l->cursor + n
                                                   : LINE_MAX_BYTES;
    else if (final == 'D')
        move_to(l, l->cursor > n ? l->cursor - n : 0);
    else if (final == 'G')
        move_to(l, n - 1);
    else if (final == 'P')
        delete_cells(l, n);
    else if (final == 'H' || final == 'f')
        home(l);
}

static void in_escape(struct line *l, unsigned char byte)
{
    l->escape = LINE_PLAIN;
    if (byte == '[') {
        l->escape = LINE_CSI;
        l->param = 0;
        l->first_param = true;
    } else if (byte == ']' || byte == 'P' || byte == '^' || byte == '_' ||
               byte == 'X') {
        l->escape = LINE_STRING;
    } else if (byte >= 0x20 && byte <= 0x2F) {
        l->escape = LINE_CHARSET;
    }
}

static void in_sequence(struct line *l, unsigned char byte)
{
    if (byte >= '0' && byte <= '9') {
        if (l->first_param && l->param < LINE_MAX_BYTES)
            l->param = l->param * 10 + (byte - '0');
        return;
    }
    if (byte >= 0x20 && byte <= 0x3F) {
        l->first_param = false;
        return;
    }
    l->escape = LINE_PLAIN;
    if (byte >= 0x40 && byte <= 0x7E)
        control_sequence(l, byte);
}

/* One byte of an escape sequence; a control ends it (so that noise cannot
 * swallow the lines that follow). */
static void escape_byte(struct line *l, unsigned char byte)
{
    switch (l->escape) {
    case LINE_ESC:
        in_escape(l, byte);
        break;
    case LINE_CSI:
        in_sequence(l, byte);
        break;
    case LINE_STRING:
        if (byte == 0x07)
            l->escape = LINE_PLAIN;
        break;
    case LINE_STRING_ESC:
    case LINE_CHARSET:
    case LINE_PLAIN:
        l->escape = LINE_PLAIN;
        break;
    }
}

static void control(struct line *l, unsigned char byte)
{
    if (byte == '\r')
        l->cursor = l->fold ? l->cursor / l->fold * l->fold : 0;
    else if (byte == '\b' && l->cursor)
        move_to(l, l->cursor - 1);
    else if (byte == '\t')
        put_cell(l, byte);
}

bool line_put(struct line *l, unsigned char byte)
{
    if (byte != '\r' && byte != '\n' && byte != '\0')
        l->touched = true;
    if (byte == '\n') {
        l->escape = LINE_PLAIN;
        return true;
    }
    if (byte == 0x1B)
        l->escape = l->escape == LINE_STRING ? LINE_STRING_ESC : LINE_ESC;
    else if (l->escape != LINE_PLAIN && (byte >= 0x20 || byte == 0x07))
        escape_byte(l, byte);
    else if (byte < 0x20)
        control(l, byte);
    else if (byte != 0x7F)
        put_cell(l, byte);
    return false;
}

size_t line_length(const struct line *l)
{
    size_t len = l->cells.len;

    /* While it is drawn, blanks before the cursor belong to the text. */
    if (l->rewritten)
        while (len > l->cursor && l->cells.data[len - 1] == ' ')
            len--;
    return len;
}

static void clear(struct line *l)
{
    buf_clear(&l->cells);
    if (l->under.len)
        buf_clear(&l->under);
    l->cursor = 0;
    l->touched = false;
    l->cut = false;
    l->escape = LINE_PLAIN;
}

void line_reset(struct line *l)
{
    clear(l);
    l->rewritten = false;
}

void line_erase(struct line *l)
{
    clear(l);
    l->rewritten = true;
}

void line_free(struct line *l)
{
    buf_wipe(&l->cells);
    buf_wipe(&l->under);
}
