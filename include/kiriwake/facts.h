/*
 * The part of the sandbox that only drivers need: chunks over the rows of a
 * template, their provenance, and the library that a driver adds.
 */
#ifndef KIRIWAKE_FACTS_H
#define KIRIWAKE_FACTS_H

#include <stddef.h>
#include <jansson.h>

#include "kiriwake/script.h"
#include "kiriwake/textfsm.h"

/* What a "facts:" chunk reads besides env. */
struct script_source {
    const char *text;                   /* the reply */
    const struct textfsm *template;     /* NULL: no rows */
    const struct textfsm_rows *rows;
};

/*
 * Evaluates a "facts:" chunk: it sees `rows` and `text`, `subject` (nil when
 * subject is empty) and env. out->value is the table it returned; *lines
 * {"/sas/0": [4, 5]}: where its parts come from (owned by the caller).
 */
void script_eval_facts(const struct script_chunk *c,
                       const struct script_source *source,
                       const json_t *subject, const json_t *env,
                       struct script_outcome *out, json_t **lines);

/* Runs a body once; what the table that it returns holds is added to the
 * global `lib` of all chunks of s. -1 and *e (65). */
int script_library(struct script *s, const char *code,
                   const struct script_place *at, struct err *e);

/* Turns a log line into {"event": …, groups}; NULL: no rule knows it. */
struct script_matcher {
    json_t *(*match)(void *arg, const char *line);
    void *arg;
};
void script_set_matcher(struct script *s, const struct script_matcher *m);

/* The place in the file of the i-th of script_names: only as long as the code
 * and the file's text live, that is while the file is loaded. */
void script_name_at(const struct script_chunk *c, size_t i, int *line,
                    int *col);

#endif
