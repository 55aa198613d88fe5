/* The table-driven check of YAML maps, and the schema of such tables. */
#include "kiriwake/yaml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kiriwake/names.h"

static const struct yaml_field *field_of(const struct yaml_field *fields,
                                         const char *name)
{
    for (; fields->name; fields++)
        if (strcmp(fields->name, name) == 0)
            return fields;
    return NULL;
}

static int unknown_key(const struct yaml_doc *doc, const struct yaml_node *key,
                       const struct yaml_field *fields, struct err *e)
{
    const char *names[128] = {NULL};
    char near[120];
    size_t n = 0;

    for (; fields[n].name && n < 128; n++)
        names[n] = fields[n].name;
    if (names_suggest(key->text, names, n, near, sizeof near))
        return yaml_err(doc, key, e, "unknown key '%s'; did you mean %s?",
                        key->text, near);
    return yaml_err(doc, key, e, "unknown key '%s'; known here: %s, …",
                    key->text, n ? names[0] : "none");
}

static int is_int(const struct yaml_node *v)
{
    char *end;

    if (v->type != YAML_SCALAR || !v->plain || !v->text[0])
        return 0;
    strtoll(v->text, &end, 10);
    return *end == '\0';
}

static int is_bool(const struct yaml_node *v)
{
    return v->type == YAML_SCALAR && v->plain &&
           (strcmp(v->text, "true") == 0 || strcmp(v->text, "false") == 0);
}

static int check_words(const struct yaml_doc *doc, const struct yaml_node *v,
                       struct err *e)
{
    for (size_t i = 0; i < yaml_len(v); i++)
        if (v->type == YAML_MAP || yaml_nth(v, i)->type != YAML_SCALAR)
            return yaml_err(doc, v, e, "expected a word or a list of words");
    return 0;
}

static int check_i18n(const struct yaml_doc *doc, const struct yaml_node *v,
                      struct err *e)
{
    if (v->type == YAML_SCALAR)
        return 0;
    if (v->type != YAML_MAP || !yaml_text(v, "en"))
        return yaml_err(doc, v, e, "expected text, or {en: …, ja: …}");
    for (size_t i = 0; i < v->count; i++)
        if (strcmp(v->keys[i]->text, "en") && strcmp(v->keys[i]->text, "ja"))
            return yaml_err(doc, v->keys[i], e,
                            "unknown language '%s'; known: en, ja (a text "
                            "with a comma needs quotes)",
                            v->keys[i]->text);
    return 0;
}

static int check_enum(const struct yaml_doc *doc, const struct yaml_node *v,
                      const struct yaml_field *f, struct err *e)
{
    char all[300] = "";

    for (size_t i = 0; v->type == YAML_SCALAR && f->words[i]; i++)
        if (strcmp(f->words[i], v->text) == 0)
            return 0;
    for (size_t i = 0; f->words[i]; i++)
        snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s",
                 i ? ", " : "", f->words[i]);
    return yaml_err(doc, v, e, "%s is one of: %s", f->name, all);
}

static int check_map_of(const struct yaml_doc *doc, const struct yaml_node *v,
                        const struct yaml_field *f, struct err *e)
{
    if (v->type != YAML_MAP)
        return yaml_err(doc, v, e, "%s: expected a map", f->name);
    for (size_t i = 0; i < v->count; i++)
        if (yaml_check(doc, v->items[i], f->fields, e) < 0)
            return -1;
    return 0;
}

static int check_list_of(const struct yaml_doc *doc, const struct yaml_node *v,
                         const struct yaml_field *f, struct err *e)
{
    if (v->type != YAML_LIST)
        return yaml_err(doc, v, e, "%s: expected a list", f->name);
    for (size_t i = 0; i < v->count; i++)
        if (yaml_check(doc, v->items[i], f->fields, e) < 0)
            return -1;
    return 0;
}

static int check_text_map(const struct yaml_doc *doc,
                          const struct yaml_node *v,
                          const struct yaml_field *f, struct err *e)
{
    if (v->type != YAML_MAP)
        return yaml_err(doc, v, e, "%s: expected a map", f->name);
    for (size_t i = 0; i < v->count; i++)
        if (v->items[i]->type != YAML_SCALAR)
            return yaml_err(doc, v->items[i], e, "%s: expected text",
                            v->keys[i]->text);
    return 0;
}

static int check_value(const struct yaml_doc *doc, const struct yaml_node *v,
                       const struct yaml_field *f, struct err *e)
{
    switch (f->kind) {
    case YK_TEXT:
        if (v->type != YAML_SCALAR)
            return yaml_err(doc, v, e, "%s: expected text", f->name);
        return 0;
    case YK_INT:
        if (!is_int(v))
            return yaml_err(doc, v, e, "%s: expected an integer", f->name);
        return 0;
    case YK_BOOL:
        if (!is_bool(v))
            return yaml_err(doc, v, e, "%s: expected true or false", f->name);
        return 0;
    case YK_WORDS:
        return check_words(doc, v, e);
    case YK_I18N:
        return check_i18n(doc, v, e);
    case YK_ENUM:
        return check_enum(doc, v, f, e);
    case YK_MAP:
        return yaml_check(doc, v, f->fields, e);
    case YK_MAP_OF:
        return check_map_of(doc, v, f, e);
    case YK_LIST_OF:
        return check_list_of(doc, v, f, e);
    case YK_TEXT_MAP:
        return check_text_map(doc, v, f, e);
    case YK_ANY:
        return 0;
    }
    return 0;
}

