/*
 * A template, a line "====", a text. Besides not crashing: the rows are the
 * same whether the text comes whole or in pieces, and whether the scanner,
 * its machine code or PCRE2 decides.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/textfsm/template.h"
#include "kiriwake/buf.h"
#include "kiriwake/textfsm.h"

#define STEPS 20000
/* So often that what is met has machine code. */
#define REPEATS 3

static const char mark[] = "\n====\n";

/* The rows as text, or the error's status in words. */
static char *show(struct textfsm_rows *rows, const struct err *e)
{
    struct buf b = {0};
    json_t *json;

    if (!rows) {
        buf_printf(&b, "status %d", e->status);
        return buf_take(&b);
    }
    json = textfsm_rows_json(rows);
    for (size_t i = 0; i < textfsm_rows_count(rows); i++) {
        size_t first, last;

        textfsm_rows_span(rows, i, &first, &last);
        buf_printf(&b, "%zu-%zu ", first, last);
    }
    for (size_t i = 0; i < json_array_size(json); i++) {
        char *row = json_dumps(json_array_get(json, i), JSON_COMPACT);

        buf_adds(&b, row ? row : "?");
        free(row);
    }
    json_decref(json);
    textfsm_rows_free(rows);
    return buf_take(&b);
}

static char *parse_whole(struct textfsm *t, const char *text, size_t len)
{
    struct err e = {0};

    return show(textfsm_parse(t, text, len, &e), &e);
}

static char *parse_pieces(struct textfsm *t, const char *text, size_t len)
{
    struct textfsm_run *run = textfsm_run_new(t);
    struct err e = {0};

    for (size_t at = 0, n; at < len; at += n) {
        n = 1 + at % 7 < len - at ? 1 + at % 7 : len - at;
        if (textfsm_run_feed(run, text + at, n, &e) < 0) {
            textfsm_run_abandon(run);
            return show(NULL, &e);
        }
    }
    return show(textfsm_run_finish(run, &e), &e);
}

static struct textfsm *compile(const char *template, size_t len)
{
    struct err e = {0};
    struct textfsm *t = textfsm_compile("fuzz", template, len, &e);

    if (!t)
        return NULL;
    t->tools.limit = STEPS;
    t->tools.jit_after = 0;         /* never */
    return t;
}

/* A limit may be met by one way of deciding and not by the other. */
static void compare(char *a, char *b)
{
    if (strcmp(a, "status 2") != 0 && strcmp(b, "status 2") != 0 &&
        strcmp(a, "status 65") != 0 && strcmp(b, "status 65") != 0 &&
        strcmp(a, b) != 0) {
        fprintf(stderr, "differ:\n%s\n%s\n", a, b);
        abort();
    }
    free(b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *template = (const char *)data, *text;
    struct textfsm *t, *plain, *coded;
    size_t len;
    char *rows;

    text = memmem(data, size, mark, sizeof mark - 1);
    if (!text)
        return 0;
    len = (size_t)(text - template) + 1;
    text += sizeof mark - 1;
    size -= (size_t)(text - template);
    t = compile(template, len);
    if (!t)
        return 0;
    plain = compile(template, len);
    plain->tools.no_scan = true;
    coded = compile(template, len);
    coded->tools.jit_after = 1;
    rows = parse_whole(t, text, size);
    compare(rows, parse_pieces(t, text, size));
    compare(rows, parse_whole(plain, text, size));
    for (unsigned i = 0; i < REPEATS; i++) {
        compare(rows, parse_whole(coded, text, size));
        compare(rows, parse_pieces(coded, text, size));
    }
    free(rows);
    textfsm_free(coded);
    textfsm_free(plain);
    textfsm_free(t);
    return 0;
}
