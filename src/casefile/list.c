/* The list of cases: each journal's first and last record tell it. */
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "kiriwake/mem.h"

static json_t *first_record(const struct buf *text)
{
    const char *nl = memchr(text->data, '\n', text->len);

    return nl ? json_loadb(text->data, (size_t)(nl - text->data), 0, NULL)
              : NULL;
}

/* The last whole record: what comes after the last line end is torn. */
static json_t *last_record(const struct buf *text)
{
    const char *end = memrchr(text->data, '\n', text->len);
    const char *start = end ? memrchr(text->data, '\n',
                                      (size_t)(end - text->data)) : NULL;

    if (!start)
        return NULL;
    start++;
    return json_loadb(start, (size_t)(end - start), 0, NULL);
}

static void copy(json_t *out, const char *key, const json_t *from)
{
    json_t *value = json_object_get(from, key);

    json_object_set_new(out, key, value ? json_incref(value) : json_null());
}

static json_t *entry(const json_t *header, const json_t *last)
{
    const json_t *result = json_object_get(last, "result");
    const json_t *findings = json_object_get(result, "findings");
    json_t *id = json_object_get(json_array_get(findings, 0), "id");
    json_t *out = json_object();

    copy(out, "case", header);
    copy(out, "at", header);
    copy(out, "target", header);
    copy(out, "driver", header);
    copy(out, "flow", header);
    copy(out, "outcome", result);
    json_object_set_new(out, "finding", id ? json_incref(id) : json_null());
    return out;
}

/* NULL when it cannot be read as a case: then it is not listed. */
static json_t *read_entry(const char *dir, const char *id)
{
    char *path = mem_printf("%s/%s/journal.jsonl", dir, id);
    struct buf text = {0};
    json_t *header = NULL, *last, *out = NULL;

    if (buf_read_file(&text, path, JOURNAL_MAX) == 0 && text.len)
        header = first_record(&text);
    if (json_is_object(header)) {
        last = last_record(&text);
        out = entry(header, last);
        json_decref(last);
    }
    json_decref(header);
    buf_free(&text);
    free(path);
    return out;
}

json_t *case_list(void)
{
    struct err e = {0};
    char *dir = cases_dir(false, &e);
    size_t count;
    char **ids = cases_ids(dir, &count);
    json_t *list = json_array();

    while (count-- > 0) {
        json_t *one = read_entry(dir, ids[count]);

        if (one)
            json_array_append_new(list, one);
    }
    cases_ids_free(ids);
    free(dir);
    return list;
}
