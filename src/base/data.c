#include "kiriwake/data.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kiriwake/buf.h"
#include "kiriwake/mem.h"

static int by_path(const void *key, const void *item)
{
    return strcmp(key, ((const struct data_builtin *)item)->path);
}

static const struct data_builtin *builtin_find(const char *path)
{
    return bsearch(path, data_builtins, data_builtin_count,
                   sizeof data_builtins[0], by_path);
}

/* 1: read, 0: not in this directory, -1: there, but unreadable. */
static int read_from(const char *dir, const char *path,
                     struct data_file *out, struct err *e)
{
    char *full = mem_printf("%s/%s", dir, path);
    struct buf b = {0};

    if (buf_read_file(&b, full, DATA_MAX_BYTES) < 0) {
        int missing = errno == ENOENT || errno == ENOTDIR;

        if (!missing)
            err_set(e, EXIT_DATA, "%s: %s", full, strerror(errno));
        buf_free(&b);
        free(full);
        return missing ? 0 : -1;
    }
    out->name = full;
    out->len = b.len;
    out->text = buf_take(&b);
    return 1;
}

int data_read(const struct data *d, const char *path, struct data_file *out,
              struct err *e)
{
    const struct data_builtin *b;

    for (size_t i = d->count; i-- > 0;) {
        int got = read_from(d->dirs[i], path, out, e);

        if (got)
            return got > 0 ? 0 : -1;
    }
    b = builtin_find(path);
    if (!b)
        return err_set(e, EXIT_DATA, "%s: no such data file", path);
    out->name = mem_printf("<built-in>/%s", path);
    out->text = mem_strndup(b->text, b->len);
    out->len = b->len;
    return 0;
}

void data_free(struct data_file *f)
{
    free(f->name);
    free(f->text);
    *f = (struct data_file){0};
}

struct list {
    char **items;
    size_t count, cap;
};

static void list_add(struct list *l, const char *path)
{
    l->items = mem_grow(l->items, &l->cap, l->count + 2, sizeof *l->items);
    l->items[l->count++] = mem_strdup(path);
    l->items[l->count] = NULL;
}

static int has_suffix(const char *s, const char *suffix)
{
    size_t n = strlen(s), m = strlen(suffix);

    return n >= m && strcmp(s + n - m, suffix) == 0;
}

/* Adds the files below dir/rel; depth bounds loops of links. */
static void walk_dir(struct list *l, const char *dir, const char *rel,
                     const char *suffix, int depth)
{
    char *full = mem_printf("%s/%s", dir, rel);
    DIR *d = depth < 8 ? opendir(full) : NULL;
    struct dirent *ent;

    free(full);
    if (!d)
        return;
    while ((ent = readdir(d))) {
        char *path;

        if (ent->d_name[0] == '.')
            continue;
        path = mem_printf("%s%s%s", rel, rel[0] ? "/" : "", ent->d_name);
        if (has_suffix(path, suffix))
            list_add(l, path);
        else
            walk_dir(l, dir, path, suffix, depth + 1);
        free(path);
    }
    closedir(d);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort_unique(struct list *l)
{
    size_t n = 0;

    qsort(l->items, l->count, sizeof *l->items, by_name);
    for (size_t i = 0; i < l->count; i++) {
        if (n && strcmp(l->items[n - 1], l->items[i]) == 0)
            free(l->items[i]);
        else
            l->items[n++] = l->items[i];
    }
    l->items[n] = NULL;
}

char **data_list(const struct data *d, const char *prefix,
                 const char *suffix)
{
    struct list l = {0};
    size_t plen = strlen(prefix);

    l.items = mem_grow(NULL, &l.cap, 1, sizeof *l.items);
    l.items[0] = NULL;
    for (size_t i = 0; i < data_builtin_count; i++)
        if (strncmp(data_builtins[i].path, prefix, plen) == 0 &&
            has_suffix(data_builtins[i].path, suffix))
            list_add(&l, data_builtins[i].path);
    for (size_t i = 0; i < d->count; i++) {
        char *rel = mem_strdup(prefix);

        if (plen && rel[plen - 1] == '/')
            rel[plen - 1] = '\0';
        walk_dir(&l, d->dirs[i], rel, suffix, 0);
        free(rel);
    }
    if (l.count)
        sort_unique(&l);
    return l.items;
}

void data_list_free(char **list)
{
    for (size_t i = 0; list && list[i]; i++)
        free(list[i]);
    free(list);
}
