/*
 * The parent's side of an SSH connection: frames from and to the child, the
 * deadlines of the stages, and the child's end.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"
#include "kiriwake/text.h"
#include "ssh.h"
#include "ssh_plan.h"

#define DEFAULT_AUTH_MS 30000
#define CHUNK 16384             /* bytes in one data frame */
#define READ_SIZE 65536         /* bytes taken from the child at once */
#define GOODBYE_MS 100          /* for the child to say goodbye to the server */

const struct ssh_stage_info ssh_stages[SSH_STAGES] = {
    [SSH_STAGE_RESOLVE] = {"resolve", "resolving the name",
        "the name server is silent: give the device's address instead of "
        "its name", false},
    [SSH_STAGE_CONNECT] = {"connect", "connecting to",
        "nothing answers: check the address, the cable, firewalls in between "
        "and the device's SSH access list", false},
    [SSH_STAGE_GREETING] = {"greeting", "waiting for the SSH greeting of",
        "it accepts the connection but says nothing: is this the SSH port, "
        "and is the device overloaded or out of sessions?", false},
    [SSH_STAGE_KEX] = {"kex", "exchanging keys with",
        "slow devices need long for their first key exchange: try again, or "
        "allow more time", false},
    [SSH_STAGE_HOST_KEY] = {"hostkey", "checking the host key of", "", true},
    [SSH_STAGE_AUTH] = {"auth", "logging in by",
        "the device's RADIUS or TACACS server may be silent: try a local "
        "user, or the console", true},
    [SSH_STAGE_AGENT] = {"agent", "waiting for the SSH agent at",
        "does it wait for a confirmation or a touch? Else unset "
        "SSH_AUTH_SOCK, or give the password by --password-file", true},
    [SSH_STAGE_KEY] = {"key", "logging in with the key",
        "try the password instead: --password-file", true},
    [SSH_STAGE_SHELL] = {"shell", "opening a shell on",
        "the device logs in but opens no shell: it may be out of terminal "
        "lines", true},
    [SSH_STAGE_OPEN] = {"open", "talking to", "", true},
};

struct ssh {
    struct transport t;
    struct ssh_plan *plan;
    const char *password;       /* the caller's; NULL after it was sent */
    unsigned connect_ms, auth_ms;
    pid_t child;                /* 0: reaped */
    enum ssh_stage stage;
    char detail[300];
    struct buf in;              /* frames from the child, not yet taken */
    struct buf data;            /* the device's bytes, not yet read */
    struct buf out;             /* frames for the child */
    uint64_t deadline;          /* 0: to be set at the next tick */
    bool counting;              /* a deadline runs */
    bool ended;                 /* the child said its last word */
};

/* --- ending ------------------------------------------------------------- */

static void reap(struct ssh *s)
{
    if (!s->child)
        return;
    kill(s->child, SIGKILL);
    while (waitpid(s->child, NULL, 0) < 0 && errno == EINTR)
        ;
    s->child = 0;
}

/* CLOSED is told when the device's last bytes have been read. */
static void settle(struct ssh *s)
{
    if (!s->ended || s->data.len)
        return;
    s->t.state = TRANSPORT_CLOSED;
    s->t.due_ms = 0;
    s->t.want_write = false;
}

static void end(struct ssh *s)
{
    s->ended = true;
    s->counting = false;
    reap(s);
    settle(s);
}

static void fail_deadline(struct ssh *s)
{
    const struct ssh_stage_info *i = &ssh_stages[s->stage];
    unsigned ms = i->auth ? s->auth_ms : s->connect_ms;

    err_stage(&s->t.err, i->name);
    err_set(&s->t.err, EXIT_FAILED, _("%s: no answer within %u s while %s %s"),
            s->plan->name, (ms + 999) / 1000, _(i->doing), s->detail);
    if (i->hint[0])
        err_hint(&s->t.err, "%s", _(i->hint));
    end(s);
}

static void fail_child(struct ssh *s)
{
    err_stage(&s->t.err, ssh_stages[s->stage].name);
    err_set(&s->t.err, EXIT_FAILED,
            _("%s: the SSH process ended unexpectedly while %s %s"),
            s->plan->name, _(ssh_stages[s->stage].doing), s->detail);
    end(s);
}

/* --- frames from the child ---------------------------------------------- */

static void copy_safe(char *out, size_t size, const char *s, size_t len)
{
    struct buf b = {0};

    text_add_safe(&b, s, len);
    snprintf(out, size, "%s", buf_str(&b));
    buf_free(&b);
}

static void answer_as(struct ssh *s, enum ssh_answer how, const char *text)
{
    struct buf b = {0};

    buf_addc(&b, (char)how);
    buf_adds(&b, text);
    frame_put(&s->out, FRAME_ANSWER, b.data, b.len);
    buf_wipe(&b);
}

