/*
 * Facts as a chunk sees them: every leaf that is read is recorded, and what
 * is missing raises instead of being nil.
 */
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <lauxlib.h>

#include "kiriwake/buf.h"
#include "kiriwake/mem.h"
#include "kiriwake/msg.h"

struct proxy {
    unsigned run;               /* dead in another run */
    const json_t *node;
    const json_t *fact;         /* NULL: a plain value, not recorded */
    const char *name;           /* of the probe or the value */
    char path[];                /* JSON pointer below it */
};

static const char type_name[] = "kiriwake.fact";

static struct proxy *proxy_at(lua_State *L, int index)
{
    struct proxy *p = luaL_testudata(L, index, type_name);

    if (p && p->run != facts_run(L)->id)
        luaL_error(L, "a value of an earlier evaluation was kept");
    return p;
}

const json_t *facts_proxy_json(lua_State *L, int index)
{
    struct proxy *p = proxy_at(L, index);

    return p ? p->node : NULL;
}

static void push_proxy(lua_State *L, const json_t *node, const json_t *fact,
                       const char *name, const char *path)
{
    size_t n = strlen(path) + 1;
    struct proxy *p = lua_newuserdatauv(L, sizeof *p + n, 0);

    *p = (struct proxy){facts_run(L)->id, node, fact, name};
    memcpy(p->path, path, n);
    luaL_setmetatable(L, type_name);
}

static bool push_scalar(lua_State *L, const json_t *v)
{
    switch (json_typeof(v)) {
    case JSON_STRING:
        lua_pushlstring(L, json_string_value(v), json_string_length(v));
        return true;
    case JSON_INTEGER:
        lua_pushinteger(L, json_integer_value(v));
        return true;
    case JSON_REAL:
        lua_pushnumber(L, json_real_value(v));
        return true;
    case JSON_TRUE:
    case JSON_FALSE:
        lua_pushboolean(L, json_is_true(v));
        return true;
    case JSON_NULL:
        lua_pushnil(L);
        return true;
    default:
        return false;
    }
}

void facts_push_json(lua_State *L, const json_t *v)
{
    if (!push_scalar(L, v))
        push_proxy(L, v, NULL, "value", "");
}

/* "ike_sa" and "/sas/0/state" as "ike_sa.sas[1].state". */
static void show_path(char *out, size_t size, const char *name,
                      const char *path)
{
    size_t used = (size_t)snprintf(out, size, "%s", name);

    while (*path == '/' && used < size) {
        size_t n = strcspn(++path, "/");

        if (strspn(path, "0123456789") == n && n > 0)
            used += (size_t)snprintf(out + used, size - used, "[%ld]",
                                     strtol(path, NULL, 10) + 1);
        else
            used += (size_t)snprintf(out + used, size - used, ".%.*s",
                                     (int)n, path);
        path += n;
    }
}

/* --- what was read --- */

static void add_lines(json_t *out, const json_t *lines)
{
    size_t i;
    json_t *n;

    json_array_foreach(lines, i, n)
        json_array_append(out, n);
}

static int by_number(const void *a, const void *b)
{
    json_int_t x = *(const json_int_t *)a, y = *(const json_int_t *)b;

    return x < y ? -1 : x > y;
}

static json_t *sorted_once(json_t *lines)
{
    size_t n = json_array_size(lines);
    json_int_t *v = mem_alloc((n + 1) * sizeof *v);
    json_t *out = json_array();

    for (size_t i = 0; i < n; i++)
        v[i] = json_integer_value(json_array_get(lines, i));
    qsort(v, n, sizeof *v, by_number);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || v[i] != v[i - 1])
            json_array_append_new(out, json_integer(v[i]));
    free(v);
    json_decref(lines);
    return out;
}

/* The lines of the longest prefix of path that has some. */
static const json_t *lines_above(const json_t *map, const char *path)
{
    char *p = mem_strdup(path);
    const json_t *found = json_object_get(map, p);

    while (!found && *p) {
        *strrchr(p, '/') = '\0';
        found = json_object_get(map, p);
    }
    free(p);
    return found;
}

static json_t *lines_of(const json_t *fact, const char *path, bool below)
{
    json_t *map = json_object_get(fact, "lines"), *lines, *out = json_array();
    size_t n = strlen(path);
    const char *key;

    add_lines(out, lines_above(map, path));
    if (below)
        json_object_foreach(map, key, lines)
            if (strncmp(key, path, n) == 0 && key[n] == '/')
                add_lines(out, lines);
    return sorted_once(out);
}

