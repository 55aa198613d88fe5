#include "lines.h"

#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define BLOCK 16

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

/* Which bytes of a block are controls or no ASCII: only those can matter. */
static inline unsigned odd_bytes(const char *s)
{
#ifdef __SSE2__
    __m128i v = _mm_loadu_si128((const __m128i *)s);

    return (unsigned)_mm_movemask_epi8(_mm_cmplt_epi8(v,
                                                      _mm_set1_epi8(32)));
#else
    unsigned odd = 0;

    for (unsigned i = 0; i < BLOCK; i++)
        odd |= (unsigned)((signed char)s[i] < 32) << i;
    return odd;
#endif
}

bool lines_next(struct lines *l, struct line *line)
{
    const char *start = l->at, *p;
    const unsigned char *end = (const unsigned char *)l->end;
    bool ascii = true;

    if (start == l->end)
        return false;
    for (p = start; p < l->end; p += BLOCK) {
        for (unsigned odd = odd_bytes(p); odd; odd &= odd - 1) {
            const char *at = p + __builtin_ctz(odd);
            size_t n;

            if (at >= l->end)
                break;
            n = *at == '\n' ? 1 : break_len((const unsigned char *)at, end);
            if (n) {
                *line = (struct line){start, (size_t)(at - start), ascii};
                l->at = at + n;
                return true;
            }
            ascii = ascii && (unsigned char)*at < 128;
        }
    }
    *line = (struct line){start, (size_t)(l->end - start), ascii};
    l->at = l->end;
    return true;
}

struct line lines_whole(const char *text, size_t len)
{
    bool ascii = true;

    for (size_t i = 0; i < len && ascii; i++)
        ascii = (unsigned char)text[i] < 128;
    return (struct line){text, len, ascii};
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
