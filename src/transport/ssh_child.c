/*
 * The child process of one connection: it may block, the parent ends it. It
 * holds no other file descriptor, dumps no core and dies with its parent.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"
#include "net.h"
#include "ssh.h"

#define PARENT_FD 3
#define CHUNK 16384

void ssh_child_stage(struct ssh_child *c, enum ssh_stage s,
                     const char *detail)
{
    struct buf b = {0};

    buf_addc(&b, (char)s);
    buf_adds(&b, detail);
    frame_send(c->parent, FRAME_STAGE, b.data, b.len);
    buf_free(&b);
}

int ssh_child_fail(struct ssh_child *c, enum ssh_stage s, const char *fmt, ...)
{
    char text[1200];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    err_stage(&c->err, ssh_stages[s].name);
    return err_set(&c->err, EXIT_FAILED, "%s: %s", c->plan->name, text);
}

/* libssh's text of a closed socket carries whatever errno was left. */
const char *ssh_child_why(struct ssh_child *c)
{
    const char *text = ssh_get_error(c->session);

    if (strstr(text, "Socket error:") && !strstr(text, "reset by peer") &&
        !strstr(text, "timed out"))
        return _("the other end closed the connection");
    return text[0] ? text : _("no reason given");
}

bool ssh_child_wait(struct ssh_child *c)
{
    struct pollfd p = {.fd = c->fd, .events = POLLIN};

    if (!ssh_is_connected(c->session))
        return false;
    poll(&p, 1, 1000);          /* then libssh looks again, too */
    return true;
}

int ssh_child_ask(struct ssh_child *c, enum transport_question q, bool echo,
                  const char *text, char **answer, bool *given)
{
    struct buf b = {0};
    int rc = -1;

    buf_addc(&b, (char)q);
    buf_addc(&b, (char)echo);
    buf_adds(&b, text);
    if (frame_send(c->parent, FRAME_QUESTION, b.data, b.len) < 0 ||
        frame_receive(c->parent, &b) != FRAME_ANSWER || b.len == 0)
        _exit(0);               /* the parent has gone */
    *given = b.data[0] == ANSWER_GIVEN;
    if (b.data[0] != ANSWER_DECLINED) {
        *answer = mem_strdup(b.data + 1);
        rc = 0;
    }
    buf_wipe(&b);
    return rc;
}

/* --- becoming a child --------------------------------------------------- */

