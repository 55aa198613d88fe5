/*
 * The serial ports of this machine: which adapter it is, who holds it, and
 * whether we may open it. Read by libserialport and the system's own tables;
 * nothing is opened here.
 */
#ifndef KIRIWAKE_PORTS_H
#define KIRIWAKE_PORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <jansson.h>

#include "kiriwake/err.h"

struct port {
    char *path;             /* /dev/ttyUSB0 */
    char *by_id;            /* /dev/serial/by-id/…, or NULL */
    char *maker, *product;  /* of the USB descriptor, or NULL */
    char *serial;           /* USB serial number, or NULL */
    char *topology;         /* where it is plugged ("1-1.2"), or NULL */
    int vid, pid;           /* USB ids; -1: none */
    int holder_pid;         /* who has it open or locked; 0: nobody known */
    char *holder;           /* that program's name, or NULL */
    char *group;            /* the group that may open it, when we may not;
                               else NULL */
    bool likely;            /* the likely console among them: at most one */
};

/* The ports, USB adapters first. *count may be 0. Caller frees with
 * ports_free. 0, or -1 and *e (70: the system would not tell). */
int ports_list(struct port **ports, size_t *count, struct err *e);
void ports_free(struct port *ports, size_t count);
/* The same adapter, perhaps under another path: by USB ids and serial
 * number; without a number, by where it is plugged. */
bool port_same(const struct port *a, const struct port *b);
/* [{path, by_id, maker, product, serial, vid, pid, holder, holder_pid,
 * group, likely}] as `ports --json` prints it (new reference). */
json_t *ports_json(const struct port *ports, size_t count);

#endif
