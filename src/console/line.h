/*
 * One line of a terminal as it is being drawn: escape sequences, backspaces
 * and carriage returns become what would be seen. Bytes, not characters: an
 * encoding's trail bytes are never controls in the encodings we know.
 */
#ifndef CONSOLE_LINE_H
#define CONSOLE_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "kiriwake/buf.h"

#define LINE_MAX_BYTES (64u << 10)

enum line_escape {
    LINE_PLAIN, LINE_ESC, LINE_CSI, LINE_STRING, LINE_STRING_ESC, LINE_CHARSET
};

struct line {
    struct buf cells;
    struct buf under;       /* what a CR let be drawn over */
    size_t cursor;
    size_t fold;            /* a CR returns to a multiple of it; 0: to 0 */
    bool rewritten;         /* blanks past the end may be an erasure */
    bool touched;           /* anything but CR came since the reset */
    bool cut;               /* bytes over LINE_MAX_BYTES were dropped */
    enum line_escape escape;
    unsigned param;         /* first parameter of the CSI */
    bool first_param;       /* still in the first one */
};

/* Takes a byte; true when it ended the line: then take line_text, reset. */
bool line_put(struct line *l, unsigned char byte);
/* What stands on the line, without blanks left over from an erasure. */
size_t line_length(const struct line *l);
void line_reset(struct line *l);
/* As line_reset, and what follows may draw blanks over what was there. */
void line_erase(struct line *l);
void line_free(struct line *l);

#endif
