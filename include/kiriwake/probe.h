/* A run that asks one probe (and what it needs) instead of walking a flow. */
#ifndef KIRIWAKE_PROBE_H
#define KIRIWAKE_PROBE_H

#include "kiriwake/command.h"
#include "kiriwake/run.h"

extern const struct command command_probe;

/* As run_new. An unknown probe names the nearest (64); one whose class is
 * not allowed is refused (64). with: its parameters, or NULL. */
struct run *run_probe_new(const struct run_options *o, const char *probe,
                          const json_t *with,
                          const struct run_listener *listener, struct err *e);
/* The fact (new reference), or NULL when the device was not reached. */
json_t *run_probe_fact(const struct run *r);
const struct err *run_error(const struct run *r);

#endif
