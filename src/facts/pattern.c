/*
 * Lua's patterns with a step limit: the stock ones run in C, where no
 * instruction hook looks, for as long as a pattern likes to backtrack.
 * The language is that of the Lua 5.4 manual, 6.4.1.
 */
#include "internal.h"

#include <ctype.h>
#include <string.h>
#include <lauxlib.h>

#define MAX_STEPS 4000000
#define MAX_DEPTH 200
#define MAX_CAPTURES 32
#define OPEN (-1)
#define POSITION (-2)

struct match {
    lua_State *L;
    struct script *script;
    const char *src, *end, *pat_end;
    int depth, level;
    struct {
        const char *start;
        ptrdiff_t len;
    } captures[MAX_CAPTURES];
};

static const char *do_match(struct match *m, const char *s, const char *p);

static void step(struct match *m)
{
    if (++m->script->steps > MAX_STEPS)
        luaL_error(m->L, "over %d steps of pattern matching", MAX_STEPS);
}

static bool in_class(int c, int class)
{
    bool found;

    switch (tolower(class)) {
    case 'a': found = isalpha(c); break;
    case 'c': found = iscntrl(c); break;
    case 'd': found = isdigit(c); break;
    case 'g': found = isgraph(c); break;
    case 'l': found = islower(c); break;
    case 'p': found = ispunct(c); break;
    case 's': found = isspace(c); break;
    case 'u': found = isupper(c); break;
    case 'w': found = isalnum(c); break;
    case 'x': found = isxdigit(c); break;
    default: return class == c;
    }
    return isupper(class) ? !found : found;
}

/* The end of the single-character item at p. */
static const char *item_end(struct match *m, const char *p)
{
    if (*p == '%') {
        if (p + 1 >= m->pat_end)
            luaL_error(m->L, "malformed pattern (ends with '%%')");
        return p + 2;
    }
    if (*p != '[')
        return p + 1;
    p++;
    if (p < m->pat_end && *p == '^')
        p++;
    do {
        if (p >= m->pat_end)
            luaL_error(m->L, "malformed pattern (missing ']')");
        if (*p++ == '%' && p < m->pat_end)
            p++;
    } while (p >= m->pat_end || *p != ']');
    return p + 1;
}

/* Is c in the set from p ("[") to last ("]")? */
static bool in_set(int c, const char *p, const char *last)
{
    bool hit = true;

    if (p[1] == '^') {
        hit = false;
        p++;
    }
    while (++p < last) {
        if (*p == '%') {
            p++;
            if (in_class(c, (unsigned char)*p))
                return hit;
        } else if (p[1] == '-' && p + 2 < last) {
            p += 2;
            if ((unsigned char)p[-2] <= c && c <= (unsigned char)*p)
                return hit;
        } else if ((unsigned char)*p == c) {
            return hit;
        }
    }
    return !hit;
}

static bool single(struct match *m, const char *s, const char *p,
                   const char *ep)
{
    int c;

    step(m);
    if (s >= m->end)
        return false;
    c = (unsigned char)*s;
    if (*p == '.')
        return true;
    if (*p == '%')
        return in_class(c, (unsigned char)p[1]);
    if (*p == '[')
        return in_set(c, p, ep - 1);
    return (unsigned char)*p == c;
}

static const char *balance(struct match *m, const char *s, const char *p)
{
    int depth = 1;

    if (p + 1 >= m->pat_end)
        luaL_error(m->L, "malformed pattern (%%b needs two characters)");
    if (s >= m->end || *s != p[0])
        return NULL;
    while (++s < m->end) {
        step(m);
        if (*s == p[1] && --depth == 0)
            return s + 1;
        if (*s == p[0] && p[0] != p[1])
            depth++;
    }
    return NULL;
}

static const char *longest(struct match *m, const char *s, const char *p,
                           const char *ep)
{
    ptrdiff_t i = 0;

    while (single(m, s + i, p, ep))
        i++;
    for (; i >= 0; i--) {
        const char *found = do_match(m, s + i, ep + 1);

        if (found)
            return found;
    }
    return NULL;
}

