/*
 * What may be taken back: the rest of a match is called, from one place
 * after the other, until it does not fail. As in the interpreter each such
 * try takes one of the scanner's steps.
 */
#include "jit_emit.h"

/* How many registers a loop keeps on the stack while the rest is tried. */
enum { KEEP_ONE = 1, KEEP_TWO = 2 };

static void emit_take_back(struct jit_writer *w)
{
    uint32_t over;

    EMIT(w, "\x59"                  /* pop rcx */
            "\x39\x8F");            /* cmp [rdi+undos], ecx */
    emit32(w, JIT_AT(undos));
    over = emit_over(w, JIT_IF_ZERO);
    EMIT(w, "\x89\xCE"              /* mov esi, ecx */
            "\x48\xB8");            /* mov rax, scan_take_back */
    emit64(w, (uint64_t)(uintptr_t)scan_take_back);
    EMIT(w, "\xE8");                /* call helper */
    emit_back(w, w->helper[w->kind]);
    emit_here(w, over);
}

/* Before a try, and before anything is kept for it. */
static void emit_steps(struct jit_writer *w)
{
    EMIT(w, "\x48\xFF\x8F");        /* dec qword [rdi+steps] */
    emit32(w, JIT_AT(steps));
    emit_if(w, JIT_IF_NEGATIVE, JIT_ABORT, NULL);
    if (!w->deep)
        return;
    EMIT(w, "\xFF\x87");            /* inc dword [rdi+depth] */
    emit32(w, JIT_AT(depth));
    EMIT(w, "\x81\xBF");            /* cmp dword [rdi+depth], most */
    emit32(w, JIT_AT(depth));
    emit32(w, SCAN_MAX_DEPTH);
    emit_if(w, JIT_IF_ABOVE, JIT_ABORT, NULL);
}

/* The rest from rsi; returns unless it fails. The caller has kept so many
 * registers. */
static void emit_try(struct jit_writer *w, const struct scan_op *rest,
                     unsigned kept)
{
    uint32_t over;

    if (w->maybe) {
        EMIT(w, "\x8B\x8F");        /* mov ecx, [rdi+undos] */
        emit32(w, JIT_AT(undos));
        EMIT(w, "\x51");            /* push rcx */
    }
    jit_want(w, rest);
    emit_call(w, rest);
    over = emit_over(w, JIT_IF_NOT_CARRY);
    EMIT(w, "\x48\x8D\x64\x24");    /* lea rsp, [rsp+…] */
    emit(w, (char[]){(char)(8 * (kept + w->maybe))}, 1);
    EMIT(w, "\xC3");                /* ret */
    emit_here(w, over);
    if (w->deep) {
        EMIT(w, "\xFF\x8F");        /* dec dword [rdi+depth] */
        emit32(w, JIT_AT(depth));
    }
    if (w->maybe)
        emit_take_back(w);
}

static bool is_sure_start(const struct scan_first *f)
{
    return f->end && re_ascii_is_all(f->bytes);
}

/* Falls through where the rest may begin at rsi; else jumps as *no and *end
 * say: each is 0, or a jump to be led. */
static void emit_may_begin(struct jit_writer *w, const struct scan_first *f,
                           uint32_t *no, uint32_t *end)
{
    uint32_t at_end = 0;

    *no = *end = 0;
    if (is_sure_start(f))
        return;
    if (f->end || !jit_is_printable(&f->bytes)) {
        EMIT(w, "\x4C\x39\xC6");    /* cmp rsi, r8 */
        at_end = emit_over(w, JIT_IF_ZERO);
    }
    if (!re_ascii_is_all(f->bytes)) {
        EMIT(w, "\x0F\xB6\x04\x32");        /* movzx eax, byte [rdx+rsi] */
        *no = emit_over(w, jit_emit_is_in(w, &f->bytes) + 1);
    }
    if (f->end)
        emit_here(w, at_end);
    else
        *end = at_end;
}

