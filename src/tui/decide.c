/* The current check point is decided by hand, with a remark. */
#include "screen.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"

struct decide {
    struct choices choices;
    char *point;                /* the check point that is decided */
};

static const char *current_point(const struct tui *t)
{
    return json_text(json_object_get(t->view, "current"), "id");
}

static void add_outcomes(struct decide *d, const json_t *outcomes)
{
    const json_t *one;
    size_t i;

    json_array_foreach(outcomes, i, one) {
        const char *label = msg_i18n(json_object_get(one, "label"));
        const char *id = json_text(one, "id");

        choices_add(&d->choices, id, label[0] ? label : id, NULL);
    }
}

static void *decide_init(struct tui *t, const void *arg)
{
    struct decide *d = mem_zalloc(sizeof *d);

    (void)arg;
    d->point = mem_strdup(current_point(t));
    add_outcomes(d, json_object_get(json_object_get(t->view, "current"),
                                    "outcomes"));
    return d;
}

/* The language may be another. */
static void decide_changed(struct tui *t, void *state)
{
    struct decide *d = state;
    int at = d->choices.at;

    if (strcmp(d->point, current_point(t)) != 0)
        return;
    choices_free(&d->choices);
    add_outcomes(d, json_object_get(json_object_get(t->view, "current"),
                                    "outcomes"));
    d->choices.at = at;
}

static void decide_free(void *state)
{
    struct decide *d = state;

    choices_free(&d->choices);
    free(d->point);
    free(d);
}

static const struct key keys[];

static void decide_draw(struct tui *t, void *state)
{
    struct decide *d = state;
    struct page p = {0};
    struct rect r = {0, 0, 0, COLS};
    int top;

    page_begin(&p, COLS - 2);
    choices_page(&d->choices, &t->paint, &p);
    r.rows = (int)p.count + 2 < LINES - 4 ? (int)p.count + 2 : LINES - 4;
    r.y = LINES - r.rows;
    top = d->choices.at - (r.rows - 2) / 2;
    paint_blank(r);
    paint_rule(&t->paint, r.y, 0, COLS, true,
               _("What did you find at this check point?"));
    page_draw(&p, &t->paint, (struct rect){r.y + 1, 1, r.rows - 2,
                                           COLS - 2}, top);
    frame_draw_keys(t, keys, LINES - 1);
    page_free(&p);
}

static bool decide_key(struct tui *t, void *state, int ch, bool special)
{
    struct decide *d = state;

    (void)t;
    return choices_key(&d->choices, ch, special);
}

static void remarked(struct tui *t, const char *text, const char *ctx)
{
    const char *id;

    screen_settle(t);
    id = screen_still(t, ctx, current_point(t));
    if (!id)
        return;
    if (!run_decide(t->run, id, text[0] ? text : NULL))
        screen_note(t, true, "%s", _("the walk has gone on: nothing was "
                                     "answered"));
    t->stale = true;
    t->look = false;
}

static void key_choose(struct tui *t, void *state)
{
    struct decide *d = state;
    char *id = mem_printf("%s\n%s", d->point,
                          d->choices.list[d->choices.at].id);
    const struct prompt_arg arg = {
        .title = _("A remark for the report"),
        .hint = _("what you saw; may stay empty. Enter answers, Esc goes "
                  "back"),
        .done = remarked, .ctx = id};

    screen_pop(t);
    screen_push(t, &mode_prompt, &arg);
    free(id);
}

static void key_cancel(struct tui *t, void *state)
{
    (void)state;
    screen_pop(t);
}

static const struct key keys[] = {
    {'\n', "Enter", N_("Choose"), key_choose, NULL},
    {'\r', NULL, NULL, key_choose, NULL},
    {KEY_ENTER, NULL, NULL, key_choose, NULL},
    {27, "Esc", N_("Cancel"), key_cancel, NULL},
    {'q', NULL, NULL, key_cancel, NULL},
    {3, NULL, NULL, key_cancel, NULL},
    {0},
};

const struct mode mode_decide = {
    .name = "decide",
    .keys = keys,
    .init = decide_init,
    .draw = decide_draw,
    .key = decide_key,
    .changed = decide_changed,
    .free = decide_free,
};
