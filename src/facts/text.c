/* string, table and math as chunks get them: without what could run long,
 * show addresses or be different each time. */
#include "internal.h"

#include <string.h>
#include <lauxlib.h>
#include <lualib.h>

#define MAX_REPEAT (64u << 10)

static int text_rep(lua_State *L)
{
    size_t len, sep_len;
    const char *s = luaL_checklstring(L, 1, &len);
    lua_Integer n = luaL_checkinteger(L, 2);
    const char *sep = luaL_optlstring(L, 3, "", &sep_len);
    luaL_Buffer b;

    if (n > 0 && (len + sep_len) > 0 &&
        (lua_Unsigned)n > MAX_REPEAT / (len + sep_len))
        return luaL_error(L, "string.rep is limited to %d bytes",
                          (int)MAX_REPEAT);
    luaL_buffinit(L, &b);
    for (lua_Integer i = 0; len + sep_len > 0 && i < n; i++) {
        if (i > 0)
            luaL_addlstring(&b, sep, sep_len);
        luaL_addlstring(&b, s, len);
    }
    luaL_pushresult(&b);
    return 1;
}

/* Lua's own format, but of scalars only: no addresses of tables. */
static int text_format(lua_State *L)
{
    const char *format = luaL_checkstring(L, 1);
    int n = lua_gettop(L);

    if (strstr(format, "%p"))
        return luaL_error(L, "%%p is not offered");
    for (int i = 2; i <= n; i++)
        if (lua_type(L, i) > LUA_TSTRING || lua_islightuserdata(L, i))
            return luaL_argerror(L, i, "text, a number or a boolean");
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, n, 1);
    return 1;
}

static int text_tostring(lua_State *L)
{
    luaL_checkany(L, 1);
    if (lua_type(L, 1) > LUA_TSTRING || lua_islightuserdata(L, 1))
        return luaL_argerror(L, 1, "text, a number or a boolean");
    luaL_tolstring(L, 1, NULL);
    return 1;
}

static int read_only(lua_State *L)
{
    return luaL_error(L, "the library cannot be changed");
}

void facts_publish(lua_State *L, const char *name)
{
    lua_newtable(L);
    lua_newtable(L);
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, read_only);
    lua_setfield(L, -2, "__newindex");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &facts_key_lib);
    lua_insert(L, -2);
    lua_setfield(L, -2, name);
    lua_pop(L, 2);
}

static void drop(lua_State *L, const char *const *names)
{
    for (; *names; names++) {
        lua_pushnil(L);
        lua_setfield(L, -2, *names);
    }
}

void facts_open_text(lua_State *L)
{
    static const char *const string_off[] = {"dump", "pack", "unpack",
                                             "packsize", NULL};
    static const char *const table_off[] = {"move", NULL};
    static const char *const math_off[] = {"random", "randomseed", NULL};

    luaL_requiref(L, LUA_STRLIBNAME, luaopen_string, 0);
    drop(L, string_off);
    lua_getfield(L, -1, "format");
    lua_pushcclosure(L, text_format, 1);
    lua_setfield(L, -2, "format");
    lua_pushcfunction(L, text_rep);
    lua_setfield(L, -2, "rep");
    facts_open_patterns(L);
    facts_publish(L, "string");
    luaL_requiref(L, LUA_TABLIBNAME, luaopen_table, 0);
    drop(L, table_off);
    facts_publish(L, "table");
    luaL_requiref(L, LUA_MATHLIBNAME, luaopen_math, 0);
    drop(L, math_off);
    facts_publish(L, "math");
    lua_rawgetp(L, LUA_REGISTRYINDEX, &facts_key_lib);
    lua_pushcfunction(L, text_tostring);
    lua_setfield(L, -2, "tostring");
    lua_pop(L, 1);
}
