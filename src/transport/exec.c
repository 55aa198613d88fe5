/* A program on a pseudo terminal: picocom, a console client, a simulator. */
#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"
#include "kiriwake/transport.h"

#define STATUS_MS 500

struct exec_transport {
    struct transport base;
    pid_t pid;              /* 0: gone */
    uint64_t now_ms, ended_ms;
    char *command;
};

/* The terminal closed: the program is about to be gone, or is. Its status
 * is waited for shortly, to say how it ended. */
static void ended(struct exec_transport *x)
{
    struct transport *t = &x->base;
    int status = 0;

    if (waitpid(x->pid, &status, WNOHANG) != x->pid) {
        if (!x->ended_ms)
            x->ended_ms = x->now_ms + 1;
        if (x->now_ms < x->ended_ms + STATUS_MS)
            return;
        t->state = TRANSPORT_CLOSED;
        return;
    }
    x->pid = 0;
    t->state = TRANSPORT_CLOSED;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127) {
        err_set(&t->err, EXIT_FAILED,
                _("exec:%s: could not be run (status 127)"), x->command);
        err_stage(&t->err, "connect");
        err_hint(&t->err, "%s", _("check the program's name and its path"));
    }
}

static void exec_read(struct transport *t, struct buf *in)
{
    struct exec_transport *x = (struct exec_transport *)t;
    char part[16384];
    ssize_t n;

    if (t->state != TRANSPORT_READY)
        return;
    n = read(t->fd, part, sizeof part);
    if (n > 0)
        buf_add(in, part, (size_t)n);
    else if (n == 0 || (errno != EAGAIN && errno != EINTR))
        ended(x);       /* Linux says EIO once the other side is gone */
}

static void exec_write(struct transport *t, struct buf *out)
{
    struct exec_transport *x = (struct exec_transport *)t;
    ssize_t n;

    t->want_write = false;
    if (!out->len || t->state != TRANSPORT_READY)
        return;
    n = write(t->fd, out->data, out->len);
    if (n > 0)
        buf_drop(out, (size_t)n);
    else if (n < 0 && errno != EAGAIN && errno != EINTR)
        ended(x);
    t->want_write = out->len > 0;
}

static void exec_tick(struct transport *t, uint64_t now_ms)
{
    ((struct exec_transport *)t)->now_ms = now_ms;
}

static void exec_answer(struct transport *t, const char *text)
{
    (void)t;
    (void)text;
}

/* Closing the terminal hangs the program up; it is not waited for long. */
static void exec_close(struct transport *t)
{
    struct exec_transport *x = (struct exec_transport *)t;

    if (t->fd >= 0)
        close(t->fd);
    if (x->pid && waitpid(x->pid, NULL, WNOHANG) == 0) {
        kill(-x->pid, SIGHUP);
        kill(x->pid, SIGKILL);
        waitpid(x->pid, NULL, 0);
    }
    free(x->command);
    free(x);
}

static const struct transport_ops ops = {
    .name = "exec",
    .read = exec_read,
    .write = exec_write,
    .tick = exec_tick,
    .answer = exec_answer,
    .close = exec_close,
};

/* In the child: the program through the shell, as the person typed it. */
static void run_program(const char *command)
{
    signal(SIGPIPE, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
}

struct transport *transport_exec(const struct target *t, unsigned cols,
                                 unsigned rows, struct err *e)
{
    struct exec_transport *x = mem_zalloc(sizeof *x);
    struct winsize size = {.ws_col = (unsigned short)(cols ? cols : 80),
                           .ws_row = (unsigned short)(rows ? rows : 24)};
    struct termios raw;

    /* Raw: the terminal's own echo would double the device's. */
    memset(&raw, 0, sizeof raw);
    cfmakeraw(&raw);
    raw.c_cflag |= CREAD;
    raw.c_cc[VMIN] = 1;
    x->base.ops = &ops;
    x->base.state = TRANSPORT_READY;
    x->base.stage = "connect";
    x->base.console = true;
    x->pid = forkpty(&x->base.fd, NULL, &raw, &size);
    if (x->pid < 0) {
        err_set(e, EXIT_FAILED, _("exec:%s: no pseudo terminal: %s"),
                t->path, strerror(errno));
        err_stage(e, "connect");
        free(x);
        return NULL;
    }
    if (x->pid == 0)
        run_program(t->path);
    fcntl(x->base.fd, F_SETFL, O_NONBLOCK);
    fcntl(x->base.fd, F_SETFD, FD_CLOEXEC);
    x->command = mem_strdup(t->path);
    return &x->base;
}