static const char *shortest(struct match *m, const char *s, const char *p,
                            const char *ep)
{
    for (;;) {
        const char *found = do_match(m, s, ep + 1);

        if (found)
            return found;
        if (!single(m, s, p, ep))
            return NULL;
        s++;
    }
}

static const char *start_capture(struct match *m, const char *s,
                                 const char *p, ptrdiff_t kind)
{
    const char *found;

    if (m->level >= MAX_CAPTURES)
        luaL_error(m->L, "too many captures");
    m->captures[m->level].start = s;
    m->captures[m->level].len = kind;
    m->level++;
    found = do_match(m, s, p);
    if (!found)
        m->level--;
    return found;
}

static const char *end_capture(struct match *m, const char *s, const char *p)
{
    const char *found;
    int i = m->level - 1;

    while (i >= 0 && m->captures[i].len != OPEN)
        i--;
    if (i < 0)
        luaL_error(m->L, "invalid pattern capture");
    m->captures[i].len = s - m->captures[i].start;
    found = do_match(m, s, p);
    if (!found)
        m->captures[i].len = OPEN;
    return found;
}

static const char *back_reference(struct match *m, const char *s, int digit)
{
    int i = digit - '1';
    size_t len;

    if (i < 0 || i >= m->level || m->captures[i].len == OPEN)
        luaL_error(m->L, "invalid capture index %%%d", i + 1);
    len = (size_t)m->captures[i].len;
    if ((size_t)(m->end - s) < len ||
        memcmp(m->captures[i].start, s, len) != 0)
        return NULL;
    return s + len;
}

static bool at_frontier(struct match *m, const char *s, const char *p,
                        const char *ep)
{
    int before = s == m->src ? 0 : (unsigned char)s[-1];
    int here = s < m->end ? (unsigned char)*s : 0;

    return !in_set(before, p, ep - 1) && in_set(here, p, ep - 1);
}

/* %b, %f and %1: what only "%" can begin. *done: p was one of them. */
static const char *special(struct match *m, const char *s, const char *p,
                           bool *done)
{
    *done = true;
    if (p[1] == 'b') {
        s = balance(m, s, p + 2);
        return s ? do_match(m, s, p + 4) : NULL;
    }
    if (p[1] == 'f') {
        const char *set = p + 2, *ep;

        if (set >= m->pat_end || *set != '[')
            luaL_error(m->L, "missing '[' after '%%f' in pattern");
        ep = item_end(m, set);
        return at_frontier(m, s, set, ep) ? do_match(m, s, ep) : NULL;
    }
    if (isdigit((unsigned char)p[1])) {
        s = back_reference(m, s, (unsigned char)p[1]);
        return s ? do_match(m, s, p + 2) : NULL;
    }
    *done = false;
    return NULL;
}

/* A single-character item with what follows it. */
static const char *item(struct match *m, const char *s, const char *p)
{
    const char *ep = item_end(m, p), *found;
    char suffix = ep < m->pat_end ? *ep : '\0';

    if (suffix == '?') {
        if (single(m, s, p, ep) && (found = do_match(m, s + 1, ep + 1)))
            return found;
        return do_match(m, s, ep + 1);
    }
    if (suffix == '*')
        return longest(m, s, p, ep);
    if (suffix == '-')
        return shortest(m, s, p, ep);
    if (!single(m, s, p, ep))
        return NULL;
    if (suffix == '+')
        return longest(m, s + 1, p, ep);
    return do_match(m, s + 1, ep);
}

static const char *match_here(struct match *m, const char *s, const char *p)
{
    bool done = false;
    const char *found;

    if (p == m->pat_end)
        return s;
    if (*p == '(' && p + 1 < m->pat_end && p[1] == ')')
        return start_capture(m, s, p + 2, POSITION);
    if (*p == '(')
        return start_capture(m, s, p + 1, OPEN);
    if (*p == ')')
        return end_capture(m, s, p + 1);
    if (*p == '$' && p + 1 == m->pat_end)
        return s == m->end ? s : NULL;
    if (*p == '%' && p + 1 < m->pat_end) {
        found = special(m, s, p, &done);
        if (done)
            return found;
    }
    return item(m, s, p);
}

