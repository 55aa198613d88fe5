/* `kiriwake scenarios`: what the simulators can play. */
#include <stdio.h>
#include <string.h>

#include "kiriwake/buf.h"
#include "kiriwake/command.h"
#include "kiriwake/msg.h"
#include "kiriwake/sim.h"

extern const struct command command_scenarios;

static void print_one(const json_t *v)
{
    const json_t *expect = json_object_get(v, "expect");
    const char *finding = json_string_value(json_object_get(expect,
                                                            "finding"));

    printf("%-40s %-9s %-26s %s\n",
           json_string_value(json_object_get(v, "id")),
           json_string_value(json_object_get(expect, "outcome")),
           finding ? finding : "-", msg_i18n(json_object_get(v, "title")));
}

static int list(const struct data *data, const char *knobs, bool as_json)
{
    struct err e = {0};
    json_t *all = sim_scenarios(data, knobs, &e), *v;
    size_t i;

    if (!all)
        return command_fail(&e);
    if (as_json) {
        json_dumpf(all, stdout, JSON_INDENT(1));
        putchar('\n');
    } else {
        json_array_foreach(all, i, v)
            print_one(v);
    }
    json_decref(all);
    return 0;
}

static int run(int argc, char **argv)
{
    struct data data = {0};
    struct buf knobs = {0};
    bool as_json = false;
    int status = 0;

    for (int i = 1; i < argc && status == 0; i++) {
        bool more = i + 1 < argc;

        if (strcmp(argv[i], "--json") == 0) {
            as_json = true;
        } else if (strcmp(argv[i], "--fault") == 0 && more) {
            buf_printf(&knobs, "%s%s", knobs.len ? "&" : "", argv[++i]);
        } else if (strcmp(argv[i], "--data") == 0 && more &&
                   data.count < DATA_MAX_DIRS) {
            data.dirs[data.count++] = argv[++i];
        } else {
            status = command_usage(&command_scenarios,
                                   _("unknown option %s"), argv[i]);
        }
    }
    if (status == 0)
        status = list(&data, buf_str(&knobs), as_json);
    buf_free(&knobs);
    return status;
}

const struct command command_scenarios = {
    .name = "scenarios",
    .args = "[--json] [--fault K=V]... [--data DIR]",
    .summary = "the scenarios that simulated routers play",
    .run = run,
};
