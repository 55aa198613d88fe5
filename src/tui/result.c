/* How the walk ended: the findings with their fix and evidence. */
#include "screen.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>

#include "kiriwake/buf.h"
#include "kiriwake/flow.h"
#include "kiriwake/mem.h"
#include "kiriwake/msg.h"

#define GUTTER 12

struct result {
    json_t *json;
    json_t *findings;           /* all there are, by id: for their titles */
    int top;
};

static void *result_init(struct tui *t, const void *arg)
{
    struct result *r = mem_zalloc(sizeof *r);
    struct err e = {0};

    (void)arg;
    r->json = run_result(t->run);
    r->findings = findings_load(&t->ro.data, &e);
    return r;
}

static void result_free(void *state)
{
    struct result *r = state;

    json_decref(r->json);
    json_decref(r->findings);
    free(r);
}

static const struct {
    const char *outcome, *headline, *more;
    enum style style;
} outcomes[] = {
    {"healthy", N_("Healthy"),
     N_("every check point of this branch was normal"), STYLE_OK},
    {"diagnosed", N_("Cause found"), "", STYLE_BAD},
    {"open", N_("Open"), N_("what could be read does not tell the cause"),
     STYLE_WARN},
    {"failed", N_("Failed"), N_("the walk could not be done"), STYLE_BAD},
};

static void put_label(struct page *p, const char *label, const char *text)
{
    if (text[0])
        page_item(p, GUTTER, STYLE_LABEL, label, STYLE_PLAIN, text);
}

static void put_outcome(const json_t *result, struct page *p)
{
    const char *outcome = json_text(result, "outcome");

    for (size_t i = 0; i < sizeof outcomes / sizeof outcomes[0]; i++) {
        struct buf b = {0};

        if (strcmp(outcomes[i].outcome, outcome) != 0)
            continue;
        buf_adds(&b, _(outcomes[i].headline));
        if (outcomes[i].more[0])
            buf_printf(&b, ": %s", _(outcomes[i].more));
        page_text(p, outcomes[i].style, buf_str(&b));
        buf_free(&b);
    }
}

/* Findings by their titles, one a line. */
static void put_findings(const struct result *r, struct page *p,
                         const char *label, const json_t *ids)
{
    const json_t *one;
    size_t i;

    json_array_foreach(ids, i, one) {
        const char *id = json_string_value(one);
        const char *title = id ? json_text(json_object_get(r->findings, id),
                                           "title") : "";
        struct buf b = {0};

        buf_adds(&b, title[0] ? title : id ? id : "");
        if (title[0])
            buf_printf(&b, " (%s)", id);
        page_item(p, GUTTER, STYLE_LABEL, i ? NULL : label, STYLE_PLAIN,
                  buf_str(&b));
        buf_free(&b);
    }
}

static void put_fix(struct page *p, const json_t *fix)
{
    const json_t *one;
    size_t i;

    put_label(p, _("Fix"), json_text(fix, "text"));
    json_array_foreach(json_object_get(fix, "commands"), i, one)
        page_raw(p, GUTTER, STYLE_PLAIN, NULL, STYLE_TITLE,
                 json_string_value(one) ? json_string_value(one) : "");
}

static void put_finding(const struct result *r, struct page *p,
                        const json_t *f)
{
    bool proved = strcmp(json_text(f, "certainty"), "proved") == 0;
    struct buf b = {0};

    page_gap(p);
    page_text(p, STYLE_TITLE, json_text(f, "title"));
    buf_printf(&b, "%s  (%s)", proved
               ? _("proved: the evidence excludes other causes")
               : _("likely: other causes are not excluded"),
               json_text(f, "id"));
    page_text(p, proved ? STYLE_OK : STYLE_WARN, buf_str(&b));
    buf_free(&b);
    page_text(p, STYLE_PLAIN, json_text(f, "explanation"));
    page_gap(p);
    put_fix(p, json_object_get(f, "fix"));
    put_findings(r, p, _("Or else"), json_object_get(f, "alternatives"));
    put_label(p, _("To decide"), json_text(f, "decide_by"));
    page_gap(p);
    if (json_array_size(json_object_get(f, "evidence")))
        page_text(p, STYLE_LABEL, _("Evidence"));
    evidence_cited(p, json_object_get(f, "evidence"));
}

static void put_pending(struct page *p, const json_t *pending)
{
    const json_t *q = json_object_get(pending, "question");

    if (json_is_object(pending))
        put_label(p, _("Unanswered"), msg_i18n(q));
}

static void put_changes(struct page *p, const json_t *changes)
{
    const json_t *c, *one;
    size_t i, k;

    json_array_foreach(changes, i, c) {
        bool undone = json_is_true(json_object_get(c, "undone"));
        bool verified = json_is_true(json_object_get(c, "verified"));

        json_array_foreach(json_object_get(c, "commands"), k, one)
            page_item(p, GUTTER, STYLE_LABEL, k ? NULL : _("Changed"),
                      STYLE_PLAIN, msg_i18n(one));
        page_item(p, GUTTER, STYLE_PLAIN, NULL,
                  undone && verified ? STYLE_OK : STYLE_BAD,
                  !undone ? _("NOT undone: undo it by hand") : verified
                  ? _("undone, and verified")
                  : _("undone, but not verified"));
        json_array_foreach(json_object_get(c, "undo"), k, one)
            if (!undone)
                page_raw(p, GUTTER, STYLE_SENT, "  > ", STYLE_TITLE,
                         json_string_value(one));
    }
}

