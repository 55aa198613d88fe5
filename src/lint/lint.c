/* Data files of every kind, each by its own loader. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "kiriwake/buf.h"
#include "kiriwake/flow.h"
#include "kiriwake/lint.h"
#include "kiriwake/mem.h"
#include "kiriwake/names.h"
#include "kiriwake/sim.h"
#include "kiriwake/textfsm.h"
#include "kiriwake/yaml.h"

#include "adopt.h"

#define MAX_DEPTH 12

static void tell(struct lint *l, const char *level, const char *text)
{
    if (!l->seen)
        l->seen = json_object();
    if (json_object_get(l->seen, text))
        return;
    json_object_set_new(l->seen, text, json_true());
    if (strcmp(level, "error") == 0)
        l->errors++;
    else
        l->warnings++;
    l->told(l->arg, level, text);
}

static void tell_all(struct lint *l, json_t *list)
{
    size_t i;
    json_t *d;

    json_array_foreach(list, i, d)
        tell(l, json_string_value(json_object_get(d, "level")),
             json_string_value(json_object_get(d, "text")));
    json_decref(list);
}

/* --- drivers, templates, scenarios --- */

static void lint_template(struct lint *l, const struct data_file *file)
{
    struct err e = {0};
    struct textfsm *t = textfsm_compile(file->name, file->text, file->len,
                                        &e);

    if (!t)
        tell(l, "error", e.what);
    textfsm_free(t);
}

/* "drivers/NAME/rest" of a path below a data directory; NULL: it is not. */
static char *driver_of(const char *rel, const char *rest)
{
    size_t n;

    if (!rel || strncmp(rel, "drivers/", 8))
        return NULL;
    n = strcspn(rel + 8, "/");
    if (strncmp(rel + 8 + n, rest, strlen(rest)))
        return NULL;
    return mem_strndup(rel + 8, n);
}

static void lint_driver(struct lint *l, const struct data_file *file,
                        const char *rel)
{
    char *name = driver_of(rel, "/driver.yaml");
    struct err e = {0};
    struct driver *d = name ? driver_load(&l->data, name, &e)
                            : adopt_driver(&l->data, file, &e);

    if (!d)
        tell(l, "error", e.what);
    driver_free(d);
    free(name);
}

static void lint_scenario(struct lint *l, const char *rel)
{
    char *driver = driver_of(rel, "/sim/");
    const char *file = strrchr(rel, '/') + 1;
    char *name = mem_strndup(file, strlen(file) - strlen(".yaml"));
    struct err e = {0};
    struct sim *s = sim_new(&l->data, driver, name, NULL, false, &e);

    if (!s)
        tell(l, "error", e.what);
    sim_free(s);
    free(name);
    free(driver);
}

/* --- flows --- */

static bool has_driver(const struct data *data, const char *name)
{
    char **names = driver_names(data);
    bool found = false;

    for (size_t i = 0; names[i]; i++)
        found = found || strcmp(names[i], name) == 0;
    data_list_free(names);
    return found;
}

/* A flow may be written before its driver: its probes are checked then. */
static void unknown_driver(struct lint *l, const struct yaml_doc *doc,
                           const struct yaml_node *at)
{
    char **names = driver_names(&l->data), near[160];
    struct err e = {0};
    size_t n = 0;

    while (names[n])
        n++;
    if (names_suggest(at->text, (const char *const *)names, n, near,
                      sizeof near))
        yaml_err(doc, at, &e, "warning: there is no driver '%s'; did you "
                 "mean %s? Probes are not checked", at->text, near);
    else
        yaml_err(doc, at, &e, "warning: there is no driver '%s'; probes are "
                 "not checked", at->text);
    tell(l, "warning", e.what);
    data_list_free(names);
}

static void lint_flow(struct lint *l, const struct data_file *file,
                      const char *rel, const struct yaml_doc *doc)
{
    const struct yaml_node *drivers = yaml_get(doc->root, "drivers");
    char *name = NULL;

    if (rel && strncmp(rel, "flows/", 6) == 0)
        name = mem_strndup(rel + 6, strlen(rel) - 6 - strlen(".yaml"));
    tell_all(l, flows_lint(&l->data, name, file, NULL));
    for (size_t i = 0; i < yaml_len(drivers); i++) {
        const struct yaml_node *at = yaml_nth(drivers, i);
        struct err e = {0};
        struct driver *d;

        if (at->type != YAML_SCALAR)
            continue;
        if (!has_driver(&l->data, at->text)) {
            unknown_driver(l, doc, at);
            continue;
        }
        d = driver_load(&l->data, at->text, &e);
        if (d)
            tell_all(l, flows_lint(&l->data, name, file, d));
        else
            tell(l, "error", e.what);
        driver_free(d);
    }
    free(name);
}

/* --- which kind? --- */

static bool is_findings(const struct yaml_doc *doc)
{
    for (size_t i = 0; i < doc->root->count && doc->root->keys; i++)
        if (strchr(doc->root->keys[i]->text, '.'))
            return true;
    return false;
}

