/*
 * A loaded flow as the walker sees it. Everything belongs to struct flows:
 * structs to its pool, strings to its YAML documents, chunks to its script.
 */
#ifndef KIRIWAKE_FLOW_MODEL_H
#define KIRIWAKE_FLOW_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <jansson.h>

#include "kiriwake/flow.h"
#include "kiriwake/script.h"
#include "kiriwake/yaml.h"

struct source;

/* A compiled expression. */
struct expr {
    const struct script_chunk *chunk;
    const char *code;           /* as written */
    const json_t *names;        /* script_names: dotted paths */
    const struct yaml_node *at;
    const struct source *src;
};

/* A text with {EXPR} in it: pieces, in order. */
struct piece {
    const char *literal;        /* or NULL */
    const struct expr *expr;
};
struct phrase {
    struct piece *pieces;
    size_t count;
};

/* {en: …, ja: …}; ja is NULL when it was not written. */
struct flow_text {
    struct phrase *en, *ja;
};

/* A value that may be an expression ("=EXPR"). */
struct value {
    const char *name;           /* of a parameter */
    json_t *plain;              /* NULL when expr is set */
    const struct expr *expr;
};

/* One use of a probe: PROBE in docs/flow-format.md. */
struct use {
    const struct yaml_node *at;
    const struct source *src;
    const char *probe, *as;
    struct value *with;
    size_t with_count;
    bool fresh;                 /* read anew at each visit */
};

struct uses {
    struct use **items;
    size_t count;
};

struct words {
    const char **items;
    size_t count;
};

enum next_kind { NEXT_NONE, NEXT_POINT, NEXT_OPEN, NEXT_HEALTHY };

struct next {
    enum next_kind kind;
    const char *word;           /* as written; NULL: not written */
    const struct yaml_node *at;
    const struct checkpoint *point;
};

/* An outcome of a check point; an answer is one, too. */
struct outcome {
    const struct yaml_node *at;
    const struct expr *when;    /* NULL: otherwise, or an answer */
    bool otherwise;
    bool abnormal;
    const char *id;
    const struct flow_text *label, *because, *decide_by;
    const char *finding;        /* or NULL */
    bool likely;
    bool own_alternatives;      /* alternatives were written here */
    struct words alternatives, suspects, rules_out;
    struct words given;         /* check points the finding rests on */
    struct next next;
    const char *undo;           /* a do check point's id, or NULL */
    const struct checkpoint *undo_point;
    const char *result;         /* return: WORD, or NULL */
};

struct step {
    const struct yaml_node *at;
    const struct phrase *send;
    enum action_class class;
    const char *mode;           /* or NULL */
    struct uses state;
    const struct expr *present, *verify, *restored;
    const struct phrase *undo;  /* or NULL */
    const struct expr *undo_expr;
};

enum point_kind { POINT_ASK, POINT_GUIDE, POINT_PROBE, POINT_SAMPLE,
                  POINT_DO, POINT_BISECT, POINT_CALL, POINT_KINDS };
extern const char *const point_kind_names[POINT_KINDS];

struct bisect {
    struct value low, high;
    const char *as;
    struct use *probe;
    const struct expr *pass;
};

struct result_next {
    const char *result;
    struct next next;
};

struct checkpoint {
    const struct yaml_node *at;
    const struct source *src;
    const struct flow *flow;
    const char *id;
    size_t index;                       /* in its flow's points */
    enum point_kind kind;
    const struct flow_text *title, *why, *expect, *question;
    struct words covers;
    const char *normal, *abnormal;      /* samples, or NULL */
    struct outcome *outcomes;
    size_t outcome_count;
    struct outcome *answers;
    size_t answer_count;
    const char *input;                  /* type, or NULL */
    const struct expr *suggest;
    struct uses uses;                   /* probe, sample; ask: show */
    unsigned every_ms;
    struct use *stimulate;
    struct step *steps;
    size_t step_count;
    struct bisect *bisect;
    const char *call;                   /* FLOW, FLOW#CHECKPOINT or device */
    const struct checkpoint *target;
    struct result_next *results;
    size_t result_count;
    struct next next, unreadable, denied, unanswered, unconfirmed;
    bool included;                      /* by include: may be unused */
};

struct flow {
    const char *name;
    const struct source *src;
    const struct yaml_node *root;
    const struct flow_text *title;
    bool needs_vpn;                     /* subject: vpn */
    unsigned visits;
    struct words drivers;
    struct next start;
    struct checkpoint **points;
    size_t count, cap;
};

struct finding {
    const char *id;
    const struct yaml_node *at;
    const struct flow_text *title, *explanation, *decide_by, *fix;
    struct words alternatives;
    const struct yaml_node *commands;   /* driver -> commands */
    struct command_set *sets;
    size_t set_count;
    json_t *json;                       /* owned by the pool's values */
};

struct command_set {
    const char *driver;
    struct phrase **commands;
    size_t count;
};

/* A file that was read: kept, for strings and messages. */
struct source {
    struct yaml_doc *doc;
    char *path;                         /* below the data directory */
};

