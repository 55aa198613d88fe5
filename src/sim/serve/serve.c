#include "serve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "kiriwake/buf.h"

struct sim *serve_open(const struct serve *v, bool login, struct err *e)
{
    return sim_new(v->data, v->driver, v->scenario, v->knobs, login, e);
}

uint64_t serve_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

void serve_close(const struct serve *v, struct sim *s)
{
    FILE *f = v->transcript ? fopen(v->transcript, "ae") : NULL;
    size_t i;
    json_t *item;

    if (sim_failure(s))
        fprintf(stderr, "kiriwake: %s\n", sim_failure(s));
    if (f) {
        json_array_foreach(sim_transcript(s), i, item)
            fprintf(f, "%s%s\n",
                    json_string_value(json_object_get(item, "prompt")),
                    json_string_value(json_object_get(item, "line")));
        fclose(f);
    }
    sim_free(s);
}

/* Writes all of b; blocking is fine, one conversation is all there is. */
static int write_all(int fd, struct buf *b)
{
    while (b->len) {
        ssize_t n = write(fd, b->data, b->len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        buf_drop(b, (size_t)n);
    }
    return 0;
}

static int wait_ms(uint64_t due)
{
    uint64_t now = serve_now();

    if (!due)
        return -1;
    return due > now ? (int)(due - now) : 0;
}

/* The speed that somebody has set on a terminal; 0: no number. */
static unsigned speed_of(int tty)
{
    static const struct {
        speed_t code;
        unsigned baud;
    } speeds[] = {
        {B1200, 1200},     {B2400, 2400},     {B4800, 4800},
        {B9600, 9600},     {B19200, 19200},   {B38400, 38400},
        {B57600, 57600},   {B115200, 115200}, {B230400, 230400},
    };
    struct termios t;

    for (size_t i = 0; tcgetattr(tty, &t) == 0 &&
                       i < sizeof speeds / sizeof speeds[0]; i++)
        if (cfgetospeed(&t) == speeds[i].code)
            return speeds[i].baud;
    return 0;
}

void serve_descriptors(struct sim *s, int in, int out)
{
    serve_terminal(s, in, out, -1);
}

void serve_terminal(struct sim *s, int in, int out, int tty)
{
    struct pollfd p = {.fd = in, .events = POLLIN};
    struct buf b = {0};
    char part[4096];
    uint64_t due;

    for (;;) {
        ssize_t n;

        if (tty >= 0 && sim_baud(s))
            sim_set_terminal(s, speed_of(tty));
        sim_output(s, &b, serve_now(), &due);
        if (write_all(out, &b) < 0 || sim_closed(s))
            break;
        if (p.fd < 0 && !due)
            break;              /* all was typed and answered */
        if (poll(&p, 1, wait_ms(due)) <= 0 || !p.revents)
            continue;
        n = read(in, part, sizeof part);
        if (n > 0)
            sim_receive(s, part, (size_t)n, serve_now());
        else if (n == 0 || errno != EINTR)
            p.fd = -1;
    }
    buf_free(&b);
}

int serve_listen(int *port, struct err *e)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_port = htons((uint16_t)*port),
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

    if (fd < 0)
        return err_set(e, EXIT_FAILED, "socket: %s", strerror(errno));
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&a, sizeof a) < 0 || listen(fd, 8) < 0 ||
        getsockname(fd, (struct sockaddr *)&a, &len) < 0) {
        err_set(e, EXIT_FAILED, "127.0.0.1:%d: %s", *port, strerror(errno));
        close(fd);
        return -1;
    }
    *port = ntohs(a.sin_port);
    return fd;
}

void serve_announce(const struct serve *v, int port)
{
    struct err e = {0};
    struct sim *s = serve_open(v, false, &e);

    if (!s)
        return;
    printf("listening 127.0.0.1:%d user=%s password=%s\n", port, sim_user(s),
           sim_password(s));
    fflush(stdout);
    sim_free(s);
}
