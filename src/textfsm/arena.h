/* Memory that is given back all at once. Zero-initialise to use. */
#ifndef KIRIWAKE_TEXTFSM_ARENA_H
#define KIRIWAKE_TEXTFSM_ARENA_H

#include <stddef.h>

#define ARENA_PAD 64

struct arena_block;

struct arena {
    struct arena_block *blocks;   /* the newest first */
    char *at, *end;               /* the room left in it */
    size_t total;                 /* bytes asked from the system */
};

/* Aligned for any object, not cleared; never NULL. */
void *arena_alloc(struct arena *a, size_t size);
void *arena_zalloc(struct arena *a, size_t size);
/* Unaligned copy of bytes; ARENA_PAD bytes behind it are readable. */
char *arena_bytes(struct arena *a, const char *bytes, size_t len);
/* A terminated copy. */
char *arena_string(struct arena *a, const char *bytes, size_t len);
/* Forgets all, and keeps one block of at most max bytes for what comes. */
void arena_reset(struct arena *a, size_t max);
void arena_free(struct arena *a);

#endif
