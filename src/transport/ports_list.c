/* The serial ports of this machine. */
#include "ports.h"

#include <dirent.h>
#include <errno.h>
#include <grp.h>
#include <libserialport.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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
        port_clear(p);
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

bool ports_is_told(const struct port_roots *r, struct err *e)
{
    DIR *d = opendir(r->sys);
    int why = errno;

    if (d) {
        closedir(d);
        return true;
    }
    err_hint(e, "%s", _("in a container or a chroot, mount /sys; or let a "
                        "terminal program have the port: exec:picocom "
                        "/dev/ttyUSB0"));
    err_set(e, EXIT_FAILED,
            _("the system does not tell its serial ports: %s: %s"), r->sys,
            strerror(why));
    return false;
}

int ports_list(struct port **ports, size_t *count, struct err *e)
{
    struct sp_port **all = NULL;
    size_t n = 0;

    *ports = NULL;
    *count = 0;
    if (!ports_is_told(&port_roots, e))
        return -1;
    if (sp_list_ports(&all) != SP_OK)
        return err_set(e, EXIT_FAILED,
                       _("the serial ports could not be listed: %s"),
                       strerror(errno));
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

/* FNV-1a over the names of the ports, in whatever order they come: summed. */
uint64_t ports_stamp(void)
{
    DIR *d = opendir(port_roots.sys);
    const struct dirent *entry;
    uint64_t sum = 1;

    while (d && (entry = readdir(d))) {
        uint64_t h = 14695981039346656037u;

        for (const char *c = entry->d_name; *c; c++)
            h = (h ^ (unsigned char)*c) * 1099511628211u;
        sum += h;
    }
    if (d)
        closedir(d);
    return sum;
}
