/* A plain terminal: the person types, the line answers. What comes is shown
 * as the dialogue shows it; no control byte of the device's reaches this
 * terminal. */
#include "screen.h"

#include <curses.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"

#define CLOSE 0x1D              /* Ctrl-] */
#define BREAK 0x1C              /* Ctrl-\ */

struct terminal {
    bool armed;                 /* the next Ctrl-\ sends a break */
};

bool screen_can_terminal(const struct tui *t)
{
    static const char *const without[] = {"closed", "opening", "lost"};
    const char *session = json_text(t->view, "session");

    for (size_t i = 0; i < sizeof without / sizeof without[0]; i++)
        if (strcmp(without[i], session) == 0)
            return false;
    return screen_is_open(t) && !t->leaving;
}

void screen_key_terminal(struct tui *t, void *state)
{
    struct err e = {0};

    (void)state;
    if (run_terminal(t->run, true, &e) < 0) {
        screen_note(t, true, "%s", e.what);
        return;
    }
    t->look = true;
    t->stale = true;
    t->sent[0] = '\0';          /* nobody waits for it any more */
    screen_push(t, &mode_terminal, NULL);
}

/* --- what is shown --- */

static const struct key keys[];

static void *terminal_init(struct tui *t, const void *arg)
{
    (void)t;
    (void)arg;
    return mem_zalloc(sizeof(struct terminal));
}

static void terminal_page(const struct tui *t, struct page *p, int rows)
{
    dialogue_page(&t->dialogue, p, (size_t)rows);
    page_raw(p, 0, STYLE_NOW, NULL, STYLE_TITLE, json_text(t->view, "line"));
}

static void terminal_draw(struct tui *t, void *state)
{
    struct frame f = frame_layout(false, false);
    struct rect r = f.body, in = {r.y + 1, r.x, r.rows - 1, r.cols};
    struct page p = {0};

    (void)state;
    frame_draw_head(t, &f);
    paint_blank((struct rect){r.y, 0, LINES - r.y, COLS});
    paint_rule(&t->paint, r.y, r.x, r.cols, true,
               _("Terminal: what you type goes to the device"));
    page_begin(&p, in.cols);
    terminal_page(t, &p, in.rows);
    page_draw(&p, &t->paint, in, (int)p.count);     /* the end of it */
    page_free(&p);
    frame_draw_status(t, f.status_y);
    frame_draw_keys(t, keys, f.bar_y);
}

/* --- what is typed --- */

static const struct {
    int key;
    const char *bytes;
} specials[] = {
    {KEY_ENTER, "\r"},    {KEY_BACKSPACE, "\b"}, {KEY_DC, "\x7f"},
    {KEY_UP, "\x1b[A"},   {KEY_DOWN, "\x1b[B"},  {KEY_RIGHT, "\x1b[C"},
    {KEY_LEFT, "\x1b[D"}, {KEY_HOME, "\x01"},    {KEY_END, "\x05"},
};

static void type_special(struct tui *t, int ch)
{
    for (size_t i = 0; i < sizeof specials / sizeof specials[0]; i++)
        if (specials[i].key == ch)
            run_type(t->run, specials[i].bytes, strlen(specials[i].bytes));
}

/* A character as UTF-8; Enter is a line end, as a terminal sends it. */
static void type_character(struct tui *t, int ch)
{
    char bytes[MB_LEN_MAX + 1];
    int n = ch == '\n' ? 1 : wctomb(bytes, (wchar_t)ch);

    if (ch == '\n')
        bytes[0] = '\r';
    if (ch == 0x7F)
        bytes[0] = '\b';
    if (n > 0)
        run_type(t->run, bytes, (size_t)n);
}

static bool terminal_key(struct tui *t, void *state, int ch, bool special)
{
    struct terminal *m = state;

    if (!special && (ch == CLOSE || ch == BREAK))
        return false;
    m->armed = false;
    if (!screen_can_terminal(t))        /* the link went away meanwhile */
        return false;
    if (special)
        type_special(t, ch);
    else
        type_character(t, ch);
    t->stale = true;
    return true;
}

static void key_close(struct tui *t, void *state)
{
    struct err e = {0};

    (void)state;
    screen_pop(t);
    t->look = false;
    t->stale = true;
    if (screen_is_open(t) && run_terminal(t->run, false, &e) < 0)
        screen_note(t, true, "%s", e.what);
    else
        screen_note(t, false, "%s", _("the line is looked at; the check "
                                      "point is read again"));
}

static bool can_break(const struct tui *t)
{
    return json_is_true(json_object_get(t->view, "can_break"));
}

/* It can stop a router: never by a single key. */
static void key_break(struct tui *t, void *state)
{
    struct terminal *m = state;

    if (m->armed) {
        run_break(t->run);
        screen_note(t, false, "%s", _("a break was sent"));
    } else {
        screen_note(t, true, "%s", _("a break can stop a router in its boot "
                                     "monitor: ^\\ once more sends it"));
    }
    m->armed = !m->armed;
}

/* The link went away: what comes back is for the walk. */
static void terminal_changed(struct tui *t, void *state)
{
    (void)state;
    if (strcmp(json_text(t->view, "session"), "terminal") == 0)
        return;
    screen_pop(t);
    t->look = false;
    screen_note(t, true, "%s", _("the link was lost: the terminal is "
                                 "closed"));
}

static const struct key keys[] = {
    {CLOSE, "^]", N_("Back to the walk"), key_close, NULL},
    {BREAK, "^\\", N_("Break"), key_break, can_break},
    {0},
};

static enum paste terminal_paste(const void *state)
{
    (void)state;
    return PASTE_ALL;
}

const struct mode mode_terminal = {
    .name = "terminal",
    .keys = keys,
    .init = terminal_init,
    .free = free,
    .draw = terminal_draw,
    .key = terminal_key,
    .paste = terminal_paste,
    .changed = terminal_changed,
};
