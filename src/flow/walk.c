/* The fold: events in, effects out. */
#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"

#include "walk.h"

#define MAX_DEPTH 16

/* --- effects --- */

int walk_emit(struct walker *w, json_t *effect)
{
    int n = ++w->last_effect;

    json_object_set_new(effect, "n", json_integer(n));
    json_array_append(w->open, effect);
    json_array_append_new(w->out, effect);
    return n;
}

json_t *walk_open_effect(const struct walker *w, json_int_t n)
{
    size_t i;
    json_t *e;

    json_array_foreach(w->open, i, e)
        if (json_integer_value(json_object_get(e, "n")) == n)
            return e;
    return NULL;
}

void walk_close(struct walker *w, json_int_t n)
{
    size_t i;
    json_t *e;

    json_array_foreach(w->open, i, e)
        if (json_integer_value(json_object_get(e, "n")) == n) {
            json_array_remove(w->open, i);
            return;
        }
}

void walk_drop_open(struct walker *w)
{
    json_array_clear(w->open);
}

bool walk_interactive(const struct walker *w)
{
    return json_is_true(json_object_get(w->options, "interactive"));
}

void walk_error(struct walker *w, const char *stage, const char *what,
                const char *try)
{
    json_decref(w->error);
    w->error = json_pack("{s:s,s:s,s:s}", "stage", stage, "what", what,
                         "try", try);
}

/* --- visits --- */

void reply_clear(struct reply *r)
{
    json_decref(r->answer);
    free(r->remark);
    *r = (struct reply){0};
}

void visit_clear(struct visit *v)
{
    reply_clear(&v->ask);
    reply_clear(&v->doubt);
    json_decref(v->before);
    free(v->reason);
    *v = (struct visit){0};
}

static unsigned count_visit(struct walker *w, const struct checkpoint *p)
{
    json_t *visits = json_object_get(w->state, "visits");
    char *key = mem_printf("%s#%s", p->flow->name, p->id);
    json_int_t n = json_integer_value(json_object_get(visits, key)) + 1;

    json_object_set_new(visits, key, json_integer(n));
    free(key);
    return (unsigned)n;
}

void walk_enter(struct walker *w, const struct checkpoint *p)
{
    trail_push(w, p);
    visit_clear(&w->visit);
    w->phase = PHASE_WALK;
    w->at = p;
    w->moved = true;
    if (count_visit(w, p) > p->flow->visits) {
        path_add(w, "unreadable", "device",
                 _("This check point was visited too often."), "open");
        walk_end(w, "open");
    }
}

void walk_end(struct walker *w, const char *how)
{
    bool found = json_array_size(json_object_get(w->state, "findings")) > 0;

    if (strcmp(how, "healthy") == 0 && !path_healthy(w))
        how = "open";
    if (!found && strcmp(how, "open") == 0 && w->busy) {
        path_note_busy(w);
        found = json_array_size(json_object_get(w->state, "findings")) > 0;
    }
    if (found && strcmp(how, "failed"))
        how = "diagnosed";
    w->end = how;
    w->phase = PHASE_ENDING;
    w->moved = true;
}

/* --- exits --- */

/* The caller's exit for a result, or NULL; leaves the called flow. */
static const struct next *pop_for(struct walker *w, const char *result)
{
    const struct checkpoint *caller;

    if (!w->depth)
        return NULL;
    caller = w->stack[w->depth - 1];
    for (size_t i = 0; i < caller->result_count; i++)
        if (strcmp(caller->results[i].result, result) == 0) {
            w->depth--;
            return &caller->results[i].next;
        }
    return NULL;
}

void walk_return(struct walker *w, const char *result)
{
    const struct next *n = pop_for(w, result);

    if (n)
        walk_go(w, n);
    else
        walk_end(w, "open");
}

