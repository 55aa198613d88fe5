#include "paint.h"

#include <curses.h>
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>

#include "kiriwake/buf.h"
#include "kiriwake/text.h"

static const struct {
    attr_t mono, attr;
    short colour;               /* foreground; -1: the terminal's own */
} styles[STYLE_COUNT] = {
    [STYLE_PLAIN] = {A_NORMAL, A_NORMAL, -1},
    [STYLE_TITLE] = {A_BOLD, A_BOLD, -1},
    [STYLE_LABEL] = {A_UNDERLINE, A_NORMAL, COLOR_CYAN},
    [STYLE_DIM] = {A_NORMAL, A_DIM, -1},
    [STYLE_OK] = {A_NORMAL, A_NORMAL, COLOR_GREEN},
    [STYLE_BAD] = {A_BOLD, A_BOLD, COLOR_RED},
    [STYLE_WARN] = {A_BOLD, A_NORMAL, COLOR_YELLOW},
    [STYLE_NOW] = {A_BOLD, A_BOLD, COLOR_CYAN},
    [STYLE_HUMAN] = {A_BOLD, A_NORMAL, COLOR_MAGENTA},
    [STYLE_HIT] = {A_BOLD, A_BOLD, COLOR_YELLOW},
    [STYLE_SENT] = {A_BOLD, A_BOLD, COLOR_CYAN},
    [STYLE_CHOSEN] = {A_REVERSE, A_REVERSE, -1},
    [STYLE_BAR] = {A_REVERSE, A_REVERSE, -1},
    [STYLE_KEY] = {A_BOLD, A_BOLD, -1},
    [STYLE_RULE] = {A_NORMAL, A_DIM, -1},
    [STYLE_RULE_ON] = {A_BOLD, A_BOLD, COLOR_CYAN},
};

/* What stands for a character that an ASCII screen cannot show. */
static const struct {
    uint32_t cp;
    const char *ascii;
} stand_ins[] = {
    {0x2026, "..."}, {0x2192, "->"}, {0x2014, "-"}, {0x2013, "-"},
    {0x2039, "<"}, {0x203A, ">"}, {0x201C, "\""}, {0x201D, "\""},
    {0x2019, "'"}, {0x00D7, "x"}, {0x00B7, "|"}, {0x2022, "*"},
    {0x2190, "<-"}, {0x2191, "^"}, {0x2193, "v"}, {0x21AA, ">"},
};

static const struct {
    const char *outcome, *mark, *ascii;
    enum style style;
} marks[] = {
    {"normal", "✓", "+", STYLE_OK},
    {"abnormal", "✗", "x", STYLE_BAD},
    {"unreadable", "?", "?", STYLE_WARN},
    {"skipped", "–", "-", STYLE_DIM},
    {"answered", "✎", "*", STYLE_HUMAN},
    {"now", "●", ">", STYLE_NOW},
};

static bool has_few_glyphs(void)
{
    const char *term = getenv("TERM");

    return !term || strncmp(term, "linux", 5) == 0 ||
           strncmp(term, "vt", 2) == 0;
}

void paint_init(struct paint *p)
{
    const char *no_color = getenv("NO_COLOR");

    p->ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
    p->plain_marks = p->ascii || has_few_glyphs();
    p->colour = !(no_color && no_color[0]) && has_colors();
    if (!p->colour)
        return;
    start_color();
    use_default_colors();
    for (short i = COLOR_RED; i <= COLOR_CYAN; i++)
        init_pair(i, i, -1);
}

static attr_t style_attrs(const struct paint *p, enum style s, short *pair)
{
    *pair = 0;
    if (!p->colour)
        return styles[s].mono;
    if (styles[s].colour > 0)
        *pair = styles[s].colour;
    return styles[s].attr;
}

static const char *ascii_of(uint32_t cp)
{
    for (size_t i = 0; i < sizeof stand_ins / sizeof stand_ins[0]; i++)
        if (stand_ins[i].cp == cp)
            return stand_ins[i].ascii;
    return text_cp_width(cp) == 2 ? "??" : text_cp_width(cp) ? "?" : "";
}

/* Bytes fit for this terminal; caller frees the buffer. */
static void make_safe(const struct paint *p, struct buf *out, const char *s)
{
    struct buf safe = {0};
    const char *at;
    size_t len, n;
    uint32_t cp;

    text_add_safe(&safe, s, strlen(s));
    at = buf_str(&safe);
    len = safe.len;
    for (; (n = text_decode(at, len, &cp)) > 0; at += n, len -= n) {
        if (cp == '\t' || cp == '\n')
            buf_addc(out, ' ');
        else if (p->ascii && cp > 126)
            buf_adds(out, ascii_of(cp));
        else
            buf_add(out, at, n);
    }
    buf_free(&safe);
}

