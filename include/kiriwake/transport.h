/*
 * Bytes in, bytes out. A transport is opened at once and becomes ready (or
 * fails) while its fd is polled; nothing here blocks.
 */
#ifndef KIRIWAKE_TRANSPORT_H
#define KIRIWAKE_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kiriwake/buf.h"
#include "kiriwake/err.h"

enum transport_state {
    TRANSPORT_OPENING,      /* stage says what it is doing */
    TRANSPORT_ASKING,       /* waits for transport_answer (see question) */
    TRANSPORT_READY,
    TRANSPORT_CLOSED,       /* the other end closed, or error (see err) */
};

/* What a transport may have to ask while it opens. */
enum transport_question {
    TRANSPORT_Q_NONE,
    TRANSPORT_Q_HOST_KEY,   /* unknown host key: text holds host, algorithm,
                               fingerprint; answer "yes" or "no" */
    TRANSPORT_Q_PASSWORD,   /* answer: the password (secret) */
    TRANSPORT_Q_PROMPT,     /* keyboard-interactive: text is its prompt;
                               echo says whether the answer may be shown */
};

struct transport;

struct transport_ops {
    const char *name;       /* "ssh", "serial", "sim", … */
    /* Bytes that came: appends to in. Never blocks. */
    void (*read)(struct transport *t, struct buf *in);
    /* Sends what it can of out, dropping it from out. Never blocks. */
    void (*write)(struct transport *t, struct buf *out);
    /* Work that is due; called on every turn of the loop. */
    void (*tick)(struct transport *t, uint64_t now_ms);
    void (*answer)(struct transport *t, const char *text);
    void (*close)(struct transport *t);     /* frees t */
    /* Line speed from now on, on the open port; NULL: it has none. */
    void (*set_baud)(struct transport *t, unsigned baud);
    /* A pause after each character from now on, 0: none; NULL: not here. */
    void (*set_pace)(struct transport *t, unsigned pace_ms);
    /* A break on the line; NULL: it has none. */
    void (*send_break)(struct transport *t);
};

struct transport {
    const struct transport_ops *ops;
    enum transport_state state;
    const char *stage;          /* "resolve", "connect", "kex", "auth", … */
    int fd;                     /* to poll for reading; -1: none (sim) */
    bool want_write;            /* poll fd for writing, too */
    uint64_t due_ms;            /* call tick no later than this; 0: no wish */
    bool serial;                /* settle by character times of silence */
    unsigned baud;              /* for serial, else 0 */
    unsigned held_ms;           /* bytes that came may be held so long on
                                   their way (an adapter's timer) */
    bool console;               /* nobody knows what is on the line (serial,
                                   telnet, raw TCP, exec): look before
                                   typing */
    enum transport_question question;
    char text[512];             /* the question's text */
    bool echo;
    char banner[256];           /* SSH software banner of the server, or "" */
    char legacy[256];           /* old algorithms in use, for the screen */
    struct err err;             /* why CLOSED */
};

/* Where to, as the person typed it. */
struct target {
    char *text;                 /* as typed */
    char *scheme;               /* ssh serial telnet tcp exec sim file */
    char *user, *host, *path;   /* NULL when not given; path: device, command
                                   driver/scenario, file */
    int port;                   /* 0: default */
    char *query;                /* after '?', or NULL */
};

/* Parses TARGET. A bare host means ssh; a password in it is refused (64);
 * an unknown scheme names the nearest. */
int target_parse(const char *text, struct target *out, struct err *e);
void target_free(struct target *t);
/* The value of key in "a=1&b=2" (a copy, caller frees), or NULL. */
char *target_query(const struct target *t, const char *key);

/* What SSH needs to know. All borrowed for the transport's life. */
struct ssh_options {
    const char *user;           /* NULL: TARGET's, ~/.ssh/config's, login */
    const char *password;       /* NULL: ask, or agent, or key */
    const char *known_hosts;    /* NULL: OpenSSH's files */
    const char *host_key;       /* "ask", "accept-new", "strict" */
    const char *const *legacy;  /* the driver's: "ssh-rsa", … NULL-ended */
    /* For a device not yet known: the list for a server that calls itself
     * so ("Cisco-1.25"), or NULL. Called in a child process. */
    const char *const *(*legacy_of)(void *arg, const char *software);
    void *legacy_arg;
    unsigned cols, rows;        /* of the pty */
    unsigned connect_ms, auth_ms;   /* deadlines of the stages */
};

/* Opens one; NULL and *e only for what is wrong at once (64, 65). The state
 * and err tell the rest. */
struct transport *transport_ssh(const struct target *t,
                                const struct ssh_options *o, struct err *e);
struct transport *transport_exec(const struct target *t, unsigned cols,
                                 unsigned rows, struct err *e);
/* A serial line. All borrowed for the call. */
struct port;
struct serial_options {
    unsigned baud;              /* when the target names none; 0: 9600 */
    unsigned pace_ms;           /* pause after each character; 0: none */
    const struct port *again;   /* NULL, or the adapter that was lost: waits
                                   (OPENING, stage "adapter") until it is
                                   back, under whatever path */
};
/*
 * Open at once, or CLOSED with err (stage "open": held by another, not
 * permitted, not there, no serial port). Unplugged is CLOSED with err.what
 * saying so, stage "link"; see ports.h. NULL and *e: 64, a bad speed.
 */
struct transport *transport_serial(const struct target *t,
                                   const struct serial_options *o,
                                   struct err *e);
/* The adapter behind it (borrowed), or NULL for other transports. */
const struct port *transport_port(const struct transport *t);
/* telnet:// speaks the protocol (RFC 854, 857, 1073, 1091); tcp:// is bytes
 * as they come. */
struct transport *transport_telnet(const struct target *t, unsigned cols,
                                   unsigned rows, unsigned connect_ms,
                                   struct err *e);
/* The simulator within this process; see sim.h. Borrows sim for its life. */
struct sim;
struct transport *transport_sim(struct sim *sim);
/* From now on appends what the simulated router sends to path, as a terminal
 * log would; -1 and *e (64). */
int transport_sim_record(struct transport *t, const char *path,
                         struct err *e);

#endif
