/* The commands of all probes as forms: words, "*" where a parameter goes,
 * each way of leaving out what is optional. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include "kiriwake/buf.h"
#include "kiriwake/mem.h"

#define MAX_OPTIONS 6           /* 64 ways; more are written in full only */

struct forms {
    char **list;
    size_t count, cap;
};

static void add(struct forms *f, char *form)
{
    for (size_t i = 0; i < f->count; i++)
        if (strcmp(f->list[i], form) == 0) {
            free(form);
            return;
        }
    f->list = mem_grow(f->list, &f->cap, f->count + 2, sizeof *f->list);
    f->list[f->count++] = form;
    f->list[f->count] = NULL;
}

static bool is_flag(const struct probe *p, const char *name, size_t len)
{
    for (size_t i = 0; i < p->parameter_count; i++)
        if (strlen(p->parameters[i].name) == len &&
            memcmp(p->parameters[i].name, name, len) == 0)
            return strcmp(p->parameters[i].type, "flag") == 0;
    return false;
}

/* One word that is a parameter, or holds one, is anything. */
static void tidy(struct buf *out, const char *text)
{
    while (*(text += strspn(text, " "))) {
        size_t n = strcspn(text, " ");

        if (out->len)
            buf_addc(out, ' ');
        if (memchr(text, '*', n))
            buf_addc(out, '*');
        else
            buf_add(out, text, n);
        text += n;
    }
}

/* The form with those of its optional parts whose bit is set. */
static char *form_of(const struct probe *p, const char *s, unsigned with)
{
    struct buf all = {0}, out = {0};
    unsigned part = 0;
    bool skip = false;

    for (; *s; s++) {
        if (*s == '[') {
            skip = !(with >> part++ & 1);
        } else if (*s == ']') {
            skip = false;
        } else if (*s == '{') {
            size_t n = strcspn(s, "}");

            if (!skip && !is_flag(p, s + 1, n - 1))
                buf_addc(&all, '*');
            s += n;
        } else if (!skip) {
            buf_addc(&all, *s);
        }
    }
    tidy(&out, buf_str(&all));
    buf_free(&all);
    return buf_take(&out);
}

static void add_command(struct forms *f, const struct probe *p,
                        const char *text)
{
    unsigned options = 0;

    for (const char *s = text; (s = strchr(s, '[')); s++)
        options++;
    if (options > MAX_OPTIONS) {
        add(f, form_of(p, text, ~0u));
        return;
    }
    for (unsigned with = 0; with < 1u << options; with++)
        add(f, form_of(p, text, with));
}

static void add_set(struct forms *f, const struct probe *p,
                    const struct command_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        add_command(f, p, set->texts[i]);
}

void driver_load_forms(struct driver *d)
{
    struct forms f = {0};

    f.list = mem_grow(NULL, &f.cap, 1, sizeof *f.list);
    f.list[0] = NULL;
    for (size_t i = 0; i < d->probe_count; i++)
        add_set(&f, &d->probes[i], &d->probes[i].commands);
    for (size_t i = 0; i < d->dialect_count; i++)
        for (size_t k = 0; k < d->dialects[i].count; k++)
            add_set(&f, d->dialects[i].probes[k].probe,
                    &d->dialects[i].probes[k].commands);
    d->forms = f.list;
}
