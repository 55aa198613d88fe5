/*
 * Registers: rdi the scanner, rdx the line's start, rsi where in it, r8 its
 * length, r9 the spans; r11 where white space before an operation began.
 * rax, rcx, r10, xmm0…4 are free.
 */
#include "jit.h"

#ifdef __x86_64__

#include <stdlib.h>
#include <sys/mman.h>

#include "jit_emit.h"
#include "kiriwake/mem.h"

#define MEMORY_BYTES (256u << 10)
#define AT(field) offsetof(struct scanner, field)
#define SPAN(group, field) \
    ((group) * sizeof(struct scan_span) + offsetof(struct scan_span, field))

static void want_code(struct jit_writer *w, const struct scan_op *op)
{
    if (op->id >= JIT_MAX_OPS) {
        w->full = true;
    } else if (!w->noted[op->id]) {
        w->noted[op->id] = true;
        w->todo[w->todo_count++] = op;
    }
}

/* rax: how far it is from rsi to the next bit of skip or word. In a line
 * that fits in one word there always is one: the line's end. */
static void emit_find_bit(struct jit_writer *w, size_t words,
                          const struct scan_op *op)
{
    if (w->kind == SCAN_CODED_SHORT) {
        EMIT(w, "\x89\xF1"          /* mov ecx, esi */
                "\x48\x8B\x87");   /* mov rax, [rdi+words] */
        emit32(w, words);
        EMIT(w, "\x48\xD3\xE8"     /* shr rax, cl */
                "\xF3\x48\x0F\xBC\xC0");        /* tzcnt rax, rax */
        return;
    }
    EMIT(w, "\x89\xF0"              /* mov eax, esi */
            "\xC1\xE8\x03"          /* shr eax, 3 */
            "\x48\x8B\x84\x07");    /* mov rax, [rdi+rax+words] */
    emit32(w, words);
    EMIT(w, "\x89\xF1"              /* mov ecx, esi */
            "\x83\xE1\x07"          /* and ecx, 7 */
            "\x48\xD3\xE8"          /* shr rax, cl */
            "\x48\x85\xC0");        /* test rax, rax */
    emit_if(w, JIT_IF_ZERO, JIT_INTERPRET, op);
    EMIT(w, "\xF3\x48\x0F\xBC\xC0");        /* tzcnt rax, rax */
}

static void emit_skip(struct jit_writer *w, const struct scan_op *op)
{
    EMIT(w, "\x49\x89\xF3");        /* mov r11, rsi */
    emit_find_bit(w, AT(skip), op);
    if (op->skip == 2) {
        EMIT(w, "\x85\xC0");        /* test eax, eax */
        emit_if(w, JIT_IF_ZERO, JIT_FAIL, NULL);
    }
    EMIT(w, "\x48\x01\xC6");        /* add rsi, rax */
}

/* Whether al is in the set: the condition of a jump for yes; + 1 for no. */
static int emit_is_in(struct jit_writer *w, const struct re_ascii *set)
{
    uint64_t low = set->bits[0], high = set->bits[1];
    unsigned half = low == 0;
    uint64_t bits = half ? high : low;

    if ((low == 0 || high == 0) && bits && !(bits & (bits - 1))) {
        char is[] = {'\x3C',        /* cmp al, c */
                     (char)(half * 64 + (unsigned)__builtin_ctzll(bits))};

        emit(w, is, sizeof is);
        return JIT_IF_ZERO;
    }
    EMIT(w, "\x49\xBA");            /* mov r10, low */
    emit64(w, low);
    EMIT(w, "\x48\xB9");            /* mov rcx, high */
    emit64(w, high);
    EMIT(w, "\xA8\x40"              /* test al, 64 */
            "\x4C\x0F\x45\xD1"      /* cmovnz r10, rcx */
            "\x49\x0F\xA3\xC2");    /* bt r10, rax */
    return JIT_IF_CARRY;
}

