/* A device program: Lua 5.4 in a sandbox, deterministic, with limits. */
#ifndef SIM_PROGRAM_H
#define SIM_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <jansson.h>

#include "kiriwake/data.h"
#include "kiriwake/err.h"

struct program;

/* What the program may do; arg is the owner's. */
struct program_host {
    void *arg;
    void (*out)(void *arg, const char *text, size_t len);
    void (*wait)(void *arg, unsigned ms);   /* before what follows */
    double (*now)(void *arg);               /* seconds since the start */
    void (*rows)(void *arg, unsigned rows); /* of the pager; 0: off */
    void (*width)(void *arg, unsigned columns);
    /* What the pager shows, and what it sends to erase that. */
    void (*pager)(void *arg, const char *text, const char *erase);
    /* This reply is paged whatever rows says, and its end stands (as the text
     * end) until q or Ctrl-C. */
    void (*viewer)(void *arg, const char *end);
    /* What becomes of typed bytes: "no" (they are read), "busy" (lost while
     * something is printed, but Ctrl-C is key "break"), "dead" (lost). */
    void (*deaf)(void *arg, const char *how);
    void (*close)(void *arg);
};

/*
 * Loads drivers/<driver>/sim/device.lua, which returns a table of
 * functions. NULL and *e (65) when it is missing or wrong.
 */
struct program *program_new(const struct data *data, const char *driver,
                            const struct program_host *host, struct err *e);
void program_free(struct program *p);

/* Does it have this function? */
bool program_has(struct program *p, const char *name);
/* Calls it with one argument (borrowed; NULL: none). -1 and *e (65). */
int program_call(struct program *p, const char *name, const json_t *arg,
                 struct err *e);
/* The same, and gives its first result: a string (new, may be NULL) and
 * whether its second result is not false. */
char *program_text(struct program *p, const char *name, const json_t *arg,
                   bool *flag, struct err *e);

#endif
