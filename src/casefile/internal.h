/* Where cases lie, and how one journal is read. */
#ifndef CASEFILE_INTERNAL_H
#define CASEFILE_INTERNAL_H

#include <stdbool.h>
#include <jansson.h>

#include "kiriwake/buf.h"
#include "kiriwake/casefile.h"

#define JOURNAL_MAX (256u << 20)

/* The directory of all cases (caller frees); makes it when asked to: NULL
 * and *e (70) when that fails. */
char *cases_dir(bool make, struct err *e);
/* The ids there are, sorted, NULL-ended; *count of them. */
char **cases_ids(const char *dir, size_t *count);
void cases_ids_free(char **ids);
/* Whether text has the form of an id: nothing else becomes a path. */
bool case_id_valid(const char *text);
/* The path of a case's journal, or NULL and *e (64, names the nearest). */
char *case_journal(const char *id, struct err *e);

/* Parses a journal's text; *good is how many bytes of it are whole records.
 * NULL and *e (65) for a broken record that is not the last. */
json_t *journal_parse(const char *path, const struct buf *text, size_t *good,
                      struct err *e);

#endif