static const char *do_match(struct match *m, const char *s, const char *p)
{
    const char *found;

    step(m);
    /* A run of plain characters needs no recursion. */
    while (p < m->pat_end && isalnum((unsigned char)*p) &&
           (p + 1 == m->pat_end || !strchr("*+-?", p[1]))) {
        if (s >= m->end || *s != *p)
            return NULL;
        s++;
        p++;
    }
    if (++m->depth > MAX_DEPTH)
        luaL_error(m->L, "pattern too complex");
    found = match_here(m, s, p);
    m->depth--;
    return found;
}

/* --- what chunks call --- */

static void begin(struct match *m, lua_State *L, const char *s, size_t len,
                  const char *pattern, size_t pattern_len)
{
    *m = (struct match){.L = L, .script = facts_script(L), .src = s,
                        .end = s + len, .pat_end = pattern + pattern_len};
}

static void push_capture(struct match *m, int i, const char *s,
                         const char *e)
{
    if (i >= m->level) {
        if (i != 0)
            luaL_error(m->L, "invalid capture index %%%d", i + 1);
        lua_pushlstring(m->L, s, (size_t)(e - s));
    } else if (m->captures[i].len == POSITION) {
        lua_pushinteger(m->L, m->captures[i].start - m->src + 1);
    } else if (m->captures[i].len == OPEN) {
        luaL_error(m->L, "unfinished capture");
    } else {
        lua_pushlstring(m->L, m->captures[i].start,
                        (size_t)m->captures[i].len);
    }
}

static int push_captures(struct match *m, const char *s, const char *e)
{
    int n = m->level == 0 && s ? 1 : m->level;

    luaL_checkstack(m->L, n, "too many captures");
    for (int i = 0; i < n; i++)
        push_capture(m, i, s, e);
    return n;
}

static size_t start_of(lua_State *L, int index, size_t len)
{
    lua_Integer i = luaL_optinteger(L, index, 1);

    if (i < 0)
        i = (lua_Integer)len + i + 1;
    if (i < 1)
        i = 1;
    return (size_t)i - 1;
}

static const char *search(struct match *m, const char **s,
                          const char *pattern)
{
    bool anchor = pattern < m->pat_end && *pattern == '^';

    do {
        const char *e;

        m->level = 0;
        m->depth = 0;
        e = do_match(m, *s, pattern + anchor);
        if (e)
            return e;
    } while ((*s)++ < m->end && !anchor);
    return NULL;
}

static int find_plain(lua_State *L, const char *s, size_t len, size_t from,
                      const char *what, size_t what_len)
{
    const char *hit = memmem(s + from, len - from, what, what_len);

    if (!hit)
        return 0;
    lua_pushinteger(L, hit - s + 1);
    lua_pushinteger(L, hit - s + (lua_Integer)what_len);
    return 2;
}

static int find_or_match(lua_State *L, bool find)
{
    size_t len, plen, from;
    const char *s = luaL_checklstring(L, 1, &len), *e, *at;
    const char *p = luaL_checklstring(L, 2, &plen);
    struct match m;
    int n;

    from = start_of(L, 3, len);
    if (from > len)
        return 0;
    if (find && lua_toboolean(L, 4))
        return find_plain(L, s, len, from, p, plen);
    begin(&m, L, s, len, p, plen);
    at = s + from;
    e = search(&m, &at, p);
    if (!e)
        return 0;
    if (!find)
        return push_captures(&m, at, e);
    lua_pushinteger(L, at - s + 1);
    lua_pushinteger(L, e - s);
    n = m.level ? push_captures(&m, NULL, NULL) : 0;
    return n + 2;
}

static int text_find(lua_State *L)
{
    return find_or_match(L, true);
}

static int text_match(lua_State *L)
{
    int n = find_or_match(L, false);

    if (n)
        return n;
    lua_pushnil(L);
    return 1;
}

