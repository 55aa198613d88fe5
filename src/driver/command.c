/* Commands with parameters: "ping {target}[ source {source}]". */
#include "internal.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "kiriwake/buf.h"
#include "kiriwake/mem.h"
#include "kiriwake/names.h"

static bool is_ip(const char *s)
{
    unsigned char out[16];

    return inet_pton(AF_INET, s, out) == 1 || inet_pton(AF_INET6, s, out) == 1;
}

static bool is_int(const char *s)
{
    size_t n = strlen(s);

    return n > 0 && n < 10 && strspn(s, "0123456789") == n;
}

static bool is_ifname(const char *s)
{
    if (!isalpha((unsigned char)*s))
        return false;
    for (; *s; s++)
        if (!isalnum((unsigned char)*s) && !strchr("._-/:", *s))
            return false;
    return true;
}

/* Nothing that could end the line, or the word, or quote. */
static bool is_word(const char *s)
{
    if (!*s || strlen(s) > 120)
        return false;
    for (; *s; s++)
        if ((unsigned char)*s <= ' ' || (unsigned char)*s >= 0x7f ||
            strchr("\"'`;|\\?", *s))
            return false;
    return true;
}

/* A switch: its text says all, so nothing is put in its place. */
static bool is_flag(const char *s)
{
    return strcmp(s, "true") == 0 || strcmp(s, "false") == 0;
}

static const struct value_type {
    const char *name;
    bool (*check)(const char *s);
} types[] = {
    {"ip", is_ip}, {"int", is_int}, {"ifname", is_ifname},
    {"word", is_word}, {"flag", is_flag}, {NULL, NULL},
};

static const struct value_type *type_of(const char *name, size_t len)
{
    for (size_t i = 0; types[i].name; i++)
        if (strlen(types[i].name) == len &&
            memcmp(types[i].name, name, len) == 0)
            return &types[i];
    return NULL;
}

static const struct parameter *parameter_of(const struct probe *p,
                                            const char *name, size_t len)
{
    for (size_t i = 0; i < p->parameter_count; i++)
        if (strlen(p->parameters[i].name) == len &&
            memcmp(p->parameters[i].name, name, len) == 0)
            return &p->parameters[i];
    return NULL;
}

int driver_load_parameters(struct loader *l, struct probe *p,
                           const struct yaml_node *with)
{
    size_t n = with ? with->count : 0;

    p->parameters = mem_zalloc((n + 1) * sizeof *p->parameters);
    for (size_t i = 0; i < n; i++) {
        const struct yaml_node *t = with->items[i];
        size_t len = strlen(t->text);
        bool optional = len > 0 && t->text[len - 1] == '?';
        const struct value_type *type = type_of(t->text, len - optional);

        if (!type)
            return yaml_err(l->d->doc, t, l->e,
                            "a parameter is ip, int, ifname, word or flag, "
                            "with ? when it is optional");
        p->parameters[i] = (struct parameter){
            mem_strdup(with->keys[i]->text), type->name, optional};
        p->parameter_count = i + 1;
    }
    return 0;
}

static int bad_command(const struct loader *l, const struct yaml_node *node,
                       const char *at, const char *fmt, const char *what,
                       int len)
{
    struct yaml_node place = *node;

    place.col += (int)(at - node->text);
    return yaml_err(l->d->doc, &place, l->e, fmt, len, what);
}

static int check_command(const struct loader *l, const struct probe *p,
                         const struct yaml_node *node)
{
    bool inside = false;

    for (const char *s = node->text; *s; s++) {
        size_t n = strcspn(s, "}");
        const struct parameter *q;

        if (iscntrl((unsigned char)*s))
            return bad_command(l, node, s, "%.*sa command is one line", "",
                               0);
        if (*s == '[' || *s == ']') {
            if (inside == (*s == '['))
                return bad_command(l, node, s, "%.*sunpaired bracket", "", 0);
            inside = *s == '[';
        }
        if (*s != '{')
            continue;
        q = parameter_of(p, s + 1, s[n] ? n - 1 : 0);
        if (!q)
            return bad_command(l, node, s, "no parameter '%.*s' under with",
                               s + 1, (int)n - 1);
        if (q->optional && !inside)
            return bad_command(l, node, s,
                               "'%.*s' is optional: put it into [ ]", s + 1,
                               (int)n - 1);
        s += n;
    }
    if (inside)
        return yaml_err(l->d->doc, node, l->e, "a bracket stays open");
    return 0;
}

