/* Which flows there are. */
#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"

#include "model.h"

/* A flow has its name in a line of its own; included pieces do not. */
static bool is_flow(const char *text)
{
    return strncmp(text, "flow:", 5) == 0 || strstr(text, "\nflow:") != NULL;
}

char **flow_names(const struct data *data)
{
    char **list = data_list(data, "flows/", ".yaml");
    size_t n = 0;

    for (size_t i = 0; list[i]; i++) {
        struct data_file file = {0};
        struct err e = {0};
        bool keep = data_read(data, list[i], &file, &e) == 0 &&
                    is_flow(file.text);
        char *name = list[i];

        data_free(&file);
        if (keep)
            list[n++] = mem_strndup(name + 6, strlen(name) - 6 - 5);
        free(name);
    }
    list[n] = NULL;
    return list;
}

/* A copy of the text without its check points, which are nearly all of it:
 * the top-level block from its key to the next one. */
static char *without_checkpoints(const char *text)
{
    static const char key[] = "\ncheckpoints:";
    const char *from = strstr(text, key), *to;

    if (!from)
        return mem_strdup(text);
    to = from + sizeof key - 1;
    while ((to = strchr(to, '\n')) && strchr("\n\r #", to[1]) && to[1])
        to++;
    return mem_printf("%.*s%s", (int)(from - text), text, to ? to : "");
}

static struct yaml_doc *read_head(const char *path,
                                  const struct data_file *file)
{
    char *head = without_checkpoints(file->text);
    struct err e = {0};
    struct yaml_doc *doc = yaml_parse(path, head, strlen(head), &e);

    free(head);
    return doc ? doc : yaml_parse(path, file->text, file->len, &e);
}

static bool is_for(const struct yaml_doc *doc, const char *driver)
{
    const struct yaml_node *list = yaml_get(doc->root, "drivers");

    for (size_t i = 0; i < yaml_len(list); i++)
        if (yaml_nth(list, i)->text &&
            strcmp(yaml_nth(list, i)->text, driver) == 0)
            return true;
    return false;
}

/* 0: not for the driver, 1: for it, 2: its default. */
static int suits(const struct data *data, const char *name,
                 const char *driver)
{
    char *path = mem_printf("flows/%s.yaml", name);
    struct data_file file = {0};
    struct yaml_doc *doc = NULL;
    struct err e = {0};
    int result = 0;

    if (data_read(data, path, &file, &e) == 0)
        doc = read_head(path, &file);
    if (doc && is_for(doc, driver))
        result = yaml_is_true(yaml_get(doc->root, "default")) ? 2 : 1;
    yaml_free(doc);
    data_free(&file);
    free(path);
    return result;
}

char *flow_default(const struct data *data, const char *driver)
{
    char **list = flow_names(data), *found = NULL;
    int best = 0;

    for (size_t i = 0; list[i] && best < 2; i++) {
        int fit = suits(data, list[i], driver);

        if (fit <= best)
            continue;
        best = fit;
        free(found);
        found = mem_strdup(list[i]);
    }
    data_list_free(list);
    return found;
}
