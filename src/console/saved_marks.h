/* What others than the device wrote into a saved text: terminals and clients
 * where a session begins or ends, people where they left something out. */
#ifndef CONSOLE_SAVED_MARKS_H
#define CONSOLE_SAVED_MARKS_H

#include "pattern.h"

struct saved_marks {
    struct patterns breaks, left_out;
    bool dots;              /* the line before was but two dots, upright */
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

#endif