/* al: the byte at rsi, unless the line ends there. */
static void emit_load(struct jit_writer *w, enum jit_goal at_end,
                      const struct scan_op *op)
{
    EMIT(w, "\x4C\x39\xC6");        /* cmp rsi, r8 */
    emit_if(w, JIT_IF_ZERO, at_end, op);
    EMIT(w, "\x0F\xB6\x04\x32");    /* movzx eax, byte [rdx+rsi] */
}

static void emit_set(struct jit_writer *w, const struct scan_op *op)
{
    emit_load(w, JIT_FAIL, NULL);
    emit_if(w, emit_is_in(w, &op->set->first.bytes) + 1, JIT_FAIL, NULL);
    EMIT(w, "\x48\xFF\xC6");        /* inc rsi */
}

/* Some bytes of a literal, at rsi + at: 1, 2, 4 or 8. */
static void emit_compare(struct jit_writer *w, const char *s, size_t at,
                         size_t len)
{
    if (len == 8) {
        uint64_t word;

        memcpy(&word, s + at, sizeof word);
        EMIT(w, "\x48\xB8");        /* mov rax, word */
        emit64(w, word);
    }
    if (len == 8)
        EMIT(w, "\x48\x39\x44\x32");        /* cmp [rdx+rsi+at], rax */
    else if (len == 4)
        EMIT(w, "\x81\x7C\x32");    /* cmp dword [rdx+rsi+at], … */
    else if (len == 2)
        EMIT(w, "\x66\x81\x7C\x32");        /* cmp word … */
    else
        EMIT(w, "\x80\x7C\x32");    /* cmp byte … */
    emit(w, (char[]){(char)at}, 1);
    if (len < 8)
        emit(w, s + at, len);
    emit_if(w, JIT_IF_NOT_ZERO, JIT_FAIL, NULL);
}

/* Whole words, and a last one that may overlap the one before. */
static void emit_literal(struct jit_writer *w, const struct scan_op *op)
{
    size_t len = op->max, at = 0;
    size_t size = len >= 8 ? 8 : len >= 4 ? 4 : len >= 2 ? 2 : 1;

    EMIT(w, "\x8D\x86");            /* lea eax, [rsi+len] */
    emit32(w, len);
    EMIT(w, "\x44\x39\xC0");        /* cmp eax, r8d */
    emit_if(w, JIT_IF_ABOVE, JIT_FAIL, NULL);
    for (; at + size <= len; at += size)
        emit_compare(w, op->literal, at, size);
    while (size > 1 && at < len && len - at <= size / 2)
        size /= 2;
    if (at < len)
        emit_compare(w, op->literal, len - size, size);
    EMIT(w, "\x48\x81\xC6");        /* add rsi, len */
    emit32(w, len);
}

static void emit_char(struct jit_writer *w, const struct scan_op *op)
{
    char c[] = {op->c};

    EMIT(w, "\x4C\x39\xC6");        /* cmp rsi, r8 */
    emit_if(w, JIT_IF_ZERO, JIT_FAIL, NULL);
    EMIT(w, "\x80\x3C\x32");        /* cmp byte [rdx+rsi], c */
    emit(w, c, sizeof c);
    emit_if(w, JIT_IF_NOT_ZERO, JIT_FAIL, NULL);
    EMIT(w, "\x48\xFF\xC6");        /* inc rsi */
}

/* xmm4: which of the 16 bytes at r10 are in the ranges of the set. */
static void emit_ranges(struct jit_writer *w, const struct scan_set *set)
{
    EMIT(w, "\xF3\x42\x0F\x6F\x04\x12");    /* movdqu xmm0, [rdx+r10] */
    for (unsigned i = 0; i < set->ranges; i++) {
        EMIT(w, "\x66\x0F\x6F\xC8"          /* movdqa xmm1, xmm0 */
                "\x48\xB8");                /* mov rax, low */
        emit64(w, (uint64_t)(uintptr_t)set->low[i]);
        EMIT(w, "\xF3\x0F\x6F\x18"          /* movdqu xmm3, [rax] */
                "\x66\x0F\xF8\xCB"          /* psubb xmm1, xmm3 */
                "\xF3\x0F\x6F\x98");        /* movdqu xmm3, [rax+…] span */
        emit32(w, (size_t)((const char *)set->span[i] -
                           (const char *)set->low[i]));
        EMIT(w, "\x66\x0F\x6F\xD1"          /* movdqa xmm2, xmm1 */
                "\x66\x0F\xDA\xD3"          /* pminub xmm2, xmm3 */
                "\x66\x0F\x74\xD1");        /* pcmpeqb xmm2, xmm1 */
        if (i == 0)
            EMIT(w, "\x66\x0F\x6F\xE2");    /* movdqa xmm4, xmm2 */
        else
            EMIT(w, "\x66\x0F\xEB\xE2");    /* por xmm4, xmm2 */
    }
}