int yaml_check(const struct yaml_doc *doc, const struct yaml_node *map,
               const struct yaml_field *fields, struct err *e)
{
    if (map->type != YAML_MAP)
        return yaml_err(doc, map, e, "expected a map");
    for (size_t i = 0; i < map->count; i++) {
        const struct yaml_node *key = map->keys[i];
        const struct yaml_field *f;

        if (key->type != YAML_SCALAR)
            return yaml_err(doc, key, e, "a key is a word");
        f = field_of(fields, key->text);
        if (!f)
            return unknown_key(doc, key, fields, e);
        if (check_value(doc, map->items[i], f, e) < 0)
            return -1;
    }
    for (; fields->name; fields++)
        if (fields->required && !yaml_get(map, fields->name))
            return yaml_err(doc, map, e, "missing key '%s': %s",
                            fields->name, fields->doc ? fields->doc : "");
    return 0;
}

static json_t *object_schema(const struct yaml_field *fields);

static json_t *i18n_schema(void)
{
    return json_pack("{s:[{s:s},{s:s,s:{s:{s:s},s:{s:s}},s:[s],s:b}]}",
                     "oneOf", "type", "string", "type", "object",
                     "properties", "en", "type", "string", "ja", "type",
                     "string", "required", "en", "additionalProperties", 0);
}

static json_t *field_schema(const struct yaml_field *f)
{
    json_t *s, *words;

    switch (f->kind) {
    case YK_INT:
        return json_pack("{s:s}", "type", "integer");
    case YK_BOOL:
        return json_pack("{s:s}", "type", "boolean");
    case YK_WORDS:
        return json_pack("{s:[{s:s},{s:s,s:{s:s}}]}", "oneOf", "type",
                         "string", "type", "array", "items", "type",
                         "string");
    case YK_I18N:
        return i18n_schema();
    case YK_ENUM:
        words = json_array();
        for (size_t i = 0; f->words[i]; i++)
            json_array_append_new(words, json_string(f->words[i]));
        return json_pack("{s:o}", "enum", words);
    case YK_MAP:
        return object_schema(f->fields);
    case YK_MAP_OF:
        s = object_schema(f->fields);
        return json_pack("{s:s,s:o}", "type", "object",
                         "additionalProperties", s);
    case YK_LIST_OF:
        s = object_schema(f->fields);
        return json_pack("{s:s,s:o}", "type", "array", "items", s);
    case YK_TEXT_MAP:
        return json_pack("{s:s}", "type", "object");
    case YK_ANY:
        return json_object();
    case YK_TEXT:
        break;
    }
    return json_pack("{s:[s,s,s]}", "type", "string", "number", "boolean");
}

static json_t *object_schema(const struct yaml_field *fields)
{
    json_t *props = json_object(), *required = json_array();

    for (; fields->name; fields++) {
        json_t *s = field_schema(fields);

        if (fields->doc)
            json_object_set_new(s, "description", json_string(fields->doc));
        json_object_set_new(props, fields->name, s);
        if (fields->required)
            json_array_append_new(required, json_string(fields->name));
    }
    return json_pack("{s:s,s:o,s:o,s:b}", "type", "object", "properties",
                     props, "required", required, "additionalProperties", 0);
}

json_t *yaml_schema(const struct yaml_field *fields, const char *title)
{
    json_t *s = object_schema(fields);

    json_object_set_new(
        s, "$schema",
        json_string("https://json-schema.org/draft/2020-12/schema"));
    json_object_set_new(s, "title", json_string(title));
    return s;
}

json_t *yaml_i18n(const struct yaml_node *node)
{
    json_t *o;

    if (!node)
        return NULL;
    if (node->type == YAML_SCALAR)
        return json_pack("{s:s}", "en", node->text);
    o = json_object();
    for (size_t i = 0; i < node->count; i++)
        json_object_set_new(o, node->keys[i]->text,
                            json_string(node->items[i]->text));
    return o;
}

static json_t *scalar_json(const struct yaml_node *n)
{
    if (is_bool(n))
        return json_boolean(n->text[0] == 't');
    if (is_int(n))
        return json_integer(strtoll(n->text, NULL, 10));
    if (n->plain && (!n->text[0] || strcmp(n->text, "null") == 0 ||
                     strcmp(n->text, "~") == 0))
        return json_null();
    return json_string(n->text);
}

json_t *yaml_json(const struct yaml_node *n)
{
    json_t *out;

    if (n->type == YAML_SCALAR)
        return scalar_json(n);
    out = n->type == YAML_LIST ? json_array() : json_object();
    for (size_t i = 0; i < n->count; i++) {
        json_t *v = yaml_json(n->items[i]);

        if (n->type == YAML_LIST)
            json_array_append_new(out, v);
        else
            json_object_set_new(out, n->keys[i]->text, v);
    }
    return out;
}
