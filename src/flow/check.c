/* References, exits and reachability of a flow's check points. */
#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"

#include "model.h"

static void outcome_next(const struct outcome *o,
                         void (*each)(void *arg, const struct next *n,
                                      const char *label),
                         void *arg)
{
    if (o->next.kind != NEXT_NONE)
        each(arg, &o->next, o->id);
}

void point_each_next(const struct checkpoint *p,
                     void (*each)(void *arg, const struct next *n,
                                  const char *label),
                     void *arg)
{
    const struct {
        const struct next *next;
        const char *label;
    } exits[] = {{&p->next, ""},
                 {&p->unreadable, "unreadable"},
                 {&p->unconfirmed, "unconfirmed"},
                 {&p->denied, "denied"},
                 {&p->unanswered, "unanswered"}};

    for (size_t i = 0; i < p->outcome_count; i++)
        outcome_next(&p->outcomes[i], each, arg);
    for (size_t i = 0; i < p->answer_count; i++)
        outcome_next(&p->answers[i], each, arg);
    for (size_t i = 0; i < p->result_count; i++)
        each(arg, &p->results[i].next, p->results[i].result);
    for (size_t i = 0; i < sizeof exits / sizeof exits[0]; i++)
        if (exits[i].next->kind != NEXT_NONE)
            each(arg, exits[i].next, exits[i].label);
}

struct reach {
    const struct flow *flow;
    bool *seen;
};

static void reach_next(void *arg, const struct next *n, const char *label)
{
    struct reach *r = arg;

    (void)label;
    if (n->point)
        flow_reach(r->flow, n->point, r->seen);
}

void flow_reach(const struct flow *flow, const struct checkpoint *p,
                bool *seen)
{
    struct reach r = {flow, seen};

    if (p->flow != flow || seen[p->index])
        return;
    seen[p->index] = true;
    if (p->target && p->target->flow == flow)
        flow_reach(flow, p->target, seen);
    point_each_next(p, reach_next, &r);
}

/* --- references --- */

struct check {
    struct flows *f;
    struct flow *flow;
    const struct checkpoint *p;
    const char **ids;
};

static void list_ids(struct check *c)
{
    c->ids = mem_alloc((c->flow->count + 2) * sizeof *c->ids);
    for (size_t i = 0; i < c->flow->count; i++)
        c->ids[i] = c->flow->points[i]->id;
    c->ids[c->flow->count] = "open";
    c->ids[c->flow->count + 1] = "healthy";
}

/* Points a NEXT to its check point. The model is const for everyone else. */
static void resolve(void *arg, const struct next *n, const char *label)
{
    struct check *c = arg;
    struct next *target = (struct next *)n;

    (void)label;
    if (n->kind != NEXT_POINT)
        return;
    target->point = flow_point(c->flow, n->word);
    if (!target->point)
        diag_unknown(c->f, c->p ? c->p->src : c->flow->src, n->at,
                     "check point", n->word, c->ids, c->flow->count + 2);
}

static void check_findings(struct check *c, const struct yaml_node *at,
                           const char *const *ids, size_t count)
{
    const char **all;

    for (size_t i = 0; i < count; i++) {
        if (finding_of(c->f, ids[i]))
            continue;
        all = mem_alloc((c->f->finding_count + 1) * sizeof *all);
        for (size_t k = 0; k < c->f->finding_count; k++)
            all[k] = c->f->findings[k].id;
        diag_unknown(c->f, c->p->src, at, "finding", ids[i], all,
                     c->f->finding_count);
        free(all);
    }
}

static void check_undo(struct check *c, struct outcome *o)
{
    if (!o->undo)
        return;
    o->undo_point = flow_point(c->flow, o->undo);
    if (!o->undo_point)
        diag_unknown(c->f, c->p->src, yaml_get(o->at, "undo"), "check point",
                     o->undo, c->ids, c->flow->count);
    else if (o->undo_point->kind != POINT_DO)
        diag_error(c->f, c->p->src, yaml_get(o->at, "undo"),
                   "'%s' is no do check point", o->undo);
}

static void check_given(struct check *c, const struct outcome *o)
{
    const struct yaml_node *at = yaml_get(o->at, "given");

    for (size_t i = 0; i < o->given.count; i++)
        if (!flow_point(c->flow, o->given.items[i]))
            diag_unknown(c->f, c->p->src, yaml_nth(at, i), "check point",
                         o->given.items[i], c->ids, c->flow->count);
}