static void reset_signals(void)
{
    sigset_t none;

    for (int s = 1; s < NSIG; s++)
        signal(s, SIG_DFL);
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void close_others(void)
{
#ifdef __linux__
    if (close_range(PARENT_FD + 1, ~0u, 0) == 0)
        return;
#endif
    for (int fd = PARENT_FD + 1; fd < 4096; fd++)
        close(fd);
}

/* Standard streams become /dev/null: libraries must not touch the screen. */
static int keep_only(int parent)
{
    int null = open("/dev/null", O_RDWR);

    if (parent != PARENT_FD) {
        dup2(parent, PARENT_FD);
        parent = PARENT_FD;
    }
    for (int fd = 0; fd < 3 && null >= 0; fd++)
        dup2(null, fd);
    close_others();
    return parent;
}

static void confine(void)
{
    struct rlimit no = {0, 0};

    /* Its own session: Ctrl-C ends the walk in order, not the link. */
    setsid();
    setrlimit(RLIMIT_CORE, &no);
#ifdef __linux__
    prctl(PR_SET_DUMPABLE, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
}

/* --- the open connection ------------------------------------------------ */

/* Data that comes before the parent knows that the shell is open waits. */
static int on_data(ssh_session session, ssh_channel channel, void *data,
                   uint32_t len, int is_stderr, void *arg)
{
    struct ssh_child *c = arg;
    const char *bytes = data;

    (void)session;
    (void)channel;
    (void)is_stderr;
    if (!c->ready) {
        buf_add(&c->early, data, len);
        return (int)len;
    }
    for (uint32_t at = 0; at < len; at += CHUNK)
        if (frame_send(c->parent, FRAME_DATA, bytes + at,
                       len - at < CHUNK ? len - at : CHUNK) < 0)
            _exit(0);
    return (int)len;
}

static int request_session(struct ssh_child *c)
{
    return ssh_channel_open_session(c->channel);
}

static int request_pty(struct ssh_child *c)
{
    return ssh_channel_request_pty_size(c->channel, "vt100",
                                        (int)c->plan->cols,
                                        (int)c->plan->rows);
}

static int request_shell(struct ssh_child *c)
{
    return ssh_channel_request_shell(c->channel);
}

/* Without a terminal most devices still talk. */
static const struct {
    int (*run)(struct ssh_child *c);
    const char *what;           /* NULL: may be refused */
} requests[] = {
    {request_session, "the device opens no session: %s"},
    {request_pty, NULL},
    {request_shell, "the device opens no shell: %s"},
};

static int fail_shell(struct ssh_child *c, const char *what)
{
    ssh_child_fail(c, SSH_STAGE_SHELL, what, ssh_child_why(c));
    err_hint(&c->err, "%s", _(ssh_stages[SSH_STAGE_SHELL].hint));
    return -1;
}

static int open_shell(struct ssh_child *c)
{
    int rc = SSH_OK;

    ssh_child_stage(c, SSH_STAGE_SHELL, c->plan->name);
    c->channel = ssh_channel_new(c->session);
    c->channel_callbacks.userdata = c;
    c->channel_callbacks.channel_data_function = on_data;
    ssh_callbacks_init(&c->channel_callbacks);
    ssh_set_channel_callbacks(c->channel, &c->channel_callbacks);
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        do
            rc = requests[i].run(c);
        while (rc == SSH_AGAIN && ssh_child_wait(c));
        if (rc != SSH_OK && requests[i].what)
            return fail_shell(c, _(requests[i].what));
    }
    ssh_set_blocking(c->session, 1);
    return 0;
}

/* Lets libssh take what has come: on_data gets it. */
static int from_server(struct ssh_child *c)
{
    int rc = ssh_channel_poll(c->channel, 0);

    return rc == SSH_ERROR ? -1 : rc == SSH_EOF ? 0 : 1;
}

static int from_parent(struct ssh_child *c, struct buf *b)
{
    int type = frame_receive(c->parent, b);

    if (type < 0)
        return 0;
    if (type != FRAME_DATA)
        return 1;
    return ssh_channel_write(c->channel, b->data, (uint32_t)b->len) ==
                   (int)b->len ? 1 : -1;
}

static int turn(struct ssh_child *c, struct buf *b)
{
    struct pollfd p[2] = {{.fd = c->parent, .events = POLLIN},
                          {.fd = c->fd, .events = POLLIN}};
    int rc = 1;

    if (poll(p, 2, -1) < 0)
        return errno == EINTR ? 1 : -1;
    if (p[1].revents)
        rc = from_server(c);
    if (rc > 0 && p[0].revents)
        rc = from_parent(c, b);
    if (rc > 0 && ssh_channel_is_eof(c->channel))
        rc = 0;
    return rc;
}

/* A router that restarts or logs out may just hang up. */
static bool hung_up(ssh_session s)
{
    const char *text = ssh_get_error(s);

    return strstr(text, "Socket error: disconnected") ||
           strstr(text, "Remote channel is closed") ||
           !text[0];
}

static int carry(struct ssh_child *c)
{
    struct buf b = {0};
    int rc = 1;

    ssh_child_stage(c, SSH_STAGE_OPEN, c->plan->name);
    frame_send(c->parent, FRAME_READY, NULL, 0);
    c->ready = true;
    on_data(c->session, c->channel, c->early.data, (uint32_t)c->early.len, 0,
            c);
    while (rc > 0)
        rc = turn(c, &b);
    buf_wipe(&b);
    if (rc == 0 || hung_up(c->session))
        return 0;
    ssh_child_fail(c, SSH_STAGE_OPEN, _("the connection was lost: %s"),
                   ssh_child_why(c));
    err_hint(&c->err, "%s", _("the device may have restarted, or the line "
                              "in between failed: connect again"));
    return -1;
}

static const struct net_hint hints[] = {
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
    {0, NULL},
};

static void net_stage(void *arg, const char *stage, const char *detail)
{
    ssh_child_stage(arg, strcmp(stage, "resolve") == 0 ? SSH_STAGE_RESOLVE
                                                       : SSH_STAGE_CONNECT,
                    detail);
}

static int connect_out(struct ssh_child *c)
{
    const struct net_call call = {
        .name = c->plan->name, .host = c->plan->host, .port = c->plan->port,
        .connect_ms = c->plan->connect_ms, .hints = hints,
        .stage = net_stage, .arg = c};

    c->fd = net_connect(&call, &c->err);
    return c->fd < 0 ? -1 : 0;
}

_Noreturn void ssh_child_run(struct ssh_plan *plan, int parent,
                             pid_t parent_pid)
{
    struct ssh_child c = {.plan = plan, .fd = -1};
    int rc;

    reset_signals();
    c.parent = keep_only(parent);
    confine();
    if (getppid() != parent_pid)
        _exit(0);               /* it died before the death signal was set */
    rc = connect_out(&c);
    if (rc == 0)
        rc = ssh_kex_run(&c);
    if (rc == 0)
        rc = ssh_hostkey_check(&c);
    if (rc == 0)
        rc = ssh_auth_run(&c);
    if (rc == 0)
        rc = open_shell(&c);
    if (rc == 0)
        rc = carry(&c);
    if (rc < 0)
        frame_send(c.parent, FRAME_ERROR, &c.err, sizeof c.err);
    else
        frame_send(c.parent, FRAME_CLOSED, NULL, 0);
    if (c.session)
        ssh_disconnect(c.session);
    _exit(0);
}
