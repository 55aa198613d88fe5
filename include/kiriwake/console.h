/*
 * The dialogue with a command line: echo, prompt, pager, login, modes. A pure
 * core: bytes and silences in, bytes to send and events out; no I/O, no
 * clock, no globals. The same bytes and idle marks give the same events for
 * any split of the bytes between the marks.
 */
#ifndef KIRIWAKE_CONSOLE_H
#define KIRIWAKE_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>

#include "kiriwake/buf.h"
#include "kiriwake/err.h"

/* A CLI mode of the device. {host} in prompt stands for the learnt host
 * name (before it is learnt: any name). */
struct console_mode {
    const char *name;           /* "exec", "config" */
    const char *prompt;         /* PCRE2, against one unfinished line */
    const char *from;           /* the mode one enters it from */
    const char *enter, *leave;  /* commands */
    bool lock;                  /* holds a lock on the device */
    const char *busy;           /* PCRE2: the lock is held by another */
};

struct console_named { const char *name, *match; };

/* A driver's CLI; strings are borrowed, patterns are PCRE2 (UTF, multiline
 * off, each against one line without its line end). */
struct console_profile {
    const char *driver;                     /* for messages */
    const char *const *encodings;           /* tried in order, NULL-ended */
    const char *login_user, *login_password;
    const char *login_failed;               /* or NULL */
    const struct console_mode *modes;
    size_t mode_count;
    const struct console_named *monitors;   /* not running: never type */
    size_t monitor_count;
    const char *pager_match, *pager_answer;
    const char *pager_end;                  /* or NULL: typed instead where
                                               the match's group "end" took
                                               part (less's last page) */
    const char *pager_erase;                /* or NULL: PCRE2, cut from the
                                               line that follows a pager;
                                               blanks over it, backspaces and
                                               ESC[K need none */
    const char *pager_quit;                 /* ends it; NULL: "q" */
    const char *detect;                     /* a line of its texts, or NULL */
    const char *const *boot_banner;         /* the first line of a start */
    const char *const *boot_text;           /* further lines of one */
    const char *const *boot_ready;          /* started: wants a line end */
    const char *const *log;                 /* lines printed at any time */
    const char *const *refused;             /* a line that says "refused" */
    const char *const *traps;               /* questions never answered */
    const char *newline;                    /* what ends a command; NULL:
                                               "\r" */
    const char *logout;                     /* NULL: "exit" */
    unsigned width;                         /* echo folds here; 0: never */
    size_t reply_max_bytes;                 /* 0: 4 MiB */
};

enum console_event_type {
    CONSOLE_NONE,
    CONSOLE_LOGIN_USER,     /* asks for the user name */
    CONSOLE_LOGIN_PASSWORD, /* also while a mode's enter is pending */
    CONSOLE_LOGIN_FAILED,   /* text: the device's words */
    CONSOLE_PROMPT,         /* a prompt outside any command: mode, host */
    CONSOLE_REPLY,          /* the pending command is answered: reply */
    CONSOLE_LINE,           /* one finished line, for the live view: text */
    CONSOLE_MONITOR,        /* a boot monitor: text names it */
    CONSOLE_TRAP,           /* asks something nobody ordered: text */
    CONSOLE_LOG,            /* a log line that came by itself: text */
    CONSOLE_LATE,           /* text came after a prompt that had ended the
                               last reply: that reply was not complete */
};

enum reply_state {
    REPLY_COMPLETE,     /* echo (or none at all), body, closing prompt */
    REPLY_REFUSED,      /* complete, and a line says so: reason */
    REPLY_BUSY,         /* the mode's lock is held by another */
    REPLY_TRUNCATED,    /* no closing prompt before the link ended, or over
                           reply_max_bytes */
    REPLY_TIMEOUT,      /* the session's deadline passed: reason says which */
    REPLY_ASKED,        /* ended in a question (trap): reason is its text */
};

struct console_reply {
    char *command;          /* as sent */
    enum reply_state state;
    char *text;             /* UTF-8, LF line ends, no echo, no prompt, no
                               pager, no ANSI; "" when empty */
    char *reason;           /* NULL, or the line that refused, … */
    const char *mode;       /* the prompt's mode after it, or NULL */
    const char *entering;   /* NULL, or (by the session, REPLY_BUSY) what was
                               sent to enter the mode; text is its reply */
};
void console_reply_free(struct console_reply *r);

struct console_event {
    enum console_event_type type;
    const char *mode;               /* PROMPT: its mode's name (borrowed) */
    char *text;                     /* owned by the event */
    struct console_reply *reply;    /* owned by the event */
};
void console_event_free(struct console_event *ev);

struct console;

/* NULL and *e (65) when a pattern is not PCRE2. */
struct console *console_new(const struct console_profile *profile,
                            struct err *e);
void console_free(struct console *c);

/* Bytes came from the device. */
void console_receive(struct console *c, const char *bytes, size_t len);
/* The line has been silent since the last byte for as long as the edge
 * holds to be settled (nothing more to read on a network; character times
 * on serial). Only now may a prompt be believed. */
void console_idle(struct console *c);
/* The link ended: a pending command is answered as truncated. */
void console_end(struct console *c);

/* How the edge holds a line with nothing more to read on it. */
enum console_look {
    CONSOLE_OPEN,       /* wait for silence, then console_idle */
    CONSOLE_LIKELY,     /* looks like a prompt whose host is not learnt yet:
                           a line end would bring it again */
    CONSOLE_SETTLED,    /* exactly the learnt prompt, or the pager: on a
                           network console_idle may follow at once, on
                           serial after less silence */
};
enum console_look console_look(struct console *c);

/* Sends a command (one line, no line end) whose reply will come. One at a
 * time: false when one is pending, or text holds a control character. */
bool console_command(struct console *c, const char *text);
/* Whether log lines (the profile's log) are taken out of what comes, be it
 * within an echo, a row or behind a prompt: for consoles. Off at first.
 * own: PCRE2 of the line behind which the next command's reply holds log
 * lines of its own, "" for all of it; NULL: it holds none. */
void console_take_logs(struct console *c, bool take, const char *own);
/* Types a line that has no reply (login names); secret: its echo is left
 * out of the lines. The edge wipes the output once it is sent. */
void console_type(struct console *c, const char *text, bool secret);
/* Gives up the pending command: its reply event follows with that state. */
void console_abandon(struct console *c, enum reply_state why,
                     const char *reason);
/* One line end, to wake a silent line or to see the prompt again. */
void console_wake(struct console *c);

/* The next event; false when there is none. The caller frees it. */
bool console_next(struct console *c, struct console_event *ev);
/* Bytes to send; the edge drops what it sent. */
struct buf *console_output(struct console *c);

const char *console_host(const struct console *c);  /* learnt, or NULL */
/* The mode of the prompt that the line stands at, or NULL. */
const char *console_mode_now(const struct console *c);
bool console_busy(const struct console *c);         /* a reply is pending */
/* The unfinished line as safe text (valid until the next call), for error
 * messages. */
const char *console_pending_line(struct console *c);

/* The most bytes of one reply. */
size_t console_reply_max(const struct console_profile *profile);

/* Could line be a prompt of one of the profile's modes, of any host? */
bool console_prompt_fits(const struct console_profile *profile,
                         const char *line);

#endif
