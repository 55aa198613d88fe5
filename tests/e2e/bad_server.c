/*
 * Servers that misbehave, for the scripts here:
 *   bad_server mute                 accepts and says nothing
 *   bad_server hangup               accepts and closes
 *   bad_server say TEXT             says TEXT, then nothing
 *   bad_server relay PORT N mute    carries to 127.0.0.1:PORT; after N bytes
 *   bad_server relay PORT N cut     from there: silence, or the end
 *   bad_server unix PATH            accepts on a unix socket, says nothing
 * Prints the port it listens on.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void must(int ok, const char *what)
{
    if (!ok) {
        perror(what);
        exit(1);
    }
}

static struct sockaddr_in loopback(int port)
{
    struct sockaddr_in a = {.sin_family = AF_INET};

    a.sin_port = htons((uint16_t)port);
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return a;
}

static int listen_tcp(void)
{
    struct sockaddr_in a = loopback(0);
    socklen_t len = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    must(fd >= 0, "socket");
    must(bind(fd, (struct sockaddr *)&a, sizeof a) == 0, "bind");
    must(listen(fd, 16) == 0, "listen");
    must(getsockname(fd, (struct sockaddr *)&a, &len) == 0, "getsockname");
    printf("%d\n", ntohs(a.sin_port));
    fflush(stdout);
    return fd;
}

static int listen_unix(const char *path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
    must(bind(fd, (struct sockaddr *)&a, sizeof a) == 0, "bind");
    must(listen(fd, 16) == 0, "listen");
    printf("%s\n", path);
    fflush(stdout);
    return fd;
}

static void stay(void)
{
    for (;;)
        pause();
}

/* Copies once; 0 at the end. */
static ssize_t copy(int from, int to, ssize_t most)
{
    char chunk[4096];
    ssize_t n = read(from, chunk,
                     most < (ssize_t)sizeof chunk ? (size_t)most
                                                  : sizeof chunk);

    if (n > 0 && write(to, chunk, (size_t)n) != n)
        return 0;
    return n;
}

static void relay(int client, int port, ssize_t left, int mute)
{
    struct sockaddr_in a = loopback(port);
    int server = socket(AF_INET, SOCK_STREAM, 0);
    struct pollfd p[2] = {{.fd = client, .events = POLLIN},
                          {.fd = server, .events = POLLIN}};

    must(connect(server, (struct sockaddr *)&a, sizeof a) == 0, "connect");
    while (left > 0 && poll(p, 2, -1) > 0) {
        if (p[0].revents && copy(client, server, sizeof a * 256) <= 0)
            return;
        if (p[1].revents) {
            ssize_t n = copy(server, client, left);

            if (n <= 0)
                return;
            left -= n;
        }
    }
    if (mute)
        stay();
}

static void serve(int fd, int argc, char **argv)
{
    if (strcmp(argv[1], "say") == 0 && argc > 2)
        must(write(fd, argv[2], strlen(argv[2])) > 0, "write");
    if (strcmp(argv[1], "relay") == 0 && argc > 4)
        relay(fd, atoi(argv[2]), atoi(argv[3]),
              strcmp(argv[4], "mute") == 0);
    else if (strcmp(argv[1], "hangup") != 0)
        stay();
}

int main(int argc, char **argv)
{
    int listener;

    if (argc < 2)
        return 64;
    signal(SIGCHLD, SIG_IGN);
    listener = strcmp(argv[1], "unix") == 0 && argc > 2
                   ? listen_unix(argv[2]) : listen_tcp();
    for (;;) {
        int fd = accept(listener, NULL, NULL);

        must(fd >= 0, "accept");
        if (fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            close(listener);
            serve(fd, argc, argv);
            _exit(0);
        }
        close(fd);
    }
}
