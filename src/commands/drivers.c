/* kiriwake drivers: the vendors there are. */
#include <stdio.h>
#include <stdlib.h>

#include "kiriwake/command.h"
#include "kiriwake/driver.h"
#include "kiriwake/msg.h"
#include "kiriwake/options.h"

extern const struct command command_drivers;

static json_t *describe(const struct driver *d)
{
    const char *const *names = driver_probes(d);
    json_t *probes = json_array();

    for (size_t i = 0; names[i]; i++) {
        const struct probe_info *p = driver_probe(d, names[i]);

        json_array_append_new(
            probes, json_pack("{s:s,s:s,s:s?,s:b}", "name", p->name, "class",
                              class_name(p->class), "mode", p->mode,
                              "unverified", p->unverified));
    }
    return json_pack("{s:s,s:s,s:s,s:o}", "driver", driver_name(d), "title",
                     driver_title(d), "digest", driver_digest(d), "probes",
                     probes);
}

static int collect(const struct data *data, json_t *out, struct err *e)
{
    char **names = driver_names(data);
    int rc = 0;

    for (size_t i = 0; names[i] && rc == 0; i++) {
        struct driver *d = driver_load(data, names[i], e);

        if (d)
            json_array_append_new(out, describe(d));
        else
            rc = -1;
        driver_free(d);
    }
    data_list_free(names);
    return rc;
}

static void print_text(const json_t *all)
{
    size_t i;
    json_t *d;

    json_array_foreach(all, i, d)
        printf("%-16s %s\n", json_string_value(json_object_get(d, "driver")),
               json_string_value(json_object_get(d, "title")));
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
        status = command_usage(&command_drivers, "%s",
                               _("drivers takes no name"));
    else if (collect(&o.run.data, all, &e) < 0)
        status = command_fail(&e);
    else
        print(all, o.json);
    options_free(&o);
    json_decref(all);
    return status;
}

const struct command command_drivers = {
    .name = "drivers",
    .args = "[--json]",
    .summary = "the vendors there are",
    .run = run,
};
