/* Which vendor made it: the SSH banner, the login text, the prompt, or one
 * harmless command. */
#include "inner.h"

#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"

static bool detects(struct run *r, const char *name, const char *banner,
                    const char *text)
{
    struct err e = {0};
    struct driver *d = driver_load(&r->o.data, name, &e);
    bool yes = d && driver_detects(d, banner, text);

    driver_free(d);
    return yes;
}

char *detect_driver(struct run *r, const char *banner, const char *text)
{
    char **names = driver_names(&r->o.data);
    char *found = NULL;

    for (size_t i = 0; names[i] && !found; i++)
        if (detects(r, names[i], banner, text))
            found = mem_strdup(names[i]);
    data_list_free(names);
    return found;
}
