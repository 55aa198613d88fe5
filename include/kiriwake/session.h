/*
 * One device at work: a transport, the console core and a driver's CLI.
 * Logs in, changes modes, runs queued commands with their deadlines, scrubs
 * secrets, leaves modes. Driven by session_pump from the one poll loop.
 */
#ifndef KIRIWAKE_SESSION_H
#define KIRIWAKE_SESSION_H

#include <stdbool.h>
#include <poll.h>
#include <jansson.h>

#include "kiriwake/clock.h"
#include "kiriwake/console.h"
#include "kiriwake/secrets.h"
#include "kiriwake/transport.h"

struct session_limits {
    unsigned open_ms;       /* connecting, all stages; default 30 000 */
    unsigned login_ms;      /* from ready to the first prompt; 30 000 */
    unsigned silence_ms;    /* no byte while a reply is due; 15 000 */
    unsigned total_ms;      /* one command, whole; 120 000 */
    unsigned look_ms;       /* at what is on a line; 60 000 */
};

enum session_state {
    SESSION_OPENING, SESSION_ASKING,
    SESSION_LOOKING,        /* what is on the line? (transport's console) */
    SESSION_STUCK,          /* no session: session_line says why */
    SESSION_TERMINAL,       /* a person types: session_terminal */
    SESSION_LOGIN, SESSION_READY,
    SESSION_CLOSING,        /* leaving modes, logging out */
    SESSION_CLOSED,         /* done, or err says what failed */
};

/* What the session tells its owner; strings are borrowed for the call. All
 * text has been scrubbed. */
struct session_listener {
    void *arg;
    /* Once for each command that was sent. Rarely a second time for the
     * same id: text came after what had looked like its end, so the command
     * was asked again; the later reply replaces the earlier one. */
    void (*reply)(void *arg, unsigned id, const struct console_reply *r);
    /* The live dialogue: one line sent (out) or received. */
    void (*line)(void *arg, bool out, const char *text);
    /* The state changed; err is set when it is CLOSED by a fault. */
    void (*state)(void *arg, enum session_state s, const struct err *e);
    /* Something is asked: host key, password, user (TRANSPORT_Q_NONE).
     * Answer with session_answer. */
    void (*ask)(void *arg, enum transport_question q, const char *text,
                bool echo);
    /* A log line that the device printed by itself; may be NULL. */
    void (*log)(void *arg, const char *text);
};

struct session;

/* Takes t; borrows the rest for its life. user, password: for console
 * logins; NULL: asked. */
struct session *session_new(struct transport *t,
                            const struct console_profile *profile,
                            struct secrets *secrets, struct clock *clock,
                            const struct session_limits *limits,
                            const char *user, const char *password,
                            const struct session_listener *listener,
                            struct err *e);
void session_free(struct session *s);

/*
 * On a line of which nobody knows what is at its other end (the transport's
 * console), the session looks before it types, and begins to log in only
 * from a login or a prompt. These profiles (borrowed) know the lines of
 * other devices; without them only the session's own does. Before the first
 * pump.
 */
void session_know(struct session *s,
                  const struct console_profile *const *profiles,
                  size_t count);
/*
 * A plain terminal: what is queued or in flight is forgotten without a reply,
 * what a person types goes to the device as it is (session_type), what comes
 * is told by line() alone; session_pending is the unfinished line (scrubbed;
 * the caller frees). Off: looks at the line anew. False: the link is not up.
 */
bool session_terminal(struct session *s, bool on);
void session_type(struct session *s, const char *bytes, size_t len);
char *session_pending(struct session *s);
/* A break on the line, while the terminal is open and the line has one. */
bool session_can_break(const struct session *s);
void session_break(struct session *s);
/* STUCK: looks once more, listening first for so long (0: as usual). A
 * password that was refused is not typed again. */
void session_look(struct session *s, unsigned listen_ms);
/*
 * What is on the line (new reference): {"state": a line_state_name, or
 * "refused", "session"; "baud": 0 for none; "driver", "mode", "monitor",
 * "line": text or null; "boots": n; "bytes": n; "words": the refusal, or
 * null; "text": what was heard, "boot_lines": [n…]}. Scrubbed.
 */
json_t *session_line(struct session *s);

/*
 * The device has become known: goes on with its profile (borrowed), as after
 * a login; READY is told again when its prompt has come. 0, or -1 and *e.
 */
int session_adopt(struct session *s, const struct console_profile *profile,
                  struct err *e);
/* Its console loses characters that are typed faster; ms, 0: it does not. */
void session_pace(struct session *s, unsigned pace_ms);

/*
 * Queues a command to be run in a mode (NULL: the mode of first login);
 * returns its id (from 1). Modes are entered and left as needed; a mode that
 * holds a lock is left as soon as the queue holds no more commands for it.
 * A mode that could not be entered answers with REPLY_BUSY or _REFUSED, and
 * reason says which mode. Commands still queued when the session closes get
 * no reply. This and all but session_free and session_pump may be called
 * from within the listener's functions.
 */
unsigned session_run(struct session *s, const char *command,
                     const char *mode);

/* A command with wishes of its own. */
struct session_command {
    const char *text, *mode;    /* as session_run */
    unsigned timeout_ms;        /* whole, and silence; 0: the limits' */
    bool once;                  /* never sent a second time */
    const char *logs;           /* as probe_info's (borrowed) */
};
unsigned session_run_with(struct session *s,
                          const struct session_command *command);
/* Forgets queued commands that are not yet sent. */
void session_clear(struct session *s);
/* Answers what was asked; NULL: nobody knows, the session fails. */
void session_answer(struct session *s, const char *text);
/* The password of a mode that asks for one when it is entered (Cisco's
 * enable); without it, it is asked. */
void session_set_enable(struct session *s, const char *password);

/* Fills fds (room for at least 2) for poll; returns how many; *due_ms is
 * when session_pump must be called at the latest (clock's time; 0: when
 * something comes). */
size_t session_fds(struct session *s, struct pollfd *fds, uint64_t *due_ms);
/* Does what can be done now. Never blocks. */
void session_pump(struct session *s);

/* Leaves every mode and logs out, within some seconds; then CLOSED. The
 * command in flight is let finish within them; queued ones are dropped. */
void session_close(struct session *s);

enum session_state session_state(const struct session *s);
bool session_idle(const struct session *s);     /* READY, nothing queued */
const char *session_host(const struct session *s);
/* The line that stands there (valid until the next call). */
const char *session_prompt(const struct session *s);
const char *session_banner(const struct session *s);    /* SSH, or "" */
const char *session_legacy(const struct session *s);
const struct err *session_err(const struct session *s);

#endif
