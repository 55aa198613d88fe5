/* Loading a flow: its file, what it includes, what it calls, the findings. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kiriwake/lint.h"
#include "kiriwake/mem.h"

#include "model.h"

#define MAX_FLOWS 64
#define MAX_POINTS 1000     /* of one flow */

struct flow *flows_find(const struct flows *f, const char *name)
{
    for (size_t i = 0; i < f->flow_count; i++)
        if (strcmp(f->flows[i]->name, name) == 0)
            return f->flows[i];
    return NULL;
}

const struct checkpoint *flow_point(const struct flow *flow, const char *id)
{
    for (size_t i = 0; i < flow->count; i++)
        if (strcmp(flow->points[i]->id, id) == 0)
            return flow->points[i];
    return NULL;
}

static void points_load(struct flows *f, struct flow *flow,
                        const struct source *src, const struct yaml_node *map,
                        bool included)
{
    if (!map || map->type != YAML_MAP) {
        diag_error(f, src, map, "checkpoints: expected {id: check point}");
        return;
    }
    if (flow->count + map->count > MAX_POINTS) {
        diag_error(f, src, map, "over %d check points", MAX_POINTS);
        return;
    }
    for (size_t i = 0; i < map->count; i++) {
        const struct checkpoint *twin = flow_point(flow, map->keys[i]->text);
        struct checkpoint *p;

        if (twin) {
            diag_error(f, src, map->keys[i], "check point '%s' exists twice",
                       twin->id);
            continue;
        }
        p = point_load(f, flow, src, map->keys[i], map->items[i]);
        if (!p)
            continue;
        p->included = included;
        p->index = flow->count;
        flow->points = mem_grow(flow->points, &flow->cap, flow->count + 1,
                                sizeof(struct checkpoint *));
        flow->points[flow->count++] = p;
    }
}

static const struct yaml_field piece_fields[] = {
    {"checkpoints", YK_ANY, true, NULL, NULL, "{id: check point}"},
    {NULL, YK_ANY, false, NULL, NULL, NULL}};

static void includes_load(struct flows *f, struct flow *flow,
                          const struct yaml_node *list)
{
    for (size_t i = 0; i < yaml_len(list); i++) {
        const struct yaml_node *at = yaml_nth(list, i);
        struct err e = {0};
        struct source *src = source_read(f, at->text, &e);

        if (!src) {
            diag_error(f, flow->src, at, "%s", e.what);
            continue;
        }
        if (yaml_check(src->doc, src->doc->root, piece_fields, &e) < 0)
            diag_take(f, &e);
        else
            points_load(f, flow, src, yaml_get(src->doc->root, "checkpoints"),
                        true);
    }
}

/* Flows that the check points call; each is read once. */
static void calls_load(struct flows *f, struct flow *flow)
{
    for (size_t i = 0; i < flow->count; i++) {
        const struct checkpoint *p = flow->points[i];
        size_t len = p->call ? strcspn(p->call, "#") : 0;
        struct err e = {0};
        struct source *src;
        char *name, *path;

        if (!len || call_is_device(p))
            continue;
        name = flows_strdup(f, p->call, len);
        if (flows_find(f, name) || f->flow_count >= MAX_FLOWS)
            continue;
        path = mem_printf("flows/%s.yaml", name);
        src = source_read(f, path, &e);
        free(path);
        if (src)
            flow_read(f, name, src);
        else
            diag_error(f, p->src, yaml_get(yaml_get(yaml_get(flow->root,
                       "checkpoints"), p->id), "call"), "%s", e.what);
    }
}

static void check_name(struct flows *f, const struct flow *flow,
                       const char *name)
{
    if (name && strcmp(flow->name, name))
        diag_error(f, flow->src, yaml_get(flow->root, "flow"),
                   "expected %s, as the file's path says", name);
}

struct flow *flow_read(struct flows *f, const char *name,
                       const struct source *src)
{
    const struct yaml_node *root = src->doc->root;
    const char *visits = yaml_text(root, "visits");
    const char *subject = yaml_text(root, "subject");
    struct flow *flow;
    struct err e = {0};

    if (yaml_check(src->doc, root, flow_fields, &e) < 0) {
        diag_take(f, &e);
        return NULL;
    }
    flow = flows_alloc(f, sizeof *flow);
    flow->src = src;
    flow->root = root;
    flow->name = yaml_text(root, "flow");
    flow->title = text_load(f, src, yaml_get(root, "title"));
    flow->drivers = words_load(f, yaml_get(root, "drivers"));
    flow->needs_vpn = !subject || strcmp(subject, "none");
    flow->visits = visits ? (unsigned)strtoul(visits, NULL, 10) : 3;
    flow->start = next_load(yaml_get(root, "start"));
    f->flows = mem_grow(f->flows, &f->flow_cap, f->flow_count + 1,
                        sizeof *f->flows);
    f->flows[f->flow_count++] = flow;
    check_name(f, flow, name);
    if (visits && (flow->visits < 1 || flow->visits > 100))
        diag_error(f, src, yaml_get(root, "visits"), "visits: 1 to 100");
    points_load(f, flow, src, yaml_get(root, "checkpoints"), false);
    includes_load(f, flow, yaml_get(root, "include"));
    calls_load(f, flow);
    return flow;
}

/* --- digest and listing --- */

