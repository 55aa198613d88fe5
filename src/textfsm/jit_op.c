/* The operations that take what is there, or fail. */
#include "jit_emit.h"

int jit_emit_is_in(struct jit_writer *w, const struct re_ascii *set)
{
    uint64_t low = set->bits[0], high = set->bits[1];
    unsigned half = low == 0;
    uint64_t bits = half ? high : low;

    if ((low == 0 || high == 0) && bits && !(bits & (bits - 1))) {
        EMIT(w, "\x3C");            /* cmp al, c */
        emit(w, (char[]){(char)(half * 64 +
                                (unsigned)__builtin_ctzll(bits))}, 1);
        return JIT_IF_ZERO;
    }
    EMIT(w, "\x48\x8D\x0D");        /* lea rcx, [rip+table] */
    w->uses = mem_grow(w->uses, &w->use_cap, w->use_count + 1,
                       sizeof *w->uses);
    w->uses[w->use_count++] = (struct jit_table){*set, emit_place(w)};
    emit32(w, 0);
    EMIT(w, "\x80\x3C\x01\x01");    /* cmp byte [rcx+rax], 1 */
    return JIT_IF_ZERO;
}

static bool is_same(const struct re_ascii *a, const struct re_ascii *b)
{
    return a->bits[0] == b->bits[0] && a->bits[1] == b->bits[1];
}

static void emit_table(struct jit_writer *w, const struct re_ascii *set)
{
    char bytes[256] = {0};

    for (unsigned c = 0; c < 128; c++)
        bytes[c] = re_ascii_has(set, c);
    emit(w, bytes, sizeof bytes);
}

/* Sets that are used often are there once. */
void jit_emit_tables(struct jit_writer *w)
{
    for (size_t i = 0; i < w->use_count; i++) {
        struct jit_table *use = &w->uses[i];
        size_t k = 0;

        while (!is_same(&w->uses[k].set, &use->set))
            k++;
        if (k == i) {
            emit_here(w, use->at);
            use->at = emit_place(w);
            emit_table(w, &use->set);
        } else {
            emit_lead(w, use->at, w->uses[k].at);
        }
    }
}

static void emit_set(struct jit_writer *w, const struct scan_op *op)
{
    if (!jit_is_printable(&op->set->first.bytes)) {
        EMIT(w, "\x4C\x39\xC6");    /* cmp rsi, r8 */
        emit_if(w, JIT_IF_ZERO, JIT_FAIL, NULL);
    }
    EMIT(w, "\x0F\xB6\x04\x32");    /* movzx eax, byte [rdx+rsi] */
    emit_if(w, jit_emit_is_in(w, &op->set->first.bytes) + 1, JIT_FAIL, NULL);
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

/* What follows a line is not: there such a literal differs. */
static bool is_printable(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)s[i] < 32 || (unsigned char)s[i] > 126)
            return false;
    return true;
}

/* Whole words, and a last one that may overlap the one before. */
static void emit_literal(struct jit_writer *w, const struct scan_op *op)
{
    size_t len = op->max, at = 0;
    size_t size = len >= 8 ? 8 : len >= 4 ? 4 : len >= 2 ? 2 : 1;

    if (!is_printable(op->literal, len)) {
        EMIT(w, "\x8D\x86");        /* lea eax, [rsi+len] */
        emit32(w, len);
        EMIT(w, "\x44\x39\xC0");    /* cmp eax, r8d */
        emit_if(w, JIT_IF_ABOVE, JIT_FAIL, NULL);
    }
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
    if (!is_printable(&op->c, 1)) {
        EMIT(w, "\x4C\x39\xC6");    /* cmp rsi, r8 */
        emit_if(w, JIT_IF_ZERO, JIT_FAIL, NULL);
    }
    EMIT(w, "\x80\x3C\x32");        /* cmp byte [rdx+rsi], c */
    emit(w, (char[]){op->c}, 1);
    emit_if(w, JIT_IF_NOT_ZERO, JIT_FAIL, NULL);
    EMIT(w, "\x48\xFF\xC6");        /* inc rsi */
}

static void emit_store(struct jit_writer *w, size_t where)
{
    EMIT(w, "\x49\x89\x89");        /* mov [r9+where], rcx */
    emit32(w, where);
}