static int next_match(lua_State *L)
{
    size_t len, plen;
    const char *s = lua_tolstring(L, lua_upvalueindex(1), &len);
    const char *p = lua_tolstring(L, lua_upvalueindex(2), &plen);
    lua_Integer from = lua_tointeger(L, lua_upvalueindex(3));
    lua_Integer last = lua_tointeger(L, lua_upvalueindex(4));
    struct match m;

    begin(&m, L, s, len, p, plen);
    for (const char *at = s + from; at <= m.end; at++) {
        const char *e;

        m.level = 0;
        m.depth = 0;
        e = do_match(&m, at, p);
        if (!e || e - s == last)
            continue;
        lua_pushinteger(L, e - s);
        lua_copy(L, -1, lua_upvalueindex(3));
        lua_replace(L, lua_upvalueindex(4));
        return push_captures(&m, at, e);
    }
    return 0;
}

static int text_gmatch(lua_State *L)
{
    luaL_checkstring(L, 1);
    luaL_checkstring(L, 2);
    lua_settop(L, 2);
    lua_pushinteger(L, 0);
    lua_pushinteger(L, -1);
    lua_pushcclosure(L, next_match, 4);
    return 1;
}

static void add_template(struct match *m, luaL_Buffer *b, const char *s,
                         const char *e)
{
    size_t len;
    const char *r = lua_tolstring(m->L, 3, &len);

    for (size_t i = 0; i < len; i++) {
        if (r[i] != '%') {
            luaL_addchar(b, r[i]);
            continue;
        }
        i++;
        if (i < len && r[i] == '%')
            luaL_addchar(b, '%');
        else if (i < len && r[i] == '0')
            luaL_addlstring(b, s, (size_t)(e - s));
        else if (i < len && isdigit((unsigned char)r[i])) {
            push_capture(m, r[i] - '1', s, e);
            luaL_tolstring(m->L, -1, NULL);
            lua_remove(m->L, -2);
            luaL_addvalue(b);
        } else
            luaL_error(m->L, "invalid use of '%%' in replacement string");
    }
}

static void add_replacement(struct match *m, luaL_Buffer *b, const char *s,
                            const char *e)
{
    lua_State *L = m->L;

    if (lua_type(L, 3) == LUA_TSTRING || lua_type(L, 3) == LUA_TNUMBER) {
        add_template(m, b, s, e);
        return;
    }
    if (lua_type(L, 3) == LUA_TFUNCTION) {
        int n;

        lua_pushvalue(L, 3);
        n = push_captures(m, s, e);
        lua_call(L, n, 1);
    } else {
        push_capture(m, 0, s, e);
        lua_gettable(L, 3);
    }
    if (!lua_toboolean(L, -1)) {
        lua_pop(L, 1);
        lua_pushlstring(L, s, (size_t)(e - s));
    } else if (!lua_isstring(L, -1)) {
        luaL_error(L, "invalid replacement value");
    }
    luaL_addvalue(b);
}

static int text_gsub(lua_State *L)
{
    size_t len, plen;
    const char *s = luaL_checklstring(L, 1, &len), *last = NULL;
    const char *p = luaL_checklstring(L, 2, &plen), *end = s + len;
    lua_Integer max = luaL_optinteger(L, 4, (lua_Integer)len + 1), n = 0;
    bool anchor = plen > 0 && *p == '^';
    struct match m;
    luaL_Buffer b;

    luaL_argcheck(L, lua_type(L, 3) == LUA_TNUMBER ||
                         lua_type(L, 3) == LUA_TSTRING ||
                         lua_type(L, 3) == LUA_TFUNCTION ||
                         lua_type(L, 3) == LUA_TTABLE,
                  3, "text, a function or a table");
    luaL_buffinit(L, &b);
    begin(&m, L, s, len, p, plen);
    while (n < max) {
        const char *e;

        m.level = 0;
        m.depth = 0;
        e = do_match(&m, s, p + anchor);
        if (e && e != last) {
            n++;
            add_replacement(&m, &b, s, e);
            s = last = e;
        } else if (s < end) {
            luaL_addchar(&b, *s++);
        } else {
            break;
        }
        if (anchor)
            break;
    }
    luaL_addlstring(&b, s, (size_t)(end - s));
    luaL_pushresult(&b);
    lua_pushinteger(L, n);
    return 2;
}

void facts_open_patterns(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"find", text_find}, {"match", text_match}, {"gmatch", text_gmatch},
        {"gsub", text_gsub}, {NULL, NULL},
    };

    luaL_setfuncs(L, functions, 0);
}
