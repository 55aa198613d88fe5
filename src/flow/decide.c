/* What a check point concludes. */
#include <stdlib.h>
#include <string.h>

#include "kiriwake/buf.h"
#include "kiriwake/mem.h"
#include "kiriwake/msg.h"

#include "walk.h"

static const struct next to_open = {NEXT_OPEN, "open", NULL, NULL};

const struct outcome *outcome_of(const struct outcome *list, size_t count,
                                 const char *id)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].id, id) == 0)
            return &list[i];
    return NULL;
}

static const struct next *exit_of(const struct next *first,
                                  const struct next *second)
{
    if (first->kind != NEXT_NONE)
        return first;
    return second && second->kind != NEXT_NONE ? second : &to_open;
}

/* Leaves by an exit that is no outcome. */
static void leave_by(struct walker *w, const char *outcome, const char *by,
                     const char *because, const struct next *n)
{
    path_add(w, outcome, by, because, n->word);
    walk_go(w, n);
}

void decide_skipped(struct walker *w, const char *because)
{
    leave_by(w, "skipped", "device", because,
             exit_of(&w->at->denied, &w->at->unreadable));
}

/* --- taking an outcome --- */

static const char *word_of(const struct walker *w, const struct outcome *o)
{
    bool is_answer =
        outcome_of(w->at->answers, w->at->answer_count, o->id) == o;

    return is_answer ? "answered" : o->abnormal ? "abnormal" : "normal";
}

static const char *next_word(const struct outcome *o)
{
    if (o->result)
        return o->result;
    return o->next.kind == NEXT_NONE ? NULL : o->next.word;
}

static bool has_change(const struct walker *w, const struct checkpoint *p)
{
    for (size_t i = 0; i < w->change_count; i++)
        if (w->changes[i]->point == p && !w->changes[i]->undone)
            return true;
    return false;
}

/* A check point that was passed by without an answer may hide the cause. */
static bool was_missed(const struct walker *w, const char *id)
{
    const char *s = json_string_value(
        json_object_get(json_object_get(w->state, "outcomes"), id));

    return s && (strcmp(s, "unreadable") == 0 || strcmp(s, "skipped") == 0);
}

static const char *missed(const struct walker *w, const struct outcome *o)
{
    for (size_t i = 0; i < o->given.count; i++)
        if (was_missed(w, o->given.items[i]))
            return o->given.items[i];
    return NULL;
}

/* The finding would stand on what nobody saw: it is only suspected. */
static void only_suspect(struct walker *w, const struct outcome *o,
                         const char *by, const char *because,
                         const char *gap)
{
    const struct next *n = exit_of(&o->next, NULL);
    char *both = mem_printf(_("%s; but %s gave no answer"), because, gap);

    path_suspect(w, o);
    path_add(w, word_of(w, o), by, both, n->word);
    walk_go(w, n);
    free(both);
}

void decide_outcome(struct walker *w, const struct outcome *o,
                    const char *by, const char *because, json_t *evidence)
{
    const char *gap = missed(w, o);

    json_object_set(w->decided, w->at->id, evidence);
    if (gap) {
        json_decref(evidence);
        only_suspect(w, o, by, because ? because : "", gap);
        return;
    }
    path_note(w, o, evidence);
    path_add(w, word_of(w, o), by, because, next_word(o));
    if (o->undo_point && has_change(w, o->undo_point)) {
        w->undo_only = o->undo_point;
        w->undo_for = o;
        w->phase = PHASE_UNDO;
        w->moved = true;
        return;
    }
    walk_leave(w, o);
}

/* --- evaluating --- */

struct judgement {
    const struct outcome *outcome;  /* NULL: unreadable */
    bool unverified;
    json_t *reads;                  /* of the deciding conditions */
    char *reason;
};

static void judge_condition(struct walker *w, const struct outcome *o,
                            struct judgement *j)
{
    struct script_outcome got = {0};

    eval_expr(w, o->when, &got);
    if (facts_unverified(w, o->when, got.reads))
        j->unverified = true;
    if (got.result != SCRIPT_VALUE) {
        j->reason = mem_strdup(got.reason ? got.reason : "");
    } else if (!json_is_null(got.value) && !json_is_false(got.value)) {
        j->outcome = o;
        json_array_clear(j->reads);
    }
    json_array_extend(j->reads, got.reads);
    script_outcome_free(&got);
}

/* The first condition that holds decides; one that reads what is not there
 * is never false, it ends the search. "otherwise" rests on all of them. */
static struct judgement judge(struct walker *w)
{
    struct judgement j = {.reads = json_array()};

    for (size_t i = 0; i < w->at->outcome_count; i++) {
        const struct outcome *o = &w->at->outcomes[i];

        if (o->otherwise)
            j.outcome = o;
        else
            judge_condition(w, o, &j);
        if (j.outcome || j.reason)
            return j;
    }
    j.reason = mem_strdup(_("none of the outcomes holds"));
    return j;
}

