/*
 * YAML with positions: a plain tree of what libfyaml read, and a table-driven
 * check that reports like a compiler does.
 */
#ifndef KIRIWAKE_YAML_H
#define KIRIWAKE_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include <jansson.h>

#include "kiriwake/err.h"

enum yaml_type { YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml_node {
    enum yaml_type type;
    bool plain;                 /* scalar without quotes: may be a number */
    bool block;                 /* literal or folded block scalar */
    int line, col;              /* of its first character, 1-based */
    const char *text;           /* scalar: NUL-terminated UTF-8 */
    size_t count;               /* list items, map pairs */
    struct yaml_node **items;   /* list items; a map's values */
    struct yaml_node **keys;    /* a map's keys, in file order */
};

struct yaml_doc {
    char *name, *text;          /* what was parsed, for messages */
    struct yaml_node *root;     /* owned, with all below it */
};

/*
 * Parses text. name goes into messages ("drivers/x/driver.yaml",
 * "<built-in>/…"). NULL and *e (status 65) when it is not YAML, has a
 * duplicate key, or is over 1 MiB.
 */
struct yaml_doc *yaml_parse(const char *name, const char *text, size_t len,
                            struct err *e);
void yaml_free(struct yaml_doc *doc);

/* A map's value, or NULL (also when node is NULL or no map). */
struct yaml_node *yaml_get(const struct yaml_node *node, const char *key);
/* A map's scalar value as text, or NULL. */
const char *yaml_text(const struct yaml_node *node, const char *key);
/* A scalar's text, or the list's texts one by one: uniform access.
 * Returns how many; yaml_nth gives the i-th or NULL. */
size_t yaml_len(const struct yaml_node *node);
const struct yaml_node *yaml_nth(const struct yaml_node *node, size_t i);
bool yaml_is_true(const struct yaml_node *node);

/* An error at the node: fills *e with file:line:col and a caret; -1. */
int yaml_err(const struct yaml_doc *doc, const struct yaml_node *at,
             struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/*
 * What a map may hold. A loader writes its tables once; yaml_check enforces
 * them (an unknown key names the nearest one) and yaml_schema prints them as
 * JSON Schema for editors.
 */
enum yaml_kind {
    YK_TEXT,        /* scalar */
    YK_INT,         /* decimal integer */
    YK_BOOL,        /* true | false */
    YK_WORDS,       /* scalar or list of scalars */
    YK_I18N,        /* scalar, or map with en (required) and ja */
    YK_ENUM,        /* one of field->words, NULL-terminated */
    YK_MAP,         /* map of field->fields */
    YK_MAP_OF,      /* map: any key -> map of field->fields */
    YK_LIST_OF,     /* list of maps of field->fields */
    YK_TEXT_MAP,    /* map: any key -> scalar */
    YK_ANY,         /* the loader looks itself */
};

struct yaml_field {
    const char *name;           /* NULL ends the table */
    enum yaml_kind kind;
    bool required;
    const struct yaml_field *fields;
    const char *const *words;
    const char *doc;            /* one line, goes into the schema */
};

int yaml_check(const struct yaml_doc *doc, const struct yaml_node *map,
               const struct yaml_field *fields, struct err *e);
/* JSON Schema of a table (a new reference). */
json_t *yaml_schema(const struct yaml_field *fields, const char *title);
/* A YK_I18N node as {"en": …, "ja": …} (a new reference; ja may miss). */
json_t *yaml_i18n(const struct yaml_node *node);
/* Any node as JSON: plain true/false/integers become such. */
json_t *yaml_json(const struct yaml_node *node);

#endif
