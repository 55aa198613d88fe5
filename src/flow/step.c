/* The steps of a "do" check point. */
#include <string.h>

#include "model.h"

static enum action_class class_of(const char *word)
{
    for (int c = CLASS_READ; c < CLASS_CONFIG; c++)
        if (strcmp(class_name((enum action_class)c), word) == 0)
            return (enum action_class)c;
    return CLASS_CONFIG;
}

/* An undo should be provable: something read tells that all is as before. A
 * configuration's must be; what cannot be read at all (a debug switch) is
 * undone on the device's word alone. */
static void check_undo(struct flows *f, const struct checkpoint *p,
                       const struct step *s)
{
    static const char state[] = "an undo needs state: what is read before, "
                                "and again afterwards";
    static const char proof[] = "an undo needs present, restored or "
                                "undo: '=EXPR', to be proved by";
    const char *fault = NULL;

    if (!s->undo && !s->undo_expr)
        return;
    if (!s->state.count)
        fault = state;
    else if (!s->present && !s->restored && !s->undo_expr)
        fault = proof;
    if (fault && s->class == CLASS_CONFIG)
        diag_error(f, p->src, s->at, "%s", fault);
    else if (fault)
        diag_warn(f, p->src, s->at, "%s", fault);
}

static void undo_load(struct flows *f, const struct checkpoint *p,
                      const struct yaml_node *at, struct step *s)
{
    if (!at)
        return;
    if (at->text[0] == '=')
        s->undo_expr = expr_part(f, p->src, at, at->text + 1, 1);
    else
        s->undo = phrase_load(f, p->src, at);
}

static void step_load(struct flows *f, struct checkpoint *p,
                      const struct yaml_node *at)
{
    struct step *s = &p->steps[p->step_count];
    struct err e = {0};

    if (yaml_check(p->src->doc, at, step_fields, &e) < 0) {
        diag_take(f, &e);
        return;
    }
    s->at = at;
    s->send = phrase_load(f, p->src, yaml_get(at, "send"));
    s->class = class_of(yaml_text(at, "class"));
    s->mode = yaml_text(at, "mode");
    s->state = uses_load(f, p->src, yaml_get(at, "state"));
    s->present = expr_load(f, p->src, yaml_get(at, "present"));
    s->verify = expr_load(f, p->src, yaml_get(at, "verify"));
    s->restored = expr_load(f, p->src, yaml_get(at, "restored"));
    undo_load(f, p, yaml_get(at, "undo"), s);
    check_undo(f, p, s);
    if (s->class == CLASS_CONFIG && !s->undo && !s->undo_expr)
        diag_error(f, p->src, at, "class config needs an undo");
    p->step_count++;
}

void steps_load(struct flows *f, struct checkpoint *p,
                const struct yaml_node *list)
{
    if (!list || list->type != YAML_LIST || !list->count) {
        diag_error(f, p->src, list ? list : p->at,
                   "do: expected a list of steps");
        return;
    }
    p->steps = flows_alloc(f, list->count * sizeof *p->steps);
    for (size_t i = 0; i < list->count; i++)
        step_load(f, p, list->items[i]);
}