/* An outcome that has no words of its own. */
static char *usual_words(const struct walker *w, const struct outcome *o)
{
    char *expect = w->at->expect ? eval_said(w, w->at->expect) : NULL;
    char *text;

    if (expect && !o->abnormal)
        return expect;
    text = expect ? mem_printf(_("not so: %s"), expect)
                  : mem_strdup(o->abnormal ? _("not as expected")
                                           : _("as expected"));
    free(expect);
    return text;
}

static char *because_of(const struct walker *w, const struct outcome *o)
{
    const struct finding *f = o->finding ? finding_of(w->f, o->finding)
                                         : NULL;

    if (o->because)
        return eval_said(w, o->because);
    if (o->label)
        return eval_said(w, o->label);
    if (f && f->title)
        return eval_said(w, f->title);
    return usual_words(w, o);
}

static void take(struct walker *w, const struct judgement *j)
{
    char *because = because_of(w, j->outcome);

    decide_outcome(w, j->outcome, "device", because,
                   evidence_of(w, j->reads));
    free(because);
}

/* --- doubt: a human may decide --- */

static void doubt(struct walker *w, bool unconfirmed, const char *suggest,
                  const char *reason)
{
    struct visit *v = &w->visit;

    v->unconfirmed = unconfirmed;
    free(v->reason);
    v->reason = mem_strdup(reason);
    ask_emit(w, &v->doubt, unconfirmed ? "unverified" : "unreadable",
             w->at->outcomes, w->at->outcome_count, suggest, reason);
}

static void undecided(struct walker *w)
{
    const struct visit *v = &w->visit;
    const struct next *n =
        v->unconfirmed ? exit_of(&w->at->unconfirmed, NULL)
                       : exit_of(&w->at->unreadable, NULL);
    char *reason = mem_strdup(v->reason ? v->reason : "");

    path_unanswered(w, w->at->outcomes, w->at->outcome_count);
    leave_by(w, "unreadable", "device", reason, n);
    free(reason);
}

/* The lines that a human confirmed; none when he decided otherwise. */
static json_t *confirmed(struct walker *w, const struct outcome *o)
{
    struct judgement j = judge(w);
    json_t *out = w->visit.unconfirmed && j.outcome == o
                      ? evidence_of(w, j.reads) : json_array();

    json_decref(j.reads);
    free(j.reason);
    return out;
}

static void decided_by_hand(struct walker *w)
{
    const struct visit *v = &w->visit;
    const char *id = json_string_value(v->doubt.answer);
    const struct outcome *o =
        id ? outcome_of(w->at->outcomes, w->at->outcome_count, id) : NULL;
    char *because;

    if (!o) {
        undecided(w);
        return;
    }
    trail_human(w);
    because = v->doubt.remark && v->doubt.remark[0]
                  ? mem_strdup(v->doubt.remark) : because_of(w, o);
    decide_outcome(w, o, "human", because, confirmed(w, o));
    free(because);
}

/* True when a doubt is being, or was, answered. */
static bool in_doubt(struct walker *w)
{
    if (!w->visit.doubt.effect)
        return false;
    if (w->visit.doubt.given)
        decided_by_hand(w);
    return true;
}

void decide_unreadable(struct walker *w, const char *reason)
{
    if (in_doubt(w))
        return;
    if (w->at->outcome_count) {
        doubt(w, false, NULL, reason);
        return;
    }
    leave_by(w, "unreadable", "device", reason,
             exit_of(&w->at->unreadable, NULL));
}

static bool is_readable(const struct walker *w, const char *as)
{
    const char *s =
        json_string_value(json_object_get(facts_get(w, as), "state"));

    return s && (strcmp(s, "present") == 0 || strcmp(s, "absent") == 0);
}

/* A sample whose growth cannot be told is taken once more; waiting does not
 * help where a reply cannot be read at all. */
static bool sample_again(struct walker *w)
{
    if (w->at->kind != POINT_SAMPLE || w->visit.again)
        return false;
    for (size_t i = 0; i < w->at->uses.count; i++)
        if (!is_readable(w, w->at->uses.items[i]->as))
            return false;
    w->visit.again = true;
    w->moved = true;
    return true;
}

void decide(struct walker *w)
{
    struct judgement j;

    if (in_doubt(w))
        return;
    j = judge(w);
    if (!j.outcome) {
        if (!sample_again(w))
            doubt(w, false, NULL, j.reason);
    } else if (j.unverified) {
        doubt(w, true, j.outcome->id,
              _("No source shows the format of this reply."));
    } else {
        take(w, &j);
    }
    json_decref(j.reads);
    free(j.reason);
}