void walk_go(struct walker *w, const struct next *n)
{
    const char *word = n->kind == NEXT_HEALTHY ? "healthy" : "open";
    const struct next *caller;

    if (n->kind == NEXT_POINT && n->point) {
        walk_enter(w, n->point);
        return;
    }
    caller = pop_for(w, word);
    if (caller)
        walk_go(w, caller);
    else
        walk_end(w, word);
}

void walk_leave(struct walker *w, const struct outcome *o)
{
    if (o->result)
        walk_return(w, o->result);
    else if (o->finding && o->next.kind == NEXT_NONE)
        walk_end(w, "diagnosed");
    else
        walk_go(w, &o->next);
}

/* Goes on with the device's own flow: the owner knows which. */
static void call_device(struct walker *w)
{
    if (w->visit.stage++)
        return;
    path_add(w, "normal", "device", _("goes on with the device's own flow"),
             NULL);
    walk_emit(w, json_pack("{s:s}", "effect", "hand-over"));
}

static void call_run(struct walker *w)
{
    if (call_is_device(w->at)) {
        call_device(w);
        return;
    }
    if (w->depth >= MAX_DEPTH) {
        path_add(w, "unreadable", "device", _("Too many calls."), "open");
        walk_end(w, "open");
        return;
    }
    w->stack = mem_grow(w->stack, &w->stack_cap, w->depth + 1,
                        sizeof *w->stack);
    w->stack[w->depth++] = w->at;
    walk_enter(w, w->at->target);
}

static void probe_run(struct walker *w)
{
    enum permit p = permit_uses(w, &w->at->uses);

    if (!w->visit.stage++)
        facts_freshen(w, &w->at->uses);
    if (p == PERMIT_NO)
        decide_skipped(w, _("not permitted"));
    else if (p == PERMIT_YES && facts_ensure(w, &w->at->uses) &&
             facts_ensure_outcomes(w, w->at))
        decide(w);
}

/* --- turns --- */

static void point_run(struct walker *w)
{
    static void (*const runs[POINT_KINDS])(struct walker *) = {
        ask_run, ask_run, probe_run, sample_run,
        do_run,  bisect_run, call_run};

    runs[w->at->kind](w);
}

static void undo_then_go_on(struct walker *w)
{
    undo_run(w, w->undo_only);
}

static void undo_then_end(struct walker *w)
{
    undo_run(w, NULL);
}

static void nothing(struct walker *w)
{
    (void)w;
}

static void advance(struct walker *w)
{
    static void (*const turns[])(struct walker *) = {
        [PHASE_NEW] = nothing,          [PHASE_SUBJECT] = subject_run,
        [PHASE_WALK] = point_run,       [PHASE_UNDO] = undo_then_go_on,
        [PHASE_ENDING] = undo_then_end, [PHASE_DONE] = nothing};

    do {
        w->moved = false;
        turns[w->phase](w);
    } while (w->moved);
}

/* --- events --- */

static void on_start(struct walker *w, const json_t *event)
{
    if (w->phase != PHASE_NEW)
        return;
    json_decref(w->options);
    w->options = json_deep_copy(json_object_get(event, "options"));
    if (!w->options)
        w->options = json_object();
    w->phase = PHASE_SUBJECT;
}

static json_t *answered(const struct walker *w, const json_t *event,
                        const char *kind)
{
    json_t *e = walk_open_effect(
        w, json_integer_value(json_object_get(event, "effect")));
    const char *got = json_string_value(json_object_get(e, "effect"));

    return got && strcmp(got, kind) == 0 ? e : NULL;
}

static void on_facts(struct walker *w, const json_t *event)
{
    json_t *e = answered(w, event, "probe");

    if (!e)
        e = answered(w, event, "prefetch");
    if (e)
        facts_take(w, e, json_object_get(event, "fact"));
}

static void on_answer(struct walker *w, const json_t *event)
{
    json_t *e = answered(w, event, "ask");
    json_int_t n = json_integer_value(json_object_get(event, "effect"));

    if (e && ask_answered(w, e, event))
        walk_close(w, n);
}

