/* What the login asks: user, password, a prompt of the device. */
#include "screen.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>

#include "kiriwake/buf.h"
#include "kiriwake/mem.h"
#include "kiriwake/msg.h"

#define CTRL_T 0x14             /* "!" may be in a password */

struct login {
    struct lineedit edit;
};

static void *login_init(struct tui *t, const void *arg)
{
    struct login *l = mem_zalloc(sizeof *l);
    const char *what = json_text(t->asked, "what");

    (void)arg;
    l->edit.hidden = strcmp(what, "password") == 0 ||
        (strcmp(what, "prompt") == 0 &&
         !json_is_true(json_object_get(t->asked, "echo")));
    if (strcmp(what, "user") == 0 && t->user)
        lineedit_set(&l->edit, t->user);
    return l;
}

static void login_free(void *state)
{
    struct login *l = state;

    lineedit_wipe(&l->edit);
    free(l);
}

static const char *headline(const char *what)
{
    if (strcmp(what, "user") == 0)
        return _("Login name");
    if (strcmp(what, "password") == 0)
        return _("Password");
    return _("The device asks");
}

static void put_legacy(const struct tui *t, struct page *p)
{
    const char *legacy = json_text(t->view, "legacy");
    struct buf b = {0};

    if (!legacy[0])
        return;
    buf_printf(&b, "%s %s", _("old algorithms:"), legacy);
    page_text(p, STYLE_WARN, buf_str(&b));
    buf_free(&b);
}

static const struct key keys[];

static void login_draw(struct tui *t, void *state)
{
    struct login *l = state;
    struct frame f = frame_layout(COLS >= 120, false);
    struct rect r = f.body, in = {r.y + 1, r.x + 1, r.rows - 1, r.cols - 2};
    struct page p = {0};
    int y;

    frame_draw_head(t, &f);
    frame_draw_path(t, f.path, false, -1);
    paint_rule(&t->paint, r.y, r.x, r.cols, true,
               headline(json_text(t->asked, "what")));
    page_begin(&p, in.cols);
    page_text(&p, STYLE_TITLE, json_text(t->asked, "text"));
    if (l->edit.hidden)
        page_text(&p, STYLE_DIM, _("It is not shown while you type, and "
                                   "never kept."));
    if (t->told && json_equal(t->told, t->asked))
        page_text(&p, STYLE_WARN, _("Asked once more: what was sent before "
                                    "was not accepted."));
    put_legacy(t, &p);
    page_gap(&p);
    page_draw(&p, &t->paint, in, 0);
    y = in.y + (int)p.count;
    frame_draw_status(t, f.status_y);
    frame_draw_keys(t, keys, f.bar_y);
    paint_text(&t->paint, y, in.x, 2, STYLE_NOW, "> ");
    lineedit_draw(&l->edit, &t->paint, y, in.x + 2, in.cols - 2);
    page_free(&p);
}

static bool login_key(struct tui *t, void *state, int ch, bool special)
{
    struct login *l = state;

    (void)t;
    if (!special && (ch == '\n' || ch == '\r' || ch == '\t' || ch == 3 ||
                     ch == 12 || ch == CTRL_T))
        return false;
    return lineedit_key(&l->edit, ch, special);
}

static void key_send(struct tui *t, void *state)
{
    struct login *l = state;
    char *text = lineedit_get(&l->edit);

    lineedit_wipe(&l->edit);
    json_decref(t->told);
    t->told = json_incref(t->asked);
    if (strcmp(json_text(t->asked, "what"), "user") == 0) {
        free(t->user);
        t->user = mem_strdup(text);
    }
    screen_answer(t, text, NULL);       /* l may be gone */
    mem_wipe(text);
}

static const struct key keys[] = {
    {'\n', "Enter", N_("Send"), key_send, NULL},
    {'\r', NULL, NULL, key_send, NULL},
    {KEY_ENTER, NULL, NULL, key_send, NULL},
    {KEY_F(1), "F1", N_("Help"), screen_key_help, NULL},
    {3, "^C", N_("Quit"), screen_key_quit, NULL},
    {CTRL_T, "^T", N_("Terminal"), screen_key_terminal, screen_can_terminal},
    {0},
};

static enum paste login_paste(const void *state)
{
    (void)state;
    return PASTE_LINE;
}

const struct mode mode_login = {
    .name = "login",
    .keys = keys,
    .init = login_init,
    .draw = login_draw,
    .key = login_key,
    .paste = login_paste,
    .free = login_free,
};