static void on_stage(struct ssh *s, const struct ssh_frame *f)
{
    bool auth = ssh_stages[s->stage].auth;
    unsigned n = f->len ? (unsigned char)f->data[0] : SSH_STAGES;

    if (n >= SSH_STAGES)
        return;
    s->stage = (enum ssh_stage)n;
    s->t.stage = ssh_stages[n].name;
    copy_safe(s->detail, sizeof s->detail, f->data + 1, f->len - 1);
    if (ssh_stages[n].auth && !auth)
        s->deadline = 0;        /* auth_ms begins */
}

static void flush(struct ssh *s);

static void on_question(struct ssh *s, const struct ssh_frame *f)
{
    if (f->len < 2)
        return;
    if (f->data[0] == TRANSPORT_Q_PASSWORD && s->password) {
        answer_as(s, ANSWER_GIVEN, s->password);
        s->password = NULL;
        flush(s);
        return;
    }
    s->t.question = (enum transport_question)f->data[0];
    s->t.echo = f->data[1];
    copy_safe(s->t.text, sizeof s->t.text, f->data + 2, f->len - 2);
    s->t.state = TRANSPORT_ASKING;
    s->counting = false;        /* a human has all the time */
}

static void on_banner(struct ssh *s, const struct ssh_frame *f)
{
    copy_safe(s->t.banner, sizeof s->t.banner, f->data, f->len);
}

static void on_legacy(struct ssh *s, const struct ssh_frame *f)
{
    copy_safe(s->t.legacy, sizeof s->t.legacy, f->data, f->len);
}

static void on_ready(struct ssh *s, const struct ssh_frame *f)
{
    (void)f;
    s->t.state = TRANSPORT_READY;
    s->counting = false;
}

static void on_data(struct ssh *s, const struct ssh_frame *f)
{
    buf_add(&s->data, f->data, f->len);
}

static void on_error(struct ssh *s, const struct ssh_frame *f)
{
    struct err e;

    if (f->len == sizeof e) {
        memcpy(&e, f->data, sizeof e);
        e.what[sizeof e.what - 1] = e.hint[sizeof e.hint - 1] = '\0';
        s->t.err = e;
        /* It may quote the server. */
        copy_safe(s->t.err.what, sizeof e.what, e.what, strlen(e.what));
    }
    end(s);
}

static void on_closed(struct ssh *s, const struct ssh_frame *f)
{
    (void)f;
    s->ended = true;
    settle(s);
}

static const struct {
    enum ssh_frame_type type;
    void (*take)(struct ssh *s, const struct ssh_frame *f);
} frames[] = {
    {FRAME_DATA, on_data},
    {FRAME_STAGE, on_stage},
    {FRAME_QUESTION, on_question},
    {FRAME_BANNER, on_banner},
    {FRAME_LEGACY, on_legacy},
    {FRAME_READY, on_ready},
    {FRAME_ERROR, on_error},
    {FRAME_CLOSED, on_closed},
};

static void take_frame(struct ssh *s, const struct ssh_frame *f)
{
    for (size_t i = 0; i < sizeof frames / sizeof frames[0]; i++)
        if (f->type == frames[i].type)
            frames[i].take(s, f);
}

static void take_frames(struct ssh *s)
{
    struct ssh_frame f;
    size_t at = 0;
    int rc = 0;

    while (!s->ended &&
           (rc = frame_get(s->in.data + at, s->in.len - at, &f)) > 0) {
        take_frame(s, &f);
        at += f.total;
    }
    buf_drop(&s->in, at);
    if (rc < 0 && !s->ended)
        fail_child(s);
}

/* How much to read: all there is once data flows; before that the rest of
 * one frame, so that data which follows READY stays where poll sees it. */
static size_t wanted(const struct ssh *s)
{
    uint32_t n;

    if (s->t.state == TRANSPORT_READY)
        return READ_SIZE;
    if (s->in.len < FRAME_HEADER)
        return FRAME_HEADER - s->in.len;
    memcpy(&n, s->in.data + 1, sizeof n);
    return FRAME_HEADER + (size_t)n - s->in.len;
}

/* One read from the child; true when there may be more. */
static bool receive(struct ssh *s)
{
    char chunk[READ_SIZE];
    size_t want = wanted(s);
    ssize_t n;

    if (s->ended)
        return false;
    n = recv(s->t.fd, chunk, want < sizeof chunk ? want : sizeof chunk,
             MSG_DONTWAIT);
    if (n > 0) {
        buf_add(&s->in, chunk, (size_t)n);
        take_frames(s);
        return true;
    }
    if (n == 0 || (errno != EAGAIN && errno != EINTR))
        fail_child(s);
    return false;
}

