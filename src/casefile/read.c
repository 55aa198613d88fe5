/* Reading a journal: lines of JSON, of which the last may be torn. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "kiriwake/mem.h"
#include "kiriwake/msg.h"

static json_t *parse_line(const char *s, size_t len, json_error_t *je)
{
    json_t *record = json_loadb(s, len, JSON_REJECT_DUPLICATES, je);

    if (record && !json_is_object(record)) {
        json_decref(record);
        record = NULL;
    }
    return record;
}

static json_t *fail_record(const char *path, int line, json_t *records,
                           const json_error_t *je, struct err *e)
{
    json_decref(records);
    err_set(e, EXIT_DATA, _("%s:%d:%d: this record is broken: %s"), path,
            line, je->column > 0 ? je->column : 1, je->text);
    err_hint(e, "%s", _("what comes after it cannot be trusted; begin a new "
                        "case"));
    return NULL;
}

json_t *journal_parse(const char *path, const struct buf *text, size_t *good,
                      struct err *e)
{
    json_t *records = json_array(), *record;
    size_t at = 0, len;
    int line = 1;

    for (; at < text->len; at += len + 1, line++) {
        const char *s = text->data + at;
        const char *nl = memchr(s, '\n', text->len - at);
        json_error_t je = {0};

        len = nl ? (size_t)(nl - s) : text->len - at;
        record = parse_line(s, len, &je);
        /* Without its end it was never whole, even if it parses. */
        if (!record || !nl) {
            json_decref(record);
            if (nl && at + len + 1 < text->len)
                return fail_record(path, line, records, &je, e);
            break;
        }
        json_array_append_new(records, record);
    }
    *good = at < text->len ? at : text->len;
    return records;
}

static json_t *check_header(json_t *records, const char *path, struct err *e)
{
    const char *event = json_string_value(
        json_object_get(json_array_get(records, 0), "event"));

    if (event && strcmp(event, "case") == 0)
        return records;
    json_decref(records);
    err_set(e, EXIT_DATA, _("%s: this is no case: its first record is "
                            "missing"), path);
    return NULL;
}

json_t *case_load(const char *id, struct err *e)
{
    char *path = case_journal(id, e);
    struct buf text = {0};
    json_t *records = NULL;
    size_t good;

    if (!path)
        return NULL;
    if (buf_read_file(&text, path, JOURNAL_MAX) < 0)
        err_set(e, EXIT_DATA, "%s: %s", path, strerror(errno));
    else
        records = journal_parse(path, &text, &good, e);
    if (records)
        records = check_header(records, path, e);
    buf_free(&text);
    free(path);
    return records;
}
