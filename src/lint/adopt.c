/*
 * Drivers are found as drivers/NAME/ in a data directory. One that lies
 * elsewhere (a draft, say) is lent such a place by a link.
 */
#include "adopt.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kiriwake/buf.h"
#include "kiriwake/mem.h"
#include "kiriwake/yaml.h"

struct place {
    char root[32];
    char *drivers, *link;       /* root/drivers, root/drivers/NAME */
};

static char *directory_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *dir = slash ? mem_strndup(path, (size_t)(slash - path) + 1)
                      : mem_strdup("./");
    char *full = realpath(dir, NULL);

    free(dir);
    return full;
}

static int lend(struct place *p, const char *dir, const char *name)
{
    strcpy(p->root, "/tmp/kiriwake-lint-XXXXXX");
    if (!mkdtemp(p->root))
        return -1;
    p->drivers = mem_printf("%s/drivers", p->root);
    p->link = mem_printf("%s/%s", p->drivers, name);
    if (mkdir(p->drivers, 0700) < 0)
        return -1;
    return symlink(dir, p->link);
}

static void take_back(struct place *p)
{
    if (p->link)
        unlink(p->link);
    if (p->drivers)
        rmdir(p->drivers);
    rmdir(p->root);
    free(p->link);
    free(p->drivers);
}

/* Messages name the file where it really lies. */
static void rename_in(struct err *e, const char *from, const char *to)
{
    struct buf b = {0};
    const char *s = e->what, *hit;

    while ((hit = strstr(s, from))) {
        buf_add(&b, s, (size_t)(hit - s));
        buf_adds(&b, to);
        s = hit + strlen(from);
    }
    buf_adds(&b, s);
    snprintf(e->what, sizeof e->what, "%s", buf_str(&b));
    buf_free(&b);
}

static char *name_of(const struct data_file *file, struct err *e)
{
    struct yaml_doc *doc = yaml_parse(file->name, file->text, file->len, e);
    const char *name = doc ? yaml_text(doc->root, "driver") : NULL;
    char *copy = NULL;

    if (name && *name && !strchr(name, '/') && name[0] != '.')
        copy = mem_strdup(name);
    else if (doc)
        yaml_err(doc, yaml_get(doc->root, "driver"), e,
                 "driver: expected a name");
    yaml_free(doc);
    return copy;
}

static bool is_called_driver(const char *path)
{
    const char *slash = strrchr(path, '/');

    return strcmp(slash ? slash + 1 : path, "driver.yaml") == 0;
}

struct driver *adopt_driver(const struct data *data,
                            const struct data_file *file, struct err *e)
{
    struct data with = *data;
    struct place p = {0};
    struct driver *d = NULL;
    char *name = name_of(file, e);
    char *dir = name ? directory_of(file->name) : NULL;

    if (name && !is_called_driver(file->name)) {
        err_set(e, EXIT_DATA, "%s: a driver's file is called driver.yaml",
                file->name);
    } else if (dir && with.count < DATA_MAX_DIRS) {
        if (lend(&p, dir, name) == 0) {
            with.dirs[with.count++] = p.root;
            d = driver_load(&with, name, e);
            rename_in(e, p.link, dir);
        } else {
            err_set(e, EXIT_DATA, "%s: %s", p.root, strerror(errno));
        }
        take_back(&p);
    }
    free(dir);
    free(name);
    return d;
}