static void on_waited(struct walker *w, const json_t *event)
{
    json_int_t n = json_integer_value(json_object_get(event, "effect"));

    if (answered(w, event, "wait"))
        walk_close(w, n);
}

static void on_consent(struct walker *w, const json_t *event)
{
    json_int_t n = json_integer_value(json_object_get(event, "effect"));

    if (!answered(w, event, "consent") || n != w->visit.consent)
        return;
    if (json_is_true(json_object_get(event, "granted")))
        w->visit.granted = true;
    else
        w->visit.denied = true;
    walk_close(w, n);
}

static void on_did(struct walker *w, const json_t *event)
{
    json_int_t n = json_integer_value(json_object_get(event, "effect"));
    json_t *results = json_object_get(event, "results");

    if (!answered(w, event, "do") && !answered(w, event, "undo"))
        return;
    walk_close(w, n);
    for (size_t i = 0; i < w->change_count; i++)
        if (w->changes[i]->effect == n) {
            do_did(w, w->changes[i], results);
            return;
        }
}

/* The device's own flow begins: what it concludes is its own. */
static void on_flow(struct walker *w, const json_t *event)
{
    static const char *const fresh[] = {"answers", "outcomes"};

    (void)event;
    if (!w->next_f || w->phase != PHASE_WALK)
        return;
    w->f = w->next_f;
    w->d = w->next_d;
    w->next_f = NULL;
    for (size_t i = 0; i < sizeof fresh / sizeof fresh[0]; i++)
        json_object_set_new(w->state, fresh[i], json_object());
    json_object_set_new(w->state, "handed", json_integer(
        (json_int_t)json_array_size(json_object_get(w->state, "path"))));
    trail_clear(w);
    facts_new_epoch(w);
    walk_drop_open(w);
    visit_clear(&w->visit);
    w->depth = 0;
    w->at = NULL;
    w->phase = PHASE_SUBJECT;
}

/* What was read is stale, what was asked is asked again. */
static void begin_again(struct walker *w)
{
    facts_new_epoch(w);
    walk_drop_open(w);
    visit_clear(&w->visit);
    for (size_t i = 0; i < w->change_count; i++)
        w->changes[i]->stage = 0;
}

static void on_link_lost(struct walker *w, const json_t *event)
{
    struct change *c = w->visit.change;

    (void)event;
    w->resumes++;
    if (w->phase == PHASE_NEW || w->phase == PHASE_DONE)
        return;
    begin_again(w);
    do_keep(w, c);
}

/* A walk that was stopped goes on where it was; its changes are undone. One
 * that had come to its end says so again. */
static void on_resumed(struct walker *w, const json_t *event)
{
    bool done = w->phase == PHASE_DONE;

    on_link_lost(w, event);
    if (!done)
        return;
    begin_again(w);
    w->phase = w->stopped ? w->stopped_in : PHASE_ENDING;
    if (w->phase != PHASE_ENDING)
        w->end = NULL;
    json_decref(w->error);
    w->error = NULL;
    free(w->stopped);
    w->stopped = NULL;
}

static void on_retry(struct walker *w, const json_t *event)
{
    (void)event;
    if (walker_can_retry(w))
        begin_again(w);
}

bool walker_can_retry(const struct walker *w)
{
    return w->phase == PHASE_WALK || w->phase == PHASE_SUBJECT;
}

static void on_back(struct walker *w, const json_t *event)
{
    (void)event;
    if (w->phase == PHASE_WALK)
        trail_back(w);
}

bool walker_can_back(const struct walker *w)
{
    return w->phase == PHASE_WALK && trail_can_back(w);
}

/* One of the check point's outcomes or answers, or NULL. */
static const struct outcome *outcome_by_hand(const struct walker *w,
                                             const char *id)
{
    const struct outcome *o = NULL;

    if (w->phase != PHASE_WALK || !id)
        return NULL;
    o = outcome_of(w->at->outcomes, w->at->outcome_count, id);
    return o ? o : outcome_of(w->at->answers, w->at->answer_count, id);
}

