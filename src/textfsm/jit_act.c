/*
 * What a rule that matched does: its values are set, the record becomes a
 * row. Lists, Fillup, and what clears, is C's.
 */
#include "jit_emit.h"
#include "record.h"

#define CELL(value, field) \
    ((value) * sizeof(struct cell) + offsetof(struct cell, field))
#define FILL(value) \
    ((value) * sizeof(struct slot) + offsetof(struct slot, fill))
#define MAX_REQUIRED 16

/* Offsets that fit in a byte. */
#define TARGET(field) ((char)offsetof(struct jit_target, field))
#define ROWS(field) ((char)offsetof(struct textfsm_rows, field))
_Static_assert(sizeof(struct jit_target) < 128, "offsets in a byte");
_Static_assert(offsetof(struct textfsm_rows, settled) < 128,
               "offsets in a byte");
_Static_assert(sizeof(struct span) == 8 && offsetof(struct span, last) == 4,
               "a span in a register");

static void emit_offset(struct jit_writer *w, char offset)
{
    emit(w, &offset, 1);
}

void jit_emit_exit(struct jit_writer *w, enum jit_exit how, size_t rule)
{
    EMIT(w, "\xB8");                /* mov eax, … */
    emit32(w, how | rule << 8);
    emit_jump_back(w, w->leaves[w->kind]);
}

/* rcx: the target; r10: the record's cells. */
static void emit_target(struct jit_writer *w)
{
    EMIT(w, "\x48\x8B\x0C\x24"      /* mov rcx, [rsp] */
            "\x4C\x8B\x51");        /* mov r10, [rcx+now] */
    emit_offset(w, TARGET(now));
}

/* r11: the line, as a cell has it; it adds to the record. rsi: the slots. */
static void emit_touch(struct jit_writer *w)
{
    uint32_t over;

    EMIT(w, "\x44\x8B\x59");        /* mov r11d, [rcx+line] */
    emit_offset(w, TARGET(line));
    EMIT(w, "\x48\x8B\x71");        /* mov rsi, [rcx+slots] */
    emit_offset(w, TARGET(slots));
    EMIT(w, "\x48\x8B\x49");        /* mov rcx, [rcx+span] */
    emit_offset(w, TARGET(span));
    EMIT(w, "\x44\x89\x59\x04"      /* mov [rcx+last], r11d */
            "\x83\x39\0");          /* cmp dword [rcx], 0 */
    over = emit_over(w, JIT_IF_NOT_ZERO);
    EMIT(w, "\x44\x89\x19");        /* mov [rcx], r11d */
    emit_here(w, over);
    EMIT(w, "\x49\xC1\xE3\x20");    /* shl r11, 32 */
}

static bool is_filled(const struct jit_writer *w, size_t value)
{
    return w->template->values[value].options & VALUE_FILLDOWN;
}

static void emit_value(struct jit_writer *w, const struct capture *c)
{
    EMIT(w, "\x49\x8B\x81");        /* mov rax, [r9+start] */
    emit32(w, JIT_SPAN(c->group, start));
    EMIT(w, "\x49\x8B\x89");        /* mov rcx, [r9+end] */
    emit32(w, JIT_SPAN(c->group, end));
    EMIT(w, "\x29\xC1"              /* sub ecx, eax */
            "\x4C\x09\xD9"          /* or rcx, r11 */
            "\xC4\xE1\xF9\x6E\xC0"  /* vmovq xmm0, rax */
            "\xC4\xE3\xF9\x22\xC1\x01"      /* vpinsrq xmm0, …, rcx, 1 */
            "\xC4\xC1\x7A\x7F\x82");        /* vmovdqu [r10+cell], xmm0 */
    emit32(w, CELL(c->value, s));
    if (!is_filled(w, c->value))
        return;
    EMIT(w, "\xC5\xFA\x7F\x86");            /* vmovdqu [rsi+fill], xmm0 */
    emit32(w, FILL(c->value));
}

/* The record's cells at r10 to rcx: as wide as they were written, or they
 * would have to be waited for. */
static void emit_copy(struct jit_writer *w)
{
    for (size_t i = 0; i < w->template->value_count; i++) {
        EMIT(w, "\xC4\xC1\x7A\x6F\x82");    /* vmovdqu xmm0, [r10+…] */
        emit32(w, CELL(i, s));
        EMIT(w, "\xC5\xFA\x7F\x81");        /* vmovdqu [rcx+…], xmm0 */
        emit32(w, CELL(i, s));
    }
}

/* A cell is what was filled down. */
static void emit_refill(struct jit_writer *w, size_t value)
{
    EMIT(w, "\xC5\xFA\x6F\x81");            /* vmovdqu xmm0, [rcx+…] */
    emit32(w, FILL(value));
    EMIT(w, "\xC4\xC1\x7A\x7F\x82");        /* vmovdqu [r10+…], xmm0 */
    emit32(w, CELL(value, s));
}

/* The next record. */
static void emit_clear(struct jit_writer *w)
{
    size_t n = w->template->value_count;

    EMIT(w, "\x48\x8B\x0C\x24"              /* mov rcx, [rsp] */
            "\x48\x8B\x71");                /* mov rsi, [rcx+span] */
    emit_offset(w, TARGET(span));
    EMIT(w, "\x48\xC7\x06\0\0\0\0"          /* mov qword [rsi], 0 */
            "\x48\x8B\x49");                /* mov rcx, [rcx+slots] */
    emit_offset(w, TARGET(slots));
    EMIT(w, "\xC5\xF1\xEF\xC9");            /* vpxor xmm1, xmm1, xmm1 */
    for (size_t i = 0; i < n; i++) {
        if (is_filled(w, i)) {
            emit_refill(w, i);
        } else if (i + 1 < n && !is_filled(w, i + 1)) {
            EMIT(w, "\xC4\xC1\x7E\x7F\x8A");        /* vmovdqu […], ymm1 */
            emit32(w, CELL(i++, s));
        } else {
            EMIT(w, "\xC4\xC1\x7A\x7F\x8A");        /* vmovdqu […], xmm1 */
            emit32(w, CELL(i, s));
        }
    }
    EMIT(w, "\xC5\xF8\x77");                /* vzeroupper */
}

