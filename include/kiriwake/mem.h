/* Allocation that does not fail: out of memory ends the program (70). */
#ifndef KIRIWAKE_MEM_H
#define KIRIWAKE_MEM_H

#include <stdarg.h>
#include <stddef.h>

void *mem_alloc(size_t size) __attribute__((malloc, returns_nonnull));
void *mem_zalloc(size_t size) __attribute__((malloc, returns_nonnull));
void *mem_realloc(void *p, size_t size) __attribute__((returns_nonnull));
char *mem_strdup(const char *s) __attribute__((malloc, returns_nonnull));
/* The same; NULL stays NULL. */
char *mem_copy(const char *s) __attribute__((malloc));
char *mem_strndup(const char *s, size_t n)
    __attribute__((malloc, returns_nonnull));
char *mem_printf(const char *fmt, ...)
    __attribute__((malloc, returns_nonnull, format(printf, 1, 2)));

/* Overwrites a string and frees it: for what is or may hold a secret. NULL
 * is nothing. */
void mem_wipe(char *s);

/*
 * Grows an array to hold at least need elements of size bytes; *cap is the
 * capacity in elements. Returns the (possibly moved) array.
 */
void *mem_grow(void *array, size_t *cap, size_t need, size_t size)
    __attribute__((returns_nonnull));

#endif
