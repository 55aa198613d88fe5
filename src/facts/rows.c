/*
 * The rows of a template, each value with its lines: what a facts chunk
 * reads of a row waits there until from() ties it to a table.
 */
#include "internal.h"

#include <stdlib.h>
#include <string.h>
#include <lauxlib.h>

#include "kiriwake/mem.h"

struct row_reads {
    json_t **pending;           /* per row: lines not yet cited */
    size_t count;
};

struct row {
    unsigned run;
    size_t index;
};

static const char row_type[] = "kiriwake.row", rows_type[] = "kiriwake.rows";

static struct row_reads *reads_of(struct run *r)
{
    if (!r->rows) {
        r->rows = mem_zalloc(sizeof *r->rows);
        r->rows->count = r->source->rows
                             ? textfsm_rows_count(r->source->rows)
                             : 0;
        r->rows->pending = mem_zalloc((r->rows->count + 1) *
                                      sizeof *r->rows->pending);
    }
    return r->rows;
}

static void row_line(struct run *r, size_t row, size_t line)
{
    struct row_reads *k = reads_of(r);

    if (line == 0)
        return;
    if (!k->pending[row])
        k->pending[row] = json_array();
    json_array_append_new(k->pending[row], json_integer((json_int_t)line));
}

void facts_rows_done(struct run *r)
{
    if (!r->rows)
        return;
    for (size_t i = 0; i < r->rows->count; i++)
        json_decref(r->rows->pending[i]);
    free(r->rows->pending);
    free(r->rows);
    r->rows = NULL;
}

static struct row *check_row(lua_State *L, int index)
{
    struct row *row = luaL_testudata(L, index, row_type);

    if (row && (row->run != facts_run(L)->id || !facts_run(L)->source))
        luaL_error(L, "a row of an earlier evaluation was kept");
    return row;
}

static bool value_of_name(const struct textfsm *t, const char *name,
                          size_t *out)
{
    for (size_t i = 0; i < textfsm_value_count(t); i++)
        if (strcmp(textfsm_value_name(t, i), name) == 0) {
            *out = i;
            return true;
        }
    return false;
}

static void push_object(lua_State *L, const json_t *o)
{
    const char *key;
    json_t *v;

    lua_newtable(L);
    json_object_foreach((json_t *)o, key, v) {
        lua_pushstring(L, json_string_value(v));
        lua_setfield(L, -2, key);
    }
}

static void push_list(lua_State *L, const json_t *list)
{
    size_t i;
    json_t *v;

    lua_newtable(L);
    json_array_foreach(list, i, v) {
        if (json_is_object(v))
            push_object(L, v);
        else
            lua_pushstring(L, json_string_value(v));
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

/* An unset (empty) value is nil, so that it is missing in the facts. */
static void push_value(lua_State *L, struct run *r, size_t row, size_t value)
{
    const struct textfsm_rows *rows = r->source->rows;
    json_t *v = textfsm_rows_value(rows, row, value);
    size_t n = json_is_array(v) ? json_array_size(v) : 1;

    for (size_t i = 0; i < n; i++)
        row_line(r, row, textfsm_rows_line(rows, row, value, i));
    if (json_is_array(v))
        push_list(L, v);
    else if (json_string_length(v) == 0)
        lua_pushnil(L);
    else
        lua_pushlstring(L, json_string_value(v), json_string_length(v));
    json_decref(v);
}

static int row_index(lua_State *L)
{
    struct row *row = check_row(L, 1);
    struct run *r = facts_run(L);
    const char *name = luaL_checkstring(L, 2);
    size_t value;

    if (strcmp(name, "line") == 0) {
        size_t first, last;

        textfsm_rows_span(r->source->rows, row->index, &first, &last);
        lua_pushinteger(L, (lua_Integer)first);
        return 1;
    }
    if (!value_of_name(r->source->template, name, &value))
        return luaL_error(L, "the template has no value '%s'", name);
    push_value(L, r, row->index, value);
    return 1;
}

bool facts_is_rows(lua_State *L, int index)
{
    return luaL_testudata(L, index, rows_type) != NULL;
}

lua_Integer facts_rows_len(lua_State *L, int index)
{
    struct row *all = luaL_checkudata(L, index, rows_type);
    struct run *r = facts_run(L);

    if (all->run != r->id || !r->source)
        luaL_error(L, "rows of an earlier evaluation were kept");
    return (lua_Integer)reads_of(r)->count;
}

void facts_rows_nth(lua_State *L, int index, lua_Integer i)
{
    struct row *row;

    if (i < 1 || i > facts_rows_len(L, index)) {
        facts_raise(L, RAISED_MISSING, "missing row %d of the reply", (int)i);
        return;
    }
    row = lua_newuserdatauv(L, sizeof *row, 0);
    *row = (struct row){facts_run(L)->id, (size_t)i - 1};
    luaL_setmetatable(L, row_type);
}

static int rows_index(lua_State *L)
{
    facts_rows_nth(L, 1, luaL_checkinteger(L, 2));
    return 1;
}

static int rows_len(lua_State *L)
{
    lua_pushinteger(L, facts_rows_len(L, 1));
    return 1;
}

void facts_push_rows(lua_State *L)
{
    struct row *all = lua_newuserdatauv(L, sizeof *all, 0);

    *all = (struct row){facts_run(L)->id, 0};
    luaL_setmetatable(L, rows_type);
}

static void add_type(lua_State *L, const char *name, lua_CFunction index,
                     lua_CFunction len)
{
    luaL_newmetatable(L, name);
    lua_pushcfunction(L, index);
    lua_setfield(L, -2, "__index");
    if (len) {
        lua_pushcfunction(L, len);
        lua_setfield(L, -2, "__len");
    }
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 1);
}

void facts_open_rows(lua_State *L)
{
    add_type(L, row_type, row_index, NULL);
    add_type(L, rows_type, rows_index, rows_len);
    facts_reset_marks(L);
}

void facts_reset_marks(lua_State *L)
{
    lua_newtable(L);
    lua_newtable(L);
    lua_pushstring(L, "k");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &facts_key_marks);
}

