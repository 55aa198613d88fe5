/* What the parts of a driver share. */
#ifndef KIRIWAKE_DRIVER_INTERNAL_H
#define KIRIWAKE_DRIVER_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <pcre2.h>

#include "kiriwake/driver.h"
#include "kiriwake/facts.h"
#include "kiriwake/script.h"
#include "kiriwake/textfsm.h"
#include "kiriwake/yaml.h"

/* A command: its alternatives, and what a dialect puts in their place. */
struct command_set {
    char **texts;
    size_t count;
};

struct parameter {
    char *name;
    const char *type;           /* ip, int, ifname, word */
    bool optional;
};

struct probe {
    struct probe_info info;
    struct command_set commands;
    struct command_set *adapted;        /* by the dialect in force, or NULL */
    struct parameter *parameters;
    size_t parameter_count;
    struct textfsm *template;           /* owned by the driver's list */
    pcre2_code *absent;
    bool absent_empty;
    struct script_chunk *absent_if, *check, *confirm, *facts;
    char *check_text;
    char **needs;
};

struct message {
    pcre2_code *match;
    char *event;
    json_t *set;                        /* constants, or NULL */
};

struct dialect {
    struct script_chunk *when;
    struct dialect_probe {
        struct probe *probe;
        struct command_set commands;
    } *probes;
    size_t count;
};

struct template_file {
    char *name;
    struct textfsm *template;
};

struct driver {
    char *name, *title;
    struct yaml_doc *doc;
    json_t *json;
    struct console_profile console;
    struct console_mode *modes;
    struct console_named *monitors;
    char **encodings, **refused, **traps, **secrets, **legacy;
    char **sections, **ends, **prefixes, **forms;
    unsigned baud, pace;
    char **boot_banner, **boot_text, **boot_ready, **log;
    char digest[17];
    uint64_t hash;
    pcre2_code *ssh_banner, *text;
    pcre2_code **log_patterns;          /* NULL-ended */
    struct script *script;
    struct template_file *templates;
    size_t template_count, template_cap;
    struct message *messages;
    size_t message_count;
    struct dialect *dialects;
    size_t dialect_count;
    struct probe *probes;
    size_t probe_count;
    const char **probe_names;
};

/* What loading needs to name places. */
struct loader {
    struct driver *d;
    const struct data *data;
    struct err *e;
};

extern const struct yaml_field driver_fields[];
/* Of drivers/unknown.yaml: what is known of a line before its device is. */
extern const struct yaml_field driver_line_fields[];

/* Lua's truth: a value that is neither nil nor false. */
bool driver_says_yes(const struct script_outcome *out);
struct probe *driver_find(const struct driver *d, const char *name);

/* pattern.c: patterns as data files hold them. */
pcre2_code *pattern_compile(const struct yaml_doc *doc,
                            const struct yaml_node *node, struct err *e);
bool pattern_is_in(const pcre2_code *code, const char *s, size_t len);
/* Begins with it. */
bool pattern_begins(const pcre2_code *code, const char *s, size_t len);
/* Any line of text. */
bool pattern_matches_line(const pcre2_code *code, const char *text);
/* The named groups that matched, as an object; NULL: no match. */
json_t *pattern_groups(const pcre2_code *code, const char *s);

/* forms.c: every command of every probe, as saved text may hold it. */
void driver_load_forms(struct driver *d);

/* cli.c, probe.c, message.c, dialect.c: parts of loading; -1 and *e. */
int driver_load_cli(struct loader *l);
int driver_load_probes(struct loader *l);
int driver_load_messages(struct loader *l);
int driver_load_dialects(struct loader *l);
void driver_free_cli(struct driver *d);
void driver_free_probes(struct driver *d);
void driver_free_messages(struct driver *d);
void driver_free_dialects(struct driver *d);

/* quiet.c: the log lines that a console prints into a reply are blank in the
 * copy, so that lines keep their numbers; NULL when there is none. A line that
 * one was printed into stays as it is. */
int driver_load_logs(struct loader *l);
void driver_free_logs(struct driver *d);
char *driver_quiet(const struct driver *d, const char *text);

/* Scalars of a list or a scalar (or of nothing) as a NULL-ended array. */
char **driver_words(const struct yaml_node *node);
void driver_words_free(char **words);
/* Fills the parameters from "with". */
int driver_load_parameters(struct loader *l, struct probe *p,
                           const struct yaml_node *with);
int command_set_load(struct command_set *c, const struct yaml_node *node,
                     const struct probe *p, const struct loader *l);
void command_set_free(struct command_set *c);
/* Where the text of a node begins in the file. */
struct script_place driver_place(const struct loader *l,
                                 const struct yaml_node *node);
/* Names that a chunk reads must be among allowed (NULL-ended lists). */
int driver_check_names(const struct loader *l, const struct script_chunk *c,
                       const char *const *allowed,
                       char *const *more);
/* Mixes a file into the digest. */
void driver_hash(struct driver *d, const char *text, size_t len);

#endif
