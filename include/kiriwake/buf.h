/* A growable run of bytes, always NUL-terminated. Zero-initialise to use. */
#ifndef KIRIWAKE_BUF_H
#define KIRIWAKE_BUF_H

#include <stddef.h>

struct buf {
    char *data;           /* NULL while empty and never used */
    size_t len, cap;
};

void buf_add(struct buf *b, const void *bytes, size_t len);
void buf_addc(struct buf *b, char c);
void buf_adds(struct buf *b, const char *s);
void buf_printf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Removes the first n bytes. */
void buf_drop(struct buf *b, size_t n);
void buf_clear(struct buf *b);            /* keeps the memory */
void buf_free(struct buf *b);             /* leaves it empty and usable */
/* Overwrites the content before freeing it: for secrets. */
void buf_wipe(struct buf *b);
/* Gives the string away (caller frees); never NULL; b is empty after. */
char *buf_take(struct buf *b);
/* The content as a string; "" while empty. */
const char *buf_str(const struct buf *b);
/* Reads a whole file; -1 and errno when it cannot, or is over max bytes. */
int buf_read_file(struct buf *b, const char *path, size_t max);

#endif
