#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "ssh.h"

static void header(char *out, uint8_t type, size_t len)
{
    uint32_t n = (uint32_t)len;

    out[0] = (char)type;
    memcpy(out + 1, &n, sizeof n);
}

void frame_put(struct buf *b, uint8_t type, const void *data, size_t len)
{
    char head[FRAME_HEADER];

    header(head, type, len);
    buf_add(b, head, sizeof head);
    if (len)
        buf_add(b, data, len);
}

int frame_get(const char *bytes, size_t len, struct ssh_frame *out)
{
    uint32_t n;

    if (len < FRAME_HEADER)
        return 0;
    memcpy(&n, bytes + 1, sizeof n);
    if (n > FRAME_MAX)
        return -1;
    if (len < FRAME_HEADER + (size_t)n)
        return 0;
    *out = (struct ssh_frame){(uint8_t)bytes[0], bytes + FRAME_HEADER, n,
                              FRAME_HEADER + (size_t)n};
    return 1;
}

/* Sends what iov holds; SIGPIPE is ignored in the child. */
static int send_all(int fd, struct iovec *iov, size_t count)
{
    while (count > 0) {
        ssize_t n = writev(fd, iov, (int)count);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        while (count > 0 && (size_t)n >= iov->iov_len) {
            n -= (ssize_t)iov->iov_len;
            iov++;
            count--;
        }
        if (count > 0) {
            iov->iov_base = (char *)iov->iov_base + n;
            iov->iov_len -= (size_t)n;
        }
    }
    return 0;
}

int frame_send(int fd, uint8_t type, const void *data, size_t len)
{
    char head[FRAME_HEADER];
    struct iovec iov[2] = {{head, sizeof head}, {(void *)(uintptr_t)data, len}};

    header(head, type, len);
    return send_all(fd, iov, len ? 2 : 1);
}

static int read_all(int fd, char *out, size_t len)
{
    size_t done = 0;

    while (done < len) {
        ssize_t n = read(fd, out + done, len - done);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        done += (size_t)n;
    }
    return 0;
}

int frame_receive(int fd, struct buf *b)
{
    char head[FRAME_HEADER], chunk[4096];
    uint32_t left;

    if (read_all(fd, head, sizeof head) < 0)
        return -1;
    memcpy(&left, head + 1, sizeof left);
    buf_clear(b);
    while (left > 0 && left <= FRAME_MAX) {
        size_t n = left < sizeof chunk ? left : sizeof chunk;

        if (read_all(fd, chunk, n) < 0)
            return -1;
        buf_add(b, chunk, n);
        left -= (uint32_t)n;
    }
    explicit_bzero(chunk, sizeof chunk);
    return left ? -1 : (unsigned char)head[0];
}
