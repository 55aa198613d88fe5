/* Sets and characters looked for in many bytes at once; only the scanner's
 * runs use it. What is read may lie LINES_PAD bytes behind the line. */
#ifndef KIRIWAKE_TEXTFSM_SCAN_WIDE_H
#define KIRIWAKE_TEXTFSM_SCAN_WIDE_H

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "lines.h"
#include "scan.h"

static inline bool in_set(const struct scan_op *op, const char *p)
{
    unsigned char c = (unsigned char)*p;

    return op->set->nibbles[c & 15] >> (c >> 4) & 1;
}

static inline const char *run_bytes(const struct scan_op *op, const char *p,
                                    const char *end)
{
    while (p < end && in_set(op, p))
        p++;
    return p;
}

static inline bool is_space(unsigned char c)
{
    return (c >= 9 && c <= 13) || (c >= 0x1C && c <= 0x20);
}

#ifdef __SSE2__

static inline __m128i wide(const uint8_t *bytes)
{
    return _mm_loadu_si128((const __m128i *)bytes);
}

/* Which of 16 bytes lie in a range. */
static inline __m128i in_range(__m128i v, __m128i low, __m128i span)
{
    __m128i above = _mm_sub_epi8(v, low);

    return _mm_cmpeq_epi8(_mm_min_epu8(above, span), above);
}

/* Which of 16 bytes are not in the set. */
static inline unsigned outside(const struct scan_set *set, const char *p,
                               __m128i low, __m128i span)
{
    __m128i v = wide((const uint8_t *)p);
    __m128i in = in_range(v, low, span);

    for (unsigned i = 1; i < set->ranges; i++)
        in = _mm_or_si128(in, in_range(v, wide(set->low[i]),
                                       wide(set->span[i])));
    return (unsigned)_mm_movemask_epi8(in) ^ set->flip;
}

static inline const char *run_wide(const struct scan_op *op, const char *p,
                                   const char *end)
{
    const struct scan_set *set = op->set;
    __m128i low = wide(set->low[0]), span = wide(set->span[0]);

    for (; p < end; p += SCAN_WIDTH) {
        unsigned stop = outside(set, p, low, span);

        if (stop) {
            p += __builtin_ctz(stop);
            break;
        }
    }
    return p < end ? p : end;
}

static inline uint64_t spaces_at(const char *p)
{
    const __m128i low = _mm_set1_epi8(9), high = _mm_set1_epi8(0x1C);
    const __m128i span = _mm_set1_epi8(4);
    uint64_t word = 0;

    for (unsigned i = 0; i < 4; i++) {
        __m128i v = wide((const uint8_t *)p + 16 * i);
        __m128i in = _mm_or_si128(in_range(v, low, span),
                                  in_range(v, high, span));

        word |= (uint64_t)(unsigned)_mm_movemask_epi8(in) << (16 * i);
    }
    return word;
}

/* Which of 64 bytes are c. */
static inline uint64_t same_at(const char *p, char c)
{
    const __m128i all = _mm_set1_epi8(c);
    uint64_t word = 0;

    for (unsigned i = 0; i < 4; i++) {
        __m128i v = wide((const uint8_t *)p + 16 * i);

        word |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v, all))
                << (16 * i);
    }
    return word;
}

#else

static inline const char *run_wide(const struct scan_op *op, const char *p,
                                   const char *end)
{
    return run_bytes(op, p, end);
}

static inline uint64_t spaces_at(const char *p)
{
    uint64_t word = 0;

    for (unsigned i = 0; i < 64; i++)
        word |= (uint64_t)is_space((unsigned char)p[i]) << i;
    return word;
}

static inline uint64_t same_at(const char *p, char c)
{
    uint64_t word = 0;

    for (unsigned i = 0; i < 64; i++)
        word |= (uint64_t)(p[i] == c) << i;
    return word;
}

#endif

/* The last c from low up to high, which the line's end is not; NULL: none.
 * Most stretches fit in one word. */
static inline const char *last_char(const char *low, const char *high, char c)
{
    size_t last = (size_t)(high - low);
    uint64_t found;

    if (last >= 64)
        return lines_last(low, c, last + 1);
    found = same_at(low, c) << (63 - last);
    return found ? high - __builtin_clzll(found) : NULL;
}

static inline const char *first_char(const char *low, const char *high,
                                     char c)
{
    size_t last = (size_t)(high - low);
    uint64_t found;

    if (last >= 64)
        return memchr(low, c, last + 1);
    found = same_at(low, c) << (63 - last);
    return found ? low + __builtin_ctzll(found) - (63 - last) : NULL;
}

#endif
