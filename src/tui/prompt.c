/* One typed line above the rest of the screen. */
#include "screen.h"

#include <curses.h>
#include <stdlib.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"

struct prompt {
    struct lineedit edit;
    char *title, *hint, *ctx;
    void (*done)(struct tui *t, const char *text, const char *ctx);
};

static void *prompt_init(struct tui *t, const void *arg)
{
    const struct prompt_arg *a = arg;
    struct prompt *p = mem_zalloc(sizeof *p);

    (void)t;
    p->title = mem_strdup(a->title);
    p->hint = mem_strdup(a->hint ? a->hint : "");
    p->ctx = mem_copy(a->ctx);
    p->done = a->done;
    return p;
}

static void prompt_free(void *state)
{
    struct prompt *p = state;

    free(p->title);
    free(p->hint);
    free(p->ctx);
    free(p);
}

static const struct key keys[];

static void prompt_draw(struct tui *t, void *state)
{
    struct prompt *p = state;
    struct page hint = {0};
    struct rect r = {0, 0, 0, COLS};

    page_begin(&hint, COLS - 2);
    page_text(&hint, STYLE_DIM, p->hint);
    r.rows = 2 + (int)hint.count + 1;
    r.y = LINES - r.rows;
    paint_blank(r);
    paint_rule(&t->paint, r.y, 0, COLS, true, p->title);
    page_draw(&hint, &t->paint, (struct rect){r.y + 1, 1, (int)hint.count,
                                              COLS - 2}, 0);
    frame_draw_keys(t, keys, LINES - 1);
    paint_text(&t->paint, LINES - 2, 1, 2, STYLE_NOW, "> ");
    lineedit_draw(&p->edit, &t->paint, LINES - 2, 3, COLS - 4);
    page_free(&hint);
}

static bool prompt_key(struct tui *t, void *state, int ch, bool special)
{
    struct prompt *p = state;

    (void)t;
    if (!special && (ch == '\n' || ch == '\r' || ch == 27 || ch == 3))
        return false;
    return lineedit_key(&p->edit, ch, special);
}

static void key_done(struct tui *t, void *state)
{
    struct prompt *p = state;
    char *text = lineedit_get(&p->edit);
    char *ctx = p->ctx;
    void (*done)(struct tui *, const char *, const char *) = p->done;

    p->ctx = NULL;
    screen_pop(t);              /* p is gone */
    done(t, text, ctx);
    free(text);
    free(ctx);
}

static void key_cancel(struct tui *t, void *state)
{
    (void)state;
    screen_pop(t);
}

static const struct key keys[] = {
    {'\n', "Enter", N_("OK"), key_done, NULL},
    {'\r', NULL, NULL, key_done, NULL},
    {KEY_ENTER, NULL, NULL, key_done, NULL},
    {27, "Esc", N_("Cancel"), key_cancel, NULL},
    {3, NULL, NULL, key_cancel, NULL},
    {0},
};

static enum paste prompt_paste(const void *state)
{
    (void)state;
    return PASTE_LINE;
}

const struct mode mode_prompt = {
    .name = "prompt",
    .keys = keys,
    .init = prompt_init,
    .draw = prompt_draw,
    .key = prompt_key,
    .paste = prompt_paste,
    .free = prompt_free,
};
