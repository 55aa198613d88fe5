/* The facts of the present epoch, and how they are asked for. */
#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"

#include "walk.h"

void facts_new_epoch(struct walker *w)
{
    size_t i = json_array_size(w->open);

    json_object_clear(w->facts);
    while (i-- > 0) {
        const char *kind = json_string_value(
            json_object_get(json_array_get(w->open, i), "effect"));

        if (strcmp(kind, "probe") == 0 || strcmp(kind, "prefetch") == 0)
            json_array_remove(w->open, i);
    }
}

json_t *facts_get(const struct walker *w, const char *as)
{
    return json_object_get(w->facts, as);
}

/* A lock that somebody else holds, until what it kept away was read. */
static void note_busy(struct walker *w, json_t *fact)
{
    const char *reply = json_string_value(json_object_get(fact, "reply"));
    bool busy = reply && strcmp(reply, "busy") == 0;

    if (!busy && !json_equal(json_object_get(fact, "probe"),
                             json_object_get(w->busy, "probe")))
        return;
    json_decref(w->busy);
    w->busy = busy ? json_incref(fact) : NULL;
}

static void keep(struct walker *w, const char *as, json_t *fact)
{
    json_object_set(w->facts, as, fact);
    json_object_set(w->latest, as, fact);
    note_busy(w, fact);
}

static const char *field(const json_t *effect, const char *key)
{
    const char *s = json_string_value(json_object_get(effect, key));

    return s ? s : "";
}

/* A probe or prefetch of that name that is still open; from: where to look
 * on. */
static json_t *asking(const struct walker *w, const char *as, bool prefetch)
{
    size_t i;
    json_t *e;

    json_array_foreach(w->open, i, e) {
        const char *kind = field(e, "effect");

        if (strcmp(field(e, "as"), as) == 0 &&
            strcmp(kind, prefetch ? "prefetch" : "probe") == 0)
            return e;
    }
    return NULL;
}

static void close_asking(struct walker *w, const char *as)
{
    json_t *e;

    while ((e = asking(w, as, false)) || (e = asking(w, as, true)))
        walk_close(w, json_integer_value(json_object_get(e, "n")));
}

static bool same_question(const json_t *a, const json_t *b)
{
    return strcmp(field(a, "probe"), field(b, "probe")) == 0 &&
           json_equal(json_object_get(a, "with"), json_object_get(b, "with"));
}

/* A prefetched fact also answers the probe that has become due meanwhile. */
void facts_take(struct walker *w, const json_t *effect, json_t *fact)
{
    json_t *e = json_incref((json_t *)effect);
    const char *as = field(e, "as");
    json_t *due = asking(w, as, false);

    if (due && due != e && !same_question(due, e)) {
        walk_close(w, json_integer_value(json_object_get(e, "n")));
    } else if (json_is_object(fact)) {
        keep(w, as, fact);
        close_asking(w, as);
    }
    json_decref(e);
}

void facts_freshen(struct walker *w, const struct uses *uses)
{
    for (size_t i = 0; i < uses->count; i++)
        if (uses->items[i]->fresh)
            facts_forget(w, uses->items[i]->as);
}

void facts_forget(struct walker *w, const char *as)
{
    json_object_del(w->facts, as);
    close_asking(w, as);
}

/* --- asking --- */

static void make_fact(struct walker *w, const struct use *u,
                      const char *state, const char *reason)
{
    json_t *fact = json_pack("{s:s,s:s,s:s,s:n,s:{},s:b,s:s,s:s}", "probe",
                             u->probe, "state", state, "reason", reason,
                             "facts", "lines", "unverified", 0, "command", "",
                             "text", "");

    keep(w, u->as, fact);
    json_decref(fact);
}

static bool param_value(struct walker *w, const struct value *v, json_t *out,
                        char **reason)
{
    struct script_outcome got = {0};
    bool good = true;

    if (!v->expr) {
        json_object_set(out, v->name, v->plain);
        return true;
    }
    eval_expr(w, v->expr, &got);
    if (got.result != SCRIPT_VALUE) {
        *reason = mem_printf("%s: %s", v->name, got.reason ? got.reason : "");
        good = false;
    } else if (!json_is_null(got.value)) {
        json_object_set(out, v->name, got.value);
    }
    script_outcome_free(&got);
    return good;
}

json_t *facts_with(struct walker *w, const struct use *u, char **reason)
{
    json_t *out = json_object();

    for (size_t i = 0; i < u->with_count; i++)
        if (!param_value(w, &u->with[i], out, reason)) {
            json_decref(out);
            return NULL;
        }
    return out;
}

static void ask_for(struct walker *w, const struct use *u,
                    const char *effect)
{
    char *reason = NULL;
    json_t *with = facts_with(w, u, &reason);

    if (!with) {
        if (strcmp(effect, "probe") == 0)
            make_fact(w, u, "unreadable", reason);
        free(reason);
        return;
    }
    walk_emit(w, json_pack("{s:s,s:s,s:o,s:s,s:s*}", "effect", effect,
                           "probe", u->probe, "with", with, "as", u->as,
                           "sample", sample_mark(w, u->as)));
}

static void ensure_needs(struct walker *w, const char *probe)
{
    const struct probe_info *info = driver_probe(w->d, probe);

    for (size_t i = 0; info && info->needs && info->needs[i]; i++) {
        struct use need = {.probe = info->needs[i], .as = info->needs[i]};

        facts_ensure_use(w, &need);
    }
}

