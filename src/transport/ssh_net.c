/* Name to connected socket. Blocks: it runs in the child. */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "kiriwake/msg.h"
#include "ssh.h"

static const struct {
    int error;
    const char *hint;
} hints[] = {
    {ECONNREFUSED, "is the device's SSH server switched on, and is this its "
                   "port?"},
    {EHOSTUNREACH, "nothing answers at that address: check the cable, the "
                   "device's address and your own route to it"},
    {ENETUNREACH, "this computer has no route there: check its own address, "
                  "cable or VPN"},
    {ETIMEDOUT, "nothing answers: check the address, firewalls in between "
                "and the device's SSH access list"},
    {ECONNRESET, "the device hung up: it may limit sessions or sources (SSH "
                 "access list)"},
    {EACCES, "a local firewall forbids it"},
};

static void hint_errno(struct err *e, int error)
{
    for (size_t i = 0; i < sizeof hints / sizeof hints[0]; i++)
        if (hints[i].error == error)
            err_hint(e, "%s", _(hints[i].hint));
}

static int fail_resolve(struct ssh_child *c, int rc)
{
    const char *why = rc == EAI_SYSTEM ? strerror(errno) : gai_strerror(rc);

    ssh_child_fail(c, SSH_STAGE_RESOLVE, _("the name %s does not resolve: %s"),
                   c->plan->host, why);
    if (rc == EAI_AGAIN)
        err_hint(&c->err, "%s", _("the name server does not answer; give the "
                                  "device's address instead of its name"));
    else
        err_hint(&c->err, "%s", _("check the spelling, or give the device's "
                                  "address"));
    return -1;
}

static struct addrinfo *resolve(struct ssh_child *c)
{
    struct addrinfo want = {.ai_socktype = SOCK_STREAM,
                            .ai_flags = AI_NUMERICSERV};
    struct addrinfo *list = NULL;
    char port[8];
    int rc;

    ssh_child_stage(c, SSH_STAGE_RESOLVE, c->plan->host);
    snprintf(port, sizeof port, "%d", c->plan->port);
    rc = getaddrinfo(c->plan->host, port, &want, &list);
    if (rc != 0) {
        fail_resolve(c, rc);
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

/* 0 and c->fd, or an errno. */
static int try_address(struct ssh_child *c, const struct addrinfo *a, int ms)
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
    c->fd = fd;
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

/* Tries each address for its share of the time, so that one that swallows
 * packets (IPv6 without a route) does not use up the whole. */
static int connect_any(struct ssh_child *c, const struct addrinfo *list)
{
    int64_t end = now_ms() + c->plan->connect_ms;
    struct buf seen = {0};
    int error = 0, left = count(list);

    for (const struct addrinfo *a = list; a; a = a->ai_next, left--) {
        int64_t share = (end - now_ms()) / left;
        char text[100];

        address_text(a, text, sizeof text);
        ssh_child_stage(c, SSH_STAGE_CONNECT, text);
        /* The last one may use all; the parent keeps the deadline. */
        error = try_address(c, a, left == 1 ? -1 : share > 0 ? (int)share : 0);
        if (error == 0)
            break;
        buf_printf(&seen, "%s%s: %s", seen.len ? "; " : "", text,
                   strerror(error));
    }
    if (error) {
        ssh_child_fail(c, SSH_STAGE_CONNECT, _("connecting to %s"),
                       buf_str(&seen));
        hint_errno(&c->err, error);
    }
    buf_free(&seen);
    return error ? -1 : 0;
}

int ssh_net_connect(struct ssh_child *c)
{
    struct addrinfo *list = resolve(c);
    int rc;

    if (!list)
        return -1;
    rc = connect_any(c, list);
    freeaddrinfo(list);
    return rc;
}
