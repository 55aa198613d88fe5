/*
 * Yes or no, never by accident: consent to exact commands, and an unknown
 * host key. Enter does nothing here.
 */
#include "screen.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"

#define READ_MS 500             /* nobody reads a question faster */

struct consent {
    int top;
    bool shown;                 /* all of the commands were on the screen */
    uint64_t since_ms;
};

static void *consent_init(struct tui *t, const void *arg)
{
    struct consent *c = mem_zalloc(sizeof *c);

    (void)arg;
    c->since_ms = screen_now(t);
    return c;
}

/* A key that was meant for what stood here before answers nothing, nor does
 * one of many that came at once. */
static bool is_read(struct tui *t, const struct consent *c)
{
    if (t->crowded)
        screen_note(t, true, "%s", _("many keys at once: press one alone"));
    return t->o->keys ||
           (!t->crowded && screen_now(t) - c->since_ms >= READ_MS);
}

static const struct {
    const char *class, *text;
} classes[] = {
    {"active", N_("sends traffic (a ping, for example)")},
    {"disrupt", N_("may interrupt traffic for a moment")},
    {"config", N_("changes the running configuration, for now")},
};

static void put_commands(struct page *p, const json_t *list)
{
    const json_t *one;
    size_t i;

    json_array_foreach(list, i, one)
        page_raw(p, 4, STYLE_SENT, "  > ", STYLE_TITLE,
                 json_string_value(one) ? json_string_value(one) : "");
}

/* The commands first: a small screen may not hold the rest. Returns the line
 * behind them. */
static int consent_page(const struct tui *t, struct page *p)
{
    const char *class = json_text(t->asked, "class");
    const json_t *undo = json_object_get(t->asked, "undo");
    int end;

    page_text(p, STYLE_TITLE,
              json_text(json_object_get(t->view, "current"), "title"));
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++)
        if (strcmp(classes[i].class, class) == 0)
            page_item(p, 10, STYLE_LABEL, class, STYLE_WARN,
                      _(classes[i].text));
    if (json_is_true(json_object_get(t->asked, "again")))
        page_text(p, STYLE_WARN,
                  _("The link was lost when this was sent: it may have been "
                    "done already."));
    page_text(p, STYLE_LABEL, _("Exactly this is sent, once:"));
    put_commands(p, json_object_get(t->asked, "commands"));
    end = (int)p->count;
    page_gap(p);
    if (json_array_size(undo)) {
        page_text(p, STYLE_LABEL, _("Undone afterwards with:"));
        put_commands(p, undo);
    } else {
        page_text(p, STYLE_LABEL, _("Nothing has to be undone."));
    }
    page_gap(p);
    page_text(p, STYLE_PLAIN,
              json_text(json_object_get(t->view, "current"), "why"));
    return end;
}

static int host_key_page(const struct tui *t, struct page *p)
{
    const char *s = json_text(t->asked, "text");

    page_text(p, STYLE_TITLE, _("This host key is not known yet."));
    page_text(p, STYLE_PLAIN,
              _("Compare the fingerprint with the device's own before you "
                "accept it; it is then remembered."));
    page_gap(p);
    for (; *s; s += s[strcspn(s, "\n")] ? strcspn(s, "\n") + 1
                                        : strcspn(s, "\n"))
        page_raw(p, 2, STYLE_PLAIN, NULL, STYLE_HIT, s);
    return (int)p->count;
}

static const struct key keys[];

static void consent_draw(struct tui *t, void *state)
{
    struct consent *c = state;
    struct frame f = frame_layout(COLS >= 120, false);
    struct rect r = f.body, in = {r.y + 1, r.x + 1, r.rows - 3, r.cols - 2};
    bool host = strcmp(json_text(t->asked, "effect"), "login") == 0;
    struct page p = {0};
    int end;

    frame_draw_head(t, &f);
    frame_draw_path(t, f.path, false, -1);
    paint_rule(&t->paint, r.y, r.x, r.cols, true,
               host ? _("Host key") : _("Your consent is needed"));
    page_begin(&p, in.cols - 1);
    end = host ? host_key_page(t, &p) : consent_page(t, &p);
    page_clamp(&p, in.rows, &c->top);
    c->shown |= end <= c->top + in.rows;
    page_draw(&p, &t->paint, in, c->top);
    paint_text(&t->paint, r.y + r.rows - 1, r.x + 1, r.cols - 2,
               STYLE_TITLE, host ? _("y: accept this key   n: do not connect")
               : _("y: send exactly this   n: go on without it"));
    frame_draw_status(t, f.status_y);
    frame_draw_bar(t, keys, f.bar_y);
    page_free(&p);
}

static bool consent_key(struct tui *t, void *state, int ch, bool special)
{
    struct consent *c = state;

    (void)t;
    return special && page_scroll(ch, LINES / 2, &c->top);
}

static void key_yes(struct tui *t, void *state)
{
    const struct consent *c = state;

    if (!c->shown)
        screen_note(t, true, "%s", _("scroll down first: there is more"));
    else if (is_read(t, c))
        screen_answer(t, "yes", NULL);
}

static void key_no(struct tui *t, void *state)
{
    if (is_read(t, state))
        screen_answer(t, "no", NULL);
}

static void key_look(struct tui *t, void *state)
{
    (void)state;
    t->look = true;
}

static const struct key keys[] = {
    {'y', "y", N_("Yes"), key_yes, NULL},
    {'n', "n", N_("No"), key_no, NULL},
    {'\t', "Tab", N_("Look around"), key_look, NULL},
    {0},
};

const struct mode mode_consent = {
    .name = "consent",
    .keys = keys,
    .init = consent_init,
    .draw = consent_draw,
    .key = consent_key,
    .free = free,
};
