/* What is missing, what is unreadable, and what grew. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>
#include <lauxlib.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"

/* --- missing and unreadable --- */

int facts_has(lua_State *L)
{
    struct script *s = facts_script(L);
    bool found;

    if (lua_type(L, 1) != LUA_TFUNCTION) {
        lua_pushboolean(L, !lua_isnoneornil(L, 1));
        return 1;
    }
    lua_settop(L, 1);
    if (lua_pcall(L, 0, 1, 0) == LUA_OK) {
        found = !lua_isnil(L, -1);
        if (facts_proxy_json(L, -1))
            facts_record_proxy(L, -1, true);
        lua_pushboolean(L, found);
        return 1;
    }
    if (lua_touserdata(L, -1) != s || s->raised != RAISED_MISSING)
        return lua_error(L);
    s->raised = RAISED_NOTHING;
    lua_pushboolean(L, 0);
    return 1;
}

static const json_t *fact_named(lua_State *L, int index)
{
    return json_object_get(facts_run(L)->env, luaL_checkstring(L, index));
}

static const char *state_of(const json_t *fact)
{
    const char *s = json_string_value(json_object_get(fact, "state"));

    return s ? s : "not-asked";
}

int facts_state(lua_State *L)
{
    lua_pushstring(L, state_of(fact_named(L, 1)));
    return 1;
}

int facts_readable(lua_State *L)
{
    const char *s = state_of(fact_named(L, 1));

    lua_pushboolean(L, !strcmp(s, "present") || !strcmp(s, "absent"));
    return 1;
}

/* The device took the command, whatever could be read of its reply. */
int facts_sent(lua_State *L)
{
    const json_t *fact = fact_named(L, 1);
    const char *reply =
        json_string_value(json_object_get(fact, "reply"));

    lua_pushboolean(L, reply && strcmp(reply, "complete") == 0);
    return 1;
}

/* --- growth --- */

static int no_delta(lua_State *L, const char *why)
{
    struct run *r = facts_run(L);

    return facts_raise(L, RAISED_UNREADABLE, _("no growth of %s%s: %s"),
                       r->last_probe ? r->last_probe : "this",
                       r->last_path ? r->last_path : "", why);
}

/* The element of a list with the same key; NULL when there is none. */
static const json_t *same_key(const json_t *list, const json_t *item)
{
    const json_t *key = json_object_get(item, "key");
    size_t i;
    json_t *other;

    json_array_foreach(list, i, other)
        if (json_equal(json_object_get(other, "key"), key))
            return other;
    return NULL;
}

static const json_t *step(const json_t *now, const json_t *then,
                          const char *part, const json_t **now_next)
{
    size_t i = (size_t)strtoul(part, NULL, 10);

    if (!json_is_array(now)) {
        *now_next = json_object_get(now, part);
        return json_object_get(then, part);
    }
    *now_next = json_array_get(now, i);
    if (json_object_get(*now_next, "key"))
        return same_key(then, *now_next);
    return json_array_get(then, i);
}

/* The same leaf in the earlier sample; NULL when it is not there, or what
 * leads to it has another key. */
static const json_t *earlier(const json_t *now, const json_t *then,
                             const char *path)
{
    char *copy = mem_strdup(path), *save = NULL;

    for (char *p = strtok_r(copy, "/", &save); p && then;
         p = strtok_r(NULL, "/", &save)) {
        then = step(now, then, p, &now);
        if (then && !json_equal(json_object_get(now, "key"),
                                json_object_get(then, "key")) &&
            (json_object_get(now, "key") || json_object_get(then, "key")))
            then = NULL;
    }
    free(copy);
    return then;
}

static bool restarted(const struct run *r)
{
    const json_t *a = json_object_get(
        json_object_get(json_object_get(r->before, "version"), "facts"),
        "started_at");
    const json_t *b = json_object_get(
        json_object_get(json_object_get(r->env, "version"), "facts"),
        "started_at");

    return a && b && !json_equal(a, b);
}

static const json_t *facts_of(const json_t *env, const char *probe)
{
    return json_object_get(json_object_get(env, probe), "facts");
}

/* The same single leaf in the earlier sample, found by its keys. */
static double leaf_before(lua_State *L)
{
    struct run *r = facts_run(L);
    const char *state =
        state_of(json_object_get(r->before, r->last_probe));
    const json_t *then;

    if (strcmp(state, "present") && strcmp(state, "absent"))
        no_delta(L, _("no earlier sample"));
    then = earlier(facts_of(r->env, r->last_probe),
                   facts_of(r->before, r->last_probe), r->last_path);
    if (!json_is_number(then))
        no_delta(L, _("not in the earlier sample"));
    return json_number_value(then);
}

/* What the whole expression gave in the earlier sample. */
static double value_before(lua_State *L)
{
    struct run *r = facts_run(L);
    const json_t *now = r->env;
    double v;
    int rc;

    r->env = r->before;
    r->quiet = true;
    lua_pushvalue(L, 1);
    rc = lua_pcall(L, 0, 1, 0);
    r->env = now;
    r->quiet = false;
    if (rc != LUA_OK && facts_script(L)->raised == RAISED_MISSING)
        no_delta(L, _("not in the earlier sample"));
    if (rc != LUA_OK)
        lua_error(L);
    v = lua_isnumber(L, -1) ? lua_tonumber(L, -1) : 0;
    if (!lua_isnumber(L, -1))
        no_delta(L, _("no number in the earlier sample"));
    lua_pop(L, 1);
    return v;
}

/* Did it hold in either of two samples? What comes and goes, such as a
 * half-open SA, is easily missed by one. */
int facts_ever(lua_State *L)
{
    struct run *r = facts_run(L);
    const json_t *now = r->env;
    int rc;

    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_settop(L, 1);
    lua_pushvalue(L, 1);
    lua_call(L, 0, 1);
    if (lua_toboolean(L, -1) || !r->before)
        return 1;
    r->env = r->before;
    r->quiet = true;
    lua_pushvalue(L, 1);
    rc = lua_pcall(L, 0, 1, 0);
    r->env = now;
    r->quiet = false;
    return rc == LUA_OK ? 1 : lua_error(L);
}

/* The earlier sample's fact stands for the later one, too. */
static bool read_once(const struct run *r)
{
    const json_t *then = json_object_get(r->before, r->last_probe);

    return json_is_true(json_object_get(then, "only"));
}

int facts_delta(lua_State *L)
{
    struct run *r = facts_run(L);
    double now, then;

    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_settop(L, 1);
    r->leaves = 0;
    lua_pushvalue(L, 1);
    lua_call(L, 0, 1);
    if (!lua_isnumber(L, -1))
        return luaL_error(L, "delta() takes a number");
    now = lua_tonumber(L, -1);
    if (!r->before)
        return no_delta(L, _("no earlier sample"));
    if (read_once(r))
        return no_delta(L, _("it was read once only"));
    if (restarted(r))
        return no_delta(L, _("the device restarted in between"));
    if (r->leaves == 1 && json_number_value(r->last_value) == now)
        then = leaf_before(L);
    else
        then = value_before(L);
    if (then > now)
        return no_delta(L, _("it decreased"));
    lua_pushnumber(L, now - then);
    if (now - then == (double)(lua_Integer)(now - then))
        lua_pushinteger(L, (lua_Integer)(now - then));
    return 1;
}
