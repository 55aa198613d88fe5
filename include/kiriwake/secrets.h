/*
 * Secrets become tokens at the entrance: text from the device passes through
 * secrets_scrub right after decoding and echo removal. Equal values get the
 * same token within one run. The values live in one locked, zeroed store.
 */
#ifndef KIRIWAKE_SECRETS_H
#define KIRIWAKE_SECRETS_H

#include <stddef.h>

#include "kiriwake/err.h"

struct secrets;

/* patterns: PCRE2 whose whole match (after \K or lookbehind) is the secret;
 * NULL-ended, may be NULL. NULL and *e (65) when one is bad. */
struct secrets *secrets_new(const char *const *patterns, struct err *e);
void secrets_free(struct secrets *s);
/* Replaces the patterns (the vendor has become known); values stay. 0, or -1
 * and *e (65), and the earlier ones stay. */
int secrets_use(struct secrets *s, const char *const *patterns,
                struct err *e);

/* Registers a value (a login password): it is caught wherever it appears as
 * a whole word. Values under 4 bytes are not caught by value. */
void secrets_add(struct secrets *s, const char *value);

/*
 * text (UTF-8, LF) with every secret as ‹secret:N›, masked forms (***, type
 * 6/7 ciphers marked by the pattern group "masked") as ‹masked›. The number
 * of lines never changes. Caller frees.
 */
char *secrets_scrub(struct secrets *s, const char *text);

#endif
