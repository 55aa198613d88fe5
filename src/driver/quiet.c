/* Log lines that a console prints into replies. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include "kiriwake/buf.h"
#include "kiriwake/mem.h"

int driver_load_logs(struct loader *l)
{
    struct driver *d = l->d;
    const struct yaml_node *list = yaml_get(d->doc->root, "console_log");

    d->log_patterns = mem_zalloc((yaml_len(list) + 1) *
                                 sizeof *d->log_patterns);
    for (size_t i = 0; i < yaml_len(list); i++) {
        d->log_patterns[i] = pattern_compile(d->doc, yaml_nth(list, i), l->e);
        if (!d->log_patterns[i])
            return -1;
    }
    return 0;
}

void driver_free_logs(struct driver *d)
{
    for (size_t i = 0; d->log_patterns && d->log_patterns[i]; i++)
        pcre2_code_free(d->log_patterns[i]);
    free(d->log_patterns);
}

static bool is_log(const struct driver *d, const char *line, size_t len)
{
    for (size_t i = 0; d->log_patterns && d->log_patterns[i]; i++)
        if (pattern_begins(d->log_patterns[i], line, len))
            return true;
    return false;
}

char *driver_quiet(const struct driver *d, const char *text)
{
    struct buf out = {0};
    bool found = false;

    while (*text) {
        size_t len = strcspn(text, "\n");

        if (is_log(d, text, len))
            found = true;
        else
            buf_add(&out, text, len);
        text += len;
        if (*text == '\n')
            buf_addc(&out, *text++);
    }
    if (found)
        return buf_take(&out);
    buf_free(&out);
    return NULL;
}