static void flush(struct ssh *s)
{
    while (s->out.len && !s->ended) {
        ssize_t n = send(s->t.fd, s->out.data, s->out.len,
                         MSG_DONTWAIT | MSG_NOSIGNAL);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            break;              /* full, or gone: the next read tells */
        /* An answer may be a secret: nothing of it stays behind. */
        explicit_bzero(s->out.data, (size_t)n);
        buf_drop(&s->out, (size_t)n);
    }
    s->t.want_write = s->out.len > 0 && !s->ended;
}

/* --- the transport ------------------------------------------------------ */

static void ssh_read(struct transport *t, struct buf *in)
{
    struct ssh *s = (struct ssh *)t;

    if (t->state == TRANSPORT_READY)
        receive(s);
    if (s->data.len) {
        buf_add(in, s->data.data, s->data.len);
        buf_clear(&s->data);
    }
    settle(s);
}

static void ssh_write(struct transport *t, struct buf *out)
{
    struct ssh *s = (struct ssh *)t;

    flush(s);
    while (t->state == TRANSPORT_READY && out->len && !s->out.len) {
        size_t n = out->len < CHUNK ? out->len : CHUNK;

        frame_put(&s->out, FRAME_DATA, out->data, n);
        buf_drop(out, n);
        flush(s);
    }
}

static void ssh_tick(struct transport *t, uint64_t now_ms)
{
    struct ssh *s = (struct ssh *)t;

    while (t->state != TRANSPORT_READY && receive(s))
        ;
    flush(s);
    if (s->counting && !s->deadline)
        s->deadline = now_ms + (ssh_stages[s->stage].auth ? s->auth_ms
                                                          : s->connect_ms);
    if (s->counting && now_ms >= s->deadline)
        fail_deadline(s);
    t->due_ms = s->counting ? s->deadline : 0;
}

static void ssh_answer(struct transport *t, const char *text)
{
    struct ssh *s = (struct ssh *)t;

    if (t->state != TRANSPORT_ASKING)
        return;
    t->state = TRANSPORT_OPENING;
    t->question = TRANSPORT_Q_NONE;
    s->deadline = 0;
    s->counting = true;
    t->due_ms = 1;              /* tick soon: it starts the deadline */
    answer_as(s, text ? ANSWER_TYPED : ANSWER_DECLINED, text ? text : "");
    flush(s);
}

/* An open connection is ended in order, as far as that is quick. */
static void goodbye(struct ssh *s)
{
    struct pollfd p = {.fd = s->t.fd, .events = POLLIN};
    char chunk[4096];

    shutdown(s->t.fd, SHUT_WR);
    while (poll(&p, 1, GOODBYE_MS) > 0 &&
           recv(s->t.fd, chunk, sizeof chunk, MSG_DONTWAIT) > 0)
        ;
}

static void ssh_close(struct transport *t)
{
    struct ssh *s = (struct ssh *)t;

    if (s->child && t->state == TRANSPORT_READY)
        goodbye(s);
    reap(s);
    if (t->fd >= 0)
        close(t->fd);
    buf_wipe(&s->in);
    buf_wipe(&s->data);
    buf_wipe(&s->out);
    ssh_plan_free(s->plan);
    free(s);
}

static const struct transport_ops ops = {
    .name = "ssh",
    .read = ssh_read,
    .write = ssh_write,
    .tick = ssh_tick,
    .answer = ssh_answer,
    .close = ssh_close,
};

static int start(struct ssh *s, struct err *e)
{
    pid_t parent = getpid();
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return err_set(e, EXIT_INTERNAL, "socketpair: %s", strerror(errno));
    s->child = fork();
    if (s->child == 0) {
        close(pair[0]);
        ssh_child_run(s->plan, pair[1], parent);
    }
    close(pair[1]);
    s->t.fd = pair[0];
    if (s->child < 0) {
        s->child = 0;
        return err_set(e, EXIT_INTERNAL, "fork: %s", strerror(errno));
    }
    return 0;
}

struct transport *transport_ssh(const struct target *t,
                                const struct ssh_options *o, struct err *e)
{
    struct ssh_plan *plan = ssh_plan_new(t, o, e);
    struct ssh *s;

    if (!plan)
        return NULL;
    s = mem_zalloc(sizeof *s);
    s->t = (struct transport){.ops = &ops, .state = TRANSPORT_OPENING,
                              .stage = ssh_stages[0].name, .fd = -1,
                              .due_ms = 1};
    s->plan = plan;
    s->password = o->password;
    s->connect_ms = plan->connect_ms;
    s->auth_ms = o->auth_ms ? o->auth_ms : DEFAULT_AUTH_MS;
    s->counting = true;
    snprintf(s->detail, sizeof s->detail, "%s", plan->host);
    if (start(s, e) < 0) {
        ssh_close(&s->t);
        return NULL;
    }
    return &s->t;
}
