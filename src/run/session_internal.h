/* What the files of a session share. */
#ifndef SESSION_INTERNAL_H
#define SESSION_INTERNAL_H

#include "kiriwake/line.h"
#include "kiriwake/session.h"

/* What is in flight on the command line. */
enum work { WORK_NONE, WORK_JOB, WORK_ENTER, WORK_LEAVE };

struct job {
    unsigned id;
    char *command;                      /* owned */
    const struct console_mode *mode;    /* NULL: the base mode */
    unsigned timeout_ms;
    bool once, again;                   /* again: this is its second time */
    const char *logs;                   /* where its own log lines begin */
};

/* What the session itself has asked its owner. */
enum asked { ASKED_NOTHING, ASKED_TRANSPORT, ASKED_USER, ASKED_PASSWORD,
             ASKED_ENABLE };

struct session {
    struct transport *t;                /* NULL once closed */
    const struct console_profile *profile;
    struct console *console;
    const struct console_profile *next_profile;     /* see adopt */
    struct console *next_console;
    struct secrets *secrets;
    struct clock *clock;
    struct session_limits limits;
    struct session_listener listener;
    enum session_state state;
    struct err err;
    char banner[256], legacy[256];

    struct job *jobs;                   /* queued, in order */
    size_t count, cap;
    unsigned last_id;

    enum work work;
    struct job current;                 /* WORK_JOB */
    const struct console_mode *target;  /* WORK_ENTER */
    struct job previous;                /* last one answered */
    bool has_previous;
    unsigned leaves;                    /* in a row, without a new mode */
    const struct console_mode *base;    /* commands without a mode */

    char *user, *password, *enable;
    bool user_sent, password_sent, enable_sent, confirmed;
    unsigned users, wakes;
    enum asked asked;

    bool pumping, more, finishing;
    bool unsettled, drained;
    bool whole;             /* the line came in one piece */
    struct buf in;
    uint64_t now, opened, ready, asked_at, sent, last_byte, last_wake,
        answered, lost, closing, logged_out, settles;
    bool is_lost, woken;

    struct line_look *look;             /* NULL: none was needed */
    const struct console_profile **known;   /* for it; NULL-ended */
    size_t known_count;
    uint64_t look_began, look_at;       /* look_at: last byte or act */
    const char *stuck;                  /* why, if not by the look */
    char *words;                        /* of a refusal */
    char *last_line;                    /* while logging in */
};

/* session_look.c */
void look_begin(struct session *s);
/* One turn while LOOKING or STUCK; true when something happened. */
bool look_turn(struct session *s);
uint64_t look_due(const struct session *s);
void look_receive(struct session *s, const char *bytes, size_t len);
/* The way to a session is barred; false: this is no line to look at. */
bool look_stuck(struct session *s, const char *why, const char *words);
void look_free(struct session *s);

/* session.c */
void session_set_state(struct session *s, enum session_state state);
/* Ends the session with s->err (or without, when its status is 0). */
void session_finish(struct session *s);
void session_ask(struct session *s, enum asked what,
                 enum transport_question q, const char *text, bool echo);
void session_say_line(struct session *s, bool out, const char *text);
/* A copy without secrets (caller frees); NULL for NULL. */
char *session_scrub(struct session *s, const char *text);
const char *session_target(const struct session *s);

/* session_login.c */
void login_event(struct session *s, const struct console_event *ev);
void login_answer(struct session *s, enum asked asked, const char *text);
void login_tick(struct session *s);
uint64_t login_due(const struct session *s);

/* session_modes.c */
const struct console_mode *modes_find(const struct session *s,
                                      const char *name);
/* Does a command of mode want need to be in mode m (or below it)? */
bool modes_need(const struct session *s, const struct console_mode *want,
                const struct console_mode *m);
/* Sends the next step from the current mode towards want; false: there is
 * none (already there). */
bool modes_step(struct session *s, const struct console_mode *want);
/* Leaves the current mode if it can be left. */
bool modes_leave(struct session *s);
void modes_entered(struct session *s, const struct console_reply *r);
void modes_left(struct session *s, const struct console_reply *r);

/* session_queue.c */
bool queue_advance(struct session *s);
void queue_reply(struct session *s, struct console_reply *r);
void queue_late(struct session *s);
void queue_deliver(struct session *s, unsigned id,
                   const struct console_reply *r);
/* Answers every queued command that needs mode with that state, reason and
 * text. */
void queue_refuse(struct session *s, const struct console_mode *mode,
                  const struct console_reply *why);
void queue_drop(struct session *s);
void job_free(struct job *j);
bool queue_send(struct session *s, const char *command, enum work work);

/* session_deadline.c */
void deadline_check(struct session *s);
uint64_t deadline_due(const struct session *s);
/* How long the line must be silent to be settled, in ms; known: what stands
 * on it is what was learnt, to the character. */
unsigned deadline_settle(const struct session *s, bool known);

#endif
