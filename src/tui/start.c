/* Without a target, or with a wrong one: type it, resume an open case, or
 * simulate. */
#include "adapters.h"
#include "screen.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>

#include "kiriwake/buf.h"
#include "kiriwake/casefile.h"
#include "kiriwake/mem.h"
#include "kiriwake/msg.h"
#include "kiriwake/sim.h"
#include "kiriwake/transport.h"

#define MAX_CASES 20
#define MAX_HISTORY 10
#define FORMS_FROM_ROWS 16      /* lower: the list needs the room */

enum kind { KIND_CASE, KIND_PORT, KIND_TARGET, KIND_SCENARIO };

struct item {
    enum kind kind;
    char *id, *label;           /* id: the case, or the target */
    const struct port *port;    /* of a port, else NULL */
};

struct start {
    struct lineedit edit;
    struct item *items;
    size_t count, cap;
    int at;                     /* among the shown ones; -1: the editor */
    char *given;                /* was typed before; narrows no list */
    bool loaded;
    struct adapters adapters;
};

static const char *const headings[] = {
    [KIND_CASE] = N_("Go on with an open case"),
    [KIND_PORT] = N_("A console cable"),
    [KIND_TARGET] = N_("A device from before"),
    [KIND_SCENARIO] = N_("A simulated router, to practise (touches nothing)"),
};

static void add(struct start *s, enum kind kind, const char *id,
                char *label)
{
    s->items = mem_grow(s->items, &s->cap, s->count + 1, sizeof *s->items);
    s->items[s->count++] = (struct item){kind, mem_strdup(id), label, NULL};
}

static void clear_items(struct start *s)
{
    for (size_t i = 0; i < s->count; i++) {
        free(s->items[i].id);
        free(s->items[i].label);
    }
    s->count = 0;
}

/* The target of the run before, with --user in it where it can stand there;
 * else that name is offered when the device asks (caller frees). */
static char *target_before(struct tui *t)
{
    const char *text = json_text(t->view, "target"), *user = t->ro.user;
    struct target target = {0};
    struct err e = {0};
    char *out = NULL;

    if (user && target_parse(text, &target, &e) == 0 && target.host) {
        const char *host = strstr(text, "://");

        host = host ? host + 3 : text;
        if (!target.user)
            out = mem_printf("%.*s%s@%s", (int)(host - text), text, user,
                             host);
    } else if (user) {
        free(t->user);
        t->user = mem_strdup(user);
    }
    target_free(&target);
    return out ? out : mem_strdup(text);
}

static void *start_init(struct tui *t, const void *arg)
{
    struct start *s = mem_zalloc(sizeof *s);

    (void)arg;
    s->at = -1;
    s->given = t->run ? target_before(t) : mem_strdup("");
    lineedit_set(&s->edit, s->given);
    return s;
}

static void start_free(void *state)
{
    struct start *s = state;

    clear_items(s);
    free(s->items);
    free(s->given);
    adapters_free(&s->adapters);
    free(s);
}

static bool knows_target(const struct start *s, const char *target)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->items[i].kind == KIND_TARGET &&
            strcmp(s->items[i].id, target) == 0)
            return true;
    return false;
}

/* One that was stopped, or failed, can go on. */
static bool is_concluded(const json_t *c)
{
    const char *outcome = json_text(c, "outcome");

    return strcmp(outcome, "diagnosed") == 0 ||
           strcmp(outcome, "healthy") == 0;
}

static void add_cases(struct start *s, const json_t *cases)
{
    const json_t *c;
    size_t i, n = 0;

    json_array_foreach(cases, i, c) {
        if (is_concluded(c) || n++ >= MAX_CASES)
            continue;
        add(s, KIND_CASE, json_text(c, "case"),
            mem_printf("%.16s  %s  %s", json_text(c, "at"),
                       json_text(c, "target"), json_text(c, "flow")));
    }
}

static void add_ports(struct start *s)
{
    for (size_t i = 0; i < s->adapters.count; i++) {
        const struct port *p = &s->adapters.list[i];
        char *target = mem_printf("serial://%s", p->path);

        add(s, KIND_PORT, target, adapters_label(p));
        s->items[s->count - 1].port = p;
        free(target);
    }
}

static void add_history(struct start *s, const json_t *cases)
{
    const json_t *c;
    size_t i, n = 0;

    json_array_foreach(cases, i, c) {
        const char *target = json_text(c, "target");

        if (!target[0] || strncmp(target, "sim:", 4) == 0 ||
            knows_target(s, target) || n++ >= MAX_HISTORY)
            continue;
        add(s, KIND_TARGET, target, mem_strdup(target));
    }
}

static void add_scenarios(struct start *s, const struct tui *t)
{
    struct err e = {0};
    json_t *all = sim_scenarios(&t->ro.data, NULL, &e);
    const json_t *one;
    size_t i;

    json_array_foreach(all, i, one) {
        const char *id = json_text(one, "id");
        const char *title = msg_i18n(json_object_get(one, "title"));
        char *target = mem_printf("sim:%s", id);

        add(s, KIND_SCENARIO, target,
            title[0] ? mem_printf("%s  %s", id, title) : mem_strdup(id));
        free(target);
    }
    json_decref(all);
}

