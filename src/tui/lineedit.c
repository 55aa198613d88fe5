#include "lineedit.h"

#include <curses.h>
#include <string.h>
#include <unistr.h>
#include <wchar.h>

#include "kiriwake/buf.h"
#include "kiriwake/mem.h"
#include "kiriwake/text.h"

#define CTRL(c) ((c) & 0x1F)

static void insert(struct lineedit *l, wchar_t c)
{
    if (l->len == LINEEDIT_MAX)
        return;
    wmemmove(l->text + l->at + 1, l->text + l->at, l->len - l->at + 1);
    l->text[l->at++] = c;
    l->len++;
}

/* Removes the characters from..at (either order). */
static void cut(struct lineedit *l, size_t from, size_t to)
{
    wmemmove(l->text + from, l->text + to, l->len - to + 1);
    l->len -= to - from;
    l->at = from;
}

void lineedit_set(struct lineedit *l, const char *text)
{
    size_t len = strlen(text), n;
    uint32_t cp;

    lineedit_wipe(l);
    for (; (n = text_decode(text, len, &cp)) > 0; text += n, len -= n)
        insert(l, (wchar_t)cp);
}

static void encode(struct buf *b, uint32_t c)
{
    uint8_t bytes[6];
    int n = u8_uctomb(bytes, c, sizeof bytes);

    if (n > 0)
        buf_add(b, bytes, (size_t)n);
}

char *lineedit_get(const struct lineedit *l)
{
    struct buf b = {0};
    char *s;

    for (size_t i = 0; i < l->len; i++)
        encode(&b, (uint32_t)l->text[i]);
    s = mem_strdup(buf_str(&b));
    buf_wipe(&b);
    return s;
}

void lineedit_wipe(struct lineedit *l)
{
    explicit_bzero(l->text, sizeof l->text);
    l->len = l->at = 0;
}

static size_t word_start(const struct lineedit *l)
{
    size_t i = l->at;

    while (i > 0 && l->text[i - 1] == L' ')
        i--;
    while (i > 0 && l->text[i - 1] != L' ')
        i--;
    return i;
}

static bool special_key(struct lineedit *l, int ch)
{
    switch (ch) {
    case KEY_LEFT: l->at -= l->at > 0; return true;
    case KEY_RIGHT: l->at += l->at < l->len; return true;
    case KEY_HOME: l->at = 0; return true;
    case KEY_END: l->at = l->len; return true;
    case KEY_BACKSPACE:
        if (l->at)
            cut(l, l->at - 1, l->at);
        return true;
    case KEY_DC:
        if (l->at < l->len)
            cut(l, l->at, l->at + 1);
        return true;
    default: return false;
    }
}

static bool control_key(struct lineedit *l, int ch)
{
    switch (ch) {
    case CTRL('a'): return special_key(l, KEY_HOME);
    case CTRL('e'): return special_key(l, KEY_END);
    case CTRL('b'): return special_key(l, KEY_LEFT);
    case CTRL('f'): return special_key(l, KEY_RIGHT);
    case CTRL('d'): return special_key(l, KEY_DC);
    case CTRL('h'): case 127: return special_key(l, KEY_BACKSPACE);
    case CTRL('u'): cut(l, 0, l->at); return true;
    case CTRL('w'): cut(l, word_start(l), l->at); return true;
    case CTRL('k'):
        l->text[l->at] = L'\0';
        l->len = l->at;
        return true;
    default: return false;
    }
}

bool lineedit_key(struct lineedit *l, int ch, bool special)
{
    if (special)
        return special_key(l, ch);
    if (ch < 32 || ch == 127)
        return control_key(l, ch);
    insert(l, (wchar_t)ch);
    return true;
}

static int width_of(const struct lineedit *l, size_t from, size_t to)
{
    int w = 0;

    for (size_t i = from; i < to; i++)
        w += text_cp_width((uint32_t)l->text[i]);
    return w;
}

void lineedit_draw(const struct lineedit *l, const struct paint *p, int y,
                   int x, int cols)
{
    struct buf b = {0};
    size_t first = 0;

    paint_fill(p, y, x, cols, STYLE_PLAIN, "");
    if (!l->hidden) {
        while (first < l->at && width_of(l, first, l->at) >= cols)
            first++;
        for (size_t i = first; i < l->len; i++)
            encode(&b, (uint32_t)l->text[i]);
        paint_text(p, y, x, cols, STYLE_TITLE, buf_str(&b));
        x += width_of(l, first, l->at);
    }
    buf_wipe(&b);
    move(y, x);
    curs_set(1);
}
