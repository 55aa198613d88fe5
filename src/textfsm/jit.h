/*
 * Machine code for the scanner's programs: those that are tried often are
 * turned into x86-64 code. What such code does not do itself (tries that may
 * be taken back, long runs, lookarounds) it hands to the interpreter, at the
 * operation where it stands, so both always give the same. Elsewhere, and
 * where the system gives no memory for code, all is interpreted.
 */
#ifndef KIRIWAKE_TEXTFSM_JIT_H
#define KIRIWAKE_TEXTFSM_JIT_H

#include <stdbool.h>
#include <stddef.h>

#include "scan.h"

/* Memory for a template's code: written, then made executable; never both
 * at once. Zero-initialise to use. */
struct jit {
    unsigned char *code;          /* NULL: none yet */
    size_t used;
    bool failed;                  /* the system gives none */
};

/* A program has been run so often that it earns code. */
#define JIT_AFTER_RUNS 100

/* Lines of this many bytes and more are interpreted: the end of a shorter
 * one has a bit in the scanner's words. */
#define JIT_LINE (SCAN_WORDS * 64)

/* Makes code for the program; its operations then lead to it. */
void jit_compile(struct jit *jit, const struct scan_op *program);
void jit_free(struct jit *jit);

#endif
