/* kiriwake flows: the guidelines there are. */
#include <stdio.h>
#include <stdlib.h>

#include "kiriwake/command.h"
#include "kiriwake/flow.h"
#include "kiriwake/msg.h"
#include "kiriwake/options.h"

extern const struct command command_flows;

static int collect(const struct data *data, json_t *out, struct err *e)
{
    char **names = flow_names(data);
    int rc = 0;

    for (size_t i = 0; names[i] && rc == 0; i++) {
        struct flows *f = flows_load(data, names[i], NULL, e);

        if (f)
            json_array_append_new(out, json_deep_copy(flows_json(f)));
        else
            rc = -1;
        flows_free(f);
    }
    data_list_free(names);
    return rc;
}

static void print_text(const json_t *all)
{
    size_t i;
    json_t *f;

    json_array_foreach(all, i, f)
        printf("%-24s %s\n", json_string_value(json_object_get(f, "name")),
               msg_i18n(json_object_get(f, "title")));
}

static void print(const json_t *all, bool json)
{
    if (!json) {
        print_text(all);
        return;
    }
    json_dumpf(all, stdout, JSON_INDENT(2));
    putchar('\n');
}

static int run(int argc, char **argv)
{
    struct options o;
    struct err e = {0};
    json_t *all = json_array();
    int status = EXIT_HEALTHY;

    if (options_parse(&o, argc, argv, NULL, &e) < 0)
        status = command_fail(&e);
    else if (o.help)
        options_print();
    else if (o.word_count)
        status = command_usage(&command_flows, _("unknown word '%s'"),
                               o.words[0]);
    else if (collect(&o.run.data, all, &e) < 0)
        status = command_fail(&e);
    else
        print(all, o.json);
    json_decref(all);
    options_free(&o);
    return status;
}

const struct command command_flows = {
    .name = "flows",
    .args = "[--json]",
    .summary = "lists the guidelines",
    .run = run,
};
