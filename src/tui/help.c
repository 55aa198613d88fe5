/* Help: what the screen shows and what the keys do. */
#include "screen.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"

struct help {
    int top;
};

static void *help_init(struct tui *t, const void *arg)
{
    (void)t;
    (void)arg;
    return mem_zalloc(sizeof(struct help));
}

static const struct {
    const char *key, *text;
} rows[] = {
    {NULL, N_("Marks in the path")},
    {"normal", N_("normal")},
    {"abnormal", N_("abnormal")},
    {"unreadable", N_("could not be read: it decides nothing")},
    {"skipped", N_("skipped: needs a permission that was not given")},
    {"answered", N_("answered or decided by a person")},
    {"now", N_("the check point at work")},
    {NULL, N_("Moving about")},
    {"Tab", N_("next pane: path, check point, dialogue")},
    {"z", N_("zoom: the pane alone, with whole replies")},
    {"↑ ↓ PgUp PgDn", N_("scroll; in the path: look at earlier ones")},
    {"Enter", N_("answer; in the path: show that check point")},
    {NULL, N_("Leading the walk")},
    {"p Space", N_("pause: no further command is sent; again: go on")},
    {"s", N_("one check point, then pause")},
    {"r", N_("read this check point again")},
    {"b", N_("back to the last answer")},
    {"m", N_("decide this check point by hand, with a remark")},
    {":", N_("send one read command to the device")},
    {"! ^T", N_("a plain terminal on the line; ^] closes it")},
    {NULL, N_("At the end")},
    {"y", N_("copy the fix, and show it for the mouse")},
    {"f a", N_("back to the findings; back to the question")},
    {"e", N_("correct the target, or go to another device")},
    {NULL, N_("Always")},
    {"L", N_("English or Japanese")},
    {"q ^C", N_("leave: changes are undone, the case can be resumed")},
    {"^L", N_("paint the screen again")},
    {NULL, N_("What is sent to the device")},
    {"", N_("Only commands that read, unless you consent to exactly the "
            "ones that are shown. Secrets in replies are replaced before "
            "they are shown or kept.")},
};

static void help_page(const struct tui *t, struct page *p)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        enum style style;
        const char *mark;

        if (!rows[i].key) {
            page_gap(p);
            page_text(p, STYLE_LABEL, _(rows[i].text));
            continue;
        }
        mark = paint_mark(&t->paint, rows[i].key, &style);
        if (mark[0] == ' ')
            page_item(p, 16, STYLE_TITLE, rows[i].key, STYLE_PLAIN,
                      _(rows[i].text));
        else
            page_item(p, 16, style, mark, STYLE_PLAIN, _(rows[i].text));
    }
}

static const struct key keys[];

static void help_draw(struct tui *t, void *state)
{
    struct help *h = state;
    struct rect in = {1, 2, LINES - 2, COLS - 3};
    struct page p = {0};

    paint_blank((struct rect){0, 0, LINES, COLS});
    paint_rule(&t->paint, 0, 0, COLS, true, _("Help"));
    page_begin(&p, in.cols - 1);
    help_page(t, &p);
    page_clamp(&p, in.rows, &h->top);
    page_draw(&p, &t->paint, in, h->top);
    frame_draw_keys(t, keys, LINES - 1);
    page_free(&p);
}

static bool help_key(struct tui *t, void *state, int ch, bool special)
{
    struct help *h = state;

    (void)t;
    return (special || ch == 'j' || ch == 'k') &&
           page_scroll(ch, LINES - 2, &h->top);
}

static void key_close(struct tui *t, void *state)
{
    (void)state;
    screen_pop(t);
}

static void key_more(struct tui *t, void *state)
{
    struct help *h = state;

    (void)t;
    h->top += LINES - 3;
}

static const struct key keys[] = {
    {27, "Esc", N_("Close"), key_close, NULL},
    {'q', NULL, NULL, key_close, NULL},
    {'?', NULL, NULL, key_close, NULL},
    {KEY_F(1), NULL, NULL, key_close, NULL},
    {'\n', NULL, NULL, key_close, NULL},
    {'\r', NULL, NULL, key_close, NULL},
    {3, NULL, NULL, key_close, NULL},
    {' ', NULL, NULL, key_more, NULL},
    {KEY_NPAGE, "PgDn", N_("More"), key_more, NULL},
    {0},
};

const struct mode mode_help = {
    .name = "help",
    .keys = keys,
    .init = help_init,
    .draw = help_draw,
    .key = help_key,
    .free = free,
};
