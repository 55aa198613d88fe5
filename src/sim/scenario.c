#include "scenario.h"

#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"
#include "kiriwake/names.h"
#include "kiriwake/yaml.h"

#define MAX_NAMES 512

static const char *const outcomes[] = {"healthy", "diagnosed", "open",
                                       "failed", NULL};
static const struct yaml_field expect_fields[] = {
    {"outcome", YK_ENUM, true, NULL, outcomes, "how the walk ends"},
    {"finding", YK_TEXT, false, NULL, NULL, "its first finding"},
    {"with_peer", YK_TEXT, false, NULL, NULL,
     "another one, with the peer's configuration at hand"},
    {NULL, YK_ANY, false, NULL, NULL, NULL},
};
static const struct yaml_field scenario_fields[] = {
    {"title", YK_I18N, true, NULL, NULL, "one line for people"},
    {"covers", YK_WORDS, false, NULL, NULL, "rows of the coverage table"},
    {"flow", YK_TEXT, true, NULL, NULL, "the guideline to walk"},
    {"args", YK_WORDS, false, NULL, NULL, "arguments for check"},
    {"expect", YK_MAP, true, expect_fields, NULL, "what check must say"},
    {"setup", YK_ANY, false, NULL, NULL, "the sound network"},
    {"causes", YK_ANY, false, NULL, NULL, "what is wrong in it"},
    {NULL, YK_ANY, false, NULL, NULL, NULL},
};

int scenario_split(const char *path, char **driver, char **name)
{
    static const char prefix[] = "drivers/", middle[] = "/sim/";
    const char *start = path + sizeof prefix - 1;
    const char *mid = strstr(path, middle);
    const char *dot = strrchr(path, '.');

    if (strncmp(path, prefix, sizeof prefix - 1) != 0 || !mid ||
        mid <= start || !dot || strcmp(dot, ".yaml") != 0)
        return -1;
    *driver = mem_strndup(start, (size_t)(mid - start));
    mid += sizeof middle - 1;
    *name = mem_strndup(mid, (size_t)(dot - mid));
    return 0;
}

/* Collects the names of drivers (driver NULL) or of a driver's scenarios. */
static size_t collect(char **paths, const char *driver, char **names)
{
    size_t n = 0;

    for (size_t i = 0; paths[i] && n < MAX_NAMES; i++) {
        char *d, *s;

        if (scenario_split(paths[i], &d, &s) < 0)
            continue;
        if (!driver) {
            names[n++] = d;
            free(s);
            continue;
        }
        if (strcmp(d, driver) == 0)
            names[n++] = s;
        else
            free(s);
        free(d);
    }
    return n;
}

static void not_found(const struct data *data, const char *driver,
                      const char *name, struct err *e)
{
    char **paths = data_list(data, "drivers/", ".yaml");
    char *names[MAX_NAMES];
    const char *what = _("no scenario '%s'"), *word = name;
    char near[200];
    size_t n = collect(paths, driver, names);

    if (n == 0) {
        n = collect(paths, NULL, names);
        what = _("no simulated driver '%s'");
        word = driver;
    }
    err_set(e, EXIT_USAGE, what, word);
    if (names_suggest(word, (const char *const *)names, n, near, sizeof near))
        err_hint(e, _("Did you mean %s?"), near);
    else
        err_hint(e, _("`kiriwake scenarios` lists them."));
    for (size_t i = 0; i < n; i++)
        free(names[i]);
    data_list_free(paths);
}

static json_t *list_of(const struct yaml_node *node)
{
    json_t *list = json_array();

    for (size_t i = 0; i < yaml_len(node); i++)
        json_array_append_new(list, json_string(yaml_nth(node, i)->text));
    return list;
}

static json_t *expectation(const struct yaml_node *expect)
{
    const char *finding = yaml_text(expect, "finding");
    const char *with_peer = yaml_text(expect, "with_peer");
    json_t *v = json_pack("{s:s, s:s?}", "outcome",
                          yaml_text(expect, "outcome"), "finding", finding);

    if (with_peer)
        json_object_set_new(v, "with_peer", json_string(with_peer));
    return v;
}

/* {id, driver, flow, title, covers, args, expect, setup, causes} */
static json_t *describe(const struct yaml_doc *doc, const char *driver,
                        const char *name)
{
    const struct yaml_node *root = doc->root;
    const struct yaml_node *setup = yaml_get(root, "setup");
    const struct yaml_node *causes = yaml_get(root, "causes");
    char *id = mem_printf("%s/%s", driver, name);
    json_t *v = json_pack(
        "{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "id", id,
        "driver", driver, "flow", yaml_text(root, "flow"), "title",
        yaml_i18n(yaml_get(root, "title")), "covers",
        list_of(yaml_get(root, "covers")), "args",
        list_of(yaml_get(root, "args")), "expect",
        expectation(yaml_get(root, "expect")), "setup",
        setup ? yaml_json(setup) : json_object(), "causes",
        causes ? yaml_json(causes) : json_object());

    free(id);
    return v;
}

json_t *scenario_load(const struct data *data, const char *driver,
                      const char *name, struct err *e)
{
    char *path = mem_printf("drivers/%s/sim/%s.yaml", driver, name);
    struct data_file f;
    struct yaml_doc *doc;
    json_t *v = NULL;

    if (strchr(name, '/') || data_read(data, path, &f, e) < 0) {
        not_found(data, driver, name, e);
        free(path);
        return NULL;
    }
    free(path);
    doc = yaml_parse(f.name, f.text, f.len, e);
    data_free(&f);
    if (!doc)
        return NULL;
    if (yaml_check(doc, doc->root, scenario_fields, e) == 0)
        v = describe(doc, driver, name);
    yaml_free(doc);
    return v;
}
