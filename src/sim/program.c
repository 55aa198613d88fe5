#include "program.h"

#include <stdlib.h>
#include <string.h>
#include <lua.h>
#include <lauxlib.h>
#include <lualib.h>

#include "kiriwake/mem.h"

#define MAX_BYTES (64u << 20)
#define MAX_INSTRUCTIONS 200000000
#define HOOK_EVERY 1000000

struct program {
    lua_State *lua;
    const struct data *data;
    char *driver;
    struct program_host host;
    size_t bytes;
    int turns;              /* of the hook in this call */
    int table;              /* registry reference of the functions */
};

static struct program *self(lua_State *lua)
{
    return *(struct program **)lua_getextraspace(lua);
}

static void *limited(void *ud, void *ptr, size_t osize, size_t nsize)
{
    struct program *p = ud;
    size_t old = ptr ? osize : 0;
    void *got;

    if (nsize == 0) {
        free(ptr);
        p->bytes -= old;
        return NULL;
    }
    if (p->bytes - old + nsize > MAX_BYTES)
        return NULL;
    got = realloc(ptr, nsize);
    if (got)
        p->bytes += nsize - old;
    return got;
}

static void count_turn(lua_State *lua, lua_Debug *ar)
{
    (void)ar;
    if (++self(lua)->turns > MAX_INSTRUCTIONS / HOOK_EVERY)
        luaL_error(lua, "too many instructions");
}

static int l_out(lua_State *lua)
{
    size_t len;
    const char *s = luaL_checklstring(lua, 1, &len);

    self(lua)->host.out(self(lua)->host.arg, s, len);
    return 0;
}

static int l_wait(lua_State *lua)
{
    lua_Integer ms = (lua_Integer)luaL_checknumber(lua, 1);

    self(lua)->host.wait(self(lua)->host.arg, (unsigned)(ms < 0 ? 0 : ms));
    return 0;
}

static int l_now(lua_State *lua)
{
    lua_pushnumber(lua, self(lua)->host.now(self(lua)->host.arg));
    return 1;
}

static int l_rows(lua_State *lua)
{
    self(lua)->host.rows(self(lua)->host.arg,
                         (unsigned)luaL_checkinteger(lua, 1));
    return 0;
}

static int l_width(lua_State *lua)
{
    self(lua)->host.width(self(lua)->host.arg,
                          (unsigned)luaL_checkinteger(lua, 1));
    return 0;
}

static int l_pager(lua_State *lua)
{
    const char *text = luaL_checkstring(lua, 1);

    self(lua)->host.pager(self(lua)->host.arg, text,
                          luaL_checkstring(lua, 2));
    return 0;
}

static int l_viewer(lua_State *lua)
{
    self(lua)->host.viewer(self(lua)->host.arg, luaL_checkstring(lua, 1));
    return 0;
}

static int l_deaf(lua_State *lua)
{
    self(lua)->host.deaf(self(lua)->host.arg, luaL_checkstring(lua, 1));
    return 0;
}

static int l_close(lua_State *lua)
{
    self(lua)->host.close(self(lua)->host.arg);
    return 0;
}

/* Reads the file of a module: the vendor's own, or a common one. */
static int find_module(struct program *p, const char *name,
                       struct data_file *f, struct err *e)
{
    char *path = mem_printf("drivers/%s/sim/%s.lua", p->driver, name);
    int status = data_read(p->data, path, f, e);

    free(path);
    if (status == 0)
        return 0;
    path = mem_printf("src/sim/%s.lua", name);
    status = data_read(p->data, path, f, e);
    free(path);
    return status;
}

/* Compiles a module's text; leaves the function, or raises. */
static void load_module(lua_State *lua, const char *name)
{
    struct data_file f;
    struct err e = {0};
    char *chunk;
    int status;

    if (name[strcspn(name, "/.")] || find_module(self(lua), name, &f, &e) < 0)
        luaL_error(lua, "no module '%s'", name);
    chunk = mem_printf("@%s", f.name);
    status = luaL_loadbufferx(lua, f.text, f.len, chunk, "t");
    free(chunk);
    data_free(&f);
    if (status != LUA_OK)
        lua_error(lua);
}

/* include(name): the module's value, made once. */
static int l_include(lua_State *lua)
{
    const char *name = luaL_checkstring(lua, 1);

    if (lua_getfield(lua, lua_upvalueindex(1), name) != LUA_TNIL)
        return 1;
    load_module(lua, name);
    lua_call(lua, 0, 1);
    lua_pushvalue(lua, -1);
    lua_setfield(lua, lua_upvalueindex(1), name);
    return 1;
}

static const luaL_Reg host_functions[] = {
    {"out", l_out},   {"wait", l_wait},   {"now", l_now}, {"rows", l_rows},
    {"width", l_width}, {"pager", l_pager}, {"viewer", l_viewer},
    {"deaf", l_deaf},   {"close", l_close},   {NULL, NULL},
};

/* What could reach outside, or differ between runs. */
static void remove_names(lua_State *lua)
{
    static const char *const base[] = {"dofile", "loadfile", "load",
                                       "collectgarbage", "print", "warn",
                                       "rawset", "getmetatable", NULL};
    static const char *const in_math[] = {"random", "randomseed", NULL};

    for (size_t i = 0; base[i]; i++) {
        lua_pushnil(lua);
        lua_setglobal(lua, base[i]);
    }
    lua_getglobal(lua, "math");
    for (size_t i = 0; in_math[i]; i++) {
        lua_pushnil(lua);
        lua_setfield(lua, -2, in_math[i]);
    }
    lua_getglobal(lua, "string");
    lua_pushnil(lua);
    lua_setfield(lua, -2, "dump");
    lua_pop(lua, 2);
}

