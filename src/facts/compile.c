/* Compiling chunks and a driver's own library; errors as in the file. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>
#include <lauxlib.h>

#include "kiriwake/mem.h"
#include "scan.h"

#define MAX_CODE (256u << 10)

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
        c->places[n] = (struct name_place){line, col};
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
    struct name_sink sink = {c, s->L};

    c->script = s;
    c->file = mem_strdup(at->name);
    c->line = at->line;
    c->col = at->col;
    c->text = at->text;
    c->code = scan->code;
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
    const struct script_place at = {c->file, c->text, c->line, c->col};

    file_place(&at, c->code, c->places[i].line, c->places[i].col, line, col);
}

/* --- a driver's own library --- */

static int library_protected(lua_State *L)
{
    const struct script_chunk *c = lua_touserdata(L, 1);

    lua_sethook(L, facts_on_count, LUA_MASKCOUNT, FACTS_INSTRUCTIONS);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &facts_key_private);
    if (lua_getfield(L, -1, "added") != LUA_TTABLE) {
        lua_pop(L, 1);
        lua_newtable(L);
        lua_pushvalue(L, -1);
        lua_setfield(L, -3, "added");
        lua_pushvalue(L, -1);
        facts_publish(L, "lib");
    }
    lua_rawgeti(L, LUA_REGISTRYINDEX, c->function);
    lua_call(L, 0, 1);
    lua_sethook(L, NULL, 0, 0);
    if (!lua_istable(L, -1))
        return luaL_error(L, "a library returns a table");
    lua_pushnil(L);
    while (lua_next(L, -2)) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, -5);
    }
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
        if (strcmp(json_string_value(name), "subject") != 0) {
            int line, col;

            script_name_at(c, i, &line, &col);
            return err_at(e, at->name, at->text, line, col,
                          "unknown name '%s'", json_string_value(name));
        }
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
