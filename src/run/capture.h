/* A saved file in place of a device: which record answers which request. */
#ifndef KIRIWAKE_RUN_CAPTURE_H
#define KIRIWAKE_RUN_CAPTURE_H

#include "kiriwake/buf.h"
#include "kiriwake/data.h"
#include "kiriwake/driver.h"
#include "kiriwake/saved.h"
#include "kiriwake/secrets.h"

struct capture;

/* What a request is for, where a sample asks. */
enum capture_mark {
    CAPTURE_PLAIN,
    CAPTURE_FIRST,          /* a sample's first reading */
    CAPTURE_STIMULUS,       /* what made traffic between them */
    CAPTURE_SECOND,         /* its second reading: after all of those */
};

struct capture_request {
    const char *command;
    enum capture_mark mark;
    bool once;              /* no record answers it twice */
};

/*
 * Opens path ("-": standard input) and reads its beginning. NULL and *e (64)
 * when it cannot be read.
 */
struct capture *capture_open(const char *path, struct err *e);
void capture_free(struct capture *c);

/* The name of the only driver that knows this text (new string), or NULL. */
char *capture_detect(struct capture *c, const struct data *data);

/* Reads the rest of it as d's text; scrubs all of it. Borrows d. -1 and *e
 * (64: reading failed, 65: a pattern). */
int capture_read(struct capture *c, const struct driver *d,
                 struct secrets *secrets, struct err *e);

/* NULL-ended; more than one: capture_choose must name one. */
const char *const *capture_hosts(const struct capture *c);
bool capture_choose(struct capture *c, const char *host);
/* The chosen or only one; NULL: none, or the file names none. */
const char *capture_host(const struct capture *c);

/*
 * The record that answers it, or NULL: not in the file. Within an epoch the
 * same request is answered by the same record; in the next one by the next
 * record, or by the same where there is none and the mark allows it.
 */
const struct saved_record *capture_take(struct capture *c,
                                        const struct capture_request *q);
/* Would capture_take answer it, if it made traffic now? */
bool capture_has(const struct capture *c, const char *command);
void capture_new_epoch(struct capture *c);

/* What was read, and what could not be: one line at a time. */
void capture_describe(const struct capture *c,
                      void (*say)(void *arg, const char *text), void *arg);

#endif