struct diag;

struct flows {
    const struct data *data;
    const struct driver *driver;        /* or NULL */
    struct script *script;
    struct flow **flows;                /* [0] is the one asked for */
    size_t flow_count, flow_cap;
    struct source **sources;
    size_t source_count, source_cap;
    struct finding *findings;
    size_t finding_count;
    void **pool;
    size_t pool_count, pool_cap;
    json_t *values;                     /* array: keeps JSON alive */
    json_t *json;                       /* flows_json */
    json_t *plain_names;                /* as -> true: every fact's name */
    char digest[17];
    struct diag *diag;                  /* while loading */
};

/* --- pool.c --- */
void *flows_alloc(struct flows *f, size_t size);
char *flows_strdup(struct flows *f, const char *s, size_t len);
json_t *flows_keep(struct flows *f, json_t *value);

/* --- diag.c: what is wrong with the files --- */
struct diag {
    struct err *first;          /* gets the first error, may be NULL */
    json_t *list;               /* [{level, text}] */
    size_t errors;
};
void diag_error(struct flows *f, const struct source *src,
                const struct yaml_node *at, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void diag_warn(struct flows *f, const struct source *src,
               const struct yaml_node *at, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* An error that was already put into words. */
void diag_take(struct flows *f, const struct err *e);
/* "'x'; did you mean y?" for a word that is none of the names. */
void diag_unknown(struct flows *f, const struct source *src,
                  const struct yaml_node *at, const char *what,
                  const char *word, const char *const *names, size_t count);

/* --- fields.c: the tables --- */
extern const struct yaml_field flow_fields[], point_fields[],
    outcome_fields[], answer_fields[], step_fields[], input_fields[],
    use_fields[], bisect_fields[], finding_fields[], fix_fields[],
    samples_fields[];
/* The kinds (bits of enum point_kind) that a check point's key belongs to. */
unsigned point_field_kinds(const char *key);
extern const char *const answer_types[];

/* --- source.c --- */
struct source *source_read(struct flows *f, const char *path,
                           struct err *e);
struct source *source_from(struct flows *f, const struct data_file *file,
                           const char *path, struct err *e);

/* --- expr.c --- */
const struct expr *expr_load(struct flows *f, const struct source *src,
                             const struct yaml_node *at);
/* Of text that begins at offset bytes into the node's text. */
const struct expr *expr_part(struct flows *f, const struct source *src,
                             const struct yaml_node *at, const char *code,
                             size_t offset);
const struct phrase *phrase_load(struct flows *f, const struct source *src,
                                 const struct yaml_node *at);
const struct flow_text *text_load(struct flows *f, const struct source *src,
                                  const struct yaml_node *at);
bool value_load(struct flows *f, const struct source *src,
                const struct yaml_node *at, struct value *out);
struct words words_load(struct flows *f, const struct yaml_node *at);
/* Does it read this root name? */
bool expr_reads(const struct expr *x, const char *root);
/* The i-th name's first part into out; false at the end. */
bool expr_root(const struct expr *x, size_t i, char *out, size_t size);

/* --- point.c, outcome.c, use.c, step.c --- */
struct checkpoint *point_load(struct flows *f, struct flow *flow,
                              const struct source *src,
                              const struct yaml_node *key,
                              const struct yaml_node *at);
void outcomes_load(struct flows *f, struct checkpoint *p,
                   const struct yaml_node *list);
void answers_load(struct flows *f, struct checkpoint *p,
                  const struct yaml_node *map);
struct use *use_load(struct flows *f, const struct source *src,
                     const struct yaml_node *at);
/* A fact that the engine itself gives, whatever the driver. */
bool use_is_builtin(const char *probe);
/* call: device goes on with the device's own first flow. */
bool call_is_device(const struct checkpoint *p);
struct uses uses_load(struct flows *f, const struct source *src,
                      const struct yaml_node *at);
void steps_load(struct flows *f, struct checkpoint *p,
                const struct yaml_node *list);
struct next next_load(const struct yaml_node *at);

/* --- findings.c --- */
void findings_add(struct flows *f);
const struct finding *finding_of(const struct flows *f, const char *id);

/* --- check.c and its pieces --- */
void flow_check(struct flows *f, struct flow *flow);
void names_check(struct flows *f, struct flow *flow);
const struct checkpoint *flow_point(const struct flow *flow, const char *id);
struct flow *flows_find(const struct flows *f, const char *name);
/* Marks what can be reached from p (an array of flow->count); for calls, the
 * return's points follow. */
void flow_reach(const struct flow *flow, const struct checkpoint *p,
                bool *seen);
/* Calls back with each NEXT of a check point and a label for it. */
void point_each_next(const struct checkpoint *p,
                     void (*each)(void *arg, const struct next *n,
                                  const char *label),
                     void *arg);

/* --- load.c --- */
/* Reads a flow's file into f, with what it includes and calls. */
struct flow *flow_read(struct flows *f, const char *name,
                       const struct source *src);

#endif
