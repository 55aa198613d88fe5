/* A flow's file: read, parsed and kept. */
#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"

#include "model.h"

struct source *source_from(struct flows *f, const struct data_file *file,
                           const char *path, struct err *e)
{
    struct yaml_doc *doc = yaml_parse(file->name, file->text, file->len, e);
    struct source *s;

    if (!doc)
        return NULL;
    s = mem_zalloc(sizeof *s);
    s->doc = doc;
    s->path = mem_strdup(path);
    f->sources = mem_grow(f->sources, &f->source_cap, f->source_count + 1,
                          sizeof *f->sources);
    f->sources[f->source_count++] = s;
    return s;
}

struct source *source_read(struct flows *f, const char *path, struct err *e)
{
    struct data_file file = {0};
    struct source *s;

    for (size_t i = 0; i < f->source_count; i++)
        if (strcmp(f->sources[i]->path, path) == 0)
            return f->sources[i];
    if (data_read(f->data, path, &file, e) < 0)
        return NULL;
    s = source_from(f, &file, path, e);
    data_free(&file);
    return s;
}
