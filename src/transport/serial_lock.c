/* Taking a port so that no other program reads half of its bytes. */
#include "serial.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"

/* --- saying why not ------------------------------------------------------- */

static int in_use(const char *target, const char *holder, int pid,
                  struct err *e)
{
    err_stage(e, "open");
    if (holder)
        err_set(e, EXIT_FAILED, _("%s: in use by %s (pid %d)"), target,
                holder, pid);
    else if (pid)
        err_set(e, EXIT_FAILED, _("%s: in use by process %d"), target, pid);
    else
        err_set(e, EXIT_FAILED,
                _("%s: in use by another program of another user"), target);
    err_hint(e, "%s", _("close it, or choose another port (kiriwake ports)"));
    return -1;
}

static int held_by(const char *target, const struct port *p, struct err *e)
{
    return in_use(target, p->holder, p->holder_pid, e);
}

static int no_permission(const char *target, const struct port *p,
                         struct err *e)
{
    const char *user = getenv("USER");

    err_stage(e, "open");
    err_set(e, EXIT_FAILED,
            _("%s: no permission; the port belongs to the group %s"), target,
            p->group ? p->group : "root");
    err_hint(e, _("join the group and log in anew: sudo usermod -aG %s %s"),
             p->group ? p->group : "dialout",
             user && user[0] ? user : "$USER");
    return -1;
}

static void list_others(struct err *e)
{
    struct port *ports = NULL;
    size_t count = 0;
    struct err ignored = {0};

    ports_list(&ports, &count, &ignored);
    if (count)
        err_hint(e, _("there is %s: serial://%s; see kiriwake ports"),
                 ports[0].path, ports[0].path);
    else
        err_hint(e, "%s",
                 _("this machine has no serial port at all: plug the adapter "
                   "in; or go by ssh://HOST, read saved text (kiriwake "
                   "analyze FILE), or practise (kiriwake demo)"));
    ports_free(ports, count);
}

static int not_there(const char *target, struct err *e)
{
    err_stage(e, "open");
    err_set(e, EXIT_FAILED, _("%s: there is no such port"), target);
    list_others(e);
    return -1;
}

static int cannot_open(const char *target, const struct port *p, int why,
                       struct err *e)
{
    if (why == EACCES || why == EPERM)
        return no_permission(target, p, e);
    if (why == ENOENT)
        return not_there(target, e);
    if (why == EBUSY)
        return held_by(target, p, e);
    err_stage(e, "open");
    err_set(e, EXIT_FAILED, _("%s: cannot be opened: %s"), target,
            strerror(why));
    err_hint(e, "%s", why == ENXIO || why == EIO || why == ENODEV
                          ? _("there is a name, but no adapter behind it: "
                              "unplug it and plug it in again")
                          : _("choose another port (kiriwake ports)"));
    return -1;
}

/* --- UUCP lock files ------------------------------------------------------ */

/* The whole file appears at once, or not at all. */
static int make_lock(const char *dir, const char *path)
{
    char *temp = mem_printf("%s/LTMP.%d", dir, (int)getpid());
    int fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    int rc = -1, why = errno;

    if (fd >= 0) {
        bool written = dprintf(fd, "%10d\n", (int)getpid()) == 11;

        close(fd);
        if (written)
            rc = link(temp, path);
        why = errno;
        unlink(temp);
    }
    free(temp);
    errno = why;
    return rc;
}

/* A lock whose program has gone is nobody's; 0 when it was removed. */
static int remove_stale(const char *path)
{
    pid_t pid = port_lock_read(path);

    if (pid && pid != getpid() && (kill(pid, 0) == 0 || errno == EPERM))
        return -1;
    return unlink(path) == 0 || errno == ENOENT ? 0 : -1;
}

/* 0: made, or none can be made here; -1: another holds it. */
static int take_uucp(struct serial_lock *l, const char *dir,
                     const char *device)
{
    char *path = port_lock_path(dir, device);
    int rc = make_lock(dir, path);

    if (rc < 0 && errno == EEXIST && remove_stale(path) == 0)
        rc = make_lock(dir, path);
    if (rc == 0) {
        l->uucp = path;
        return 0;
    }
    rc = errno == EEXIST ? -1 : 0;
    free(path);
    return rc;
}

/* --- all together --------------------------------------------------------- */

static int take_all(struct serial_lock *l, struct serial_settings *s,
                    const char *target, const struct port *p,
                    const struct port_roots *r, struct err *e)
{
    l->fd = open(p->path, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (l->fd < 0)
        return cannot_open(target, p, errno, e);
    if (flock(l->fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK)
        return held_by(target, p, e);
    serial_settings_read(s, l->fd);
    if (r->locks[0] && take_uucp(l, r->locks[0], p->path) < 0) {
        serial_settings_restore(s, l->fd);
        return held_by(target, p, e);
    }
    return 0;
}

int serial_lock_take(struct serial_lock *l, struct serial_settings *s,
                     const char *target, const char *device,
                     const struct port_roots *r, struct err *e)
{
    struct port *p = mem_zalloc(sizeof *p);
    int rc;

    *l = (struct serial_lock){.fd = -1};
    p->path = mem_strdup(device);
    p->vid = p->pid = -1;
    port_complete(p, r);
    ports_find_holders(p, 1, r);
    /* Looked at before it is opened: opening raises DTR. */
    rc = p->holder_pid ? held_by(target, p, e)
                       : take_all(l, s, target, p, r, e);
    if (rc < 0)
        serial_lock_drop(l);
    ports_free(p, 1);
    return rc;
}

void serial_lock_exclude(int fd, bool on)
{
    ioctl(fd, on ? TIOCEXCL : TIOCNXCL);
}

void serial_lock_drop(struct serial_lock *l)
{
    if (l->uucp)
        unlink(l->uucp);
    free(l->uucp);
    if (l->fd >= 0)
        close(l->fd);
    *l = (struct serial_lock){.fd = -1};
}
