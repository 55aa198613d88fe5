/* The largest integer that passes, by halving. */
#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"

#include "walk.h"

enum stage { BEGIN, LOW, HIGH, HALVE, FOUND };

/* The size that is tried is `n` to the probe and to pass. */
static void set_size(struct walker *w, json_int_t n)
{
    json_object_set_new(w->bisected, "n", json_integer(n));
}

static void try_size(struct walker *w, int stage, json_int_t n)
{
    const struct bisect *b = w->at->bisect;

    w->visit.stage = stage;
    w->visit.now = n;
    facts_forget(w, b->probe->as);
    set_size(w, n);
    w->moved = true;
}

static void found(struct walker *w, json_t *n)
{
    json_object_del(w->bisected, "n");
    json_object_set_new(w->bisected, w->at->bisect->as, n);
    w->visit.stage = FOUND;
    w->moved = true;
}

/* 1: known, 0: its facts are still asked, -1: unreadable. */
static int bound(struct walker *w, const struct value *v, json_int_t *out)
{
    struct script_outcome got = {0};
    int result = -1;

    if (v->plain) {
        *out = json_integer_value(v->plain);
        return 1;
    }
    if (!facts_ensure_expr(w, v->expr))
        return 0;
    eval_expr(w, v->expr, &got);
    if (got.result == SCRIPT_VALUE && json_is_integer(got.value)) {
        *out = json_integer_value(got.value);
        result = 1;
    }
    script_outcome_free(&got);
    return result;
}

/* Consent names what would be sent for both ends of the range. */
static enum permit permit(struct walker *w)
{
    const struct bisect *b = w->at->bisect;
    enum action_class class = use_class(w, b->probe);
    json_t *commands;

    if (permit_class(w, class) || w->visit.granted)
        return PERMIT_YES;
    commands = json_array();
    set_size(w, w->visit.low);
    if (!facts_ensure_with(w, b->probe)) {
        json_decref(commands);
        return PERMIT_WAIT;
    }
    use_commands(w, b->probe, commands);
    set_size(w, w->visit.high);
    use_commands(w, b->probe, commands);
    return permit_ask(w, class, commands, json_array());
}

static void begin(struct walker *w)
{
    struct visit *v = &w->visit;
    int low = bound(w, &w->at->bisect->low, &v->low);
    int high = bound(w, &w->at->bisect->high, &v->high);
    enum permit p;

    if (low == 0 || high == 0)
        return;
    if (low < 0 || high < 0 || v->low > v->high) {
        decide_unreadable(w, _("the range to search is not known"));
        return;
    }
    p = permit(w);
    if (p == PERMIT_NO)
        decide_skipped(w, _("not permitted"));
    else if (p == PERMIT_YES)
        try_size(w, LOW, v->low);
}

/* low passes, high does not: go on in the middle. */
static void narrow(struct walker *w)
{
    struct visit *v = &w->visit;

    if (v->high - v->low <= 1)
        found(w, json_integer(v->low));
    else
        try_size(w, HALVE, v->low + (v->high - v->low) / 2);
}

static void passed(struct walker *w, bool pass)
{
    struct visit *v = &w->visit;

    if (v->stage == LOW && !pass) {
        found(w, json_null());
    } else if (v->stage == LOW && v->low < v->high) {
        try_size(w, HIGH, v->high);
    } else if (v->stage != HALVE && pass) {
        found(w, json_integer(v->now));
    } else {
        if (v->stage == HALVE && pass)
            v->low = v->now;
        else if (v->stage == HALVE)
            v->high = v->now;
        narrow(w);
    }
}

static void measure(struct walker *w)
{
    char *reason = NULL;
    int pass;

    if (w->visit.doubt.effect) {
        decide_unreadable(w, "");
        return;
    }
    if (!facts_ensure_use(w, w->at->bisect->probe) ||
        !facts_ensure_expr(w, w->at->bisect->pass))
        return;
    pass = eval_bool(w, w->at->bisect->pass, &reason);
    if (pass < 0)
        decide_unreadable(w, reason);
    else
        passed(w, pass);
    free(reason);
}

void bisect_run(struct walker *w)
{
    if (w->visit.stage == BEGIN)
        begin(w);
    else if (w->visit.stage != FOUND)
        measure(w);
    else if (facts_ensure_outcomes(w, w->at))
        decide(w);
}