/* ecx: how far a run may go from r10. */
static void emit_limit(struct jit_writer *w, uint32_t max)
{
    EMIT(w, "\x44\x89\xC1"          /* mov ecx, r8d */
            "\x44\x29\xD1");        /* sub ecx, r10d */
    if (max == RE_FOREVER)
        return;
    EMIT(w, "\xB8");                /* mov eax, max */
    emit32(w, max);
    EMIT(w, "\x39\xC1"              /* cmp ecx, eax */
            "\x0F\x47\xC8");        /* cmova ecx, eax */
}

/* rax: where the run of the set from rsi ends. */
static void emit_wide(struct jit_writer *w, const struct scan_op *op)
{
    size_t loop;

    EMIT(w, "\x49\x89\xF2");        /* mov r10, rsi */
    loop = w->out.len;
    emit_ranges(w, op->set);
    emit_limit(w, op->max);
    EMIT(w, "\x66\x0F\xD7\xC4"      /* pmovmskb eax, xmm4 */
            "\x35");                /* xor eax, flip */
    emit32(w, op->set->flip);
    EMIT(w, "\x83\xF9\x0F"          /* cmp ecx, 15 */
            "\x77\x03"              /* ja +3 */
            "\x0F\xAB\xC8"          /* bts eax, ecx */
            "\x85\xC0"              /* test eax, eax */
            "\x75\x09"              /* jnz +9 */
            "\x49\x83\xC2\x10"      /* add r10, 16 */
            "\xE9");                /* jmp loop */
    emit32(w, loop - (w->out.len + 4));
    EMIT(w, "\xF3\x0F\xBC\xC0"      /* tzcnt eax, eax */
            "\x4C\x01\xD0");        /* add rax, r10 */
}

static void emit_least(struct jit_writer *w, uint32_t min)
{
    if (!min)
        return;
    EMIT(w, "\x89\xC1"              /* mov ecx, eax */
            "\x29\xF1"              /* sub ecx, esi */
            "\x81\xF9");            /* cmp ecx, min */
    emit32(w, min);
    emit_if(w, JIT_IF_BELOW, JIT_FAIL, NULL);
}

/* rax: where the run ends; false: the interpreter has to look. */
static bool emit_run_end(struct jit_writer *w, const struct scan_op *op)
{
    const struct scan_set *set = op->set;
    bool forever = op->max == RE_FOREVER;

    if (set->kind != SCAN_OTHER && forever) {
        emit_find_bit(w, set->kind == SCAN_BLACK ? AT(word) : AT(skip), op);
        if (op->min) {
            EMIT(w, "\x3D");        /* cmp eax, min */
            emit32(w, op->min);
            emit_if(w, JIT_IF_BELOW, JIT_FAIL, NULL);
        }
        EMIT(w, "\x48\x01\xF0");    /* add rax, rsi */
        return true;
    }
    if (set->all && forever) {
        EMIT(w, "\x4C\x89\xC0");    /* mov rax, r8 */
    } else if (set->kind == SCAN_OTHER && !set->all && set->ranges &&
               (forever || op->max < SCAN_WIDTH)) {
        emit_wide(w, op);
    } else {
        emit_jump(w, JIT_INTERPRET, op);
        return false;
    }
    emit_least(w, op->min);
    return true;
}

static void emit_store(struct jit_writer *w, size_t where)
{
    EMIT(w, "\x49\x89\x89");        /* mov [r9+where], rcx */
    emit32(w, where);
}

