/* What surrounds every mode of a walk: head, path, status, key bar. */
#include "screen.h"

#include <curses.h>
#include <stdio.h>
#include <string.h>

#include "kiriwake/buf.h"
#include "kiriwake/msg.h"
#include "kiriwake/text.h"

#define PATH_FROM_COLS 72       /* narrower: the path has no pane */
#define WAIT_SHOWN_MS 3000

struct frame frame_layout(bool with_path, bool with_dialogue)
{
    struct frame f = {.head = {0, 0, 2, COLS}};
    int rows = LINES - 2 - 2, talk = 0, left = 0;

    if (with_dialogue && rows >= 12)
        talk = rows / 3 + 1;    /* with its rule */
    if (with_path && COLS >= PATH_FROM_COLS)
        left = COLS / 3 > 48 ? 48 : COLS / 3;
    f.path = (struct rect){2, 0, left ? rows - talk : 0, left};
    f.body = (struct rect){2, left ? left + 1 : 0, rows - talk,
                           COLS - (left ? left + 1 : 0)};
    f.dialogue = (struct rect){2 + rows - talk, 0, talk, COLS};
    f.status_y = LINES - 2;
    f.bar_y = LINES - 1;
    return f;
}

/* "hostname · NEC UNIVERGE IX · IX2215 · 10.2", of what is known. */
static void describe_device(const struct tui *t, struct buf *b, bool title)
{
    const json_t *d = json_object_get(t->view, "device");
    const char *parts[] = {json_text(d, "hostname"),
                           json_text(t->view, "driver_title"),
                           json_text(d, "model"), json_text(d, "os_version")};

    if (!parts[1][0])
        parts[1] = json_text(d, "driver");
    for (int i = 0; i < 4; i++)
        if (parts[i][0] && (title || i != 1))
            buf_printf(b, "%s%s", b->len ? " · " : "", parts[i]);
}

static void describe_subject(const struct tui *t, struct buf *b)
{
    const json_t *s = json_object_get(t->view, "subject");
    const char *peer = json_text(s, "peer");
    const char *interface = json_text(s, "interface");

    buf_printf(b, " VPN: %s", s && json_text(s, "id")[0]
               ? json_text(s, "id") : _("not chosen yet"));
    if (peer[0])
        buf_printf(b, " → %s", peer);
    if (interface[0] && strcmp(interface, json_text(s, "id")) != 0)
        buf_printf(b, " (%s)", interface);
}

static const struct {
    const char *session, *text;
    enum style style;
} sessions[] = {
    {"opening", N_("connecting"), STYLE_WARN},
    {"login", N_("logging in"), STYLE_WARN},
    {"stuck", N_("no session"), STYLE_BAD},
    {"terminal", N_("by hand"), STYLE_WARN},
    {"ready", N_("connected"), STYLE_OK},
    {"closing", N_("logging out"), STYLE_WARN},
    {"lost", N_("link lost: trying again"), STYLE_BAD},
    {"closed", N_("not connected"), STYLE_DIM},
};

static enum style describe_session(const struct tui *t, struct buf *b)
{
    const char *s = json_text(t->view, "session");
    enum style style = STYLE_DIM;

    for (size_t i = 0; i < sizeof sessions / sizeof sessions[0]; i++)
        if (strcmp(sessions[i].session, s) == 0) {
            buf_adds(b, _(sessions[i].text));
            style = sessions[i].style;
        }
    if (screen_is_open(t) &&
        json_is_true(json_object_get(t->view, "paused"))) {
        buf_printf(b, "%s%s", b->len ? " · " : "", _("PAUSED"));
        style = STYLE_WARN;
    }
    return style;
}

/* left and right on one row; the right one yields first. */
static void draw_pair(const struct tui *t, int y, enum style ls,
                      const char *left, enum style rs, const char *right)
{
    int lw = text_width(left), rw = text_width(right), room;

    if (ls == STYLE_BAR)
        paint_fill(&t->paint, y, 0, COLS, ls, "");
    paint_text(&t->paint, y, 0, COLS, ls, left);
    room = COLS - lw - 2;
    if (room < 8)
        return;
    if (rw > room)
        rw = room;
    paint_text(&t->paint, y, COLS - rw - 1, rw, rs, right);
}

void frame_draw_head(struct tui *t, const struct frame *f)
{
    struct buf left = {0}, right = {0};
    enum style style;

    buf_printf(&left, " kiriwake  %s", t->ro.target ? t->ro.target :
               json_text(t->view, "target"));
    describe_device(t, &right, true);
    if (text_width(buf_str(&left)) + text_width(buf_str(&right)) + 3 > COLS &&
        json_text(json_object_get(t->view, "device"), "model")[0]) {
        buf_clear(&right);
        describe_device(t, &right, false);
    }
    draw_pair(t, f->head.y, STYLE_BAR, buf_str(&left), STYLE_BAR,
              buf_str(&right));
    buf_clear(&left);
    buf_clear(&right);
    describe_subject(t, &left);
    style = describe_session(t, &right);
    draw_pair(t, f->head.y + 1, STYLE_PLAIN, buf_str(&left), style,
              buf_str(&right));
    buf_free(&left);
    buf_free(&right);
}

