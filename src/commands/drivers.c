/* kiriwake drivers: the vendors there are. */
#include <stdio.h>
#include <stdlib.h>

#include "listing.h"
#include "kiriwake/command.h"
#include "kiriwake/driver.h"

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

static int run(int argc, char **argv)
{
    const struct listing l = {&command_drivers, collect, print_text};

    return listing_run(&l, argc, argv);
}

const struct command command_drivers = {
    .name = "drivers",
    .args = "[--json]",
    .summary = "the vendors there are",
    .run = run,
};
