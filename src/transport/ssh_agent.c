/*
 * Is the agent alive? libssh waits for it without an end, so its list of
 * keys is asked for first, with a deadline.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "ssh.h"

/* draft-ietf-sshm-ssh-agent, 3: uint32 length, byte type, … */
#define AGENT_REQUEST_IDENTITIES 11
#define AGENT_IDENTITIES_ANSWER 12

static int agent_open(void)
{
    const char *path = getenv("SSH_AUTH_SOCK");
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fd;

    if (!path || !path[0] || strlen(path) >= sizeof a.sun_path)
        return -1;
    memcpy(a.sun_path, path, strlen(path));
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof a) < 0 &&
        errno != EAGAIN) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static int64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Reads len bytes before end; 0, 1 when time is up, -1 closed. */
static int read_until(int fd, unsigned char *out, size_t len, int64_t end)
{
    size_t done = 0;

    while (done < len) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        int64_t left = end - now_ms();
        ssize_t n;

        if (left <= 0 || poll(&p, 1, (int)left) == 0)
            return 1;
        n = read(fd, out + done, len - done);
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
            return -1;
        done += n > 0 ? (size_t)n : 0;
    }
    return 0;
}

int ssh_agent_probe(unsigned ms)
{
    static const unsigned char request[] = {0, 0, 0, 1,
                                            AGENT_REQUEST_IDENTITIES};
    unsigned char head[9];      /* length, type, number of keys */
    int64_t end = now_ms() + ms;
    int fd = agent_open();
    int rc;

    if (fd < 0)
        return 0;
    /* A full backlog (EAGAIN above) fails here as ENOTCONN: silent. */
    if (send(fd, request, sizeof request, MSG_NOSIGNAL) < 0)
        rc = 1;
    else
        rc = read_until(fd, head, sizeof head, end);
    close(fd);
    if (rc == 1)
        return -1;
    if (rc < 0 || head[4] != AGENT_IDENTITIES_ANSWER || head[5] || head[6])
        return 0;
    return head[7] << 8 | head[8];
}
