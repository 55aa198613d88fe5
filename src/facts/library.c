/* What chunks may call, besides string, table and math. docs/facts.md. */
#include "internal.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <lauxlib.h>
#include <lualib.h>

#include "kiriwake/mem.h"

#define MASKED "\xe2\x80\xb9" "masked\xe2\x80\xba"

static int lib_int(lua_State *L)
{
    const char *s;
    char *end;
    long long v;

    if (lua_isnoneornil(L, 1)) {
        lua_pushnil(L);
        return 1;
    }
    if (lua_isinteger(L, 1)) {
        lua_settop(L, 1);
        return 1;
    }
    s = luaL_checkstring(L, 1);
    v = strtoll(s, &end, strncmp(s, "0x", 2) == 0 ? 16 : 10);
    if (!*s || *end)
        return luaL_error(L, "'%s' is not an integer", s);
    lua_pushinteger(L, v);
    return 1;
}

/* item[key], or nil when there is none. */
static void push_field(lua_State *L, int item, int key)
{
    const json_t *node = facts_proxy_json(L, item);

    if (!node) {
        luaL_checktype(L, item, LUA_TTABLE);
        lua_pushvalue(L, key);
        lua_rawget(L, item);
    } else if (json_is_object(node) && lua_type(L, key) == LUA_TSTRING &&
               json_object_get(node, lua_tostring(L, key))) {
        lua_pushvalue(L, key);
        lua_gettable(L, item);      /* so that it is recorded */
    } else {
        lua_pushnil(L);
    }
}

/* Has the item at the top all values of the table at f? Pops it. */
static bool has_values(lua_State *L, int f)
{
    int item = lua_gettop(L);
    bool equal = true;

    lua_pushnil(L);
    while (equal && lua_next(L, f)) {
        push_field(L, item, item + 1);
        equal = lua_rawequal(L, -1, -2);
        lua_settop(L, item + 1);
    }
    lua_settop(L, item - 1);
    return equal;
}

static void check_filter(lua_State *L, int f)
{
    luaL_argcheck(L, lua_isfunction(L, f) || lua_istable(L, f), f,
                  "a function or a table of values");
}

/* Calls f(item, i), or looks whether the item has the values of f. */
static bool holds(lua_State *L, int f, lua_Integer i)
{
    bool v;

    luaL_checkstack(L, 8, "lists");
    if (lua_istable(L, f)) {
        facts_push_nth(L, 1, i);
        return has_values(L, f);
    }
    lua_pushvalue(L, f);
    facts_push_nth(L, 1, i);
    lua_pushinteger(L, i);
    lua_call(L, 2, 1);
    v = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return v;
}

static int lib_count(lua_State *L)
{
    lua_Integer n = facts_len(L, 1), found = 0;

    if (lua_isnoneornil(L, 2)) {
        facts_record_proxy(L, 1, true);
        lua_pushinteger(L, n);
        return 1;
    }
    check_filter(L, 2);
    facts_record_proxy(L, 1, false);
    for (lua_Integer i = 1; i <= n; i++)
        found += holds(L, 2, i);
    lua_pushinteger(L, found);
    return 1;
}

/* any and all: stops at the first item whose answer is `stop`. */
static int quantify(lua_State *L, bool stop)
{
    lua_Integer n = facts_len(L, 1);

    check_filter(L, 2);
    for (lua_Integer i = 1; i <= n; i++)
        if (holds(L, 2, i) == stop) {
            lua_pushboolean(L, stop);
            return 1;
        }
    facts_record_proxy(L, 1, false);
    lua_pushboolean(L, !stop);
    return 1;
}

static int lib_any(lua_State *L)
{
    return quantify(L, true);
}

static int lib_all(lua_State *L)
{
    return quantify(L, false);
}

static int lib_each(lua_State *L)
{
    lua_Integer n = facts_len(L, 1), used = 0;

    luaL_checktype(L, 2, LUA_TFUNCTION);
    facts_record_proxy(L, 1, false);
    lua_newtable(L);
    for (lua_Integer i = 1; i <= n; i++) {
        lua_pushvalue(L, 2);
        facts_push_nth(L, 1, i);
        lua_pushinteger(L, i);
        lua_call(L, 2, 1);
        if (lua_isnil(L, -1))
            lua_pop(L, 1);
        else
            lua_rawseti(L, -2, ++used);
    }
    return 1;
}

static int lib_where(lua_State *L)
{
    lua_Integer n = facts_len(L, 1), used = 0;

    check_filter(L, 2);
    facts_record_proxy(L, 1, false);
    lua_newtable(L);
    for (lua_Integer i = 1; i <= n; i++) {
        if (!holds(L, 2, i))
            continue;
        facts_push_nth(L, 1, i);
        lua_rawseti(L, -2, ++used);
    }
    return 1;
}

