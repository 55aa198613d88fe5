#include "fetch.h"

/* The least that is usual. */
#define PAGE_BYTES 4096
#define CACHE_LINE_BYTES 64

/* What is in no page table cannot be prefetched. */
static void touch(const char *from, const char *end)
{
    for (const volatile char *p = from; p < end; p += PAGE_BYTES)
        (void)*p;
}

void fetch_code(void)
{
    const char *end = textfsm_code_end;

    touch(textfsm_code, end);
    for (const char *p = textfsm_code; p < end; p += CACHE_LINE_BYTES)
        __builtin_prefetch(p, 0, 2);
}