static void emit_here_too(struct jit_writer *w, uint32_t jump)
{
    if (jump)
        emit_here(w, jump);
}

/* Place by place; rax: where the run ends. */
static void emit_places(struct jit_writer *w, const struct scan_op *op)
{
    bool lazy = op->code == SCAN_LAZY;
    uint32_t loop, no, end;

    EMIT(w, "\x4C\x8D\x9E");        /* lea r11, [rsi+min] */
    emit32(w, op->min);
    if (lazy)
        EMIT(w, "\x4C\x89\xDE"      /* mov rsi, r11 */
                "\x49\x89\xC3");    /* mov r11, rax */
    else
        EMIT(w, "\x48\x89\xC6");    /* mov rsi, rax */
    loop = emit_place(w);
    emit_may_begin(w, op->next->first, &no, &end);
    emit_steps(w);
    EMIT(w, "\x41\x53"              /* push r11 */
            "\x56");                /* push rsi */
    emit_try(w, op->next, KEEP_TWO);
    EMIT(w, "\x5E"                  /* pop rsi */
            "\x41\x5B");            /* pop r11 */
    emit_here_too(w, no);
    emit_here_too(w, end);
    EMIT(w, "\x4C\x39\xDE");        /* cmp rsi, r11 */
    emit_if(w, lazy ? JIT_IF_NOT_BELOW : JIT_IF_NOT_ABOVE, JIT_FAIL, NULL);
    if (lazy)
        EMIT(w, "\x48\xFF\xC6");    /* inc rsi */
    else
        EMIT(w, "\x48\xFF\xCE");    /* dec rsi */
    EMIT(w, "\xE9");                /* jmp loop */
    emit_back(w, loop);
}

/* The places in a long line at which a character stands, found in C. */
static void emit_far_places(struct jit_writer *w, const struct scan_op *op)
{
    bool lazy = op->code == SCAN_LAZY;
    size_t (*find)(struct scanner *, size_t, size_t, const struct scan_op *) =
        lazy ? scan_find_first : scan_find_last;
    uint32_t loop;

    EMIT(w, "\x49\x89\xC2"          /* mov r10, rax: the last */
            "\x48\x81\xC6");        /* add rsi, min: the first */
    emit32(w, op->min);
    loop = emit_place(w);
    EMIT(w, "\x56"                  /* push rsi */
            "\x41\x52"              /* push r10 */
            "\x48\xB9");            /* mov rcx, op */
    emit64(w, (uint64_t)(uintptr_t)op);
    EMIT(w, "\x48\xB8");            /* mov rax, find */
    emit64(w, (uint64_t)(uintptr_t)find);
    EMIT(w, "\xE8");                /* call helper */
    emit_back(w, w->helper[w->kind]);
    EMIT(w, "\x41\x5A"              /* pop r10 */
            "\x5E"                  /* pop rsi */
            "\x48\x85\xC0");        /* test rax, rax */
    emit_if(w, JIT_IF_NEGATIVE, JIT_FAIL, NULL);
    emit_steps(w);
    if (lazy)
        EMIT(w, "\x41\x52");        /* push r10 */
    else
        EMIT(w, "\x56");            /* push rsi */
    EMIT(w, "\x50"                  /* push rax */
            "\x48\x89\xC6");        /* mov rsi, rax */
    emit_try(w, op->next, KEEP_TWO);
    if (lazy)
        EMIT(w, "\x5E"              /* pop rsi */
                "\x41\x5A"          /* pop r10 */
                "\x48\xFF\xC6");    /* inc rsi */
    else
        EMIT(w, "\x41\x5A"          /* pop r10 */
                "\x5E"              /* pop rsi */
                "\x49\xFF\xCA");    /* dec r10 */
    EMIT(w, "\x4C\x39\xD6");        /* cmp rsi, r10 */
    /* Signed: the last place may be one before the line. */
    emit_if(w, JIT_IF_GREATER, JIT_FAIL, NULL);
    EMIT(w, "\xE9");                /* jmp loop */
    emit_back(w, loop);
}

