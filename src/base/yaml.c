#include "kiriwake/yaml.h"

#include <libfyaml.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "kiriwake/text.h"

#define MAX_BYTES (1u << 20)
#define MAX_DEPTH 64

static void node_free(struct yaml_node *n)
{
    if (!n)
        return;
    for (size_t i = 0; i < n->count; i++) {
        node_free(n->items[i]);
        if (n->keys)
            node_free(n->keys[i]);
    }
    free(n->items);
    free(n->keys);
    free((char *)n->text);
    free(n);
}

void yaml_free(struct yaml_doc *doc)
{
    if (!doc)
        return;
    node_free(doc->root);
    free(doc->name);
    free(doc->text);
    free(doc);
}

static void set_place(struct yaml_node *n, struct fy_token *token)
{
    const struct fy_mark *m = token ? fy_token_start_mark(token) : NULL;

    n->line = m ? m->line + 1 : 1;
    n->col = m ? m->column + 1 : 1;
}

static struct yaml_node *convert(struct fy_node *fy, int depth);

static struct yaml_node *convert_scalar(struct fy_node *fy)
{
    struct yaml_node *n = mem_zalloc(sizeof *n);
    struct fy_token *token = fy_node_get_scalar_token(fy);
    size_t len = 0;
    const char *s = fy_node_get_scalar(fy, &len);
    enum fy_scalar_style style =
        token ? fy_token_scalar_style(token) : FYSS_PLAIN;

    n->type = YAML_SCALAR;
    n->plain = style == FYSS_PLAIN;
    n->block = style == FYSS_LITERAL || style == FYSS_FOLDED;
    n->text = mem_strndup(s ? s : "", len);
    set_place(n, token);
    return n;
}

static struct yaml_node *convert_list(struct fy_node *fy, int depth)
{
    struct yaml_node *n = mem_zalloc(sizeof *n);
    void *iter = NULL;
    struct fy_node *item;
    size_t cap = 0;

    n->type = YAML_LIST;
    while ((item = fy_node_sequence_iterate(fy, &iter))) {
        n->items = mem_grow(n->items, &cap, n->count + 1, sizeof *n->items);
        n->items[n->count++] = convert(item, depth + 1);
    }
    return n;
}

static struct yaml_node *convert_map(struct fy_node *fy, int depth)
{
    struct yaml_node *n = mem_zalloc(sizeof *n);
    void *iter = NULL;
    struct fy_node_pair *pair;
    size_t cap = 0, kcap = 0;

    n->type = YAML_MAP;
    while ((pair = fy_node_mapping_iterate(fy, &iter))) {
        struct fy_node *key = fy_node_pair_key(pair);
        struct fy_node *value = fy_node_pair_value(pair);

        n->items = mem_grow(n->items, &cap, n->count + 1, sizeof *n->items);
        n->keys = mem_grow(n->keys, &kcap, n->count + 1, sizeof *n->keys);
        n->keys[n->count] = convert(key, depth + 1);
        n->items[n->count] = convert(value, depth + 1);
        n->count++;
    }
    return n;
}

/* A map or list begins where its first child does. */
static void place_of_child(struct yaml_node *n)
{
    const struct yaml_node *first =
        n->count == 0 ? NULL : n->keys ? n->keys[0] : n->items[0];

    n->line = first ? first->line : 1;
    n->col = first ? first->col : 1;
}

static struct yaml_node *convert(struct fy_node *fy, int depth)
{
    struct yaml_node *n;

    if (!fy || depth > MAX_DEPTH) {
        n = mem_zalloc(sizeof *n);
        n->plain = true;
        n->text = mem_strdup("");
        return n;
    }
    if (fy_node_get_type(fy) == FYNT_SCALAR)
        return convert_scalar(fy);
    if (fy_node_get_type(fy) == FYNT_SEQUENCE)
        n = convert_list(fy, depth);
    else
        n = convert_map(fy, depth);
    place_of_child(n);
    return n;
}

