/*
 * Bytes of x86-64 code, and jumps to places that are not yet known.
 *
 * Registers: rdi the scanner, rdx the line's start, r8 its length, rsi where
 * in it, r9 the spans; r11 where white space before an operation began, or
 * what a loop needs. In code for short lines r14 and r15 are the scanner's
 * words of where white space, or what is none, ends; the scanner itself has
 * them, and the line, only where it is needed. rbp: the rules left; [rsp]
 * outside of a match: the target.
 * rax, rcx, r10, ymm0…4 are free. A match returns with the carry flag set,
 * and so does what leaves the scanner undecided; a failure with it clear.
 */
#ifndef KIRIWAKE_TEXTFSM_JIT_EMIT_H
#define KIRIWAKE_TEXTFSM_JIT_EMIT_H

#include <stdint.h>
#include <string.h>

#include "jit.h"
#include "kiriwake/buf.h"
#include "kiriwake/mem.h"

#define JIT_MAX_OPS 640           /* more than a program has */
#define JIT_CHUNK 4096            /* more than is written at once */

#define JIT_AT(field) offsetof(struct scanner, field)
#define JIT_SPAN(group, field) \
    ((group) * sizeof(struct scan_span) + offsetof(struct scan_span, field))

/* Where a jump goes: the code of an operation, the interpreter at it; or,
 * without an operation, to one of the common ends. */
enum jit_goal { JIT_CODE, JIT_INTERPRET, JIT_FAIL, JIT_STOP, JIT_ABORT };

struct jit_jump {
    uint32_t at;                  /* of its four bytes */
    enum jit_goal goal;
    const struct scan_op *op;
};

/* A set as a byte for each byte, 1 when it is a member; and a use of it. */
struct jit_table {
    struct re_ascii set;
    uint32_t at;
};

struct jit_writer {
    struct buf out;
    const struct textfsm *template;
    enum jit_kind kind;
    /* Of the program being written; offsets are one more than they are. */
    struct jit_jump *jumps;
    size_t jump_count, jump_cap;
    uint32_t code[JIT_MAX_OPS], interpret[JIT_MAX_OPS];
    const struct scan_op *todo[JIT_MAX_OPS];
    bool noted[JIT_MAX_OPS];      /* it is, or was, in todo */
    size_t todo_count;
    bool maybe;                   /* some captures need not take part */
    bool deep;                    /* it has loops over more than a set */
    bool full;                    /* too large: no code is made */
    /* Common to all, or to those of a kind. */
    bool whole;                   /* the code goes on to the next line */
    uint32_t fail, stop, abort, nibbles, limits;
    uint32_t entry, line, none, leave, leaves[JIT_KINDS], outside;
    uint32_t interpreter[JIT_KINDS], helper[JIT_KINDS], far[2];
    uint32_t next[JIT_KINDS], tables[JIT_KINDS];
    uint32_t rules[JIT_KINDS][64];
    struct jit_table *uses;
    size_t use_count, use_cap;
};

static inline void emit(struct jit_writer *w, const char *bytes, size_t len)
{
    if (w->out.cap - w->out.len < len) {
        w->out.cap = 2 * w->out.cap + JIT_CHUNK;
        w->out.data = mem_realloc(w->out.data, w->out.cap);
    }
    memcpy(w->out.data + w->out.len, bytes, len);
    w->out.len += len;
}

/* Bytes as a string literal. */
#define EMIT(w, bytes) emit(w, "" bytes, sizeof bytes - 1)

static inline void emit32(struct jit_writer *w, size_t n)
{
    uint32_t v = (uint32_t)n;

    emit(w, (const char *)&v, sizeof v);
}

static inline void emit64(struct jit_writer *w, uint64_t v)
{
    emit(w, (const char *)&v, sizeof v);
}

static inline uint32_t emit_place(const struct jit_writer *w)
{
    return (uint32_t)w->out.len;
}

/* The four bytes of a jump whose first ones have been written. */
static inline void emit_goal(struct jit_writer *w, enum jit_goal goal,
                             const struct scan_op *op)
{
    w->jumps = mem_grow(w->jumps, &w->jump_cap, w->jump_count + 1,
                        sizeof *w->jumps);
    w->jumps[w->jump_count++] = (struct jit_jump){emit_place(w), goal, op};
    emit32(w, 0);
}

