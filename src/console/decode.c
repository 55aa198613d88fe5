#include "decode.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "kiriwake/text.h"

static const char *const only_utf8[] = {"utf-8", NULL};

/* Devices mean Microsoft's table: ASCII keeps its backslash and tilde. */
static const char *iconv_name(const char *name)
{
    static const char *const sjis[] = {"shift_jis", "shift-jis", "sjis"};

    for (size_t i = 0; i < sizeof sjis / sizeof sjis[0]; i++)
        if (strcasecmp(name, sjis[i]) == 0)
            return "CP932";
    return name;
}

static bool is_utf8(const char *name)
{
    return strcasecmp(name, "utf-8") == 0 || strcasecmp(name, "utf8") == 0;
}

/* Bytes at the end that begin a UTF-8 character without ending it. */
static size_t torn_tail(const char *s, size_t len)
{
    for (size_t n = 1; n <= 3 && n <= len; n++) {
        unsigned char c = (unsigned char)s[len - n];

        if ((c & 0xC0) == 0x80)
            continue;
        return (c >= 0xC2 && n < 2) || (c >= 0xE0 && n < 3) ||
               (c >= 0xF0 && c <= 0xF4) ? n : 0;
    }
    return 0;
}

static size_t utf8_faults(const char *s, size_t len)
{
    size_t faults = 0, n;
    uint32_t cp;

    for (; (n = text_decode(s, len, &cp)) > 0; s += n, len -= n)
        faults += cp == 0xFFFD && n == 1;
    return faults;
}

/* How badly bytes fit the encoding; out: the text. SIZE_MAX: unknown. */
static size_t try_encoding(struct buf *out, const char *name,
                           const char *bytes, size_t len)
{
    buf_clear(out);
    if (is_utf8(name)) {
        buf_add(out, bytes, len);
        return utf8_faults(bytes, len - torn_tail(bytes, len));
    }
    if (text_from(out, iconv_name(name), bytes, len) < 0)
        return SIZE_MAX;
    len = 0;
    for (const char *s = buf_str(out); (s = strstr(s, "\xEF\xBF\xBD")); s++)
        len++;
    return len;
}

void decode_text(struct buf *out, const char *const *encodings,
                 const char *bytes, size_t len)
{
    struct buf now = {0}, best = {0};
    size_t fewest = SIZE_MAX;

    if (text_is_utf8(bytes, len)) {
        text_add_safe(out, bytes, len);
        return;
    }
    if (!encodings || !encodings[0])
        encodings = only_utf8;
    for (; *encodings && fewest; encodings++) {
        size_t faults = try_encoding(&now, *encodings, bytes, len);

        if (faults < fewest) {
            struct buf swap = best;

            best = now;
            now = swap;
            fewest = faults;
        }
    }
    text_add_safe(out, buf_str(&best), best.len);
    buf_wipe(&now);
    buf_wipe(&best);
}
