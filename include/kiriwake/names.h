/* Nearest names for what somebody mistyped. */
#ifndef KIRIWAKE_NAMES_H
#define KIRIWAKE_NAMES_H

#include <stddef.h>

/* The candidate nearest to word by edit distance, or NULL when none is
 * near (over half its length). */
const char *names_nearest(const char *word, const char *const *names,
                          size_t count);
/* Up to 3 nearest, written as "a, b or c" into out; 0 when none. */
size_t names_suggest(const char *word, const char *const *names, size_t count,
                     char *out, size_t size);

#endif