/* Jumps by condition: the second byte of "0F 8x". */
enum { JIT_IF_CARRY = '\x82', JIT_IF_NOT_CARRY = '\x83',
       JIT_IF_ZERO = '\x84', JIT_IF_NOT_ZERO = '\x85',
       JIT_IF_BELOW = '\x82', JIT_IF_NOT_BELOW = '\x83',
       JIT_IF_NOT_ABOVE = '\x86', JIT_IF_ABOVE = '\x87',
       JIT_IF_NEGATIVE = '\x88', JIT_IF_GREATER = '\x8F' };

static inline void emit_condition(struct jit_writer *w, int condition)
{
    emit(w, (char[]){'\x0F', (char)condition}, 2);
}

static inline void emit_if(struct jit_writer *w, int condition,
                           enum jit_goal goal, const struct scan_op *op)
{
    emit_condition(w, condition);
    emit_goal(w, goal, op);
}

static inline void emit_jump(struct jit_writer *w, enum jit_goal goal,
                             const struct scan_op *op)
{
    EMIT(w, "\xE9");
    emit_goal(w, goal, op);
}

static inline void emit_call(struct jit_writer *w, const struct scan_op *op)
{
    EMIT(w, "\xE8");
    emit_goal(w, JIT_CODE, op);
}

/* The four bytes of a jump back, or of another use of a known place. */
static inline void emit_back(struct jit_writer *w, uint32_t to)
{
    emit32(w, to - (emit_place(w) + 4));
}

static inline void emit_jump_back(struct jit_writer *w, uint32_t to)
{
    EMIT(w, "\xE9");
    emit_back(w, to);
}

static inline void emit_if_back(struct jit_writer *w, int condition,
                                uint32_t to)
{
    emit_condition(w, condition);
    emit_back(w, to);
}

/* A jump whose four bytes have been written goes there. */
static inline void emit_lead(struct jit_writer *w, uint32_t jump, uint32_t to)
{
    uint32_t by = to - (jump + 4);

    memcpy(w->out.data + jump, &by, sizeof by);
}

/* A jump to what comes a little later: emit_here() says where. */
static inline uint32_t emit_over(struct jit_writer *w, int condition)
{
    emit_condition(w, condition);
    emit32(w, 0);
    return emit_place(w) - 4;
}

static inline void emit_here(struct jit_writer *w, uint32_t jump)
{
    emit_lead(w, jump, emit_place(w));
}

/* The code of an operation is needed. */
void jit_want(struct jit_writer *w, const struct scan_op *op);

/* jit_line.c: the way in, the ways from line to line and from rule to rule,
 * and out. */
struct dispatch;
void jit_emit_frame(struct jit_writer *w, const struct dispatch *d);

/* jit_act.c: what a rule that matched does; and a way out. */
struct rule;
void jit_emit_matched(struct jit_writer *w, const struct rule *rule,
                      size_t number);
void jit_emit_exit(struct jit_writer *w, enum jit_exit how, size_t rule);

/* jit_op.c: one operation; false: nothing follows it here. */
bool jit_emit_op(struct jit_writer *w, const struct scan_op *op);
/* The condition of a jump for "byte eax is in the set"; + 1: for no. */
int jit_emit_is_in(struct jit_writer *w, const struct re_ascii *set);

/* Where the line ends is none of these. */
static inline bool jit_is_printable(const struct re_ascii *set)
{
    return (set->bits[0] & 0xFFFFFFFF) == 0;
}
/* The tables that code refers to. */
void jit_emit_tables(struct jit_writer *w);

/* jit_run.c: rsi behind the white space that op skips. */
void jit_emit_skip(struct jit_writer *w, const struct scan_op *op);
/* What looks for the ends of long runs of \s, or of \S. */
void jit_emit_far(struct jit_writer *w, bool black);
/* rax: where the longest run from rsi ends, when that has its least. */
void jit_emit_run_end(struct jit_writer *w, const struct scan_op *op);

/* jit_loop.c: what may be taken back. */
void jit_emit_loop(struct jit_writer *w, const struct scan_op *op);
void jit_emit_alt(struct jit_writer *w, const struct scan_op *op);
void jit_emit_look(struct jit_writer *w, const struct scan_op *op);

#endif