static bool emit_run(struct jit_writer *w, const struct scan_op *op)
{
    if (!emit_run_end(w, op))
        return false;
    if (op->code == SCAN_TAKE || op->code == SCAN_TAKE_WORD) {
        EMIT(w, "\x48\x8D\x0C\x32");        /* lea rcx, [rdx+rsi] */
        emit_store(w, SPAN(op->group, start));
        EMIT(w, "\x48\x8D\x0C\x02");        /* lea rcx, [rdx+rax] */
        emit_store(w, SPAN(op->group, end));
    }
    EMIT(w, "\x48\x89\xC6");        /* mov rsi, rax */
    return true;
}

/* A note of the capture as it is, before it changes. */
static void emit_note(struct jit_writer *w, const struct scan_op *op)
{
    EMIT(w, "\x8B\x8F");            /* mov ecx, [rdi+undos] */
    emit32(w, AT(undos));
    EMIT(w, "\x81\xF9");            /* cmp ecx, SCAN_UNDOS */
    emit32(w, SCAN_UNDOS);
    emit_if(w, JIT_IF_NOT_BELOW, JIT_INTERPRET, op);
    EMIT(w, "\x48\x69\xC1");        /* imul rax, rcx, size */
    emit32(w, sizeof(struct scan_undo));
    EMIT(w, "\x48\x8D\x84\x07");    /* lea rax, [rdi+rax+undo] */
    emit32(w, AT(undo));
    EMIT(w, "\xC7\x00");            /* mov dword [rax], group */
    emit32(w, op->min);
    EMIT(w, "\xF3\x41\x0F\x6F\x81");        /* movdqu xmm0, [r9+span] */
    emit32(w, SPAN(op->min, start));
    EMIT(w, "\xF3\x0F\x7F\x40\x08"  /* movdqu [rax+8], xmm0 */
            "\x4D\x8B\x91");        /* mov r10, [r9+span.open] */
    emit32(w, SPAN(op->min, open));
    EMIT(w, "\x4C\x89\x50\x18"      /* mov [rax+24], r10 */
            "\xFF\x87");            /* inc dword [rdi+undos] */
    emit32(w, AT(undos));
}

static void emit_mark(struct jit_writer *w, const struct scan_op *op)
{
    if (op->maybe)
        emit_note(w, op);
    EMIT(w, "\x48\x8D\x0C\x32");    /* lea rcx, [rdx+rsi] */
    if (op->code == SCAN_OPEN) {
        emit_store(w, SPAN(op->min, open));
        return;
    }
    emit_store(w, SPAN(op->min, end));
    EMIT(w, "\x49\x8B\x89");        /* mov rcx, [r9+open] */
    emit32(w, SPAN(op->min, open));
    emit_store(w, SPAN(op->min, start));
}

/* Goes on where only one way is open; the interpreter tries both. */
static void emit_alt(struct jit_writer *w, const struct scan_op *op)
{
    const struct scan_first *a = op->branch->first, *b = op->next->first;
    size_t end;
    uint32_t skip;

    want_code(w, op->branch);
    EMIT(w, "\x4C\x39\xC6"          /* cmp rsi, r8 */
            "\x0F\x84");            /* jz … */
    end = w->out.len;
    emit32(w, 0);
    EMIT(w, "\x0F\xB6\x04\x32");    /* movzx eax, byte [rdx+rsi] */
    emit_if(w, emit_is_in(w, &a->bytes) + 1, JIT_CODE, op->next);
    emit_if(w, emit_is_in(w, &b->bytes) + 1, JIT_CODE, op->branch);
    emit_jump(w, JIT_INTERPRET, op);
    skip = (uint32_t)(w->out.len - end - 4);
    memcpy(w->out.data + end, &skip, sizeof skip);
    emit_jump(w, a->end && b->end ? JIT_INTERPRET : JIT_CODE,
              a->end && b->end ? op : a->end ? op->branch : op->next);
    want_code(w, op->next);
}

static void emit_fits(struct jit_writer *w, const struct scan_op *op)
{
    EMIT(w, "\x44\x89\xC0"          /* mov eax, r8d */
            "\x29\xF0"              /* sub eax, esi */
            "\x3D");                /* cmp eax, min */
    emit32(w, op->min);
    emit_if(w, JIT_IF_BELOW, JIT_FAIL, NULL);
    EMIT(w, "\x4C\x89\xC6");        /* mov rsi, r8 */
}