/* A null value has no token of its own: give it its key's place. */
static void mend_places(struct yaml_node *n)
{
    for (size_t i = 0; i < n->count; i++) {
        struct yaml_node *v = n->items[i];

        if (n->keys && (v->line < n->keys[i]->line)) {
            v->line = n->keys[i]->line;
            v->col = n->keys[i]->col;
        }
        mend_places(v);
    }
}

static void first_error(struct fy_diag *diag, const char *name,
                        const char *text, struct err *e)
{
    void *iter = NULL;
    struct fy_diag_error *d = fy_diag_errors_iterate(diag, &iter);

    if (d)
        err_at(e, name, text, d->line, d->column, "%s", d->msg);
    else
        err_at(e, name, text, 1, 1, "not a YAML document");
}

/* libfyaml lets some bytes pass that no JSON and no screen can take. */
static int check_bytes(const char *name, const char *text, size_t len,
                       struct err *e)
{
    size_t good = text_utf8_span(text, len), start = 0;
    const char *nul = memchr(text, '\0', good);
    int line = 1;

    if (nul)
        good = (size_t)(nul - text);
    if (good == len)
        return 0;
    for (size_t i = 0; i < good; i++)
        if (text[i] == '\n') {
            line++;
            start = i + 1;
        }
    return err_at(e, name, text, line, (int)(good - start) + 1, "not UTF-8");
}

struct yaml_doc *yaml_parse(const char *name, const char *text, size_t len,
                            struct err *e)
{
    struct fy_diag_cfg dcfg;
    struct fy_parse_cfg cfg = {.flags = FYPCF_QUIET};
    struct fy_document *fy;
    struct yaml_doc *doc;

    if (len > MAX_BYTES) {
        err_set(e, EXIT_DATA, "%s: over %u bytes", name, MAX_BYTES);
        return NULL;
    }
    if (check_bytes(name, text, len, e) < 0)
        return NULL;
    fy_diag_cfg_default(&dcfg);
    dcfg.fp = NULL;
    cfg.diag = fy_diag_create(&dcfg);
    fy_diag_set_collect_errors(cfg.diag, true);
    fy = fy_document_build_from_string(&cfg, text, len);
    if (!fy || !fy_document_root(fy)) {
        first_error(cfg.diag, name, text, e);
        fy_document_destroy(fy);
        fy_diag_destroy(cfg.diag);
        return NULL;
    }
    doc = mem_zalloc(sizeof *doc);
    doc->name = mem_strdup(name);
    doc->text = mem_strndup(text, len);
    doc->root = convert(fy_document_root(fy), 0);
    mend_places(doc->root);
    fy_document_destroy(fy);
    fy_diag_destroy(cfg.diag);
    return doc;
}

struct yaml_node *yaml_get(const struct yaml_node *node, const char *key)
{
    if (!node || node->type != YAML_MAP)
        return NULL;
    for (size_t i = 0; i < node->count; i++)
        if (node->keys[i]->text && strcmp(node->keys[i]->text, key) == 0)
            return node->items[i];
    return NULL;
}

const char *yaml_text(const struct yaml_node *node, const char *key)
{
    const struct yaml_node *v = yaml_get(node, key);

    return v && v->type == YAML_SCALAR ? v->text : NULL;
}

size_t yaml_len(const struct yaml_node *node)
{
    if (!node)
        return 0;
    return node->type == YAML_SCALAR ? 1 : node->count;
}

const struct yaml_node *yaml_nth(const struct yaml_node *node, size_t i)
{
    if (!node || i >= yaml_len(node))
        return NULL;
    return node->type == YAML_SCALAR ? node : node->items[i];
}

bool yaml_is_true(const struct yaml_node *node)
{
    return node && node->type == YAML_SCALAR && node->plain &&
           strcmp(node->text, "true") == 0;
}

int yaml_err(const struct yaml_doc *doc, const struct yaml_node *at,
             struct err *e, const char *fmt, ...)
{
    char msg[600];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(msg, sizeof msg, fmt, ap);
    va_end(ap);
    if (!at)
        at = doc->root;
    return err_at(e, doc->name, doc->text, at->line, at->col, "%s", msg);
}
