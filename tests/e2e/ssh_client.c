/*
 * Drives transport_ssh from a poll loop and prints what happens, a line an
 * event, for the scripts here:
 *   ssh_client HOST PORT [key=value…]
 * user, password, known, policy, connect, auth (ms), legacy (comma list),
 * answer (next answer to a question; "-" declines), send (next line, sent at
 * a prompt "# "), idle (ms of silence that it bears once the shell is open),
 * cancel (the stage at which it hangs up).
 * The name silent.test never resolves: getaddrinfo hangs.
 */
#include <dlfcn.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kiriwake/msg.h"
#include "kiriwake/transport.h"

#define MAX_WORDS 40

/* Takes the place of libc's, in the transport's child, too. */
int getaddrinfo(const char *name, const char *service,
                const struct addrinfo *hints, struct addrinfo **out)
{
    int (*next)(const char *, const char *, const struct addrinfo *,
                struct addrinfo **);

    while (name && strcmp(name, "silent.test") == 0)
        pause();
    *(void **)&next = dlsym(RTLD_NEXT, "getaddrinfo");
    return next(name, service, hints, out);
}

struct client {
    struct target target;
    struct ssh_options o;
    char *legacy[MAX_WORDS];
    const char *answers[MAX_WORDS], *sends[MAX_WORDS];
    size_t legacy_count, answer_count, answered, send_count, sent;
    struct transport *t;
    struct buf in, out;
    const char *stage, *cancel;
    bool told_ready, gave_up;
    int idle_ms;                /* -1: bears all */
};

static void add_legacy(struct client *c, char *list)
{
    char *name;

    while ((name = strsep(&list, ",")) && c->legacy_count < MAX_WORDS - 1)
        c->legacy[c->legacy_count++] = name;
    c->o.legacy = (const char *const *)c->legacy;
}

static void set(struct client *c, const char *key, char *value)
{
    if (strcmp(key, "user") == 0)
        c->o.user = value;
    else if (strcmp(key, "password") == 0)
        c->o.password = value;
    else if (strcmp(key, "known") == 0)
        c->o.known_hosts = value;
    else if (strcmp(key, "policy") == 0)
        c->o.host_key = value;
    else if (strcmp(key, "connect") == 0)
        c->o.connect_ms = (unsigned)atoi(value);
    else if (strcmp(key, "auth") == 0)
        c->o.auth_ms = (unsigned)atoi(value);
    else if (strcmp(key, "cancel") == 0)
        c->cancel = value;
    else if (strcmp(key, "idle") == 0)
        c->idle_ms = atoi(value);
    else if (strcmp(key, "legacy") == 0)
        add_legacy(c, value);
    else if (strcmp(key, "answer") == 0)
        c->answers[c->answer_count++] = value;
    else if (strcmp(key, "send") == 0)
        c->sends[c->send_count++] = value;
    else
        exit(64);
}

static void parse(struct client *c, int argc, char **argv)
{
    c->target.text = c->target.host = argv[1];
    c->target.port = atoi(argv[2]);
    for (int i = 3; i < argc && i < MAX_WORDS; i++) {
        char *value = strchr(argv[i], '=');

        if (!value)
            exit(64);
        *value++ = '\0';
        set(c, argv[i], value);
    }
}

static void tell_state(struct client *c)
{
    if (c->stage != c->t->stage)
        printf("stage %s\n", c->stage = c->t->stage);
    if (c->cancel && strcmp(c->cancel, c->stage) == 0)
        c->gave_up = true;
    if (c->t->state == TRANSPORT_READY && !c->told_ready) {
        c->told_ready = true;
        printf("banner %s\nlegacy %s\nready\n", c->t->banner, c->t->legacy);
    }
}

static void answer(struct client *c)
{
    const char *text = c->answered < c->answer_count
                           ? c->answers[c->answered++] : "-";

    printf("question %d echo=%d %s\n", c->t->question, c->t->echo,
           c->t->text);
    c->t->ops->answer(c->t, strcmp(text, "-") ? text : NULL);
}

static void talk(struct client *c)
{
    size_t before = c->in.len;

    c->t->ops->read(c->t, &c->in);
    if (c->in.len > before)
        fwrite(c->in.data + before, 1, c->in.len - before, stdout);
    if (c->in.len >= 2 && memcmp(c->in.data + c->in.len - 2, "# ", 2) == 0 &&
        c->sent < c->send_count) {
        buf_printf(&c->out, "%s\r", c->sends[c->sent++]);
        buf_clear(&c->in);
    }
    c->t->ops->write(c->t, &c->out);
}

static uint64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void wait_for(struct client *c)
{
    struct pollfd p = {.fd = c->t->fd, .events = POLLIN};
    uint64_t now = now_ms();
    bool open = c->t->state == TRANSPORT_READY;
    int ms = open ? c->idle_ms : -1;

    if (c->t->want_write || c->out.len)
        p.events |= POLLOUT;
    if (c->t->due_ms)
        ms = c->t->due_ms > now ? (int)(c->t->due_ms - now) : 0;
    c->gave_up = poll(&p, 1, ms) == 0 && open;
}

static void run(struct client *c)
{
    while (c->t->state != TRANSPORT_CLOSED && !c->gave_up) {
        c->t->ops->tick(c->t, now_ms());
        tell_state(c);
        if (c->t->state == TRANSPORT_ASKING)
            answer(c);
        talk(c);
        if (c->t->state != TRANSPORT_CLOSED && !c->gave_up)
            wait_for(c);
    }
}

static int report(const struct err *e)
{
    if (!e->status) {
        printf("\nclosed\n");
        return 0;
    }
    printf("\nerror %d %s: %s\nhint %s\n", e->status, e->stage, e->what,
           e->hint);
    return e->status;
}

int main(int argc, char **argv)
{
    struct client c = {.idle_ms = -1};
    struct err e = {0};

    if (argc < 3)
        return 64;
    setvbuf(stdout, NULL, _IOLBF, 0);
    msg_init(NULL);
    parse(&c, argc, argv);
    c.t = transport_ssh(&c.target, &c.o, &e);
    if (!c.t)
        return report(&e);
    run(&c);
    e = c.t->err;
    c.t->ops->close(c.t);
    if (waitpid(-1, NULL, WNOHANG) != -1)
        printf("\na child was left behind\n");
    buf_free(&c.in);
    buf_free(&c.out);
    msg_done();
    return report(&e);
}
