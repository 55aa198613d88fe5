#include "rows.h"

#include <stdint.h>
#include <stdlib.h>

#include "kiriwake/mem.h"

/* What a template may keep for its next rows. */
#define SPARE_MAX (256u << 10)

struct textfsm_rows *rows_new(struct textfsm *t)
{
    struct textfsm_rows *rows = t->spare;

    t->spare = NULL;
    if (rows)
        return rows;
    rows = mem_zalloc(sizeof *rows);
    rows->template = t;
    rows->width = t->value_count;
    return rows;
}

void rows_grow(struct textfsm_rows *rows)
{
    size_t cap = rows->cap ? rows->cap * 2 : 16;

    if (rows->width && cap > SIZE_MAX / sizeof(struct cell) / rows->width)
        cap = SIZE_MAX / sizeof(struct cell) / rows->width;
    rows->cells = mem_realloc(rows->cells,
                              cap * rows->width * sizeof *rows->cells);
    rows->spans = mem_realloc(rows->spans, cap * sizeof *rows->spans);
    rows->cap = cap;
}

static void release(struct textfsm_rows *rows)
{
    arena_free(&rows->arena);
    free(rows->cells);
    free(rows->spans);
    free(rows);
}

void textfsm_rows_free(struct textfsm_rows *rows)
{
    if (!rows)
        return;
    if (rows->template->spare ||
        rows->cap * rows->width * sizeof(struct cell) > SPARE_MAX) {
        release(rows);
        return;
    }
    arena_reset(&rows->arena, SPARE_MAX);
    rows->count = rows->settled = 0;
    rows->template->spare = rows;
}

void rows_free_spare(struct textfsm *t)
{
    if (t->spare)
        release(t->spare);
    t->spare = NULL;
}

static void settle_text(struct arena *a, struct cell *c)
{
    c->s = arena_bytes(a, c->s, c->len);
}

static void settle_list(struct textfsm_rows *rows, const struct value *v,
                        struct cell_list *l)
{
    for (size_t i = 0; i < l->count; i++) {
        struct cell *c = &l->items[i], *fields = (struct cell *)c->s;

        if (!c->s)
            continue;
        if (c->len != CELL_OBJECT) {
            settle_text(&rows->arena, c);
            continue;
        }
        for (size_t k = 0; k < v->field_count; k++)
            if (fields[k].s)
                settle_text(&rows->arena, &fields[k]);
    }
}

/* What was filled down stands in many rows, once in memory. */
static void settle_column(struct textfsm_rows *rows, size_t value)
{
    struct cell before = {0}, after = {0};

    for (size_t row = rows->settled; row < rows->count; row++) {
        struct cell *c = rows_cell(rows, row, value);

        if (c->len == CELL_LIST) {
            settle_list(rows, &rows->template->values[value],
                        (struct cell_list *)c->s);
        } else if (c->s && (c->s != before.s || c->len != before.len)) {
            before = *c;
            settle_text(&rows->arena, c);
            after = *c;
        } else if (c->s)
            c->s = after.s;
    }
}

void rows_settle(struct textfsm_rows *rows)
{
    for (size_t value = 0; value < rows->width; value++)
        settle_column(rows, value);
    rows->settled = rows->count;
}

size_t textfsm_rows_count(const struct textfsm_rows *rows)
{
    return rows->count;
}

static json_t *text_of(const struct cell *c)
{
    return json_stringn_nocheck(c->s, c->len);
}

static json_t *element(const struct value *v, const struct cell *c)
{
    const struct cell *fields = (const struct cell *)c->s;
    json_t *object;

    if (!c->s)
        return json_null();
    if (c->len != CELL_OBJECT)
        return text_of(c);
    object = json_object();
    for (size_t i = 0; i < v->field_count; i++)
        json_object_set_new_nocheck(object, v->fields[i],
                                    fields[i].s ? text_of(&fields[i])
                                                : json_null());
    return object;
}

static json_t *list(const struct value *v, const struct cell_list *l)
{
    json_t *array = json_array();

    for (size_t i = 0; i < l->count; i++)
        json_array_append_new(array, element(v, &l->items[i]));
    return array;
}

json_t *textfsm_rows_value(const struct textfsm_rows *rows, size_t row,
                           size_t value)
{
    const struct cell *c = rows_cell(rows, row, value);

    if (c->len == CELL_LIST)
        return list(&rows->template->values[value],
                    (const struct cell_list *)c->s);
    return c->s ? text_of(c) : json_string("");
}

size_t textfsm_rows_line(const struct textfsm_rows *rows, size_t row,
                         size_t value, size_t nth)
{
    const struct cell *c = rows_cell(rows, row, value);
    const struct cell_list *l = (const struct cell_list *)c->s;

    if (c->len != CELL_LIST)
        return c->line;
    return nth < l->count ? l->items[nth].line : 0;
}

void textfsm_rows_span(const struct textfsm_rows *rows, size_t row,
                       size_t *first, size_t *last)
{
    *first = rows->spans[row].first;
    *last = rows->spans[row].last;
}

json_t *textfsm_rows_row(const struct textfsm_rows *rows, size_t row)
{
    json_t *object = json_object();

    for (size_t i = 0; i < rows->width; i++)
        json_object_set_new_nocheck(object, rows->template->values[i].name,
                                    textfsm_rows_value(rows, row, i));
    return object;
}

json_t *textfsm_rows_json(const struct textfsm_rows *rows)
{
    json_t *array = json_array();

    for (size_t i = 0; i < rows->count; i++)
        json_array_append_new(array, textfsm_rows_row(rows, i));
    return array;
}
