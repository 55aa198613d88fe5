/* kiriwake flows: the guidelines there are. */
#include <stdio.h>
#include <stdlib.h>

#include "listing.h"
#include "kiriwake/command.h"
#include "kiriwake/flow.h"
#include "kiriwake/msg.h"

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

static int run(int argc, char **argv)
{
    const struct listing l = {&command_flows, collect, print_text};

    return listing_run(&l, argc, argv);
}

const struct command command_flows = {
    .name = "flows",
    .args = "[--json]",
    .summary = "list the guidelines",
    .run = run,
};
