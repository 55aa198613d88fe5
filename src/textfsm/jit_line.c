/*
 * The way in, from line to line, from rule to rule, and out. Only lines that
 * end with LF or the text, in ASCII, with no other controls than tabs, are
 * split here.
 */
#include "dispatch.h"
#include "jit_emit.h"

#define TARGET(field) ((char)offsetof(struct jit_target, field))
#define BLOCK 64

static void emit_offset(struct jit_writer *w, char offset)
{
    emit(w, &offset, 1);
}

/* Constants for jit_emit_run_end(), and 32 and 33, 32 times each. */
static void emit_constants(struct jit_writer *w)
{
    static const unsigned char nibbles[2 * SCAN_WIDTH] = {
        15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15,
        1,  2,  4,  8,  16, 32, 64, 128};
    char limits[BLOCK];

    memset(limits, ' ', BLOCK / 2);
    memset(limits + BLOCK / 2, ' ' + 1, BLOCK / 2);
    w->nibbles = emit_place(w);
    emit(w, (const char *)nibbles, sizeof nibbles);
    w->limits = emit_place(w);
    emit(w, limits, sizeof limits);
}

static void emit_ends(struct jit_writer *w)
{
    w->abort = emit_place(w);
    EMIT(w, "\xC6\x87");            /* mov byte [rdi+undecided], 1 */
    emit32(w, JIT_AT(undecided));
    EMIT(w, "\x01");
    w->stop = emit_place(w);
    EMIT(w, "\xF9\xC3");            /* stc; ret */
    w->fail = emit_place(w);
    EMIT(w, "\xF8\xC3");            /* clc; ret */
}

static void emit_set_scanner(struct jit_writer *w, size_t field, size_t n)
{
    EMIT(w, "\x48\xC7\x87");        /* mov qword [rdi+field], n */
    emit32(w, field);
    emit32(w, n);
}

/* The scanner's line; r9 is lost. */
static void emit_keep_line(struct jit_writer *w)
{
    EMIT(w, "\x48\x89\x97");        /* mov [rdi+start], rdx */
    emit32(w, JIT_AT(start));
    EMIT(w, "\x4E\x8D\x0C\x02"      /* lea r9, [rdx+r8] */
            "\x4C\x89\x8F");        /* mov [rdi+end], r9 */
    emit32(w, JIT_AT(end));
    if (w->kind != JIT_SHORT)
        return;
    EMIT(w, "\x4C\x89\xB7");        /* mov [rdi+skip], r14 */
    emit32(w, JIT_AT(skip));
    EMIT(w, "\x4C\x89\xBF");        /* mov [rdi+word], r15 */
    emit32(w, JIT_AT(word));
    emit_set_scanner(w, JIT_AT(known), BLOCK);
}

/* The registers that hold the line. */
static void emit_line(struct jit_writer *w)
{
    EMIT(w, "\x48\x8B\x97");        /* mov rdx, [rdi+start] */
    emit32(w, JIT_AT(start));
    EMIT(w, "\x4C\x8B\x87");        /* mov r8, [rdi+end] */
    emit32(w, JIT_AT(end));
    EMIT(w, "\x4C\x8B\x8F");        /* mov r9, [rdi+spans] */
    emit32(w, JIT_AT(spans));
    EMIT(w, "\x49\x29\xD0");        /* sub r8, rdx */
}

/* rax(rdi, rsi, rdx, …): a call of C, on a stack as it wants it. */
static void emit_outside(struct jit_writer *w)
{
    EMIT(w, "\x57"                  /* push rdi */
            "\x55"                  /* push rbp */
            "\x48\x89\xE5"          /* mov rbp, rsp */
            "\x48\x83\xE4\xF0"      /* and rsp, -16 */
            "\xFF\xD0"              /* call rax */
            "\x48\x89\xEC"          /* mov rsp, rbp */
            "\x5D"                  /* pop rbp */
            "\x5F");                /* pop rdi */
}

/* The interpreter at operation rsi and place rcx: what it says is what the
 * code says. Helpers: size_t (scanner, rsi, r10, rcx). */
