/* One check point: its kind's keys, and nothing else. */
#include <stdlib.h>
#include <string.h>

#include "kiriwake/buf.h"

#include "model.h"

/* The kind that the map's keys name; POINT_KINDS and an error otherwise. */
static enum point_kind kind_of(struct flows *f, const struct source *src,
                               const struct yaml_node *key,
                               const struct yaml_node *at)
{
    enum point_kind kind = POINT_KINDS;

    for (size_t k = 0; k < POINT_KINDS; k++) {
        if (!yaml_get(at, point_kind_names[k]))
            continue;
        if (kind != POINT_KINDS) {
            diag_error(f, src, key, "'%s' is both %s and %s", key->text,
                       point_kind_names[kind], point_kind_names[k]);
            return POINT_KINDS;
        }
        kind = (enum point_kind)k;
    }
    if (kind == POINT_KINDS)
        diag_error(f, src, key, "'%s' has no kind: expected ask, guide, "
                   "probe, sample, do, bisect or call", key->text);
    return kind;
}

static bool check_keys(struct flows *f, const struct source *src,
                       enum point_kind kind, const struct yaml_node *at)
{
    bool good = true;

    for (size_t i = 0; i < at->count; i++) {
        if (point_field_kinds(at->keys[i]->text) & (1u << kind))
            continue;
        diag_error(f, src, at->keys[i], "'%s' does not belong to %s",
                   at->keys[i]->text, point_kind_names[kind]);
        good = false;
    }
    return good;
}

static unsigned duration_ms(struct flows *f, const struct source *src,
                            const struct yaml_node *at)
{
    char *end;
    unsigned long n;

    if (!at)
        return 10000;
    n = strtoul(at->text, &end, 10);
    if (end != at->text && n > 0 && n <= 3600) {
        if (strcmp(end, "s") == 0)
            return (unsigned)n * 1000;
        if (strcmp(end, "m") == 0 && n <= 60)
            return (unsigned)n * 60000;
    }
    diag_error(f, src, at, "every: expected a time such as 10s or 2m");
    return 10000;
}

static void covers_load(struct flows *f, struct checkpoint *p,
                        const struct yaml_node *at)
{
    p->covers = words_load(f, at);
    for (size_t i = 0; i < p->covers.count; i++) {
        const char *s = p->covers.items[i];
        size_t letters = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
        const char *digits = s + letters + (s[letters] == '-');
        size_t n = strspn(digits, "0123456789");

        if (letters < 2 || s[letters] != '-' || n < 2 || digits[n])
            diag_error(f, p->src, yaml_nth(at, i),
                       "covers: expected an item such as IX-02, not '%s'", s);
    }
}

static void common_load(struct flows *f, struct checkpoint *p,
                        const struct yaml_node *at)
{
    const struct yaml_node *samples = yaml_get(at, "samples");

    p->title = text_load(f, p->src, yaml_get(at, "title"));
    p->why = text_load(f, p->src, yaml_get(at, "why"));
    p->expect = text_load(f, p->src, yaml_get(at, "expect"));
    p->normal = yaml_text(samples, "normal");
    p->abnormal = yaml_text(samples, "abnormal");
    covers_load(f, p, yaml_get(at, "covers"));
    p->next = next_load(yaml_get(at, "next"));
    p->unreadable = next_load(yaml_get(at, "unreadable"));
    p->unconfirmed = next_load(yaml_get(at, "unconfirmed"));
    p->unanswered = next_load(yaml_get(at, "unanswered"));
    p->denied = next_load(yaml_get(at, "denied"));
}

static void load_ask(struct flows *f, struct checkpoint *p,
                     const struct yaml_node *at)
{
    const char *key = point_kind_names[p->kind];
    bool exits = p->next.kind != NEXT_NONE || yaml_get(at, "outcomes");

    p->question = text_load(f, p->src, yaml_get(at, key));
    p->input = yaml_text(yaml_get(at, "input"), "type");
    answers_load(f, p, yaml_get(at, "answers"));
    if (!p->input == !yaml_get(at, "answers"))
        diag_error(f, p->src, at, "expected either answers or input");
    else if (p->input && !exits)
        diag_error(f, p->src, at, "input has no exit: expected next or "
                                  "outcomes");
    else if (!p->input && exits)
        diag_error(f, p->src, at, "each answer has its own next");
    if (yaml_get(at, "suggest"))
        p->suggest = expr_load(f, p->src, yaml_get(at, "suggest"));
    p->uses = uses_load(f, p->src, yaml_get(at, "show"));
}

