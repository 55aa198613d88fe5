/* The serial ports on the start screen, as adapters come and go. */
#ifndef TUI_ADAPTERS_H
#define TUI_ADAPTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kiriwake/ports.h"

struct adapters {
    struct port *list;
    size_t count;
    uint64_t stamp;             /* of the list; 0: never read */
    char *why_not;              /* the system does not tell; else NULL */
};

/* Reads the ports again when one has come or gone. True when the list is
 * another; news (caller frees, may be NULL) says in words which port came or
 * went, *gone that one went. The first reading is no news. */
bool adapters_refresh(struct adapters *a, char **news, bool *gone);
/* One line of the list (caller frees). */
char *adapters_label(const struct port *p);
void adapters_free(struct adapters *a);

#endif
