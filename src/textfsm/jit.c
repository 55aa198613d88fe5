#include "jit.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "jit_emit.h"
#include "kiriwake/mem.h"
#include "template.h"

#define MOST_BYTES (1u << 20)     /* of a template's code */

struct jit_piece {
    unsigned char *code;
    size_t len;
};

#if defined(__x86_64__) && defined(__LP64__)
static bool can_run(void)
{
    /* All that have these have LZCNT, which clang does not know to ask. */
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("bmi2");
}
#else
static bool can_run(void)
{
    return false;
}
#endif

void jit_want(struct jit_writer *w, const struct scan_op *op)
{
    if (op->id >= JIT_MAX_OPS) {
        w->full = true;
    } else if (!w->noted[op->id]) {
        w->noted[op->id] = true;
        w->todo[w->todo_count++] = op;
    }
}

/* An operation and what follows it, up to what has code already. */
static void emit_chain(struct jit_writer *w, const struct scan_op *op)
{
    for (;; op = op->next) {
        w->full = w->full || op->id >= JIT_MAX_OPS;
        if (w->full)
            return;
        if (w->code[op->id]) {
            emit_jump(w, JIT_CODE, op);
            return;
        }
        w->noted[op->id] = true;
        w->code[op->id] = emit_place(w) + 1;
        if (op->skip)
            jit_emit_skip(w, op);
        if (!jit_emit_op(w, op))
            return;
    }
}

/* On with the interpreter, from before the white space that op skips. */
static void emit_interpret(struct jit_writer *w, const struct scan_op *op)
{
    w->interpret[op->id] = emit_place(w) + 1;
    if (op->skip)
        EMIT(w, "\x4A\x8D\x0C\x1A");        /* lea rcx, [rdx+r11] */
    else
        EMIT(w, "\x48\x8D\x0C\x32");        /* lea rcx, [rdx+rsi] */
    EMIT(w, "\x48\xBE");                    /* mov rsi, op */
    emit64(w, (uint64_t)(uintptr_t)op);
    EMIT(w, "\xE9");                        /* jmp interpreter */
    emit_back(w, w->interpreter[w->kind]);
}

static uint32_t place_of(struct jit_writer *w, const struct jit_jump *j)
{
    switch (j->goal) {
    case JIT_CODE:
        return w->code[j->op->id] - 1;
    case JIT_FAIL:
        return w->fail;
    case JIT_STOP:
        return w->stop;
    case JIT_ABORT:
        return w->abort;
    default:
        if (!w->interpret[j->op->id])
            emit_interpret(w, j->op);
        return w->interpret[j->op->id] - 1;
    }
}

static void settle_jumps(struct jit_writer *w)
{
    for (size_t i = 0; i < w->jump_count; i++) {
        uint32_t by = place_of(w, &w->jumps[i]) - (w->jumps[i].at + 4);

        memcpy(w->out.data + w->jumps[i].at, &by, sizeof by);
    }
}

/* Whether a program leads back to itself: to an operation that was built
 * after the one before it. */
static bool is_deep(const struct scan_op *op, bool *seen)
{
    while (op->id < JIT_MAX_OPS && !seen[op->id]) {
        seen[op->id] = true;
        if (op->code == SCAN_ACCEPT || op->code == SCAN_BAIL)
            return false;
        if (op->code == SCAN_ALT || op->code == SCAN_LOOK)
            if (op->branch->id > op->id || is_deep(op->branch, seen))
                return true;
        if (op->next->id > op->id)
            return true;
        op = op->next;
    }
    return false;
}

static void begin_program(struct jit_writer *w, const struct matcher *m)
{
    bool seen[JIT_MAX_OPS] = {false};

    w->jump_count = w->todo_count = 0;
    memset(w->code, 0, sizeof w->code);
    memset(w->interpret, 0, sizeof w->interpret);
    memset(w->noted, 0, sizeof w->noted);
    w->maybe = m->maybe;
    w->deep = is_deep(m->scan, seen);
}

static void write_program(struct jit_writer *w, const struct scan_op *program)
{
    jit_want(w, program);
    while (w->todo_count && !w->full) {
        const struct scan_op *op = w->todo[--w->todo_count];

        if (!w->code[op->id])
            emit_chain(w, op);
    }
    if (!w->full)
        settle_jumps(w);
}

