#include "lines.h"

#include <stdint.h>
#include <string.h>

/* Control characters that end a line: LF VT FF CR, FS GS RS. */
#define BREAKS (0xFu << 10 | 0x7u << 28)

static inline bool is_break(unsigned char c)
{
    return c < 32 && BREAKS >> c & 1;
}

struct lines_kind lines_kind_of(const char *text, size_t len)
{
    const unsigned char *s = (const unsigned char *)text;
    unsigned high = 0, odd = 0;

    /* Without branches, for the compiler to do many at once. */
    for (size_t i = 0; i < len; i++) {
        unsigned char c = s[i];

        high |= c;
        odd |= ((unsigned char)(c - 11) < 3) |
               ((unsigned char)(c - 28) < 3);
    }
    return (struct lines_kind){high < 128, high < 128 && !odd};
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

static bool next_plain(struct lines *l, struct line *line)
{
    size_t left = (size_t)(l->end - l->at);
    const char *nl = memchr(l->at, '\n', left);

    *line = (struct line){l->at, nl ? (size_t)(nl - l->at) : left, true};
    l->at = nl ? nl + 1 : l->end;
    return true;
}

bool lines_next(struct lines *l, struct line *line)
{
    const unsigned char *s = (const unsigned char *)l->at;
    const unsigned char *end = (const unsigned char *)l->end;
    unsigned high = 0;
    size_t n = 0;

    if (l->at == l->end)
        return false;
    if (l->kind.plain)
        return next_plain(l, line);
    for (; s < end; s++) {
        if (*s >= 32 && *s != 0xC2 && *s != 0xE2) {
            high |= *s;
            continue;
        }
        n = break_len(s, end);
        if (n)
            break;
        high |= *s;
    }
    *line = (struct line){l->at, (size_t)((const char *)s - l->at),
                          high < 128};
    l->at = (const char *)s + n;
    return true;
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
