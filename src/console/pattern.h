/* One PCRE2 pattern with its match data, and a limit on its work. */
#ifndef CONSOLE_PATTERN_H
#define CONSOLE_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "kiriwake/err.h"

struct pattern;

struct pattern_span { size_t from, to; };

/* what: for the message, e.g. "nec-ix: pager". NULL and *e (65). */
struct pattern *pattern_new(const char *text, const char *what,
                            struct err *e);
void pattern_free(struct pattern *p);
/* Compiles it to machine code where there is much to match; costs some
 * 100 us. Without JIT on this machine nothing changes. */
void pattern_hurry(struct pattern *p);

/* The first match in s at or after from: 1, 0 for none, -1 when the limit
 * was passed. span may be NULL; p may be NULL (no match). */
int pattern_find(struct pattern *p, const char *s, size_t len, size_t from,
                 struct pattern_span *span);
bool pattern_matches(struct pattern *p, const char *s, size_t len);
/* The named group took part in the last match; its span into span. */
bool pattern_group(const struct pattern *p, const char *name,
                   struct pattern_span *span);

#endif