/* rax: a bit for each of the line's first 64 bytes that is c. */
static void emit_same(struct jit_writer *w, char c)
{
    EMIT(w, "\xB8");                /* mov eax, c */
    emit32(w, (unsigned char)c);
    EMIT(w, "\xC5\xF9\x6E\xC0"              /* vmovd xmm0, eax */
            "\xC4\xE2\x7D\x78\xC0"          /* vpbroadcastb ymm0, xmm0 */
            "\xC5\xFD\x74\x0A"              /* vpcmpeqb ymm1, ymm0, [rdx] */
            "\xC5\xFD\x74\x52\x20"          /* vpcmpeqb ymm2, …, [rdx+32] */
            "\xC5\xFD\xD7\xC1"              /* vpmovmskb eax, ymm1 */
            "\xC5\xFD\xD7\xCA"              /* vpmovmskb ecx, ymm2 */
            "\xC5\xF8\x77"                  /* vzeroupper */
            "\x48\xC1\xE1\x20"              /* shl rcx, 32 */
            "\x48\x09\xC8");                /* or rax, rcx */
}

/* What is known about where, in a short line, a loop's rest may begin. */
static bool has_bits(const struct scan_op *op)
{
    const struct re_ascii first = op->next->first->bytes;

    return (op->want && !op->want_skip) || op->c || re_ascii_is_all(first) ||
           re_ascii_is_empty(re_ascii_without(first, re_ascii_space));
}

/* r10: a bit for each such place, and perhaps for more. */
static void emit_bits(struct jit_writer *w, const struct scan_op *op)
{
    const struct scan_op *want = op->want_skip ? NULL : op->want;

    if (!want && !op->c) {
        if (re_ascii_is_all(op->next->first->bytes))
            EMIT(w, "\x49\xC7\xC2\xFF\xFF\xFF\xFF");    /* mov r10, -1 */
        else
            EMIT(w, "\x4D\x89\xFA");        /* mov r10, r15 */
        return;
    }
    emit_same(w, want ? want->c : op->c);
    EMIT(w, "\x49\x89\xC2");        /* mov r10, rax */
    if (!want || want->code != SCAN_LITERAL)
        return;
    emit_same(w, want->literal[1]);
    EMIT(w, "\x48\xD1\xE8"          /* shr rax, 1 */
            "\x49\x21\xC2");        /* and r10, rax */
}

/* From one bit of r10 to the next; r11: where the run ends. */
static void emit_bit_loop(struct jit_writer *w, const struct scan_op *op)
{
    bool lazy = op->code == SCAN_LAZY;
    uint32_t loop;

    EMIT(w, "\x41\x8D\x4B\x01"              /* lea ecx, [r11+1] */
            "\xC4\x42\xF0\xF5\xD2"          /* bzhi r10, r10, rcx */
            "\x8D\x8E");                    /* lea ecx, [rsi+min] */
    emit32(w, op->min);
    EMIT(w, "\xC4\x42\xF3\xF7\xD2"          /* shrx r10, r10, rcx */
            "\xC4\x42\xF1\xF7\xD2");        /* shlx r10, r10, rcx */
    loop = emit_place(w);
    if (lazy)
        EMIT(w, "\xF3\x49\x0F\xBC\xF2");    /* tzcnt rsi, r10 */
    else
        EMIT(w, "\xF3\x49\x0F\xBD\xF2");    /* lzcnt rsi, r10 */
    emit_if(w, JIT_IF_CARRY, JIT_FAIL, NULL);
    if (!lazy)
        EMIT(w, "\x83\xF6\x3F");            /* xor esi, 63 */
    EMIT(w, "\x49\x0F\xB3\xF2");          /* btr r10, rsi */
    emit_steps(w);
    EMIT(w, "\x41\x52");                    /* push r10 */
    emit_try(w, op->next, KEEP_ONE);
    EMIT(w, "\x41\x5A"                      /* pop r10 */
            "\xE9");                        /* jmp loop */
    emit_back(w, loop);
}

