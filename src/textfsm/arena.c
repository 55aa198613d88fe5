#include "arena.h"

#include <stdlib.h>

#include "kiriwake/mem.h"

#define FIRST_BLOCK 1024
#define LARGEST_BLOCK (1u << 20)

struct arena_block {
    struct arena_block *next;
    size_t size;
    max_align_t data[];
};

static void add_block(struct arena *a, size_t size)
{
    struct arena_block *b = mem_alloc(sizeof *b + size + ARENA_PAD);

    b->size = size;
    b->next = a->blocks;
    a->blocks = b;
    a->at = (char *)b->data;
    a->end = a->at + size;
    a->total += size;
}

/* Blocks double, so that a small text costs little and a large one few
 * calls. */
static void grow(struct arena *a, size_t need)
{
    size_t size = a->total < FIRST_BLOCK ? FIRST_BLOCK : a->total;

    if (size > LARGEST_BLOCK)
        size = LARGEST_BLOCK;
    add_block(a, size < need ? need : size);
}

void *arena_alloc_far(struct arena *a, size_t size)
{
    char *p;

    grow(a, size);
    p = a->at;
    a->at += size;
    return p;
}

void arena_reserve(struct arena *a, size_t size)
{
    if ((size_t)(a->end - a->at) < size)
        add_block(a, size);
}

char *arena_bytes(struct arena *a, const char *bytes, size_t len)
{
    char *p = arena_room(a, len);

    memset(a->at, 0, ARENA_PAD);
    return len ? memcpy(p, bytes, len) : p;
}

char *arena_room(struct arena *a, size_t len)
{
    char *p;

    if (!a->at || (size_t)(a->end - a->at) < len)
        grow(a, len);
    p = a->at;
    a->at += len;
    return p;
}

char *arena_string(struct arena *a, const char *bytes, size_t len)
{
    char *p = arena_room(a, len + 1);

    if (len)
        memcpy(p, bytes, len);
    p[len] = '\0';
    return p;
}

void arena_reset(struct arena *a, size_t max)
{
    struct arena_block *b = a->blocks;
    size_t size = a->total < max ? a->total : max;

    if (b && (b->next || b->size > max)) {
        arena_free(a);
        add_block(a, size);
    } else if (b) {
        a->at = (char *)b->data;
        a->end = a->at + b->size;
    }
}

void arena_free(struct arena *a)
{
    struct arena_block *next;

    for (struct arena_block *b = a->blocks; b; b = next) {
        next = b->next;
        free(b);
    }
    *a = (struct arena){0};
}
