#include "record.h"

#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "lines.h"

#define HELD_MIN (1u << 20)

static void clear_slot(struct record *r, size_t value, bool all)
{
    struct slot *s = &r->slots[value];

    if (all)
        s->fill = (struct cell){0};
    r->now[value] = s->fill;
    if (all || !(r->values[value].options & VALUE_FILLDOWN))
        s->count = s->held = 0;
}

void record_clear(struct record *r, bool all)
{
    r->span = (struct span){0, 0};
    if (!r->slots) {
        memset(r->now, 0, r->count * sizeof *r->now);
        return;
    }
    for (size_t i = 0; i < r->count; i++)
        clear_slot(r, i, all);
}

void record_init(struct record *r, struct textfsm *t)
{
    *r = (struct record){.rows = rows_new(t), .values = t->values,
                         .count = t->value_count, .tools = &t->tools,
                         .template = t, .required = t->required,
                         .required_count = t->required_count,
                         .lists = t->options & VALUE_LIST,
                         .now = t->spare_now, .slots = t->spare_slots,
                         .held_limit = HELD_MIN};
    t->spare_now = NULL;
    t->spare_slots = NULL;
    if (!r->now)
        r->now = mem_alloc(r->count * sizeof *r->now);
    if (!r->slots && (t->options & (VALUE_FILLDOWN | VALUE_LIST)))
        r->slots = mem_zalloc(r->count * sizeof *r->slots);
    record_clear(r, true);
}

static void free_slots(struct slot *slots, size_t count)
{
    for (size_t i = 0; slots && i < count; i++)
        free(slots[i].items);
    free(slots);
}

void record_free(struct record *r)
{
    struct textfsm *t = r->template;

    arena_free(&r->held);
    if (t->spare_now) {
        free_slots(r->slots, r->count);
        free(r->now);
        return;
    }
    t->spare_now = r->now;
    t->spare_slots = r->slots;
}

void record_free_spare(struct textfsm *t)
{
    free_slots(t->spare_slots, t->value_count);
    free(t->spare_now);
}

/* Up the rows, until one has this value. Rows that are settled keep to
 * their own memory. */
static void fill_up(struct record *r, size_t value)
{
    struct textfsm_rows *rows = r->rows;
    struct cell now = r->now[value];
    bool kept = false;

    for (size_t row = rows->count; row-- > 0;) {
        struct cell *c = rows_cell(rows, row, value);
        const struct cell_list *l = (const struct cell_list *)c->s;

        if (c->len == CELL_LIST ? l->count > 0 : c->len > 0)
            return;
        if (row < rows->settled && !kept) {
            now.s = arena_bytes(&rows->arena, now.s, now.len);
            kept = true;
        }
        *c = now;
    }
}

static void add_item(struct slot *s, const struct cell *c)
{
    s->items = mem_grow(s->items, &s->cap, s->count + 1, sizeof *s->items);
    s->items[s->count++] = *c;
}

void record_assign_options(struct record *r, size_t value)
{
    unsigned options = r->values[value].options;
    const struct cell *now = &r->now[value];

    if ((options & VALUE_FILLUP) && now->len)
        fill_up(r, value);
    if (options & VALUE_FILLDOWN)
        r->slots[value].fill = *now;
    if (options & VALUE_LIST)
        add_item(&r->slots[value], now);
}

/* Required, at its place among the options: before List it sees the text
 * set last, after it the list. */
static bool is_missing(const struct record *r, size_t value)
{
    const struct value *v = &r->values[value];

    if ((v->options & VALUE_LIST) && !v->required_first)
        return !r->slots[value].count;
    return !r->now[value].len;
}

/* Whether anything is set. */
static bool is_wanted(const struct record *r)
{
    for (size_t i = 0; !r->slots && i < r->count; i++)
        if (r->now[i].s)
            return true;
    for (size_t i = 0; r->slots && i < r->count; i++)
        if (r->values[i].options & VALUE_LIST ? r->slots[i].count > 0
                                              : r->now[i].s != NULL)
            return true;
    return false;
}

/* What the fields of a List's regex are in an element. */
static struct cell *make_fields(struct record *r, const struct value *v,
                                uint32_t line)
{
    struct cell *fields;

    fields = arena_alloc(&r->rows->arena, v->field_count * sizeof *fields);
    for (size_t i = 0; i < v->field_count; i++) {
        const struct scan_span *span = &r->tools->spans[v->field_groups[i]];

        fields[i] = (struct cell){NULL, 0, line};
        if (span->start) {
            fields[i].s = span->start;
            fields[i].len = (uint32_t)(span->end - span->start);
        }
    }
    return fields;
}