static void record(struct run *r, const json_t *fact, const char *name,
                   const char *path, bool below)
{
    char *key;

    if (r->quiet)
        return;
    key = mem_printf("%s%c%s", name, below ? '*' : ' ', path);
    if (!json_object_get(r->seen, key)) {
        json_object_set_new(r->seen, key, json_true());
        json_array_append_new(
            r->reads, json_pack("{s:s,s:s,s:o}", "probe", name, "path", path,
                                "lines", lines_of(fact, path, below)));
    }
    free(key);
}

void facts_record_proxy(lua_State *L, int index, bool below)
{
    struct proxy *p = proxy_at(L, index);

    if (p && p->fact)
        record(facts_run(L), p->fact, p->name, p->path, below);
}

static void remember_leaf(struct run *r, const struct proxy *p,
                          const char *path, const json_t *value)
{
    free(r->last_path);
    json_decref(r->last_value);
    r->leaves++;
    r->last_probe = p->name;
    r->last_path = mem_strdup(path);
    r->last_value = json_incref((json_t *)value);
}

/* --- reading --- */

static void check_fact(lua_State *L, const struct proxy *p)
{
    const char *state, *reason;

    if (!p->fact || p->path[0])
        return;
    state = json_string_value(json_object_get(p->fact, "state"));
    if (state && (strcmp(state, "present") == 0 ||
                  strcmp(state, "absent") == 0))
        return;
    reason = json_string_value(json_object_get(p->fact, "reason"));
    if (!state || strcmp(state, "unreadable") != 0)
        facts_raise(L, RAISED_UNREADABLE, _("%s was not asked"), p->name);
    facts_raise(L, RAISED_UNREADABLE, _("%s is unreadable: %s"), p->name,
                reason ? reason : _("no reason given"));
}

static void pointer_key(struct buf *out, const char *key, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (key[i] == '~')
            buf_adds(out, "~0");
        else if (key[i] == '/')
            buf_adds(out, "~1");
        else
            buf_addc(out, key[i]);
    }
}

static const json_t *child(lua_State *L, const struct proxy *p, int key,
                           struct buf *path)
{
    buf_printf(path, "%s/", p->path);
    if (lua_isinteger(L, key)) {
        lua_Integer i = lua_tointeger(L, key);

        buf_printf(path, "%lld", (long long)i - 1);
        return i < 1 ? NULL : json_array_get(p->node, (size_t)i - 1);
    }
    if (lua_type(L, key) == LUA_TSTRING) {
        size_t len;
        const char *s = lua_tolstring(L, key, &len);

        pointer_key(path, s, len);
        return json_object_get(p->node, s);
    }
    return NULL;
}

/* Pushes p's child, or raises; path is the child's. */
static void push_child(lua_State *L, const struct proxy *p, const json_t *v,
                       const char *path)
{
    struct run *r = facts_run(L);
    char shown[300];

    if (!v || json_is_null(v)) {
        if (p->fact)
            record(r, p->fact, p->name, path, false);
        show_path(shown, sizeof shown, p->name, path);
        facts_raise(L, RAISED_MISSING, _("missing value %s"), shown);
        return;
    }
    if (!push_scalar(L, v)) {
        push_proxy(L, v, p->fact, p->name, path);
        return;
    }
    if (!p->fact)
        return;
    record(r, p->fact, p->name, path, false);
    remember_leaf(r, p, path, v);
}

static int proxy_index(lua_State *L)
{
    struct proxy *p = proxy_at(L, 1);
    struct buf path = {0};
    const json_t *v;
    const char *kept;

    check_fact(L, p);
    v = child(L, p, 2, &path);
    kept = lua_pushstring(L, buf_str(&path));
    buf_free(&path);
    push_child(L, p, v, kept);
    return 1;
}

static int proxy_len(lua_State *L)
{
    struct proxy *p = proxy_at(L, 1);

    check_fact(L, p);
    facts_record_proxy(L, 1, true);
    lua_pushinteger(L, (lua_Integer)json_array_size(p->node));
    return 1;
}

