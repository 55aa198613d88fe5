/* Name to connected socket. Blocks: it runs in a child process. */
#ifndef TRANSPORT_NET_H
#define TRANSPORT_NET_H

#include "kiriwake/err.h"

/* What to do about an errno; the list ends with error 0. */
struct net_hint {
    int error;
    const char *hint;
};

struct net_call {
    const char *name;           /* the target, for messages */
    const char *host;
    int port;
    unsigned connect_ms;        /* all addresses together */
    const struct net_hint *hints;
    /* The stage that begins, "resolve" or "connect", and of what; may be
     * NULL. */
    void (*stage)(void *arg, const char *stage, const char *detail);
    void *arg;
};

/* The connected socket, non-blocking; -1 and *e with the stage. */
int net_connect(const struct net_call *call, struct err *e);

#endif
