#include "scan.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"

static const char *const keywords[] = {
    "and", "break", "do", "else", "elseif", "end", "false", "for",
    "function", "goto", "if", "in", "local", "nil", "not", "or", "repeat",
    "return", "then", "true", "until", "while", NULL,
};

struct cursor {
    const char *p, *line_start;
    int line;
};

static void newline(struct cursor *c)
{
    c->line++;
    c->line_start = c->p + 1;
}

/* The level of a long bracket at p ("[[" 0, "[=[" 1), or -1. */
static int long_level(const char *p)
{
    int n = 0;

    if (*p != '[')
        return -1;
    while (p[1 + n] == '=')
        n++;
    return p[1 + n] == '[' ? n : -1;
}

static void skip_long(struct cursor *c, int level)
{
    c->p += level + 2;
    for (; *c->p; c->p++) {
        if (*c->p == '\n')
            newline(c);
        if (*c->p == ']' && strspn(c->p + 1, "=") == (size_t)level &&
            c->p[1 + level] == ']') {
            c->p += level + 2;
            return;
        }
    }
}

static void skip_comment(struct cursor *c)
{
    int level;

    c->p += 2;
    level = long_level(c->p);
    if (level >= 0) {
        skip_long(c, level);
        return;
    }
    while (*c->p && *c->p != '\n')
        c->p++;
}

static void skip_quoted(struct cursor *c)
{
    char quote = *c->p++;

    for (; *c->p && *c->p != quote; c->p++) {
        if (*c->p == '\\' && c->p[1])
            c->p++;
        if (*c->p == '\n')
            newline(c);
    }
    if (*c->p)
        c->p++;
}

static void skip_number(struct cursor *c)
{
    for (; isalnum((unsigned char)*c->p) || *c->p == '.'; c->p++) {
        bool exponent = strchr("eEpP", *c->p) != NULL;

        if (exponent && (c->p[1] == '+' || c->p[1] == '-'))
            c->p++;
    }
}

static void skip_name(struct cursor *c)
{
    while (isalnum((unsigned char)*c->p) || *c->p == '_')
        c->p++;
}

static void skip_sign(struct cursor *c)
{
    static const char *const two[] = {"==", "~=", "<=", ">=", "::", "//",
                                      "<<", ">>", NULL};

    if (strncmp(c->p, "...", 3) == 0) {
        c->p += 3;
        return;
    }
    for (size_t i = 0; two[i]; i++)
        if (strncmp(c->p, two[i], 2) == 0) {
            c->p += 2;
            return;
        }
    c->p += strncmp(c->p, "..", 2) == 0 ? 2 : 1;
}

static enum token_type skip_token(struct cursor *c)
{
    int level = long_level(c->p);

    if (level >= 0) {
        skip_long(c, level);
        return TOKEN_STRING;
    }
    if (*c->p == '"' || *c->p == '\'') {
        skip_quoted(c);
        return TOKEN_STRING;
    }
    if (isdigit((unsigned char)*c->p) ||
        (*c->p == '.' && isdigit((unsigned char)c->p[1]))) {
        skip_number(c);
        return TOKEN_NUMBER;
    }
    if (isalpha((unsigned char)*c->p) || *c->p == '_') {
        skip_name(c);
        return TOKEN_NAME;
    }
    skip_sign(c);
    return TOKEN_SIGN;
}

static bool is_keyword(const char *s, size_t len)
{
    for (size_t k = 0; keywords[k]; k++)
        if (keywords[k][0] == *s && strlen(keywords[k]) == len &&
            memcmp(keywords[k], s, len) == 0)
            return true;
    return false;
}

static void add_token(struct scan *s, struct cursor *c)
{
    struct token *t;

    s->tokens = mem_grow(s->tokens, &s->cap, s->count + 1,
                         sizeof *s->tokens);
    t = &s->tokens[s->count++];
    t->start = (size_t)(c->p - s->code);
    t->line = c->line;
    t->col = (int)(c->p - c->line_start) + 1;
    t->type = skip_token(c);
    t->len = (size_t)(c->p - s->code) - t->start;
    if (t->type == TOKEN_NAME && is_keyword(s->code + t->start, t->len))
        t->type = TOKEN_KEYWORD;
}

