#include "lines.h"

#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <immintrin.h>
#endif

#define BLOCK 64

/* Control characters that end a line: LF VT FF CR, FS GS RS. */
#define BREAKS (0xFu << 10 | 0x7u << 28)

static inline bool is_break(unsigned char c)
{
    return c < 32 && BREAKS >> c & 1;
}

/* The bytes of the line break at s, 0 when there is none. NEL is C2 85,
 * LS and PS are E2 80 A8 and E2 80 A9. */
static size_t break_len(const unsigned char *s, const unsigned char *end)
{
    if (is_break(*s))
        return *s == '\r' && s + 1 < end && s[1] == '\n' ? 2 : 1;
    if (*s == 0xC2)
        return s + 1 < end && s[1] == 0x85 ? 2 : 0;
    if (*s == 0xE2)
        return s + 2 < end && s[1] == 0x80 && (s[2] | 1) == 0xA9 ? 3 : 0;
    return 0;
}

/* Which of 64 bytes are controls or no ASCII: only those can matter; and
 * which are those or a blank. */
struct odd {
    uint64_t odd, low;
};

#ifdef __SSE2__

static inline uint64_t below(const __m128i *v, char limit)
{
    uint64_t bits = 0;

    for (unsigned i = 0; i < BLOCK / 16; i++)
        bits |= (uint64_t)(unsigned)_mm_movemask_epi8(
                    _mm_cmpgt_epi8(_mm_set1_epi8(limit), v[i]))
                << (16 * i);
    return bits;
}

static inline struct odd odd_bytes(const char *s)
{
    __m128i v[BLOCK / 16];

    for (unsigned i = 0; i < BLOCK / 16; i++)
        v[i] = _mm_loadu_si128((const __m128i *)s + i);
    return (struct odd){below(v, 32), below(v, 33)};
}

#else

static struct odd odd_bytes(const char *s)
{
    struct odd o = {0, 0};

    for (unsigned i = 0; i < BLOCK; i++) {
        o.odd |= (uint64_t)((signed char)s[i] < 32) << i;
        o.low |= (uint64_t)((signed char)s[i] < 33) << i;
    }
    return o;
}

#endif

/* What a control or a byte beyond ASCII is for the line: the bytes of the
 * break it begins, or 0. */
static inline size_t judge(struct line *line, const char *at, const char *end)
{
    size_t n = break_len((const unsigned char *)at,
                         (const unsigned char *)end);

    if (n)
        return n;
    if ((unsigned char)*at >= 128)
        line->ascii = false;
    if (*at != '\t' && *at != 0x1F)
        line->spaced = false;
    return 0;
}

#define ALWAYS_INLINE static inline __attribute__((always_inline))

ALWAYS_INLINE bool next_line(struct lines *l, struct line *line,
                             struct odd (*odd_at)(const char *s))
{
    const char *start = l->at, *end = l->end;
    unsigned word = 0;

    if (start == end)
        return false;
    line->text = start;
    line->ascii = line->spaced = true;
    for (const char *p = start; p < end; p += BLOCK) {
        struct odd o = odd_at(p);

        if (word < LINES_WORDS)
            line->low[word++] = o.low;
        for (; o.odd; o.odd &= o.odd - 1) {
            const char *at = p + __builtin_ctzll(o.odd);
            size_t n;

            if (at >= end)
                break;
            n = *at == '\n' ? 1 : judge(line, at, end);
            if (n) {
                line->len = (size_t)(at - start);
                l->at = at + n;
                return true;
            }
        }
    }
    line->len = (size_t)(end - start);
    l->at = end;
    return true;
}

static bool next_plain(struct lines *l, struct line *line)
{
    return next_line(l, line, odd_bytes);
}

#ifdef __x86_64__

__attribute__((target("avx2"))) ALWAYS_INLINE uint64_t
below_avx2(__m256i a, __m256i b, char limit)
{
    __m256i v = _mm256_set1_epi8(limit);

    return (uint32_t)_mm256_movemask_epi8(_mm256_cmpgt_epi8(v, a)) |
           (uint64_t)(uint32_t)_mm256_movemask_epi8(
               _mm256_cmpgt_epi8(v, b)) << 32;
}

__attribute__((target("avx2"))) ALWAYS_INLINE struct odd
odd_avx2(const char *s)
{
    __m256i a = _mm256_loadu_si256((const __m256i *)s);
    __m256i b = _mm256_loadu_si256((const __m256i *)s + 1);

    return (struct odd){below_avx2(a, b, 32), below_avx2(a, b, 33)};
}

__attribute__((target("avx2"))) static bool
next_avx2(struct lines *l, struct line *line)
{
    return next_line(l, line, odd_avx2);
}

__attribute__((target("avx512bw"))) ALWAYS_INLINE struct odd
odd_avx512(const char *s)
{
    __m512i v = _mm512_loadu_si512(s);

    return (struct odd){_mm512_cmplt_epi8_mask(v, _mm512_set1_epi8(32)),
                        _mm512_cmplt_epi8_mask(v, _mm512_set1_epi8(33))};
}

__attribute__((target("avx512bw"))) static bool
next_avx512(struct lines *l, struct line *line)
{
    return next_line(l, line, odd_avx512);
}

struct lines lines_of(const char *text, size_t len)
{
    return (struct lines){text, text + len,
                          __builtin_cpu_supports("avx512bw") ? next_avx512
                          : __builtin_cpu_supports("avx2") ? next_avx2
                                                           : next_plain};
}

#else

struct lines lines_of(const char *text, size_t len)
{
    return (struct lines){text, text + len, next_plain};
}

#endif

void lines_whole(struct line *line, const char *text, size_t len)
{
    line->text = text;
    line->len = len;
    line->ascii = true;
    line->spaced = false;
    for (size_t i = 0; i < len && line->ascii; i++)
        line->ascii = (unsigned char)text[i] < 128;
}

size_t lines_complete(const char *text, size_t len)
{
    const char *nl = lines_last(text, '\n', len);
    const unsigned char *s = (const unsigned char *)text, *end = s + len;

    if (nl)
        return (size_t)(nl - text) + 1;
    for (const unsigned char *p = end; p-- > s;)
        if (break_len(p, end) && !(*p == '\r' && p + 1 == end))
            return (size_t)(p - s) + break_len(p, end);
    return 0;
}

const char *lines_last(const char *s, char c, size_t len)
{
#ifdef __GLIBC__
    return len ? memrchr(s, c, len) : NULL;
#else
    while (len && s[len - 1] != c)
        len--;
    return len ? s + len - 1 : NULL;
#endif
}