int command_set_load(struct command_set *c, const struct yaml_node *node,
                     const struct probe *p, const struct loader *l)
{
    if (yaml_len(node) == 0)
        return yaml_err(l->d->doc, node, l->e, "expected a command");
    c->texts = driver_words(node);
    c->count = yaml_len(node);
    for (size_t i = 0; i < c->count; i++)
        if (check_command(l, p, yaml_nth(node, i)) < 0)
            return -1;
    return 0;
}

void command_set_free(struct command_set *c)
{
    driver_words_free(c->texts);
    *c = (struct command_set){0};
}

/* A parameter's value as text, or NULL when it is not given. */
static char *value_of(const json_t *with, const char *name)
{
    const json_t *v = json_object_get(with, name);

    if (json_is_boolean(v))
        return mem_strdup(json_is_true(v) ? "true" : "false");
    if (json_is_integer(v))
        return mem_printf("%lld", (long long)json_integer_value(v));
    return json_is_string(v) ? mem_strdup(json_string_value(v)) : NULL;
}

static int check_values(const struct probe *p, const json_t *with,
                        struct err *e)
{
    for (size_t i = 0; i < p->parameter_count; i++) {
        const struct parameter *q = &p->parameters[i];
        char *v = value_of(with, q->name);
        bool good = v ? type_of(q->type, strlen(q->type))->check(v)
                      : q->optional;

        if (!good && v)
            err_set(e, EXIT_USAGE, "%s: %s '%.80s' is not of type %s",
                    p->info.name, q->name, v, q->type);
        else if (!good)
            err_set(e, EXIT_USAGE, "%s: %s is missing (type %s)",
                    p->info.name, q->name, q->type);
        free(v);
        if (!good)
            return -1;
    }
    return 0;
}

static int check_unknown(const struct probe *p, const json_t *with,
                         struct err *e)
{
    const char *key;
    json_t *v;

    json_object_foreach((json_t *)with, key, v)
        if (!parameter_of(p, key, strlen(key)))
            return err_set(e, EXIT_USAGE, "%s takes no parameter '%.80s'",
                           p->info.name, key);
    return 0;
}

static bool is_of_type(const struct probe *p, const char *name,
                       const char *type)
{
    const struct parameter *q = parameter_of(p, name, strlen(name));

    return q && strcmp(q->type, type) == 0;
}

/* Appends one parameter; false when it is not given. */
static bool fill_one(struct buf *out, const struct probe *p,
                     const char *name, const json_t *with)
{
    char *v = value_of(with, name);
    bool given = v != NULL;

    if (given && is_of_type(p, name, "flag"))
        given = strcmp(v, "true") == 0;
    else if (given)
        buf_adds(out, v);
    free(v);
    return given;
}

/* Appends s up to end with its parameters; false when one is not given. */
static bool fill(struct buf *out, const struct probe *p, const char *s,
                 const char *end, const json_t *with)
{
    while (s < end) {
        size_t n = strcspn(s, "}");
        bool given;
        char *name;

        if (*s != '{') {
            buf_addc(out, *s++);
            continue;
        }
        name = mem_strndup(s + 1, n - 1);
        given = fill_one(out, p, name, with);
        free(name);
        if (!given)
            return false;
        s += n + 1;
    }
    return true;
}

static char *fill_command(const struct probe *p, const char *s,
                          const json_t *with)
{
    struct buf out = {0};

    while (*s) {
        size_t n = strcspn(s, *s == '[' ? "]" : "[");

        if (*s == '[') {
            struct buf part = {0};

            if (fill(&part, p, s + 1, s + n, with))
                buf_adds(&out, buf_str(&part));
            buf_free(&part);
            s += n + 1;
        } else {
            fill(&out, p, s, s + n, with);
            s += n;
        }
    }
    return buf_take(&out);
}

char *driver_command(const struct driver *d, const char *probe, size_t i,
                     const json_t *with, struct err *e)
{
    const struct probe *p = driver_find(d, probe);
    const struct command_set *set;

    if (!p) {
        char near[120];

        err_set(e, EXIT_USAGE, "%s has no probe '%.80s'", d->name, probe);
        if (names_suggest(probe, d->probe_names, d->probe_count, near,
                          sizeof near))
            err_hint(e, "did you mean %s?", near);
        return NULL;
    }
    set = p->adapted ? p->adapted : &p->commands;
    if (i >= set->count) {
        err_set(e, EXIT_USAGE, "%s: no further command", p->info.name);
        return NULL;
    }
    if (check_unknown(p, with, e) < 0 || check_values(p, with, e) < 0)
        return NULL;
    return fill_command(p, set->texts[i], with);
}
