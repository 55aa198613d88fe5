/* How far a set reaches: by the scanner's words, or 16 bytes at a time. */
#include "jit_emit.h"

#define SPAN_OF(set, i) ((size_t)((const char *)(set)->span[i] - \
                                  (const char *)(set)->low[0]))
#define LOW_OF(set, i) ((size_t)((const char *)(set)->low[i] - \
                                 (const char *)(set)->low[0]))

/* rax: how far it is from rsi to the next bit of skip or word; the zero flag
 * for no way. There always is a bit: the line's end. */
static void emit_find_bit(struct jit_writer *w, bool black)
{
    uint32_t over;

    if (w->kind == JIT_SHORT) {
        EMIT(w, "\xC4\xC2\xCB\xF7");        /* shrx rax, r14 or r15, rsi */
        emit(w, black ? "\xC7" : "\xC6", 1);
        EMIT(w, "\xF3\x48\x0F\xBC\xC0");    /* tzcnt rax, rax */
        return;
    }
    EMIT(w, "\x89\xF0"              /* mov eax, esi */
            "\xC1\xE8\x06"          /* shr eax, 6 */
            "\x48\x8B\x84\xC7");    /* mov rax, [rdi+rax*8+words] */
    emit32(w, black ? JIT_AT(word) : JIT_AT(skip));
    EMIT(w, "\xC4\xE2\xCB\xF7\xC0"  /* shrx rax, rax, rsi */
            "\xF3\x48\x0F\xBC\xC0");        /* tzcnt rax, rax */
    over = emit_over(w, JIT_IF_NOT_CARRY);
    EMIT(w, "\xE8");                /* call far */
    emit_back(w, w->far[black]);
    emit_here(w, over);
}

void jit_emit_far(struct jit_writer *w, bool black)
{
    uint32_t loop;

    w->far[black] = emit_place(w);
    EMIT(w, "\x89\xF1"              /* mov ecx, esi */
            "\x83\xC9\x3F"          /* or ecx, 63 */
            "\x83\xE9\x3F");        /* sub ecx, 63 */
    loop = emit_place(w);
    EMIT(w, "\x83\xC1\x40"          /* add ecx, 64 */
            "\x89\xC8"              /* mov eax, ecx */
            "\xC1\xE8\x03"          /* shr eax, 3 */
            "\x48\x8B\x84\x07");    /* mov rax, [rdi+rax+words] */
    emit32(w, black ? JIT_AT(word) : JIT_AT(skip));
    EMIT(w, "\xF3\x48\x0F\xBC\xC0");        /* tzcnt rax, rax */
    emit_if_back(w, JIT_IF_CARRY, loop);
    EMIT(w, "\x01\xC8"              /* add eax, ecx */
            "\x29\xF0"              /* sub eax, esi */
            "\xC3");                /* ret */
}

/* Whether the interpreter may be asked to go on from here. */
static bool is_interpreted(const struct scan_op *op)
{
    return op->code == SCAN_BOUNDARY || op->code == SCAN_BEFORE ||
           op->code == SCAN_BAIL;
}

void jit_emit_skip(struct jit_writer *w, const struct scan_op *op)
{
    if (is_interpreted(op))
        EMIT(w, "\x49\x89\xF3");    /* mov r11, rsi */
    emit_find_bit(w, false);
    if (op->skip == 2)
        emit_if(w, JIT_IF_ZERO, JIT_FAIL, NULL);
    EMIT(w, "\x48\x01\xC6");        /* add rsi, rax */
}

/* ecx: which of the 16 bytes at r10 are not in the set, by its ranges. */
static void emit_ranges(struct jit_writer *w, const struct scan_set *set)
{
    EMIT(w, "\x48\xB8");                    /* mov rax, low */
    emit64(w, (uint64_t)(uintptr_t)set->low[0]);
    for (unsigned i = 0; i < set->ranges; i++) {
        EMIT(w, "\xC5\xF9\xF8\x88");        /* vpsubb xmm1, xmm0, [rax+…] */
        emit32(w, LOW_OF(set, i));
        EMIT(w, "\xC5\xF1\xDA\x90");        /* vpminub xmm2, xmm1, [rax+…] */
        emit32(w, SPAN_OF(set, i));
        EMIT(w, "\xC5\xE9\x74\xD1");        /* vpcmpeqb xmm2, xmm2, xmm1 */
        if (i)
            EMIT(w, "\xC5\xD9\xEB\xE2");    /* vpor xmm4, xmm4, xmm2 */
        else
            EMIT(w, "\xC5\xF9\x6F\xE2");    /* vmovdqa xmm4, xmm2 */
    }
    EMIT(w, "\xC5\xF9\xD7\xCC");            /* vpmovmskb ecx, xmm4 */
    if (set->flip) {
        EMIT(w, "\x81\xF1");                /* xor ecx, flip */
        emit32(w, set->flip);
    }
}