static int add_fields(struct record *r, const struct value *v,
                      struct cell *c, struct err *e)
{
    struct line line;
    int rc;

    if (!c->s)
        return 0;
    lines_whole(&line, c->s, c->len);
    matcher_start(r->tools, &line);
    rc = matcher_try(v->nested, r->tools, &line, e);
    if (rc > 0) {
        c->s = (const char *)make_fields(r, v, c->line);
        c->len = CELL_OBJECT;
    }
    return rc < 0 ? -1 : 0;
}

static int make_list(struct record *r, size_t value, struct cell *out,
                     struct err *e)
{
    const struct slot *s = &r->slots[value];
    const struct value *v = &r->values[value];
    struct cell_list *l;

    l = arena_alloc(&r->rows->arena, sizeof *l + s->count * sizeof *l->items);
    l->count = s->count;
    if (s->count)
        memcpy(l->items, s->items, s->count * sizeof *l->items);
    for (size_t i = 0; v->nested && i < l->count; i++)
        if (add_fields(r, v, &l->items[i], e) < 0)
            return -1;
    *out = (struct cell){(const char *)l, CELL_LIST,
                         s->count ? l->items[s->count - 1].line : 0};
    return 0;
}

/* A row of nothing but what was filled down spans those lines. */
static struct span span_of(const struct record *r)
{
    struct span span = r->span;

    for (size_t i = 0; i < r->count && !r->span.first; i++) {
        uint32_t line = r->now[i].line;

        if (line && (!span.first || line < span.first))
            span.first = line;
        if (line > span.last)
            span.last = line;
    }
    return span;
}

/* Where nothing is kept for the next record: the row, and the record empty
 * again, at once. */
static void append_plain(struct record *r)
{
    struct cell *cells = rows_add(r->rows, r->span), *now = r->now;

    for (size_t i = 0; i < r->count; i++) {
        cells[i] = now[i];
        now[i] = (struct cell){0};
    }
    r->span = (struct span){0, 0};
}

int record_append(struct record *r, struct err *e)
{
    struct cell *cells;

    for (size_t i = 0; i < r->required_count; i++)
        if (is_missing(r, r->required[i])) {
            record_clear(r, false);
            return 0;
        }
    if (!is_wanted(r))
        return 0;
    if (!r->slots) {
        append_plain(r);
        return 0;
    }
    cells = rows_add(r->rows, span_of(r));
    memcpy(cells, r->now, r->count * sizeof *cells);
    for (size_t i = 0; r->lists && i < r->count; i++)
        if ((r->values[i].options & VALUE_LIST) &&
            make_list(r, i, &cells[i], e) < 0)
            return -1;
    record_clear(r, false);
    return 0;
}

struct holder {
    struct arena *to;
    const char *start, *end;      /* what to copy; both NULL: everything */
};

static void hold(const struct holder *h, struct cell *c)
{
    if (c->s && (!h->start || (c->s >= h->start && c->s <= h->end)))
        c->s = arena_bytes(h->to, c->s, c->len);
}

static void hold_all(struct record *r, const struct holder *h)
{
    for (size_t i = 0; i < r->count; i++)
        hold(h, &r->now[i]);
    for (size_t i = 0; r->slots && i < r->count; i++) {
        struct slot *s = &r->slots[i];

        hold(h, &s->fill);
        for (size_t k = h->start ? s->held : 0; k < s->count; k++)
            hold(h, &s->items[k]);
        s->held = s->count;
    }
}

/* Now and then everything still alive moves to new memory, so that what was
 * cleared does not pile up; at twice the living, so that this stays cheap. */
void record_hold(struct record *r, const char *start, const char *end)
{
    struct arena fresh = {0};

    rows_settle(r->rows);
    hold_all(r, &(struct holder){&r->held, start, end});
    if (r->held.total <= r->held_limit)
        return;
    hold_all(r, &(struct holder){&fresh, NULL, NULL});
    arena_free(&r->held);
    r->held = fresh;
    r->held_limit = fresh.total > HELD_MIN / 2 ? 2 * fresh.total : HELD_MIN;
}
