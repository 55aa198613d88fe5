/*
 * Machine code for a state's rules: what many lines have come to is turned
 * into x86-64 code, which tries the rules on a line, sets the values of one
 * that matches, and says what is left to be done. What such code does not do
 * itself (lookbehinds, word boundaries, very long runs) it hands to the
 * scanner's interpreter, at the operation where it stands, so both always
 * give the same. On other processors, and where the system gives no memory
 * for code, all is interpreted.
 */
#ifndef KIRIWAKE_TEXTFSM_JIT_H
#define KIRIWAKE_TEXTFSM_JIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scan.h"

struct cell;
struct span;
struct dispatch;
struct jit_piece;
struct slot;
struct textfsm;
struct textfsm_rows;

/* A template's code, each piece in memory of its own that is written, then
 * made executable; never both at once. Zero-initialise to use. */
struct jit {
    struct jit_piece *pieces;
    size_t count, cap, bytes;
};

/* Code is made when so many tries of a state's rules were interpreted; it
 * has the rules that were tried until then. */
#define JIT_AFTER_TRIES 400

/* Lines that fit in one of the scanner's words have code of their own, and
 * so have those that fit in all of them; longer ones are interpreted. */
enum jit_kind { JIT_SHORT, JIT_LONG, JIT_KINDS };

#define JIT_SHORT_LINE 64         /* lines are shorter than this */
#define JIT_LONG_LINE (SCAN_WORDS * 64)

/* What the code works on. */
struct jit_target {
    struct cell *now;             /* the record's cells */
    struct span *span;            /* its lines */
    struct slot *slots;           /* of its values, or NULL */
    struct textfsm_rows *rows;
    const char *at, *end;         /* the next line; the end of the text,
                                     which NUL or a line break follows */
    uint32_t line;                /* the number of the last */
};

/* What came of a line; all but the first three name a rule. */
enum jit_exit {
    JIT_NONE,                     /* no rule is left */
    JIT_DONE,                     /* one matched, and nothing is left to do */
    JIT_LINE,                     /* the next line is not for the code */
    JIT_TO,                       /* it matched, and leads to its state */
    JIT_SET,                      /* it matched, its values are set */
    JIT_MATCHED,                  /* it matched */
    JIT_UNDECIDED,                /* the steps did not do */
    JIT_UNKNOWN,                  /* it has no code */
};

struct jit_result {
    uint64_t what;                /* jit_exit, and the rule's number << 8 */
    uint64_t rules;               /* those that have not been tried */
};

/* Makes code for those of the rules that have been tried; d->run is it,
 * where it can be made. */
void jit_compile(struct textfsm *t, struct dispatch *d);
void jit_free(struct jit *jit);

#endif