/* Runs protected: opens the libraries and leaves device.lua's table. */
static int l_open(lua_State *lua)
{
    static const luaL_Reg libraries[] = {{"_G", luaopen_base},
                                         {"string", luaopen_string},
                                         {"table", luaopen_table},
                                         {"math", luaopen_math},
                                         {"coroutine", luaopen_coroutine},
                                         {NULL, NULL}};

    for (const luaL_Reg *l = libraries; l->name; l++) {
        luaL_requiref(lua, l->name, l->func, 1);
        lua_pop(lua, 1);
    }
    remove_names(lua);
    lua_pushglobaltable(lua);
    luaL_setfuncs(lua, host_functions, 0);
    lua_newtable(lua);
    lua_pushcclosure(lua, l_include, 1);
    lua_setfield(lua, -2, "include");
    load_module(lua, "prelude");
    lua_call(lua, 0, 0);
    load_module(lua, "device");
    lua_call(lua, 0, 1);
    luaL_checktype(lua, -1, LUA_TTABLE);
    return 1;
}

static int l_trace(lua_State *lua)
{
    luaL_traceback(lua, lua, lua_tostring(lua, 1), 1);
    return 1;
}

/* Calls the function below its nargs arguments, with limits. */
static int call(struct program *p, int nargs, int nresults, struct err *e)
{
    int at = lua_gettop(p->lua) - nargs;
    int status;

    lua_pushcfunction(p->lua, l_trace);
    lua_insert(p->lua, at);
    p->turns = 0;
    status = lua_pcall(p->lua, nargs, nresults, at);
    lua_remove(p->lua, at);
    if (status == LUA_OK)
        return 0;
    err_set(e, EXIT_DATA, "%s", lua_tostring(p->lua, -1));
    lua_pop(p->lua, 1);
    return -1;
}

struct program *program_new(const struct data *data, const char *driver,
                            const struct program_host *host, struct err *e)
{
    struct program *p = mem_zalloc(sizeof *p);

    p->data = data;
    p->driver = mem_strdup(driver);
    p->host = *host;
    p->lua = lua_newstate(limited, p);
    if (!p->lua) {
        err_set(e, EXIT_INTERNAL, "Lua does not start");
        program_free(p);
        return NULL;
    }
    *(struct program **)lua_getextraspace(p->lua) = p;
    lua_sethook(p->lua, count_turn, LUA_MASKCOUNT, HOOK_EVERY);
    lua_pushcfunction(p->lua, l_open);
    if (call(p, 0, 1, e) < 0) {
        program_free(p);
        return NULL;
    }
    p->table = luaL_ref(p->lua, LUA_REGISTRYINDEX);
    return p;
}

void program_free(struct program *p)
{
    if (!p)
        return;
    if (p->lua)
        lua_close(p->lua);
    free(p->driver);
    free(p);
}

static void push_json(lua_State *lua, const json_t *v);

static void push_object(lua_State *lua, const json_t *v)
{
    const char *key;
    json_t *item;

    lua_newtable(lua);
    json_object_foreach((json_t *)v, key, item) {
        push_json(lua, item);
        lua_setfield(lua, -2, key);
    }
}

static void push_json(lua_State *lua, const json_t *v)
{
    size_t i;
    json_t *item;

    luaL_checkstack(lua, 8, "deep data");
    if (json_is_object(v)) {
        push_object(lua, v);
    } else if (json_is_array(v)) {
        lua_newtable(lua);
        json_array_foreach(v, i, item) {
            push_json(lua, item);
            lua_rawseti(lua, -2, (lua_Integer)i + 1);
        }
    } else if (json_is_string(v)) {
        lua_pushlstring(lua, json_string_value(v), json_string_length(v));
    } else if (json_is_integer(v)) {
        lua_pushinteger(lua, json_integer_value(v));
    } else if (json_is_real(v)) {
        lua_pushnumber(lua, json_real_value(v));
    } else if (json_is_boolean(v)) {
        lua_pushboolean(lua, json_is_true(v));
    } else {
        lua_pushnil(lua);
    }
}

static void push_function(struct program *p, const char *name)
{
    lua_rawgeti(p->lua, LUA_REGISTRYINDEX, p->table);
    lua_getfield(p->lua, -1, name);
    lua_remove(p->lua, -2);
}

bool program_has(struct program *p, const char *name)
{
    bool is;

    push_function(p, name);
    is = lua_isfunction(p->lua, -1);
    lua_pop(p->lua, 1);
    return is;
}

int program_call(struct program *p, const char *name, const json_t *arg,
                 struct err *e)
{
    push_function(p, name);
    push_json(p->lua, arg);
    return call(p, 1, 0, e);
}

char *program_text(struct program *p, const char *name, const json_t *arg,
                   bool *flag, struct err *e)
{
    char *text = NULL;

    push_function(p, name);
    push_json(p->lua, arg);
    if (call(p, 1, 2, e) < 0)
        return NULL;
    if (lua_isstring(p->lua, -2))
        text = mem_strdup(lua_tostring(p->lua, -2));
    if (flag)
        *flag = lua_isnil(p->lua, -1) || lua_toboolean(p->lua, -1);
    lua_pop(p->lua, 2);
    return text;
}
