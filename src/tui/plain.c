/* Text without any frame, so that the mouse can select it. */
#include "screen.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"

struct plain {
    char *text, *title;
    int top;
};

static void *plain_init(struct tui *t, const void *arg)
{
    const struct plain_arg *a = arg;
    struct plain *p = mem_zalloc(sizeof *p);

    (void)t;
    p->text = mem_strdup(a->text);
    p->title = mem_strdup(a->title);
    return p;
}

static void plain_free(void *state)
{
    struct plain *p = state;

    free(p->text);
    free(p->title);
    free(p);
}

static const struct key keys[];

static void plain_draw(struct tui *t, void *state)
{
    struct plain *p = state;
    struct page page = {0};
    struct rect in = {0, 0, LINES - 2, COLS};

    paint_blank((struct rect){0, 0, LINES, COLS});
    page_begin(&page, COLS);
    for (const char *s = p->text; *s; s += strcspn(s, "\n"),
                                     s += *s == '\n')
        page_raw(&page, 0, STYLE_PLAIN, NULL, STYLE_PLAIN, s);
    page_clamp(&page, in.rows, &p->top);
    page_draw(&page, &t->paint, in, p->top);
    paint_rule(&t->paint, LINES - 2, 0, COLS, false, p->title);
    frame_draw_keys(t, keys, LINES - 1);
    page_free(&page);
}

static bool plain_key(struct tui *t, void *state, int ch, bool special)
{
    struct plain *p = state;

    (void)t;
    return special && page_scroll(ch, LINES - 2, &p->top);
}

static void key_back(struct tui *t, void *state)
{
    (void)state;
    screen_pop(t);
}

static const struct key keys[] = {
    {27, "Esc", N_("Back"), key_back, NULL},
    {'q', NULL, NULL, key_back, NULL},
    {'\n', NULL, NULL, key_back, NULL},
    {'\r', NULL, NULL, key_back, NULL},
    {'y', NULL, NULL, key_back, NULL},
    {3, NULL, NULL, key_back, NULL},
    {0},
};

const struct mode mode_plain = {
    .name = "plain",
    .keys = keys,
    .init = plain_init,
    .draw = plain_draw,
    .key = plain_key,
    .free = plain_free,
};
