#include "kiriwake/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kiriwake/err.h"

static void *check(void *p)
{
    if (!p) {
        fputs("kiriwake: out of memory\n", stderr);
        exit(EXIT_INTERNAL);
    }
    return p;
}

void *mem_alloc(size_t size)
{
    return check(malloc(size ? size : 1));
}

void *mem_zalloc(size_t size)
{
    return check(calloc(1, size ? size : 1));
}

void *mem_realloc(void *p, size_t size)
{
    return check(realloc(p, size ? size : 1));
}

char *mem_strdup(const char *s)
{
    return check(strdup(s));
}

char *mem_copy(const char *s)
{
    return s ? mem_strdup(s) : NULL;
}

char *mem_strndup(const char *s, size_t n)
{
    return check(strndup(s, n));
}

char *mem_printf(const char *fmt, ...)
{
    char *s = NULL;
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vasprintf(&s, fmt, ap);
    va_end(ap);
    return check(n < 0 ? NULL : s);
}

void mem_wipe(char *s)
{
    if (s)
        explicit_bzero(s, strlen(s));
    free(s);
}

void *mem_grow(void *array, size_t *cap, size_t need, size_t size)
{
    size_t n = *cap ? *cap : 8;

    if (array && need <= *cap)
        return array;
    while (n < need)
        n *= 2;
    if (n > SIZE_MAX / size)
        return check(NULL);
    *cap = n;
    return mem_realloc(array, n * size);
}
