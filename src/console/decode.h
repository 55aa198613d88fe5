/* A device's bytes as UTF-8 that is safe to show. */
#ifndef CONSOLE_DECODE_H
#define CONSOLE_DECODE_H

#include <stddef.h>

#include "kiriwake/buf.h"

/*
 * Appends bytes to out in the first of the encodings (NULL-ended; NULL: only
 * UTF-8) that takes all of them, else in the one with the fewest faults;
 * TAB and LF stay, other controls are made visible. A character that is cut
 * off at the end speaks against no encoding.
 */
void decode_text(struct buf *out, const char *const *encodings,
                 const char *bytes, size_t len);

#endif
