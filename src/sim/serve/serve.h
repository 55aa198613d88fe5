/* Ways to reach a simulated router: the edge, with descriptors and clocks. */
#ifndef SIM_SERVE_H
#define SIM_SERVE_H

#include <stdbool.h>
#include <stdint.h>

#include "kiriwake/data.h"
#include "kiriwake/err.h"
#include "kiriwake/sim.h"

struct serve {
    const struct data *data;
    const char *driver, *scenario, *knobs;
    const char *transcript;     /* file that gets what was typed, or NULL */
    int port;                   /* 0: chosen */
    bool login;                 /* ask for user and password first */
};

struct sim *serve_open(const struct serve *v, bool login, struct err *e);
/* Milliseconds of the monotonic clock. */
uint64_t serve_now(void);
/* Appends the transcript to its file and reports a failed program. */
void serve_close(const struct serve *v, struct sim *s);

/* One end of a conversation: bytes from in, bytes to out, until the device
 * closes or the other side does. */
void serve_descriptors(struct sim *s, int in, int out);
/* The same on a terminal's master; tty: its other side, whose speed is read
 * when the device has one. */
void serve_terminal(struct sim *s, int in, int out, int tty);

/* A socket that listens on 127.0.0.1; prints nothing. -1 and *e. *port
 * becomes the one that was chosen. */
int serve_listen(int *port, struct err *e);
/* The line that tells a person (or a test) how to reach it. */
void serve_announce(const struct serve *v, int port);

int serve_stdio(const struct serve *v, struct err *e);
int serve_pty(const struct serve *v, struct err *e);
int serve_ssh(const struct serve *v, struct err *e);
int serve_telnet(const struct serve *v, struct err *e);

#endif
