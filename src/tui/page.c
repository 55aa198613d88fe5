#include "page.h"

#include <curses.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "kiriwake/buf.h"
#include "kiriwake/mem.h"
#include "kiriwake/text.h"

static void remove_lines(struct page *p)
{
    for (size_t i = 0; i < p->count; i++) {
        free(p->lines[i].head);
        free(p->lines[i].text);
    }
    p->count = 0;
}

void page_begin(struct page *p, int cols)
{
    remove_lines(p);
    p->cols = cols > 4 ? cols : 4;
}

void page_free(struct page *p)
{
    remove_lines(p);
    free(p->lines);
    *p = (struct page){0};
}

static struct page_line *add(struct page *p)
{
    p->lines = mem_grow(p->lines, &p->cap, p->count + 1, sizeof *p->lines);
    p->lines[p->count] = (struct page_line){0};
    return &p->lines[p->count++];
}

/* What is being added, for the callback of text_wrap. */
struct item {
    struct page *page;
    const char *head;
    enum style head_style, style;
    int gutter;
};

static void add_line(void *arg, const char *s, size_t len)
{
    struct item *it = arg;
    struct page_line *l = add(it->page);

    l->text = mem_strndup(s, len);
    l->style = it->style;
    l->gutter = it->gutter;
    if (it->head) {
        l->head = mem_strdup(it->head);
        l->head_style = it->head_style;
        it->head = NULL;        /* only on the first line */
    }
}

void page_item(struct page *p, int gutter, enum style head_style,
               const char *head, enum style style, const char *text)
{
    struct item it = {p, head, head_style, style, gutter};

    text_wrap(text, p->cols - gutter, add_line, &it);
}

void page_text(struct page *p, enum style style, const char *text)
{
    page_item(p, 0, STYLE_PLAIN, NULL, style, text);
}

void page_clip(struct page *p, int gutter, enum style head_style,
               const char *head, enum style style, const char *text)
{
    struct item it = {p, head, head_style, style, gutter};

    add_line(&it, text, strlen(text));
}

/* The line with tabs at every 8 columns and its control bytes shown. */
static char *expand(const char *line)
{
    struct buf b = {0};
    struct buf safe = {0};
    int col = 0;

    text_add_safe(&safe, line, strcspn(line, "\n"));
    for (const char *s = buf_str(&safe); *s; s++) {
        int n = *s == '\t' ? 8 - col % 8 : 1;

        if (*s == '\t')
            buf_printf(&b, "%*s", n, "");
        else
            buf_addc(&b, *s);
        if (((unsigned char)*s & 0xC0) != 0x80)
            col += n;
    }
    buf_free(&safe);
    return buf_take(&b);
}

void page_raw(struct page *p, int gutter, enum style head_style,
              const char *head, enum style style, const char *line)
{
    struct item it = {p, head, head_style, style, gutter};
    char *all = expand(line), *s = all;
    int cols = p->cols - gutter;

    do {
        size_t n = text_fit(s, cols > 2 ? cols : 2);

        if (!n && *s)
            n = 1;
        add_line(&it, s, n);
        s += n;
    } while (*s);
    free(all);
}

void page_gap(struct page *p)
{
    const struct page_line *last = p->count ? &p->lines[p->count - 1] : NULL;

    if (last && (last->head || last->text[0]))
        page_text(p, STYLE_PLAIN, "");
}

void page_clamp(const struct page *p, int rows, int *top)
{
    int max = (int)p->count - rows;

    if (*top > max)
        *top = max;
    if (*top < 0)
        *top = 0;
}

static void draw_line(const struct paint *paint, const struct page_line *l,
                      int y, struct rect r)
{
    if (l->head)
        paint_fill(paint, y, r.x, l->gutter, l->head_style, l->head);
    else if (l->style == STYLE_CHOSEN)
        paint_fill(paint, y, r.x, l->gutter, l->style, "");
    if (l->style == STYLE_CHOSEN)
        paint_fill(paint, y, r.x + l->gutter, r.cols - l->gutter, l->style,
                   l->text);
    else
        paint_text(paint, y, r.x + l->gutter, r.cols - l->gutter, l->style,
                   l->text);
}

void page_draw(const struct page *p, const struct paint *paint,
               struct rect r, int top)
{
    page_clamp(p, r.rows, &top);
    for (int i = 0; i < r.rows && (size_t)(top + i) < p->count; i++)
        draw_line(paint, &p->lines[top + i], r.y + i, r);
    if (top > 0)
        paint_text(paint, r.y, r.x + r.cols - 1, 1, STYLE_NOW, "↑");
    if ((size_t)(top + r.rows) < p->count)
        paint_text(paint, r.y + r.rows - 1, r.x + r.cols - 1, 1, STYLE_NOW,
                   "↓");
}

bool page_scroll(int ch, int rows, int *top)
{
    int page = rows > 1 ? rows - 1 : 1;

    switch (ch) {
    case KEY_UP: case 'k': *top -= 1; return true;
    case KEY_DOWN: case 'j': *top += 1; return true;
    case KEY_PPAGE: *top -= page; return true;
    case KEY_NPAGE: *top += page; return true;
    case KEY_HOME: *top = 0; return true;
    case KEY_END: *top = INT_MAX / 2; return true;
    default: return false;
    }
}