/* The same by its bits for each low half of a byte. */
static void emit_nibbles(struct jit_writer *w, const struct scan_set *set)
{
    EMIT(w, "\x48\xB8");                    /* mov rax, nibbles */
    emit64(w, (uint64_t)(uintptr_t)set->nibbles);
    EMIT(w, "\xC5\xFA\x6F\x08"              /* vmovdqu xmm1, [rax] */
            "\xC4\xE2\x71\x00\xC8"          /* vpshufb xmm1, xmm1, xmm0 */
            "\xC5\xE9\x71\xD0\x04"          /* vpsrlw xmm2, xmm0, 4 */
            "\xC5\xE9\xDB\x15");            /* vpand xmm2, xmm2, [rip+…] */
    emit_back(w, w->nibbles);
    EMIT(w, "\xC5\xFA\x6F\x1D");            /* vmovdqu xmm3, [rip+…] */
    emit_back(w, w->nibbles + SCAN_WIDTH);
    EMIT(w, "\xC4\xE2\x61\x00\xDA"          /* vpshufb xmm3, xmm3, xmm2 */
            "\xC5\xF1\xDB\xCB"              /* vpand xmm1, xmm1, xmm3 */
            "\xC5\xF1\x74\xCB"              /* vpcmpeqb xmm1, xmm1, xmm3 */
            "\xC5\xF9\xD7\xC9"              /* vpmovmskb ecx, xmm1 */
            "\x81\xF1");                    /* xor ecx, all */
    emit32(w, 0xFFFF);
}

/* rax: how far it is from r10 to the end of the line; ecx's bits there: the
 * nearer of both, or 16 or more. */
static void emit_nearer(struct jit_writer *w)
{
    uint32_t over;

    if (w->kind == JIT_SHORT) {
        EMIT(w, "\x4C\x89\xF0"              /* mov rax, r14 */
                "\x4C\x21\xF8"              /* and rax, r15 */
                "\xC4\xE2\xAB\xF7\xC0"      /* shrx rax, rax, r10 */
                "\x48\x09\xC8"              /* or rax, rcx */
                "\xF3\x48\x0F\xBC\xC0");    /* tzcnt rax, rax */
        return;
    }
    EMIT(w, "\x44\x89\xC0"                  /* mov eax, r8d */
            "\x44\x29\xD0"                  /* sub eax, r10d */
            "\x83\xF8\x0F");                /* cmp eax, 15 */
    over = emit_over(w, JIT_IF_ABOVE);
    EMIT(w, "\x0F\xAB\xC1");                /* bts ecx, eax */
    emit_here(w, over);
    EMIT(w, "\xF3\x0F\xBC\xC1");            /* tzcnt eax, ecx */
}

static void emit_wide(struct jit_writer *w, const struct scan_set *set)
{
    uint32_t loop, over;

    EMIT(w, "\x49\x89\xF2");                /* mov r10, rsi */
    loop = emit_place(w);
    EMIT(w, "\xC4\xA1\x7A\x6F\x04\x12");    /* vmovdqu xmm0, [rdx+r10] */
    if (set->ranges == 1)
        emit_ranges(w, set);
    else
        emit_nibbles(w, set);
    emit_nearer(w);
    EMIT(w, "\x83\xF8\x10");                /* cmp eax, 16 */
    over = emit_over(w, JIT_IF_BELOW);
    EMIT(w, "\x49\x83\xC2\x10"              /* add r10, 16 */
            "\xE9");                        /* jmp loop */
    emit_back(w, loop);
    emit_here(w, over);
    EMIT(w, "\x4C\x01\xD0");                /* add rax, r10 */
}

/* rcx: rsi and n; compared with rax. */
static void emit_beside(struct jit_writer *w, uint32_t n)
{
    EMIT(w, "\x48\x8D\x8E");                /* lea rcx, [rsi+n] */
    emit32(w, n);
    EMIT(w, "\x48\x39\xC8");                /* cmp rax, rcx */
}

/* No line is as long as this. */
static bool is_forever(const struct scan_op *op)
{
    return op->max >= JIT_LONG_LINE;
}

static void emit_limits(struct jit_writer *w, const struct scan_op *op)
{
    if (!is_forever(op)) {
        emit_beside(w, op->max);
        EMIT(w, "\x48\x0F\x47\xC1");        /* cmova rax, rcx */
    }
    if (!op->min)
        return;
    emit_beside(w, op->min < JIT_LONG_LINE ? op->min : JIT_LONG_LINE);
    emit_if(w, JIT_IF_BELOW, JIT_FAIL, NULL);
}

void jit_emit_run_end(struct jit_writer *w, const struct scan_op *op)
{
    const struct scan_set *set = op->set;
    bool once = op->min == 1 && is_forever(op);

    if (set->kind != SCAN_OTHER) {
        emit_find_bit(w, set->kind == SCAN_BLACK);
        if (once)
            emit_if(w, JIT_IF_ZERO, JIT_FAIL, NULL);
        EMIT(w, "\x48\x01\xF0");            /* add rax, rsi */
        if (once)
            return;
    } else if (set->all) {
        EMIT(w, "\x4C\x89\xC0");            /* mov rax, r8 */
    } else {
        emit_wide(w, set);
    }
    emit_limits(w, op);
}
