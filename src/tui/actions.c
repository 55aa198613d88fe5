/* What keys do in more than one mode. */
#include "screen.h"

#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"

uint64_t screen_now(const struct tui *t)
{
    const struct clock real = {0};

    return clock_now(t->run ? run_clock(t->run) : &real);
}

bool screen_is_open(const struct tui *t)
{
    return t->run && !run_done(t->run);
}

static void on_changed(void *arg)
{
    struct tui *t = arg;

    t->stale = true;
    t->since_ms = t->run ? screen_now(t) : t->since_ms;
}

static void on_line(void *arg, bool out, const char *text)
{
    struct tui *t = arg;

    dialogue_add(&t->dialogue, out, text);
    if (out) {
        snprintf(t->sent, sizeof t->sent, "%s", text);
        t->progress[0] = '\0';
    }
    t->since_ms = t->run ? screen_now(t) : t->since_ms;
    t->dirty = true;
}

static void on_progress(void *arg, const char *text)
{
    struct tui *t = arg;

    snprintf(t->progress, sizeof t->progress, "%s", text);
    t->sent[0] = '\0';
    t->since_ms = t->run ? screen_now(t) : t->since_ms;
    t->dirty = true;
}

static bool is_demo(const struct tui *t)
{
    return t->o->demo && t->target && strncmp(t->target, "sim:", 4) == 0;
}

bool screen_start(struct tui *t, const char *target, const char *case_id,
                  struct err *e)
{
    const struct run_listener listener = {t, on_changed, on_line,
                                          on_progress};

    if (target != t->target) {
        free(t->target);
        t->target = mem_copy(target);
    }
    t->ro.target = t->target;
    t->ro.no_journal = t->o->run->no_journal || is_demo(t);
    t->ro.interactive = true;
    t->ro.real_time = !t->o->keys;
    t->run = case_id ? run_resume(case_id, &t->ro, &listener, e)
                     : run_new(&t->ro, &listener, e);
    t->retarget = !t->run;
    if (!t->run) {
        t->ro.target = NULL;
        screen_note_err(t, e);
        return false;
    }
    t->stale = true;
    t->since_ms = screen_now(t);
    return true;
}

/* What run_print_left tells of the run, below its target. */
static void keep_left(struct tui *t)
{
    FILE *f = NULL;
    char *text = NULL;
    json_t *view;
    size_t len;

    if (run_status(t->run) == EXIT_NOT_UNDONE)
        f = open_memstream(&text, &len);
    if (!f)
        return;
    view = run_view(t->run);
    fprintf(f, "%s%s\n", t->left ? t->left : "", json_text(view, "target"));
    run_print_left(view, f);
    json_decref(view);
    fclose(f);
    free(t->left);
    t->left = text;
}

void screen_forget(struct tui *t, bool same_case)
{
    if (t->run && !same_case)
        keep_left(t);
    run_free(t->run);
    t->run = NULL;
    json_decref(t->told);
    t->told = NULL;
    t->progress[0] = t->sent[0] = '\0';
    t->look = false;
    if (same_case)
        return;
    json_decref(t->past);
    t->past = NULL;
    dialogue_free(&t->dialogue);
}

void screen_retarget(struct tui *t)
{
    t->retarget = t->dirty = true;
    if (screen_is_open(t))
        run_stop(t->run, "interrupted");
    t->stale = true;
}

void screen_leave(struct tui *t)
{
    t->leaving = true;
    t->dirty = true;
    if (!screen_is_open(t)) {
        t->over_now = true;
        return;
    }
    run_stop(t->run, "interrupted");
    t->stale = true;
}

const char *screen_still(struct tui *t, const char *ctx, const char *where)
{
    size_t len = strlen(where);

    if (len && strncmp(ctx, where, len) == 0 && ctx[len] == '\n')
        return ctx + len + 1;
    screen_note(t, true, "%s", _("the walk has gone on: nothing was "
                                 "answered"));
    return NULL;
}

/* What is asked may be another question than the one that was seen. */
void screen_answer(struct tui *t, const char *answer, const char *remark)
{
    if (!t->asked || !json_equal(run_asking(t->run), t->asked)) {
        t->stale = true;
        return;
    }
    run_answer(t->run, answer, remark);
    json_decref(t->asked);
    t->asked = NULL;            /* what is asked next is a new question */
    t->stale = true;
    screen_settle(t);
}

void screen_key_help(struct tui *t, void *state)
{
    const struct mode *top = screen_top(t)->mode;

    (void)state;
    if (top != &mode_help)
        screen_push(t, &mode_help, top);
}

void screen_key_quit(struct tui *t, void *state)
{
    (void)state;
    if (t->leaving)
        t->over_now = true;     /* the person does not want to wait */
    else if (!screen_is_open(t))
        screen_leave(t);
    else if (screen_top(t)->mode != &mode_quit)
        screen_push(t, &mode_quit, NULL);
}

void screen_key_language(struct tui *t, void *state)
{
    (void)state;
    msg_init(strcmp(msg_lang(), "ja") ? "ja" : "en");
    t->stale = true;
    screen_settle(t);
}

void screen_key_retry(struct tui *t, void *state)
{
    bool done = run_retry(t->run);

    (void)state;
    t->stale = true;
    screen_note(t, !done, "%s", done ? _("the check point is read again")
                : _("this cannot be read again now"));
}

void screen_key_back(struct tui *t, void *state)
{
    bool done = run_back(t->run);

    (void)state;
    t->stale = true;
    screen_note(t, !done, "%s", done ? _("back at the last answer")
                : _("there is no answer to go back to"));
}

bool screen_can_japanese(const struct tui *t)
{
    return !t->paint.ascii;
}

static void key_repaint(struct tui *t, void *state)
{
    (void)state;
    clearok(curscr, TRUE);
    t->dirty = true;
}

/* The first two are on every key bar, the others where there is room. */
const struct key screen_common_keys[] = {
    {'?', "?", N_("Help"), screen_key_help, NULL},
    {'q', "q", N_("Quit"), screen_key_quit, NULL},
    {'L', "L", N_("日本語"), screen_key_language, screen_can_japanese},
    {KEY_F(1), NULL, NULL, screen_key_help, NULL},
    {KEY_F(2), NULL, NULL, screen_key_language, screen_can_japanese},
    {3, NULL, NULL, screen_key_quit, NULL},     /* Ctrl-C */
    {KEY_F(10), NULL, NULL, screen_key_quit, NULL},
    {12, NULL, NULL, key_repaint, NULL},        /* Ctrl-L */
    {0},
};
