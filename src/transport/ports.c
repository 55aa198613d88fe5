/* A port as a value: copied, compared, shown. */
#include "ports.h"

#include <stdlib.h>
#include <string.h>

#include "kiriwake/buf.h"
#include "kiriwake/mem.h"
#include "kiriwake/msg.h"

void port_clear(struct port *p)
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
        port_clear(&ports[i]);
    free(ports);
}

struct port *port_copy(const struct port *p)
{
    struct port *c = mem_zalloc(sizeof *c);

    *c = *p;
    c->path = mem_copy(p->path);
    c->by_id = mem_copy(p->by_id);
    c->maker = mem_copy(p->maker);
    c->product = mem_copy(p->product);
    c->serial = mem_copy(p->serial);
    c->topology = mem_copy(p->topology);
    c->holder = mem_copy(p->holder);
    c->group = mem_copy(p->group);
    return c;
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
