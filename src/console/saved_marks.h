/* What others than the device wrote into a saved text: terminals and clients
 * where a session begins or ends, people where they left something out. */
#ifndef CONSOLE_SAVED_MARKS_H
#define CONSOLE_SAVED_MARKS_H

#include "pattern.h"

#define SAVED_SHAPE 8       /* bytes that tell how lines begin */

struct saved_marks {
    struct patterns breaks, left_out;
    struct pattern *steady;
    bool dots;              /* the line before was but two dots, upright */
    char fills[SAVED_SHAPE + 1];    /* how it began, when it filled the
                                       screen; "": it did not */
    /* Of this reply, and of the whole text: some such line seems to go on
     * below; the widest line, in columns. */
    struct saved_width {
        bool goes_on;
        int widest;
    } here, all;
};

/* -1 and *e; saved_marks_free releases it in either case. */
int saved_marks_load(struct saved_marks *m, struct err *e);
void saved_marks_free(struct saved_marks *m);

/* A session begins or ends in the line; *at: where that is written, behind
 * what the device said. */
bool saved_marks_break(struct saved_marks *m, const char *line, size_t len,
                       size_t *at);
/* The line stands for others. */
bool saved_marks_left_out(struct saved_marks *m, const char *line,
                          size_t len);

/* A command, typed where configurations are changed, that leaves what routers
 * are asked for as it is: it looks, leaves, or switches on a log. */
bool saved_marks_is_steady(struct saved_marks *m, const char *typed);
/* A line of a reply: how far it goes. */
void saved_marks_measure(struct saved_marks *m, const char *line, size_t len);
/* This reply, or the text, came off a screen that cut long lines in two. */
bool saved_width_is_copy(const struct saved_width *w);
/* Another reply begins. */
void saved_marks_next(struct saved_marks *m);

#endif
