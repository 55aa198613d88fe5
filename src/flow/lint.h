/* Everything that is wrong with a file, for `kiriwake lint`. */
#ifndef KIRIWAKE_FLOW_LINT_H
#define KIRIWAKE_FLOW_LINT_H

#include <jansson.h>

#include "kiriwake/data.h"
#include "kiriwake/driver.h"

/* [{"level": "error|warning", "text": "file:line:col: …"}] (new reference).
 * name: what the file's path says it is called, or NULL. */
json_t *flows_lint(const struct data *data, const char *name,
                   const struct data_file *file, const struct driver *d);
json_t *findings_lint(const struct data *data, const struct data_file *file);
/* JSON Schema of flow files (new reference). */
json_t *flow_schema(void);

#endif
