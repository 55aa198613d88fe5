/*
 * A question of the walk: one of several answers, or something typed. For a
 * reply that could not be read (or whose format is not verified) the reply
 * stands beside a normal and an abnormal sample.
 */
#include "screen.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>

#include "kiriwake/buf.h"
#include "kiriwake/mem.h"
#include "kiriwake/msg.h"

#define BESIDE_COLS 116         /* from here on: side by side */

struct ask {
    struct choices choices;
    struct lineedit edit;
    bool typed;                 /* the answer is typed */
    bool evidence;              /* replies are shown */
    bool remark;                /* a remark goes with the answer */
    int top, sample;            /* scroll; which sample: 0, 1 */
};

static bool is_why(const struct tui *t, const char *why)
{
    return strcmp(json_text(t->asked, "why"), why) == 0;
}

static void add_answers(struct ask *a, const json_t *asked)
{
    const char *suggest = json_text(asked, "suggest");
    bool unknown = false;
    const json_t *one;
    size_t i;

    json_array_foreach(json_object_get(asked, "answers"), i, one) {
        const char *id = json_text(one, "id");
        const char *label = msg_i18n(json_object_get(one, "label"));
        bool hint = suggest[0] && strcmp(suggest, id) == 0;

        unknown = unknown || strcmp(id, "unknown") == 0;
        if (hint)
            a->choices.at = (int)i;
        choices_add(&a->choices, id, label[0] ? label : id,
                    hint ? _("suggested") : NULL);
    }
    if (!unknown)
        choices_add(&a->choices, NULL, _("I cannot tell"), NULL);
}

static void *ask_init(struct tui *t, const void *arg)
{
    struct ask *a = mem_zalloc(sizeof *a);
    const json_t *input = json_object_get(t->asked, "input");

    (void)arg;
    a->typed = json_is_string(input) || json_is_object(input);
    a->remark = is_why(t, "unreadable") || is_why(t, "unverified");
    a->evidence = a->remark ||
                  json_array_size(json_object_get(t->asked, "show"));
    if (a->typed)
        lineedit_set(&a->edit, json_text(t->asked, "suggest"));
    else
        add_answers(a, t->asked);
    return a;
}

/* The language may be another. */
static void ask_changed(struct tui *t, void *state)
{
    struct ask *a = state;
    int at = a->choices.at;

    if (a->typed || !t->asked)
        return;
    choices_free(&a->choices);
    add_answers(a, t->asked);
    a->choices.at = at;
}

static void ask_free(void *state)
{
    struct ask *a = state;

    choices_free(&a->choices);
    free(a);
}

static const char *headline(const struct tui *t)
{
    if (is_why(t, "unreadable"))
        return _("The reply could not be read: please judge it");
    if (is_why(t, "unverified"))
        return _("The format is not verified: please confirm");
    if (is_why(t, "subject"))
        return _("Which VPN is it about?");
    return _("Question");
}

/* What the input's type is called for a person. */
static const char *input_hint(const struct tui *t)
{
    static const struct {
        const char *type, *text;
    } hints[] = {
        {"ip", N_("an IP address; empty: I cannot tell")},
        {"fqdn", N_("a host name; empty: I cannot tell")},
        {"ifname", N_("an interface name; empty: I cannot tell")},
        {"int", N_("a number; empty: I cannot tell")},
    };
    const json_t *input = json_object_get(t->asked, "input");
    const char *type = json_is_object(input) ? json_text(input, "type")
                                             : json_string_value(input);

    for (size_t i = 0; type && i < sizeof hints / sizeof hints[0]; i++)
        if (strcmp(hints[i].type, type) == 0)
            return _(hints[i].text);
    return _("empty: I cannot tell");
}

static void put_question(const struct tui *t, const struct ask *a,
                         struct page *p)
{
    const json_t *current = json_object_get(t->view, "current");
    const char *title = json_text(current, "title");
    const char *why = json_text(current, "why");
    const char *question = msg_i18n(json_object_get(t->asked, "question"));

