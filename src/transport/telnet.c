/*
 * Telnet (RFC 854; ECHO 857, BINARY 856, SGA 858, NAWS 1073, TERMINAL-TYPE
 * 1091), with the line's speed where a console server offers it (RFC 2217),
 * and raw TCP. A child process resolves and connects, as for SSH; it hands
 * the socket over and is gone.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <libtelnet.h>

#include "comport.h"
#include "kiriwake/mem.h"
#include "kiriwake/msg.h"
#include "kiriwake/transport.h"
#include "net.h"

#define TELNET_PORT 23
#define NEGOTIATE_MS 700    /* whoever knows no RFC 2217 says nothing */
#define CHUNK 16384

struct telnet_transport {
    struct transport base;
    char *name;
    telnet_t *telnet;           /* NULL: raw TCP */
    pid_t child;                /* connects; 0: gone */
    unsigned cols, rows;
    bool offers_speed;          /* we say that we know RFC 2217 */
    bool sends_binary;
    uint64_t connected_ms, now_ms;
    struct buf in, out;         /* out: bytes for the wire */
};

static const telnet_telopt_t options[] = {
    {TELNET_TELOPT_ECHO, TELNET_WONT, TELNET_DO},
    {TELNET_TELOPT_SGA, TELNET_WILL, TELNET_DO},
    {TELNET_TELOPT_BINARY, TELNET_WILL, TELNET_DO},
    {TELNET_TELOPT_NAWS, TELNET_WILL, TELNET_DONT},
    {TELNET_TELOPT_TTYPE, TELNET_WILL, TELNET_DONT},
    {COMPORT_OPTION, TELNET_WILL, TELNET_DONT},
    {-1, 0, 0},
};

static const struct net_hint hints[] = {
    {ECONNREFUSED, "is telnet switched on there, and is this its port?"},
    {EHOSTUNREACH, "nothing answers at that address: check the cable, the "
                   "device's address and your own route to it"},
    {ENETUNREACH, "this computer has no route there: check its own address, "
                  "cable or VPN"},
    {ETIMEDOUT, "nothing answers: check the address and firewalls in "
                "between"},
    {EACCES, "a local firewall forbids it"},
    {0, NULL},
};

/* --- the child --- */

/* One message: 0 and the socket, or the error's stage, text and hint. */
static void hand_over(int to, int fd, const struct err *e)
{
    char control[CMSG_SPACE(sizeof fd)] = {0};
    struct iovec part = {(void *)e, sizeof *e};
    struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1};

    if (fd >= 0) {
        struct cmsghdr *c;

        m.msg_control = control;
        m.msg_controllen = sizeof control;
        c = CMSG_FIRSTHDR(&m);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof fd);
        memcpy(CMSG_DATA(c), &fd, sizeof fd);
    }
    if (sendmsg(to, &m, MSG_NOSIGNAL) < 0) {
        /* nobody is there to be told */
    }
}

static _Noreturn void connect_out(const struct net_call *call, int to)
{
    struct err e = {0};

    signal(SIGINT, SIG_IGN);    /* the parent decides */
    hand_over(to, net_connect(call, &e), &e);
    _exit(0);
}

static int start(struct telnet_transport *x, const struct net_call *call,
                 struct err *e)
{
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
                   pair) < 0)
        return err_set(e, EXIT_INTERNAL, "socketpair: %s", strerror(errno));
    x->child = fork();
    if (x->child == 0) {
        close(pair[0]);
        connect_out(call, pair[1]);
    }
    close(pair[1]);
    x->base.fd = pair[0];
    if (x->child > 0)
        return 0;
    x->child = 0;
    return err_set(e, EXIT_INTERNAL, "fork: %s", strerror(errno));
}

static void end_child(struct telnet_transport *x)
{
    if (!x->child)
        return;
    kill(x->child, SIGKILL);
    waitpid(x->child, NULL, 0);
    x->child = 0;
}

/* --- the protocol --- */

static void send_size(struct telnet_transport *x)
{
    const unsigned char size[] = {
        (unsigned char)(x->cols >> 8), (unsigned char)x->cols,
        (unsigned char)(x->rows >> 8), (unsigned char)x->rows};

    telnet_subnegotiation(x->telnet, TELNET_TELOPT_NAWS, (const char *)size,
                          sizeof size);
}

static void on_do(struct telnet_transport *x, unsigned char option)
{
    if (option == TELNET_TELOPT_NAWS)
        send_size(x);
    else if (option == TELNET_TELOPT_BINARY)
        x->sends_binary = true;
    else if (option == COMPORT_OPTION)
        comport_begin(x->telnet);
}

