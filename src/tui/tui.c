/* The loop: keys, the run, signals; nothing in it blocks. */
#include "kiriwake/tui.h"

#include <curses.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kiriwake/msg.h"
#include "screen.h"
#include "script.h"
#include "term.h"
#include "turn.h"

#define LEAVE_MS 10000
#define PASTE_MS 1000           /* within one paste */

/* Takes over the first target, or the case. */
static int begin(struct tui *t, struct err *e)
{
    if (!t->o->case_id && !t->o->run->target)
        return 0;
    return screen_start(t, t->o->run->target, t->o->case_id, e) ? 0 : -1;
}

static void show(struct tui *t)
{
    screen_draw(t);
    refresh();
}

/* True when the key was of a paste. A terminal that does not tell its end
 * does not keep the keyboard. */
static bool take_paste(struct tui *t, int ch, bool special)
{
    const struct clock real = {0};
    uint64_t now = clock_now(&real);
    bool mark = special && (ch == TERM_PASTE || ch == TERM_PASTED);

    if (mark)
        t->pasting = ch == TERM_PASTE;
    else if (t->pasting && now - t->pasted_ms > PASTE_MS)
        t->pasting = false;
    t->pasted_ms = now;
    if (mark && t->pasting)
        screen_begin_paste(t);
    else if (t->pasting && !special)
        screen_paste(t, ch);
    return mark || t->pasting;
}

static void take_keys(struct tui *t)
{
    bool special;
    int ch;

    t->crowded = false;
    while (!t->over_now && term_key(&ch, &special)) {
        t->pressed = true;
        t->crowded |= term_key_waits();
        if (special && ch == KEY_RESIZE)
            t->dirty = true;
        else if (!take_paste(t, ch, special))
            screen_key(t, ch, special);
        screen_settle(t);
    }
}

static void take_signals(struct tui *t)
{
    struct term_signals s = term_signals();

    if (s.resized) {
        term_fit();
        t->dirty = true;
    }
    if (s.stop) {
        t->status = EXIT_INTERRUPTED;
        screen_leave(t);
    }
}

/* The seconds that somebody has waited are on the screen. */
static void count_seconds(struct tui *t)
{
    uint64_t s = (screen_now(t) - t->since_ms) / 1000;

    if (screen_is_open(t) && !t->asked && s != t->shown_s)
        t->dirty = true;
    t->shown_s = s;
}

static void turn(struct tui *t)
{
    struct pollfd fds[TURN_MAX_FDS] = {{STDIN_FILENO, POLLIN, 0},
                                       {term_signal_fd(), POLLIN, 0}};

    turn_run(t, fds, 2);
    if (fds[1].revents)
        take_signals(t);
    if (fds[0].revents & (POLLHUP | POLLERR))
        screen_leave(t);
    take_keys(t);
    count_seconds(t);
}

/* Leaving takes as long as the device takes to log out, within limits. */
static void check_leaving(struct tui *t, uint64_t now, uint64_t *since)
{
    if (!t->leaving)
        return;
    if (!*since)
        *since = now;
    if (!screen_is_open(t) || now - *since > LEAVE_MS)
        t->over_now = true;
}

/* What a mode reads when nobody waits; true when that is to be shown. */
static bool idle(struct tui *t)
{
    bool dirty = t->dirty;

    t->dirty = false;
    if (screen_top(t)->mode->idle)
        screen_top(t)->mode->idle(t, screen_top(t)->state);
    t->pressed = t->dirty;
    t->dirty |= dirty;
    return t->pressed;
}

/* Paints when something changed, at most every frame; a key at once. */
static void loop(struct tui *t)
{
    const struct clock real = {0};
    uint64_t painted = 0, leaving_since = 0;

    while (!t->over_now) {
        uint64_t now = clock_now(&real);

        if (t->pressed || now - painted >= TURN_FRAME_MS)
            screen_settle(t);
        if (t->dirty && (t->pressed || now - painted >= TURN_FRAME_MS)) {
            show(t);
            painted = now;
        }
        t->pressed = false;
        if (idle(t))
            continue;
        turn(t);
        check_leaving(t, now, &leaving_since);
    }
}

/* What remains on the terminal: the cause in one line, and the case. */
static void farewell(const struct tui *t, const struct err *e)
{
    const char *id = json_text(t->view, "case");
    const json_t *f = json_array_get(json_object_get(t->view, "findings"), 0);

    if (e->status) {
        fprintf(stderr, "kiriwake: %s\n", e->what);
        if (e->hint[0])
            fprintf(stderr, "  %s\n", e->hint);
        return;
    }
    if (f)
        fprintf(stderr, "%s: %s (%s)\n", _("Cause found"),
                json_text(f, "title"), json_text(f, "id"));
    if (t->left)
        fputs(t->left, stderr);
    run_print_left(t->view, stderr);
    if (!id[0] || t->ro.no_journal)
        return;
    fprintf(stderr, _("case %s\n"), id);
    if (t->status == EXIT_INTERRUPTED || t->status == EXIT_NOT_UNDONE)
        fprintf(stderr, _("  go on with it: kiriwake resume %s\n"), id);
}

static void finish(struct tui *t)
{
    if (t->run) {
        t->status = run_status(t->run);
        if (!run_done(t->run) && t->status != EXIT_NOT_UNDONE)
            t->status = EXIT_INTERRUPTED;
        json_decref(t->view);
        t->view = run_view(t->run);
    }
    if (t->left)
        t->status = EXIT_NOT_UNDONE;
    screen_free(t);
}

static int open_terminal(const struct tui_options *o, struct err *e)
{
    if (o->keys)
        return term_open_blind(o->cols, o->rows, e);
    return term_open(e);
}

int tui_main(const struct tui_options *o)
{
    struct tui *t = calloc(1, sizeof *t);
    struct err e = {0};
    int status;

    if (!t || open_terminal(o, &e) < 0) {
        fprintf(stderr, "kiriwake: %s\n  %s\n", e.what, e.hint);
        free(t);
        return e.status ? e.status : EXIT_INTERNAL;
    }
    t->o = o;
    t->ro = *o->run;
    t->clip = term_clip;
    paint_init(&t->paint);
    screen_settle(t);
    show(t);                    /* before anything that takes time */
    if (begin(t, &e) < 0)
        t->status = e.status;
    else if (o->keys)
        script_play(t, o->keys, o->save, &e);
    else
        loop(t);
    finish(t);
    term_close();
    farewell(t, &e);
    status = e.status ? e.status : t->status;
    run_free(t->run);
    json_decref(t->view);
    json_decref(t->asked);
    json_decref(t->past);
    json_decref(t->told);
    dialogue_free(&t->dialogue);
    free(t->target);
    free(t->user);
    free(t->left);
    free(t);
    return status;
}
