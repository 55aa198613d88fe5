/* The serial ports of this machine. */
#include "ports.h"

#include <errno.h>
#include <grp.h>
#include <libserialport.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kiriwake/buf.h"
#include "kiriwake/mem.h"
#include "kiriwake/msg.h"

const struct port_roots port_roots = {
    .by_id = "/dev/serial/by-id",
    .sys = "/sys/class/tty",
    .proc = "/proc",
    .locks = {"/run/lock", "/var/lock", NULL},
};

static char *copy(const char *s)
{
    return s && s[0] ? mem_strdup(s) : NULL;
}

static void clear(struct port *p)
{
    free(p->path);
    free(p->by_id);
    free(p->maker);
    free(p->product);
    free(p->serial);
    free(p->topology);
    free(p->holder);
    free(p->group);
}

void ports_free(struct port *ports, size_t count)
{
    for (size_t i = 0; i < count; i++)
        clear(&ports[i]);
    free(ports);
}

struct port *port_copy(const struct port *p)
{
    struct port *c = mem_zalloc(sizeof *c);

    *c = *p;
    c->path = copy(p->path);
    c->by_id = copy(p->by_id);
    c->maker = copy(p->maker);
    c->product = copy(p->product);
    c->serial = copy(p->serial);
    c->topology = copy(p->topology);
    c->holder = copy(p->holder);
    c->group = copy(p->group);
    return c;
}

/* --- listing -------------------------------------------------------------- */

/* The group's name, or its number. */
static char *group_name(gid_t gid)
{
    struct group g, *found = NULL;
    char text[4096];

    if (getgrgid_r(gid, &g, text, sizeof text, &found) == 0 && found)
        return mem_strdup(found->gr_name);
    return mem_printf("%u", (unsigned)gid);
}

static void add_access(struct port *p)
{
    struct stat st;

    if (stat(p->path, &st) < 0)
        return;
    p->since = st.st_ctime;
    if (access(p->path, R_OK | W_OK) < 0 && errno == EACCES)
        p->group = group_name(st.st_gid);
}

void port_complete(struct port *p, const struct port_roots *r)
{
    port_add_links(p, r);
    add_access(p);
}

/* false: it is only a name, there is no such device file. */
static bool take(struct port *p, struct sp_port *sp)
{
    struct stat st;

    memset(p, 0, sizeof *p);
    p->vid = p->pid = -1;
    p->path = mem_strdup(sp_get_port_name(sp));
    if (stat(p->path, &st) < 0 || !S_ISCHR(st.st_mode)) {
        clear(p);
        return false;
    }
    if (sp_get_port_transport(sp) == SP_TRANSPORT_USB) {
        sp_get_port_usb_vid_pid(sp, &p->vid, &p->pid);
        p->maker = copy(sp_get_port_usb_manufacturer(sp));
        p->product = copy(sp_get_port_usb_product(sp));
        p->serial = copy(sp_get_port_usb_serial(sp));
    }
    port_complete(p, &port_roots);
    return true;
}

int ports_list(struct port **ports, size_t *count, struct err *e)
{
    struct sp_port **all = NULL;
    size_t n = 0;

    *ports = NULL;
    *count = 0;
    if (sp_list_ports(&all) != SP_OK) {
        err_hint(e, "%s", _("name the port yourself: serial:///dev/ttyUSB0"));
        return err_set(e, EXIT_INTERNAL,
                       _("the serial ports could not be listed: %s"),
                       strerror(errno));
    }
    while (all[n])
        n++;
    *ports = mem_zalloc((n + 1) * sizeof **ports);
    for (size_t i = 0; i < n; i++)
        *count += take(&(*ports)[*count], all[i]);
    sp_free_port_list(all);
    ports_find_holders(*ports, *count, &port_roots);
    ports_arrange(*ports, *count);
    return 0;
}

/* --- comparing ------------------------------------------------------------ */

static bool equal(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

/* The interface of an adapter with several: what follows the place. */
static const char *interface_of(const struct port *p)
{
    const char *colon = p->topology ? strchr(p->topology, ':') : NULL;

    return colon ? colon : "";
}

bool port_same(const struct port *a, const struct port *b)
{
    if (a->vid != b->vid || a->pid != b->pid)
        return false;
    if (a->vid < 0)
        return equal(a->path, b->path);
    if (a->serial || b->serial)
        return equal(a->serial, b->serial) &&
               strcmp(interface_of(a), interface_of(b)) == 0;
    return equal(a->topology, b->topology);
}

/* --- showing -------------------------------------------------------------- */

char *port_describe(const struct port *p)
{
    struct buf b = {0};

    buf_adds(&b, p->product ? p->product
                 : p->vid >= 0 ? _("USB adapter") : _("serial port"));
    if (p->maker || p->serial) {
        buf_printf(&b, " (%s", p->maker ? p->maker : "");
        if (p->serial)
            buf_printf(&b, _("%sserial number %s"), p->maker ? ", " : "",
                       p->serial);
        buf_adds(&b, ")");
    }
    return buf_take(&b);
}

static json_t *usb_id(int id)
{
    char *text = id >= 0 ? mem_printf("%04x", (unsigned)id) : NULL;
    json_t *j = text ? json_string(text) : json_null();

    free(text);
    return j;
}

static json_t *text_or_null(const char *s)
{
    json_t *j = s ? json_string(s) : NULL;

    return j ? j : json_null();     /* no UTF-8, either */
}

json_t *ports_json(const struct port *ports, size_t count)
{
    json_t *all = json_array();

    for (size_t i = 0; i < count; i++) {
        const struct port *p = &ports[i];
        json_t *one = json_pack(
            "{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "path",
            text_or_null(p->path), "by_id", text_or_null(p->by_id), "maker",
            text_or_null(p->maker), "product", text_or_null(p->product),
            "serial", text_or_null(p->serial), "vid", usb_id(p->vid), "pid",
            usb_id(p->pid), "holder", text_or_null(p->holder));

        json_object_set_new(one, "holder_pid",
                            p->holder_pid ? json_integer(p->holder_pid)
                                          : json_null());
        json_object_set_new(one, "group", text_or_null(p->group));
        json_object_set_new(one, "likely", json_boolean(p->likely));
        json_array_append_new(all, one);
    }
    return all;
}
