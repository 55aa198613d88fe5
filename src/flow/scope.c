/* The names that expressions read: each must be known at its check point. */
#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "kiriwake/names.h"

#include "model.h"

struct scope {
    struct flows *f;
    struct flow *flow;
    const struct checkpoint *p;
    const char **names;
    size_t count, cap;
    bool *reach;                /* [from * points + to] */
};

typedef void each_expr(struct scope *s, const struct expr *x);

/* --- every expression of a check point --- */

static void phrase_exprs(struct scope *s, const struct phrase *p,
                         each_expr *each)
{
    for (size_t i = 0; p && i < p->count; i++)
        if (p->pieces[i].expr)
            each(s, p->pieces[i].expr);
}

static void text_exprs(struct scope *s, const struct flow_text *t,
                       each_expr *each)
{
    if (!t)
        return;
    phrase_exprs(s, t->en, each);
    phrase_exprs(s, t->ja, each);
}

static void use_exprs(struct scope *s, const struct use *u, each_expr *each)
{
    for (size_t i = 0; u && i < u->with_count; i++)
        if (u->with[i].expr)
            each(s, u->with[i].expr);
}

static void uses_exprs(struct scope *s, const struct uses *u, each_expr *each)
{
    for (size_t i = 0; i < u->count; i++)
        use_exprs(s, u->items[i], each);
}

static void maybe(struct scope *s, const struct expr *x, each_expr *each)
{
    if (x)
        each(s, x);
}

static void outcome_exprs(struct scope *s, const struct outcome *o,
                          size_t count, each_expr *each)
{
    for (size_t i = 0; i < count; i++) {
        maybe(s, o[i].when, each);
        text_exprs(s, o[i].label, each);
        text_exprs(s, o[i].because, each);
        text_exprs(s, o[i].decide_by, each);
    }
}

static void step_exprs(struct scope *s, const struct step *st, each_expr *each)
{
    phrase_exprs(s, st->send, each);
    phrase_exprs(s, st->undo, each);
    uses_exprs(s, &st->state, each);
    maybe(s, st->present, each);
    maybe(s, st->undo_expr, each);
    maybe(s, st->verify, each);
    maybe(s, st->restored, each);
}

static void point_exprs(struct scope *s, const struct checkpoint *p,
                        each_expr *each)
{
    text_exprs(s, p->title, each);
    text_exprs(s, p->why, each);
    text_exprs(s, p->expect, each);
    text_exprs(s, p->question, each);
    outcome_exprs(s, p->outcomes, p->outcome_count, each);
    outcome_exprs(s, p->answers, p->answer_count, each);
    maybe(s, p->suggest, each);
    uses_exprs(s, &p->uses, each);
    use_exprs(s, p->stimulate, each);
    for (size_t i = 0; i < p->step_count; i++)
        step_exprs(s, &p->steps[i], each);
    if (p->bisect) {
        maybe(s, p->bisect->low.expr, each);
        maybe(s, p->bisect->high.expr, each);
        use_exprs(s, p->bisect->probe, each);
        maybe(s, p->bisect->pass, each);
    }
}

/* --- what is known --- */

static void add_name(struct scope *s, const char *name)
{
    for (size_t i = 0; i < s->count; i++)
        if (strcmp(s->names[i], name) == 0)
            return;
    s->names = mem_grow(s->names, &s->cap, s->count + 1, sizeof *s->names);
    s->names[s->count++] = name;
}

static void add_uses(struct scope *s, const struct uses *u)
{
    for (size_t i = 0; i < u->count; i++)
        add_name(s, u->items[i]->as);
}

static void add_point(struct scope *s, const struct checkpoint *p)
{
    add_uses(s, &p->uses);
    if (p->stimulate)
        add_name(s, p->stimulate->as);
    for (size_t i = 0; i < p->step_count; i++)
        add_uses(s, &p->steps[i].state);
    if (p->bisect) {
        add_name(s, p->bisect->as);
        if (p->bisect->probe)
            add_name(s, p->bisect->probe->as);
    }
}

