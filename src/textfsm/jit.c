#include "jit.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "jit_emit.h"
#include "kiriwake/mem.h"
#include "record.h"

#define MOST_BYTES (1u << 20)     /* of a template's code */
#define CELL(value, field) \
    ((value) * sizeof(struct cell) + offsetof(struct cell, field))
#define TARGET(field) ((char)offsetof(struct jit_target, field))

struct jit_piece {
    unsigned char *code;
    size_t len;
};

#ifdef __x86_64__
static bool can_run(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("lzcnt");
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
        EMIT(w, "\x4A\x8D\x14\x1A");        /* lea rdx, [rdx+r11] */
    else
        EMIT(w, "\x48\x8D\x14\x32");        /* lea rdx, [rdx+rsi] */
    EMIT(w, "\x48\xBE");                    /* mov rsi, op */
    emit64(w, (uint64_t)(uintptr_t)op);
    EMIT(w, "\xE9");                        /* jmp interpreter */
    emit_back(w, w->interpreter);
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

static void emit_exit(struct jit_writer *w, enum jit_exit how, size_t rule)
{
    EMIT(w, "\xB8");                        /* mov eax, … */
    emit32(w, how | rule << 8);
    EMIT(w, "\xE9");                        /* jmp leave */
    emit_back(w, w->leave);
}

/* r10: the record's cells, r11d: the line, which adds to the record. */
static void emit_touch(struct jit_writer *w)
{
    uint32_t over;

    EMIT(w, "\x48\x8B\x0C\x24"      /* mov rcx, [rsp] */
            "\x4C\x8B\x51");        /* mov r10, [rcx+now] */
    emit(w, (char[]){TARGET(now)}, 1);
    EMIT(w, "\x44\x8B\x59");        /* mov r11d, [rcx+line] */
    emit(w, (char[]){TARGET(line)}, 1);
    EMIT(w, "\x48\x8B\x49");        /* mov rcx, [rcx+span] */
    emit(w, (char[]){TARGET(span)}, 1);
    EMIT(w, "\x44\x89\x59\x04"      /* mov [rcx+last], r11d */
            "\x83\x39\0");          /* cmp dword [rcx], 0 */
    over = emit_over(w, JIT_IF_NOT_ZERO);
    EMIT(w, "\x44\x89\x19");        /* mov [rcx], r11d */
    emit_here(w, over);
}

static void emit_value(struct jit_writer *w, const struct capture *c)
{
    EMIT(w, "\x49\x8B\x81");        /* mov rax, [r9+start] */
    emit32(w, JIT_SPAN(c->group, start));
    EMIT(w, "\x49\x8B\x89");        /* mov rcx, [r9+end] */
    emit32(w, JIT_SPAN(c->group, end));
    EMIT(w, "\x29\xC1"              /* sub ecx, eax */
            "\x49\x89\x82");        /* mov [r10+s], rax */
    emit32(w, CELL(c->value, s));
    EMIT(w, "\x41\x89\x8A");        /* mov [r10+len], ecx */
    emit32(w, CELL(c->value, len));
    EMIT(w, "\x45\x89\x9A");        /* mov [r10+line], r11d */
    emit32(w, CELL(c->value, line));
}

/* What a match does. */
static void emit_matched(struct jit_writer *w, const struct rule *rule,
                         size_t number)
{
    if (w->deep) {
        EMIT(w, "\xC7\x87");        /* mov dword [rdi+depth], 0 */
        emit32(w, JIT_AT(depth));
        emit32(w, 0);
    }
    if (!rule->plain) {
        emit_exit(w, JIT_MATCHED, number);
        return;
    }
    if (rule->capture_count)
        emit_touch(w);
    for (uint32_t i = 0; i < rule->capture_count; i++)
        emit_value(w, &rule->captures[i]);
    emit_exit(w, rule->quiet ? JIT_DONE : JIT_SET, number);
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
        emit_exit(w, JIT_UNKNOWN, number);
        return;
    }
    begin_program(w, m);
    if (m->maybe)
        emit_clear(w, m);
    EMIT(w, "\x31\xF6");                    /* xor esi, esi */
    emit_call(w, m->scan);
    emit_condition(w, JIT_IF_NOT_CARRY);    /* jnc next */
    emit_back(w, w->next);
    EMIT(w, "\x80\xBF");                    /* cmp byte [rdi+undecided], 0 */
    emit32(w, JIT_AT(undecided));
    EMIT(w, "\0");
    undecided = emit_over(w, JIT_IF_NOT_ZERO);
    emit_matched(w, rule, number);
    emit_here(w, undecided);
    emit_exit(w, JIT_UNDECIDED, number);
    write_program(w, m->scan);
}

/* After C: the registers that hold the line. */
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

/* The interpreter at operation rsi and place rdx: what it says is what the
 * code says. Helpers: size_t (scanner, rsi, r10, rcx). */