static void emit_outsides(struct jit_writer *w, enum jit_kind kind)
{
    w->kind = kind;
    w->interpreter[kind] = emit_place(w);
    emit_keep_line(w);
    EMIT(w, "\x48\x89\xCA"          /* mov rdx, rcx */
            "\x48\xB8");            /* mov rax, scan_from */
    emit64(w, (uint64_t)(uintptr_t)scan_from);
    emit_outside(w);
    EMIT(w, "\x0A\x87");            /* or al, [rdi+undecided] */
    emit32(w, JIT_AT(undecided));
    emit_line(w);
    EMIT(w, "\xF6\xD8\xC3");        /* neg al; ret */
    w->helper[kind] = emit_place(w);
    emit_keep_line(w);
    EMIT(w, "\x4C\x89\xD2");        /* mov rdx, r10 */
    emit_outside(w);
    emit_line(w);
    EMIT(w, "\xC3");                /* ret */
}

static void emit_leaves(struct jit_writer *w)
{
    w->leave = emit_place(w);
    EMIT(w, "\x48\x89\xEA"          /* mov rdx, rbp */
            "\x59"                  /* pop rcx */
            "\x41\x5F\x41\x5E\x5D"  /* pop r15, r14, rbp */
            "\xC3");                /* ret */
    for (unsigned kind = 0; kind < JIT_KINDS; kind++) {
        w->kind = (enum jit_kind)kind;
        w->leaves[kind] = emit_place(w);
        emit_keep_line(w);
        emit_jump_back(w, w->leave);
    }
    w->none = emit_place(w);
    EMIT(w, "\x31\xC0");            /* xor eax, eax: JIT_NONE */
    emit_jump_back(w, w->leave);
    w->outside = emit_place(w);
    EMIT(w, "\x31\xED"              /* xor ebp, ebp */
            "\xB8");                /* mov eax, JIT_LINE */
    emit32(w, JIT_LINE);
    emit_jump_back(w, w->leave);
}

/* On with the next rule. */
static void emit_next(struct jit_writer *w)
{
    w->next[w->kind] = emit_place(w);
    EMIT(w, "\xF3\x48\x0F\xBC\xC5");        /* tzcnt rax, rbp */
    emit_if_back(w, JIT_IF_CARRY, w->whole ? w->line : w->none);
    EMIT(w, "\xC4\xE2\xD0\xF3\xCD"  /* blsr rbp, rbp */
            "\x48\x8D\x0D");        /* lea rcx, [rip+table] */
    w->tables[w->kind] = emit_place(w);
    emit32(w, 0);
    EMIT(w, "\xFF\x24\xC1");        /* jmp [rcx+rax*8] */
}

/* Of 64 bytes at rdx, or at rsi: r15: those up to a blank; rax: those of
 * them that are none. */
static void emit_low(struct jit_writer *w, bool at_rsi)
{
    char at = at_rsi ? '\6' : '\2', then = at_rsi ? '\x4E' : '\x4A';

    EMIT(w, "\xC5\xFE\x6F\x25");            /* vmovdqu ymm4, [rip+…] */
    emit_back(w, w->limits);
    EMIT(w, "\xC5\xFE\x6F\x1D");            /* vmovdqu ymm3, [rip+…] */
    emit_back(w, w->limits + BLOCK / 2);
    EMIT(w, "\xC5\xDD\x64");                /* vpcmpgtb ymm0, ymm4, [at] */
    emit(w, &at, 1);
    EMIT(w, "\xC5\xDD\x64");                /* vpcmpgtb ymm1, …, [at+32] */
    emit(w, (char[]){then, BLOCK / 2}, 2);
    EMIT(w, "\xC5\xFD\xD7\xC0"              /* vpmovmskb eax, ymm0 */
            "\xC5\xFD\xD7\xC9"              /* vpmovmskb ecx, ymm1 */
            "\x48\xC1\xE1\x20"              /* shl rcx, 32 */
            "\x48\x09\xC8"                  /* or rax, rcx */
            "\xC5\xE5\x64");                /* vpcmpgtb ymm0, ymm3, [at] */
    emit(w, &at, 1);
    EMIT(w, "\xC5\xE5\x64");                /* vpcmpgtb ymm1, …, [at+32] */
    emit(w, (char[]){then, BLOCK / 2}, 2);
    EMIT(w, "\xC5\x7D\xD7\xF8"              /* vpmovmskb r15d, ymm0 */
            "\xC5\xFD\xD7\xC9"              /* vpmovmskb ecx, ymm1 */
            "\x48\xC1\xE1\x20"              /* shl rcx, 32 */
            "\x49\x09\xCF"                  /* or r15, rcx */
            "\xC5\xF8\x77");                /* vzeroupper */
}

/* r8: the place of the line's end in the 64 bytes at rdx, or at rsi; falls
 * through when it is there. Returns the jump for when it is not. */