static void emit_clear(struct jit_writer *w, const struct matcher *m)
{
    EMIT(w, "\x66\x0F\xEF\xC0");            /* pxor xmm0, xmm0 */
    for (uint32_t i = 1; i <= m->groups; i++) {
        EMIT(w, "\x41\x0F\x11\x81");        /* movups [r9+start], xmm0 */
        emit32(w, JIT_SPAN(i, start));
    }
    EMIT(w, "\xC7\x87");                    /* mov dword [rdi+undos], 0 */
    emit32(w, JIT_AT(undos));
    emit32(w, 0);
}

static void emit_rule(struct jit_writer *w, struct rule *rule, size_t number)
{
    const struct matcher *m = &rule->matcher;
    uint32_t undecided;

    w->rules[w->kind][number] = emit_place(w);
    if (!m->tried || m->scan->code == SCAN_BAIL) {
        jit_emit_exit(w, JIT_UNKNOWN, number);
        return;
    }
    begin_program(w, m);
    if (m->maybe)
        emit_clear(w, m);
    EMIT(w, "\x31\xF6");                    /* xor esi, esi */
    emit_call(w, m->scan);
    emit_if_back(w, JIT_IF_NOT_CARRY, w->next[w->kind]);
    EMIT(w, "\x80\xBF");                    /* cmp byte [rdi+undecided], 0 */
    emit32(w, JIT_AT(undecided));
    EMIT(w, "\0");
    undecided = emit_over(w, JIT_IF_NOT_ZERO);
    jit_emit_matched(w, rule, number);
    emit_here(w, undecided);
    jit_emit_exit(w, JIT_UNDECIDED, number);
    write_program(w, m->scan);
}

static void write_rules(struct jit_writer *w, enum jit_kind kind,
                        const struct dispatch *d)
{
    w->kind = kind;
    for (size_t i = 0; i < d->count && !w->full; i++)
        emit_rule(w, &d->rules[i], i);
    while (w->out.len % sizeof(uint64_t))
        EMIT(w, "\xCC");            /* int3 */
    emit_here(w, w->tables[kind]);
    w->tables[kind] = emit_place(w);
    for (size_t i = 0; i < d->count; i++)
        emit64(w, 0);
}

/* Puts the code where it can run; NULL when it cannot be. */
static unsigned char *install(struct jit_writer *w, size_t count)
{
    unsigned char *p = mmap(NULL, w->out.len, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (p == MAP_FAILED)
        return NULL;
    for (unsigned kind = 0; kind < JIT_KINDS; kind++)
        for (size_t i = 0; i < count; i++) {
            uint64_t rule = (uint64_t)(uintptr_t)p + w->rules[kind][i];

            memcpy(w->out.data + w->tables[kind] + i * sizeof rule, &rule,
                   sizeof rule);
        }
    memcpy(p, w->out.data, w->out.len);
    if (mprotect(p, w->out.len, PROT_READ | PROT_EXEC) == 0)
        return p;
    munmap(p, w->out.len);
    return NULL;
}

static void compile(struct jit *jit, struct jit_writer *w,
                    struct dispatch *d)
{
    unsigned char *p = NULL, *entry;

    w->whole = d->whole;
    jit_emit_frame(w, d);
    write_rules(w, JIT_SHORT, d);
    write_rules(w, JIT_LONG, d);
    jit_emit_tables(w);
    if (!w->full && w->out.len <= MOST_BYTES - jit->bytes)
        p = install(w, d->count);
    if (!p)
        return;
    jit->bytes += w->out.len;
    jit->pieces = mem_grow(jit->pieces, &jit->cap, jit->count + 1,
                           sizeof *jit->pieces);
    jit->pieces[jit->count++] = (struct jit_piece){p, w->out.len};
    entry = p + w->entry;
    memcpy(&d->run, &entry, sizeof entry);
}

void jit_compile(struct textfsm *t, struct dispatch *d)
{
    struct jit_writer *w;

    if (!can_run())
        return;
    w = mem_zalloc(sizeof *w);
    w->template = t;
    compile(&t->tools.jit, w, d);
    buf_free(&w->out);
    free(w->jumps);
    free(w->uses);
    free(w);
}

void jit_free(struct jit *jit)
{
    for (size_t i = 0; i < jit->count; i++)
        munmap(jit->pieces[i].code, jit->pieces[i].len);
    free(jit->pieces);
}
