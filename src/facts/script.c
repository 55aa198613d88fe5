/* The sandbox: its state, its limits, compiling and evaluating chunks. */
#include "internal.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <lauxlib.h>

#include "kiriwake/data.h"
#include "kiriwake/mem.h"
#include "kiriwake/msg.h"

#define MEMORY_LIMIT (24u << 20)

const char facts_key_env = 0, facts_key_lib = 0, facts_key_marks = 0,
           facts_key_private = 0;
static const char key_script = 0;

static void *allocate(void *ud, void *p, size_t old, size_t size)
{
    struct script *s = ud;
    size_t before = p ? old : 0;
    void *q;

    if (size == 0) {
        s->used -= before;
        free(p);
        return NULL;
    }
    if (size > before && s->used + (size - before) > s->limit)
        return NULL;
    q = realloc(p, size);
    if (q)
        s->used += size - before;
    return q;
}

struct script *facts_script(lua_State *L)
{
    struct script *s;

    lua_rawgetp(L, LUA_REGISTRYINDEX, &key_script);
    s = lua_touserdata(L, -1);
    lua_pop(L, 1);
    return s;
}

struct run *facts_run(lua_State *L)
{
    struct run *r = facts_script(L)->run;

    if (!r)
        luaL_error(L, "facts are not read while loading");
    return r;
}

int facts_raise(lua_State *L, enum raised kind, const char *fmt, ...)
{
    struct script *s = facts_script(L);
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(s->reason, sizeof s->reason, fmt, ap);
    va_end(ap);
    s->raised = kind;
    lua_pushlightuserdata(L, s);
    return lua_error(L);
}

void facts_on_count(lua_State *L, lua_Debug *ar)
{
    (void)ar;
    luaL_error(L, "over %d instructions: does it end?", FACTS_INSTRUCTIONS);
}

static int env_write(lua_State *L)
{
    const char *name =
        lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "?";

    return luaL_error(L, "'%s' would be written globally; use local", name);
}

/* A name of the chunk: the library, then values, then facts. */
static int env_index(lua_State *L)
{
    const char *name;

    if (lua_type(L, 2) != LUA_TSTRING)
        return luaL_error(L, "names are text");
    lua_rawgetp(L, LUA_REGISTRYINDEX, &facts_key_lib);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, -2) != LUA_TNIL)
        return 1;
    name = lua_tostring(L, 2);
    if (facts_push_name(L, name))
        return 1;
    if (!facts_script(L)->run)
        return luaL_error(L, "unknown name '%s'", name);
    return facts_raise(L, RAISED_UNREADABLE, _("%s was not asked"), name);
}

static void protect(lua_State *L, lua_CFunction index, lua_CFunction write)
{
    lua_newtable(L);
    lua_newtable(L);
    lua_pushcfunction(L, index);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, write);
    lua_setfield(L, -2, "__newindex");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
}

static int open_all(lua_State *L)
{
    lua_pushlightuserdata(L, lua_touserdata(L, 1));
    lua_rawsetp(L, LUA_REGISTRYINDEX, &key_script);
    lua_newtable(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &facts_key_lib);
    protect(L, env_index, env_write);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &facts_key_env);
    facts_open_proxies(L);
    facts_open_rows(L);
    facts_open_text(L);
    facts_open_library(L);
    return 0;
}

/* The prelude is ours and trusted: it sees private helpers, too. */
static int open_prelude(lua_State *L)
{
    const struct data_file *f = lua_touserdata(L, 1);

    if (luaL_loadbufferx(L, f->text, f->len, "=prelude", "t"))
        return lua_error(L);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &facts_key_private);
    lua_setupvalue(L, -2, 1);
    lua_call(L, 0, 1);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &facts_key_lib);
    lua_pushnil(L);
    while (lua_next(L, -3)) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, -4);
    }
    return 0;
}

static void must(lua_State *L, int status)
{
    if (status == LUA_OK)
        return;
    fprintf(stderr, "kiriwake: %s\n", lua_tostring(L, -1));
    abort();
}

struct script *script_new(void)
{
    struct script *s = mem_zalloc(sizeof *s);
    struct data none = {.count = 0};
    struct data_file prelude;
    struct err e = {0};

    s->limit = MEMORY_LIMIT;
    s->L = lua_newstate(allocate, s);
    if (!s->L || data_read(&none, "src/facts/prelude.lua", &prelude, &e) < 0)
        abort();
    lua_pushcfunction(s->L, open_all);
    lua_pushlightuserdata(s->L, s);
    must(s->L, lua_pcall(s->L, 1, 0, 0));
    lua_pushcfunction(s->L, open_prelude);
    lua_pushlightuserdata(s->L, &prelude);
    must(s->L, lua_pcall(s->L, 1, 0, 0));
    data_free(&prelude);
    return s;
}