/* What somebody waits for: the command under way, and since when. */
static void describe_wait(const struct tui *t, struct buf *b)
{
    uint64_t waited = screen_now(t) - t->since_ms;

    if (t->sent[0])
        buf_printf(b, "→ %s", t->sent);
    else
        buf_adds(b, t->progress);
    if (waited >= WAIT_SHOWN_MS)
        buf_printf(b, _(" (%u s)"), (unsigned)(waited / 1000));
}

void frame_draw_status(struct tui *t, int y)
{
    struct buf b = {0};

    if (t->note[0]) {
        paint_text(&t->paint, y, 1, COLS - 1,
                   t->note_bad ? STYLE_BAD : STYLE_NOW, t->note);
        return;
    }
    if (screen_is_open(t) && !t->asked)
        describe_wait(t, &b);
    else if (screen_is_open(t) || !t->run)
        buf_adds(&b, t->progress);
    paint_text(&t->paint, y, 1, COLS - 1, STYLE_DIM, buf_str(&b));
    buf_free(&b);
}

static bool is_shown(const struct tui *t, const struct key *k)
{
    return k->label && (!k->can || k->can(t));
}

static int key_width(const struct key *k)
{
    return text_width(k->label) + 1 + text_width(_(k->what));
}

/* Columns of all keys shown, with gap columns after each. */
static int keys_width(const struct tui *t, const struct key *keys, int gap)
{
    int w = 0;

    for (; keys && keys->ch; keys++)
        if (is_shown(t, keys))
            w += key_width(keys) + gap;
    return w;
}

/* Paints the keys that fit between x and room; returns the next column. */
static int draw_keys(const struct tui *t, const struct key *keys, int y,
                     int x, int room, int gap)
{
    for (; keys && keys->ch; keys++) {
        if (!is_shown(t, keys) || x + key_width(keys) > room)
            continue;
        x += paint_text(&t->paint, y, x, COLS - x, STYLE_KEY, keys->label);
        x += paint_text(&t->paint, y, x, COLS - x, STYLE_BAR, " ");
        x += paint_text(&t->paint, y, x, COLS - x, STYLE_BAR,
                        _(keys->what));
        x += gap;
    }
    return x;
}

void frame_draw_keys(struct tui *t, const struct key *keys, int y)
{
    draw_keys(t, keys, y, 0, COLS, keys_width(t, keys, 2) <= COLS ? 2 : 1);
}

/* Room is kept for the first two of the common keys. */
void frame_draw_bar(struct tui *t, const struct key *keys, int y)
{
    int gap = keys_width(t, keys, 2) +
              keys_width(t, screen_common_keys, 2) <= COLS ? 2 : 1;
    int common = 0, x;

    for (int i = 0; i < 2; i++)
        common += key_width(&screen_common_keys[i]) + gap;
    x = draw_keys(t, keys, y, 0, COLS - common, gap);
    draw_keys(t, screen_common_keys, y, x, COLS, gap);
}

/* Lays out the path; returns the line of the entry that is looked at. brief:
 * the others take one line each. */
static int path_page(const struct tui *t, struct page *p, int chosen,
                     bool brief)
{
    const json_t *path = json_object_get(t->view, "path"), *entry;
    const json_t *current = json_object_get(t->view, "current");
    size_t i;
    int at = 0;

    json_array_foreach(path, i, entry) {
        enum style style;
        const char *mark = paint_mark(&t->paint, json_text(entry, "outcome"),
                                      &style);
        bool human = strcmp(json_text(entry, "by"), "human") == 0;
        bool on = chosen == (int)i;
        char head[16];

        if (on)
            at = (int)p->count;
        snprintf(head, sizeof head, "%s%s", mark, human &&
                 strcmp(json_text(entry, "outcome"), "answered") != 0
                 ? t->paint.plain_marks ? "*" : "✎" : "");
        if (on || !brief)
            page_item(p, 3, style, head, on ? STYLE_CHOSEN : STYLE_PLAIN,
                      json_text(entry, "title"));
        else
            page_clip(p, 3, style, head, STYLE_PLAIN,
                      json_text(entry, "title"));
    }
    if (json_is_object(current) && screen_is_open(t)) {
        enum style style;
        const char *mark = paint_mark(&t->paint, "now", &style);

        if (chosen < 0)
            at = (int)p->count;
        page_item(p, 3, style, mark, STYLE_TITLE,
                  json_text(current, "title"));
    }
    return at;
}

void frame_draw_path(struct tui *t, struct rect r, bool on, int chosen)
{
    struct page p = {0};
    int top, at;

    if (r.rows <= 1)
        return;
    paint_rule(&t->paint, r.y, r.x, r.cols, on, _("Path"));
    page_begin(&p, r.cols - 2);
    at = path_page(t, &p, chosen, false);
    if ((int)p.count > r.rows - 1) {
        page_begin(&p, r.cols - 2);     /* too long: one line each */
        at = path_page(t, &p, chosen, true);
    }
    top = chosen < 0 ? (int)p.count : at - (r.rows - 1) / 2;
    page_draw(&p, &t->paint,
              (struct rect){r.y + 1, r.x + 1, r.rows - 1, r.cols - 1}, top);
    page_free(&p);
    if (r.x + r.cols < COLS)
        paint_vertical(&t->paint, r.y, r.x + r.cols, r.rows);
}
