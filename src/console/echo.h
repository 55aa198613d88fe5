/*
 * The echo of a command: present, absent, folded over several lines, drawn
 * again. Compared without blanks, as a fold indents its continuation.
 */
#ifndef CONSOLE_ECHO_H
#define CONSOLE_ECHO_H

#include <stdbool.h>
#include <stddef.h>

#include "kiriwake/buf.h"

enum echo_step {
    ECHO_DONE,      /* that was the (rest of the) echo */
    ECHO_MORE,      /* so far a part of it */
    ECHO_OTHER,     /* something else */
};

struct echo {
    struct buf prompt;      /* what stood on the line before the command */
    size_t blanks;          /* that it ended in */
    struct buf command;     /* without blanks */
    struct buf seen;        /* without blanks, a prefix of command */
};

void echo_begin(struct echo *e, const char *prompt, size_t len,
                const char *command);
/* The command's line begins with another prompt than was thought. */
void echo_set_prompt(struct echo *e, const char *prompt, size_t len);
/* The line without the prompt in front of it; *had: it was there. */
const char *echo_rest(const struct echo *e, const char *line, size_t len,
                      size_t *rest_len, bool *had);
/* A finished line. */
enum echo_step echo_line(struct echo *e, const char *line, size_t len);
void echo_free(struct echo *e);

#endif