static void emit_run(struct jit_writer *w, const struct scan_op *op)
{
    jit_emit_run_end(w, op);
    if (op->code == SCAN_TAKE || op->code == SCAN_TAKE_WORD) {
        EMIT(w, "\x48\x8D\x0C\x32");        /* lea rcx, [rdx+rsi] */
        emit_store(w, JIT_SPAN(op->group, start));
        EMIT(w, "\x48\x8D\x0C\x02");        /* lea rcx, [rdx+rax] */
        emit_store(w, JIT_SPAN(op->group, end));
    }
    EMIT(w, "\x48\x89\xC6");        /* mov rsi, rax */
}

/* A note of the capture as it is, before it changes. */
static void emit_note(struct jit_writer *w, const struct scan_op *op)
{
    EMIT(w, "\x8B\x8F");            /* mov ecx, [rdi+undos] */
    emit32(w, JIT_AT(undos));
    EMIT(w, "\x81\xF9");            /* cmp ecx, SCAN_UNDOS */
    emit32(w, SCAN_UNDOS);
    emit_if(w, JIT_IF_NOT_BELOW, JIT_ABORT, NULL);
    EMIT(w, "\x48\x69\xC1");        /* imul rax, rcx, size */
    emit32(w, sizeof(struct scan_undo));
    EMIT(w, "\x48\x8D\x84\x07");    /* lea rax, [rdi+rax+undo] */
    emit32(w, JIT_AT(undo));
    EMIT(w, "\xC7\x00");            /* mov dword [rax], group */
    emit32(w, op->min);
    EMIT(w, "\xF3\x41\x0F\x6F\x81");        /* movdqu xmm0, [r9+span] */
    emit32(w, JIT_SPAN(op->min, start));
    EMIT(w, "\xF3\x0F\x7F\x40\x08"  /* movdqu [rax+8], xmm0 */
            "\x4D\x8B\x91");        /* mov r10, [r9+span.open] */
    emit32(w, JIT_SPAN(op->min, open));
    EMIT(w, "\x4C\x89\x50\x18"      /* mov [rax+24], r10 */
            "\xFF\x87");            /* inc dword [rdi+undos] */
    emit32(w, JIT_AT(undos));
}

static void emit_mark(struct jit_writer *w, const struct scan_op *op)
{
    if (op->maybe)
        emit_note(w, op);
    EMIT(w, "\x48\x8D\x0C\x32");    /* lea rcx, [rdx+rsi] */
    if (op->code == SCAN_OPEN) {
        emit_store(w, JIT_SPAN(op->min, open));
        return;
    }
    emit_store(w, JIT_SPAN(op->min, end));
    EMIT(w, "\x49\x8B\x89");        /* mov rcx, [r9+open] */
    emit32(w, JIT_SPAN(op->min, open));
    emit_store(w, JIT_SPAN(op->min, start));
}

static void emit_fits(struct jit_writer *w, const struct scan_op *op)
{
    if (op->min) {
        EMIT(w, "\x44\x89\xC0"      /* mov eax, r8d */
                "\x29\xF0"          /* sub eax, esi */
                "\x3D");            /* cmp eax, min */
        emit32(w, op->min);
        emit_if(w, JIT_IF_BELOW, JIT_FAIL, NULL);
    }
    EMIT(w, "\x4C\x89\xC6");        /* mov rsi, r8 */
}

/* Tries: what follows is code of its own. */
static bool emit_try(struct jit_writer *w, const struct scan_op *op)
{
    switch (op->code) {
    case SCAN_GREEDY:
    case SCAN_LAZY:
        jit_emit_loop(w, op);
        break;
    case SCAN_ALT:
        jit_emit_alt(w, op);
        break;
    case SCAN_ACCEPT:
        EMIT(w, "\xF9\xC3");                /* stc; ret */
        break;
    default:
        emit_jump(w, JIT_INTERPRET, op);
        break;
    }
    return false;
}

bool jit_emit_op(struct jit_writer *w, const struct scan_op *op)
{
    switch (op->code) {
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
    case SCAN_BEGIN:
        EMIT(w, "\x48\x85\xF6");            /* test rsi, rsi */
        emit_if(w, JIT_IF_NOT_ZERO, JIT_FAIL, NULL);
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
        emit_run(w, op);
        return true;
    case SCAN_LOOK:
        jit_emit_look(w, op);
        return true;
    default:
        return emit_try(w, op);
    }
}
