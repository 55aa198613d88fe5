/* The walk: the path, the check point, the dialogue with the device. */
#include "screen.h"

#include <curses.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "kiriwake/buf.h"
#include "kiriwake/mem.h"
#include "kiriwake/msg.h"

enum pane { PANE_PATH, PANE_BODY, PANE_DIALOGUE, PANE_COUNT };

struct walk {
    enum pane focus;
    bool zoom;
    int chosen;                 /* an entry of the path; -1: the current */
    int top_body, top_dialogue; /* INT_MAX / 2: follow the end */
    char *shown;                /* id of the check point on the page */
};

#define FOLLOW (INT_MAX / 2)
#define LABEL_GUTTER 10

static void *walk_init(struct tui *t, const void *arg)
{
    struct walk *w = mem_zalloc(sizeof *w);

    (void)t;
    (void)arg;
    w->focus = PANE_BODY;
    w->chosen = -1;
    w->top_dialogue = FOLLOW;
    return w;
}

static void walk_free(void *state)
{
    struct walk *w = state;

    free(w->shown);
    free(w);
}

static void page_label(struct page *p, const char *label, const char *text)
{
    if (text[0])
        page_item(p, LABEL_GUTTER, STYLE_LABEL, label, STYLE_PLAIN, text);
}

static void put_error(const struct tui *t, struct page *p)
{
    const json_t *e = json_object_get(t->view, "error");

    if (!json_is_object(e))
        return;
    failure_put(p, LABEL_GUTTER, e);
    page_gap(p);
}

static void put_outcome(const struct tui *t, struct page *p,
                        const json_t *entry)
{
    static const struct {
        const char *outcome, *text;
    } words[] = {
        {"normal", N_("normal")}, {"abnormal", N_("abnormal")},
        {"unreadable", N_("could not be read")},
        {"skipped", N_("skipped")}, {"answered", N_("answered")},
    };
    const char *outcome = json_text(entry, "outcome");
    enum style style;
    struct buf b = {0};

    buf_printf(&b, "%s ", paint_mark(&t->paint, outcome, &style));
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(words[i].outcome, outcome) == 0)
            buf_adds(&b, _(words[i].text));
    if (strcmp(json_text(entry, "by"), "human") == 0)
        buf_printf(&b, " %s", _("(by hand)"));
    page_item(p, LABEL_GUTTER, STYLE_LABEL, _("Outcome"), style,
              buf_str(&b));
    page_label(p, _("Because"), json_text(entry, "because"));
    buf_free(&b);
}

static bool has_lines(const json_t *evidence)
{
    const json_t *one;
    size_t i;

    json_array_foreach(evidence, i, one)
        if (json_array_size(json_object_get(one, "lines")))
            return true;
    return false;
}

/* What was seen; of an earlier one the lines that decided, whole replies
 * when it is zoomed. */
static void put_seen(const struct tui *t, struct page *p, const json_t *c,
                     bool whole)
{
    const json_t *past = json_object_get(t->past, json_text(c, "checkpoint"));
    const json_t *seen = json_object_get(past ? past : c, "seen");
    const json_t *evidence = json_object_get(c, "evidence");

    if (has_lines(evidence) && !(whole && json_array_size(seen))) {
        page_text(p, STYLE_LABEL, _("What decided"));
        evidence_cited(p, evidence);
    } else if (json_array_size(seen)) {
        page_text(p, STYLE_LABEL, _("Seen"));
        evidence_seen(p, seen, whole, has_lines(evidence) ? evidence : NULL);
    }
}

static void put_checkpoint(const struct tui *t, struct page *p,
                           const json_t *c, bool whole)
{
    page_text(p, STYLE_TITLE, json_text(c, "title"));
    if (json_object_get(c, "outcome"))
        put_outcome(t, p, c);
    page_label(p, _("Why"), json_text(c, "why"));
    page_label(p, _("Expected"), json_text(c, "expect"));
    put_seen(t, p, c, whole);
}

static void put_noted(const struct tui *t, struct page *p)
{
    const json_t *f, *findings = json_object_get(t->view, "findings");
    size_t i;

    if (!json_array_size(findings))
        return;
    page_gap(p);
    json_array_foreach(findings, i, f)
        page_item(p, LABEL_GUTTER, STYLE_LABEL, _("Finding"), STYLE_BAD,
                  json_text(f, "title"));
}

static const json_t *shown_checkpoint(const struct tui *t,
                                      const struct walk *w)
{
    const json_t *path = json_object_get(t->view, "path");

    if (w->chosen >= 0)
        return json_array_get(path, (size_t)w->chosen);
    return json_object_get(t->view, "current");
}

/* Where there is no check point, or not yet one. */
static const char *before_first(const struct tui *t)
{
    if (t->run && run_done(t->run))
        return _("The walk is done.");
    if (t->leaving || t->retarget)
        return _("Leaving the device …");
    if (t->asked)
        return _("A question waits: a answers it.");
    if (strcmp(json_text(t->view, "session"), "ready") == 0)
        return _("Reading which VPNs there are …");
    return _("Reaching the device …");
}

