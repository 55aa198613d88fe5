/* What the parts of the sandbox share. */
#ifndef KIRIWAKE_FACTS_INTERNAL_H
#define KIRIWAKE_FACTS_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <lua.h>
#include <jansson.h>

#include "kiriwake/facts.h"
#include "kiriwake/script.h"

/* Instructions of one evaluation. */
#define FACTS_INSTRUCTIONS 20000000

enum raised {
    RAISED_NOTHING,
    RAISED_MISSING,         /* has() catches this one only */
    RAISED_UNREADABLE,
    RAISED_FAULT,
};

/* One evaluation. Everything is borrowed for its time. */
struct run {
    unsigned id;                    /* proxies of another run are dead */
    const json_t *env, *before, *vars;
    const struct script_source *source;
    json_t *reads, *seen;           /* reads once: "probe/path" -> true */
    const char *last_probe;         /* of the last leaf read, for delta() */
    char *last_path;
    json_t *last_value;
    unsigned leaves;                /* read since delta() began */
    bool quiet;                     /* reads are not recorded */
    struct row_reads *rows;         /* provenance of a facts chunk */
    json_t *lines;                  /* its marks */

};

struct script {
    lua_State *L;
    size_t used, limit;
    unsigned next_id;
    unsigned long steps;        /* of pattern matching, this evaluation */
    struct run *run;
    enum raised raised;
    char reason[700];
    struct script_chunk **chunks;
    size_t count, cap;
    struct script_matcher matcher;
};

struct name_place {
    int line, col;
};

struct script_chunk {
    struct script *script;
    char *file;                 /* place.name */
    int line;                   /* of the chunk's first line in it */
    int function;               /* registry reference */
    json_t *names;
    /* Where each name stands in the code; the code and its place in a file,
     * borrowed until the file is loaded. */
    struct name_place *places;
    size_t place_cap;
    const char *code, *text;
    int col;
};

/* The hook that ends what runs too long. */
void facts_on_count(lua_State *L, lua_Debug *ar);

/* Keys of the Lua registry. */
extern const char facts_key_env, facts_key_lib, facts_key_marks,
    facts_key_private;

struct script *facts_script(lua_State *L);
struct run *facts_run(lua_State *L);

/* Raises; never returns. */
int facts_raise(lua_State *L, enum raised kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* proxy.c: facts and plain values as the chunk sees them. */
void facts_open_proxies(lua_State *L);
/* Pushes a fact by its probe's name, or a plain value; false when there is
 * none of that name (nothing is pushed). */
bool facts_push_name(lua_State *L, const char *name);
void facts_push_json(lua_State *L, const json_t *v);
/* The JSON behind a proxy, or NULL. */
const json_t *facts_proxy_json(lua_State *L, int index);
/* Records that the proxy at index itself was used (counted, iterated). */
void facts_record_proxy(lua_State *L, int index, bool below);
/* Any list: proxy, rows or table. Length; pushes the i-th (from 1). */
lua_Integer facts_len(lua_State *L, int index);
void facts_push_nth(lua_State *L, int index, lua_Integer i);
int facts_pairs(lua_State *L);

/* rows.c: rows with the lines they come from. */
void facts_open_rows(lua_State *L);
void facts_push_rows(lua_State *L);
bool facts_is_rows(lua_State *L, int index);
lua_Integer facts_rows_len(lua_State *L, int index);
void facts_rows_nth(lua_State *L, int index, lua_Integer i);
int facts_from(lua_State *L);
int facts_cite(lua_State *L);
int facts_explain(lua_State *L);
/* Forgets the marks of earlier evaluations. */
void facts_reset_marks(lua_State *L);
/* The provenance of the value at index, as {"pointer": [lines]}. */
json_t *facts_take_lines(lua_State *L, int index);
void facts_rows_done(struct run *r);

/* strict.c: has, state, readable, delta. */
int facts_has(lua_State *L);
int facts_state(lua_State *L);
int facts_readable(lua_State *L);
int facts_sent(lua_State *L);
int facts_delta(lua_State *L);
int facts_ever(lua_State *L);

/* value.c: Lua to JSON; raises on what JSON cannot hold. */
json_t *facts_to_json(lua_State *L, int index);

/* library.c, text.c, pattern.c */
void facts_open_library(lua_State *L);
void facts_open_text(lua_State *L);
/* Pops the table at the top and offers it to chunks under a name, behind a
 * table that cannot change. */
void facts_publish(lua_State *L, const char *name);
/* Adds find, match, gmatch and gsub to the table at the top. */
void facts_open_patterns(lua_State *L);

#endif
