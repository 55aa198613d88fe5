/* The scenario files: drivers/<driver>/sim/<name>.yaml. */
#ifndef SIM_SCENARIO_H
#define SIM_SCENARIO_H

#include <jansson.h>

#include "kiriwake/data.h"
#include "kiriwake/err.h"

/* The whole scenario as JSON (new reference); NULL and *e: 64 when there is
 * no such driver or scenario, 65 when the file is bad. */
json_t *scenario_load(const struct data *data, const char *driver,
                      const char *name, struct err *e);
/* Splits "drivers/D/sim/S.yaml"; both are new strings. -1: no scenario. */
int scenario_split(const char *path, char **driver, char **name);

#endif