static void digest(struct flows *f)
{
    static const char hex[] = "0123456789abcdef";
    uint64_t h = 14695981039346656037u;

    for (size_t i = 0; i < f->source_count; i++)
        for (const char *s = f->sources[i]->doc->text; *s; s++)
            h = (h ^ (unsigned char)*s) * 1099511628211u;
    for (int i = 15; i >= 0; i--, h >>= 4)
        f->digest[i] = hex[h & 15];
}

static void add_ids(json_t *out, const struct outcome *o, size_t count)
{
    for (size_t i = 0; i < count; i++)
        json_array_append_new(out, json_string(o[i].id));
}

static json_t *point_json(const struct checkpoint *p)
{
    const struct yaml_node *at =
        yaml_get(yaml_get(p->src->doc->root, "checkpoints"), p->id);
    json_t *title = yaml_i18n(yaml_get(at, "title"));
    json_t *covers = json_array(), *answers = json_array();

    add_ids(answers, p->answers, p->answer_count);
    add_ids(answers, p->outcomes, p->outcome_count);
    for (size_t i = 0; i < p->covers.count; i++)
        json_array_append_new(covers, json_string(p->covers.items[i]));
    return json_pack("{s:s,s:s,s:o,s:o,s:o,s:s?}", "id", p->id, "kind",
                     point_kind_names[p->kind], "title",
                     title ? title : json_pack("{s:s}", "en", p->id),
                     "covers", covers, "answers", answers, "input",
                     p->input);
}

static json_t *listing(const struct flow *flow)
{
    json_t *drivers = json_array(), *points = json_array();

    for (size_t i = 0; i < flow->drivers.count; i++)
        json_array_append_new(drivers, json_string(flow->drivers.items[i]));
    for (size_t i = 0; i < flow->count; i++)
        json_array_append_new(points, point_json(flow->points[i]));
    return json_pack("{s:s,s:o,s:o,s:o,s:o}", "name", flow->name, "title",
                     yaml_i18n(yaml_get(flow->root, "title")), "drivers",
                     drivers, "source",
                     yaml_json(yaml_get(flow->root, "source")), "checkpoints",
                     points);
}

const json_t *flows_json(const struct flows *f)
{
    return f->json;
}

const char **flows_checkpoints(const struct flows *f)
{
    const char **names = NULL;
    size_t n = 0, cap = 0;

    for (size_t i = 0; i < f->flow_count; i++)
        for (size_t k = 0; k < f->flows[i]->count; k++) {
            names = mem_grow(names, &cap, n + 2, sizeof *names);
            names[n++] = f->flows[i]->points[k]->id;
        }
    names = mem_grow(names, &cap, n + 1, sizeof *names);
    names[n] = NULL;
    return names;
}

const char *flows_digest(const struct flows *f)
{
    return f->digest;
}

/* --- the whole --- */

static void check_driver(struct flows *f, const struct flow *flow)
{
    if (!f->driver || !flow->drivers.count)     /* it is for any */
        return;
    for (size_t i = 0; i < flow->drivers.count; i++)
        if (strcmp(flow->drivers.items[i], driver_name(f->driver)) == 0)
            return;
    diag_error(f, flow->src, yaml_get(flow->root, "drivers"),
               "flow %s is not for driver %s", flow->name,
               driver_name(f->driver));
}

static struct flows *flows_new(const struct data *data,
                               const struct driver *d, struct diag *diag)
{
    struct flows *f = mem_zalloc(sizeof *f);

    f->data = data;
    f->driver = d;
    f->diag = diag;
    f->script = script_new();
    f->values = json_array();
    f->plain_names = json_object();
    return f;
}

static void load_all(struct flows *f, const char *name,
                     const struct source *src)
{
    struct flow *flow = flow_read(f, name, src);

    findings_add(f);
    for (size_t i = 0; i < f->flow_count; i++) {
        check_driver(f, f->flows[i]);
        flow_check(f, f->flows[i]);
    }
    if (!f->diag->errors)
        for (size_t i = 0; i < f->flow_count; i++)
            names_check(f, f->flows[i]);
    digest(f);
    if (flow && !f->diag->errors)
        f->json = listing(flow);
}

struct flows *flows_load(const struct data *data, const char *name,
                         const struct driver *d, struct err *e)
{
    struct diag diag = {e, json_array(), 0};
    struct flows *f = flows_new(data, d, &diag);
    char *path = mem_printf("flows/%s.yaml", name);
    struct source *src = source_read(f, path, e);

    free(path);
    if (src)
        load_all(f, name, src);
    json_decref(diag.list);
    f->diag = NULL;
    f->data = NULL;
    if (src && !diag.errors)
        return f;
    flows_free(f);
    return NULL;
}

json_t *flows_lint(const struct data *data, const char *name,
                   const struct data_file *file, const struct driver *d)
{
    struct diag diag = {NULL, json_array(), 0};
    struct flows *f = flows_new(data, d, &diag);
    struct err e = {0};
    struct source *src = source_from(f, file, file->name, &e);

    if (!src)
        diag_take(f, &e);
    else
        load_all(f, name, src);
    flows_free(f);
    return diag.list;
}

json_t *findings_lint(const struct data *data, const struct data_file *file)
{
    struct diag diag = {NULL, json_array(), 0};
    struct flows *f = flows_new(data, NULL, &diag);
    struct err e = {0};

    if (source_from(f, file, "flows/findings.yaml", &e))
        findings_add(f);
    else
        diag_take(f, &e);
    flows_free(f);
    return diag.list;
}
