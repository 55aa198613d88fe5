/* Memory that is given back all at once. Zero-initialise to use. */
#ifndef KIRIWAKE_TEXTFSM_ARENA_H
#define KIRIWAKE_TEXTFSM_ARENA_H

#include <stdalign.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define ARENA_PAD 64

struct arena_block;

struct arena {
    struct arena_block *blocks;   /* the newest first */
    char *at, *end;               /* the room left in it */
    size_t total;                 /* bytes asked from the system */
};

/* The same where the room left is too small. */
void *arena_alloc_far(struct arena *a, size_t size);

/* Aligned for pointers and integers, not cleared; never NULL. */
static inline void *arena_alloc(struct arena *a, size_t size)
{
    size_t pad = -(uintptr_t)a->at & (alignof(uint64_t) - 1);
    size_t room = (size_t)(a->end - a->at);
    char *p;

    if (!room || room < pad || room - pad < size)
        return arena_alloc_far(a, size);
    p = a->at + pad;
    a->at = p + size;
    return p;
}

static inline void *arena_zalloc(struct arena *a, size_t size)
{
    return memset(arena_alloc(a, size), 0, size);
}

/* Makes room for so many bytes at once. */
void arena_reserve(struct arena *a, size_t size);

/* Unaligned copy of bytes; ARENA_PAD bytes behind it are readable. */
char *arena_bytes(struct arena *a, const char *bytes, size_t len);
/* Unaligned room for len bytes, not cleared; never NULL. */
char *arena_room(struct arena *a, size_t len);
/* A terminated copy. */
char *arena_string(struct arena *a, const char *bytes, size_t len);
/* Forgets all, and keeps as much memory for what comes, in one block, when it
 * is at most max bytes. */
void arena_reset(struct arena *a, size_t max);
void arena_free(struct arena *a);

#endif
