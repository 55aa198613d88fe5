/*
 * One case at work: the walker, the session with the device, the journal.
 * Headless and the screen are owners of the same run; one poll loop drives
 * it: run_fds, poll, run_pump.
 */
#ifndef KIRIWAKE_RUN_H
#define KIRIWAKE_RUN_H

#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <jansson.h>

#include "kiriwake/clock.h"
#include "kiriwake/data.h"
#include "kiriwake/err.h"
#include "kiriwake/transport.h"

struct run_options {
    struct data data;
    const char *target;             /* as typed */
    const char *driver;             /* NULL: detected */
    const char *flow;               /* NULL: the driver's first */
    const char *vpn;
    const char *user, *password_file, *enable_file;
    const char *known_hosts, *host_key;
    const char *peer_config;        /* a file, or NULL */
    const char *allow[4];           /* "active", …; NULL-ended */
    json_t *answers;                /* {checkpoint: answer}, or NULL */
    unsigned timeout_s;             /* the whole walk; 0: none */
    bool no_journal, pseudonyms;
    bool interactive;               /* somebody answers; else nobody does */
    bool real_time;                 /* sim: in real time (for a person) */
};

/* What somebody is asked; answered with run_answer. */
struct run_listener {
    void *arg;
    /* Something changed (state, path, question): look at run_view. */
    void (*changed)(void *arg);
    /* The live dialogue, scrubbed: one line, sent (out) or received. */
    void (*line)(void *arg, bool out, const char *text);
    /* One line of progress for a person, e.g. "connecting to …". */
    void (*progress)(void *arg, const char *text);
};

struct run;

/* Copies what it needs of o. NULL and *e: 64, 65. */
struct run *run_new(const struct run_options *o,
                    const struct run_listener *listener, struct err *e);
/* Goes on with a case from its journal. */
struct run *run_resume(const char *case_id, const struct run_options *o,
                       const struct run_listener *listener, struct err *e);
void run_free(struct run *r);

size_t run_fds(struct run *r, struct pollfd *fds, size_t room,
               uint64_t *due_ms);
void run_pump(struct run *r);
struct clock *run_clock(struct run *r);
bool run_done(const struct run *r);

/* What is asked now (borrowed), or NULL: an "ask" or "consent" effect of the
 * walker, or {"effect": "login", "what": "host-key|password|prompt|user",
 * "text": …, "echo": bool} of the session. */
const json_t *run_asking(const struct run *r);
/* Answers it: an id or input of an ask, "yes"/"no" of a consent or host key,
 * a password. remark may be NULL. NULL answer: nobody knows. */
void run_answer(struct run *r, const char *answer, const char *remark);

/* The human's other keys. False: that cannot be done now, nothing was. */
bool run_retry(struct run *r);
bool run_back(struct run *r);
void run_pause(struct run *r, bool pause);  /* no new command is sent */
void run_step(struct run *r);               /* one check point, then pause */
/* Decides the current check point by hand with one of its outcomes; false as
 * above. */
bool run_decide(struct run *r, const char *outcome, const char *remark);
/* Sends one read command by hand; its reply comes by line(). -1 and *e when
 * the driver knows no read probe with that command. */
int run_send(struct run *r, const char *command, struct err *e);
/*
 * A plain terminal on the same session: what is under way is forgotten, what
 * the person types goes to the device as it is, what comes is told by line()
 * and run_view's "line". Closing it looks at the line anew and reads the
 * check point again. -1 and *e when the link is not up.
 */
int run_terminal(struct run *r, bool on, struct err *e);
void run_type(struct run *r, const char *bytes, size_t len);
/* A break on the terminal's line, where run_view's "can_break" is true. */
void run_break(struct run *r);
/* Undo, leave modes, log out, then done. why: "interrupted", "timeout". */
void run_stop(struct run *r, const char *why);

/* As walker_view, and {"case", "target", "device": {…}, "session": "opening|
 * login|stuck|terminal|ready|lost|closed" (lost: the link, and it is tried
 * again), "line": what stands unfinished on the
 * line of the terminal, or null, "stage", "error": null|{stage, what, try},
 * "paused": bool, "legacy": ""} (new reference). */
json_t *run_view(const struct run *r);
/* The whole `check --json` object (new reference). */
json_t *run_result(const struct run *r);
/* The program's exit status for it. */
int run_status(const struct run *r);
/* Tells a person what of a result (or view) is not undone, and the commands
 * that would; nothing where all is. */
void run_print_left(const json_t *result, FILE *out);

#endif
