#include "kiriwake/text.h"

#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <string.h>
#include <unistr.h>
#include <uniwidth.h>

#define REPLACEMENT 0xFFFD

size_t text_decode(const char *s, size_t len, uint32_t *cp)
{
    ucs4_t uc;
    int n;

    if (!len)
        return 0;
    n = u8_mbtoucr(&uc, (const uint8_t *)s, len);
    if (n <= 0) {
        *cp = REPLACEMENT;
        return 1;
    }
    *cp = uc;
    return (size_t)n;
}

size_t text_utf8_span(const char *s, size_t len)
{
    const uint8_t *bad = u8_check((const uint8_t *)s, len);

    return bad ? (size_t)(bad - (const uint8_t *)s) : len;
}

bool text_is_utf8(const char *s, size_t len)
{
    return text_utf8_span(s, len) == len;
}

int text_cp_width(uint32_t cp)
{
    int w = uc_width(cp, "UTF-8");

    return w < 0 ? 0 : w;
}

int text_width(const char *s)
{
    size_t len = strlen(s), n;
    uint32_t cp;
    int w = 0;

    for (; (n = text_decode(s, len, &cp)) > 0; s += n, len -= n)
        w += text_cp_width(cp);
    return w;
}

size_t text_fit(const char *s, int cols)
{
    size_t len = strlen(s), used = 0, n;
    uint32_t cp;

    while ((n = text_decode(s + used, len - used, &cp)) > 0) {
        cols -= text_cp_width(cp);
        if (cols < 0)
            break;
        used += n;
    }
    return used;
}

/* Marks that must not begin a line (kinsoku). */
static bool closes(uint32_t cp)
{
    static const uint32_t marks[] = {
        0x3001, 0x3002, 0x300D, 0x300F, 0x3011, 0xFF09, 0xFF0C, 0xFF0E,
        0xFF01, 0xFF1F, 0x30FC, 0x3005, ')', ']', '}', ',', '.', '!', '?',
        ':', ';'};

    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (marks[i] == cp)
            return true;
    return false;
}

/* Where the line that begins at s ends: bytes, and bytes to skip after. */
static size_t wrap_point(const char *s, size_t len, int cols, size_t *skip)
{
    size_t at = 0, brk = 0, brk_skip = 0, n;
    uint32_t cp, prev = 0;
    int w = 0;

    *skip = 0;
    for (; (n = text_decode(s + at, len - at, &cp)) > 0; at += n) {
        bool wide = text_cp_width(cp) == 2;

        if (cp == '\n') {
            *skip = 1;
            return at;
        }
        if (at && cp == ' ' && prev != ' ') {
            brk = at;
            brk_skip = 1;
        } else if (at && (wide || text_cp_width(prev) == 2) && !closes(cp) &&
                   cp != ' ') {
            brk = at;
            brk_skip = 0;
        }
        w += text_cp_width(cp);
        if (w > cols) {
            *skip = brk ? brk_skip : 0;
            return brk ? brk : at ? at : n;
        }
        prev = cp;
    }
    return at;
}

size_t text_wrap(const char *s, int cols,
                 void (*line)(void *arg, const char *s, size_t len), void *arg)
{
    size_t len = strlen(s), lines = 0, skip, n;

    if (cols < 2)
        cols = 2;
    do {
        n = wrap_point(s, len, cols, &skip);
        line(arg, s, n);
        lines++;
        s += n + skip;
        len -= n + skip;
    } while (len);
    return lines;
}

static bool is_bidi(uint32_t cp)
{
    return (cp >= 0x202A && cp <= 0x202E) || (cp >= 0x2066 && cp <= 0x2069) ||
           cp == 0x200E || cp == 0x200F || cp == 0x061C;
}

void text_add_safe(struct buf *out, const char *s, size_t len)
{
    uint32_t cp;
    size_t n;

    for (; (n = text_decode(s, len, &cp)) > 0; s += n, len -= n) {
        if (cp == '\t' || cp == '\n' || (cp >= 0x20 && cp < 0x7F))
            buf_addc(out, (char)cp);
        else if (cp < 0x20 || cp == 0x7F)
            buf_printf(out, "\\x%02X", (unsigned)cp);
        else if (cp < 0xA0 || is_bidi(cp) || cp == 0x2028 || cp == 0x2029)
            buf_printf(out, "\\u{%04X}", (unsigned)cp);
        else if (cp == REPLACEMENT)
            buf_adds(out, "\xEF\xBF\xBD");
        else
            buf_add(out, s, n);
    }
}

int text_from(struct buf *out, const char *encoding, const char *bytes,
              size_t len)
{
    iconv_t cd = iconv_open("UTF-8", encoding);
    char *in = (char *)bytes, part[4096];

    if (cd == (iconv_t)-1)
        return -1;
    while (len) {
        char *to = part;
        size_t room = sizeof part;
        size_t got = iconv(cd, &in, &len, &to, &room);

        buf_add(out, part, (size_t)(to - part));
        if (got == (size_t)-1 && errno != E2BIG) {
            buf_adds(out, "\xEF\xBF\xBD");
            in++;
            len--;
        }
    }
    iconv_close(cd);
    return 0;
}
