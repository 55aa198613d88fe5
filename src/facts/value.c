/* Lua values to JSON, in two passes: the first raises, the second builds. */
#include "internal.h"

#include <math.h>
#include <lauxlib.h>

#define MAX_DEPTH 32

static void check_value(lua_State *L, int index, int depth);

/* A list when every key is 1..n, an object when every key is text. */
static bool is_list(lua_State *L, int index)
{
    lua_Integer n = (lua_Integer)lua_rawlen(L, index);

    if (n > 0)
        return true;
    lua_pushnil(L);
    if (!lua_next(L, index))
        return true;
    lua_pop(L, 2);
    return false;
}

static void check_table(lua_State *L, int index, int depth)
{
    bool list = is_list(L, index);
    lua_Integer n = (lua_Integer)lua_rawlen(L, index), seen = 0;

    if (depth > MAX_DEPTH)
        luaL_error(L, "tables nest over %d deep", MAX_DEPTH);
    luaL_checkstack(L, 4, "tables");
    lua_pushnil(L);
    while (lua_next(L, index)) {
        if (list && (!lua_isinteger(L, -2) || ++seen > n))
            luaL_error(L, "a table is a list or has names, not both");
        if (!list && lua_type(L, -2) != LUA_TSTRING)
            luaL_error(L, "a table's names are text");
        check_value(L, lua_gettop(L), depth + 1);
        lua_pop(L, 1);
    }
    if (list && seen != n)
        luaL_error(L, "a list has holes");
}

static void check_value(lua_State *L, int index, int depth)
{
    switch (lua_type(L, index)) {
    case LUA_TNIL:
    case LUA_TBOOLEAN:
    case LUA_TSTRING:
        return;
    case LUA_TNUMBER:
        if (!isfinite(lua_tonumber(L, index)))
            luaL_error(L, "a number is not finite");
        return;
    case LUA_TTABLE:
        check_table(L, index, depth);
        return;
    default:
        if (!facts_proxy_json(L, index))
            luaL_error(L, "a %s is no value", luaL_typename(L, index));
    }
}

static json_t *build(lua_State *L, int index);

static json_t *build_table(lua_State *L, int index)
{
    bool list = is_list(L, index);
    lua_Integer n = (lua_Integer)lua_rawlen(L, index);
    json_t *out = list ? json_array() : json_object();

    for (lua_Integer i = 1; list && i <= n; i++) {
        lua_rawgeti(L, index, i);
        json_array_append_new(out, build(L, lua_gettop(L)));
        lua_pop(L, 1);
    }
    if (list)
        return out;
    lua_pushnil(L);
    while (lua_next(L, index)) {
        json_object_set_new(out, lua_tostring(L, -2),
                            build(L, lua_gettop(L)));
        lua_pop(L, 1);
    }
    return out;
}

static json_t *build_text(lua_State *L, int index)
{
    size_t len;
    const char *s = lua_tolstring(L, index, &len);
    json_t *t = json_stringn(s, len);

    return t ? t : json_string("\xef\xbf\xbd");     /* not UTF-8 */
}

static json_t *build(lua_State *L, int index)
{
    switch (lua_type(L, index)) {
    case LUA_TBOOLEAN:
        return json_boolean(lua_toboolean(L, index));
    case LUA_TSTRING:
        return build_text(L, index);
    case LUA_TNUMBER:
        if (lua_isinteger(L, index))
            return json_integer(lua_tointeger(L, index));
        return json_real(lua_tonumber(L, index));
    case LUA_TTABLE:
        return build_table(L, index);
    case LUA_TNIL:
        return json_null();
    default:
        return json_deep_copy(facts_proxy_json(L, index));
    }
}

json_t *facts_to_json(lua_State *L, int index)
{
    index = lua_absindex(L, index);
    check_value(L, index, 0);
    return build(L, index);
}