bool facts_ensure_with(struct walker *w, const struct use *u)
{
    bool done = true;

    for (size_t i = 0; i < u->with_count; i++)
        if (u->with[i].expr && !expr_reads(u->with[i].expr, u->as))
            done = facts_ensure_expr(w, u->with[i].expr) && done;
    return done;
}

bool facts_ensure_use(struct walker *w, const struct use *u)
{
    if (facts_get(w, u->as))
        return true;
    if (strcmp(u->probe, "peer_config") == 0 &&
        !json_is_true(json_object_get(w->options, "peer_config"))) {
        make_fact(w, u, "not-asked", _("no --peer-config was given"));
        return true;
    }
    if (asking(w, u->as, false))
        return false;
    ensure_needs(w, u->probe);
    if (!facts_ensure_with(w, u))
        return false;
    ask_for(w, u, "probe");
    return facts_get(w, u->as) != NULL;
}

bool facts_ensure(struct walker *w, const struct uses *uses)
{
    bool done = true;

    for (size_t i = 0; i < uses->count; i++)
        done = facts_ensure_use(w, uses->items[i]) && done;
    return done;
}

/* --- what expressions read --- */

static const struct use *use_in(const struct uses *uses, const char *as)
{
    for (size_t i = 0; i < uses->count; i++)
        if (strcmp(uses->items[i]->as, as) == 0)
            return uses->items[i];
    return NULL;
}

static const struct use *use_at(const struct checkpoint *p, const char *as)
{
    const struct use *u = use_in(&p->uses, as);

    for (size_t i = 0; !u && i < p->step_count; i++)
        u = use_in(&p->steps[i].state, as);
    return u;
}

/* Who reads that name: here, elsewhere in the flow, or a plain probe. */
static const struct use *use_of(const struct walker *w, const char *as,
                                struct use *plain)
{
    const struct use *u = w->at ? use_at(w->at, as) : NULL;

    for (size_t i = 0; w->at && !u && i < w->at->flow->count; i++)
        u = use_at(w->at->flow->points[i], as);
    if (u)
        return u;
    if (!driver_probe(w->d, as) && !use_is_builtin(as))
        return NULL;
    *plain = (struct use){.probe = as, .as = as};
    return plain;
}

/* A condition reads what is only a read away; what is active is asked for
 * by its own check point alone. */
bool facts_ensure_expr(struct walker *w, const struct expr *x)
{
    bool done = true;
    char root[80];

    for (size_t i = 0; x && expr_root(x, i, root, sizeof root); i++) {
        struct use plain;
        const struct use *u;

        if (facts_get(w, root) || json_object_get(w->bisected, root))
            continue;
        u = use_of(w, root, &plain);
        if (u && use_class(w, u) <= CLASS_SESSION)
            done = facts_ensure_use(w, u) && done;
    }
    return done;
}

bool facts_ensure_outcomes(struct walker *w, const struct checkpoint *p)
{
    bool done = true;

    for (size_t i = 0; i < p->outcome_count; i++)
        done = facts_ensure_expr(w, p->outcomes[i].when) && done;
    return done;
}

bool facts_ensure_phrase(struct walker *w, const struct phrase *p)
{
    bool done = true;

    for (size_t i = 0; p && i < p->count; i++)
        done = facts_ensure_expr(w, p->pieces[i].expr) && done;
    return done;
}

/* --- while a human reads --- */

static bool can_prefetch(const struct walker *w, const struct use *u)
{
    if (facts_get(w, u->as) || asking(w, u->as, false) ||
        asking(w, u->as, true) || use_class(w, u) != CLASS_READ ||
        use_is_builtin(u->probe))
        return false;
    for (size_t i = 0; i < u->with_count; i++)
        if (u->with[i].expr)
            return false;
    return true;
}

static void prefetch_use(struct walker *w, const struct use *u)
{
    const struct probe_info *info = driver_probe(w->d, u->probe);

    if (!can_prefetch(w, u))
        return;
    for (size_t i = 0; info && info->needs && info->needs[i]; i++) {
        struct use need = {.probe = info->needs[i], .as = info->needs[i]};

        if (can_prefetch(w, &need))
            ask_for(w, &need, "prefetch");
    }
    ask_for(w, u, "prefetch");
}

static void prefetch_next(void *arg, const struct next *n, const char *label)
{
    struct walker *w = arg;

    (void)label;
    if (!n->point || n->point->kind != POINT_PROBE)
        return;
    for (size_t i = 0; i < n->point->uses.count; i++)
        prefetch_use(w, n->point->uses.items[i]);
}

void facts_prefetch(struct walker *w, const struct checkpoint *p)
{
    point_each_next(p, prefetch_next, w);
}

/* --- formats that no source shows --- */

static bool is_unverified(const struct walker *w, const char *as)
{
    return json_is_true(json_object_get(facts_get(w, as), "unverified"));
}

bool facts_unverified(const struct walker *w, const struct expr *x,
                      const json_t *reads)
{
    size_t i;
    json_t *r;
    char root[80];

    json_array_foreach(reads, i, r)
        if (is_unverified(w, field(r, "probe")))
            return true;
    for (i = 0; expr_root(x, i, root, sizeof root); i++)
        if (is_unverified(w, root))
            return true;
    return false;
}