static const struct transport_ops telnet_ops, comport_ops;

static void on_subnegotiation(struct telnet_transport *x,
                              const telnet_event_t *ev)
{
    unsigned baud;

    if (ev->sub.telopt != COMPORT_OPTION)
        return;
    baud = comport_baud(ev->sub.buffer, ev->sub.size);
    if (!baud)
        return;
    x->base.baud = baud;
    x->base.ops = &comport_ops;
    x->offers_speed = false;    /* answered */
}

static void on_event(telnet_t *t, telnet_event_t *ev, void *arg)
{
    struct telnet_transport *x = arg;

    switch (ev->type) {
    case TELNET_EV_DATA:
        buf_add(&x->in, ev->data.buffer, ev->data.size);
        break;
    case TELNET_EV_SEND:
        buf_add(&x->out, ev->data.buffer, ev->data.size);
        break;
    case TELNET_EV_DO:
        on_do(x, ev->neg.telopt);
        break;
    case TELNET_EV_DONT:
        if (ev->neg.telopt == COMPORT_OPTION)
            x->offers_speed = false;
        break;
    case TELNET_EV_SUBNEGOTIATION:
        on_subnegotiation(x, ev);
        break;
    case TELNET_EV_TTYPE:
        if (ev->ttype.cmd == TELNET_TTYPE_SEND)
            telnet_ttype_is(t, "vt100");
        break;
    default:
        break;
    }
}

/* Without BINARY a line end is CR LF, and a CR alone is CR NUL. */
static void send_text(struct telnet_transport *x, const char *s, size_t len)
{
    struct buf b = {0};

    for (size_t i = 0; i < len; i++) {
        if (s[i] == '\n' && !x->sends_binary && (!i || s[i - 1] != '\r'))
            buf_addc(&b, '\r');
        buf_addc(&b, s[i]);
        if (s[i] == '\r' && !x->sends_binary &&
            (i + 1 == len || s[i + 1] != '\n'))
            buf_addc(&b, '\0');
    }
    if (b.len)
        telnet_send(x->telnet, b.data, b.len);
    buf_wipe(&b);
}

/* --- the socket --- */

static void closed(struct telnet_transport *x)
{
    x->base.state = TRANSPORT_CLOSED;
}

static void flush(struct telnet_transport *x)
{
    ssize_t n = 0;

    while (x->out.len && x->base.fd >= 0 && !x->child) {
        n = send(x->base.fd, x->out.data, x->out.len, MSG_NOSIGNAL);
        if (n <= 0)
            break;
        buf_drop(&x->out, (size_t)n);
    }
    if (n < 0 && errno != EAGAIN && errno != EINTR)
        closed(x);
    if (!x->out.len)
        buf_wipe(&x->out);      /* it may have held a password */
    x->base.want_write = x->out.len > 0;
}

static void receive(struct telnet_transport *x)
{
    char part[CHUNK];
    ssize_t n = recv(x->base.fd, part, sizeof part, 0);

    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
        closed(x);
        return;
    }
    if (n > 0 && x->telnet)
        telnet_recv(x->telnet, part, (size_t)n);
    else if (n > 0)
        buf_add(&x->in, part, (size_t)n);
    flush(x);
}

/* --- opening --- */

static void negotiate(struct telnet_transport *x)
{
    if (x->offers_speed)
        telnet_negotiate(x->telnet, TELNET_WILL, COMPORT_OPTION);
    telnet_negotiate(x->telnet, TELNET_DO, TELNET_TELOPT_SGA);
    flush(x);
}

static void connected(struct telnet_transport *x, int fd)
{
    close(x->base.fd);
    x->base.fd = fd;
    x->base.stage = "negotiate";
    end_child(x);
    x->connected_ms = x->now_ms ? x->now_ms : 1;
    if (x->telnet)
        negotiate(x);
}

static void take_socket(struct telnet_transport *x)
{
    char control[CMSG_SPACE(sizeof(int))];
    struct err e = {0};
    struct iovec part = {&e, sizeof e};
    struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1,
                       .msg_control = control,
                       .msg_controllen = sizeof control};
    ssize_t n = recvmsg(x->base.fd, &m, MSG_CMSG_CLOEXEC);
    struct cmsghdr *c = n > 0 ? CMSG_FIRSTHDR(&m) : NULL;
    int fd;

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (c) {
        memcpy(&fd, CMSG_DATA(c), sizeof fd);
        connected(x, fd);
        return;
    }
    if (n == (ssize_t)sizeof e)
        x->base.err = e;
    else
        err_set(&x->base.err, EXIT_FAILED, _("%s: the connection failed"),
                x->name);
    closed(x);
}