/* What the cursor stands on, to be found again in a new list. */
struct place {
    enum kind kind;
    char *id;
    struct port *port;
};

static const struct item *chosen(const struct start *s, int at);

static struct place place_of(const struct start *s)
{
    const struct item *it = chosen(s, s->at);
    struct place p = {KIND_CASE, NULL, NULL};

    if (it)
        p = (struct place){it->kind, mem_strdup(it->id),
                           it->port ? port_copy(it->port) : NULL};
    return p;
}

static void place_free(struct place *p)
{
    free(p->id);
    ports_free(p->port, p->port ? 1 : 0);
}

static bool is_place(const struct item *it, const struct place *p)
{
    if (it->port && p->port)
        return port_same(it->port, p->port);
    return it->kind == p->kind && !it->port && !p->port &&
           strcmp(it->id, p->id) == 0;
}

/* The cursor stays on the same thing; where that has gone, on none: Enter
 * would start another. */
static void return_to(struct start *s, struct place *p)
{
    const struct item *it;

    s->at = -1;
    for (int i = 0; p->id && (it = chosen(s, i)); i++)
        if (is_place(it, p))
            s->at = i;
}

static void load_items(struct tui *t, struct start *s)
{
    json_t *cases = case_list();

    clear_items(s);
    add_cases(s, cases);
    add_ports(s);
    add_history(s, cases);
    json_decref(cases);
    add_scenarios(s, t);
    s->loaded = true;
    t->dirty = true;
}

static void load(struct tui *t, void *state)
{
    struct start *s = state;
    struct place p = place_of(s);

    load_items(t, s);
    return_to(s, &p);
    place_free(&p);
}

/* Once the first screen stands: reading the lists takes a moment. Then the
 * ports are looked at on every turn, a second apart at most. */
static void start_idle(struct tui *t, void *state)
{
    struct start *s = state;
    struct place p = place_of(s);
    bool gone, first = !s->loaded;
    char *news;

    if (adapters_refresh(&s->adapters, &news, &gone) || first) {
        load_items(t, s);
        return_to(s, &p);
    }
    place_free(&p);
    if (news)
        screen_note(t, gone, "%s", news);
    free(news);
}

/* What is typed narrows the list; what stood there before does not. */
static char *filter_of(const struct start *s)
{
    char *text = lineedit_get(&s->edit);

    if (strcmp(text, s->given) == 0)
        text[0] = '\0';
    return text;
}

static bool is_shown(const struct item *it, const char *filter)
{
    return !filter[0] || strcasestr(it->label, filter) ||
           strcasestr(it->id, filter);
}

/* The item that is number at among the shown ones, or NULL. */
static const struct item *chosen(const struct start *s, int at)
{
    char *filter = filter_of(s);
    const struct item *found = NULL;

    for (size_t i = 0; at >= 0 && !found && i < s->count; i++)
        if (is_shown(&s->items[i], filter) && at-- == 0)
            found = &s->items[i];
    free(filter);
    return found;
}

static void no_ports(const struct start *s, struct page *p)
{
    const char *why = s->adapters.why_not;

    page_text(p, STYLE_LABEL, _(headings[KIND_PORT]));
    page_item(p, 2, STYLE_PLAIN, NULL, why ? STYLE_WARN : STYLE_DIM,
              why ? why : _("No serial port: plug the adapter in."));
}

/* Lays the list out; returns the line of the chosen one. */
static int list_page(const struct start *s, struct page *p)
{
    char *filter = filter_of(s);
    const struct item *on = chosen(s, s->at);
    int kind = -1, line = 0;

    if (s->loaded && !s->adapters.count && !filter[0])
        no_ports(s, p);
    for (size_t i = 0; i < s->count; i++) {
        const struct item *it = &s->items[i];
        enum style style = it == on ? STYLE_CHOSEN : STYLE_PLAIN;

        if (!is_shown(it, filter))
            continue;
        if ((int)it->kind != kind) {
            page_gap(p);
            page_text(p, STYLE_LABEL, _(headings[it->kind]));
            kind = (int)it->kind;
        }
        if (it == on)
            line = (int)p->count;
        page_clip(p, 2, style, it == on ? ">" : " ", style, it->label);
    }
    free(filter);
    return line;
}

static const struct key keys[];

static int draw_head(struct tui *t)
{
    struct page p = {0};
    int rows;

    page_begin(&p, COLS - 2);
    page_text(&p, STYLE_TITLE, _("Which device?"));
    if (LINES >= FORMS_FROM_ROWS)
        page_text(&p, STYLE_DIM,
                  _("ssh://[user@]host[:port]   serial:///dev/ttyUSB0\n"
                    "telnet://host   exec:COMMAND   file:PATH"));
    rows = (int)p.count;
    page_draw(&p, &t->paint, (struct rect){2, 1, rows, COLS - 2}, 0);
    page_free(&p);
    return 2 + rows;
}

