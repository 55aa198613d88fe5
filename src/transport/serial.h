/* The parts of a serial line: its locks and its settings. */
#ifndef TRANSPORT_SERIAL_H
#define TRANSPORT_SERIAL_H

#include <libserialport.h>
#include <stdbool.h>
#include <stdint.h>
#include <termios.h>

#include "ports.h"

/* A port held as three conventions have it. */
struct serial_lock {
    int fd;                     /* ours, under flock; -1: none */
    char *uucp;                 /* the lock file that we made, or NULL */
};

/* Settings of the line: as found, as they are, as they will be. */
struct serial_settings {
    struct termios original;    /* before anything of ours */
    bool known;                 /* original was read */
    bool hurried;               /* the adapter holds nothing back … */
    int manners;                /* … as it did by these flags before */
    unsigned current, next;     /* speeds */
    uint64_t empty_ms;          /* when the output had drained; 0: not yet */
};

/* Reads the original from a descriptor on which nothing was changed, and
 * turns echo off at once: a port is opened as a terminal, which would send
 * the router's own words back to it. known stays false: no terminal. */
void serial_settings_read(struct serial_settings *s, int fd);
/* 8N1 without flow control at a speed; DTR and RTS on; what comes is handed
 * over at once (hurried), where the driver can. -1: not possible. */
int serial_settings_first(struct serial_settings *s, struct sp_port *sp,
                          unsigned baud);
/* Applies next once what was written has left; true while it waits. */
bool serial_settings_advance(struct serial_settings *s, struct sp_port *sp,
                             uint64_t now_ms);
void serial_settings_restore(struct serial_settings *s, int fd);

/*
 * Opens the device without waiting for a carrier, and takes it: flock, UUCP
 * lock file (a dead program's is removed; where the directory cannot be
 * written, none is made). 0, or -1 and *e (stage "open"), which names the
 * holder, or the group to join. The settings are read and made quiet
 * as soon as the port is ours.
 */
int serial_lock_take(struct serial_lock *l, struct serial_settings *s,
                     const char *target, const char *device,
                     const struct port_roots *r, struct err *e);
/* Nobody else may open it from now on (TIOCEXCL). */
void serial_lock_exclude(int fd, bool on);
void serial_lock_drop(struct serial_lock *l);

#endif
