/* Where the ports' tables lie: the system's, or a test's. */
#ifndef TRANSPORT_PORTS_H
#define TRANSPORT_PORTS_H

#include <sys/types.h>

#include "kiriwake/ports.h"

struct port_roots {
    const char *by_id;          /* /dev/serial/by-id */
    const char *sys;            /* /sys/class/tty */
    const char *proc;           /* /proc */
    const char *locks[3];       /* directories of UUCP locks; NULL-ended */
};

extern const struct port_roots port_roots;

/* Without its table of ports nothing is listed, and libserialport opens no
 * port. False: *e (3) says so. */
bool ports_is_told(const struct port_roots *r, struct err *e);
/* Frees what it holds. */
void port_clear(struct port *p);
/* Adds what the tables tell of a port whose path and USB strings are set:
 * by-id path, topology, group, age. */
void port_complete(struct port *p, const struct port_roots *r);
/* by_id and topology alone. */
void port_add_links(struct port *p, const struct port_roots *r);
/* Fills holder and holder_pid of every port. */
void ports_find_holders(struct port *ports, size_t count,
                        const struct port_roots *r);
/* Sorts, and marks the likely console. */
void ports_arrange(struct port *ports, size_t count);

/* The UUCP lock file of a device in dir (caller frees). */
char *port_lock_path(const char *dir, const char *device);
/* The process that a lock file names, as text or binary; 0: none. */
pid_t port_lock_read(const char *path);
/* The name of a running program (caller frees), or NULL: it has gone. */
char *port_program(const struct port_roots *r, pid_t pid);

#endif
