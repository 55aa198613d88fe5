/* Loading the probes: templates, chunks, proofs. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "kiriwake/names.h"

struct probe *driver_find(const struct driver *d, const char *name)
{
    for (size_t i = 0; i < d->probe_count; i++)
        if (strcmp(d->probes[i].info.name, name) == 0)
            return &d->probes[i];
    return NULL;
}

/* --- templates: each file once --- */

static struct textfsm *template_of(const struct driver *d, const char *name)
{
    for (size_t i = 0; i < d->template_count; i++)
        if (strcmp(d->templates[i].name, name) == 0)
            return d->templates[i].template;
    return NULL;
}

static struct textfsm *load_template(struct loader *l,
                                     const struct yaml_node *node)
{
    struct driver *d = l->d;
    char *path = mem_printf("drivers/%s/%s", d->name, node->text);
    struct err missing = {0};
    struct data_file f;
    struct textfsm *t = NULL;

    if (data_read(l->data, path, &f, &missing) < 0) {
        yaml_err(d->doc, node, l->e, "%s", missing.what);
        free(path);
        return NULL;
    }
    t = textfsm_compile(f.name, f.text, f.len, l->e);
    driver_hash(d, f.text, f.len);
    data_free(&f);
    free(path);
    if (!t)
        return NULL;
    d->templates = mem_grow(d->templates, &d->template_cap,
                            d->template_count + 1, sizeof *d->templates);
    d->templates[d->template_count++] =
        (struct template_file){mem_strdup(node->text), t};
    return t;
}

static int probe_template(struct loader *l, struct probe *p,
                          const struct yaml_node *node)
{
    if (!node)
        return 0;
    p->template = template_of(l->d, node->text);
    if (!p->template)
        p->template = load_template(l, node);
    return p->template ? 0 : -1;
}

/* --- chunks --- */

struct script_place driver_place(const struct loader *l,
                                 const struct yaml_node *node)
{
    const struct yaml_doc *doc = l->d->doc;

    return (struct script_place){doc->name, doc->text, node->line, node->col};
}

static bool in_list(const char *name, size_t len, const char *const *list)
{
    for (; list && *list; list++)
        if (strlen(*list) == len && memcmp(*list, name, len) == 0)
            return true;
    return false;
}

int driver_check_names(const struct loader *l, const struct script_chunk *c,
                       const char *const *allowed, char *const *more)
{
    json_t *names = script_names(c), *v;
    size_t i;

    json_array_foreach(names, i, v) {
        const char *name = json_string_value(v);
        size_t len = strcspn(name, ".");
        int line, col;

        if (in_list(name, len, allowed) ||
            in_list(name, len, (const char *const *)more))
            continue;
        script_name_at(c, i, &line, &col);
        err_at(l->e, l->d->doc->name, l->d->doc->text, line, col,
               "unknown name '%.*s': other probes are named under needs",
               (int)len, name);
        json_decref(names);
        return -1;
    }
    json_decref(names);
    return 0;
}

static int load_chunk(struct loader *l, const struct yaml_node *node,
                      bool expr, const char *const *allowed,
                      const struct probe *p, struct script_chunk **out)
{
    struct script_place at;

    if (!node)
        return 0;
    at = driver_place(l, node);
    *out = expr ? script_expr(l->d->script, node->text, &at, l->e)
                : script_body(l->d->script, node->text, &at, l->e);
    if (!*out)
        return -1;
    return driver_check_names(l, *out, allowed, p->needs);
}

static int probe_chunks(struct loader *l, struct probe *p,
                        const struct yaml_node *node)
{
    const char *const facts[] = {"rows", "text", "subject", NULL};
    const char *const check[] = {p->info.name, NULL};

    if (load_chunk(l, yaml_get(node, "facts"), false, facts, p,
                   &p->facts) < 0 ||
        load_chunk(l, yaml_get(node, "absent_if"), true, check, p,
                   &p->absent_if) < 0 ||
        load_chunk(l, yaml_get(node, "confirm"), true, check, p,
                   &p->confirm) < 0)
        return -1;
    if (yaml_get(node, "check"))
        p->check_text = mem_strdup(yaml_text(node, "check"));
    return load_chunk(l, yaml_get(node, "check"), true, check, p, &p->check);
}

/* The console compiles its own. */
static int probe_logs(struct loader *l, struct probe *p,
                      const struct yaml_node *node)
{
    pcre2_code *re;

    p->info.logs = node ? node->text : NULL;
    if (!node)
        return 0;
    re = pattern_compile(l->d->doc, node, l->e);
    pcre2_code_free(re);
    return re ? 0 : -1;
}

static int probe_absent(struct loader *l, struct probe *p,
                        const struct yaml_node *node)
{
    if (!node)
        return 0;
    if (strcmp(node->text, "empty") == 0) {
        p->absent_empty = true;
        return 0;
    }
    p->absent = pattern_compile(l->d->doc, node, l->e);
    return p->absent ? 0 : -1;
}

/* --- the rest --- */

static int probe_timeout(struct loader *l, struct probe *p,
                         const struct yaml_node *node)
{
    char *end;
    long v;

    if (!node)
        return 0;
    v = strtol(node->text, &end, 10);
    if (v <= 0 || v > 36000 || (strcmp(end, "s") && strcmp(end, "m")))
        return yaml_err(l->d->doc, node, l->e,
                        "a timeout is like 60s or 5m");
    p->info.timeout_ms = (unsigned)v * (*end == 'm' ? 60000 : 1000);
    return 0;
}