static void result_page(const struct result *r, struct page *p)
{
    const json_t *f;
    size_t i;

    put_outcome(r->json, p);
    failure_put(p, GUTTER, json_object_get(r->json, "error"));
    put_pending(p, json_object_get(r->json, "pending"));
    json_array_foreach(json_object_get(r->json, "findings"), i, f)
        put_finding(r, p, f);
    page_gap(p);
    put_changes(p, json_object_get(r->json, "changes"));
    put_findings(r, p, _("Suspects"), json_object_get(r->json, "suspects"));
    put_findings(r, p, _("Ruled out"),
                 json_object_get(r->json, "ruled_out"));
    put_label(p, _("Case"), json_text(r->json, "case"));
}

static const struct key keys[];

static void result_draw(struct tui *t, void *state)
{
    struct result *r = state;
    struct frame f = frame_layout(COLS >= 100, false);
    struct rect b = f.body, in = {b.y + 1, b.x + 1, b.rows - 1, b.cols - 1};
    struct page p = {0};

    frame_draw_head(t, &f);
    frame_draw_path(t, f.path, false, -1);
    paint_rule(&t->paint, b.y, b.x, b.cols, true, _("Result"));
    page_begin(&p, in.cols - 1);
    result_page(r, &p);
    page_clamp(&p, in.rows, &r->top);
    page_draw(&p, &t->paint, in, r->top);
    frame_draw_status(t, f.status_y);
    frame_draw_bar(t, keys, f.bar_y);
    page_free(&p);
}

static bool result_key(struct tui *t, void *state, int ch, bool special)
{
    struct result *r = state;

    (void)t;
    return (special || ch == 'j' || ch == 'k') &&
           page_scroll(ch, LINES - 5, &r->top);
}

/* The first finding's fix as it is typed into the device. */
static char *fix_text(const struct result *r)
{
    const json_t *fix = json_object_get(json_array_get(
        json_object_get(r->json, "findings"), 0), "fix");
    const json_t *one;
    struct buf b = {0};
    size_t i;

    json_array_foreach(json_object_get(fix, "commands"), i, one)
        buf_printf(&b, "%s\n", json_string_value(one));
    if (!b.len)
        buf_adds(&b, json_text(fix, "text"));
    return buf_take(&b);
}

static void key_copy(struct tui *t, void *state)
{
    char *text = fix_text(state);
    const struct plain_arg arg = {
        text, _("The fix; also copied, where the terminal allows it")};

    if (!text[0]) {
        screen_note(t, false, "%s", _("there is no fix to copy"));
    } else {
        t->clip(text, strlen(text));
        screen_push(t, &mode_plain, &arg);
    }
    free(text);
}

static void key_walk(struct tui *t, void *state)
{
    (void)state;
    t->look = true;
}

static void begin_again(struct tui *t, const char *case_id)
{
    struct err e = {0};

    screen_forget(t, case_id != NULL);
    screen_start(t, t->target, case_id, &e);
}

/* The case goes on where it failed; before it began, from the beginning. */
static void key_again(struct tui *t, void *state)
{
    char *id = mem_strdup(json_text(t->view, "case"));

    (void)state;
    begin_again(t, id[0] && !t->ro.no_journal ? id : NULL);
    free(id);
}

/* From the beginning: once it is mended, or a password was mistyped. */
static void key_anew(struct tui *t, void *state)
{
    (void)state;
    begin_again(t, NULL);
}

static void key_retarget(struct tui *t, void *state)
{
    (void)state;
    screen_retarget(t);
}

static bool has_failed(const struct tui *t)
{
    return json_is_object(json_object_get(t->view, "error"));
}

static bool can_anew(const struct tui *t)
{
    return t->target && !has_failed(t);
}

static bool has_finding(const struct tui *t)
{
    return json_array_size(json_object_get(t->view, "findings")) > 0;
}

/* The target may be to blame: it led to no session. */
static bool no_session(const struct tui *t)
{
    const json_t *f = json_object_get(t->view, "findings");

    return has_failed(t) ||
           strncmp(json_text(json_array_get(f, 0), "id"), "device.", 7) == 0;
}

static bool is_open(const struct tui *t)
{
    return !has_failed(t) && !has_finding(t);
}

static void result_changed(struct tui *t, void *state)
{
    struct result *r = state;

    json_decref(r->json);
    r->json = run_result(t->run);
}

static const struct key keys[] = {
    {'y', "y", N_("Copy the fix"), key_copy, has_finding},
    {'r', "r", N_("Try again"), key_again, has_failed},
    {'r', "r", N_("Walk again"), key_anew, can_anew},
    {'e', "e", N_("Edit target"), key_retarget, no_session},
    {'\t', "Tab", N_("The walk"), key_walk, NULL},
    {'w', NULL, NULL, key_walk, NULL},
    {KEY_NPAGE, "PgDn", N_("More"), key_walk, NULL},
    {'e', "e", N_("Other device"), key_retarget, is_open},
    {'e', NULL, NULL, key_retarget, NULL},
    {0},
};

const struct mode mode_result = {
    .name = "result",
    .keys = keys,
    .init = result_init,
    .draw = result_draw,
    .key = result_key,
    .changed = result_changed,
    .free = result_free,
};
