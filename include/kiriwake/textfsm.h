/*
 * TextFSM: a template and a text give rows. The language is Google's textfsm
 * (github.com/google/textfsm); docs/textfsm.md says where ours differs.
 * A pure core: no I/O, no clock, no globals.
 */
#ifndef KIRIWAKE_TEXTFSM_H
#define KIRIWAKE_TEXTFSM_H

#include <stdbool.h>
#include <stddef.h>
#include <jansson.h>

#include "kiriwake/err.h"

struct textfsm;             /* a compiled template */
struct textfsm_rows;        /* what a text gave */

/* Compiles a template; name is for messages. NULL and *e (status 65 with
 * file:line:col and a caret) when it is not one. */
struct textfsm *textfsm_compile(const char *name, const char *text, size_t len,
                                struct err *e);
void textfsm_free(struct textfsm *t);

/* The template's value names, in its order. */
size_t textfsm_value_count(const struct textfsm *t);
const char *textfsm_value_name(const struct textfsm *t, size_t i);

/*
 * Parses UTF-8 text. NULL and *e when the text ends in an Error action
 * (status 2; the text's line number and the rule are named), when a pattern
 * exceeds its match limit (2, names the rule), or when it is not UTF-8 (2).
 */
struct textfsm_rows *textfsm_parse(struct textfsm *t, const char *text,
                                   size_t len, struct err *e);
/* The rows need their template until they are freed, not the text. */
void textfsm_rows_free(struct textfsm_rows *rows);

/*
 * The same for text that arrives in pieces, cut anywhere; memory is that of
 * the rows, the record being built and the longest line. Feed gives 0, or -1
 * and *e as above, after which only abandon is left. Finish frees the run.
 */
struct textfsm_run;
struct textfsm_run *textfsm_run_new(struct textfsm *t);
int textfsm_run_feed(struct textfsm_run *run, const char *text, size_t len,
                     struct err *e);
struct textfsm_rows *textfsm_run_finish(struct textfsm_run *run,
                                        struct err *e);
void textfsm_run_abandon(struct textfsm_run *run);

size_t textfsm_rows_count(const struct textfsm_rows *rows);
/* One value of a row: a string, a list, or (nested groups in a List) a list
 * of objects. A new reference. */
json_t *textfsm_rows_value(const struct textfsm_rows *rows, size_t row,
                           size_t value);
/* The 1-based line of the text that set this value last (0: not set), so
 * that evidence can cite it; Filldown values cite where they were read. For
 * a List, nth is the element's index; for others pass 0. */
size_t textfsm_rows_line(const struct textfsm_rows *rows, size_t row,
                         size_t value, size_t nth);
/* The first and last line that contributed to the row. */
void textfsm_rows_span(const struct textfsm_rows *rows, size_t row,
                       size_t *first, size_t *last);
/* One row as {"NAME": …}, keys as the template names them. */
json_t *textfsm_rows_row(const struct textfsm_rows *rows, size_t row);
/* All rows as [{"NAME": …}], keys as the template names them. */
json_t *textfsm_rows_json(const struct textfsm_rows *rows);

/* An option of a value's declaration. */
bool textfsm_value_is_key(const struct textfsm *t, size_t i);

/*
 * Looks a command up in an index file as ntc-templates has it: the fields
 * of its rows are regexes that match at the start of what is asked for,
 * "sh[[ow]]" stands for "sh(o(w)?)?", and the first row wins. The Template
 * field (file names separated by ':'; the caller frees), or NULL and *e:
 * 65 with file:line:col for a bad index, and when no row fits.
 */
char *textfsm_index_find(const char *name, const char *text, size_t len,
                         const char *platform, const char *command,
                         struct err *e);

#endif
