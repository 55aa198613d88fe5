/* Dialects: what a model or a version says differently. */
#include "internal.h"

#include <stdlib.h>

#include "kiriwake/mem.h"

static int load_dialect(struct loader *l, struct dialect *x,
                        const struct yaml_node *node)
{
    const char *const allowed[] = {"model", "os_version", NULL};
    const struct yaml_node *probes = yaml_get(node, "probes");
    const struct yaml_node *when = yaml_get(node, "when");
    struct script_place at = driver_place(l, when);

    x->when = script_expr(l->d->script, when->text, &at, l->e);
    if (!x->when || driver_check_names(l, x->when, allowed, NULL) < 0)
        return -1;
    x->probes = mem_zalloc((probes->count + 1) * sizeof *x->probes);
    for (size_t i = 0; i < probes->count; i++) {
        struct probe *p = driver_find(l->d, probes->keys[i]->text);

        if (!p)
            return yaml_err(l->d->doc, probes->keys[i], l->e,
                            "there is no probe '%s'", probes->keys[i]->text);
        x->probes[i].probe = p;
        x->count = i + 1;
        if (command_set_load(&x->probes[i].commands,
                             yaml_get(probes->items[i], "command"), p,
                             l) < 0)
            return -1;
    }
    return 0;
}

int driver_load_dialects(struct loader *l)
{
    struct driver *d = l->d;
    const struct yaml_node *list = yaml_get(d->doc->root, "dialects");

    d->dialects = mem_zalloc((yaml_len(list) + 1) * sizeof *d->dialects);
    for (size_t i = 0; i < yaml_len(list); i++) {
        d->dialect_count = i + 1;
        if (load_dialect(l, &d->dialects[i], yaml_nth(list, i)) < 0)
            return -1;
    }
    return 0;
}

static bool applies(const struct dialect *x, const json_t *version)
{
    struct script_outcome out;
    bool yes;

    script_eval(x->when, NULL, NULL, version, &out);
    yes = driver_says_yes(&out);
    script_outcome_free(&out);
    return yes;
}

void driver_adapt(struct driver *d, const json_t *version)
{
    for (size_t i = 0; i < d->probe_count; i++) {
        d->probes[i].adapted = NULL;
        d->probes[i].info.command_count = d->probes[i].commands.count;
    }
    for (size_t i = 0; i < d->dialect_count; i++) {
        const struct dialect *x = &d->dialects[i];

        if (!applies(x, version))
            continue;
        for (size_t k = 0; k < x->count; k++) {
            x->probes[k].probe->adapted = &x->probes[k].commands;
            x->probes[k].probe->info.command_count =
                x->probes[k].commands.count;
        }
    }
}

void driver_free_dialects(struct driver *d)
{
    for (size_t i = 0; i < d->dialect_count; i++) {
        for (size_t k = 0; k < d->dialects[i].count; k++)
            command_set_free(&d->dialects[i].probes[k].commands);
        free(d->dialects[i].probes);
    }
    free(d->dialects);
}