static void check_outcome(struct check *c, struct outcome *o)
{
    const struct yaml_node *at = yaml_get(o->at, "finding");

    if (o->finding)
        check_findings(c, at, &o->finding, 1);
    check_findings(c, yaml_get(o->at, "alternatives"), o->alternatives.items,
                   o->alternatives.count);
    check_findings(c, yaml_get(o->at, "suspect"), o->suspects.items,
                   o->suspects.count);
    check_findings(c, yaml_get(o->at, "rules_out"), o->rules_out.items,
                   o->rules_out.count);
    check_undo(c, o);
    check_given(c, o);
}

static void warn_title(struct flows *f, const struct checkpoint *p)
{
    const struct flow_text *t = p->title;

    if (!t)
        diag_warn(f, p->src, p->at, "'%s' has no title", p->id);
    else if (!t->ja)
        diag_warn(f, p->src, p->at, "'%s' has no Japanese title", p->id);
}

/* --- calls --- */

static void resolve_call(struct check *c, struct checkpoint *p)
{
    const struct yaml_node *at =
        yaml_get(yaml_get(yaml_get(p->src->doc->root, "checkpoints"), p->id),
                 "call");
    size_t len = strcspn(p->call, "#");
    char *name = mem_strndup(p->call, len);
    struct flow *called = len ? flows_find(c->f, name) : c->flow;

    free(name);
    if (!called)
        return;         /* told when it could not be read */
    p->target = flow_point(called, p->call[len] ? p->call + len + 1
                                                : called->start.word);
    if (!p->target)
        diag_error(c->f, p->src, at, "flow %s has no check point '%s'",
                   called->name, p->call[len] ? p->call + len + 1
                                              : called->start.word);
}

static bool handles(const struct checkpoint *p, const char *result)
{
    for (size_t i = 0; i < p->result_count; i++)
        if (strcmp(p->results[i].result, result) == 0)
            return true;
    return false;
}

static void check_results_of(struct flows *f, const struct checkpoint *p,
                             const struct outcome *o, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (o[i].result && !handles(p, o[i].result))
            diag_error(f, p->src, p->at, "'%s': %s may return '%s'; expected "
                       "return: {%s: NEXT}", p->id, p->call, o[i].result,
                       o[i].result);
}

/* Everything that the called part may return has somewhere to go. */
static void check_call(struct flows *f, const struct checkpoint *p)
{
    const struct flow *called = p->target->flow;
    bool *seen = mem_zalloc(called->count);

    flow_reach(called, p->target, seen);
    for (size_t i = 0; i < called->count; i++) {
        const struct checkpoint *q = called->points[i];

        if (!seen[i])
            continue;
        check_results_of(f, p, q->outcomes, q->outcome_count);
        check_results_of(f, p, q->answers, q->answer_count);
    }
    free(seen);
}

/* --- all check points --- */

static void check_reach(struct flows *f, const struct flow *flow)
{
    bool *seen = mem_zalloc(flow->count + 1);
    const struct yaml_node *entries = yaml_get(flow->root, "entries");

    if (flow->start.point)
        flow_reach(flow, flow->start.point, seen);
    for (size_t i = 0; i < yaml_len(entries); i++) {
        const struct yaml_node *at = yaml_nth(entries, i);
        const struct checkpoint *p = flow_point(flow, at->text);

        if (p)
            flow_reach(flow, p, seen);
        else
            diag_error(f, flow->src, at, "check point '%s' is not known",
                       at->text);
    }
    for (size_t i = 0; i < flow->count; i++)
        if (!seen[i] && !flow->points[i]->included)
            diag_error(f, flow->points[i]->src, flow->points[i]->at,
                       "check point '%s' is never reached from '%s'",
                       flow->points[i]->id, flow->start.word);
    free(seen);
}

static void check_point(struct check *c, struct checkpoint *p)
{
    c->p = p;
    point_each_next(p, resolve, c);
    for (size_t i = 0; i < p->outcome_count; i++)
        check_outcome(c, &p->outcomes[i]);
    for (size_t i = 0; i < p->answer_count; i++)
        if (p->answers[i].at->type == YAML_MAP)
            check_outcome(c, &p->answers[i]);
    if (p->kind == POINT_CALL && !call_is_device(p))
        resolve_call(c, p);
    warn_title(c->f, p);
}

void flow_check(struct flows *f, struct flow *flow)
{
    struct check c = {f, flow, NULL, NULL};
    size_t errors;

    list_ids(&c);
    resolve(&c, &flow->start, "");
    if (flow->start.kind != NEXT_POINT)
        diag_error(f, flow->src, flow->start.at,
                   "start: expected a check point's id");
    errors = f->diag->errors;
    for (size_t i = 0; i < flow->count; i++)
        check_point(&c, flow->points[i]);
    for (size_t i = 0; i < flow->count; i++)
        if (flow->points[i]->target)
            check_call(f, flow->points[i]);
    if (f->diag->errors == errors)
        check_reach(f, flow);
    free(c.ids);
}
