/* What the drivers' profiles know of single lines: for a line whose device
 * is not known yet. */
#ifndef CONSOLE_RULES_H
#define CONSOLE_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "kiriwake/console.h"

struct rules;

/* profiles are borrowed. NULL and *e (65): a pattern is bad. */
struct rules *rules_new(const struct console_profile *const *profiles,
                        size_t count, struct err *e);
void rules_free(struct rules *r);

/* A finished line, decoded. */
enum rules_line {
    RULES_OTHER, RULES_BANNER, RULES_BOOT, RULES_READY, RULES_LOG
};
/* *driver: the one that alone knows it by its own words; else untouched. */
enum rules_line rules_line(struct rules *r, const char *text, size_t len,
                           const char **driver);

/* An unfinished line. */
enum rules_ask {
    RULES_NOTHING, RULES_MONITOR, RULES_PROMPT, RULES_PAGER, RULES_TRAP,
    RULES_PASSWORD, RULES_USER, RULES_HALF_LOG
};
struct rules_seen {
    enum rules_ask what;
    const char *name;       /* the monitor's, or the mode's */
    const char *quit;       /* of the pager */
};
struct rules_seen rules_pending(struct rules *r, const char *text,
                                size_t len, const char **driver);

#endif