/* Falls through when something is set; else the jump. */
static uint32_t emit_wanted(struct jit_writer *w)
{
    EMIT(w, "\x49\x8B\x82");                /* mov rax, [r10+s] */
    emit32(w, CELL(0, s));
    for (size_t i = 1; i < w->template->value_count; i++) {
        EMIT(w, "\x49\x0B\x82");            /* or rax, [r10+s] */
        emit32(w, CELL(i, s));
    }
    EMIT(w, "\x48\x85\xC0");                /* test rax, rax */
    return emit_over(w, JIT_IF_ZERO);
}

/* A row of the record's lines and cells; C, when there is no room, or when
 * all that is set was filled down. */
static void emit_row(struct jit_writer *w, size_t number)
{
    uint32_t lines, room;

    EMIT(w, "\x4C\x8B\x59");                /* mov r11, [rcx+span] */
    emit_offset(w, TARGET(span));
    EMIT(w, "\x4D\x8B\x1B"                  /* mov r11, [r11] */
            "\x48\x8B\x71");                /* mov rsi, [rcx+rows] */
    emit_offset(w, TARGET(rows));
    EMIT(w, "\x48\x8B\x46");                /* mov rax, [rsi+count] */
    emit_offset(w, ROWS(count));
    EMIT(w, "\x45\x85\xDB");                /* test r11d, r11d */
    lines = emit_over(w, JIT_IF_ZERO);
    EMIT(w, "\x48\x3B\x46");                /* cmp rax, [rsi+cap] */
    emit_offset(w, ROWS(cap));
    room = emit_over(w, JIT_IF_NOT_ZERO);
    emit_here(w, lines);
    jit_emit_exit(w, JIT_SET, number);
    emit_here(w, room);
    EMIT(w, "\x48\x8B\x4E");                /* mov rcx, [rsi+spans] */
    emit_offset(w, ROWS(spans));
    EMIT(w, "\x4C\x89\x1C\xC1"              /* mov [rcx+rax*8], r11 */
            "\x48\x69\xC8");                /* imul rcx, rax, bytes */
    emit32(w, w->template->value_count * sizeof(struct cell));
    EMIT(w, "\x48\x03\x4E");                /* add rcx, [rsi+cells] */
    emit_offset(w, ROWS(cells));
    EMIT(w, "\x48\xFF\x46");                /* inc qword [rsi+count] */
    emit_offset(w, ROWS(count));
    emit_copy(w);
}

/* As record_append() for templates without Lists; r10, rcx as above. */
static void emit_record(struct jit_writer *w, size_t number)
{
    const struct textfsm *t = w->template;
    uint32_t missing[MAX_REQUIRED], nothing = 0;

    for (size_t i = 0; i < t->required_count; i++) {
        EMIT(w, "\x41\x83\xBA");            /* cmp dword [r10+len], 0 */
        emit32(w, CELL(t->required[i], len));
        EMIT(w, "\0");
        missing[i] = emit_over(w, JIT_IF_ZERO);
    }
    if (!t->required_count)
        nothing = emit_wanted(w);
    emit_row(w, number);
    for (size_t i = 0; i < t->required_count; i++)
        emit_here(w, missing[i]);
    emit_clear(w);
    if (!t->required_count)
        emit_here(w, nothing);
}

static bool can_set(const struct jit_writer *w, const struct rule *rule)
{
    for (uint32_t i = 0; i < rule->capture_count; i++)
        if (w->template->values[rule->captures[i].value].options &
            (VALUE_LIST | VALUE_FILLUP))
            return false;
    return true;
}

static bool can_act(const struct jit_writer *w, const struct rule *rule)
{
    const struct textfsm *t = w->template;

    if (rule->line_op == LINE_ERROR)
        return false;
    return rule->record_op == RECORD_NONE ||
           (rule->record_op == RECORD_RECORD && t->value_count &&
            !(t->options & VALUE_LIST) && t->required_count <= MAX_REQUIRED);
}

static void emit_onward(struct jit_writer *w, const struct rule *rule,
                        size_t number)
{
    if (rule->line_op == LINE_CONTINUE)
        emit_jump_back(w, w->next[w->kind]);
    else if (rule->next)
        jit_emit_exit(w, JIT_TO, number);
    else if (w->whole)
        emit_jump_back(w, w->line);
    else
        jit_emit_exit(w, JIT_DONE, number);
}

void jit_emit_matched(struct jit_writer *w, const struct rule *rule,
                      size_t number)
{
    if (w->deep) {
        EMIT(w, "\xC7\x87");        /* mov dword [rdi+depth], 0 */
        emit32(w, JIT_AT(depth));
        emit32(w, 0);
    }
    if (!can_set(w, rule)) {
        jit_emit_exit(w, JIT_MATCHED, number);
        return;
    }
    if (rule->capture_count) {
        emit_target(w);
        emit_touch(w);
    }
    for (uint32_t i = 0; i < rule->capture_count; i++)
        emit_value(w, &rule->captures[i]);
    if (!can_act(w, rule)) {
        jit_emit_exit(w, JIT_SET, number);
        return;
    }
    if (rule->record_op == RECORD_RECORD) {
        emit_target(w);
        emit_record(w, number);
    }
    emit_onward(w, rule, number);
}