static int proxy_eq(lua_State *L)
{
    const json_t *a = facts_proxy_json(L, 1), *b = facts_proxy_json(L, 2);

    lua_pushboolean(L, a && a == b);
    return 1;
}

static int proxy_write(lua_State *L)
{
    return luaL_error(L, "facts cannot be changed");
}

void facts_open_proxies(lua_State *L)
{
    static const luaL_Reg meta[] = {
        {"__index", proxy_index}, {"__len", proxy_len}, {"__eq", proxy_eq},
        {"__newindex", proxy_write}, {NULL, NULL},
    };

    luaL_newmetatable(L, type_name);
    luaL_setfuncs(L, meta, 0);
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 1);
}

/* --- names --- */

static bool push_of(lua_State *L, const json_t *map, const char *name,
                    bool fact)
{
    const json_t *v = json_object_get(map, name);
    const json_t *node = fact ? json_object_get(v, "facts") : v;

    if (!v)
        return false;
    name = json_object_iter_key(json_object_iter_at((json_t *)map, name));
    if (!fact && push_scalar(L, v))
        return true;
    push_proxy(L, node, fact ? v : NULL, name, "");
    return true;
}

bool facts_push_name(lua_State *L, const char *name)
{
    struct run *r = facts_script(L)->run;

    if (!r)
        return false;
    if (push_of(L, r->vars, name, false) || push_of(L, r->env, name, true))
        return true;
    if (strcmp(name, "subject") == 0) {
        lua_pushnil(L);
        return true;
    }
    if (r->source && strcmp(name, "text") == 0) {
        lua_pushstring(L, r->source->text);
        return true;
    }
    if (r->source && strcmp(name, "rows") == 0) {
        facts_push_rows(L);
        return true;
    }
    return false;
}

/* --- lists of any kind --- */

lua_Integer facts_len(lua_State *L, int index)
{
    struct proxy *p = proxy_at(L, index);

    if (p) {
        check_fact(L, p);
        if (!json_is_array(p->node)) {
            char shown[300];

            show_path(shown, sizeof shown, p->name, p->path);
            return luaL_error(L, "%s is not a list", shown);
        }
        return (lua_Integer)json_array_size(p->node);
    }
    if (facts_is_rows(L, index))
        return facts_rows_len(L, index);
    luaL_checktype(L, index, LUA_TTABLE);
    return (lua_Integer)lua_rawlen(L, index);
}

void facts_push_nth(lua_State *L, int index, lua_Integer i)
{
    struct proxy *p = proxy_at(L, index);

    if (p) {
        char *path = mem_printf("%s/%lld", p->path, (long long)i - 1);
        const char *kept = lua_pushstring(L, path);

        free(path);
        push_child(L, p, json_array_get(p->node, (size_t)i - 1), kept);
        lua_remove(L, -2);
        return;
    }
    if (facts_is_rows(L, index))
        facts_rows_nth(L, index, i);
    else
        lua_rawgeti(L, index, i);
}

static int next_pair(lua_State *L)
{
    struct proxy *p = proxy_at(L, lua_upvalueindex(1));
    json_t *map = (json_t *)p->node;
    void *it = lua_touserdata(L, lua_upvalueindex(2));

    if (!it)
        return 0;
    lua_pushlightuserdata(L, json_object_iter_next(map, it));
    lua_replace(L, lua_upvalueindex(2));
    lua_settop(L, 0);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushstring(L, json_object_iter_key(it));
    lua_pushvalue(L, -1);
    lua_gettable(L, 1);
    return 2;
}

/* pairs(t) of a proxy's object or of a plain table. */
int facts_pairs(lua_State *L)
{
    struct proxy *p = proxy_at(L, 1);

    if (!p) {
        luaL_checktype(L, 1, LUA_TTABLE);
        lua_rawgetp(L, LUA_REGISTRYINDEX, &facts_key_private);
        lua_getfield(L, -1, "next");
        lua_pushvalue(L, 1);
        lua_pushnil(L);
        return 3;
    }
    check_fact(L, p);
    facts_record_proxy(L, 1, false);
    if (!json_is_object(p->node))
        return luaL_error(L, "pairs() takes a table; use ipairs for lists");
    lua_pushvalue(L, 1);
    lua_pushlightuserdata(L, json_object_iter((json_t *)p->node));
    lua_pushcclosure(L, next_pair, 2);
    return 1;
}