static void body_page(const struct tui *t, const struct walk *w,
                      struct page *p)
{
    const json_t *c = shown_checkpoint(t, w);

    put_error(t, p);
    if (json_is_object(c))
        put_checkpoint(t, p, c, w->zoom);
    else if (!p->count)
        page_text(p, STYLE_DIM, before_first(t));
    if (w->chosen < 0)
        put_noted(t, p);
}

/* Begins at the top whenever another check point is shown. */
static void follow_checkpoint(struct tui *t, struct walk *w)
{
    const json_t *path = json_object_get(t->view, "path");
    const json_t *c;
    const char *id;

    if (w->chosen >= (int)json_array_size(path))
        w->chosen = -1;
    c = shown_checkpoint(t, w);
    id = json_text(c, w->chosen < 0 ? "id" : "checkpoint");
    if (w->shown && strcmp(w->shown, id) == 0)
        return;
    free(w->shown);
    w->shown = mem_strdup(id);
    w->top_body = 0;
}

static void draw_body(struct tui *t, struct walk *w, struct rect r)
{
    struct page p = {0};
    struct rect in = {r.y + 1, r.x + 1, r.rows - 1, r.cols - 1};

    follow_checkpoint(t, w);
    paint_rule(&t->paint, r.y, r.x, r.cols, w->focus == PANE_BODY,
               w->chosen < 0 ? _("Check point now")
                             : _("Earlier check point"));
    page_begin(&p, in.cols - 1);
    body_page(t, w, &p);
    page_clamp(&p, in.rows, &w->top_body);
    page_draw(&p, &t->paint, in, w->top_body);
    page_free(&p);
}

/* Old algorithms are named as long as they are in use. */
static void draw_dialogue_rule(struct tui *t, struct walk *w, struct rect r)
{
    const char *legacy = json_text(t->view, "legacy");
    struct buf b = {0};

    buf_adds(&b, _("Dialogue"));
    if (legacy[0])
        buf_printf(&b, " · %s %s", _("old algorithms:"), legacy);
    paint_rule(&t->paint, r.y, r.x, r.cols, w->focus == PANE_DIALOGUE,
               buf_str(&b));
    buf_free(&b);
}

static void draw_dialogue(struct tui *t, struct walk *w, struct rect r)
{
    struct page p = {0};
    struct rect in = {r.y + 1, r.x, r.rows - 1, r.cols};
    bool follow = w->top_dialogue >= FOLLOW;

    if (r.rows < 2)
        return;
    draw_dialogue_rule(t, w, r);
    page_begin(&p, in.cols);
    dialogue_page(&t->dialogue, &p, follow ? (size_t)in.rows : 0);
    if (!follow && w->top_dialogue + in.rows >= (int)p.count)
        w->top_dialogue = FOLLOW;
    page_draw(&p, &t->paint, in, w->top_dialogue);
    page_free(&p);
}

static void draw_zoomed(struct tui *t, struct walk *w)
{
    struct frame f = frame_layout(false, false);

    if (w->focus == PANE_PATH)
        frame_draw_path(t, f.body, true, w->chosen);
    else if (w->focus == PANE_BODY)
        draw_body(t, w, f.body);
    else
        draw_dialogue(t, w, f.body);
}

static const struct key keys[];

static void walk_draw(struct tui *t, void *state)
{
    struct walk *w = state;
    struct frame f = frame_layout(true, true);

    frame_draw_head(t, &f);
    if (w->zoom) {
        draw_zoomed(t, w);
    } else {
        if (w->focus == PANE_PATH && !f.path.rows)
            frame_draw_path(t, f.body, true, w->chosen);
        else
            draw_body(t, w, f.body);
        frame_draw_path(t, f.path, w->focus == PANE_PATH, w->chosen);
        draw_dialogue(t, w, f.dialogue);
    }
    frame_draw_status(t, f.status_y);
    frame_draw_bar(t, keys, f.bar_y);
}

/* Up and down in the path: past its end is the current check point. */
static bool choose_in_path(const struct tui *t, struct walk *w, int ch)
{
    int count = (int)json_array_size(json_object_get(t->view, "path"));

    if ((ch == KEY_UP || ch == 'k') && w->chosen != 0 && count)
        w->chosen = w->chosen < 0 ? count - 1 : w->chosen - 1;
    else if ((ch == KEY_DOWN || ch == 'j') && w->chosen >= 0)
        w->chosen = w->chosen + 1 < count ? w->chosen + 1 : -1;
    else if (ch == KEY_HOME && count)
        w->chosen = 0;
    else if (ch == KEY_END)
        w->chosen = -1;
    else
        return ch == KEY_UP || ch == KEY_DOWN;
    return true;
}