/* Pushes marks[value], made when it is not there. */
static void push_marks(lua_State *L, int value)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &facts_key_marks);
    lua_pushvalue(L, value);
    if (lua_rawget(L, -2) == LUA_TNIL) {
        lua_pop(L, 1);
        lua_newtable(L);
        lua_pushvalue(L, value);
        lua_pushvalue(L, -2);
        lua_rawset(L, -4);
    }
    lua_remove(L, -2);
}

/* marks[value] gets the lines that wait on the row, as a Lua list. */
static void tie(lua_State *L, struct run *r, size_t row, int value)
{
    json_t *lines = reads_of(r)->pending[row], *n;
    size_t i;
    lua_Integer used;

    if (!lines)
        return;
    push_marks(L, value);
    used = (lua_Integer)lua_rawlen(L, -1);
    json_array_foreach(lines, i, n) {
        lua_pushinteger(L, (lua_Integer)json_integer_value(n));
        lua_rawseti(L, -2, ++used);
    }
    lua_pop(L, 1);
    json_array_clear(lines);
}

/* cite(table, other): the table's lines are those of the other, too. */
int facts_cite(lua_State *L)
{
    lua_Integer used;

    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 2);
    push_marks(L, 1);
    push_marks(L, 2);
    used = (lua_Integer)lua_rawlen(L, 3);
    for (lua_Integer i = 1; i <= (lua_Integer)lua_rawlen(L, 4); i++) {
        lua_rawgeti(L, 4, i);
        lua_rawseti(L, 3, ++used);
    }
    lua_settop(L, 1);
    return 1;
}

/* explain(table, key, other): that table[key] is missing shows by the lines
 * of the other. */
int facts_explain(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checkstring(L, 2);
    luaL_checktype(L, 3, LUA_TTABLE);
    lua_settop(L, 3);
    push_marks(L, 1);
    push_marks(L, 3);
    lua_pushvalue(L, 2);
    lua_insert(L, -2);
    lua_rawset(L, 4);
    lua_settop(L, 1);
    return 1;
}

/* from(row, table): the table's lines are those read of the row. */
int facts_from(lua_State *L)
{
    struct row *row = check_row(L, 1);

    luaL_checkany(L, 2);
    if (!row)
        return luaL_argerror(L, 1, "a row is expected");
    if (lua_istable(L, 2))
        tie(L, facts_run(L), row->index, 2);
    lua_settop(L, 2);
    return 1;
}

/* --- the marks of a finished table --- */

/* Adds the Lua list at the top to the lines of path. */
static void add_list(lua_State *L, json_t *lines, const char *path)
{
    json_t *list = json_object_get(lines, path);
    lua_Integer n = (lua_Integer)lua_rawlen(L, -1);

    if (!list) {
        list = json_array();
        json_object_set_new(lines, path, list);
    }
    for (lua_Integer i = 1; i <= n; i++) {
        lua_rawgeti(L, -1, i);
        json_array_append_new(list, json_integer(lua_tointeger(L, -1)));
        lua_pop(L, 1);
    }
}

/* A value's own lines, and those that explain what it lacks. */
static void add_mark(lua_State *L, int value, json_t *lines, const char *path)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &facts_key_marks);
    lua_pushvalue(L, value);
    if (lua_rawget(L, -2) == LUA_TTABLE) {
        int mark = lua_gettop(L);

        if (lua_rawlen(L, mark) > 0)
            add_list(L, lines, path);
        lua_pushnil(L);
        while (lua_next(L, mark)) {
            if (lua_type(L, -2) == LUA_TSTRING) {
                char *p = mem_printf("%s/%s", path, lua_tostring(L, -2));

                add_list(L, lines, p);
                free(p);
            }
            lua_pop(L, 1);
        }
    }
    lua_pop(L, 2);
}

static char *key_path(lua_State *L, const char *path)
{
    if (lua_isinteger(L, -2))
        return mem_printf("%s/%lld", path,
                          (long long)lua_tointeger(L, -2) - 1);
    return mem_printf("%s/%s", path, lua_tostring(L, -2));
}

static void walk(lua_State *L, int value, json_t *lines, const char *path)
{
    if (!lua_istable(L, value))
        return;
    luaL_checkstack(L, 8, "tables");
    add_mark(L, value, lines, path);
    lua_pushnil(L);
    while (lua_next(L, value)) {
        char *below = key_path(L, path);

        walk(L, lua_gettop(L), lines, below);
        free(below);
        lua_pop(L, 1);
    }
}

json_t *facts_take_lines(lua_State *L, int index)
{
    struct run *r = facts_run(L);
    json_t *lines = json_object(), *root = json_array();

    if (r->rows)
        for (size_t i = 0; i < r->rows->count; i++)
            json_array_extend(root, r->rows->pending[i]);
    json_object_set_new(lines, "", root);
    walk(L, lua_absindex(L, index), lines, "");
    return lines;
}