/* UTF-8 to wide characters; what does not fit ends in the mark more.
 * Returns the columns. */
static int widen(const char *s, int cols, wchar_t more, wchar_t *out,
                 size_t room)
{
    size_t len = strlen(s), n, at = 0;
    uint32_t cp;
    int used = 0;

    for (; (n = text_decode(s, len, &cp)) > 0; s += n, len -= n) {
        int w = text_cp_width(cp);

        if (used + w > cols || at + 1 >= room)
            break;
        out[at++] = (wchar_t)cp;
        used += w;
    }
    while (n && at && used + 1 > cols)
        used -= text_cp_width((uint32_t)out[--at]);
    if (n && used < cols) {
        out[at++] = more;
        used++;
    }
    out[at] = L'\0';
    return used;
}

int paint_text(const struct paint *p, int y, int x, int cols,
               enum style style, const char *s)
{
    wchar_t wide[1024];
    struct buf b = {0};
    short pair;
    attr_t attrs = style_attrs(p, style, &pair);
    int used;

    if (cols <= 0 || y < 0 || y >= LINES || x >= COLS)
        return 0;
    make_safe(p, &b, s);
    used = widen(buf_str(&b), cols, p->ascii ? L'~' : L'…', wide,
                 sizeof wide / sizeof wide[0]);
    attr_set(attrs, pair, NULL);
    mvaddwstr(y, x, wide);
    attr_set(A_NORMAL, 0, NULL);
    buf_free(&b);
    return used;
}

void paint_fill(const struct paint *p, int y, int x, int cols,
                enum style style, const char *s)
{
    int used = paint_text(p, y, x, cols, style, s);
    short pair;
    attr_t attrs = style_attrs(p, style, &pair);

    if (cols - used <= 0 || y < 0 || y >= LINES)
        return;
    attr_set(attrs, pair, NULL);
    mvhline(y, x + used, ' ', cols - used);
    attr_set(A_NORMAL, 0, NULL);
}

static void line_of(const struct paint *p, bool horizontal, int y, int x,
                    int n)
{
    if (n <= 0)
        return;
    if (horizontal && p->ascii)
        mvhline(y, x, '-', n);
    else if (horizontal)
        mvhline_set(y, x, WACS_HLINE, n);
    else if (p->ascii)
        mvvline(y, x, '|', n);
    else
        mvvline_set(y, x, WACS_VLINE, n);
}

void paint_rule(const struct paint *p, int y, int x, int cols, bool on,
                const char *title)
{
    enum style s = on ? STYLE_RULE_ON : STYLE_RULE;
    short pair;
    attr_t attrs = style_attrs(p, s, &pair);

    attr_set(attrs, pair, NULL);
    line_of(p, true, y, x, cols);
    attr_set(A_NORMAL, 0, NULL);
    if (!title[0] || cols < 6)
        return;
    paint_text(p, y, x + 1, 1, STYLE_PLAIN, " ");
    x += 2 + paint_text(p, y, x + 2, cols - 4,
                        on ? STYLE_RULE_ON : STYLE_LABEL, title);
    paint_text(p, y, x, 1, STYLE_PLAIN, " ");
}

void paint_vertical(const struct paint *p, int y, int x, int rows)
{
    short pair;
    attr_t attrs = style_attrs(p, STYLE_RULE, &pair);

    attr_set(attrs, pair, NULL);
    line_of(p, false, y + 1, x, rows - 1);
    if (p->ascii)
        mvaddch(y, x, '+');
    else
        mvadd_wch(y, x, WACS_TTEE);
    attr_set(A_NORMAL, 0, NULL);
}

void paint_blank(struct rect r)
{
    for (int i = 0; i < r.rows; i++)
        mvhline(r.y + i, r.x, ' ', r.cols);
}

const char *paint_mark(const struct paint *p, const char *outcome,
                       enum style *style)
{
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (strcmp(marks[i].outcome, outcome) == 0) {
            *style = marks[i].style;
            return p->plain_marks ? marks[i].ascii : marks[i].mark;
        }
    *style = STYLE_DIM;
    return " ";
}

const char *paint_describe(unsigned long attrs, int pair)
{
    static const char *const colours[] = {
        "", "red", "green", "yellow", "blue", "magenta", "cyan"};

    if (pair > 0 && pair <= COLOR_CYAN)
        return colours[pair];
    return attrs & A_REVERSE ? "reverse" : attrs & A_BOLD ? "bold" :
           attrs & A_DIM ? "dim" : attrs & A_UNDERLINE ? "underline" : "";
}
