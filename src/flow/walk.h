/* The walker's inside, shared by its parts. */
#ifndef KIRIWAKE_FLOW_WALK_H
#define KIRIWAKE_FLOW_WALK_H

#include <stdbool.h>
#include <jansson.h>

#include "kiriwake/walker.h"

#include "model.h"

enum phase {
    PHASE_NEW,          /* before start */
    PHASE_SUBJECT,      /* which VPN? */
    PHASE_WALK,
    PHASE_UNDO,         /* an outcome's undo:, then goes on */
    PHASE_ENDING,       /* undoing everything, then done */
    PHASE_DONE,
};

/* Something asked, and what was said. */
struct reply {
    int effect;                 /* the ask's number; 0: not asked */
    bool given;
    json_t *answer;             /* id, input or null; owned */
    char *remark;               /* or NULL */
};

/* One visit of a check point; cleared when it is entered or begun again. */
struct visit {
    int stage;                  /* the kind's own */
    int consent;                /* its effect, while open */
    bool granted, denied;       /* consent, of this visit only */
    struct reply ask;           /* the question */
    struct reply doubt;         /* unreadable or unverified */
    bool unconfirmed;           /* the doubt is "unverified" */
    char *reason;               /* of the doubt */
    int wait;                   /* its effect, while open */
    bool again;                 /* a sample was repeated once */
    json_t *before;             /* sample: the earlier facts */
    json_int_t low, high, now;  /* bisect */
    struct change *change;      /* do; borrowed */
};

/* A change that was, or may have been, made. */
struct change_step {
    const struct step *step;
    char *send;
    json_t *undo;               /* [command]; may be empty */
    json_t *reads;              /* [{probe, path, value}] as it was before */
    bool present;               /* need not be sent */
    bool sent;                  /* or may have been */
};
#define CHANGE_GIVEN_UP (-1)    /* stage: nothing more is tried */
struct change {
    const struct checkpoint *point;
    struct change_step *steps;
    size_t count;
    bool sent, undone, verified;
    bool complete;              /* every reply to the last commands was */
    bool unsure;                /* they may have been done, or not */
    unsigned resumes;           /* of the walker, when it was made */
    int effect;                 /* the do or undo that is open */
    int stage;                  /* of the undoing; 0: not begun */
};

/* What `back` restores. */
struct step_back {
    const struct checkpoint *point;
    const struct checkpoint **stack;
    size_t depth;
    json_t *state;
    bool human;                 /* a human answered here */
};

struct walker {
    const struct flows *f;
    const struct driver *d;
    enum phase phase;
    bool moved;                 /* another turn is needed */
    json_t *options;            /* of the start event */
    json_t *vpns;               /* the list; NULL before */
    unsigned resumes;
    int last_effect;
    json_t *open;               /* effects not yet answered */
    json_t *out;                /* effects of this step */
    json_t *facts;              /* of this epoch, by name */
    json_t *latest;             /* of any epoch: for texts */
    json_t *bisected;           /* name -> integer or null */
    json_t *decided;            /* checkpoint -> evidence, as last decided */
    const struct checkpoint *at;
    json_t *busy;               /* a fact that a held lock kept away */
    const struct flows *next_f; /* a hand-over's, until its event */
    const struct driver *next_d;
    struct visit visit;
    const struct checkpoint **stack;    /* points that called */
    size_t depth, stack_cap;
    json_t *state;              /* {subject, path, answers, outcomes,
                                   findings, suspects, ruled_out, visits,
                                   pending} */
    struct step_back *trail;
    size_t trail_count, trail_cap;
    struct change **changes;
    size_t change_count, change_cap;
    const struct checkpoint *undo_only; /* PHASE_UNDO */
    const struct outcome *undo_for;     /* whose exit follows */
    const char *end;            /* "healthy", "diagnosed", … */
    char *stopped;              /* why, or NULL */
    enum phase stopped_in;      /* what a resume goes on with */
    json_t *error;              /* {stage, what, try}, or NULL */
};

/* --- walk.c --- */
int walk_emit(struct walker *w, json_t *effect);
/* The open effect with that number (borrowed), or NULL. */
json_t *walk_open_effect(const struct walker *w, json_int_t n);
void walk_close(struct walker *w, json_int_t n);
void walk_drop_open(struct walker *w);
void walk_enter(struct walker *w, const struct checkpoint *p);
void walk_go(struct walker *w, const struct next *n);
/* Where an outcome leads. */
void walk_leave(struct walker *w, const struct outcome *o);
void walk_end(struct walker *w, const char *how);
void walk_return(struct walker *w, const char *result);
void walk_error(struct walker *w, const char *stage, const char *what,
                const char *try);
bool walk_interactive(const struct walker *w);
void visit_clear(struct visit *v);
void reply_clear(struct reply *r);

/* --- back.c --- */
void trail_push(struct walker *w, const struct checkpoint *p);
void trail_human(struct walker *w);
bool trail_can_back(const struct walker *w);
void trail_back(struct walker *w);
void trail_clear(struct walker *w);
void trail_free(struct walker *w);

