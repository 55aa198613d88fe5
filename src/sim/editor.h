/*
 * The line a person is typing, and its echo: folded one column before the
 * width, continued below the end of the prompt, as a NEC IX does it.
 */
#ifndef SIM_EDITOR_H
#define SIM_EDITOR_H

#include <stdbool.h>
#include <stddef.h>

#include "kiriwake/buf.h"

struct editor {
    struct buf line;
    size_t indent;          /* columns of the prompt */
    size_t width;           /* of the screen; 0: never fold */
    bool echo;              /* show what is typed */
    bool quiet_end;         /* not even the end of the line is echoed */
    bool after_cr;          /* a LF or NUL that follows CR is swallowed */
};

enum editor_key { EDITOR_MORE, EDITOR_LINE, EDITOR_BREAK, EDITOR_END };

/* A new prompt of so many columns was printed. */
void editor_begin(struct editor *ed, size_t indent);
/* One byte came; its echo goes to out. EDITOR_LINE: the line is complete;
 * EDITOR_BREAK: Ctrl-C; EDITOR_END: Ctrl-Z. */
enum editor_key editor_key(struct editor *ed, char c, struct buf *out);
/* Prints the line as it stands once more, as after a redrawn prompt. */
void editor_show(const struct editor *ed, struct buf *out);

#endif
