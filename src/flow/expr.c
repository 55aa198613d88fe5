/* Expressions, and texts with expressions in them. */
#include <stdlib.h>
#include <string.h>

#include "kiriwake/buf.h"

#include "model.h"

/* Where the text of a scalar begins: behind a quote, below a block's mark. */
static struct script_place place_of(const struct source *src,
                                    const struct yaml_node *at, size_t offset)
{
    struct script_place p = {src->doc->name, src->doc->text, at->line,
                             at->col};

    for (size_t i = 0; i < offset && at->text[i]; i++) {
        p.col++;
        if (at->text[i] == '\n') {
            p.line++;
            p.col = 1;
        }
    }
    return p;
}

const struct expr *expr_part(struct flows *f, const struct source *src,
                             const struct yaml_node *at, const char *code,
                             size_t offset)
{
    struct script_place place = place_of(src, at, offset);
    struct expr *x = flows_alloc(f, sizeof *x);
    struct script_chunk *chunk;
    struct err e = {0};

    chunk = script_expr(f->script, code, &place, &e);
    if (!chunk) {
        diag_take(f, &e);
        return NULL;
    }
    x->chunk = chunk;
    x->code = code;
    x->names = flows_keep(f, script_names(chunk));
    x->at = at;
    x->src = src;
    return x;
}

const struct expr *expr_load(struct flows *f, const struct source *src,
                             const struct yaml_node *at)
{
    return at ? expr_part(f, src, at, at->text, 0) : NULL;
}

bool expr_root(const struct expr *x, size_t i, char *out, size_t size)
{
    const char *name = json_string_value(json_array_get(x->names, i));
    size_t len;

    if (!name)
        return false;
    len = strcspn(name, ".");
    if (len >= size)
        len = size - 1;
    memcpy(out, name, len);
    out[len] = '\0';
    return true;
}

bool expr_reads(const struct expr *x, const char *root)
{
    char name[80];

    for (size_t i = 0; x && expr_root(x, i, name, sizeof name); i++)
        if (strcmp(name, root) == 0)
            return true;
    return false;
}

/* --- phrases --- */

struct pieces {
    struct piece *items;
    size_t count, cap;
};

static void add_piece(struct flows *f, struct pieces *p, const char *literal,
                      const struct expr *expr)
{
    struct piece *grown;

    if (p->count == p->cap) {
        p->cap = p->cap ? p->cap * 2 : 4;
        grown = flows_alloc(f, p->cap * sizeof *grown);
        if (p->count)
            memcpy(grown, p->items, p->count * sizeof *grown);
        p->items = grown;
    }
    p->items[p->count++] = (struct piece){literal, expr};
}

/* The brace that closes the one before s, or NULL: tables may nest. */
static const char *closing(const char *s)
{
    int depth = 1;

    for (; *s; s++) {
        if (*s == '{')
            depth++;
        else if (*s == '}' && --depth == 0)
            return s;
    }
    return NULL;
}

static const char *add_expr(struct flows *f, const struct source *src,
                            const struct yaml_node *at, struct pieces *p,
                            const char *brace)
{
    const char *end = closing(brace + 1);
    const struct expr *x;

    if (!end) {
        diag_error(f, src, at, "'{' without '}'; expected {EXPR}");
        return brace + strlen(brace);
    }
    x = expr_part(f, src, at,
                  flows_strdup(f, brace + 1, (size_t)(end - brace - 1)),
                  (size_t)(brace + 1 - at->text));
    if (x)
        add_piece(f, p, NULL, x);
    return end + 1;
}

const struct phrase *phrase_load(struct flows *f, const struct source *src,
                                 const struct yaml_node *at)
{
    struct phrase *out = flows_alloc(f, sizeof *out);
    struct pieces p = {0};
    const char *s = at->text;

    while (*s) {
        size_t n = strcspn(s, "{");

        if (n)
            add_piece(f, &p, flows_strdup(f, s, n), NULL);
        s += n;
        if (*s)
            s = add_expr(f, src, at, &p, s);
    }
    out->pieces = p.items;
    out->count = p.count;
    return out;
}

static struct phrase *language(struct flows *f, const struct source *src,
                               const struct yaml_node *at)
{
    if (!at || at->type != YAML_SCALAR)
        return NULL;
    return (struct phrase *)phrase_load(f, src, at);
}

const struct flow_text *text_load(struct flows *f, const struct source *src,
                                  const struct yaml_node *at)
{
    struct flow_text *t;

    if (!at)
        return NULL;
    t = flows_alloc(f, sizeof *t);
    if (at->type == YAML_SCALAR) {
        t->en = language(f, src, at);
    } else {
        t->en = language(f, src, yaml_get(at, "en"));
        t->ja = language(f, src, yaml_get(at, "ja"));
    }
    return t;
}

/* --- values and words --- */

static bool is_integer(const char *s)
{
    char *end;

    if (!*s)
        return false;
    strtoll(s, &end, 10);
    return *end == '\0';
}

bool value_load(struct flows *f, const struct source *src,
                const struct yaml_node *at, struct value *out)
{
    if (at->text[0] == '=') {
        out->expr = expr_part(f, src, at, at->text + 1, 1);
        return out->expr != NULL;
    }
    if (is_integer(at->text))
        out->plain = flows_keep(f, json_integer(strtoll(at->text, NULL, 10)));
    else
        out->plain = flows_keep(f, yaml_json(at));
    return true;
}

struct words words_load(struct flows *f, const struct yaml_node *at)
{
    struct words w = {0};

    w.count = yaml_len(at);
    w.items = flows_alloc(f, (w.count + 1) * sizeof *w.items);
    for (size_t i = 0; i < w.count; i++)
        w.items[i] = yaml_nth(at, i)->text;
    return w;
}