/* Ready once the speed is known, or nobody speaks of it. */
static void opening(struct telnet_transport *x)
{
    if (x->child) {
        take_socket(x);
        if (x->child || x->base.state == TRANSPORT_CLOSED)
            return;
    }
    receive(x);
    if (x->base.state != TRANSPORT_OPENING)
        return;
    x->base.due_ms = x->connected_ms + NEGOTIATE_MS;
    if (!x->offers_speed || x->now_ms >= x->base.due_ms) {
        x->base.due_ms = 0;
        x->base.state = TRANSPORT_READY;
    }
}

static void telnet_tick(struct transport *t, uint64_t now_ms)
{
    struct telnet_transport *x = (struct telnet_transport *)t;

    x->now_ms = now_ms;
    if (t->state == TRANSPORT_OPENING)
        opening(x);
}

static void telnet_read(struct transport *t, struct buf *in)
{
    struct telnet_transport *x = (struct telnet_transport *)t;

    if (!x->in.len && t->state == TRANSPORT_READY)
        receive(x);
    if (!x->in.len)
        return;
    buf_add(in, x->in.data, x->in.len);
    buf_clear(&x->in);
}

static void telnet_write(struct transport *t, struct buf *out)
{
    struct telnet_transport *x = (struct telnet_transport *)t;

    if (out->len && x->telnet)
        send_text(x, out->data, out->len);
    else if (out->len)
        buf_add(&x->out, out->data, out->len);
    buf_clear(out);
    flush(x);
}

static void telnet_set_baud(struct transport *t, unsigned baud)
{
    struct telnet_transport *x = (struct telnet_transport *)t;

    comport_set(x->telnet, baud);
    t->baud = baud;
    flush(x);
}

static void telnet_answer(struct transport *t, const char *text)
{
    (void)t;
    (void)text;
}

static void telnet_close(struct transport *t)
{
    struct telnet_transport *x = (struct telnet_transport *)t;

    end_child(x);
    if (t->fd >= 0)
        close(t->fd);
    if (x->telnet)
        telnet_free(x->telnet);
    buf_wipe(&x->in);
    buf_wipe(&x->out);
    free(x->name);
    free(x);
}

/* RFC 854: a console server makes it a break on its line. */
static void telnet_send_break(struct transport *t)
{
    struct telnet_transport *x = (struct telnet_transport *)t;

    if (t->state != TRANSPORT_READY)
        return;
    telnet_iac(x->telnet, TELNET_BREAK);
    flush(x);
}

static const struct transport_ops telnet_ops = {
    .name = "telnet", .read = telnet_read, .write = telnet_write,
    .tick = telnet_tick, .answer = telnet_answer, .close = telnet_close,
    .send_break = telnet_send_break};

static const struct transport_ops tcp_ops = {
    .name = "tcp", .read = telnet_read, .write = telnet_write,
    .tick = telnet_tick, .answer = telnet_answer, .close = telnet_close};

/* A console server's port: its speed can be set. */
static const struct transport_ops comport_ops = {
    .name = "telnet", .read = telnet_read, .write = telnet_write,
    .tick = telnet_tick, .answer = telnet_answer, .close = telnet_close,
    .set_baud = telnet_set_baud, .send_break = telnet_send_break};

struct transport *transport_telnet(const struct target *t, unsigned cols,
                                   unsigned rows, unsigned connect_ms,
                                   struct err *e)
{
    struct telnet_transport *x = mem_zalloc(sizeof *x);
    bool raw = strcmp(t->scheme, "tcp") == 0;
    const struct net_call call = {
        .name = t->text, .host = t->host,
        .port = t->port ? t->port : TELNET_PORT, .connect_ms = connect_ms,
        .hints = hints};

    x->base.ops = raw ? &tcp_ops : &telnet_ops;
    x->base.fd = -1;
    x->base.stage = "connect";
    x->base.console = true;
    x->name = mem_strdup(t->text);
    x->cols = cols;
    x->rows = rows;
    /* Routers' own telnet has no speed; only other ports are asked. */
    x->offers_speed = !raw && call.port != TELNET_PORT;
    if (!raw)
        x->telnet = telnet_init(options, on_event, 0, x);
    if (start(x, &call, e) == 0)
        return &x->base;
    telnet_close(&x->base);
    return NULL;
}