/* What is known of a line before its device is: no driver of its own. */
static void lint_unknown(struct lint *l)
{
    struct err e = {0};
    struct driver *d = driver_load_line(&l->data, NULL, &e);

    if (!d)
        tell(l, "error", e.what);
    driver_free(d);
}

static void lint_yaml(struct lint *l, const struct data_file *file,
                      const char *rel)
{
    struct err e = {0};
    struct yaml_doc *doc = yaml_parse(file->name, file->text, file->len, &e);

    if (!doc) {
        tell(l, "error", e.what);
        return;
    }
    if (rel && strncmp(rel, "drivers/", 8) == 0 && strstr(rel, "/sim/")) {
        lint_scenario(l, rel);
    } else if (yaml_get(doc->root, "flow")) {
        lint_flow(l, file, rel, doc);
    } else if (rel && strcmp(rel, "drivers/unknown.yaml") == 0) {
        lint_unknown(l);
    } else if (yaml_get(doc->root, "driver")) {
        lint_driver(l, file, rel);
    } else if (is_findings(doc)) {
        tell_all(l, findings_lint(&l->data, file));
    } else if (!yaml_get(doc->root, "checkpoints")) {
        yaml_err(doc, doc->root, &e, "expected a driver (driver: NAME), a "
                 "flow (flow: VENDOR/NAME) or findings");
        tell(l, "error", e.what);
    }
    yaml_free(doc);
}

static bool ends_with(const char *s, const char *suffix)
{
    size_t n = strlen(s), m = strlen(suffix);

    return n >= m && strcmp(s + n - m, suffix) == 0;
}

static void lint_file(struct lint *l, const struct data_file *file,
                      const char *rel)
{
    l->files++;
    if (ends_with(file->name, ".textfsm"))
        lint_template(l, file);
    else
        lint_yaml(l, file, rel);
}

/* --- paths --- */

/* Where "drivers/…" or "flows/…" begins in a path, or NULL. */
static const char *below_data(const char *path)
{
    static const char *const tops[] = {"drivers/", "flows/"};
    const char *best = NULL;

    for (size_t i = 0; i < 2; i++)
        for (const char *s = path; (s = strstr(s, tops[i])); s++)
            if (s == path || s[-1] == '/')
                best = !best || s > best ? s : best;
    return best;
}

static void lint_one(struct lint *l, const char *path)
{
    const char *rel = below_data(path);
    struct data_file file = {0};
    struct buf b = {0};
    struct data before;
    char *root = NULL, *text;

    if (buf_read_file(&b, path, DATA_MAX_BYTES) < 0) {
        text = mem_printf("%s: %s", path, strerror(errno));
        tell(l, "error", text);
        free(text);
        buf_free(&b);
        return;
    }
    file.name = mem_strdup(path);
    file.len = b.len;
    file.text = buf_take(&b);
    if (rel)
        root = rel == path ? mem_strdup(".")
                           : mem_strndup(path, (size_t)(rel - path) - 1);
    before = l->data;
    if (root && l->data.count < DATA_MAX_DIRS)
        l->data.dirs[l->data.count++] = root[0] ? root : "/";
    lint_file(l, &file, rel);
    l->data = before;
    free(root);
    data_free(&file);
}

static bool is_data(const char *name)
{
    return ends_with(name, ".yaml") || ends_with(name, ".textfsm");
}

static void lint_tree(struct lint *l, const char *path, int depth)
{
    struct dirent **list;
    int n = depth < MAX_DEPTH ? scandir(path, &list, NULL, alphasort) : -1;

    for (int i = 0; i < n; i++) {
        char *full = mem_printf("%s/%s", path, list[i]->d_name);
        struct stat st;

        if (list[i]->d_name[0] != '.' && stat(full, &st) == 0) {
            if (S_ISDIR(st.st_mode))
                lint_tree(l, full, depth + 1);
            else if (is_data(list[i]->d_name))
                lint_one(l, full);
        }
        free(full);
        free(list[i]);
    }
    if (n >= 0)
        free(list);
}

void lint_path(struct lint *l, const char *path)
{
    struct stat st;

    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        lint_tree(l, path, 0);
    else
        lint_one(l, path);
}

static void lint_list(struct lint *l, const char *prefix, const char *suffix)
{
    char **list = data_list(&l->data, prefix, suffix);

    for (size_t i = 0; list[i]; i++) {
        struct data_file file = {0};
        struct err e = {0};

        if (data_read(&l->data, list[i], &file, &e) == 0)
            lint_file(l, &file, list[i]);
        else
            tell(l, "error", e.what);
        data_free(&file);
    }
    data_list_free(list);
}

void lint_data(struct lint *l)
{
    lint_list(l, "drivers/", ".textfsm");
    lint_list(l, "drivers/", ".yaml");
    lint_list(l, "flows/", ".yaml");
}

void lint_done(struct lint *l)
{
    json_decref(l->seen);
    l->seen = NULL;
}