/* One operation; false: nothing follows it here. */
static bool emit_op(struct jit_writer *w, const struct scan_op *op)
{
    switch (op->code) {
    case SCAN_ACCEPT:
        EMIT(w, "\xB8\x01\0\0\0\xC3");      /* mov eax, 1; ret */
        return false;
    case SCAN_CHAR:
        emit_char(w, op);
        return true;
    case SCAN_LITERAL:
        emit_literal(w, op);
        return true;
    case SCAN_SET:
        emit_set(w, op);
        return true;
    case SCAN_TO_END:
        emit_fits(w, op);
        return true;
    case SCAN_END:
        EMIT(w, "\x4C\x39\xC6");            /* cmp rsi, r8 */
        emit_if(w, JIT_IF_NOT_ZERO, JIT_FAIL, NULL);
        return true;
    case SCAN_OPEN:
    case SCAN_CLOSE:
        emit_mark(w, op);
        return true;
    case SCAN_RUN:
    case SCAN_TAKE:
    case SCAN_SKIP:
    case SCAN_WORD:
    case SCAN_TAKE_WORD:
        return emit_run(w, op);
    case SCAN_ALT:
        emit_alt(w, op);
        return false;
    default:
        emit_jump(w, JIT_INTERPRET, op);
        return false;
    }
}

/* An operation and what follows it, up to what has code already. */
static void emit_chain(struct jit_writer *w, const struct scan_op *op)
{
    for (;; op = op->next) {
        if (op->id >= JIT_MAX_OPS)
            w->full = true;
        if (w->full)
            return;
        if (w->code[op->id]) {
            emit_jump(w, JIT_CODE, op);
            return;
        }
        w->noted[op->id] = true;
        w->code[op->id] = (uint32_t)w->out.len + 1;
        w->ops[w->op_count++] = op;
        if (op->skip)
            emit_skip(w, op);
        if (!emit_op(w, op))
            return;
    }
}

/* Tries begin at these, from within the interpreter. */
static void want_tries(struct jit_writer *w, const struct scan_op *op)
{
    if (op->code != SCAN_ACCEPT && op->code != SCAN_BAIL)
        want_code(w, op->next);
}

static void emit_interpret(struct jit_writer *w, const struct scan_op *op)
{
    bool (*to)(struct scanner *, const struct scan_op *, const char *) =
        op->skip ? scan_from
        : op->code == SCAN_GREEDY ? scan_greedy
        : op->code == SCAN_LAZY ? scan_lazy : scan_from;

    w->interpret[op->id] = (uint32_t)w->out.len + 1;
    if (op->skip)
        EMIT(w, "\x4A\x8D\x14\x1A");        /* lea rdx, [rdx+r11] */
    else
        EMIT(w, "\x48\x8D\x14\x32");        /* lea rdx, [rdx+rsi] */
    EMIT(w, "\x48\xBE");                    /* mov rsi, op */
    emit64(w, (uint64_t)(uintptr_t)op);
    EMIT(w, "\x48\xB8");                    /* mov rax, to */
    emit64(w, (uint64_t)(uintptr_t)to);
    EMIT(w, "\xFF\xE0");                    /* jmp rax */
}

static uint32_t goal_of(struct jit_writer *w, const struct jit_jump *j)
{
    if (j->goal == JIT_CODE)
        return w->code[j->op->id] - 1;
    if (j->goal == JIT_FAIL)
        return w->fail;
    if (!w->interpret[j->op->id])
        emit_interpret(w, j->op);
    return w->interpret[j->op->id] - 1;
}

static void settle_jumps(struct jit_writer *w)
{
    w->fail = (uint32_t)w->out.len;
    EMIT(w, "\x31\xC0\xC3");                /* xor eax, eax; ret */
    for (size_t i = 0; i < w->jump_count; i++) {
        uint32_t by = goal_of(w, &w->jumps[i]) - (w->jumps[i].at + 4);

        memcpy(w->out.data + w->jumps[i].at, &by, sizeof by);
    }
}