/* --- facts.c --- */
void facts_new_epoch(struct walker *w);
void facts_take(struct walker *w, const json_t *effect, json_t *fact);
json_t *facts_get(const struct walker *w, const char *as);
/* See to it that what is named is read in this epoch; false while something
 * is still asked. */
bool facts_ensure(struct walker *w, const struct uses *uses);
bool facts_ensure_use(struct walker *w, const struct use *u);
bool facts_ensure_expr(struct walker *w, const struct expr *x);
bool facts_ensure_outcomes(struct walker *w, const struct checkpoint *p);
bool facts_ensure_phrase(struct walker *w, const struct phrase *p);
/* The parameters' own reads. */
bool facts_ensure_with(struct walker *w, const struct use *u);
/* Those that are to be read anew are forgotten. */
void facts_freshen(struct walker *w, const struct uses *uses);
/* It will be asked again. */
void facts_forget(struct walker *w, const char *as);
void facts_prefetch(struct walker *w, const struct checkpoint *p);
/* Its parameters (new reference); NULL and *reason (owned). */
json_t *facts_with(struct walker *w, const struct use *u, char **reason);
/* Did x, having read reads, look at a fact of unverified format? */
bool facts_unverified(const struct walker *w, const struct expr *x,
                      const json_t *reads);

/* --- eval.c --- */
void eval_expr(const struct walker *w, const struct expr *x,
               struct script_outcome *out);
/* -1: unreadable (*reason owned by the caller), else 0 or 1. */
int eval_bool(const struct walker *w, const struct expr *x, char **reason);
/* A text in both languages, {en, ja}; null for NULL. */
json_t *eval_text(const struct walker *w, const struct flow_text *t);
/* In the chosen language; "" for NULL (caller frees). */
char *eval_said(const struct walker *w, const struct flow_text *t);
/* A command (caller frees); NULL and *missing (owned, may be NULL itself)
 * when a value is missing or holds a control character. stale: older facts
 * will do; secrets become <KEY>. */
char *eval_command(const struct walker *w, const struct phrase *p,
                   bool stale, char **missing);

/* --- permit.c --- */
enum permit { PERMIT_YES, PERMIT_WAIT, PERMIT_NO };
bool permit_class(const struct walker *w, enum action_class class);
enum action_class use_class(const struct walker *w, const struct use *u);
enum permit permit_uses(struct walker *w, const struct uses *uses);
/* Takes commands and undo (arrays). */
enum permit permit_ask(struct walker *w, enum action_class class,
                       json_t *commands, json_t *undo);
/* The same for what may have been done already: permission is not enough,
 * somebody must want it. */
enum permit permit_again(struct walker *w, enum action_class class,
                         json_t *commands, json_t *undo);
/* Appends what would be sent. */
void use_commands(struct walker *w, const struct use *u, json_t *commands);

/* --- decide.c --- */
/* Evaluates the outcomes and moves on, or asks in doubt. */
void decide(struct walker *w);
void decide_unreadable(struct walker *w, const char *reason);
void decide_skipped(struct walker *w, const char *because);
/* Takes an outcome; evidence (an array) is taken over. */
void decide_outcome(struct walker *w, const struct outcome *o,
                    const char *by, const char *because, json_t *evidence);
const struct outcome *outcome_of(const struct outcome *list, size_t count,
                                 const char *id);

/* --- path.c --- */
void path_add(struct walker *w, const char *outcome, const char *by,
              const char *because, const char *next);
bool path_healthy(const struct walker *w);
/* reads as script_outcome's. */
json_t *evidence_of(const struct walker *w, const json_t *reads);
void path_note(struct walker *w, const struct outcome *o, json_t *evidence);
/* The walk stopped because somebody else holds a lock: says so. */
void path_note_busy(struct walker *w);
/* Its finding is only suspected. */
void path_suspect(struct walker *w, const struct outcome *o);
void path_unanswered(struct walker *w, const struct outcome *list,
                     size_t count);

/* --- ask.c, sample.c, bisect.c, do.c, undo.c, subject.c --- */
void ask_run(struct walker *w);
/* Emits an ask about the check point. */
void ask_emit(struct walker *w, struct reply *r, const char *why,
              const struct outcome *list, size_t count, const char *suggest,
              const char *reason);
/* Takes an answer; false when it is none of the answers. */
bool ask_answered(struct walker *w, const json_t *effect,
                  const json_t *event);
/* Remembers an answer that was decided by hand. */
void ask_keep(struct walker *w, const struct outcome *o);
void sample_run(struct walker *w);
/* What a fact of that name is read for here: "first" or "second" reading of
 * a sample, its "stimulus"; NULL: none of these. */
const char *sample_mark(const struct walker *w, const char *as);
void bisect_run(struct walker *w);
void do_run(struct walker *w);
/* The visit begins again: what it has done is not planned anew. */
void do_keep(struct walker *w, struct change *c);
void do_did(struct walker *w, struct change *c, const json_t *results);
void undo_run(struct walker *w, const struct checkpoint *only);
void subject_run(struct walker *w);
void change_free(struct change *c);
/* Are the values that were read the same now? -1: cannot be told. */
int change_same(const struct walker *w, const json_t *reads);
json_t *change_reads(const struct walker *w, const json_t *reads);

#endif
