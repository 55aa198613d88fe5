/* Who has a port: open files of other programs, and UUCP lock files. */
#include "ports.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kiriwake/buf.h"
#include "kiriwake/mem.h"

char *port_lock_path(const char *dir, const char *device)
{
    const char *slash = strrchr(device, '/');

    return mem_printf("%s/LCK..%s", dir, slash ? slash + 1 : device);
}

/* Ten digits as the Filesystem Hierarchy Standard has it (5.9.1), or an int
 * as older programs write it. */
pid_t port_lock_read(const char *path)
{
    struct buf b = {0};
    long pid = 0;
    int raw;

    if (buf_read_file(&b, path, 4096) == 0) {
        pid = strtol(buf_str(&b), NULL, 10);
        if (pid <= 0 && b.len == sizeof raw) {
            memcpy(&raw, b.data, sizeof raw);
            pid = raw;
        }
    }
    buf_free(&b);
    return pid > 0 && pid <= INT_MAX ? (pid_t)pid : 0;
}

char *port_program(const struct port_roots *r, pid_t pid)
{
    char *path = mem_printf("%s/%d/comm", r->proc, (int)pid), *name = NULL;
    struct buf b = {0};

    if (buf_read_file(&b, path, 4096) == 0)
        name = mem_strndup(buf_str(&b), strcspn(buf_str(&b), "\n"));
    buf_free(&b);
    free(path);
    return name;
}

static void set_holder(struct port *p, pid_t pid, const struct port_roots *r)
{
    if (p->holder_pid || pid == getpid())
        return;
    p->holder_pid = pid;
    p->holder = port_program(r, pid);
}

static void look_at_locks(struct port *p, const struct port_roots *r)
{
    for (size_t i = 0; r->locks[i]; i++) {
        char *path = port_lock_path(r->locks[i], p->path);
        pid_t pid = port_lock_read(path);

        if (pid && (kill(pid, 0) == 0 || errno == EPERM))
            set_holder(p, pid, r);
        free(path);
    }
}

/* One open file of a process. The link is read, not followed: a file on a
 * dead network disk would hold us. */
static void look_at_file(struct port *ports, size_t count, const char *link,
                         pid_t pid, const struct port_roots *r)
{
    char to[PATH_MAX];
    ssize_t n = readlink(link, to, sizeof to - 1);

    if (n < 0)
        return;
    to[n] = '\0';
    for (size_t i = 0; i < count; i++)
        if (strcmp(ports[i].path, to) == 0)
            set_holder(&ports[i], pid, r);
}

static void look_at_process(struct port *ports, size_t count,
                            const char *name, const struct port_roots *r)
{
    char *path = mem_printf("%s/%s/fd", r->proc, name);
    DIR *d = opendir(path);     /* others' only for root */
    const struct dirent *entry;

    while (d && (entry = readdir(d))) {
        char *link = mem_printf("%s/%s", path, entry->d_name);

        look_at_file(ports, count, link, (pid_t)strtol(name, NULL, 10), r);
        free(link);
    }
    if (d)
        closedir(d);
    free(path);
}

void ports_find_holders(struct port *ports, size_t count,
                        const struct port_roots *r)
{
    DIR *d = count ? opendir(r->proc) : NULL;
    const struct dirent *entry;

    while (d && (entry = readdir(d)))
        if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
            look_at_process(ports, count, entry->d_name, r);
    if (d)
        closedir(d);
    for (size_t i = 0; i < count; i++)
        look_at_locks(&ports[i], r);
}
