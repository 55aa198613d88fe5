/* Expressions and texts over what the walk knows. */
#include <stdlib.h>
#include <string.h>

#include "kiriwake/buf.h"
#include "kiriwake/mem.h"
#include "kiriwake/msg.h"
#include "kiriwake/text.h"

#include "walk.h"

static const char token_begin[] = "\xe2\x80\xb9";       /* ‹ */

/* Lua names have no hyphen: answer.wan_line is answer["wan-line"]. */
static json_t *with_lua_names(const json_t *map)
{
    json_t *out = json_copy((json_t *)map), *v;
    const char *key;

    json_object_foreach((json_t *)map, key, v) {
        char *name = mem_strdup(key);

        for (char *s = name; *s; s++)
            if (*s == '-')
                *s = '_';
        json_object_set(out, name, v);
        free(name);
    }
    return out;
}

static json_t *allowed(const struct walker *w)
{
    return json_pack("{s:b,s:b,s:b}", "active",
                     permit_class(w, CLASS_ACTIVE), "disrupt",
                     permit_class(w, CLASS_DISRUPT), "config",
                     permit_class(w, CLASS_CONFIG));
}

static json_t *variables(const struct walker *w)
{
    json_t *vars = json_copy(w->bisected);

    json_object_set(vars, "vpn", json_object_get(w->state, "subject"));
    json_object_set_new(vars, "answer", with_lua_names(json_object_get(
                                            w->state, "answers")));
    json_object_set_new(vars, "outcome", with_lua_names(json_object_get(
                                             w->state, "outcomes")));
    json_object_set_new(vars, "allowed", allowed(w));
    return vars;
}

/* Facts, and "not asked" for whatever else the expression names. */
static json_t *environment(const json_t *facts, const json_t *vars,
                           const struct expr *x)
{
    json_t *env = json_copy((json_t *)facts);
    char root[80];

    for (size_t i = 0; expr_root(x, i, root, sizeof root); i++)
        if (!json_object_get(env, root) && !json_object_get(vars, root))
            json_object_set_new(env, root, json_pack("{s:s}", "state",
                                                     "not-asked"));
    return env;
}

static void eval_over(const struct walker *w, const struct expr *x,
                      const json_t *facts, struct script_outcome *out)
{
    json_t *vars = variables(w);
    json_t *env = environment(facts, vars, x);

    script_eval(x->chunk, env, w->visit.before, vars, out);
    json_decref(env);
    json_decref(vars);
}

void eval_expr(const struct walker *w, const struct expr *x,
               struct script_outcome *out)
{
    eval_over(w, x, w->facts, out);
}

int eval_bool(const struct walker *w, const struct expr *x, char **reason)
{
    struct script_outcome out = {0};
    int result = -1;

    eval_expr(w, x, &out);
    if (out.result == SCRIPT_VALUE)
        result = !json_is_null(out.value) && !json_is_false(out.value);
    else if (reason)
        *reason = mem_strdup(out.reason ? out.reason : "");
    script_outcome_free(&out);
    return result;
}

/* --- values as text --- */

static bool has_control(const char *s)
{
    for (; *s; s++)
        if ((unsigned char)*s < 0x20 || *s == 0x7f)
            return true;
    return false;
}

/* A secret's token never leaves the program: the reader fills in the key. */
static void add_string(struct buf *b, const char *s)
{
    if (strncmp(s, token_begin, sizeof token_begin - 1) == 0)
        buf_adds(b, "<KEY>");
    else
        buf_adds(b, s);
}

static bool add_value(struct buf *b, const json_t *v)
{
    size_t i;
    json_t *item;

    if (json_is_string(v) && !has_control(json_string_value(v)))
        add_string(b, json_string_value(v));
    else if (json_is_integer(v))
        buf_printf(b, "%lld", (long long)json_integer_value(v));
    else if (json_is_real(v))
        buf_printf(b, "%g", json_real_value(v));
    else if (json_is_boolean(v))
        buf_adds(b, json_is_true(v) ? _("yes") : _("no"));
    else if (json_is_array(v))
        json_array_foreach(v, i, item) {
            if (i)
                buf_adds(b, ", ");
            if (json_is_array(item) || !add_value(b, item))
                return false;
        }
    else
        return false;
    return true;
}

static bool add_expr(const struct walker *w, const struct expr *x, bool stale,
                     struct buf *b)
{
    struct script_outcome out = {0};
    bool good;

    eval_over(w, x, stale ? w->latest : w->facts, &out);
    good = out.result == SCRIPT_VALUE && add_value(b, out.value);
    script_outcome_free(&out);
    return good;
}

static char *say(const struct walker *w, const struct phrase *p)
{
    struct buf b = {0};

    for (size_t i = 0; p && i < p->count; i++) {
        const struct piece *piece = &p->pieces[i];
        size_t before = b.len;

        if (piece->literal) {
            buf_adds(&b, piece->literal);
        } else if (!add_expr(w, piece->expr, true, &b)) {
            b.len = before;
            buf_printf(&b, "<%s>", piece->expr->code);
        }
    }
    return buf_take(&b);
}

json_t *eval_text(const struct walker *w, const struct flow_text *t)
{
    json_t *out;
    char *s;

    if (!t)
        return json_null();
    s = say(w, t->en);
    out = json_pack("{s:s}", "en", s);
    free(s);
    if (t->ja) {
        s = say(w, t->ja);
        json_object_set_new(out, "ja", json_string(s));
        free(s);
    }
    return out;
}

char *eval_said(const struct walker *w, const struct flow_text *t)
{
    if (!t)
        return mem_strdup("");
    return say(w, t->ja && strcmp(msg_lang(), "ja") == 0 ? t->ja : t->en);
}

char *eval_command(const struct walker *w, const struct phrase *p,
                   bool stale, char **missing)
{
    struct buf b = {0};

    for (size_t i = 0; i < p->count; i++) {
        const struct piece *piece = &p->pieces[i];

        if (piece->literal) {
            buf_adds(&b, piece->literal);
        } else if (!add_expr(w, piece->expr, stale, &b)) {
            if (missing)
                *missing = mem_strdup(piece->expr->code);
            buf_free(&b);
            return NULL;
        }
    }
    /* A key cannot be sent: only its token is known. */
    if (has_control(buf_str(&b)) || (!stale && strstr(buf_str(&b), "<KEY>")))
        buf_clear(&b);
    if (!b.len) {
        buf_free(&b);
        return NULL;
    }
    return buf_take(&b);
}
