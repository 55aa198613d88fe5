#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "kiriwake/buf.h"
#include "kiriwake/mem.h"
#include "kiriwake/msg.h"
#include "net.h"

static void hint_errno(const struct net_call *c, struct err *e, int error)
{
    for (const struct net_hint *h = c->hints; h && h->error; h++)
        if (h->error == error)
            err_hint(e, "%s", _(h->hint));
}

static void begin(const struct net_call *c, const char *stage,
                  const char *detail)
{
    if (c->stage)
        c->stage(c->arg, stage, detail);
}

static int fail_resolve(const struct net_call *c, struct err *e, int rc)
{
    const char *why = rc == EAI_SYSTEM ? strerror(errno) : gai_strerror(rc);

    char *text = mem_printf(_("the name %s does not resolve: %s"), c->host,
                            why);

    err_stage(e, "resolve");
    err_set(e, EXIT_FAILED, "%s: %s", c->name, text);
    free(text);
    if (rc == EAI_AGAIN)
        err_hint(e, "%s", _("the name server does not answer; give the "
                                  "device's address instead of its name"));
    else
        err_hint(e, "%s", _("check the spelling, or give the device's "
                                  "address"));
    return -1;
}

static struct addrinfo *resolve(const struct net_call *c, struct err *e)
{
    struct addrinfo want = {.ai_socktype = SOCK_STREAM,
                            .ai_flags = AI_NUMERICSERV};
    struct addrinfo *list = NULL;
    char port[8];
    int rc;

    begin(c, "resolve", c->host);
    snprintf(port, sizeof port, "%d", c->port);
    rc = getaddrinfo(c->host, port, &want, &list);
    if (rc != 0) {
        fail_resolve(c, e, rc);
        return NULL;
    }
    return list;
}

/* "192.0.2.1 port 22". */
static void address_text(const struct addrinfo *a, char *out, size_t size)
{
    char host[INET6_ADDRSTRLEN + 24] = "?", port[8] = "?";

    getnameinfo(a->ai_addr, a->ai_addrlen, host, sizeof host, port,
                sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);
    snprintf(out, size, "%s port %s", host, port);
}

static int wait_connected(int fd, int ms)
{
    struct pollfd p = {.fd = fd, .events = POLLOUT};
    int rc, error = 0;
    socklen_t len = sizeof error;

    do
        rc = poll(&p, 1, ms);
    while (rc < 0 && errno == EINTR);
    if (rc == 0)
        return ETIMEDOUT;
    if (rc < 0 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
        return errno;
    return error;
}

static void tune(int fd)
{
    int on = 1;

    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
}

/* 0 and *out, or an errno. */
static int try_address(const struct addrinfo *a, int ms, int *out)
{
    int fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC,
                    a->ai_protocol);
    int error = 0;

    if (fd < 0)
        return errno;
    if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
        error = errno;
    else if (connect(fd, a->ai_addr, a->ai_addrlen) < 0)
        error = errno == EINPROGRESS ? wait_connected(fd, ms) : errno;
    if (error) {
        close(fd);
        return error;
    }
    tune(fd);
    *out = fd;
    return 0;
}

static int64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int count(const struct addrinfo *a)
{
    int n = 0;

    for (; a; a = a->ai_next)
        n++;
    return n;
}

static void fail_connect(const struct net_call *c, struct err *e,
                         const char *seen)
{
    char *text = mem_printf(_("connecting to %s"), seen);

    err_stage(e, "connect");
    err_set(e, EXIT_FAILED, "%s: %s", c->name, text);
    free(text);
}

/* Tries each address for its share of the time, so that one that swallows
 * packets (IPv6 without a route) does not use up the whole. */
static int connect_any(const struct net_call *c, const struct addrinfo *list,
                       struct err *e)
{
    int64_t end = now_ms() + c->connect_ms;
    struct buf seen = {0};
    int error = 0, left = count(list), fd = -1;

    for (const struct addrinfo *a = list; a; a = a->ai_next, left--) {
        int64_t share = (end - now_ms()) / left;
        char text[100];

        address_text(a, text, sizeof text);
        begin(c, "connect", text);
        /* The last one may use all; the parent keeps the deadline. */
        error = try_address(a, left == 1 ? -1 : share > 0 ? (int)share : 0,
                            &fd);
        if (error == 0)
            break;
        buf_printf(&seen, "%s%s: %s", seen.len ? "; " : "", text,
                   strerror(error));
    }
    if (error) {
        fail_connect(c, e, buf_str(&seen));
        hint_errno(c, e, error);
    }
    buf_free(&seen);
    return error ? -1 : fd;
}

int net_connect(const struct net_call *call, struct err *e)
{
    struct addrinfo *list = resolve(call, e);
    int fd;

    if (!list)
        return -1;
    fd = connect_any(call, list, e);
    freeaddrinfo(list);
    return fd;
}