    if (question[0] && strcmp(question, title) != 0 && title[0] &&
        !is_why(t, "subject"))
        page_text(p, STYLE_DIM, title);
    page_text(p, STYLE_TITLE, question[0] ? question : title);
    if (why[0] && !is_why(t, "subject"))
        page_text(p, STYLE_PLAIN, why);
    if (json_text(t->asked, "reason")[0])
        page_text(p, STYLE_WARN, json_text(t->asked, "reason"));
    page_gap(p);
    if (!a->typed)
        choices_page(&a->choices, &t->paint, p);
}

static void put_samples(const struct tui *t, struct page *p, int which)
{
    static const struct {
        const char *key, *title;
    } kinds[] = {
        {"normal", N_("A normal sample")},
        {"abnormal", N_("An abnormal sample")},
    };
    const json_t *samples = json_object_get(
        json_object_get(t->view, "current"), "samples");

    for (int i = 0; i < 2; i++) {
        const char *text = msg_i18n(json_object_get(samples, kinds[i].key));

        if (!text[0] || (which >= 0 && which != i))
            continue;
        page_gap(p);
        page_text(p, STYLE_LABEL, _(kinds[i].title));
        evidence_text(p, text, NULL);
    }
}

static void put_replies(const struct tui *t, struct page *p)
{
    const json_t *current = json_object_get(t->view, "current");
    const char *expect = json_text(current, "expect");

    if (expect[0])
        page_item(p, 10, STYLE_LABEL, _("Expected"), STYLE_PLAIN, expect);
    evidence_seen(p, json_object_get(current, "seen"), true, NULL);
}

/* The replies, and the samples below or (where there is room) beside. */
static void draw_evidence(struct tui *t, struct ask *a, struct rect r)
{
    bool beside = r.cols >= BESIDE_COLS;
    struct rect left = r;
    struct page p = {0}, q = {0};
    int top;

    if (beside)
        left.cols = r.cols / 2 - 1;
    paint_rule(&t->paint, r.y, r.x, r.cols, true, _("The device's reply"));
    left.y++;
    left.rows--;
    page_begin(&p, left.cols - 2);
    put_replies(t, &p);
    if (!beside)
        put_samples(t, &p, -1);
    page_clamp(&p, left.rows, &a->top);
    page_draw(&p, &t->paint, (struct rect){left.y, left.x + 1, left.rows,
                                           left.cols - 1}, a->top);
    if (beside) {
        struct rect right = {left.y, r.x + left.cols + 1, left.rows,
                             r.cols - left.cols - 1};

        page_begin(&q, right.cols - 2);
        put_samples(t, &q, -1);
        top = a->top;
        page_clamp(&q, right.rows, &top);
        paint_vertical(&t->paint, r.y, right.x - 1, r.rows);
        page_draw(&q, &t->paint, right, top);
    }
    page_free(&p);
    page_free(&q);
}

static void draw_input(struct tui *t, struct ask *a, int y, struct rect r)
{
    paint_text(&t->paint, y, r.x + 1, r.cols - 2, STYLE_DIM, input_hint(t));
    paint_text(&t->paint, y + 1, r.x + 1, 2, STYLE_NOW, "> ");
    lineedit_draw(&a->edit, &t->paint, y + 1, r.x + 3, r.cols - 4);
}

static const struct key keys[], typing_keys[];

static void ask_draw(struct tui *t, void *state)
{
    struct ask *a = state;
    struct frame f = frame_layout(!a->evidence, false);
    struct rect r = f.body, in;
    struct page p = {0};
    int need, top = 0;

    frame_draw_head(t, &f);
    frame_draw_path(t, f.path, false, -1);
    paint_rule(&t->paint, r.y, r.x, r.cols, true, headline(t));
    in = (struct rect){r.y + 1, r.x + 1, r.rows - 1, r.cols - 2};
    page_begin(&p, in.cols);
    put_question(t, a, &p);
    need = (int)p.count + (a->typed ? 2 : 0);
    if (a->evidence && in.rows - need >= 4)
        draw_evidence(t, a, (struct rect){in.y + need, r.x, in.rows - need,
                                          r.cols});
    in.rows -= a->typed ? 2 : 0;
    if ((int)p.count > in.rows && !a->typed)
        top = (int)p.count - (int)a->choices.count + a->choices.at -
              in.rows / 2;
    page_draw(&p, &t->paint, in, top);
    frame_draw_status(t, f.status_y);
    if (a->typed)
        frame_draw_keys(t, typing_keys, f.bar_y);
    else
        frame_draw_bar(t, keys, f.bar_y);
    if (a->typed)
        draw_input(t, a, in.y + ((int)p.count < in.rows ? (int)p.count
                                 : in.rows), r);
    page_free(&p);
}