/* A called flow's facts are known behind the call, too. */
static void add_called(struct scope *s, const struct checkpoint *p)
{
    const struct flow *called = p->target ? p->target->flow : NULL;

    if (called && called != s->flow)
        for (size_t i = 0; i < called->count; i++)
            add_point(s, called->points[i]);
}

/* What can have been read on the way to p, and at it. */
static void add_path(struct scope *s, const struct checkpoint *p)
{
    add_point(s, p);
    for (size_t i = 0; i < s->flow->count; i++) {
        if (!s->reach[i * s->flow->count + p->index])
            continue;
        add_point(s, s->flow->points[i]);
        if (s->flow->points[i] != p)
            add_called(s, s->flow->points[i]);
    }
}

static void known_at(struct scope *s, const struct checkpoint *p)
{
    static const char *const fixed[] = {"vpn", "answer", "allowed",
                                        "outcome"};

    s->p = p;
    s->count = 0;
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
        add_name(s, fixed[i]);
    if (s->flow->needs_vpn)
        add_name(s, "vpns");
    if (p->bisect)
        add_name(s, "n");       /* the size that is tried */
    add_path(s, p);
}

/* --- the checks --- */

static bool is_known(const struct scope *s, const char *name)
{
    for (size_t i = 0; i < s->count; i++)
        if (strcmp(s->names[i], name) == 0)
            return true;
    return false;
}

static bool same_id(const char *id, const char *name)
{
    for (; *id && *name; id++, name++)
        if (*id != *name && !(*id == '-' && *name == '_'))
            return false;
    return *id == *name;
}

/* answer.X and outcome.X: X is a check point of some flow loaded here. */
static bool is_point(const struct scope *s, const char *name)
{
    for (size_t i = 0; i < s->f->flow_count; i++)
        for (size_t k = 0; k < s->f->flows[i]->count; k++)
            if (same_id(s->f->flows[i]->points[k]->id, name))
                return true;
    return false;
}

static void check_field(struct scope *s, const struct expr *x,
                        const char *root, const char *path)
{
    const char *const allowed[] = {"active", "disrupt", "config"};
    char field[80];
    size_t n;

    if (path[strlen(root)] != '.')
        return;
    path += strlen(root) + 1;
    n = strcspn(path, ".");
    if (n >= sizeof field)
        return;
    memcpy(field, path, n);
    field[n] = '\0';
    if (strcmp(root, "allowed") == 0) {
        if (strcmp(field, "active") && strcmp(field, "disrupt") &&
            strcmp(field, "config"))
            diag_unknown(s->f, x->src, x->at, "class", field, allowed, 3);
    } else if (!is_point(s, field)) {
        diag_error(s->f, x->src, x->at, "'%s.%s': there is no check point "
                   "'%s'", root, field, field);
    }
}

static void check_expr(struct scope *s, const struct expr *x)
{
    char root[80];

    for (size_t i = 0; expr_root(x, i, root, sizeof root); i++) {
        const char *path = json_string_value(json_array_get(x->names, i));

        if (!is_known(s, root))
            diag_unknown(s->f, x->src, x->at, "name", root, s->names,
                         s->count);
        else if (strcmp(root, "answer") == 0 ||
                 strcmp(root, "outcome") == 0 ||
                 strcmp(root, "allowed") == 0)
            check_field(s, x, root, path);
    }
}

void names_check(struct flows *f, struct flow *flow)
{
    struct scope s = {.f = f, .flow = flow};

    s.reach = mem_zalloc(flow->count * flow->count + 1);
    for (size_t i = 0; i < flow->count; i++)
        flow_reach(flow, flow->points[i], s.reach + i * flow->count);
    for (size_t i = 0; i < flow->count; i++) {
        known_at(&s, flow->points[i]);
        point_exprs(&s, flow->points[i], check_expr);
    }
    free(s.reach);
    free(s.names);
}
