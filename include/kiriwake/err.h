/*
 * An error as a value: what was attempted, what came back, what to try.
 * Filled by the function that failed; the caller decides where it is shown.
 */
#ifndef KIRIWAKE_ERR_H
#define KIRIWAKE_ERR_H

/* Exit statuses of the program (see kiriwake(1)). */
enum exit_status {
    EXIT_HEALTHY = 0,     /* also: command done */
    EXIT_DIAGNOSED = 1,
    EXIT_OPEN = 2,
    EXIT_FAILED = 3,      /* not reached, login refused, link lost */
    EXIT_NOT_UNDONE = 4,
    EXIT_USAGE = 64,
    EXIT_DATA = 65,       /* bad flow, driver or template */
    EXIT_INTERNAL = 70,
    EXIT_INTERRUPTED = 130,
};

struct err {
    int status;           /* an enum exit_status; 0: no error */
    char stage[24];       /* "connect", "login", … or empty */
    char what[1400];      /* may hold several lines for data files */
    char hint[400];       /* what to do next, or empty */
};

/* Sets status and what; keeps stage and hint. Returns -1 for `return`. */
int err_set(struct err *e, int status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Sets what to try next. */
void err_hint(struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Names the stage at which the error happened. */
void err_stage(struct err *e, const char *stage);

/*
 * An error in a data file, as compilers print it:
 *   name:line:col: message
 *      the line
 *         ^
 * text is the whole file (NUL-terminated, may be NULL: no line is shown),
 * line and col are 1-based, col counts bytes. Returns -1.
 */
int err_at(struct err *e, const char *name, const char *text, int line,
           int col, const char *fmt, ...)
    __attribute__((format(printf, 6, 7)));

#endif