static enum action_class class_of(const char *name)
{
    for (int c = CLASS_READ; c < CLASS_CONFIG; c++)
        if (strcmp(class_name((enum action_class)c), name) == 0)
            return (enum action_class)c;
    return CLASS_CONFIG;
}

static int unknown_name(struct loader *l, const struct yaml_node *node,
                        const struct yaml_node *map, const char *what)
{
    const char *names[128];
    char near[120];
    size_t n = 0;

    for (; n < map->count && n < 128; n++)
        names[n] = map->keys[n]->text;
    if (names_suggest(node->text, names, n, near, sizeof near))
        return yaml_err(l->d->doc, node, l->e,
                        "there is no %s '%s'; did you mean %s?", what,
                        node->text, near);
    return yaml_err(l->d->doc, node, l->e, "there is no %s '%s'", what,
                    node->text);
}

static int probe_needs(struct loader *l, struct probe *p,
                       const struct yaml_node *node)
{
    const struct yaml_node *all = yaml_get(l->d->doc->root, "probes");

    p->needs = driver_words(node);
    p->info.needs = (const char *const *)p->needs;
    for (size_t i = 0; i < yaml_len(node); i++) {
        const struct yaml_node *n = yaml_nth(node, i);

        if (!yaml_get(all, n->text))
            return unknown_name(l, n, all, "probe");
        if (strcmp(n->text, p->info.name) == 0)
            return yaml_err(l->d->doc, n, l->e, "a probe needs others only");
    }
    return 0;
}

static int probe_mode(struct loader *l, struct probe *p,
                      const struct yaml_node *node)
{
    const struct yaml_node *modes = yaml_get(l->d->doc->root, "modes");

    if (!node)
        return 0;
    if (!yaml_get(modes, node->text))
        return unknown_name(l, node, modes, "mode");
    p->info.mode = node->text;
    return 0;
}

static int load_probe(struct loader *l, struct probe *p,
                      const struct yaml_node *node)
{
    p->info.class = class_of(yaml_text(node, "class"));
    p->info.unverified = yaml_is_true(yaml_get(node, "unverified"));
    if (probe_needs(l, p, yaml_get(node, "needs")) < 0 ||
        probe_mode(l, p, yaml_get(node, "mode")) < 0 ||
        probe_timeout(l, p, yaml_get(node, "timeout")) < 0 ||
        driver_load_parameters(l, p, yaml_get(node, "with")) < 0 ||
        command_set_load(&p->commands, yaml_get(node, "command"), p, l) < 0 ||
        probe_template(l, p, yaml_get(node, "template")) < 0 ||
        probe_absent(l, p, yaml_get(node, "absent")) < 0 ||
        probe_logs(l, p, yaml_get(node, "logs")) < 0)
        return -1;
    p->info.command_count = p->commands.count;
    return probe_chunks(l, p, node);
}

/* A probe that needs itself by way of others could never be read. */
static bool reaches(const struct driver *d, const struct probe *p,
                    const char *name, size_t depth)
{
    for (size_t i = 0; p->needs[i]; i++) {
        if (strcmp(p->needs[i], name) == 0)
            return true;
        if (depth < d->probe_count &&
            reaches(d, driver_find(d, p->needs[i]), name, depth + 1))
            return true;
    }
    return false;
}

static int check_cycles(struct loader *l)
{
    const struct driver *d = l->d;
    const struct yaml_node *all = yaml_get(d->doc->root, "probes");

    for (size_t i = 0; i < d->probe_count; i++)
        if (reaches(d, &d->probes[i], d->probes[i].info.name, 0))
            return yaml_err(d->doc, all->keys[i], l->e,
                            "'%s' needs itself by way of others",
                            d->probes[i].info.name);
    return 0;
}

int driver_load_probes(struct loader *l)
{
    struct driver *d = l->d;
    const struct yaml_node *all = yaml_get(d->doc->root, "probes");

    d->probes = mem_zalloc((all->count + 1) * sizeof *d->probes);
    d->probe_names = mem_zalloc((all->count + 1) * sizeof *d->probe_names);
    for (size_t i = 0; i < all->count; i++) {
        d->probes[i].info.name = all->keys[i]->text;
        d->probe_names[i] = all->keys[i]->text;
        d->probe_count = i + 1;
        if (load_probe(l, &d->probes[i], all->items[i]) < 0)
            return -1;
    }
    return check_cycles(l);
}

void driver_free_probes(struct driver *d)
{
    for (size_t i = 0; i < d->probe_count; i++) {
        struct probe *p = &d->probes[i];

        for (size_t k = 0; k < p->parameter_count; k++)
            free(p->parameters[k].name);
        free(p->parameters);
        command_set_free(&p->commands);
        pcre2_code_free(p->absent);
        free(p->check_text);
        driver_words_free(p->needs);
    }
    for (size_t i = 0; i < d->template_count; i++) {
        textfsm_free(d->templates[i].template);
        free(d->templates[i].name);
    }
    free(d->templates);
    free(d->probes);
    free(d->probe_names);
}