/* Which question it is (caller frees). */
static char *question_of(const struct tui *t)
{
    return mem_printf("%s/%s", json_text(t->asked, "checkpoint"),
                      json_text(t->asked, "why"));
}

static void answer_remarked(struct tui *t, const char *text,
                            const char *ctx)
{
    char *now;
    const char *id;

    screen_settle(t);
    now = question_of(t);
    id = screen_still(t, ctx, now);
    if (id)
        screen_answer(t, id, text[0] ? text : NULL);
    free(now);
}

static void answer_typed(struct tui *t, struct ask *a)
{
    char *text = lineedit_get(&a->edit);

    screen_answer(t, text[0] ? text : NULL, NULL);
    free(text);
}

static void key_choose(struct tui *t, void *state)
{
    struct ask *a = state;
    const char *id;
    char *question, *ctx;
    struct prompt_arg arg = {.done = answer_remarked};

    if (a->typed) {
        answer_typed(t, a);
        return;
    }
    id = a->choices.list[a->choices.at].id;
    if (!a->remark || !id) {
        char *copy = mem_copy(id);

        screen_answer(t, copy, NULL);
        free(copy);
        return;
    }
    arg.title = _("A remark for the report");
    arg.hint = _("what you saw; may stay empty. Enter answers, Esc goes "
                 "back");
    question = question_of(t);
    ctx = mem_printf("%s\n%s", question, id);
    arg.ctx = ctx;
    screen_push(t, &mode_prompt, &arg);
    free(question);
    free(ctx);
}

static void key_look(struct tui *t, void *state)
{
    (void)state;
    t->look = true;
}

static bool ask_key(struct tui *t, void *state, int ch, bool special)
{
    struct ask *a = state;

    (void)t;
    if (special && (ch == KEY_NPAGE || ch == KEY_PPAGE))
        return page_scroll(ch, LINES / 3, &a->top);
    if (a->typed && (special || (ch != '\t' && ch != '\n' && ch != '\r' &&
                                 ch != 3 && ch != 12)))
        return lineedit_key(&a->edit, ch, special);
    return choices_key(&a->choices, ch, special);
}

static const struct key keys[] = {
    {'\n', "Enter", N_("Answer"), key_choose, NULL},
    {'\r', NULL, NULL, key_choose, NULL},
    {KEY_ENTER, NULL, NULL, key_choose, NULL},
    {'\t', "Tab", N_("Look around"), key_look, NULL},
    {KEY_NPAGE, "PgDn", N_("Scroll"), key_look, NULL},
    {'b', "b", N_("Back"), screen_key_back, NULL},
    {'r', "r", N_("Retry"), screen_key_retry, NULL},
    {'!', "!", N_("Terminal"), screen_key_terminal, screen_can_terminal},
    {0},
};

/* What the bar shows while an answer is typed. */
static const struct key typing_keys[] = {
    {'\n', "Enter", N_("Answer"), key_choose, NULL},
    {'\t', "Tab", N_("Look around"), key_look, NULL},
    {KEY_NPAGE, "PgDn", N_("Scroll"), key_look, NULL},
    {KEY_F(1), "F1", N_("Help"), screen_key_help, NULL},
    {3, "^C", N_("Quit"), screen_key_quit, NULL},
    {0},
};

static enum paste ask_paste(const void *state)
{
    const struct ask *a = state;

    return a->typed ? PASTE_LINE : PASTE_NOTHING;
}

const struct mode mode_ask = {
    .name = "ask",
    .keys = keys,
    .init = ask_init,
    .draw = ask_draw,
    .key = ask_key,
    .paste = ask_paste,
    .changed = ask_changed,
    .free = ask_free,
};
