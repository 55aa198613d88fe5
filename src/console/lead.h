/* A prompt at the beginning of a line, before what was typed. */
#ifndef CONSOLE_LEAD_H
#define CONSOLE_LEAD_H

#include "kiriwake/console.h"
#include "pattern.h"

struct lead;

/* Patterns of the profile's modes with any host name. NULL and *e (65). */
struct lead *lead_new(const struct console_profile *profile, struct err *e);
void lead_free(struct lead *l);

/* The mode whose prompt the line begins with, or NULL. *end: where what was
 * typed begins; host: the name's span (empty: the prompt holds none). */
const struct console_mode *lead_find(struct lead *l, const char *line,
                                     size_t len, size_t *end,
                                     struct pattern_span *host);

#endif