bool walker_can_decide(const struct walker *w, const char *id)
{
    return outcome_by_hand(w, id) != NULL;
}

/* The human decides the check point. */
static void on_decide(struct walker *w, const json_t *event)
{
    const char *id = json_string_value(json_object_get(event, "answer"));
    const char *remark = json_string_value(json_object_get(event, "remark"));
    const struct outcome *o = outcome_by_hand(w, id);

    if (!o)
        return;
    walk_drop_open(w);
    trail_human(w);
    ask_keep(w, o);
    decide_outcome(w, o, "human", remark, json_array());
}

static void on_stop(struct walker *w, const json_t *event)
{
    const char *why = json_string_value(json_object_get(event, "why"));
    bool failed = why && strcmp(why, "failed") == 0;

    if (w->phase == PHASE_DONE)
        return;
    begin_again(w);
    if (w->stopped && failed)           /* nothing more can be done */
        for (size_t i = 0; i < w->change_count; i++)
            w->changes[i]->stage = CHANGE_GIVEN_UP;
    if (!w->stopped) {
        w->stopped = mem_strdup(why ? why : "failed");
        w->stopped_in = w->phase;
    }
    if (w->phase != PHASE_ENDING)
        w->end = failed ? "failed" : "open";
    w->phase = PHASE_ENDING;
}

static const struct {
    const char *name;
    void (*fold)(struct walker *w, const json_t *event);
} events[] = {
    {"start", on_start},     {"facts", on_facts},
    {"flow", on_flow},
    {"answer", on_answer},   {"waited", on_waited},
    {"consent", on_consent}, {"did", on_did},
    {"link-lost", on_link_lost}, {"resumed", on_resumed},
    {"retry", on_retry},     {"back", on_back},
    {"decide", on_decide},   {"stop", on_stop},
};

json_t *walker_step(struct walker *w, const json_t *event)
{
    const char *name = json_string_value(json_object_get(event, "event"));
    json_t *out;

    w->out = json_array();
    for (size_t i = 0; name && i < sizeof events / sizeof events[0]; i++)
        if (strcmp(events[i].name, name) == 0) {
            events[i].fold(w, event);
            advance(w);
            break;
        }
    out = w->out;
    w->out = NULL;
    return out;
}

json_t *walker_open(const struct walker *w)
{
    return json_copy(w->open);
}

bool walker_done(const struct walker *w)
{
    return w->phase == PHASE_DONE;
}

const json_t *walker_facts(const struct walker *w)
{
    return w->facts;
}

const json_t *walker_subject(const struct walker *w)
{
    return json_object_get(w->state, "subject");
}

/* --- life --- */

struct walker *walker_new(const struct flows *f, const struct driver *d)
{
    struct walker *w = mem_zalloc(sizeof *w);

    w->f = f;
    w->d = d;
    w->options = json_object();
    w->open = json_array();
    w->facts = json_object();
    w->latest = json_object();
    w->bisected = json_object();
    w->decided = json_object();
    w->state = json_pack("{s:{},s:[],s:{},s:{},s:[],s:[],s:[],s:{},s:n}",
                         "subject", "path", "answers", "outcomes", "findings",
                         "suspects", "ruled_out", "visits", "pending");
    return w;
}

void walker_hand_over(struct walker *w, const struct flows *f,
                      const struct driver *d)
{
    w->next_f = f;
    w->next_d = d;
}

void walker_free(struct walker *w)
{
    if (!w)
        return;
    visit_clear(&w->visit);
    trail_free(w);
    for (size_t i = 0; i < w->change_count; i++)
        change_free(w->changes[i]);
    json_decref(w->options);
    json_decref(w->vpns);
    json_decref(w->busy);
    json_decref(w->open);
    json_decref(w->facts);
    json_decref(w->latest);
    json_decref(w->bisected);
    json_decref(w->decided);
    json_decref(w->state);
    json_decref(w->error);
    free(w->changes);
    free(w->stack);
    free(w->stopped);
    free(w);
}
