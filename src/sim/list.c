/* The list of all scenarios. */
#include "kiriwake/sim.h"

#include <stdlib.h>
#include <string.h>

#include "scenario.h"

static json_t *args_of(const struct data *data, const char *driver,
                       const char *name, const char *knobs, struct err *e)
{
    struct sim *s = sim_new(data, driver, name, knobs, false, e);
    json_t *args;

    if (!s)
        return NULL;
    args = sim_args(s);
    sim_free(s);
    return args;
}

static int add(json_t *list, const struct data *data, const char *driver,
               const char *name, const char *knobs, struct err *e)
{
    json_t *v = scenario_load(data, driver, name, e);
    json_t *args;

    if (!v)
        return -1;
    json_object_del(v, "setup");
    json_object_del(v, "causes");
    json_array_append_new(list, v);
    if (!knobs || !knobs[0])
        return 0;
    args = args_of(data, driver, name, knobs, e);
    if (!args)
        return -1;
    json_object_set_new(v, "args", args);
    return 0;
}

json_t *sim_scenarios(const struct data *data, const char *knobs,
                      struct err *e)
{
    char **paths = data_list(data, "drivers/", ".yaml");
    json_t *list = json_array();
    int status = 0;

    for (size_t i = 0; status == 0 && paths[i]; i++) {
        char *driver, *name;

        if (scenario_split(paths[i], &driver, &name) < 0)
            continue;
        status = add(list, data, driver, name, knobs, e);
        free(driver);
        free(name);
    }
    data_list_free(paths);
    if (status == 0)
        return list;
    json_decref(list);
    return NULL;
}