static uint32_t emit_find_end(struct jit_writer *w, bool at_rsi)
{
    char index = at_rsi ? '\6' : '\2';
    uint32_t again = emit_place(w), absent, found;

    EMIT(w, "\xF3\x4C\x0F\xBC\xC0");        /* tzcnt r8, rax */
    absent = emit_over(w, JIT_IF_CARRY);
    EMIT(w, "\x42\x80\x3C");                /* cmp byte [at+r8], '\n' */
    emit(w, (char[]){index, '\n'}, 2);
    found = emit_over(w, JIT_IF_ZERO);
    EMIT(w, "\xC4\xE2\xF8\xF3\xC8"          /* blsr rax, rax */
            "\x42\x80\x3C");                /* cmp byte [at+r8], '\t' */
    emit(w, (char[]){index, '\t'}, 2);
    emit_if_back(w, JIT_IF_ZERO, again);
    EMIT(w, "\x4A\x8D\x0C");                /* lea rcx, [at+r8] */
    emit(w, &index, 1);
    EMIT(w, "\x49\x3B\x4A");                /* cmp rcx, [r10+end] */
    emit_offset(w, TARGET(end));
    emit_if_back(w, JIT_IF_NOT_ZERO, w->outside);
    emit_here(w, found);
    return absent;
}

/* r14, r15: the words of a line that ends at r8 in them. */
static void emit_words(struct jit_writer *w)
{
    EMIT(w, "\x48\xC7\xC0\xFF\xFF\xFF\xFF"  /* mov rax, -1 */
            "\xC4\xE2\xB9\xF7\xC0"          /* shlx rax, rax, r8 */
            "\x4D\x89\xFE"                  /* mov r14, r15 */
            "\x49\xF7\xD6"                  /* not r14 */
            "\x49\x09\xC6"                  /* or r14, rax */
            "\x49\x09\xC7");                /* or r15, rax */
}

/* The line at rdx, r8 bytes and LF, is taken; the scanner may try it. */
static void emit_take(struct jit_writer *w)
{
    EMIT(w, "\x4A\x8D\x4C\x02\x01"          /* lea rcx, [rdx+r8+1] */
            "\x49\x89\x4A");                /* mov [r10+at], rcx */
    emit_offset(w, TARGET(at));
    EMIT(w, "\x41\xFF\x42");                /* inc dword [r10+line] */
    emit_offset(w, TARGET(line));
    emit_set_scanner(w, JIT_AT(steps),
                     SCAN_STEPS + SCAN_STEPS_PER_BYTE *
                                      (w->kind == JIT_SHORT ? JIT_SHORT_LINE
                                                            : JIT_LONG_LINE));
    emit_set_scanner(w, JIT_AT(memo_steps), SCAN_MEMO_STEPS);
}

/* rbp: the rules by the line's first byte, and its first that r14 has. Where
 * there is none, LF is there. */
static void emit_dispatch(struct jit_writer *w, const struct dispatch *d)
{
    EMIT(w, "\x0F\xB6\x02"                  /* movzx eax, byte [rdx] */
            "\xF3\x49\x0F\xBC\xCE"          /* tzcnt rcx, r14 */
            "\x0F\xB6\x0C\x0A"              /* movzx ecx, byte [rdx+rcx] */
            "\x49\xBA");                    /* mov r10, d */
    emit64(w, (uint64_t)(uintptr_t)d);
    EMIT(w, "\x49\x8B\xAC\xC2");            /* mov rbp, [r10+rax*8+first] */
    emit32(w, offsetof(struct dispatch, first));
    EMIT(w, "\x49\x23\xAC\xCA");            /* and rbp, [r10+rcx*8+lead] */
    emit32(w, offsetof(struct dispatch, lead));
}

/* The next line, if it fits in one word; the jump for when it does not. */
static uint32_t emit_short_line(struct jit_writer *w,
                                const struct dispatch *d)
{
    uint32_t far;

    w->kind = JIT_SHORT;
    w->line = emit_place(w);
    EMIT(w, "\x4C\x8B\x14\x24"              /* mov r10, [rsp] */
            "\x49\x8B\x52");                /* mov rdx, [r10+at] */
    emit_offset(w, TARGET(at));
    EMIT(w, "\x49\x3B\x52");                /* cmp rdx, [r10+end] */
    emit_offset(w, TARGET(end));
    emit_if_back(w, JIT_IF_NOT_BELOW, w->outside);
    emit_low(w, false);
    far = emit_find_end(w, false);
    emit_take(w);
    emit_words(w);
    emit_dispatch(w, d);
    return far;
}

