/* The JSON Schema of flow files, from the loader's own tables. */
#include "kiriwake/lint.h"

#include "model.h"

static json_t *list_of(json_t *item)
{
    return json_pack("{s:s,s:o}", "type", "array", "items", item);
}

static json_t *map_of(json_t *value)
{
    return json_pack("{s:s,s:o}", "type", "object", "additionalProperties",
                     value);
}

static json_t *either(json_t *a, json_t *b)
{
    return json_pack("{s:[o,o]}", "oneOf", a, b);
}

static json_t *table(const struct yaml_field *fields)
{
    json_t *s = yaml_schema(fields, "");

    json_object_del(s, "$schema");
    json_object_del(s, "title");
    return s;
}

static json_t *use(void)
{
    return either(json_pack("{s:s}", "type", "string"), table(use_fields));
}

static json_t *uses(void)
{
    return either(json_pack("{s:s}", "type", "string"), list_of(use()));
}

static void set(json_t *schema, const char *key, json_t *value)
{
    json_t *props = json_object_get(schema, "properties");
    json_t *doc = json_object_get(json_object_get(props, key),
                                  "description");

    if (doc)
        json_object_set(value, "description", doc);
    json_object_set_new(props, key, value);
}

static json_t *step(void)
{
    json_t *s = table(step_fields);

    set(s, "state", uses());
    return s;
}

static json_t *bisect(void)
{
    json_t *s = table(bisect_fields);

    set(s, "probe", use());
    return s;
}

static json_t *point(void)
{
    json_t *s = table(point_fields);

    set(s, "probe", uses());
    set(s, "sample", uses());
    set(s, "show", uses());
    set(s, "stimulate", use());
    set(s, "do", list_of(step()));
    set(s, "bisect", bisect());
    set(s, "outcomes", list_of(table(outcome_fields)));
    set(s, "answers", map_of(either(json_pack("{s:s}", "type", "string"),
                                    table(answer_fields))));
    return s;
}

json_t *flow_schema(void)
{
    json_t *s = yaml_schema(flow_fields, "A fault isolation flow");

    set(s, "checkpoints", map_of(point()));
    return s;
}
