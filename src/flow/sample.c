/* Growth, not size: a probe read twice, with traffic or time in between. */
#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"

#include "walk.h"

enum stage { BEGIN, FIRST, STIMULATE, WAIT, WAITING, SECOND };

static void next_stage(struct walker *w, int stage)
{
    w->visit.stage = stage;
    w->moved = true;
}

static void begin(struct walker *w)
{
    enum permit p = permit_uses(w, &w->at->uses);

    if (p == PERMIT_NO) {
        decide_skipped(w, _("not permitted"));
    } else if (p == PERMIT_YES) {
        facts_new_epoch(w);
        next_stage(w, FIRST);
    }
}

static void keep_before(struct walker *w)
{
    json_decref(w->visit.before);
    w->visit.before = json_copy(w->facts);
}

static void first(struct walker *w)
{
    if (!facts_ensure(w, &w->at->uses) || !facts_ensure_outcomes(w, w->at))
        return;
    keep_before(w);
    next_stage(w, w->at->stimulate ? STIMULATE : WAIT);
}

/* Traffic when it may be made; else nature has to do. */
static void stimulate(struct walker *w)
{
    const struct use *u = w->at->stimulate;
    json_t *commands;
    enum permit p;

    if (!permit_class(w, use_class(w, u)) && !facts_ensure_with(w, u))
        return;
    commands = json_array();
    use_commands(w, u, commands);
    p = permit_ask(w, use_class(w, u), commands, json_array());
    if (p == PERMIT_NO || (p == PERMIT_YES && facts_ensure_use(w, u)))
        next_stage(w, WAIT);
}

static void begin_wait(struct walker *w)
{
    w->visit.wait = walk_emit(w, json_pack("{s:s,s:i}", "effect", "wait",
                                           "ms", (int)w->at->every_ms));
    w->visit.stage = WAITING;
}

/* Of a stimulus only that it was sent stays known: what it answered was not
 * asked for, and decides nothing. */
static json_t *only_sent(const json_t *fact)
{
    const json_t *reply = json_object_get(fact, "reply");

    if (!fact)
        return NULL;
    return json_pack("{s:s,s:s,s:n,s:{},s:s,s:O?}", "state", "unreadable",
                     "reason", _("it was sent to make traffic"), "facts",
                     "lines", "text", "", "reply", reply);
}

/* The second reading begins. */
static void waiting(struct walker *w)
{
    const char *as = w->at->stimulate ? w->at->stimulate->as : "";
    json_t *said;

    if (walk_open_effect(w, w->visit.wait))
        return;
    said = only_sent(facts_get(w, as));
    facts_new_epoch(w);
    if (said)
        json_object_set_new(w->facts, as, said);
    next_stage(w, SECOND);
}

/* Saved text often holds one reading only. It stands for both, as that of a
 * device where nothing moves; but how much it grew cannot be told: delta() sees
 * the mark. */
static void keep_only_reading(struct walker *w)
{
    for (size_t i = 0; i < w->at->uses.count; i++) {
        const char *as = w->at->uses.items[i]->as;
        json_t *only = json_object_get(w->visit.before, as), *mark;

        if (!only || !json_is_true(json_object_get(facts_get(w, as),
                                                   "missing")))
            continue;
        mark = json_copy(only);
        json_object_set_new(mark, "only", json_true());
        json_object_set(w->facts, as, only);
        json_object_set(w->latest, as, only);
        json_object_set_new(w->visit.before, as, mark);
    }
}

static void second(struct walker *w)
{
    bool repeated = w->visit.again;

    if (!facts_ensure(w, &w->at->uses) || !facts_ensure_outcomes(w, w->at))
        return;
    keep_only_reading(w);
    decide(w);
    if (w->phase == PHASE_WALK && !repeated && w->visit.again) {
        keep_before(w);
        next_stage(w, WAIT);
    }
}

const char *sample_mark(const struct walker *w, const char *as)
{
    static const char *const words[] = {
        [BEGIN] = "first", [FIRST] = "first", [STIMULATE] = "stimulus",
        [WAIT] = "second", [WAITING] = "second", [SECOND] = "second"};
    const struct checkpoint *p = w->at;
    bool ours = false;

    if (!p || p->kind != POINT_SAMPLE)
        return NULL;
    for (size_t i = 0; i < p->uses.count; i++)
        ours = ours || strcmp(p->uses.items[i]->as, as) == 0;
    if (p->stimulate && strcmp(p->stimulate->as, as) == 0)
        return w->visit.stage == STIMULATE ? words[STIMULATE] : NULL;
    return ours && w->visit.stage != STIMULATE ? words[w->visit.stage] : NULL;
}

void sample_run(struct walker *w)
{
    static void (*const stages[])(struct walker *) = {
        [BEGIN] = begin, [FIRST] = first,     [STIMULATE] = stimulate,
        [WAIT] = begin_wait, [WAITING] = waiting, [SECOND] = second};

    stages[w->visit.stage](w);
}
