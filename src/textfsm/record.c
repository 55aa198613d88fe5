#include "record.h"

#include <stdlib.h>

#include "kiriwake/mem.h"
#include "lines.h"

#define HELD_MIN (1u << 20)

static void clear_slot(struct slot *s, bool all)
{
    bool fills = s->value->options & VALUE_FILLDOWN;

    if (all)
        s->fill = (struct held){{0}, PLACE_KEPT};
    s->now = s->fill;
    if (all || !fills)
        s->count = s->held_count = 0;
}

void record_clear(struct record *r, bool all)
{
    for (size_t i = 0; i < r->count; i++)
        clear_slot(&r->slots[i], all);
    r->span = (struct span){0, 0};
}

void record_init(struct record *r, struct textfsm *t,
                 struct textfsm_rows *rows)
{
    *r = (struct record){.rows = rows, .count = t->value_count,
                         .tools = &t->tools, .held_limit = HELD_MIN};
    r->slots = mem_zalloc(r->count * sizeof *r->slots);
    for (size_t i = 0; i < r->count; i++)
        r->slots[i].value = &t->values[i];
    record_clear(r, true);
}

void record_free(struct record *r)
{
    for (size_t i = 0; i < r->count; i++)
        free(r->slots[i].items);
    free(r->slots);
    arena_free(&r->held);
}

static void keep(struct record *r, struct held *h)
{
    if (h->place == PLACE_KEPT)
        return;
    h->cell.s = arena_bytes(&r->rows->arena, h->cell.s, h->cell.len);
    h->place = PLACE_KEPT;
}

/* Up the rows, until one has this value. */
static void fill_up(struct record *r, size_t value, struct held *now)
{
    struct textfsm_rows *rows = r->rows;

    for (size_t row = rows->count; row-- > 0;) {
        struct cell *c = rows_cell(rows, row, value);
        const struct cell_list *l = (const struct cell_list *)c->s;

        if (c->len == CELL_LIST ? l->count > 0 : c->len > 0)
            return;
        keep(r, now);
        *c = now->cell;
    }
}

static void add_item(struct slot *s)
{
    s->items = mem_grow(s->items, &s->cap, s->count + 1, sizeof *s->items);
    s->items[s->count] = s->now;
    /* What Fillup kept is still to be matched for its fields. */
    if (s->value->nested && s->now.cell.s && s->now.place == PLACE_KEPT)
        s->items[s->count].place = PLACE_HELD;
    s->count++;
}

void record_assign(struct record *r, size_t value, const char *s, size_t len,
                   uint32_t line)
{
    struct slot *slot = &r->slots[value];
    unsigned options = slot->value->options;

    slot->now = (struct held){{s, (uint32_t)len, line},
                              s ? PLACE_INPUT : PLACE_KEPT};
    if (!r->span.first)
        r->span.first = line;
    r->span.last = line;
    if (!options)
        return;
    if ((options & VALUE_FILLUP) && len)
        fill_up(r, value, &slot->now);
    if (options & VALUE_FILLDOWN)
        slot->fill = slot->now;
    if (options & VALUE_LIST)
        add_item(slot);
}

/* Required, at its place among the options: before List it sees the text
 * set last, after it the list. */
static bool is_missing(const struct slot *s)
{
    unsigned options = s->value->options;

    if (!(options & VALUE_REQUIRED))
        return false;
    if ((options & VALUE_LIST) && !s->value->required_first)
        return !s->count;
    return !s->now.cell.len;
}

static bool is_wanted(const struct record *r)
{
    bool any = false;

    for (size_t i = 0; i < r->count; i++) {
        const struct slot *s = &r->slots[i];

        if (s->value->options & VALUE_LIST)
            any = any || s->count;
        else
            any = any || s->now.cell.s;
    }
    return any;
}

