/* What the parts of a run share; nobody else includes this. */
#ifndef KIRIWAKE_RUN_INNER_H
#define KIRIWAKE_RUN_INNER_H

#include "kiriwake/casefile.h"
#include "kiriwake/driver.h"
#include "kiriwake/flow.h"
#include "kiriwake/run.h"
#include "kiriwake/secrets.h"
#include "kiriwake/session.h"
#include "kiriwake/sim.h"
#include "kiriwake/walker.h"

#include "capture.h"

/* A command on its way: for a probe, a step of a do, or typed by hand. */
struct job {
    unsigned id;                /* the session's; 0: not yet sent */
    json_t *effect;             /* probe, prefetch, do or undo; NULL: by hand */
    size_t at;                  /* the alternative, or the step */
    char *command;
    json_t *results;            /* of a do: so far */
    bool again;                 /* a probe's command, sent a second time */
};

#define DETECT_LEGACY_MAX 64

enum run_phase { RUN_OPENING, RUN_DETECTING, RUN_WALKING,
                 RUN_TERMINAL,      /* a person types into the line */
                 RUN_LOST,          /* the link: it is opened again soon */
                 RUN_CLOSING, RUN_DONE };

/* A link that was lost in mid-walk. */
struct relink {
    bool on;                    /* lost, and not yet whole again */
    uint64_t due_ms, end_ms;    /* of the next attempt; of all of them */
    unsigned wait_ms;           /* before the attempt after it */
    unsigned times;             /* so often in this run */
    char *command;              /* what was under way the last time */
    struct err err;             /* how it was lost */
};

struct run {
    struct run_options o;       /* strings are owned copies */
    struct run_listener listener;
    struct target target;
    struct clock clock;
    enum run_phase phase;

    struct driver *driver;      /* NULL while it is being detected */
    struct driver *unknown;     /* in its place until then, or NULL */
    struct flows *flows;
    struct flows *line_flows;   /* of a line without a session, or NULL */
    struct driver **voices;     /* all drivers' consoles; NULL-ended */
    json_t *line_effect;        /* the line is being looked at for it */
    bool astray;                /* the walk has no session yet */
    bool in_line_flow;          /* the walker is in LINE_FLOW */
    bool heard_once;            /* the walk knows what was on the line */
    uint64_t boot_since_ms;     /* boot texts have been seen; 0: none */
    struct walker *walker;
    struct session *session;        /* NULL for saved text */
    struct capture *capture;        /* saved text, or NULL */
    bool host_chosen;               /* whose text, where it holds several */
    json_t *pending;                /* what was asked before any walk */
    struct secrets *secrets;
    struct casefile *journal;   /* NULL: none is kept */
    char *password, *enable;
    struct sim *sim;            /* of a sim: target, or NULL */
    struct port *port;          /* of a serial: target, once it is open */
    struct relink relink;

    json_t *start;              /* the journal's first record */
    json_t *events;             /* all, in order: what the journal holds */
    json_t *facts;              /* name -> the latest fact */
    json_t *replies;            /* command -> reply of this epoch */
    json_t *asking;             /* what is asked now, or NULL */
    json_t *queue;              /* effects that wait (asks, while paused) */
    struct job *jobs;
    size_t job_count, job_cap;
    json_t *waiting;            /* the wait effect under way, or NULL */
    uint64_t wait_due_ms, end_due_ms;
    char *heard;                /* while detecting: the device's text */
    json_t *detect_asked;       /* version commands that were tried */
    char *legacy[DETECT_LEGACY_MAX];    /* old SSH algorithms by banner */
    bool legacy_said;
    bool paused, stepping, stopped, replaying;
    size_t step_path;           /* path length when stepping began */
    char *stop_why;
    struct err err;             /* why it failed; status 0: it did not */

    const char *probing;        /* one probe instead of a walk, or NULL */
    json_t *probe_with, *plan;  /* its parameters; probes still to ask */
    json_t *subject;            /* while probing: the VPN */
};

/* run.c */
struct run *run_prepare(const struct run_options *o,
                        const struct run_listener *listener);