static void emit_outsides(struct jit_writer *w)
{
    w->interpreter = emit_place(w);
    EMIT(w, "\x48\xB8");            /* mov rax, scan_from */
    emit64(w, (uint64_t)(uintptr_t)scan_from);
    emit_outside(w);
    EMIT(w, "\x0A\x87");            /* or al, [rdi+undecided] */
    emit32(w, JIT_AT(undecided));
    emit_line(w);
    EMIT(w, "\xF6\xD8\xC3");        /* neg al; ret */
    w->helper = emit_place(w);
    EMIT(w, "\x4C\x89\xD2");        /* mov rdx, r10 */
    emit_outside(w);
    emit_line(w);
    EMIT(w, "\xC3");                /* ret */
}

static void emit_ends(struct jit_writer *w)
{
    static const unsigned char nibbles[2 * SCAN_WIDTH] = {
        15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15,
        1,  2,  4,  8,  16, 32, 64, 128};

    w->nibbles = emit_place(w);
    emit(w, (const char *)nibbles, sizeof nibbles);
    w->abort = emit_place(w);
    EMIT(w, "\xC6\x87");            /* mov byte [rdi+undecided], 1 */
    emit32(w, JIT_AT(undecided));
    EMIT(w, "\x01");
    w->stop = emit_place(w);
    EMIT(w, "\xF9\xC3");            /* stc; ret */
    w->fail = emit_place(w);
    EMIT(w, "\xF8\xC3");            /* clc; ret */
}

/* The way in, from rule to rule, and out; the table's place is to come. */
static uint32_t emit_frame(struct jit_writer *w)
{
    uint32_t none, table;

    EMIT(w, "\xF3\x0F\x1E\xFA"      /* endbr64 */
            "\x55\x41\x56\x41\x57"  /* push rbp, r14, r15 */
            "\x52"                  /* push rdx */
            "\x48\x89\xF5");        /* mov rbp, rsi */
    emit_line(w);
    EMIT(w, "\x4C\x8B\xB7");        /* mov r14, [rdi+skip] */
    emit32(w, JIT_AT(skip));
    EMIT(w, "\x4C\x8B\xBF");        /* mov r15, [rdi+word] */
    emit32(w, JIT_AT(word));
    w->next = emit_place(w);
    EMIT(w, "\xF3\x48\x0F\xBC\xC5");        /* tzcnt rax, rbp */
    none = emit_over(w, JIT_IF_CARRY);
    EMIT(w, "\xC4\xE2\xD0\xF3\xCD"  /* blsr rbp, rbp */
            "\x48\x8D\x0D");        /* lea rcx, [rip+table] */
    table = emit_place(w);
    emit32(w, 0);
    EMIT(w, "\xFF\x24\xC1");        /* jmp [rcx+rax*8] */
    emit_here(w, none);
    EMIT(w, "\x31\xC0");            /* xor eax, eax */
    w->leave = emit_place(w);
    EMIT(w, "\x48\x89\xEA"          /* mov rdx, rbp */
            "\x59"                  /* pop rcx */
            "\x41\x5F\x41\x5E\x5D"  /* pop r15, r14, rbp */
            "\xC3");                /* ret */
    return table;
}

static void write_kind(struct jit_writer *w, enum jit_kind kind,
                       struct rule *rules, size_t count)
{
    uint32_t table;

    w->kind = kind;
    emit_ends(w);
    emit_outsides(w);
    w->entries[kind] = emit_place(w);
    table = emit_frame(w);
    for (size_t i = 0; i < count && !w->full; i++)
        emit_rule(w, &rules[i], i);
    while (w->out.len % sizeof(uint64_t))
        EMIT(w, "\xCC");            /* int3 */
    emit_here(w, table);
    w->tables[kind] = emit_place(w);
    for (size_t i = 0; i < count; i++)
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
                    struct rule *rules, size_t count,
                    struct jit_code code[JIT_KINDS])
{
    unsigned char *p = NULL;

    for (unsigned kind = 0; kind < JIT_KINDS; kind++)
        write_kind(w, (enum jit_kind)kind, rules, count);
    if (!w->full && w->out.len <= MOST_BYTES - jit->bytes)
        p = install(w, count);
    if (!p)
        return;
    jit->bytes += w->out.len;
    jit->pieces = mem_grow(jit->pieces, &jit->cap, jit->count + 1,
                           sizeof *jit->pieces);
    jit->pieces[jit->count++] = (struct jit_piece){p, w->out.len};
    for (unsigned kind = 0; kind < JIT_KINDS; kind++) {
        const unsigned char *entry = p + w->entries[kind];

        memcpy(&code[kind].run, &entry, sizeof entry);
    }
}

void jit_compile(struct jit *jit, struct rule *rules, size_t count,
                 struct jit_code code[JIT_KINDS])
{
    struct jit_writer *w;

    if (!can_run())
        return;
    w = mem_zalloc(sizeof *w);
    compile(jit, w, rules, count, code);
    buf_free(&w->out);
    free(w->jumps);
    free(w);
}

void jit_free(struct jit *jit)
{
    for (size_t i = 0; i < jit->count; i++)
        munmap(jit->pieces[i].code, jit->pieces[i].len);
    free(jit->pieces);
}
