/*
 * A case on disk: $XDG_STATE_HOME/kiriwake/cases/ID/journal.jsonl, one JSON
 * object a line, append-only: a header, then the walker's events. Directory
 * 0700, file 0600. A torn last line is dropped on load.
 */
#ifndef KIRIWAKE_CASEFILE_H
#define KIRIWAKE_CASEFILE_H

#include <stdbool.h>
#include <jansson.h>

#include "kiriwake/err.h"

struct casefile;

/*
 * Makes a new case; its id sorts by time (YYYYMMDD-HHMMSS-xxxx). header is
 * written first:
 *   {"event": "case", "schema_version": 1, "case": id (added here),
 *    "at": time, "target", "driver", "flow", "options": {…},
 *    "versions": {"program", "driver", "flow"}}
 * NULL and *e (70) when it cannot be written.
 */
struct casefile *case_create(json_t *header, struct err *e);

/* Opens an existing case to go on with it. *records: its header and events,
 * in order (new reference). An unknown id names the nearest (64). */
struct casefile *case_open(const char *id, json_t **records, struct err *e);

/* Only reads it (new reference); NULL and *e. */
json_t *case_load(const char *id, struct err *e);

/* Appends one record; durable: it is on disk when this returns. 0, or -1 and
 * errno. */
int case_append(struct casefile *c, const json_t *record, bool durable);

const char *case_id(const struct casefile *c);
void case_close(struct casefile *c);

/* Newest first: [{"case", "at", "target", "driver", "flow", "outcome",
 * "finding"}]; outcome null while it is not done (new reference). A done case
 * ends with {"event": "result", "result": {the check --json object}}. */
json_t *case_list(void);

#endif
