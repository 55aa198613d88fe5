#include "adapters.h"

#include <stdlib.h>

#include "kiriwake/buf.h"
#include "kiriwake/mem.h"
#include "kiriwake/msg.h"

char *adapters_label(const struct port *p)
{
    char *what = port_describe(p);
    struct buf b = {0};

    buf_printf(&b, "%s  ", p->path);
    if (p->holder)
        buf_printf(&b, _("[in use by %s]  "), p->holder);
    else if (p->holder_pid)
        buf_printf(&b, _("[in use by process %d]  "), p->holder_pid);
    else if (p->group)
        buf_printf(&b, _("[no permission: group %s]  "), p->group);
    else if (p->likely)
        buf_printf(&b, "[%s]  ", _("likely the console"));
    buf_adds(&b, what);
    free(what);
    return buf_take(&b);
}

static bool has(const struct port *list, size_t count, const struct port *p)
{
    for (size_t i = 0; i < count; i++)
        if (port_same(&list[i], p))
            return true;
    return false;
}

/* The first port of one list that is not in the other, or NULL. */
static const struct port *only_in(const struct port *list, size_t count,
                                  const struct port *other, size_t n)
{
    for (size_t i = 0; i < count; i++)
        if (!has(other, n, &list[i]))
            return &list[i];
    return NULL;
}

static char *tell(const char *fmt, const struct port *p)
{
    char *what = port_describe(p), *text;
    struct buf b = {0};

    buf_printf(&b, "%s: %s  %s", fmt, p->path, what);
    text = buf_take(&b);
    free(what);
    return text;
}

bool adapters_refresh(struct adapters *a, char **news, bool *gone)
{
    uint64_t stamp = ports_stamp();
    const struct port *came, *went;
    struct port *list;
    struct err e = {0};
    size_t count;

    *news = NULL;
    *gone = false;
    if (stamp == a->stamp)
        return false;
    if (ports_list(&list, &count, &e) < 0) {
        adapters_free(a);
        *a = (struct adapters){.stamp = stamp, .why_not = mem_strdup(e.what)};
        return true;
    }
    went = only_in(a->list, a->count, list, count);
    came = only_in(list, count, a->list, a->count);
    *gone = went != NULL;
    if (went)
        *news = tell(_("unplugged"), went);
    else if (came && a->stamp)
        *news = tell(_("plugged in"), came);
    adapters_free(a);
    *a = (struct adapters){list, count, stamp, NULL};
    return true;
}

void adapters_free(struct adapters *a)
{
    ports_free(a->list, a->count);
    free(a->why_not);
    *a = (struct adapters){0};
}
