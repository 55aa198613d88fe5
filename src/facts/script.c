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
#include "scan.h"

#define MEMORY_LIMIT (24u << 20)
#define INSTRUCTION_LIMIT 20000000
#define MAX_CODE (256u << 10)

struct name_place {
    int line, col;
};

struct script_chunk {
    struct script *script;
    char *file;                 /* place.name */
    int line;                   /* of the chunk's first line in it */
    int function;               /* registry reference */
    json_t *names;
    struct name_place *places;
    size_t place_cap;
};

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

static void on_count(lua_State *L, lua_Debug *ar)
{
    (void)ar;
    luaL_error(L, "over %d instructions: does it end?", INSTRUCTION_LIMIT);
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
    return facts_raise(L, RAISED_UNREADABLE, "%s was not asked", name);
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

/* --- compiling --- */

static const char *nth_line(const char *text, int n)
{
    while (text && n-- > 1) {
        text = strchr(text, '\n');
        if (text)
            text++;
    }
    return text;
}

/* Where the code's line n, byte col, stands in the file: the line is looked
 * for in the file's line, for its indentation there. */
static void file_place(const struct script_place *at, const char *code, int n,
                       int code_col, int *line, int *col)
{
    const char *start = nth_line(at->text, at->line + n - 1), *hit;
    const char *from = nth_line(code, n);
    size_t len = from ? strcspn(from, "\n") : 0;

    *line = at->line + n - 1;
    *col = n == 1 ? at->col : 1;
    if (!start || !from)
        return;
    if (n > 1)
        *col = (int)strspn(start, " \t") + 1;
    hit = memmem(start, strcspn(start, "\n"), from, len);
    if (len && hit)
        *col = (int)(hit - start) + code_col;
}

static int bad_code(const struct script_place *at, const struct scan *scan,
                    const struct token *t, int line, const char *what,
                    struct err *e)
{
    int file_line, col;

    file_place(at, scan->code, t ? t->line : line, t ? t->col : 1,
               &file_line, &col);
    return err_at(e, at->name, at->text, file_line, col, "%s", what);
}

/* The first token of a line with this text. */
static const struct token *token_on(const struct scan *scan, int line,
                                    const char *text, size_t len)
{
    for (size_t i = 0; i < scan->count; i++) {
        const struct token *t = &scan->tokens[i];

        if (t->line == line && t->len == len &&
            memcmp(scan->code + t->start, text, len) == 0)
            return t;
    }
    return NULL;
}

/* Lua's "chunk:2: … near 'x'" as an error in the file. */
static void syntax_error(const char *msg, const struct scan *scan,
                         const struct script_place *at, struct err *e)
{
    const char *colon = strchr(msg, ':'), *near = strstr(msg, " near '");
    int line = colon ? atoi(colon + 1) : 1;
    const char *what = colon ? strchr(colon + 1, ':') : NULL;
    const struct token *t = NULL;

    if (near)
        t = token_on(scan, line, near + 7, strcspn(near + 7, "'"));
    bad_code(at, scan, t, line > 0 ? line : 1, what ? what + 2 : msg, e);
}

struct name_sink {
    struct script_chunk *chunk;
    const struct script_place *at;
    const char *code;
    lua_State *L;
};

static bool in_library(lua_State *L, const char *path, size_t len)
{
    bool found;

    lua_rawgetp(L, LUA_REGISTRYINDEX, &facts_key_lib);
    lua_pushlstring(L, path, strcspn(path, ".") < len ? strcspn(path, ".")
                                                      : len);
    found = lua_rawget(L, -2) != LUA_TNIL;
    lua_pop(L, 2);
    return found;
}

static bool has_name(const json_t *names, const char *path, size_t len)
{
    size_t i;
    json_t *n;

    json_array_foreach(names, i, n)
        if (json_string_length(n) == len &&
            memcmp(json_string_value(n), path, len) == 0)
            return true;
    return false;
}

static void add_name(void *arg, const char *path, size_t len, int line,
                     int col)
{
    struct name_sink *k = arg;
    struct script_chunk *c = k->chunk;
    size_t n = json_array_size(c->names);
    char *copy = mem_strndup(path, len);

    if (!in_library(k->L, copy, len) && !has_name(c->names, path, len)) {
        c->places = mem_grow(c->places, &c->place_cap, n + 1,
                             sizeof *c->places);
        file_place(k->at, k->code, line, col, &c->places[n].line,
                   &c->places[n].col);
        json_array_append_new(c->names, json_stringn(path, len));
    }
    free(copy);
}

struct compile {
    const char *code, *name;
    size_t len;
    int function;
};

/* In protected mode: leaves the function's reference in the compile. */
static int compile_protected(lua_State *L)
{
    struct compile *c = lua_touserdata(L, 1);

    if (luaL_loadbufferx(L, c->code, c->len, c->name, "t"))
        return lua_error(L);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &facts_key_env);
    if (!lua_setupvalue(L, -2, 1))
        lua_pop(L, 1);
    c->function = luaL_ref(L, LUA_REGISTRYINDEX);
    return 0;
}

