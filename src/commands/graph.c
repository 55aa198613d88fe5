/* kiriwake graph: a guideline's decision tree as a picture. */
#include <stdio.h>
#include <string.h>

#include "kiriwake/command.h"
#include "kiriwake/flow.h"
#include "kiriwake/msg.h"
#include "kiriwake/names.h"
#include "kiriwake/options.h"

extern const struct command command_graph;

static int unknown_flow(const struct data *data, const char *name)
{
    char **names = flow_names(data), near[200];
    struct err e = {0};
    size_t n = 0;

    while (names[n])
        n++;
    err_set(&e, EXIT_USAGE, _("there is no flow '%s'"), name);
    if (names_suggest(name, (const char *const *)names, n, near, sizeof near))
        err_hint(&e, _("did you mean %s?"), near);
    else
        err_hint(&e, "%s", _("kiriwake flows lists them"));
    data_list_free(names);
    return command_fail(&e);
}

static bool is_known(const struct data *data, const char *name)
{
    char **names = flow_names(data);
    bool found = false;

    for (size_t i = 0; names[i]; i++)
        found = found || strcmp(names[i], name) == 0;
    data_list_free(names);
    return found;
}

static int draw(const struct options *o, const char *format)
{
    struct err e = {0};
    struct flows *f;
    int rc;

    if (!is_known(&o->run.data, o->words[0]))
        return unknown_flow(&o->run.data, o->words[0]);
    f = flows_load(&o->run.data, o->words[0], NULL, &e);
    if (!f)
        return command_fail(&e);
    rc = flows_graph(f, format, stdout, &e);
    flows_free(f);
    return rc < 0 ? command_fail(&e) : EXIT_HEALTHY;
}

static int run(int argc, char **argv)
{
    const char *format = "dot";
    const struct options_extra extra[] = {{"format", NULL, &format, NULL},
                                          {NULL, NULL, NULL, NULL}};
    struct options o;
    struct err e = {0};
    int status;

    if (options_parse(&o, argc, argv, extra, &e) < 0) {
        status = command_fail(&e);
    } else if (o.word_count != 1) {
        status = command_usage(&command_graph, "%s", _("expected one flow"));
    } else {
        status = draw(&o, format);
    }
    options_free(&o);
    return status;
}

const struct command command_graph = {
    .name = "graph",
    .args = "FLOW [--format dot|svg|mermaid]",
    .summary = "draw a guideline's decision tree",
    .run = run,
};
