/*
 * The sandboxed Lua 5.4 of drivers and flows: pure text chunks, no io, os,
 * clock, random, load, metatables or globals; bounded in instructions and
 * memory. Facts are read through proxies that record each read and raise on
 * what is missing: so unreadable and evidence come about. See docs/facts.md
 * for the library (int, count, any, all, each, from, has, last, since, …).
 */
#ifndef KIRIWAKE_SCRIPT_H
#define KIRIWAKE_SCRIPT_H

#include <stddef.h>
#include <jansson.h>

#include "kiriwake/err.h"

struct script;          /* one sandbox; holds compiled chunks */
struct script_chunk;    /* owned by its script */

struct script *script_new(void);
void script_free(struct script *s);

/* Where a chunk's text stands in a data file, for messages. */
struct script_place {
    const char *name;       /* "drivers/x/driver.yaml" */
    const char *text;       /* the whole file, or NULL */
    int line, col;          /* of the chunk's first character */
};

/* An expression (conditions, "when:", "check:") or a body of statements with
 * return ("facts: |"). NULL and *e (65, file:line:col, caret). */
struct script_chunk *script_expr(struct script *s, const char *code,
                                 const struct script_place *at,
                                 struct err *e);
struct script_chunk *script_body(struct script *s, const char *code,
                                 const struct script_place *at,
                                 struct err *e);
/* The global names that a chunk reads (for the linter), as a JSON array of
 * dotted paths where they are constant: "ike_sa.sas", "answer.history". */
json_t *script_names(const struct script_chunk *c);

enum script_result {
    SCRIPT_VALUE,           /* value is what it gave (null for nil) */
    SCRIPT_UNREADABLE,      /* it read what is not there: reason says what */
    SCRIPT_FAILED,          /* a fault of the chunk: reason has file:line */
};

struct script_outcome {
    enum script_result result;
    json_t *value;          /* owned; JSON null when not VALUE */
    char *reason;           /* owned; NULL when VALUE */
    /* What was read, in order, each once:
     * [{"probe": "ike_sa", "path": "/sas/0/state", "lines": [9]}] */
    json_t *reads;
};
void script_outcome_free(struct script_outcome *o);

/*
 * Evaluates a chunk over facts. env maps names to facts objects
 *   {"state": "present|absent|unreadable|not-asked", "facts": {…},
 *    "lines": {"/sas/0": [4, 5]}, "reason": "…"}
 * before: the same, earlier, for delta(); or NULL. vars: plain values that
 * are read without states ("subject", "answer", "n"); may be NULL.
 */
void script_eval(const struct script_chunk *c, const json_t *env,
                 const json_t *before, const json_t *vars,
                 struct script_outcome *out);

#endif
