/* PROBE in a flow: a name, or {name, as, with}. */
#include <string.h>

#include "model.h"

static void params_load(struct flows *f, struct use *u,
                        const struct yaml_node *with)
{
    if (!with)
        return;
    u->with = flows_alloc(f, with->count * sizeof *u->with);
    for (size_t i = 0; i < with->count; i++) {
        struct value *v = &u->with[u->with_count];

        v->name = with->keys[i]->text;
        if (value_load(f, u->src, with->items[i], v))
            u->with_count++;
    }
}

bool use_is_builtin(const char *probe)
{
    return strcmp(probe, "peer_config") == 0 || strcmp(probe, "line") == 0;
}

static void check_probe(struct flows *f, const struct use *u,
                        const struct yaml_node *at)
{
    const char *const *names;
    size_t n = 0;

    if (!f->driver || use_is_builtin(u->probe) ||
        driver_probe(f->driver, u->probe))
        return;
    names = driver_probes(f->driver);
    while (names[n])
        n++;
    diag_unknown(f, u->src, at, "probe", u->probe, names, n);
}

static bool is_name(const char *s)
{
    return *s && strspn(s, "abcdefghijklmnopqrstuvwxyz"
                           "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                           "0123456789_") == strlen(s);
}

struct use *use_load(struct flows *f, const struct source *src,
                     const struct yaml_node *at)
{
    struct use *u = flows_alloc(f, sizeof *u);
    struct err e = {0};

    u->at = at;
    u->src = src;
    if (at->type == YAML_SCALAR) {
        u->probe = u->as = at->text;
        check_probe(f, u, at);
    } else if (yaml_check(src->doc, at, use_fields, &e) < 0) {
        diag_take(f, &e);
        return NULL;
    } else {
        u->probe = yaml_text(at, "name");
        u->as = yaml_text(at, "as") ? yaml_text(at, "as") : u->probe;
        u->fresh = yaml_is_true(yaml_get(at, "fresh"));
        params_load(f, u, yaml_get(at, "with"));
        check_probe(f, u, yaml_get(at, "name"));
    }
    if (!is_name(u->as)) {
        diag_error(f, src, at, "'%s': a probe's name is a Lua name", u->as);
        return NULL;
    }
    json_object_set_new(f->plain_names, u->as, json_true());
    return u;
}

struct uses uses_load(struct flows *f, const struct source *src,
                      const struct yaml_node *at)
{
    struct uses out = {0};
    size_t n = at && at->type == YAML_LIST ? at->count : at ? 1 : 0;

    out.items = flows_alloc(f, (n + 1) * sizeof(struct use *));
    for (size_t i = 0; i < n; i++) {
        const struct yaml_node *item =
            at->type == YAML_LIST ? at->items[i] : at;
        struct use *u = use_load(f, src, item);

        if (u)
            out.items[out.count++] = u;
    }
    return out;
}
