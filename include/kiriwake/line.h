/*
 * What is on the line? Wakes it and tells: silent, noise, boot texts, a boot
 * monitor, a login, a session left open, a pager. A pure core: bytes and
 * silences in; bytes to send, a speed to set and a verdict out. The same
 * bytes between the same silences give the same verdict, however they are
 * split.
 *
 * Nothing is typed while bytes come, after boot texts, or at a boot monitor;
 * all that is ever typed is a line end and a pager's key.
 */
#ifndef KIRIWAKE_LINE_H
#define KIRIWAKE_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <jansson.h>

#include "kiriwake/buf.h"
#include "kiriwake/console.h"
#include "kiriwake/err.h"

enum line_state {
    LINE_LOOKING,       /* no verdict yet */
    LINE_SILENT,        /* nothing comes back, at no speed */
    LINE_NOISE,         /* something comes back, at no speed is it text */
    LINE_BOOTING,       /* boot texts, and no prompt since */
    LINE_MONITOR,       /* a boot monitor: monitor names it */
    LINE_LOGIN,         /* asks for the user name */
    LINE_PASSWORD,      /* asks for a password alone */
    LINE_PROMPT,        /* a session: mode */
    LINE_PAGER,         /* a pager that nothing ends */
    LINE_ASKS,          /* a question that is never answered here */
    LINE_LOG,           /* log lines come, and nothing else */
    LINE_TEXT,          /* text that nobody knows */
};
const char *line_state_name(enum line_state s);     /* "silent", … */

struct line_options {
    /* Drivers' profiles, the likeliest first; borrowed, as all below. */
    const struct console_profile *const *profiles;
    size_t profile_count;
    unsigned baud;          /* tried first */
    bool speeds;            /* the line's speed can be set */
    unsigned patience_ms;   /* silence before a line end is sent; 0: 1100 */
};

struct line_verdict {
    enum line_state state;
    unsigned baud;              /* in use; 0: no speed */
    const char *driver;         /* by the device's own words, or NULL */
    const char *mode;           /* of the first profile that knows it */
    const char *monitor;        /* its name */
    unsigned boots;             /* how often the same start began */
    char *line;                 /* the unfinished line, safe UTF-8 */
    size_t bytes;               /* heard in all */
};

struct line_look;

/* NULL and *e (65): a pattern is bad. */
struct line_look *line_look_new(const struct line_options *o, struct err *e);
void line_look_free(struct line_look *l);

void line_look_receive(struct line_look *l, const char *bytes, size_t len);
/* No byte has come, none was sent and no speed set for ms. */
void line_look_idle(struct line_look *l, unsigned ms);
/* The silence at which line_look_idle is wanted next; 0: no more. */
unsigned line_look_due(const struct line_look *l);
/* Time is up: a verdict by what was heard. */
void line_look_stop(struct line_look *l);
/* Looks once more, and listens first for so long (0: as at first). What was
 * heard of a start is kept. */
void line_look_again(struct line_look *l, unsigned patience_ms);

/* To be sent; the edge drops what it sent. */
struct buf *line_look_output(struct line_look *l);
/* A speed to be set, once; 0: none. What came before at the old one must not
 * be received any more. */
unsigned line_look_speed(struct line_look *l);

/* LINE_LOOKING while there is none. Valid until the next call. */
const struct line_verdict *line_look_verdict(struct line_look *l);
/* The unfinished line as it came, for the dialogue that follows. */
const char *line_look_pending(const struct line_look *l, size_t *len);
/* What was heard, the last part of it, in lines of safe UTF-8; *boots: the
 * numbers of the lines (from 1) that began a start (new reference). Without
 * a byte of it: one line for each speed that was tried. */
char *line_look_text(struct line_look *l, json_t **boots);

#endif
