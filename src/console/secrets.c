#include "kiriwake/secrets.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "kiriwake/buf.h"
#include "kiriwake/mem.h"
#include "pattern.h"

#define MAX_VALUES 4096u        /* more are masked: compared as unknown */
#define MAX_VALUE_BYTES 1024u
#define BUCKETS 1024u
#define MIN_BY_VALUE 4u
#define HURRY_BYTES (32u << 10)

/* One locked run of memory: values never reach swap or a core dump. */
struct arena {
    struct arena *next;
    size_t used, size;
    char *bytes;
};

struct value {
    const char *text;           /* in an arena */
    size_t len;
    unsigned number;
    struct value *same_bucket;  /* by its first bytes */
};

struct secrets {
    struct patterns patterns;
    size_t bytes;               /* scrubbed so far */
    bool hurried;
    struct arena *arenas;
    struct value *values[MAX_VALUES];
    size_t count;
    struct value *buckets[BUCKETS];
};

/* A stretch of the text, within one line, that must not be shown. */
struct cover {
    size_t from, to;
    unsigned number;            /* 0: masked */
};

struct covers {
    struct cover *list;
    size_t count, cap;
};

/* --- the store --- */

static struct arena *arena_new(struct arena *next)
{
    struct arena *a = mem_zalloc(sizeof *a);
    void *p;

    a->size = 64u << 10;
    p = mmap(NULL, a->size, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        abort();
    /* Best effort: RLIMIT_MEMLOCK may be small. */
    if (mlock(p, a->size) != 0) {
    }
#ifdef MADV_DONTDUMP
    madvise(p, a->size, MADV_DONTDUMP);
#endif
    a->bytes = p;
    a->next = next;
    return a;
}

static const char *store(struct secrets *s, const char *text, size_t len)
{
    struct arena *a = s->arenas;
    char *to;

    if (!a || a->size - a->used < len + 1)
        a = s->arenas = arena_new(a);
    to = a->bytes + a->used;
    memcpy(to, text, len);
    to[len] = '\0';
    a->used += len + 1;
    return to;
}

static unsigned bucket_of(const char *s)
{
    uint32_t h;

    memcpy(&h, s, sizeof h);
    return (h * 2654435761u) >> 22;
}

/* The value's number; 0 when it is not to be told apart from others. */
static unsigned number_of(struct secrets *s, const char *text, size_t len)
{
    struct value *v;

    for (size_t i = 0; i < s->count; i++)
        if (s->values[i]->len == len &&
            memcmp(s->values[i]->text, text, len) == 0)
            return s->values[i]->number;
    if (!len || s->count == MAX_VALUES || len > MAX_VALUE_BYTES)
        return 0;
    v = mem_zalloc(sizeof *v);
    v->text = store(s, text, len);
    v->len = len;
    v->number = (unsigned)s->count + 1;
    if (len >= MIN_BY_VALUE) {
        unsigned b = bucket_of(text);

        v->same_bucket = s->buckets[b];
        s->buckets[b] = v;
    }
    s->values[s->count++] = v;
    return v->number;
}

/* --- life --- */

int secrets_use(struct secrets *s, const char *const *patterns, struct err *e)
{
    struct patterns made;

    if (patterns_load(&made, patterns, "secrets", e) < 0) {
        patterns_free(&made);
        return -1;
    }
    patterns_free(&s->patterns);
    s->patterns = made;
    s->hurried = false;
    return 0;
}

struct secrets *secrets_new(const char *const *patterns, struct err *e)
{
    struct secrets *s = mem_zalloc(sizeof *s);

    if (secrets_use(s, patterns, e) == 0)
        return s;
    secrets_free(s);
    return NULL;
}

void secrets_free(struct secrets *s)
{
    if (!s)
        return;
    patterns_free(&s->patterns);
    for (size_t i = 0; i < s->count; i++)
        free(s->values[i]);
    while (s->arenas) {
        struct arena *a = s->arenas;

        s->arenas = a->next;
        explicit_bzero(a->bytes, a->size);
        munmap(a->bytes, a->size);
        free(a);
    }
    free(s);
}

void secrets_add(struct secrets *s, const char *value)
{
    /* By lines: a token never stands for a line end. */
    while (value && *value) {
        size_t len = strcspn(value, "\n");

        if (len)
            number_of(s, value, len);
        value += len + (value[len] == '\n');
    }
}

/* --- covering --- */

static void cover(struct covers *c, size_t from, size_t to, unsigned number)
{
    c->list = mem_grow(c->list, &c->cap, c->count + 1, sizeof *c->list);
    c->list[c->count++] = (struct cover){from, to, number};
}

static bool only_stars(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (s[i] != '*')
            return false;
    return len > 0;
}

/* Text that went through here before stays as it is. */
static bool is_token(const char *s, size_t len)
{
    static const char open[] = "\u2039", close[] = "\u203A";
    const size_t n = sizeof open - 1;

    return len > 2 * n && memcmp(s, open, n) == 0 &&
           memcmp(s + len - n, close, n) == 0 && !memchr(s, ' ', len);
}

static void cover_match(struct secrets *s, struct pattern *p,
                        struct covers *c, const char *line,
                        struct pattern_span at)
{
    struct pattern_span group;
    const char *text = line + at.from;
    size_t len = at.to - at.from;

