/* Puts back what was there, in reverse, and proves it by reading again. */
#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"

#include "walk.h"

enum stage { BEGIN, SENT, READ };

/* Never sent, or put back already. */
static bool is_over(const struct change *c, const struct checkpoint *only)
{
    return (only && c->point != only) || !c->sent || c->undone ||
           c->stage == CHANGE_GIVEN_UP;
}

static bool has_undo(const struct change *c)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->steps[i].sent && json_array_size(c->steps[i].undo))
            return true;
    return false;
}

static bool read_state(struct walker *w, const struct change *c)
{
    bool done = true;

    for (size_t i = 0; i < c->count; i++) {
        done = facts_ensure(w, &c->steps[i].step->state) && done;
        done = facts_ensure_expr(w, c->steps[i].step->restored) && done;
    }
    return done;
}

/* 1: all is as before, 0: it is not, -1: cannot be told. */
static int restored(const struct walker *w, const struct change *c)
{
    int all = 1;

    for (size_t i = 0; i < c->count; i++) {
        const struct change_step *s = &c->steps[i];
        int one;

        if (!s->sent || !json_array_size(s->undo))
            continue;
        one = s->step->restored ? eval_bool(w, s->step->restored, NULL)
                                : change_same(w, s->reads);
        if (one == 0)
            return 0;
        if (one < 0)
            all = -1;
    }
    return all;
}

static void send(struct walker *w, struct change *c)
{
    json_t *steps = json_array(), *command;
    size_t k;

    for (size_t i = c->count; i-- > 0;)
        if (c->steps[i].sent)
            json_array_foreach(c->steps[i].undo, k, command)
                json_array_append_new(
                    steps, json_pack("{s:O,s:s?}", "send", command, "mode",
                                     c->steps[i].step->mode));
    c->stage = SENT;
    c->effect = walk_emit(w, json_pack("{s:s,s:s,s:o}", "effect", "undo",
                                       "checkpoint", c->point->id, "steps",
                                       steps));
}

/* After a resume, or when nobody saw whether the change went through, the
 * state decides whether anything has to be sent. */
static bool uncertain(const struct walker *w, const struct change *c)
{
    return c->effect || c->resumes != w->resumes;
}

/* False while something is asked. */
static bool begin(struct walker *w, struct change *c)
{
    if (!has_undo(c)) {
        c->undone = c->verified = true;
        return true;
    }
    if (uncertain(w, c)) {
        if (!read_state(w, c))
            return false;
        if (restored(w, c) == 1) {
            c->undone = c->verified = true;
            c->effect = 0;
            return true;
        }
        c->resumes = w->resumes;
    }
    send(w, c);
    return false;
}

static bool prove(struct walker *w, struct change *c)
{
    int same;

    if (!read_state(w, c))
        return false;
    same = restored(w, c);
    c->verified = same == 1;
    c->undone = same == 1 || (same < 0 && c->complete);
    c->stage = CHANGE_GIVEN_UP;
    return true;
}

/* True when this change needs nothing more. */
static bool undo_one(struct walker *w, struct change *c)
{
    if (c->stage == BEGIN)
        return begin(w, c);
    if (c->stage == SENT)
        return false;
    return prove(w, c);
}

static void finish(struct walker *w, const struct checkpoint *only)
{
    const struct outcome *o = w->undo_for;

    if (only) {
        w->undo_only = NULL;
        w->undo_for = NULL;
        w->phase = PHASE_WALK;
        walk_leave(w, o);
        return;
    }
    w->phase = PHASE_DONE;
    walk_drop_open(w);
    walk_emit(w, json_pack("{s:s}", "effect", "done"));
    json_array_clear(w->open);
}

void undo_run(struct walker *w, const struct checkpoint *only)
{
    for (size_t i = w->change_count; i-- > 0;) {
        struct change *c = w->changes[i];

        if (!is_over(c, only) && !undo_one(w, c))
            return;
    }
    finish(w, only);
}