void jit_emit_loop(struct jit_writer *w, const struct scan_op *op)
{
    jit_emit_run_end(w, op);
    if (w->kind == JIT_LONG && op->c) {
        emit_far_places(w, op);
    } else if (w->kind == JIT_SHORT && has_bits(op)) {
        EMIT(w, "\x49\x89\xC3");    /* mov r11, rax */
        emit_bits(w, op);
        emit_bit_loop(w, op);
    } else {
        emit_places(w, op);
    }
}

static bool may_both(const struct scan_first *a, const struct scan_first *b)
{
    return (a->end && b->end) ||
           !re_ascii_is_empty(re_ascii_meet(a->bytes, b->bytes));
}

/* Where only one way is open it is taken for good. */
static void emit_one_way(struct jit_writer *w, const struct scan_first *open,
                         const struct scan_op *other)
{
    if (!re_ascii_is_all(open->bytes))
        emit_if(w, jit_emit_is_in(w, &open->bytes) + 1, JIT_CODE, other);
}

static void emit_both(struct jit_writer *w, const struct scan_op *op)
{
    if (op->branch->sure) {
        emit_jump(w, JIT_CODE, op->branch);
        return;
    }
    emit_steps(w);
    EMIT(w, "\x56");                /* push rsi */
    emit_try(w, op->branch, KEEP_ONE);
    EMIT(w, "\x5E");                /* pop rsi */
    emit_jump(w, JIT_CODE, op->next);
}

void jit_emit_alt(struct jit_writer *w, const struct scan_op *op)
{
    const struct scan_first *a = op->branch->first, *b = op->next->first;
    uint32_t at_end = 0, both = 0;

    jit_want(w, op->branch);
    jit_want(w, op->next);
    if (a->end || b->end) {
        EMIT(w, "\x4C\x39\xC6");    /* cmp rsi, r8 */
        at_end = emit_over(w, JIT_IF_ZERO);
    }
    EMIT(w, "\x0F\xB6\x04\x32");    /* movzx eax, byte [rdx+rsi] */
    emit_one_way(w, a, op->next);
    if (may_both(a, b)) {
        emit_one_way(w, b, op->branch);
        both = emit_place(w);
        emit_both(w, op);
    } else {
        emit_jump(w, JIT_CODE, op->branch);
    }
    if (!at_end)
        return;
    emit_here(w, at_end);
    if (a->end && b->end) {
        EMIT(w, "\xE9");            /* jmp both */
        emit_back(w, both);
    } else {
        emit_jump(w, JIT_CODE, a->end ? op->branch : op->next);
    }
}

/* A stop may be a match, or that the steps did not do. */
void jit_emit_look(struct jit_writer *w, const struct scan_op *op)
{
    uint32_t failed = 0;

    jit_want(w, op->branch);
    emit_steps(w);
    EMIT(w, "\x56");                /* push rsi */
    emit_call(w, op->branch);
    EMIT(w, "\x5E");                /* pop rsi */
    if (w->deep) {
        EMIT(w, "\xFF\x8F");        /* dec dword [rdi+depth] */
        emit32(w, JIT_AT(depth));
    }
    if (op->negated)
        failed = emit_over(w, JIT_IF_NOT_CARRY);
    else
        emit_if(w, JIT_IF_NOT_CARRY, JIT_FAIL, NULL);
    EMIT(w, "\x80\xBF");            /* cmp byte [rdi+undecided], 0 */
    emit32(w, JIT_AT(undecided));
    EMIT(w, "\0");
    emit_if(w, JIT_IF_NOT_ZERO, JIT_STOP, NULL);
    if (op->negated) {
        emit_jump(w, JIT_FAIL, NULL);
        emit_here(w, failed);
    }
}
