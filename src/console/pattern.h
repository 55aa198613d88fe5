/* One PCRE2 pattern with its match data, and a limit on its work. */
#ifndef CONSOLE_PATTERN_H
#define CONSOLE_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "kiriwake/console.h"
#include "kiriwake/err.h"

struct pattern;

struct pattern_span { size_t from, to; };

/* what: for the message, e.g. "nec-ix: pager". NULL and *e (65). */
struct pattern *pattern_new(const char *text, const char *what,
                            struct err *e);
/* As pattern_new into *out; no text: NULL, which matches nothing. -1, *e. */
int pattern_maybe(struct pattern **out, const char *text, const char *what,
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
/* Nothing but the (non-empty) match and blanks stand on the line. */
bool pattern_covers(struct pattern *p, const char *s, size_t len);
/* As pattern_new, but of what a line begins with: without a closing "$". */
struct pattern *pattern_open(const char *text, const char *what,
                             struct err *e);
/* The n-th group took part in the last match; its span into span. */
bool pattern_nth(const struct pattern *p, unsigned n,
                 struct pattern_span *span);
/* The named group took part in the last match; its span into span. */
bool pattern_group(const struct pattern *p, const char *name,
                   struct pattern_span *span);

/* Several patterns. */
struct patterns {
    struct pattern **list;
    size_t count;
};

/* Compiles texts (NULL-ended, may be NULL); -1 and *e (65). In either case
 * patterns_free releases what p holds. */
int patterns_load(struct patterns *p, const char *const *texts,
                  const char *what, struct err *e);
/* The same of names' patterns; what of each is its message. */
int patterns_load_named(struct patterns *p,
                        const struct console_named *named, size_t count,
                        const char *what, struct err *e);
/* As pattern_hurry, all of them. */
void patterns_hurry(struct patterns *p);
/* The first that matches s, its place into which (may be NULL); or NULL. */
struct pattern *patterns_match(const struct patterns *p, const char *s,
                               size_t len, size_t *which);
/* The first line of text that one matches, and its length; or NULL. */
const char *patterns_line(const struct patterns *p, const char *text,
                          size_t *len);
void patterns_free(struct patterns *p);

#endif