void scan_code(struct scan *s, const char *code)
{
    struct cursor c = {code, code, 1};

    *s = (struct scan){.code = code};
    while (*c.p) {
        if (*c.p == '\n') {
            newline(&c);
            c.p++;
        } else if (isspace((unsigned char)*c.p)) {
            c.p++;
        } else if (c.p[0] == '-' && c.p[1] == '-') {
            skip_comment(&c);
        } else {
            add_token(s, &c);
        }
    }
}

void scan_free(struct scan *s)
{
    free(s->tokens);
    *s = (struct scan){0};
}

static bool is(const struct scan *s, size_t i, const char *text)
{
    size_t n;

    if (i >= s->count || s->code[s->tokens[i].start] != *text)
        return false;
    n = strlen(text);
    return s->tokens[i].type != TOKEN_STRING &&
           s->tokens[i].len == n &&
           memcmp(s->code + s->tokens[i].start, text, n) == 0;
}

static bool is_field(const struct scan *s, size_t i)
{
    return i > 0 && (is(s, i - 1, ".") || is(s, i - 1, ":"));
}

static bool is_lazy_call(const struct scan *s, size_t i)
{
    return (is(s, i, "has") || is(s, i, "delta") || is(s, i, "ever")) &&
           !is_field(s, i) &&
           !(i > 0 && is(s, i - 1, "function")) && is(s, i + 1, "(") &&
           !is(s, i + 2, ")");
}

/* The index of the bracket that closes the one at i, or count. */
static size_t closing(const struct scan *s, size_t i)
{
    size_t depth = 0;

    for (; i < s->count; i++) {
        if (is(s, i, "(") || is(s, i, "{") || is(s, i, "["))
            depth++;
        else if (is(s, i, ")") || is(s, i, "}") || is(s, i, "]"))
            if (--depth == 0)
                return i;
    }
    return s->count;
}

static void copy_to(const struct scan *s, struct buf *out, size_t *from,
                    size_t to)
{
    buf_add(out, s->code + *from, to - *from);
    *from = to;
}

void scan_rewrite(const struct scan *s, struct buf *out)
{
    unsigned char *ends = mem_zalloc(s->count + 1);
    size_t from = 0;

    for (size_t i = 0; i < s->count; i++) {
        if (ends[i]) {
            copy_to(s, out, &from, s->tokens[i].start);
            buf_adds(out, " end");
        }
        if (is_lazy_call(s, i) && closing(s, i + 1) < s->count) {
            copy_to(s, out, &from, s->tokens[i + 1].start + 1);
            buf_adds(out, "function() return ");
            ends[closing(s, i + 1)] = 1;
        }
    }
    copy_to(s, out, &from, strlen(s->code));
    free(ends);
}

/* Is the token at i a field's name in a table constructor ("{a = 1}")? */
static bool is_key(const struct scan *s, const unsigned char *in_table,
                   size_t i)
{
    return in_table[i] && is(s, i + 1, "=") && i > 0 &&
           (is(s, i - 1, "{") || is(s, i - 1, ",") || is(s, i - 1, ";"));
}

/* Marks the tokens whose innermost bracket is "{"; caller frees. */
static unsigned char *mark_tables(const struct scan *s)
{
    unsigned char *in = mem_zalloc(s->count + 1);
    unsigned char *stack = mem_zalloc(s->count + 1);
    size_t depth = 0;

    for (size_t i = 0; i < s->count; i++) {
        if (depth > 0 &&
            (is(s, i, ")") || is(s, i, "}") || is(s, i, "]")))
            depth--;
        in[i] = depth > 0 && stack[depth - 1];
        if (is(s, i, "(") || is(s, i, "{") || is(s, i, "["))
            stack[depth++] = is(s, i, "{");
    }
    free(stack);
    return in;
}

/* Marks names declared by local, for and parameters, wherever they stand. A
 * name that is local somewhere counts as local everywhere. */