static bool walk_key(struct tui *t, void *state, int ch, bool special)
{
    struct walk *w = state;
    struct frame f = frame_layout(!w->zoom, !w->zoom);

    if (!special && ch != 'j' && ch != 'k')
        return false;
    if (w->focus == PANE_PATH)
        return choose_in_path(t, w, ch);
    if (w->focus == PANE_BODY)
        return page_scroll(ch, f.body.rows - 1, &w->top_body);
    if (w->top_dialogue >= FOLLOW)
        w->top_dialogue = (int)t->dialogue.count - (w->zoom ? f.body.rows
                                                   : f.dialogue.rows) + 1;
    return page_scroll(ch, f.dialogue.rows - 1, &w->top_dialogue);
}

static void key_pane(struct tui *t, void *state)
{
    struct walk *w = state;

    (void)t;
    w->focus = (enum pane)((w->focus + 1) % PANE_COUNT);
}

static void key_zoom(struct tui *t, void *state)
{
    struct walk *w = state;

    (void)t;
    w->zoom = !w->zoom;
}

static void key_enter(struct tui *t, void *state)
{
    struct walk *w = state;

    if (w->focus == PANE_PATH)
        w->focus = PANE_BODY;
    else
        t->look = false;
}

static void key_return(struct tui *t, void *state)
{
    (void)state;
    t->look = false;
}

static void key_pause(struct tui *t, void *state)
{
    (void)state;
    run_pause(t->run, !json_is_true(json_object_get(t->view, "paused")));
    t->stale = true;
}

static void key_step(struct tui *t, void *state)
{
    (void)state;
    run_step(t->run);
    t->stale = true;
    screen_note(t, false, "%s", _("one check point, then pause"));
}

static void key_by_hand(struct tui *t, void *state)
{
    (void)state;
    screen_push(t, &mode_decide, NULL);
}

static void send_command(struct tui *t, const char *text, const char *ctx)
{
    struct err e = {0};

    (void)ctx;
    if (run_send(t->run, text, &e) < 0)
        screen_note(t, true, "%s%s%s", e.what, e.hint[0] ? " — " : "",
                    e.hint);
    t->stale = true;
}

static void key_command(struct tui *t, void *state)
{
    const struct prompt_arg arg = {
        .title = _("Send one read command to the device"),
        .hint = _("only commands that the driver knows as read-only; the "
                  "reply comes in the dialogue"),
        .done = send_command};

    (void)state;
    screen_push(t, &mode_prompt, &arg);
}

static bool can_answer(const struct tui *t)
{
    return t->asked && screen_is_open(t) && !t->leaving;
}

static bool can_see_result(const struct tui *t)
{
    return t->run && run_done(t->run) && !t->leaving;
}

static bool can_act(const struct tui *t)
{
    return screen_is_open(t) && !t->leaving;
}

static bool is_paused(const struct tui *t)
{
    return can_act(t) && json_is_true(json_object_get(t->view, "paused"));
}

static bool can_pause(const struct tui *t)
{
    return can_act(t) && !is_paused(t);
}

static bool can_send(const struct tui *t)
{
    return can_act(t) && strcmp(json_text(t->view, "session"), "ready") == 0;
}

/* Without a link there is nothing to read again. */
static bool can_retry(const struct tui *t)
{
    return can_act(t) &&
           json_is_object(json_object_get(t->view, "current")) &&
           strcmp(json_text(t->view, "session"), "lost") != 0;
}

static bool can_lead(const struct tui *t)
{
    return can_act(t) &&
           json_is_object(json_object_get(t->view, "current"));
}

/* A question is decided by its answer. */
static bool can_decide(const struct tui *t)
{
    const json_t *current = json_object_get(t->view, "current");

    return can_lead(t) &&
           json_array_size(json_object_get(current, "outcomes")) > 0;
}

static const struct key keys[] = {
    {'a', "a", N_("Answer"), key_return, can_answer},
    {'f', "f", N_("Findings"), key_return, can_see_result},
    {'\t', "Tab", N_("Pane"), key_pane, NULL},
    {'z', "z", N_("Zoom"), key_zoom, NULL},
    {'p', "p", N_("Pause"), key_pause, can_pause},
    {'p', "p", N_("Go on"), key_pause, is_paused},
    {' ', NULL, NULL, key_pause, can_act},
    {'s', "s", N_("Step"), key_step, can_lead},
    {'m', "m", N_("By hand"), key_by_hand, can_decide},
    {':', ":", N_("Command"), key_command, can_send},
    {'!', "!", N_("Terminal"), screen_key_terminal, screen_can_terminal},
    {'b', "b", N_("Back"), screen_key_back, can_lead},
    {'r', "r", N_("Retry"), screen_key_retry, can_retry},
    {'\n', NULL, NULL, key_enter, NULL},
    {'\r', NULL, NULL, key_enter, NULL},
    {KEY_ENTER, NULL, NULL, key_enter, NULL},
    {0},
};

const struct mode mode_walk = {
    .name = "walk",
    .keys = keys,
    .init = walk_init,
    .draw = walk_draw,
    .key = walk_key,
    .free = walk_free,
};
