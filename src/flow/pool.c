/* What a set of flows owns. */
#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"

#include "model.h"

void *flows_alloc(struct flows *f, size_t size)
{
    void *p = mem_zalloc(size ? size : 1);

    f->pool = mem_grow(f->pool, &f->pool_cap, f->pool_count + 1,
                       sizeof *f->pool);
    f->pool[f->pool_count++] = p;
    return p;
}

char *flows_strdup(struct flows *f, const char *s, size_t len)
{
    char *copy = flows_alloc(f, len + 1);

    memcpy(copy, s, len);
    return copy;
}

json_t *flows_keep(struct flows *f, json_t *value)
{
    json_array_append_new(f->values, value);
    return value;
}

static void source_free(struct source *s)
{
    yaml_free(s->doc);
    free(s->path);
    free(s);
}

void flows_free(struct flows *f)
{
    if (!f)
        return;
    for (size_t i = 0; i < f->flow_count; i++)
        free(f->flows[i]->points);
    for (size_t i = 0; i < f->pool_count; i++)
        free(f->pool[i]);
    for (size_t i = 0; i < f->source_count; i++)
        source_free(f->sources[i]);
    script_free(f->script);
    json_decref(f->values);
    json_decref(f->json);
    json_decref(f->plain_names);
    free(f->flows);
    free(f->sources);
    free(f->pool);
    free(f);
}
