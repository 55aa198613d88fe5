/* Bytes of x86-64 code, and jumps to places that are not yet known. */
#ifndef KIRIWAKE_TEXTFSM_JIT_EMIT_H
#define KIRIWAKE_TEXTFSM_JIT_EMIT_H

#include <stdint.h>
#include <string.h>

#include "kiriwake/buf.h"
#include "kiriwake/mem.h"
#include "scan.h"

#define JIT_MAX_OPS 640           /* more than a program has */

/* Where a jump goes: the code of an operation, the interpreter at it, or
 * the end of a failed match. */
enum jit_goal { JIT_CODE, JIT_INTERPRET, JIT_FAIL };

struct jit_jump {
    uint32_t at;                  /* of its four bytes */
    enum jit_goal goal;
    const struct scan_op *op;
};

struct jit_writer {
    struct buf out;
    enum scan_coded kind;
    struct jit_jump *jumps;
    size_t jump_count, jump_cap;
    /* By an operation's number; offsets are one more than they are. */
    uint32_t code[JIT_MAX_OPS], interpret[JIT_MAX_OPS];
    uint32_t entries[JIT_MAX_OPS];              /* of ops */
    const struct scan_op *ops[JIT_MAX_OPS];     /* with code */
    const struct scan_op *todo[JIT_MAX_OPS];
    bool noted[JIT_MAX_OPS];                    /* it is, or was, in todo */
    size_t op_count, todo_count;
    uint32_t fail;
    bool full;                    /* too large: no code is made */
};

static inline void emit(struct jit_writer *w, const char *bytes, size_t len)
{
    buf_add(&w->out, bytes, len);
}

/* Bytes as a string literal. */
#define EMIT(w, bytes) emit(w, "" bytes, sizeof bytes - 1)

static inline void emit32(struct jit_writer *w, size_t n)
{
    uint32_t v = (uint32_t)n;

    buf_add(&w->out, (const char *)&v, sizeof v);
}

static inline void emit64(struct jit_writer *w, uint64_t v)
{
    buf_add(&w->out, (const char *)&v, sizeof v);
}

/* The four bytes of a jump whose first ones have been written. */
static inline void emit_goal(struct jit_writer *w, enum jit_goal goal,
                             const struct scan_op *op)
{
    w->jumps = mem_grow(w->jumps, &w->jump_cap, w->jump_count + 1,
                        sizeof *w->jumps);
    w->jumps[w->jump_count++] =
        (struct jit_jump){(uint32_t)w->out.len, goal, op};
    emit32(w, 0);
}

/* Jumps by condition: the second byte of "0F 8x". */
enum { JIT_IF_CARRY = '\x82', JIT_IF_NOT_CARRY = '\x83',
       JIT_IF_ZERO = '\x84', JIT_IF_NOT_ZERO = '\x85',
       JIT_IF_BELOW = '\x82', JIT_IF_NOT_BELOW = '\x83',
       JIT_IF_ABOVE = '\x87' };

static inline void emit_if(struct jit_writer *w, int condition,
                           enum jit_goal goal, const struct scan_op *op)
{
    char bytes[] = {'\x0F', (char)condition};

    emit(w, bytes, sizeof bytes);
    emit_goal(w, goal, op);
}

static inline void emit_jump(struct jit_writer *w, enum jit_goal goal,
                             const struct scan_op *op)
{
    EMIT(w, "\xE9");
    emit_goal(w, goal, op);
}

#endif