static void need_outcomes(struct flows *f, struct checkpoint *p,
                          const struct yaml_node *at)
{
    if (!yaml_get(at, "outcomes"))
        diag_error(f, p->src, at, "'%s' has no exit: expected outcomes",
                   p->id);
}

static void load_probe(struct flows *f, struct checkpoint *p,
                       const struct yaml_node *at)
{
    p->uses = uses_load(f, p->src, yaml_get(at, "probe"));
    need_outcomes(f, p, at);
}

static void load_sample(struct flows *f, struct checkpoint *p,
                        const struct yaml_node *at)
{
    const struct yaml_node *stimulate = yaml_get(at, "stimulate");

    p->uses = uses_load(f, p->src, yaml_get(at, "sample"));
    p->every_ms = duration_ms(f, p->src, yaml_get(at, "every"));
    if (stimulate)
        p->stimulate = use_load(f, p->src, stimulate);
    need_outcomes(f, p, at);
}

static void load_do(struct flows *f, struct checkpoint *p,
                    const struct yaml_node *at)
{
    steps_load(f, p, yaml_get(at, "do"));
    if ((p->next.kind == NEXT_NONE) == (yaml_get(at, "outcomes") == NULL))
        diag_error(f, p->src, at, "'%s': expected either next or outcomes",
                   p->id);
}

static void load_bisect(struct flows *f, struct checkpoint *p,
                        const struct yaml_node *at)
{
    const struct yaml_node *b = yaml_get(at, "bisect");
    struct bisect *out = flows_alloc(f, sizeof *out);

    value_load(f, p->src, yaml_get(b, "low"), &out->low);
    value_load(f, p->src, yaml_get(b, "high"), &out->high);
    out->as = yaml_text(b, "as");
    out->probe = use_load(f, p->src, yaml_get(b, "probe"));
    out->pass = expr_load(f, p->src, yaml_get(b, "pass"));
    if (out->low.plain && !json_is_integer(out->low.plain))
        diag_error(f, p->src, yaml_get(b, "low"), "expected an integer");
    if (out->high.plain && !json_is_integer(out->high.plain))
        diag_error(f, p->src, yaml_get(b, "high"), "expected an integer");
    p->bisect = out;
    need_outcomes(f, p, at);
}

bool call_is_device(const struct checkpoint *p)
{
    return p->call && strcmp(p->call, "device") == 0;
}

static void load_call(struct flows *f, struct checkpoint *p,
                      const struct yaml_node *at)
{
    const struct yaml_node *map = yaml_get(at, "return");

    p->call = yaml_text(at, "call");
    if (!map)
        return;
    p->results = flows_alloc(f, map->count * sizeof *p->results);
    for (size_t i = 0; i < map->count; i++)
        p->results[p->result_count++] = (struct result_next){
            map->keys[i]->text, next_load(map->items[i])};
}

static void (*const loaders[POINT_KINDS])(struct flows *f,
                                          struct checkpoint *p,
                                          const struct yaml_node *at) = {
    load_ask, load_ask, load_probe, load_sample,
    load_do,  load_bisect, load_call};

static bool good_id(const char *s)
{
    return s[0] >= 'a' && s[0] <= 'z' &&
           strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(s) &&
           strcmp(s, "open") && strcmp(s, "healthy") && strcmp(s, "subject");
}

struct checkpoint *point_load(struct flows *f, struct flow *flow,
                              const struct source *src,
                              const struct yaml_node *key,
                              const struct yaml_node *at)
{
    struct checkpoint *p = flows_alloc(f, sizeof *p);
    struct err e = {0};

    if (!good_id(key->text))
        diag_error(f, src, key, "'%s': a check point's id is lower-case "
                   "words with hyphens, not open, healthy or subject",
                   key->text);
    p->at = key;
    p->src = src;
    p->flow = flow;
    p->id = key->text;
    if (yaml_check(src->doc, at, point_fields, &e) < 0) {
        diag_take(f, &e);
        return NULL;
    }
    p->kind = kind_of(f, src, key, at);
    if (p->kind == POINT_KINDS || !check_keys(f, src, p->kind, at))
        return NULL;
    common_load(f, p, at);
    outcomes_load(f, p, yaml_get(at, "outcomes"));
    loaders[p->kind](f, p, at);
    return p;
}
