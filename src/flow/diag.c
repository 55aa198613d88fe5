/* What is wrong with the files: the first as an error, all for the linter. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "kiriwake/names.h"

#include "model.h"

static void add(struct flows *f, const char *level, const struct err *e)
{
    struct diag *d = f->diag;
    bool is_error = strcmp(level, "error") == 0;

    if (is_error && d->errors++ == 0 && d->first)
        *d->first = *e;
    json_array_append_new(d->list, json_pack("{s:s,s:s}", "level", level,
                                             "text", e->what));
}

static void add_at(struct flows *f, const char *level,
                   const struct source *src, const struct yaml_node *at,
                   const char *fmt, va_list ap)
{
    struct err e = {0};
    char msg[600];

    vsnprintf(msg, sizeof msg, fmt, ap);
    yaml_err(src->doc, at, &e, "%s%s",
             strcmp(level, "warning") == 0 ? "warning: " : "", msg);
    add(f, level, &e);
}

void diag_error(struct flows *f, const struct source *src,
                const struct yaml_node *at, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    add_at(f, "error", src, at, fmt, ap);
    va_end(ap);
}

void diag_warn(struct flows *f, const struct source *src,
               const struct yaml_node *at, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    add_at(f, "warning", src, at, fmt, ap);
    va_end(ap);
}

void diag_take(struct flows *f, const struct err *e)
{
    add(f, "error", e);
}

void diag_unknown(struct flows *f, const struct source *src,
                  const struct yaml_node *at, const char *what,
                  const char *word, const char *const *names, size_t count)
{
    char near[160];

    if (names_suggest(word, names, count, near, sizeof near))
        diag_error(f, src, at, "%s '%s' is not known; did you mean %s?",
                   what, word, near);
    else if (count)
        diag_error(f, src, at, "%s '%s' is not known; there is %s%s", what,
                   word, names[0], count > 1 ? ", …" : "");
    else
        diag_error(f, src, at, "%s '%s' is not known; there is none", what,
                   word);
}
