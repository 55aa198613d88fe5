/* Names that stay: the by-id path and where an adapter is plugged; and the
 * order in which ports are shown. */
#include "ports.h"

#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kiriwake/buf.h"
#include "kiriwake/mem.h"

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* Does this link lead to the device of that name? */
static bool leads_to(const char *link, const char *name)
{
    char to[PATH_MAX];
    ssize_t n = readlink(link, to, sizeof to - 1);

    if (n < 0)
        return false;
    to[n] = '\0';
    return strcmp(base_name(to), name) == 0;
}

static char *find_by_id(const char *dir, const char *name)
{
    DIR *d = opendir(dir);
    const struct dirent *entry;
    char *found = NULL;

    while (d && !found && (entry = readdir(d))) {
        char *link = mem_printf("%s/%s", dir, entry->d_name);

        if (leads_to(link, name))
            found = link;
        else
            free(link);
    }
    if (d)
        closedir(d);
    return found;
}

/* ".../usb1/1-1/1-1.2/1-1.2:1.0/ttyUSB0" -> "1-1.2:1.0" */
static char *usb_place(const char *real)
{
    const char *colon = NULL, *from, *to;

    for (const char *c = strchr(real, ':'); c; c = strchr(c + 1, ':')) {
        from = c;
        while (from > real && from[-1] != '/')
            from--;
        if (memchr(from, '-', (size_t)(c - from)))
            colon = c;          /* a bus, a hyphen: an interface of USB */
    }
    if (!colon)
        return NULL;
    for (from = colon; from > real && from[-1] != '/';)
        from--;
    to = colon + strcspn(colon, "/");
    return mem_strndup(from, (size_t)(to - from));
}

/* Adapters with several ports on one interface number them. */
static long port_number(const char *device)
{
    char *path = mem_printf("%s/port_number", device);
    struct buf b = {0};
    long n = 0;

    if (buf_read_file(&b, path, 64) == 0)
        n = strtol(buf_str(&b), NULL, 10);
    buf_free(&b);
    free(path);
    return n;
}

void port_add_links(struct port *p, const struct port_roots *r)
{
    const char *name = base_name(p->path);
    char *device = mem_printf("%s/%s/device", r->sys, name), *place = NULL;
    char real[PATH_MAX];

    p->by_id = find_by_id(r->by_id, name);
    if (p->vid >= 0 && realpath(device, real))
        place = usb_place(real);
    if (place)
        p->topology = mem_printf("%s/%ld", place, port_number(device));
    free(place);
    free(device);
}

/* --- order ---------------------------------------------------------------- */

/* "ttyUSB2" before "ttyUSB10". */
static int compare_paths(const char *a, const char *b)
{
    size_t la = strcspn(a, "0123456789"), lb = strcspn(b, "0123456789");
    int by_name = strncmp(a, b, la > lb ? la : lb);
    long na, nb;

    if (la != lb || by_name)
        return by_name;
    na = strtol(a + la, NULL, 10);
    nb = strtol(b + lb, NULL, 10);
    return na != nb ? (na > nb) - (na < nb) : strcmp(a, b);
}

static int compare(const void *x, const void *y)
{
    const struct port *a = x, *b = y;

    if ((a->vid >= 0) != (b->vid >= 0))
        return a->vid >= 0 ? -1 : 1;
    return compare_paths(a->path, b->path);
}

/* Chips of console cables and of routers' own USB consoles; and makers of
 * mobile modems, whose ports look alike. */
static const struct {
    int vid, score;
} makers[] = {
    {0x0403, 6},    /* FTDI */
    {0x067b, 6},    /* Prolific */
    {0x10c4, 6},    /* Silicon Labs */
    {0x1a86, 6},    /* WCH */
    {0x05a6, 8},    /* Cisco */
    {0x0409, 8},    /* NEC */
    {0x12d1, -9},   /* Huawei */
    {0x1199, -9},   /* Sierra Wireless */
    {0x2c7c, -9},   /* Quectel */
    {0x1bc7, -9},   /* Telit */
};

/* How likely a router hangs on it; below 1: not to be proposed. */
static int score(const struct port *p)
{
    int n = p->vid >= 0 ? 4 : 1;

    if (p->holder_pid || p->group)
        return 0;
    for (size_t i = 0; i < sizeof makers / sizeof makers[0]; i++)
        if (p->vid == makers[i].vid)
            n = makers[i].score;
    if (p->product && strcasestr(p->product, "console"))
        n += 4;
    return n;
}

/* Of two equals the one that was plugged in last. */
void ports_arrange(struct port *ports, size_t count)
{
    struct port *best = NULL;
    bool tie = false;

    if (count)
        qsort(ports, count, sizeof *ports, compare);
    for (size_t i = 0; i < count; i++) {
        struct port *p = &ports[i];
        int d = best ? score(p) - score(best) : score(p);

        if (best && !d)
            d = (p->since > best->since) - (p->since < best->since);
        p->likely = false;
        tie = best && !d ? true : d > 0 ? false : tie;
        if (d > 0)
            best = p;
    }
    if (best && !tie)
        best->likely = true;
}