static int compile(struct script *s, const char *code, const char *name,
                   const struct scan *scan, const struct script_place *at,
                   struct err *e)
{
    struct compile c = {code, name, strlen(code), LUA_NOREF};

    lua_pushcfunction(s->L, compile_protected);
    lua_pushlightuserdata(s->L, &c);
    if (lua_pcall(s->L, 1, 0, 0)) {
        syntax_error(lua_tostring(s->L, -1), scan, at, e);
        lua_settop(s->L, 0);
        return LUA_NOREF;
    }
    return c.function;
}

static int check_scan(const struct scan *scan, const struct script_place *at,
                      struct err *e)
{
    const struct token *bad = scan_forbidden(scan);

    if (!bad)
        return 0;
    return bad_code(at, scan, bad, 1,
                    "a global would be written; declare it local", e);
}

static struct script_chunk *chunk_new(struct script *s,
                                      const struct script_place *at,
                                      const struct scan *scan, int function)
{
    struct script_chunk *c = mem_zalloc(sizeof *c);
    struct name_sink sink = {c, at, scan->code, s->L};

    c->script = s;
    c->file = mem_strdup(at->name);
    c->line = at->line;
    c->function = function;
    c->names = json_array();
    scan_names(scan, add_name, &sink);
    s->chunks = mem_grow(s->chunks, &s->cap, s->count + 1,
                         sizeof *s->chunks);
    s->chunks[s->count++] = c;
    return c;
}

static struct script_chunk *add_chunk(struct script *s, const char *code,
                                      bool expr, const char *name,
                                      const struct script_place *at,
                                      struct err *e)
{
    struct buf out = {0};
    struct scan scan;
    struct script_chunk *c = NULL;
    int function = LUA_NOREF;

    if (strlen(code) > MAX_CODE) {
        err_at(e, at->name, at->text, at->line, at->col,
               "over %u bytes of Lua", MAX_CODE);
        return NULL;
    }
    scan_code(&scan, code);
    if (expr)
        buf_adds(&out, "return ");
    scan_rewrite(&scan, &out);
    if (check_scan(&scan, at, e) == 0)
        function = compile(s, buf_str(&out), name, &scan, at, e);
    if (function != LUA_NOREF)
        c = chunk_new(s, at, &scan, function);
    scan_free(&scan);
    buf_free(&out);
    return c;
}

struct script_chunk *script_expr(struct script *s, const char *code,
                                 const struct script_place *at,
                                 struct err *e)
{
    return add_chunk(s, code, true, "=chunk", at, e);
}

struct script_chunk *script_body(struct script *s, const char *code,
                                 const struct script_place *at,
                                 struct err *e)
{
    return add_chunk(s, code, false, "=chunk", at, e);
}

json_t *script_names(const struct script_chunk *c)
{
    return json_incref(c->names);
}

void script_name_at(const struct script_chunk *c, size_t i, int *line,
                    int *col)
{
    *line = c->places[i].line;
    *col = c->places[i].col;
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

    lua_sethook(L, on_count, LUA_MASKCOUNT, INSTRUCTION_LIMIT);
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

/* --- a driver's own library --- */

static int library_protected(lua_State *L)
{
    const struct script_chunk *c = lua_touserdata(L, 1);

    lua_sethook(L, on_count, LUA_MASKCOUNT, INSTRUCTION_LIMIT);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &facts_key_lib);
    lua_rawgeti(L, LUA_REGISTRYINDEX, c->function);
    lua_call(L, 0, 1);
    lua_sethook(L, NULL, 0, 0);
    if (!lua_istable(L, -1))
        return luaL_error(L, "a library returns a table");
    lua_setfield(L, -2, "lib");
    return 0;
}

int script_library(struct script *s, const char *code,
                   const struct script_place *at, struct err *e)
{
    struct script_chunk *c = add_chunk(s, code, false, "=library", at, e);
    json_t *name;
    size_t i;

    if (!c)
        return -1;
    json_array_foreach(c->names, i, name)
        if (strcmp(json_string_value(name), "subject") != 0)
            return err_at(e, at->name, at->text, c->places[i].line,
                          c->places[i].col, "unknown name '%s'",
                          json_string_value(name));
    lua_settop(s->L, 0);
    lua_pushcfunction(s->L, library_protected);
    lua_pushlightuserdata(s->L, c);
    if (lua_pcall(s->L, 1, 0, 0)) {
        const char *msg = lua_tostring(s->L, -1);
        const struct scan none = {.code = code};

        lua_sethook(s->L, NULL, 0, 0);
        syntax_error(msg ? msg : "library:1: failed", &none, at, e);
        lua_settop(s->L, 0);
        return -1;
    }
    return 0;
}