    if (is_token(text, len))
        return;
    if (only_stars(text, len) || pattern_group(p, "masked", &group))
        cover(c, at.from, at.to, 0);
    else
        cover(c, at.from, at.to, number_of(s, text, len));
}

/* Covers the line at [from, to). A pattern that runs out of its limit hides
 * the whole line. */
static void cover_patterns(struct secrets *s, struct covers *c,
                           const char *text, size_t from, size_t to)
{
    for (size_t i = 0; i < s->patterns.count; i++) {
        struct pattern *p = s->patterns.list[i];
        struct pattern_span at = {0, 0};
        size_t len = to - from, next = 0;
        int rc = 0;

        while (next <= len &&
               (rc = pattern_find(p, text + from, len, next, &at)) == 1) {
            next = at.to > at.from ? at.to : at.to + 1;
            if (at.to > at.from)
                cover_match(s, p, c, text,
                            (struct pattern_span){from + at.from,
                                                  from + at.to});
        }
        if (rc < 0)
            cover(c, from, to, 0);
    }
}

static bool is_word(char ch)
{
    unsigned char u = (unsigned char)ch;

    return (u >= '0' && u <= '9') || (u >= 'A' && u <= 'Z') ||
           (u >= 'a' && u <= 'z') || u == '_' || u >= 0x80;
}

/* Neither end of [from, to) lies within a word. */
static bool is_whole(const char *text, size_t len, size_t from, size_t to)
{
    return !(from && is_word(text[from - 1]) && is_word(text[from])) &&
           !(to < len && is_word(text[to]) && is_word(text[to - 1]));
}

static void cover_values(struct secrets *s, struct covers *c,
                         const char *text, size_t len)
{
    for (size_t i = 0; s->count && i + MIN_BY_VALUE <= len; i++) {
        struct value *v = s->buckets[bucket_of(text + i)];
        struct value *best = NULL;

        for (; v; v = v->same_bucket)
            if (v->len <= len - i && (!best || v->len > best->len) &&
                memcmp(v->text, text + i, v->len) == 0 &&
                is_whole(text, len, i, i + v->len))
                best = v;
        if (best) {
            cover(c, i, i + best->len, best->number);
            i += best->len - 1;
        }
    }
}

/* By place; of two that begin together the longer first. */
static int by_place(const void *a, const void *b)
{
    const struct cover *x = a, *y = b;

    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return x->to == y->to ? 0 : x->to > y->to ? -1 : 1;
}

static void write_token(struct buf *out, unsigned number)
{
    if (number)
        buf_printf(out, "\u2039secret:%u\u203A", number);
    else
        buf_adds(out, "\u2039masked\u203A");
}

static void write_text(struct buf *out, struct covers *c, const char *text,
                       size_t len)
{
    size_t at = 0;

    if (c->count)
        qsort(c->list, c->count, sizeof *c->list, by_place);
    for (size_t i = 0; i < c->count; i++) {
        struct cover v = c->list[i];

        if (v.to <= at)
            continue;
        if (v.from >= at) {
            buf_add(out, text + at, v.from - at);
            write_token(out, v.number);
        }
        at = v.to;      /* overlapping: its rest is hidden with the first */
    }
    buf_add(out, text + at, len - at);
}

/* Long texts are worth the compilation of the patterns. */
static void hurry(struct secrets *s, size_t len)
{
    s->bytes += len;
    if (s->hurried || s->bytes < HURRY_BYTES)
        return;
    s->hurried = true;
    patterns_hurry(&s->patterns);
}

char *secrets_scrub(struct secrets *s, const char *text)
{
    struct covers covers = {0};
    struct buf out = {0};
    size_t len = strlen(text);

    hurry(s, len);
    /* All values are learnt first: one may show before the line that tells
     * that it is one. */
    for (size_t from = 0, to; from <= len; from = to + 1) {
        to = from + strcspn(text + from, "\n");
        cover_patterns(s, &covers, text, from, to);
    }
    cover_values(s, &covers, text, len);
    write_text(&out, &covers, text, len);
    free(covers.list);
    return buf_take(&out);
}
