/* On standard input and output: under sshd's ForceCommand, or in a pipe. */
#include "serve.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

int serve_stdio(const struct serve *v, struct err *e)
{
    struct sim *s = serve_open(v, v->login, e);
    struct termios old, raw;
    bool tty = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &old) == 0;

    if (!s)
        return -1;
    if (tty) {          /* the device echoes, not the terminal */
        raw = old;
        cfmakeraw(&raw);
        tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    }
    serve_descriptors(s, STDIN_FILENO, STDOUT_FILENO);
    if (tty)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &old);
    serve_close(v, s);
    return 0;
}

int serve_pty(const struct serve *v, struct err *e)
{
    int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), slave = -1;
    struct termios raw;
    struct sim *s;

    if (fd < 0 || grantpt(fd) < 0 || unlockpt(fd) < 0)
        return err_set(e, EXIT_FAILED, "pty: %s", strerror(errno));
    /* Held open: whoever opens it later finds raw mode, and may come back. */
    slave = open(ptsname(fd), O_RDWR | O_NOCTTY | O_CLOEXEC);
    s = serve_open(v, true, e);
    if (!s || slave < 0) {
        close(fd);
        return s ? err_set(e, EXIT_FAILED, "pty: %s", strerror(errno)) : -1;
    }
    if (tcgetattr(slave, &raw) == 0) {
        cfmakeraw(&raw);
        tcsetattr(slave, TCSANOW, &raw);
    }
    printf("listening %s user=%s password=%s\n", ptsname(fd), sim_user(s),
           sim_password(s));
    fflush(stdout);
    serve_terminal(s, fd, fd, slave);
    serve_close(v, s);
    close(slave);
    close(fd);
    return 0;
}
