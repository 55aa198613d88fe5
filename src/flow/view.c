/* What the screen shows of a walk. */
#include <stdlib.h>
#include <string.h>

#include "walk.h"

static json_t *samples_json(const struct checkpoint *p)
{
    return json_pack("{s:s?,s:s?}", "normal", p->normal, "abnormal",
                     p->abnormal);
}

/* The lines that mark something in the fact, in order, each once. */
static json_t *lines_of(const json_t *fact)
{
    json_t *map = json_object_get(fact, "lines"), *lines, *n;
    json_t *seen = json_object(), *out = json_array();
    const char *key;
    char name[24];
    size_t i;

    json_object_foreach(map, key, lines)
        json_array_foreach(lines, i, n) {
            snprintf(name, sizeof name, "%lld",
                     (long long)json_integer_value(n));
            if (json_object_get(seen, name))
                continue;
            json_object_set_new(seen, name, json_true());
            json_array_append(out, n);
        }
    json_decref(seen);
    return out;
}

static void add_seen(const struct walker *w, json_t *out, const char *as)
{
    json_t *fact = json_object_get(w->facts, as);

    if (!fact)
        fact = json_object_get(w->latest, as);
    if (!fact)
        return;
    json_array_append_new(
        out, json_pack("{s:s,s:O?,s:O?,s:O?,s:O?,s:o}", "probe", as,
                       "command", json_object_get(fact, "command"), "state",
                       json_object_get(fact, "state"), "reason",
                       json_object_get(fact, "reason"), "text",
                       json_object_get(fact, "text"), "lines",
                       lines_of(fact)));
}

static json_t *seen_json(const struct walker *w)
{
    json_t *out = json_array();
    const struct checkpoint *p = w->at;

    for (size_t i = 0; i < p->uses.count; i++)
        add_seen(w, out, p->uses.items[i]->as);
    for (size_t i = 0; i < p->step_count; i++)
        for (size_t k = 0; k < p->steps[i].state.count; k++)
            add_seen(w, out, p->steps[i].state.items[k]->as);
    if (p->stimulate)
        add_seen(w, out, p->stimulate->as);
    if (p->bisect)
        add_seen(w, out, p->bisect->probe->as);
    return out;
}

static json_t *outcomes_json(const struct walker *w)
{
    json_t *out = json_array();
    const struct checkpoint *p = w->at;

    for (size_t i = 0; i < p->outcome_count; i++) {
        const struct outcome *o = &p->outcomes[i];
        const struct finding *f = o->finding ? finding_of(w->f, o->finding)
                                             : NULL;

        if (outcome_of(p->outcomes, p->outcome_count, o->id) == o)
            json_array_append_new(
                out, json_pack("{s:s,s:o,s:b}", "id", o->id, "label",
                               eval_text(w, o->label ? o->label
                                            : f ? f->title : o->because),
                               "abnormal", o->abnormal));
    }
    return out;
}

static json_t *current_json(const struct walker *w)
{
    const struct checkpoint *p = w->at;

    if (!p)
        return json_null();
    return json_pack(
        "{s:s,s:o,s:o,s:o,s:o,s:s,s:o,s:o,s:o}", "id", p->id, "title",
        eval_text(w, p->title), "why", eval_text(w, p->why), "expect",
        eval_text(w, p->expect), "question", eval_text(w, p->question),
        "kind", point_kind_names[p->kind], "samples", samples_json(p), "seen",
        seen_json(w), "outcomes", outcomes_json(w));
}

static const struct checkpoint *point_with(const struct walker *w,
                                           const char *id)
{
    const struct checkpoint *p = NULL;

    for (size_t i = 0; id && !p && i < w->f->flow_count; i++)
        p = flow_point(w->f->flows[i], id);
    return p;
}

/* The path with what each check point was for and the lines that decided. */
static json_t *path_seen(const struct walker *w)
{
    json_t *out = json_array(), *entry;
    size_t i;

    json_array_foreach(json_object_get(w->state, "path"), i, entry) {
        const char *id = json_string_value(
            json_object_get(entry, "checkpoint"));
        const struct checkpoint *p = point_with(w, id);
        json_t *copy = json_copy(entry);

        if (p) {
            json_object_set_new(copy, "why", eval_text(w, p->why));
            json_object_set_new(copy, "expect", eval_text(w, p->expect));
        }
        json_object_set(copy, "evidence", json_object_get(w->decided, id));
        json_array_append_new(out, copy);
    }
    return out;
}

json_t *walker_view(const struct walker *w)
{
    json_t *result = walker_result(w);
    json_t *vpns = w->vpns ? json_incref(w->vpns) : json_array();
    json_t *out = json_pack(
        "{s:s,s:o,s:O,s:o,s:o,s:o,s:O,s:O,s:O,s:b,s:O}", "flow",
        w->f->flows[0]->name, "title", eval_text(w, w->f->flows[0]->title),
        "subject", json_object_get(w->state, "subject"), "vpns", vpns, "path",
        path_seen(w), "current", current_json(w),
        "findings", json_object_get(result, "findings"), "suspects",
        json_object_get(result, "suspects"), "changes",
        json_object_get(result, "changes"), "done", walker_done(w), "outcome",
        json_object_get(result, "outcome"));

    json_decref(result);
    return out;
}
