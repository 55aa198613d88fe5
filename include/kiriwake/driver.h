/*
 * A vendor's CLI as data: drivers/<vendor>/driver.yaml and its templates.
 * See docs/driver-format.md. Everything is loaded, checked and compiled at
 * once; a bad file is an error with file:line:col.
 */
#ifndef KIRIWAKE_DRIVER_H
#define KIRIWAKE_DRIVER_H

#include <stdbool.h>
#include <jansson.h>

#include "kiriwake/console.h"
#include "kiriwake/data.h"
#include "kiriwake/err.h"

enum action_class { CLASS_READ, CLASS_SESSION, CLASS_ACTIVE, CLASS_DISRUPT,
                    CLASS_CONFIG };
const char *class_name(enum action_class c);

struct driver;

struct driver *driver_load(const struct data *data, const char *name,
                           struct err *e);
void driver_free(struct driver *d);
/* Only what the console needs, without probes; name NULL: of devices that no
 * driver is known for yet (drivers/unknown.yaml). */
struct driver *driver_load_line(const struct data *data, const char *name,
                                struct err *e);
/* The names of all drivers there are; as data_list. */
char **driver_names(const struct data *data);

const char *driver_name(const struct driver *d);
const char *driver_title(const struct driver *d);
const struct console_profile *driver_console(const struct driver *d);
const char *const *driver_secrets(const struct driver *d);  /* patterns */
const char *const *driver_ssh_legacy(const struct driver *d);
/* Saved text (see saved.h): headers of tech-support files, what may stand
 * before a command, and the forms of every probe's commands. */
const char *const *driver_sections(const struct driver *d);
const char *const *driver_ends(const struct driver *d);     /* last lines */
const char *const *driver_prefixes(const struct driver *d);
const char *const *driver_forms(const struct driver *d);
unsigned driver_baud(const struct driver *d);
/* On a serial line: ms between two typed characters. */
unsigned driver_pace(const struct driver *d);
/* FNV-1a 64 over the driver's files, as hex. */
const char *driver_digest(const struct driver *d);
/* {vpns: probe, …}: the raw file as JSON, for listings. */
const json_t *driver_json(const struct driver *d);

/* The JSON Schema of driver files (new reference). */
json_t *driver_schema(void);

/* Chooses the dialects for a device by the facts of its version probe; until
 * then the commands are those of the probes themselves. */
void driver_adapt(struct driver *d, const json_t *version);

/* Does this SSH banner, or this text of the console, belong to it? */
bool driver_detects(const struct driver *d, const char *ssh_banner,
                    const char *text);

/* --- probes --- */

struct probe_info {
    const char *name;
    enum action_class class;
    const char *mode;           /* NULL: any */
    bool unverified;            /* its format was never sourced */
    const char *logs;           /* the line behind which its reply holds log
                                   lines: PCRE2; NULL: it holds none */
    size_t command_count;       /* alternatives */
    unsigned timeout_ms;        /* of one command; 0: the session's */
    const char *const *needs;   /* probes whose facts its chunk reads */
};
/* NULL when the driver has no such probe. */
const struct probe_info *driver_probe(const struct driver *d,
                                      const char *name);
/* All probe names, NULL-ended (borrowed). */
const char *const *driver_probes(const struct driver *d);

/*
 * The i-th alternative's command with its parameters filled in (caller
 * frees). Every parameter is validated by its type before: ip, int, ifname,
 * word; NULL and *e (64) when one is missing or not of its type.
 */
char *driver_command(const struct driver *d, const char *probe, size_t i,
                     const json_t *with, struct err *e);

/*
 * A reply as a fact:
 *   {"probe": "ipsec_sa", "state": "present|absent|unreadable",
 *    "reason": null or text, "facts": {…} or null,
 *    "lines": {"/sas/0": [3, 4]}, "unverified": false,
 *    "command": "show ipsec sa", "text": "…",
 *    "reply": "complete|not"}
 * subject: the VPN ({} before it is chosen); env: facts of the probes it
 * needs, by name, as for script_eval. Never fails: what cannot be read is
 * unreadable, with the reason.
 */
json_t *driver_read(const struct driver *d, const char *probe,
                    const struct console_reply *reply, const json_t *subject,
                    const json_t *env);

/*
 * Does the probe's `confirm:` hold of a fact that was read: is what it lacks
 * proved only when a second reading lacks it as well? env as for driver_read.
 */
bool driver_unsure(const struct driver *d, const char *probe,
                   const json_t *fact, const json_t *env);

#endif
