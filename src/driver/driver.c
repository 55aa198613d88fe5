/* A driver as a whole: loading, freeing, what others ask it. */
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "kiriwake/names.h"

/* What is known of a line before its device is: no driver, but its form. */
#define UNKNOWN_FILE "drivers/unknown.yaml"

const char *class_name(enum action_class c)
{
    static const char *const names[] = {"read", "session", "active",
                                        "disrupt", "config"};

    return names[c];
}

char **driver_names(const struct data *data)
{
    char **files = data_list(data, "drivers/", "/driver.yaml");

    for (size_t i = 0; files[i]; i++) {
        const char *name = files[i] + strlen("drivers/");
        char *copy = mem_strndup(name, strcspn(name, "/"));

        free(files[i]);
        files[i] = copy;
    }
    return files;
}

/* FNV-1a 64. */
void driver_hash(struct driver *d, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        d->hash = (d->hash ^ (unsigned char)text[i]) * 0x100000001b3u;
}

static int load_library(struct loader *l, const struct yaml_node *node)
{
    struct driver *d = l->d;
    struct err missing = {0};
    struct data_file f;
    char *path;
    int rc;

    /* common/words.lua serves several drivers */
    path = strchr(node->text, '/')
               ? mem_printf("drivers/%s", node->text)
               : mem_printf("drivers/%s/%s", d->name, node->text);
    rc = data_read(l->data, path, &f, &missing);
    free(path);
    if (rc < 0)
        return yaml_err(d->doc, node, l->e, "%s", missing.what);
    driver_hash(d, f.text, f.len);
    rc = script_library(d->script, f.text,
                        &(struct script_place){f.name, f.text, 1, 1}, l->e);
    data_free(&f);
    return rc;
}

static int load_libraries(struct loader *l)
{
    const struct yaml_node *list = yaml_get(l->d->doc->root, "library");

    for (size_t i = 0; i < yaml_len(list); i++)
        if (load_library(l, yaml_nth(list, i)) < 0)
            return -1;
    return 0;
}

static int load_all(struct loader *l, const char *name)
{
    struct driver *d = l->d;
    const struct yaml_node *root = d->doc->root;

    if (yaml_check(d->doc, root, driver_fields, l->e) < 0)
        return -1;
    if (strcmp(yaml_text(root, "driver"), name) != 0)
        return yaml_err(d->doc, yaml_get(root, "driver"), l->e,
                        "the name is the folder's: '%s'", name);
    d->title = mem_strdup(yaml_text(root, "title"));
    d->json = yaml_json(root);
    if (driver_load_cli(l) < 0 || driver_load_messages(l) < 0 ||
        load_libraries(l) < 0 || driver_load_probes(l) < 0 ||
        driver_load_dialects(l) < 0)
        return -1;
    driver_load_forms(d);
    return 0;
}

/* Only what the console needs. */
static int load_line(struct loader *l, const char *name)
{
    struct driver *d = l->d;
    const struct yaml_node *root = d->doc->root;

    if (yaml_check(d->doc, root, name ? driver_fields : driver_line_fields,
                   l->e) < 0)
        return -1;
    d->title = mem_strdup(yaml_text(root, "title"));
    d->probe_names = mem_zalloc(sizeof *d->probe_names);
    return driver_load_cli(l);
}

static int unknown_driver(const struct data *data, const char *name,
                          struct err *e)
{
    char **names = driver_names(data), near[120];
    size_t n = 0;

    while (names[n])
        n++;
    err_set(e, EXIT_USAGE, "unknown driver '%.80s'", name);
    if (names_suggest(name, (const char *const *)names, n, near, sizeof near))
        err_hint(e, "did you mean %s?", near);
    data_list_free(names);
    return -1;
}

static int read_file(const struct data *data, const char *name,
                     struct data_file *f, struct err *e)
{
    char *path = mem_printf("drivers/%s/driver.yaml", name);
    struct err missing = {0};
    int rc;

    if (strchr(name, '/') || name[0] == '.')
        rc = -1;
    else
        rc = data_read(data, path, f, &missing);
    free(path);
    return rc < 0 ? unknown_driver(data, name, e) : 0;
}

static struct driver *load_file(const struct data *data, const char *name,
                                int (*load)(struct loader *, const char *),
                                struct err *e)
{
    struct driver *d = mem_zalloc(sizeof *d);
    struct loader l = {d, data, e};
    struct data_file f;
    int rc = -1;

    if (name ? read_file(data, name, &f, e) < 0
             : data_read(data, UNKNOWN_FILE, &f, e) < 0) {
        free(d);
        return NULL;
    }
    d->hash = 0xcbf29ce484222325u;
    d->name = mem_strdup(name ? name : "unknown");
    d->script = script_new();
    driver_hash(d, f.text, f.len);
    d->doc = yaml_parse(f.name, f.text, f.len, e);
    data_free(&f);
    if (d->doc)
        rc = load(&l, name);
    if (rc < 0) {
        driver_free(d);
        return NULL;
    }
    snprintf(d->digest, sizeof d->digest, "%016llx",
             (unsigned long long)d->hash);
    return d;
}

struct driver *driver_load(const struct data *data, const char *name,
                           struct err *e)
{
    return load_file(data, name, load_all, e);
}

struct driver *driver_load_line(const struct data *data, const char *name,
                                struct err *e)
{
    return load_file(data, name, load_line, e);
}

void driver_free(struct driver *d)
{
    if (!d)
        return;
    driver_free_dialects(d);
    driver_free_probes(d);
    driver_free_messages(d);
    driver_free_cli(d);
    script_free(d->script);
    json_decref(d->json);
    yaml_free(d->doc);
    free(d->title);
    free(d->name);
    free(d);
}

const char *driver_name(const struct driver *d)
{
    return d->name;
}

const char *driver_title(const struct driver *d)
{
    return d->title;
}

const struct console_profile *driver_console(const struct driver *d)
{
    return &d->console;
}

const char *const *driver_secrets(const struct driver *d)
{
    return (const char *const *)d->secrets;
}

const char *const *driver_ssh_legacy(const struct driver *d)
{
    return (const char *const *)d->legacy;
}

const char *const *driver_sections(const struct driver *d)
{
    return (const char *const *)d->sections;
}

const char *const *driver_ends(const struct driver *d)
{
    return (const char *const *)d->ends;
}

const char *const *driver_prefixes(const struct driver *d)
{
    return (const char *const *)d->prefixes;
}

const char *const *driver_forms(const struct driver *d)
{
    return (const char *const *)d->forms;
}

unsigned driver_baud(const struct driver *d)
{
    return d->baud;
}

unsigned driver_pace(const struct driver *d)
{
    return d->pace;
}

const char *driver_digest(const struct driver *d)
{
    return d->digest;
}

const json_t *driver_json(const struct driver *d)
{
    return d->json;
}

const struct probe_info *driver_probe(const struct driver *d,
                                      const char *name)
{
    const struct probe *p = driver_find(d, name);

    return p ? &p->info : NULL;
}

const char *const *driver_probes(const struct driver *d)
{
    return d->probe_names;
}

json_t *driver_schema(void)
{
    return yaml_schema(driver_fields, "kiriwake driver");
}
