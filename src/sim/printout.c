#include "printout.h"

#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"

static void clear(struct printout *r)
{
    for (size_t i = 0; i < r->count; i++)
        free(r->lines[i].text);
    r->count = r->next = 0;
}

void printout_begin(struct printout *r, uint64_t now_ms)
{
    clear(r);
    r->start_ms = now_ms;
    r->wait_ms = 0;
}

static void append(struct printout *r, const char *text, size_t len, bool open)
{
    r->lines = mem_grow(r->lines, &r->cap, r->count + 1, sizeof *r->lines);
    r->lines[r->count++] = (struct printout_line){
        .after_ms = r->wait_ms,
        .text = mem_strndup(text, len),
        .len = len,
        .open = open,
    };
}

void printout_add(struct printout *r, const char *text, size_t len)
{
    while (len) {
        const char *end = memchr(text, '\n', len);
        size_t n = end ? (size_t)(end - text) : len;

        append(r, text, n, !end);
        n += end != NULL;
        text += n;
        len -= n;
    }
}

void printout_insert(struct printout *r, size_t at, const char *text)
{
    append(r, text, strlen(text), false);
    for (size_t i = r->count - 1; i > at; i--) {
        struct printout_line line = r->lines[i];

        line.after_ms = r->lines[i - 1].after_ms;
        r->lines[i] = r->lines[i - 1];
        r->lines[i - 1] = line;
    }
}

void printout_truncate(struct printout *r, size_t n)
{
    while (r->count > n)
        free(r->lines[--r->count].text);
}

void printout_drop(struct printout *r, size_t at)
{
    free(r->lines[at].text);
    r->count--;
    memmove(&r->lines[at], &r->lines[at + 1],
            (r->count - at) * sizeof r->lines[0]);
}

void printout_delay(struct printout *r, uint64_t ms)
{
    for (size_t i = 0; i < r->count; i++)
        r->lines[i].after_ms += i < r->count / 2 ? ms : 2 * ms;
    r->wait_ms += ms;
}

const struct printout_line *printout_due(const struct printout *r,
                                         uint64_t now_ms)
{
    if (r->next < r->count &&
        r->start_ms + r->lines[r->next].after_ms <= now_ms)
        return &r->lines[r->next];
    return NULL;
}

bool printout_done(const struct printout *r)
{
    return r->next == r->count;
}

uint64_t printout_next_ms(const struct printout *r)
{
    if (r->next < r->count)
        return r->start_ms + r->lines[r->next].after_ms;
    return r->start_ms + r->wait_ms;
}

void printout_free(struct printout *r)
{
    clear(r);
    free(r->lines);
    *r = (struct printout){0};
}
