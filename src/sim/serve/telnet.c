/* A telnet server on loopback, one conversation after the other. */
#include "serve.h"

#include <errno.h>
#include <libtelnet.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kiriwake/buf.h"

struct line {
    struct sim *sim;
    int fd;
    bool lost;
};

static void send_all(struct line *l, const char *bytes, size_t len)
{
    while (len && !l->lost) {
        ssize_t n = send(l->fd, bytes, len, MSG_NOSIGNAL);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            l->lost = true;
            return;
        }
        bytes += n;
        len -= (size_t)n;
    }
}

static void on_event(telnet_t *t, telnet_event_t *ev, void *arg)
{
    struct line *l = arg;

    (void)t;
    if (ev->type == TELNET_EV_DATA)
        sim_receive(l->sim, ev->data.buffer, ev->data.size, serve_now());
    else if (ev->type == TELNET_EV_SEND)
        send_all(l, ev->data.buffer, ev->data.size);
    else if (ev->type == TELNET_EV_ERROR)
        l->lost = true;
}

static int left(uint64_t due)
{
    uint64_t now = serve_now();

    if (!due)
        return -1;
    return due > now ? (int)(due - now) : 0;
}

static void talk(struct line *l, telnet_t *t)
{
    struct pollfd p = {.fd = l->fd, .events = POLLIN};
    struct buf b = {0};
    char part[4096];
    uint64_t due;

    while (!l->lost) {
        sim_output(l->sim, &b, serve_now(), &due);
        if (b.len)
            telnet_send(t, b.data, b.len);
        buf_clear(&b);
        if (sim_closed(l->sim))
            break;
        if (poll(&p, 1, left(due)) > 0 && p.revents) {
            ssize_t n = recv(l->fd, part, sizeof part, 0);

            if (n <= 0)
                break;
            telnet_recv(t, part, (size_t)n);
        }
    }
    buf_free(&b);
}

static int converse(const struct serve *v, int fd, struct err *e)
{
    static const telnet_telopt_t options[] = {
        {TELNET_TELOPT_ECHO, TELNET_WILL, TELNET_DONT},
        {TELNET_TELOPT_SGA, TELNET_WILL, TELNET_DO},
        {TELNET_TELOPT_NAWS, TELNET_WONT, TELNET_DO},
        {-1, 0, 0}};
    struct line l = {serve_open(v, true, e), fd, false};
    telnet_t *t;

    if (!l.sim)
        return -1;
    t = telnet_init(options, on_event, 0, &l);
    telnet_negotiate(t, TELNET_WILL, TELNET_TELOPT_ECHO);
    telnet_negotiate(t, TELNET_WILL, TELNET_TELOPT_SGA);
    telnet_negotiate(t, TELNET_DO, TELNET_TELOPT_NAWS);
    talk(&l, t);
    telnet_free(t);
    serve_close(v, l.sim);
    return 0;
}

int serve_telnet(const struct serve *v, struct err *e)
{
    int port = v->port, status = 0;
    int listening = serve_listen(&port, e);

    if (listening < 0)
        return -1;
    serve_announce(v, port);
    while (status == 0) {
        int fd = accept(listening, NULL, NULL);

        if (fd < 0 && errno != EINTR)
            status = err_set(e, EXIT_FAILED, "accept: %s", strerror(errno));
        if (fd < 0)
            continue;
        status = converse(v, fd, e);
        close(fd);
    }
    close(listening);
    return status;
}
