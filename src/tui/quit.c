/* Leaving a walk that is not done. */
#include "screen.h"

#include <curses.h>

#include "kiriwake/msg.h"

static const struct key keys[];

static void quit_draw(struct tui *t, void *state)
{
    struct page p = {0};
    struct rect r = {0, 0, 0, COLS};

    (void)state;
    page_begin(&p, COLS - 2);
    page_text(&p, STYLE_PLAIN,
              t->ro.no_journal
              ? _("Leaving undoes what was changed, leaves the device's "
                  "modes and logs out. Nothing of this case is kept "
                  "(--no-journal).")
              : _("Leaving undoes what was changed, leaves the device's "
                  "modes and logs out. The case is kept: go on with it "
                  "later."));
    r.rows = (int)p.count + 2;
    r.y = LINES - r.rows;
    paint_blank(r);
    paint_rule(&t->paint, r.y, 0, COLS, true,
               _("The walk is not done. Leave?"));
    page_draw(&p, &t->paint,
              (struct rect){r.y + 1, 1, (int)p.count, COLS - 2}, 0);
    frame_draw_keys(t, keys, LINES - 1);
    page_free(&p);
}

static bool keeps_nothing(const struct tui *t)
{
    return t->ro.no_journal;
}

static bool keeps_case(const struct tui *t)
{
    return !t->ro.no_journal;
}

static void key_yes(struct tui *t, void *state)
{
    (void)state;
    screen_pop(t);
    screen_leave(t);
}

static void key_other(struct tui *t, void *state)
{
    (void)state;
    screen_pop(t);
    screen_retarget(t);
}

static void key_no(struct tui *t, void *state)
{
    (void)state;
    screen_pop(t);
}

static const struct key keys[] = {
    {'y', "y", N_("Leave, keep the case"), key_yes, keeps_case},
    {'y', "y", N_("Leave"), key_yes, keeps_nothing},
    {'n', "n", N_("Go on"), key_no, NULL},
    {'e', "e", N_("Other device"), key_other, NULL},
    {27, "Esc", N_("Go on"), key_no, NULL},
    {'q', NULL, NULL, key_no, NULL},
    {3, NULL, NULL, key_yes, NULL},
    {0},
};

const struct mode mode_quit = {
    .name = "quit",
    .keys = keys,
    .draw = quit_draw,
};
