/*
 * A guideline as data: flows/<vendor>/<name>.yaml and flows/findings.yaml;
 * see docs/flow-format.md. Loaded, checked and compiled at once; a bad file
 * is an error with file:line:col.
 */
#ifndef KIRIWAKE_FLOW_H
#define KIRIWAKE_FLOW_H

#include <stdbool.h>
#include <stdio.h>
#include <jansson.h>

#include "kiriwake/data.h"
#include "kiriwake/driver.h"
#include "kiriwake/err.h"

struct flows;       /* a flow, all it calls and includes, and the findings */

/* name: "nec-ix/ipsec". d: the driver it will run with (probes, classes and
 * findings' commands are checked against it), or NULL: any. */
struct flows *flows_load(const struct data *data, const char *name,
                         const struct driver *d, struct err *e);
void flows_free(struct flows *f);

/* Every flow's name, as data_list; and the first for a driver (NULL: none,
 * caller frees). */
char **flow_names(const struct data *data);
char *flow_default(const struct data *data, const char *driver);

/* {name, title, drivers, source, checkpoints: [{id, kind, title, covers}]} of
 * the flow itself (borrowed). */
const json_t *flows_json(const struct flows *f);
/* The finding as in the file, {title, explanation, …}, or NULL. */
const json_t *flows_finding(const struct flows *f, const char *id);
/* The check points of the flow and of all it calls: a NULL-ended array that
 * the caller frees; the names are borrowed. */
const char **flows_checkpoints(const struct flows *f);
const char *flows_digest(const struct flows *f);

/* All of flows/findings.yaml (new reference); NULL and *e. */
json_t *findings_load(const struct data *data, struct err *e);

/* The flow as a graph. format: "dot", "svg", "mermaid". */
int flows_graph(const struct flows *f, const char *format, FILE *out,
                struct err *e);

#endif