/* The first word of a long line, and the next ones up to its end. */
static void emit_long_line(struct jit_writer *w, const struct dispatch *d)
{
    uint32_t loop, more;

    w->kind = JIT_LONG;
    EMIT(w, "\x4C\x89\xF8"                  /* mov rax, r15 */
            "\x48\xF7\xD0"                  /* not rax */
            "\x48\x85\xC0");                /* test rax, rax */
    emit_if_back(w, JIT_IF_ZERO, w->outside);
    EMIT(w, "\x45\x31\xDB");                /* xor r11d, r11d */
    loop = emit_place(w);
    EMIT(w, "\x4E\x89\xBC\x1F");            /* mov [rdi+r11+word], r15 */
    emit32(w, JIT_AT(word));
    EMIT(w, "\x49\xF7\xD7"                  /* not r15 */
            "\x4E\x89\xBC\x1F");            /* mov [rdi+r11+skip], r15 */
    emit32(w, JIT_AT(skip));
    EMIT(w, "\x49\x83\xC3\x08"              /* add r11, 8 */
            "\x49\x83\xFB");                /* cmp r11, all words */
    emit(w, (char[]){SCAN_WORDS * 8}, 1);
    emit_if_back(w, JIT_IF_ZERO, w->outside);
    EMIT(w, "\x4A\x8D\x34\xDA");            /* lea rsi, [rdx+r11*8] */
    emit_low(w, true);
    more = emit_find_end(w, true);
    emit_lead(w, more, loop);
    emit_words(w);
    EMIT(w, "\x4E\x89\xBC\x1F");            /* mov [rdi+r11+word], r15 */
    emit32(w, JIT_AT(word));
    EMIT(w, "\x4E\x89\xB4\x1F");            /* mov [rdi+r11+skip], r14 */
    emit32(w, JIT_AT(skip));
    EMIT(w, "\x4F\x8D\x04\xD8"              /* lea r8, [r8+r11*8] */
            "\x4A\x8D\x0C\xDD\x40\0\0\0"    /* lea rcx, [r11*8+64] */
            "\x48\x89\x8F");                /* mov [rdi+known], rcx */
    emit32(w, JIT_AT(known));
    emit_take(w);
    EMIT(w, "\x4C\x8B\xB7");                /* mov r14, [rdi+skip] */
    emit32(w, JIT_AT(skip));
    emit_dispatch(w, d);
}

/* The way in: on with the scanner's line, or with the next one. */
static void emit_entry(struct jit_writer *w, uint32_t ahead[JIT_KINDS])
{
    uint32_t lines;

    w->entry = emit_place(w);
    EMIT(w, "\xF3\x0F\x1E\xFA"      /* endbr64 */
            "\x55\x41\x56\x41\x57"  /* push rbp, r14, r15 */
            "\x52"                  /* push rdx */
            "\x48\x89\xF5");        /* mov rbp, rsi */
    emit_line(w);
    EMIT(w, "\x48\x85\xED");        /* test rbp, rbp */
    lines = emit_over(w, JIT_IF_ZERO);
    EMIT(w, "\x4C\x8B\xB7");        /* mov r14, [rdi+skip] */
    emit32(w, JIT_AT(skip));
    EMIT(w, "\x4C\x8B\xBF");        /* mov r15, [rdi+word] */
    emit32(w, JIT_AT(word));
    EMIT(w, "\x49\x83\xF8\x40");    /* cmp r8, 64 */
    ahead[JIT_SHORT] = emit_over(w, JIT_IF_BELOW);
    ahead[JIT_LONG] = emit_over(w, JIT_IF_NOT_BELOW);
    emit_here(w, lines);
}

void jit_emit_frame(struct jit_writer *w, const struct dispatch *d)
{
    uint32_t ahead[JIT_KINDS], far;

    emit_constants(w);
    emit_ends(w);
    emit_leaves(w);
    emit_outsides(w, JIT_SHORT);
    emit_outsides(w, JIT_LONG);
    jit_emit_far(w, false);
    jit_emit_far(w, true);
    emit_entry(w, ahead);
    far = emit_short_line(w, d);
    emit_here(w, ahead[JIT_SHORT]);
    emit_next(w);
    emit_here(w, far);
    emit_long_line(w, d);
    emit_here(w, ahead[JIT_LONG]);
    emit_next(w);
}