/* What the fields of a List's regex are in a kept element. */
static struct cell *make_fields(struct record *r, const struct value *v,
                                const struct cell *text)
{
    struct arena *a = &r->rows->arena;
    struct cell *fields = arena_alloc(a, v->field_count * sizeof *fields);
    const struct scan_span *span;
    size_t n = 0;

    for (uint32_t i = 1; i < v->nested->re.count; i++) {
        const struct re_group *g = &v->nested->re.groups[i];

        if (!g->name)
            continue;
        fields[n] = (struct cell){NULL, 0, text->line};
        span = &r->tools->spans[g->index];
        if (span->start) {
            fields[n].s = span->start;
            fields[n].len = (uint32_t)(span->end - span->start);
        }
        n++;
    }
    return fields;
}

static int keep_item(struct record *r, const struct value *v, struct held *h,
                     struct err *e)
{
    bool fresh = h->place != PLACE_KEPT;
    const struct cell *c = &h->cell;
    int rc;

    keep(r, h);
    if (!v->nested || !fresh)
        return 0;
    rc = matcher_try(v->nested, r->tools, c->s, c->len,
                     lines_kind_of(c->s, c->len).ascii, e);
    if (rc > 0)
        h->cell = (struct cell){(const char *)make_fields(r, v, c),
                                CELL_OBJECT, c->line};
    return rc < 0 ? -1 : 0;
}

static int keep_list(struct record *r, struct slot *s, struct cell *out,
                     struct err *e)
{
    struct cell_list *l;

    l = arena_alloc(&r->rows->arena,
                    sizeof *l + s->count * sizeof l->items[0]);
    l->count = s->count;
    for (size_t i = 0; i < s->count; i++) {
        if (keep_item(r, s->value, &s->items[i], e) < 0)
            return -1;
        l->items[i] = s->items[i].cell;
    }
    *out = (struct cell){(const char *)l, CELL_LIST,
                         s->count ? s->items[s->count - 1].cell.line : 0};
    return 0;
}

static int keep_slot(struct record *r, struct slot *s, struct cell *out,
                     struct err *e)
{
    bool filled = s->value->options & VALUE_FILLDOWN;

    *out = (struct cell){0};
    if (s->value->options & VALUE_LIST)
        return keep_list(r, s, out, e);
    if (!s->now.cell.s)
        return 0;
    keep(r, &s->now);
    if (filled)
        s->fill = s->now;
    *out = s->now.cell;
    return 0;
}

/* A row of nothing but what was filled down spans those lines. */
static struct span span_of(const struct record *r)
{
    struct span span = r->span;

    for (size_t i = 0; i < r->count && !r->span.first; i++) {
        uint32_t line = r->slots[i].now.cell.line;

        if (line && (!span.first || line < span.first))
            span.first = line;
        if (line > span.last)
            span.last = line;
    }
    return span;
}

int record_append(struct record *r, struct err *e)
{
    struct cell *cells;

    for (size_t i = 0; i < r->count; i++)
        if (is_missing(&r->slots[i])) {
            record_clear(r, false);
            return 0;
        }
    if (!is_wanted(r))
        return 0;
    cells = rows_add(r->rows, span_of(r));
    for (size_t i = 0; i < r->count; i++)
        if (keep_slot(r, &r->slots[i], &cells[i], e) < 0)
            return -1;
    record_clear(r, false);
    return 0;
}

static void hold(struct arena *a, struct held *h, bool all)
{
    if (h->place == PLACE_INPUT || (all && h->place == PLACE_HELD)) {
        h->cell.s = arena_bytes(a, h->cell.s, h->cell.len);
        h->place = PLACE_HELD;
    }
}

static void hold_slot(struct arena *a, struct slot *s, bool all)
{
    hold(a, &s->now, all);
    hold(a, &s->fill, all);
    for (size_t i = all ? 0 : s->held_count; i < s->count; i++)
        hold(a, &s->items[i], all);
    s->held_count = s->count;
}

/* Now and then everything still alive moves to new memory, so that what was
 * cleared does not pile up; twice the living, so that this stays cheap. */
void record_hold(struct record *r)
{
    struct arena fresh = {0};
    bool all = r->held.total > r->held_limit;

    for (size_t i = 0; i < r->count; i++)
        hold_slot(all ? &fresh : &r->held, &r->slots[i], all);
    if (!all)
        return;
    arena_free(&r->held);
    r->held = fresh;
    r->held_limit = fresh.total > HELD_MIN / 2 ? 2 * fresh.total : HELD_MIN;
}
