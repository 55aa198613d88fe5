/* Outcomes, and the answers of a human, which are outcomes too. */
#include <string.h>

#include "model.h"

struct next next_load(const struct yaml_node *at)
{
    struct next n = {0};

    if (!at || at->type != YAML_SCALAR)
        return n;
    n.at = at;
    n.word = at->text;
    if (strcmp(at->text, "open") == 0)
        n.kind = NEXT_OPEN;
    else if (strcmp(at->text, "healthy") == 0)
        n.kind = NEXT_HEALTHY;
    else
        n.kind = NEXT_POINT;
    return n;
}

/* What outcomes and answers have in common. */
static void conclusion_load(struct flows *f, const struct checkpoint *p,
                            const struct yaml_node *at, struct outcome *o)
{
    const char *is = yaml_text(at, "is");
    const char *sure = yaml_text(at, "certainty");

    o->at = at;
    o->label = text_load(f, p->src, yaml_get(at, "label"));
    o->because = text_load(f, p->src, yaml_get(at, "because"));
    o->decide_by = text_load(f, p->src, yaml_get(at, "decide_by"));
    o->finding = yaml_text(at, "finding");
    o->abnormal = is ? strcmp(is, "abnormal") == 0 : o->finding != NULL;
    o->likely = sure && strcmp(sure, "likely") == 0;
    o->own_alternatives = yaml_get(at, "alternatives") != NULL;
    o->alternatives = words_load(f, yaml_get(at, "alternatives"));
    o->suspects = words_load(f, yaml_get(at, "suspect"));
    o->rules_out = words_load(f, yaml_get(at, "rules_out"));
    o->given = words_load(f, yaml_get(at, "given"));
    o->next = next_load(yaml_get(at, "next"));
    o->undo = yaml_text(at, "undo");
    o->result = yaml_text(at, "return");
}

static bool same_exit(const struct outcome *a, const struct outcome *b)
{
    const char *x = a->next.word ? a->next.word : "";
    const char *y = b->next.word ? b->next.word : "";

    return strcmp(x, y) == 0 && (a->result == NULL) == (b->result == NULL) &&
           (!a->result || strcmp(a->result, b->result) == 0);
}

/* One id may name two outcomes only when both lead to the same place: else
 * the later one takes its exit into its name. */
static const char *own_id(struct flows *f, const struct checkpoint *p,
                          const struct outcome *o)
{
    const char *base = o->finding ? o->finding
                       : o->abnormal ? "abnormal" : "normal";
    const char *where = o->result ? o->result
                        : o->next.word ? o->next.word : "";
    char *id;

    for (size_t i = 0; i < p->outcome_count; i++) {
        const struct outcome *other = &p->outcomes[i];

        if (strcmp(other->id, base) || same_exit(other, o))
            continue;
        id = flows_alloc(f, strlen(base) + strlen(where) + 2);
        return strcat(strcat(strcpy(id, base), "-"), where);
    }
    return base;
}

static bool check_ends(struct flows *f, const struct checkpoint *p,
                       const struct outcome *o)
{
    if (o->next.kind != NEXT_NONE && o->result) {
        diag_error(f, p->src, o->at, "next and return exclude each other");
        return false;
    }
    if (o->next.kind == NEXT_NONE && !o->finding && !o->result) {
        diag_error(f, p->src, o->at,
                   "no exit: expected next, finding or return");
        return false;
    }
    if (o->given.count && !o->finding)
        diag_error(f, p->src, o->at, "given belongs to a finding");
    if (!o->likely && (o->own_alternatives || o->decide_by))
        diag_error(f, p->src, o->at,
                   "alternatives and decide_by belong to certainty: likely");
    return true;
}

static bool check_condition(struct flows *f, const struct checkpoint *p,
                            const struct yaml_node *at, struct outcome *o)
{
    const struct yaml_node *when = yaml_get(at, "when");
    const struct yaml_node *otherwise = yaml_get(at, "otherwise");

    if (!when == !otherwise) {
        diag_error(f, p->src, at, "expected either when or otherwise: true");
        return false;
    }
    if (otherwise && !yaml_is_true(otherwise)) {
        diag_error(f, p->src, otherwise, "otherwise is true, or left out");
        return false;
    }
    o->otherwise = otherwise != NULL;
    if (when)
        o->when = expr_load(f, p->src, when);
    return !when || o->when;
}

static void outcome_load(struct flows *f, struct checkpoint *p,
                         const struct yaml_node *at)
{
    struct outcome *o = &p->outcomes[p->outcome_count];
    struct err e = {0};

    if (yaml_check(p->src->doc, at, outcome_fields, &e) < 0) {
        diag_take(f, &e);
        return;
    }
    if (p->outcome_count && p->outcomes[p->outcome_count - 1].otherwise)
        diag_error(f, p->src, at, "never reached: otherwise stands before");
    conclusion_load(f, p, at, o);
    if (!check_condition(f, p, at, o) || !check_ends(f, p, o))
        return;
    o->id = yaml_text(at, "id") ? yaml_text(at, "id") : own_id(f, p, o);
    p->outcome_count++;
}

void outcomes_load(struct flows *f, struct checkpoint *p,
                   const struct yaml_node *list)
{
    if (!list)
        return;
    if (list->type != YAML_LIST || !list->count) {
        diag_error(f, p->src, list, "outcomes: expected a list of outcomes");
        return;
    }
    p->outcomes = flows_alloc(f, list->count * sizeof *p->outcomes);
    for (size_t i = 0; i < list->count; i++)
        outcome_load(f, p, list->items[i]);
}

static void answer_load(struct flows *f, struct checkpoint *p,
                        const struct yaml_node *key,
                        const struct yaml_node *at)
{
    struct outcome *o = &p->answers[p->answer_count];
    struct err e = {0};

    if (at->type == YAML_SCALAR) {
        o->at = at;
        o->next = next_load(at);
    } else if (yaml_check(p->src->doc, at, answer_fields, &e) < 0) {
        diag_take(f, &e);
        return;
    } else {
        conclusion_load(f, p, at, o);
        if (!check_ends(f, p, o))
            return;
    }
    if (strcmp(key->text, "unknown") == 0)
        diag_error(f, p->src, key, "'unknown' stands for no answer; see "
                                   "unanswered");
    o->id = key->text;
    p->answer_count++;
}

void answers_load(struct flows *f, struct checkpoint *p,
                  const struct yaml_node *map)
{
    if (!map)
        return;
    if (map->type != YAML_MAP || !map->count) {
        diag_error(f, p->src, map, "answers: expected {id: NEXT} or "
                                   "{id: {label: TEXT, next: NEXT}}");
        return;
    }
    p->answers = flows_alloc(f, map->count * sizeof *p->answers);
    for (size_t i = 0; i < map->count; i++)
        answer_load(f, p, map->keys[i], map->items[i]);
}
