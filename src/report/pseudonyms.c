#include "kiriwake/pseudonyms.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kiriwake/buf.h"

/* The dotted quad that begins at s: its length, or 0. */
static size_t quad(const char *s, unsigned octets[4])
{
    int n = 0;

    if (sscanf(s, "%3u.%3u.%3u.%3u%n", &octets[0], &octets[1], &octets[2],
               &octets[3], &n) != 4 || !isdigit((unsigned char)*s))
        return 0;
    for (int i = 0; i < 4; i++)
        if (octets[i] > 255)
            return 0;
    if (isdigit((unsigned char)s[n]) ||
        (s[n] == '.' && isdigit((unsigned char)s[n + 1])))
        return 0;       /* a version number, or longer */
    return (size_t)n;
}

static int stays(const unsigned octets[4])
{
    return octets[0] == 0 || octets[0] == 127 || octets[0] == 255;
}

/* The number of a network, given in the order of appearance. */
static size_t network(json_t *seen, const unsigned octets[4])
{
    char key[16];
    json_t *number;

    snprintf(key, sizeof key, "%u.%u.%u", octets[0], octets[1], octets[2]);
    number = json_object_get(seen, key);
    if (!number) {
        number = json_integer((json_int_t)json_object_size(seen) + 1);
        json_object_set_new(seen, key, number);
    }
    return (size_t)json_integer_value(number);
}

static json_t *map_text(json_t *seen, const char *s)
{
    struct buf out = {0};
    unsigned o[4];
    int inside = 0;     /* in a word or number that is no address */
    json_t *mapped;

    while (*s) {
        size_t n = inside ? 0 : quad(s, o);

        if (n && !stays(o)) {
            size_t i = network(seen, o);

            buf_printf(&out, "10.%zu.%zu.%u", i / 256 % 256, i % 256, o[3]);
        } else {
            n = n ? n : 1;
            buf_add(&out, s, n);
        }
        s += n;
        inside = isalnum((unsigned char)s[-1]) || s[-1] == '.';
    }
    mapped = json_string(buf_str(&out));
    buf_free(&out);
    return mapped;
}

static json_t *map(json_t *seen, const json_t *value)
{
    json_t *out, *v;
    const char *key;
    size_t i;

    if (json_is_string(value))
        return map_text(seen, json_string_value(value));
    if (json_is_array(value)) {
        out = json_array();
        json_array_foreach(value, i, v)
            json_array_append_new(out, map(seen, v));
        return out;
    }
    if (!json_is_object(value))
        return json_deep_copy(value);
    out = json_object();
    json_object_foreach((json_t *)value, key, v)
        json_object_set_new(out, key, map(seen, v));
    return out;
}

json_t *pseudonyms_map(const json_t *value)
{
    json_t *seen = json_object();
    json_t *out = map(seen, value);

    json_decref(seen);
    return out;
}
