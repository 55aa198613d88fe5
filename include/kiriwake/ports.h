/*
 * The serial ports of this machine: which adapter it is, who holds it, and
 * whether we may open it. Read by libserialport and the system's own tables.
 * No USB adapter is opened for it; libserialport opens ports of the old
 * serial8250 driver for a moment, to tell those that exist.
 */
#ifndef KIRIWAKE_PORTS_H
#define KIRIWAKE_PORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <jansson.h>

#include "kiriwake/err.h"

struct port {
    char *path;             /* /dev/ttyUSB0 */
    char *by_id;            /* /dev/serial/by-id/…, or NULL */
    char *maker, *product;  /* of the USB descriptor, or NULL */
    char *serial;           /* USB serial number, or NULL */
    char *topology;         /* where it is plugged, which of its interfaces
                               and of that one's ports ("1-1.2:1.0/0"), or
                               NULL */
    int vid, pid;           /* USB ids; -1: none */
    int holder_pid;         /* who has it open or locked; 0: nobody known */
    char *holder;           /* that program's name, or NULL */
    char *group;            /* the group of the port's file, when we may not
                               open it; else NULL */
    int64_t since;          /* when its file appeared; s since the epoch */
    bool likely;            /* the likely console among them: at most one */
};

/* The ports, USB adapters first. *count may be 0. Caller frees with
 * ports_free. 0, or -1 and *e (3: the system would not tell). */
int ports_list(struct port **ports, size_t *count, struct err *e);
void ports_free(struct port *ports, size_t count);
/* Another number once a port has come or gone; cheap. */
uint64_t ports_stamp(void);
/* A deep copy (caller frees with ports_free(copy, 1)). */
struct port *port_copy(const struct port *p);
/* The same adapter, perhaps under another path: by USB ids, serial number
 * and interface; without a number, by where it is plugged. Two ports
 * without USB: by path. */
bool port_same(const struct port *a, const struct port *b);
/* "FT232R USB UART (FTDI, serial number A50285BI)", or "serial port"
 * (caller frees). */
char *port_describe(const struct port *p);
/* [{path, by_id, maker, product, serial, vid, pid, holder, holder_pid,
 * group, likely}] as `ports --json` prints it: null for what is not known,
 * vid and pid as four hexadecimal digits (new reference). */
json_t *ports_json(const struct port *ports, size_t count);

#endif
