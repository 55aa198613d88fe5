/* flows/findings.yaml: every cause once. */
#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"

#include "model.h"

#define PATH "flows/findings.yaml"

static const char *const classes[] = {"device", "wan", "ike", "ipsec", "data",
                                      NULL};

static bool good_id(const char *id)
{
    size_t len = strcspn(id, ".");

    for (size_t i = 0; classes[i]; i++)
        if (strlen(classes[i]) == len && strncmp(classes[i], id, len) == 0)
            return id[len] && id[len + 1] &&
                   strspn(id + len + 1, "abcdefghijklmnopqrstuvwxyz"
                                        "0123456789-") ==
                       strlen(id + len + 1);
    return false;
}

static void set_load(struct flows *f, const struct source *src,
                     struct command_set *set, const struct yaml_node *key,
                     const struct yaml_node *list)
{
    set->driver = key->text;
    set->commands = flows_alloc(f, yaml_len(list) * sizeof *set->commands);
    if (list->type == YAML_MAP) {
        diag_error(f, src, list, "commands: expected a list of commands");
        return;
    }
    for (size_t i = 0; i < yaml_len(list); i++)
        set->commands[set->count++] =
            (struct phrase *)phrase_load(f, src, yaml_nth(list, i));
}

static void commands_load(struct flows *f, const struct source *src,
                          struct finding *out, const struct yaml_node *map)
{
    if (!map)
        return;
    if (map->type != YAML_MAP) {
        diag_error(f, src, map, "commands: expected {driver: [command]}");
        return;
    }
    out->sets = flows_alloc(f, map->count * sizeof *out->sets);
    for (size_t i = 0; i < map->count; i++)
        set_load(f, src, &out->sets[out->set_count++], map->keys[i],
                 map->items[i]);
}

static void finding_load(struct flows *f, const struct source *src,
                         struct finding *out, const struct yaml_node *key,
                         const struct yaml_node *at)
{
    const struct yaml_node *fix = yaml_get(at, "fix");

    out->id = key->text;
    out->at = key;
    out->title = text_load(f, src, yaml_get(at, "title"));
    out->explanation = text_load(f, src, yaml_get(at, "explanation"));
    out->decide_by = text_load(f, src, yaml_get(at, "decide_by"));
    out->alternatives = words_load(f, yaml_get(at, "alternatives"));
    out->fix = text_load(f, src, yaml_get(fix, "text"));
    commands_load(f, src, out, yaml_get(fix, "commands"));
    out->json = flows_keep(f, yaml_json(at));
}

/* A title must be there in both languages: it is the verdict's first line. */
static void warn_language(struct flows *f, const struct source *src,
                          const struct yaml_node *at, const char *key)
{
    const struct yaml_node *t = yaml_get(at, key);

    if (t && !yaml_text(t, "ja"))
        diag_warn(f, src, t, "%s has no Japanese text", key);
}

static void check_alternatives(struct flows *f, const struct source *src)
{
    const char **ids = mem_alloc((f->finding_count + 1) * sizeof *ids);

    for (size_t i = 0; i < f->finding_count; i++)
        ids[i] = f->findings[i].id;
    for (size_t i = 0; i < f->finding_count; i++) {
        const struct finding *found = &f->findings[i];
        const struct yaml_node *list = yaml_get(
            yaml_get(src->doc->root, found->id), "alternatives");

        for (size_t k = 0; k < found->alternatives.count; k++)
            if (!finding_of(f, found->alternatives.items[k]))
                diag_unknown(f, src, yaml_nth(list, k), "finding",
                             found->alternatives.items[k], ids,
                             f->finding_count);
    }
    free(ids);
}

static void each_load(struct flows *f, const struct source *src,
                      const struct yaml_node *map)
{
    f->findings = flows_alloc(f, map->count * sizeof *f->findings);
    for (size_t i = 0; i < map->count; i++) {
        const struct yaml_node *at = map->items[i];
        struct err e = {0};

        if (!good_id(map->keys[i]->text))
            diag_error(f, src, map->keys[i], "'%s': a finding is called "
                       "class.cause, class being device, wan, ike, ipsec or "
                       "data", map->keys[i]->text);
        /* A bad one is known all the same: one fault, one message. */
        f->findings[f->finding_count++].id = map->keys[i]->text;
        if (yaml_check(src->doc, at, finding_fields, &e) < 0) {
            diag_take(f, &e);
            continue;
        }
        finding_load(f, src, &f->findings[i], map->keys[i], at);
        warn_language(f, src, at, "title");
        warn_language(f, src, at, "explanation");
    }
}

void findings_add(struct flows *f)
{
    struct err e = {0};
    struct source *src = source_read(f, PATH, &e);

    if (!src) {
        diag_take(f, &e);
        return;
    }
    if (src->doc->root->type != YAML_MAP) {
        diag_error(f, src, src->doc->root, "expected {finding: {title, …}}");
        return;
    }
    each_load(f, src, src->doc->root);
    check_alternatives(f, src);
}

const struct finding *finding_of(const struct flows *f, const char *id)
{
    for (size_t i = 0; i < f->finding_count; i++)
        if (strcmp(f->findings[i].id, id) == 0)
            return &f->findings[i];
    return NULL;
}

const json_t *flows_finding(const struct flows *f, const char *id)
{
    const struct finding *found = finding_of(f, id);

    return found ? found->json : NULL;
}

json_t *findings_load(const struct data *data, struct err *e)
{
    struct data_file file = {0};
    struct yaml_doc *doc;
    json_t *out;

    if (data_read(data, PATH, &file, e) < 0)
        return NULL;
    doc = yaml_parse(file.name, file.text, file.len, e);
    data_free(&file);
    if (!doc)
        return NULL;
    out = yaml_json(doc->root);
    yaml_free(doc);
    return out;
}