int run_open(struct run *r, struct err *e);
void run_event(struct run *r, json_t *event);       /* steals event */
/* The same without carrying out the effects (new array). */
json_t *run_fold(struct run *r, json_t *event);
void run_changed(struct run *r);
void run_say(struct run *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void run_fail(struct run *r, const struct err *e);
void run_begin_walk(struct run *r);
json_t *run_start_event(struct run *r);
int run_load_driver(struct run *r, const char *name, struct err *e);
int run_load_flow(struct run *r, struct err *e);

int run_open_session(struct run *r, struct transport *t, struct err *e);

/* open.c */
struct transport *run_transport(struct run *r, struct err *e);

/* relink.c */
/* The session ended by a fault; false when the link is not opened again. */
bool relink_lost(struct run *r, const struct err *e);
/* A reply that was cut off by a loss of the link will be asked for again. */
bool relink_cut(const struct run *r, const struct console_reply *rep);
/* The loss itself, where e only says how opening it again failed. */
const struct err *relink_why(struct run *r, const struct err *e);
/* The line came back without its device: it is looked at again later. */
bool relink_stuck(struct run *r);
void relink_tick(struct run *r, uint64_t now);
/* A new session is ready: the walk goes on. */
void relink_whole(struct run *r);
void relink_drop(struct run *r);

/* copy.c */
void options_copy(struct run_options *to, const struct run_options *o);
void options_drop(struct run_options *o);

/* journal.c */
void journal_open(struct run *r);
void journal_add(struct run *r, const json_t *event, bool durable);
void journal_result(struct run *r);
json_t *journal_allowed(const struct run *r);
/* Which flow the walk goes on with, for a resume; steps the walker, too,
 * when it was handed over. */
void journal_flow(struct run *r, const struct flows *f,
                  const struct driver *d, bool handed);

/* effects.c */
void effects_take(struct run *r, json_t *effects);  /* steals effects */
void effects_tick(struct run *r, uint64_t now);
void effects_ask_next(struct run *r);
/* What was asked, waited for or read belongs to the place left. */
void effects_leave(struct run *r);

/* jobs.c */
void jobs_probe(struct run *r, json_t *effect);
void jobs_steps(struct run *r, json_t *effect);
void jobs_by_hand(struct run *r, const char *command, const char *mode);
void jobs_reply(struct run *r, unsigned id, const struct console_reply *rep);
void jobs_drop(struct run *r);
void jobs_pump(struct run *r);          /* sends what may be sent */
const char *jobs_under_way(const struct run *r);    /* a command, or NULL */

/* astray.c: what to do where no session is */
#define LINE_FLOW "console/dead-router"
int astray_load(struct run *r, struct err *e);
void astray_free(struct run *r);
void astray_know(struct run *r);          /* tells the session the profiles */
void astray_stuck(struct run *r);         /* the line leads to no session */
void astray_ready(struct run *r);         /* it does now */
void astray_probe(struct run *r, json_t *effect);
/* By the device's own words on the line (caller frees), or NULL. */
char *astray_driver(struct run *r);
void astray_hand_over(struct run *r, json_t *effect);
const struct driver *run_any_driver(const struct run *r);

/* probe.c */
void probe_begin(struct run *r);
void probe_took(struct run *r);

/* saved.c: a run over saved text */
bool saved_is_target(const struct run *r);
int saved_open(struct run *r, struct err *e);
void saved_pump(struct run *r);
bool saved_asks_host(const struct run *r, const json_t *asked);
void saved_answer_host(struct run *r, const char *answer);
/* The record that answers command, or NULL: not in the file. */
const struct saved_record *saved_take(struct run *r, const json_t *effect,
                                      const char *command,
                                      const struct probe_info *probe);
bool saved_consents(const struct run *r, const json_t *effect);

/* peer.c */
json_t *peer_fact(struct run *r);

/* detect.c */
/* Goes on with what is known, and a reply to what was asked for it (NULL:
 * nothing was): adopts the driver, asks, or gives up. */
void detect_device(struct run *r, const struct console_reply *reply);
void detect_hear(struct run *r, const char *text);
const char *const *detect_legacy(void *arg, const char *software);

#endif
