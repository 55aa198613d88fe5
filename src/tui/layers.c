/* The base mode and the overlays above it. */
#include "screen.h"

#include <curses.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "kiriwake/msg.h"

const struct layer *screen_top(const struct tui *t)
{
    return t->over_count ? &t->over[t->over_count - 1] : &t->base;
}

static void open_layer(struct tui *t, struct layer *l, const struct mode *m,
                       const void *arg)
{
    l->mode = m;
    l->state = m->init ? m->init(t, arg) : NULL;
    t->dirty = true;
}

static void close_layer(struct layer *l)
{
    if (l->mode && l->mode->free)
        l->mode->free(l->state);
    *l = (struct layer){0};
}

void screen_push(struct tui *t, const struct mode *m, const void *arg)
{
    if (t->over_count == SCREEN_MAX_OVER)
        return;
    open_layer(t, &t->over[t->over_count], m, arg);
    t->over_count++;
}

void screen_pop(struct tui *t)
{
    if (t->over_count)
        close_layer(&t->over[--t->over_count]);
    t->dirty = true;
}

static const struct mode *mode_of_question(const json_t *asking)
{
    const char *effect = json_text(asking, "effect");
    const char *what = json_text(asking, "what");

    if (strcmp(effect, "consent") == 0 ||
        (strcmp(effect, "login") == 0 && strcmp(what, "host-key") == 0))
        return &mode_consent;
    return strcmp(effect, "login") == 0 ? &mode_login : &mode_ask;
}

static const struct mode *wanted_mode(const struct tui *t)
{
    if (t->retarget && !screen_is_open(t) && !t->leaving)
        return &mode_start;
    if (!t->run)
        return t->ro.target || t->o->case_id ? &mode_walk : &mode_start;
    if (t->look || t->leaving || t->retarget)
        return &mode_walk;
    if (run_done(t->run))
        return &mode_result;
    return t->asked ? mode_of_question(t->asked) : &mode_walk;
}

/* Takes over a new question; one that is unchanged keeps its state. */
static bool update_question(struct tui *t)
{
    const json_t *now = t->run ? run_asking(t->run) : NULL;

    if (now ? t->asked && json_equal(now, t->asked) : !t->asked)
        return false;
    json_decref(t->asked);
    t->asked = now ? json_deep_copy(now) : NULL;
    if (now)
        t->look = false;
    return true;
}

/* What was seen at a check point, for those who look back at it. */
static void remember_current(struct tui *t)
{
    json_t *current = json_object_get(t->view, "current");
    const char *id = json_text(current, "id");

    if (!t->past)
        t->past = json_object();
    if (json_array_size(json_object_get(current, "seen")))
        json_object_set(t->past, id, current);
}

static void update_view(struct tui *t)
{
    const struct layer *top = screen_top(t);

    t->stale = false;
    t->dirty = true;
    if (t->run) {
        json_decref(t->view);
        t->view = run_view(t->run);
        remember_current(t);
    }
    if (t->base.mode && t->base.mode->changed)
        t->base.mode->changed(t, t->base.state);
    if (t->over_count && top->mode->changed)
        top->mode->changed(t, top->state);
}

void screen_settle(struct tui *t)
{
    bool fresh = update_question(t);
    const struct mode *m;

    if (t->stale)
        update_view(t);
    m = wanted_mode(t);
    if (fresh || m != t->base.mode) {
        close_layer(&t->base);
        open_layer(t, &t->base, m, NULL);
    }
}

static void draw_too_small(struct tui *t)
{
    paint_text(&t->paint, 0, 0, COLS, STYLE_TITLE,
               _("The terminal is too small"));
}

void screen_draw(struct tui *t)
{
    erase();
    curs_set(0);
    if (COLS < SCREEN_MIN_COLS || LINES < SCREEN_MIN_ROWS) {
        draw_too_small(t);
    } else {
        t->base.mode->draw(t, t->base.state);
        for (size_t i = 0; i < t->over_count; i++)
            t->over[i].mode->draw(t, t->over[i].state);
    }
    t->dirty = false;
}

static bool try_table(struct tui *t, const struct key *keys, void *state,
                      int ch, bool special)
{
    for (; keys && keys->ch; keys++) {
        if (keys->ch != ch || (keys->ch >= KEY_MIN) != special ||
            (keys->can && !keys->can(t)))
            continue;
        keys->run(t, state);
        return true;
    }
    return false;
}

void screen_key(struct tui *t, int ch, bool special)
{
    const struct layer top = *screen_top(t);

    t->note[0] = '\0';
    t->dirty = true;
    if (top.mode->key && top.mode->key(t, top.state, ch, special))
        return;
    if (!try_table(t, top.mode->keys, top.state, ch, special))
        try_table(t, screen_common_keys, top.state, ch, special);
}

void screen_begin_paste(struct tui *t)
{
    t->pasted_line = false;
    t->note[0] = '\0';
}

/* What the top mode is at each character: it may be another meanwhile. */
void screen_paste(struct tui *t, int ch)
{
    const struct layer top = *screen_top(t);
    enum paste how = top.mode->paste ? top.mode->paste(top.state)
                                     : PASTE_NOTHING;

    t->dirty = true;
    if (how == PASTE_ALL) {
        if (ch >= ' ' || ch == '\n' || ch == '\r' || ch == '\t')
            screen_key(t, ch, false);
    } else if (how == PASTE_NOTHING) {
        screen_note(t, true, "%s", _("what was pasted was not taken: no line "
                                     "is typed here"));
    } else if (ch == '\n' || ch == '\r') {
        t->pasted_line = true;
    } else if (ch >= ' ' && ch != 127 && !t->pasted_line) {
        top.mode->key(t, top.state, ch, false);
    }
}

void screen_free(struct tui *t)
{
    while (t->over_count)
        screen_pop(t);
    close_layer(&t->base);
}

void screen_note(struct tui *t, bool bad, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(t->note, sizeof t->note, fmt, ap);
    va_end(ap);
    t->note_bad = bad;
    t->dirty = true;
}

void screen_note_err(struct tui *t, const struct err *e)
{
    screen_note(t, true, "%s%s%s", e->what, e->hint[0] ? " — " : "", e->hint);
}

const char *json_text(const json_t *object, const char *key)
{
    return msg_i18n(json_object_get(object, key));
}