void script_free(struct script *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->count; i++) {
        json_decref(s->chunks[i]->names);
        free(s->chunks[i]->places);
        free(s->chunks[i]->file);
        free(s->chunks[i]);
    }
    free(s->chunks);
    lua_close(s->L);
    free(s);
}

void script_set_matcher(struct script *s, const struct script_matcher *m)
{
    s->matcher = *m;
}

/* --- evaluating --- */

struct call {
    const struct script_chunk *chunk;
    json_t *value, *lines;
    bool provenance;
};

static int call_protected(lua_State *L)
{
    struct call *c = lua_touserdata(L, 1);

    lua_sethook(L, facts_on_count, LUA_MASKCOUNT, FACTS_INSTRUCTIONS);
    if (c->provenance)
        facts_reset_marks(L);
    lua_rawgeti(L, LUA_REGISTRYINDEX, c->chunk->function);
    lua_call(L, 0, 1);
    lua_sethook(L, NULL, 0, 0);
    if (facts_proxy_json(L, -1))
        facts_record_proxy(L, -1, true);
    c->value = facts_to_json(L, -1);
    if (c->provenance)
        c->lines = facts_take_lines(L, -1);
    return 0;
}

/* "chunk:3: what" with the file's line; other messages as they are. */
static char *place_message(const struct script_chunk *c, const char *msg)
{
    const char *what = msg;
    int line;

    if (strncmp(msg, "chunk:", 6) != 0)
        return mem_printf("%s:%d: %s", c->file, c->line, msg);
    line = atoi(msg + 6);
    what = strchr(msg + 6, ':');
    return mem_printf("%s:%d:%s", c->file, c->line + line - 1,
                      what ? what + 1 : "");
}

static void failed(const struct script_chunk *c, struct script_outcome *out)
{
    struct script *s = c->script;
    const char *msg = lua_type(s->L, -1) == LUA_TSTRING
                          ? lua_tostring(s->L, -1)
                          : "failed";

    out->result = SCRIPT_FAILED;
    if (lua_touserdata(s->L, -1) != s || s->raised == RAISED_FAULT) {
        out->reason = place_message(
            c, lua_touserdata(s->L, -1) == s ? s->reason : msg);
        return;
    }
    out->result = SCRIPT_UNREADABLE;
    out->reason = mem_strdup(s->reason);
}

static void evaluate(const struct script_chunk *c, struct run *r,
                     struct call *call, struct script_outcome *out)
{
    struct script *s = c->script;

    r->id = ++s->next_id;
    s->steps = 0;
    r->reads = json_array();
    r->seen = json_object();
    s->run = r;
    s->raised = RAISED_NOTHING;
    lua_settop(s->L, 0);
    lua_pushcfunction(s->L, call_protected);
    lua_pushlightuserdata(s->L, call);
    if (lua_pcall(s->L, 1, 0, 0)) {
        lua_sethook(s->L, NULL, 0, 0);
        failed(c, out);
        json_decref(call->value);
        call->value = NULL;
    }
    lua_settop(s->L, 0);
    s->run = NULL;
    out->value = call->value ? call->value : json_null();
    out->reads = r->reads;
    json_decref(r->seen);
    json_decref(r->last_value);
    free(r->last_path);
}

void script_eval(const struct script_chunk *c, const json_t *env,
                 const json_t *before, const json_t *vars,
                 struct script_outcome *out)
{
    struct run r = {.env = env, .before = before, .vars = vars};
    struct call call = {.chunk = c};

    *out = (struct script_outcome){.result = SCRIPT_VALUE};
    evaluate(c, &r, &call, out);
}

void script_eval_facts(const struct script_chunk *c,
                       const struct script_source *source,
                       const json_t *subject, const json_t *env,
                       struct script_outcome *out, json_t **lines)
{
    json_t *vars = json_object();
    struct run r = {.env = env, .vars = vars, .source = source};
    struct call call = {.chunk = c, .provenance = true};

    *out = (struct script_outcome){.result = SCRIPT_VALUE};
    if (json_object_size(subject))
        json_object_set(vars, "subject", (json_t *)subject);
    evaluate(c, &r, &call, out);
    *lines = call.lines ? call.lines : json_object();
    facts_rows_done(&r);
    json_decref(vars);
}

void script_outcome_free(struct script_outcome *o)
{
    json_decref(o->value);
    json_decref(o->reads);
    free(o->reason);
    *o = (struct script_outcome){0};
}