/* The items after the last one for which f holds. */
static int lib_since(lua_State *L)
{
    lua_Integer n = facts_len(L, 1), last = 0;

    check_filter(L, 2);
    facts_record_proxy(L, 1, false);
    for (lua_Integer i = n; i >= 1 && !last; i--)
        if (holds(L, 2, i))
            last = i;
    lua_newtable(L);
    for (lua_Integer i = last + 1; i <= n; i++) {
        facts_push_nth(L, 1, i);
        lua_rawseti(L, -2, i - last);
    }
    return 1;
}

static int end_of(lua_State *L, bool last)
{
    lua_Integer n = facts_len(L, 1);

    if (n == 0) {
        facts_record_proxy(L, 1, false);
        return facts_raise(L, RAISED_MISSING, "missing value: the %s of an "
                           "empty list", last ? "last" : "first");
    }
    facts_push_nth(L, 1, last ? n : 1);
    return 1;
}

static int lib_first(lua_State *L)
{
    return end_of(L, false);
}

static int lib_last(lua_State *L)
{
    return end_of(L, true);
}

static int next_item(lua_State *L)
{
    lua_Integer i = luaL_checkinteger(L, 2) + 1;

    if (i > facts_len(L, 1))
        return 0;
    lua_pushinteger(L, i);
    facts_push_nth(L, 1, i);
    return 2;
}

static int lib_ipairs(lua_State *L)
{
    facts_len(L, 1);
    facts_record_proxy(L, 1, false);
    lua_pushcfunction(L, next_item);
    lua_pushvalue(L, 1);
    lua_pushinteger(L, 0);
    return 3;
}

/* --- addresses and secrets --- */

static int parse_address(const char *s, unsigned char *out)
{
    if (inet_pton(AF_INET, s, out) == 1)
        return 4;
    return inet_pton(AF_INET6, s, out) == 1 ? 16 : 0;
}

static bool in_prefix(const char *prefix, const char *address)
{
    unsigned char net[16], addr[16];
    char head[64] = "";
    size_t n = strcspn(prefix, "/");
    int size, bits;

    if (n >= sizeof head)
        return false;
    memcpy(head, prefix, n);
    size = parse_address(head, net);
    bits = prefix[n] ? atoi(prefix + n + 1) : size * 8;
    if (!size || parse_address(address, addr) != size || bits > size * 8)
        return false;
    if (memcmp(net, addr, (size_t)bits / 8) != 0)
        return false;
    if (bits % 8 == 0)
        return true;
    return ((net[bits / 8] ^ addr[bits / 8]) >> (8 - bits % 8)) == 0;
}

static int lib_cidr(lua_State *L)
{
    lua_pushboolean(L, in_prefix(luaL_checkstring(L, 1),
                                 luaL_checkstring(L, 2)));
    return 1;
}

static int lib_private(lua_State *L)
{
    static const char *const nets[] = {"10.0.0.0/8", "172.16.0.0/12",
                                       "192.168.0.0/16", "100.64.0.0/10",
                                       "fc00::/7", NULL};
    const char *address = luaL_checkstring(L, 1);
    bool found = false;

    for (size_t i = 0; nets[i]; i++)
        found = found || in_prefix(nets[i], address);
    lua_pushboolean(L, found);
    return 1;
}

static int lib_same(lua_State *L)
{
    const char *a = luaL_checkstring(L, 1), *b = luaL_checkstring(L, 2);

    if (strcmp(a, MASKED) == 0 || strcmp(b, MASKED) == 0)
        lua_pushstring(L, "unknown");
    else
        lua_pushstring(L, strcmp(a, b) == 0 ? "equal" : "different");
    return 1;
}

/* Compares the fields from index 3 on of the items at the top two places:
 * 1 equal, 0 different, -1 unknown. */
static int same_fields(lua_State *L, int keys)
{
    int a = lua_gettop(L) - 1, b = a + 1, result = 1;

    for (int k = 3; k <= keys && result; k++) {
        bool one, other;

        push_field(L, a, k);
        push_field(L, b, k);
        one = lua_isnil(L, -2);
        other = lua_isnil(L, -1);
        if (one != other)
            result = -1;
        else if (!lua_rawequal(L, -1, -2))
            result = 0;
        lua_settop(L, b);
    }
    return result;
}

static void push_item(lua_State *L, int list, lua_Integer i)
{
    if (facts_proxy_json(L, list)) {
        lua_pushinteger(L, i);
        lua_gettable(L, list);
    } else {
        lua_rawgeti(L, list, i);
    }
}