static void start_draw(struct tui *t, void *state)
{
    struct start *s = state;
    struct page p = {0};
    struct rect in;
    int y, line;

    paint_fill(&t->paint, 0, 0, COLS, STYLE_BAR,
               _(" kiriwake — fault isolation for IPsec VPN routers"));
    y = draw_head(t);
    page_begin(&p, COLS - 3);
    line = list_page(s, &p);
    in = (struct rect){y + 2, 1, LINES - y - 4, COLS - 2};
    page_draw(&p, &t->paint, in, s->at < 0 ? 0 : line - in.rows / 2);
    page_free(&p);
    frame_draw_status(t, LINES - 2);
    frame_draw_keys(t, keys, LINES - 1);
    paint_text(&t->paint, y, 1, 2, STYLE_NOW, "> ");
    lineedit_draw(&s->edit, &t->paint, y, 3, COLS - 4);
    if (s->at >= 0)
        curs_set(0);
}

static bool start_key(struct tui *t, void *state, int ch, bool special)
{
    struct start *s = state;

    (void)t;
    if (special && (ch == KEY_DOWN || ch == KEY_NPAGE)) {
        for (int n = ch == KEY_DOWN ? 1 : 10; n-- > 0;)
            s->at += chosen(s, s->at + 1) != NULL;
        return true;
    }
    if (special && (ch == KEY_UP || ch == KEY_PPAGE)) {
        s->at -= ch == KEY_UP ? 1 : 10;
        s->at = s->at < -1 ? -1 : s->at;
        return true;
    }
    if (!special && (ch == '\n' || ch == '\r' || ch == 3 || ch == 12 ||
                     ch == 27))
        return false;
    if (!lineedit_key(&s->edit, ch, special))
        return false;
    s->at = -1;
    return true;
}

/* Without the blanks around it. */
static char *typed_target(const struct start *s)
{
    char *all = lineedit_get(&s->edit), *text;
    size_t from = strspn(all, " "), len = strlen(all);

    while (len > from && all[len - 1] == ' ')
        len--;
    text = mem_strndup(all + from, len - from);
    free(all);
    return text;
}

/* A name in the target wins over --user; and one that was removed from the
 * target, or may have been refused on a console, is not used again. */
static bool take_target(struct tui *t, const char *text, bool typed)
{
    struct target target;
    struct err e = {0};

    if (target_parse(text, &target, &e) < 0) {
        screen_note_err(t, &e);
        return false;
    }
    if (target.user || (t->retarget && (typed || !target.host)))
        t->ro.user = NULL;
    target_free(&target);
    return true;
}

static void begin(struct tui *t, const char *target, const char *case_id)
{
    struct err e = {0};

    screen_forget(t, false);
    screen_start(t, target, case_id, &e);
}

static void key_go(struct tui *t, void *state)
{
    struct start *s = state;
    const struct item *it = chosen(s, s->at);
    char *text = it ? mem_strdup(it->id) : typed_target(s);

    if (it && it->kind == KIND_CASE)
        begin(t, NULL, text);
    else if (!text[0])
        screen_note(t, false, "%s", _("type a target, or choose below"));
    else if (take_target(t, text, !it))
        begin(t, text, NULL);
    free(text);
    screen_settle(t);
}

static bool has_before(const struct tui *t)
{
    return t->run != NULL;
}

static void key_back(struct tui *t, void *state)
{
    (void)state;
    t->retarget = false;
    screen_settle(t);
}

/* Back to an empty line; it never leaves by accident. */
static void key_clear(struct tui *t, void *state)
{
    struct start *s = state;

    (void)t;
    lineedit_wipe(&s->edit);
    s->at = -1;
}

static const struct key keys[] = {
    {'\n', "Enter", N_("Start"), key_go, NULL},
    {'\r', NULL, NULL, key_go, NULL},
    {KEY_ENTER, NULL, NULL, key_go, NULL},
    {KEY_DOWN, "↑↓", N_("Choose"), key_go, NULL},
    {27, "Esc", N_("Back"), key_back, has_before},
    {KEY_F(1), "F1", N_("Help"), screen_key_help, NULL},
    {KEY_F(2), "F2", N_("日本語"), screen_key_language,
     screen_can_japanese},
    {3, "^C", N_("Quit"), screen_key_quit, NULL},
    {27, NULL, NULL, key_clear, NULL},
    {0},
};

static enum paste start_paste(const void *state)
{
    (void)state;
    return PASTE_LINE;
}

const struct mode mode_start = {
    .name = "start",
    .keys = keys,
    .init = start_init,
    .draw = start_draw,
    .key = start_key,
    .paste = start_paste,
    .idle = start_idle,
    .changed = load,
    .free = start_free,
};
