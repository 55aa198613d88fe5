#include "kiriwake/buf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"

/* Moves by hand: what realloc leaves behind may have been a secret. */
static void reserve(struct buf *b, size_t more)
{
    struct buf to = {.len = b->len, .cap = b->cap};

    if (b->data && b->len + more < b->cap)
        return;
    to.data = mem_grow(NULL, &to.cap, b->len + more + 1, 1);
    if (b->len)
        memcpy(to.data, b->data, b->len);
    buf_wipe(b);
    *b = to;
}

void buf_add(struct buf *b, const void *bytes, size_t len)
{
    reserve(b, len);
    if (len)
        memcpy(b->data + b->len, bytes, len);
    b->len += len;
    b->data[b->len] = '\0';
}

void buf_addc(struct buf *b, char c)
{
    buf_add(b, &c, 1);
}

void buf_adds(struct buf *b, const char *s)
{
    buf_add(b, s, strlen(s));
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list ap, again;
    int n;

    va_start(ap, fmt);
    va_copy(again, ap);
    n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n > 0) {
        reserve(b, (size_t)n);
        vsnprintf(b->data + b->len, (size_t)n + 1, fmt, again);
        b->len += (size_t)n;
    }
    va_end(again);
}

void buf_drop(struct buf *b, size_t n)
{
    if (!b->len)
        return;
    if (n > b->len)
        n = b->len;
    memmove(b->data, b->data + n, b->len - n + 1);
    b->len -= n;
}

void buf_clear(struct buf *b)
{
    b->len = 0;
    if (b->data)
        b->data[0] = '\0';
}

void buf_free(struct buf *b)
{
    free(b->data);
    *b = (struct buf){0};
}

void buf_wipe(struct buf *b)
{
    if (b->data)
        explicit_bzero(b->data, b->cap);
    buf_free(b);
}

char *buf_take(struct buf *b)
{
    char *s = b->data ? b->data : mem_strdup("");

    *b = (struct buf){0};
    return s;
}

const char *buf_str(const struct buf *b)
{
    return b->data ? b->data : "";
}

int buf_read_file(struct buf *b, const char *path, size_t max)
{
    char part[16384];
    FILE *f = fopen(path, "rbe");
    size_t n;
    int failed;

    if (!f)
        return -1;
    setvbuf(f, NULL, _IONBF, 0);        /* no copy that stays behind */
    while ((n = fread(part, 1, sizeof part, f)) > 0 && b->len + n <= max)
        buf_add(b, part, n);
    failed = ferror(f) ? errno : n > 0 ? EFBIG : 0;
    fclose(f);
    explicit_bzero(part, sizeof part);
    errno = failed;
    return failed ? -1 : 0;
}