/* overlap(a, b, key…): "equal" when an item of a has the same fields as one
 * of b, "unknown" when one might, else "different". */
static int lib_overlap(lua_State *L)
{
    lua_Integer n = facts_len(L, 1), m = facts_len(L, 2);
    int keys = lua_gettop(L);
    bool unknown = n == 0 || m == 0;

    facts_record_proxy(L, 1, true);
    facts_record_proxy(L, 2, true);
    for (lua_Integer i = 1; i <= n; i++)
        for (lua_Integer k = 1; k <= m; k++) {
            int same;

            push_item(L, 1, i);
            push_item(L, 2, k);
            same = same_fields(L, keys);
            lua_settop(L, keys);
            if (same == 1) {
                lua_pushstring(L, "equal");
                return 1;
            }
            unknown = unknown || same < 0;
        }
    lua_pushstring(L, unknown ? "unknown" : "different");
    return 1;
}

/* --- for the prelude --- */

/* match(line): the driver's message rules on a log line, or nil. */
static int private_match(lua_State *L)
{
    struct script *s = facts_script(L);
    const char *line = luaL_checkstring(L, 1), *key;
    json_t *found, *v;

    found = s->matcher.match ? s->matcher.match(s->matcher.arg, line) : NULL;
    if (!found)
        return 0;
    lua_newtable(L);
    json_object_foreach(found, key, v) {
        if (json_is_integer(v))
            lua_pushinteger(L, (lua_Integer)json_integer_value(v));
        else
            lua_pushstring(L, json_string_value(v));
        lua_setfield(L, -2, key);
    }
    json_decref(found);
    return 1;
}

/* raise(text): the fact is unreadable. */
static int private_raise(lua_State *L)
{
    return facts_raise(L, RAISED_UNREADABLE, "%s", luaL_checkstring(L, 1));
}

/* peek(t, k): t[k], or nil when it is missing or t is nil. */
static int private_peek(lua_State *L)
{
    const json_t *v = lua_isnil(L, 1) ? NULL : facts_proxy_json(L, 1);

    if (v) {
        v = json_object_get(v, luaL_checkstring(L, 2));
        if (v)
            facts_push_json(L, v);
        else
            lua_pushnil(L);
        return 1;
    }
    if (!lua_istable(L, 1))
        return 0;
    lua_settop(L, 2);
    lua_rawget(L, 1);
    return 1;
}

static const luaL_Reg public_functions[] = {
    {"int", lib_int}, {"count", lib_count}, {"any", lib_any},
    {"all", lib_all}, {"each", lib_each}, {"where", lib_where},
    {"since", lib_since}, {"first", lib_first}, {"last", lib_last},
    {"ipairs", lib_ipairs}, {"pairs", facts_pairs}, {"from", facts_from},
    {"cite", facts_cite}, {"explain", facts_explain},
    {"has", facts_has}, {"state", facts_state}, {"readable", facts_readable},
    {"sent", facts_sent}, {"delta", facts_delta}, {"ever", facts_ever},
    {"cidr", lib_cidr}, {"private", lib_private}, {"same", lib_same},
    {"overlap", lib_overlap}, {NULL, NULL},
};

static const luaL_Reg private_functions[] = {
    {"match", private_match}, {"raise", private_raise},
    {"peek", private_peek}, {NULL, NULL},
};

static void open_base(lua_State *L, int lib, int private)
{
    static const char *const kept[] = {"tonumber", NULL};

    luaL_requiref(L, "_G", luaopen_base, 0);
    for (size_t i = 0; kept[i]; i++) {
        lua_getfield(L, -1, kept[i]);
        lua_setfield(L, lib, kept[i]);
    }
    lua_getfield(L, -1, "next");
    lua_setfield(L, private, "next");
    lua_getfield(L, -1, "type");
    lua_setfield(L, private, "type");
    lua_pop(L, 1);
}

void facts_open_library(lua_State *L)
{
    int lib, private;

    lua_rawgetp(L, LUA_REGISTRYINDEX, &facts_key_lib);
    lib = lua_gettop(L);
    lua_newtable(L);
    private = lua_gettop(L);
    lua_pushvalue(L, private);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &facts_key_private);
    luaL_setfuncs(L, private_functions, 0);
    lua_pushvalue(L, lib);
    luaL_setfuncs(L, public_functions, 0);
    lua_pop(L, 1);
    open_base(L, lib, private);
    lua_pushnil(L);
    while (lua_next(L, lib)) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, private);
    }
    lua_settop(L, lib - 1);
}
