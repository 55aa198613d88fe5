#include "rows.h"

#include <stdlib.h>

#include "kiriwake/mem.h"

struct cell *rows_add(struct textfsm_rows *rows, struct span span)
{
    size_t used = rows->count * rows->width;

    if (rows->count == rows->span_cap)
        rows->spans = mem_grow(rows->spans, &rows->span_cap, rows->count + 1,
                               sizeof *rows->spans);
    if (used + rows->width > rows->cap)
        rows->cells = mem_grow(rows->cells, &rows->cap, used + rows->width,
                               sizeof *rows->cells);
    rows->spans[rows->count++] = span;
    return rows->cells + used;
}

void textfsm_rows_free(struct textfsm_rows *rows)
{
    if (!rows)
        return;
    arena_free(&rows->arena);
    free(rows->cells);
    free(rows->spans);
    free(rows);
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
