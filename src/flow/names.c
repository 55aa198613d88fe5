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
        doc = yaml_parse(path, file.text, file.len, &e);
    if (doc) {
        const struct yaml_node *list = yaml_get(doc->root, "drivers");

        for (size_t i = 0; i < yaml_len(list) && !result; i++)
            if (yaml_nth(list, i)->text &&
                strcmp(yaml_nth(list, i)->text, driver) == 0)
                result = 1;
        if (result && yaml_is_true(yaml_get(doc->root, "default")))
            result = 2;
    }
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
