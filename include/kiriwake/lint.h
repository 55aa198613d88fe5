/*
 * Everything that is wrong with data files, not only the first: for
 * `kiriwake lint`. A diagnosis is {"level": "error|warning", "text":
 * "file:line:col: …" with the line and a caret}.
 */
#ifndef KIRIWAKE_LINT_H
#define KIRIWAKE_LINT_H

#include <stddef.h>
#include <jansson.h>

#include "kiriwake/data.h"
#include "kiriwake/driver.h"

/* [diagnosis] of one flow file and what it includes and calls (new
 * reference). name: what the file's path says it is called, or NULL. d: the
 * driver whose probes it may use, or NULL: any. */
json_t *flows_lint(const struct data *data, const char *name,
                   const struct data_file *file, const struct driver *d);
/* Of a findings file. */
json_t *findings_lint(const struct data *data, const struct data_file *file);
/* JSON Schema of flow files (new reference). */
json_t *flow_schema(void);

/* A lint over many files. Each diagnosis is told once. */
struct lint {
    struct data data;
    size_t files, errors, warnings;
    void (*told)(void *arg, const char *level, const char *text);
    void *arg;
    json_t *seen;               /* owned; NULL at first */
};

/* A file, or a directory with all that lies below it. */
void lint_path(struct lint *l, const char *path);
/* Every driver, template, flow and scenario of the data, and the findings. */
void lint_data(struct lint *l);
void lint_done(struct lint *l);

#endif