/* A way in from C: bool (struct scanner *, const char *); its offset. */
static size_t emit_entry(struct jit_writer *w, const struct scan_op *op)
{
    size_t at = w->out.len;
    uint32_t by;

    EMIT(w, "\xF3\x0F\x1E\xFA"      /* endbr64 */
            "\x48\x8B\x97");        /* mov rdx, [rdi+start] */
    emit32(w, AT(start));
    EMIT(w, "\x4C\x8B\x87");        /* mov r8, [rdi+end] */
    emit32(w, AT(end));
    EMIT(w, "\x4C\x8B\x8F");        /* mov r9, [rdi+spans] */
    emit32(w, AT(spans));
    EMIT(w, "\x49\x29\xD0"          /* sub r8, rdx */
            "\x48\x29\xD6"          /* sub rsi, rdx */
            "\xE9");                /* jmp … */
    by = (w->code[op->id] - 1) - ((uint32_t)w->out.len + 4);
    emit32(w, by);
    return at;
}

static bool reserve(struct jit *jit)
{
    void *p;

    if (jit->code || jit->failed)
        return jit->code != NULL;
    p = mmap(NULL, MEMORY_BYTES, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    jit->failed = p == MAP_FAILED;
    jit->code = jit->failed ? NULL : p;
    return !jit->failed;
}

/* Puts the code where it can run; NULL when it cannot be. */
static unsigned char *install(struct jit *jit, const struct buf *out)
{
    unsigned char *at;

    if (!reserve(jit) || out->len > MEMORY_BYTES - jit->used ||
        mprotect(jit->code, MEMORY_BYTES, PROT_READ | PROT_WRITE) < 0)
        return NULL;
    at = jit->code + jit->used;
    memcpy(at, out->data, out->len);
    jit->used += out->len;
    jit->failed = mprotect(jit->code, MEMORY_BYTES,
                           PROT_READ | PROT_EXEC) < 0;
    return jit->failed ? NULL : at;
}

static void set_entry(const struct scan_op *op, enum scan_coded kind,
                      const unsigned char *code)
{
    bool (*entry)(struct scanner *s, const char *p);

    memcpy(&entry, &code, sizeof entry);
    ((struct scan_op *)op)->jit[kind] = entry;
}

static void write_program(struct jit_writer *w, const struct scan_op *program)
{
    want_code(w, program);
    while (w->todo_count && !w->full) {
        const struct scan_op *op = w->todo[--w->todo_count];

        if (!w->code[op->id])
            emit_chain(w, op);
        if (!w->todo_count)
            for (size_t i = 0; i < w->op_count; i++)
                want_tries(w, w->ops[i]);
    }
}

static void compile_kind(struct jit *jit, struct jit_writer *w,
                         const struct scan_op *program)
{
    unsigned char *code = NULL;

    write_program(w, program);
    if (w->full || jit->failed)
        return;
    settle_jumps(w);
    for (size_t i = 0; i < w->op_count; i++)
        w->entries[i] = (uint32_t)emit_entry(w, w->ops[i]);
    code = install(jit, &w->out);
    for (size_t i = 0; code && i < w->op_count; i++)
        set_entry(w->ops[i], w->kind, code + w->entries[i]);
}

void jit_compile(struct jit *jit, const struct scan_op *program)
{
    static const enum scan_coded kinds[] = {SCAN_CODED_SHORT,
                                            SCAN_CODED_LONG};

    for (size_t i = 0; i < 2; i++) {
        struct jit_writer *w = mem_zalloc(sizeof *w);

        w->kind = kinds[i];
        compile_kind(jit, w, program);
        buf_free(&w->out);
        free(w->jumps);
        free(w);
    }
}

void jit_free(struct jit *jit)
{
    if (jit->code)
        munmap(jit->code, MEMORY_BYTES);
}

#else

void jit_compile(struct jit *jit, const struct scan_op *program)
{
    (void)jit;
    (void)program;
}

void jit_free(struct jit *jit)
{
    (void)jit;
}

#endif