static size_t mark_list(const struct scan *s, unsigned char *local, size_t i)
{
    while (i < s->count && s->tokens[i].type == TOKEN_NAME) {
        local[i] = 1;
        i++;
        if (is(s, i, "<"))
            i += 3;
        if (!is(s, i, ","))
            break;
        i++;
    }
    return i;
}

static void mark_locals(const struct scan *s, unsigned char *local)
{
    for (size_t i = 0; i < s->count; i++) {
        if (is(s, i, "local") && is(s, i + 1, "function"))
            local[i + 2] = 1;
        else if (is(s, i, "local") || is(s, i, "for"))
            mark_list(s, local, i + 1);
        else if (is(s, i, "function")) {
            size_t p = i + 1;

            while (p < s->count && !is(s, p, "("))
                p++;
            mark_list(s, local, p + 1);
        }
    }
}

static bool same_text(const struct scan *s, size_t i, size_t k)
{
    return s->tokens[i].len == s->tokens[k].len &&
           memcmp(s->code + s->tokens[i].start, s->code + s->tokens[k].start,
                  s->tokens[i].len) == 0;
}

struct marks {
    unsigned char *in_table;
    size_t *locals, count;      /* tokens that declare a local, each once */
};

static bool is_local(const struct scan *s, const struct marks *m, size_t i)
{
    for (size_t k = 0; k < m->count; k++)
        if (same_text(s, i, m->locals[k]))
            return true;
    return false;
}

static struct marks marks_of(const struct scan *s)
{
    struct marks m = {.in_table = mark_tables(s)};
    unsigned char *local = mem_zalloc(s->count + 4);

    m.locals = mem_alloc((s->count + 1) * sizeof *m.locals);
    mark_locals(s, local);
    for (size_t i = 0; i < s->count; i++)
        if (local[i] && !is_local(s, &m, i))
            m.locals[m.count++] = i;
    free(local);
    return m;
}

static void marks_free(struct marks *m)
{
    free(m->locals);
    free(m->in_table);
}

static bool is_global(const struct scan *s, const struct marks *m, size_t i)
{
    return s->tokens[i].type == TOKEN_NAME &&
           !is_field(s, i) && !is_key(s, m->in_table, i) &&
           !(i > 0 && (is(s, i - 1, "goto") || is(s, i - 1, "::"))) &&
           !is_local(s, m, i);
}

/* The bytes that a constant path from token i covers. */
static size_t path_len(const struct scan *s, size_t i)
{
    size_t last = i;

    while (is(s, last + 1, ".") && last + 2 < s->count &&
           s->tokens[last + 2].type == TOKEN_NAME)
        last += 2;
    return s->tokens[last].start + s->tokens[last].len - s->tokens[i].start;
}

void scan_names(const struct scan *s,
                void (*found)(void *, const char *, size_t, int, int),
                void *arg)
{
    struct marks m = marks_of(s);

    for (size_t i = 0; i < s->count; i++) {
        const struct token *t = &s->tokens[i];

        if (!is_global(s, &m, i))
            continue;
        if ((is(s, i, "readable") || is(s, i, "state") ||
             is(s, i, "sent")) &&
            is(s, i + 1, "(") && i + 2 < s->count &&
            s->tokens[i + 2].type == TOKEN_STRING) {
            const struct token *a = &s->tokens[i + 2];

            found(arg, s->code + a->start + 1, a->len - 2, a->line,
                  a->col + 1);
        }
        found(arg, s->code + t->start, path_len(s, i), t->line, t->col);
    }
    marks_free(&m);
}

const struct token *scan_forbidden(const struct scan *s)
{
    struct marks m = marks_of(s);
    const struct token *bad = NULL;

    for (size_t i = 0; i < s->count && !bad; i++) {
        if (is(s, i, "_ENV") || is(s, i, "_G"))
            bad = &s->tokens[i];
        else if (is_global(s, &m, i) &&
                 (is(s, i + 1, "=") || (i && is(s, i - 1, "function"))))
            bad = &s->tokens[i];
    }
    marks_free(&m);
    return bad;
}
