/* How a saved file's bytes are written: encoding, line ends, time stamps. */
#include "saved_form.h"

#include <string.h>

#include "kiriwake/text.h"

/* --- time stamps ---
 * Tera Term's, at the beginning of a line (File > Log > Timestamp):
 * "[2026-11-21 10:00:00.000] ", "[Sat Nov 21 10:00:00.000 2026] " in older
 * versions, "[0 00:00:12.345] " for the time that has passed. */
static const char *const stamps[] = {
    "[0000-00-00 00:00:00.000] ", "[aaa aaa 00 00:00:00.000 0000] ",
    "[0 00:00:00.000] ", "[00:00:00.000] ", "[0000-00-00 00:00:00] ",
    "[00:00:00] ",
};

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool has_shape(const char *s, const char *shape, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (shape[i] == '0' ? !is_digit(s[i])
            : shape[i] == 'a' ? !is_letter(s[i]) : s[i] != shape[i])
            return false;
    return true;
}

size_t saved_stamp(const char *line, size_t len)
{
    for (size_t i = 0; i < sizeof stamps / sizeof stamps[0]; i++) {
        size_t n = strlen(stamps[i]);

        if (len >= n && has_shape(line, stamps[i], n))
            return n;
        if (len == n - 1 && has_shape(line, stamps[i], n - 1))
            return len;         /* of an empty line */
    }
    return 0;
}

/* Most lines that hold something begin with one. */
static bool has_stamps(const char *s, size_t len, char end)
{
    size_t lines = 0, stamped = 0;
    const char *stop = s + len;

    while (s < stop && lines < 4000) {
        const char *nl = memchr(s, end, (size_t)(stop - s));
        size_t n = (size_t)((nl ? nl : stop) - s);

        if (n && s[n - 1] == '\r')
            n--;
        lines += n > 0;
        stamped += n > 0 && saved_stamp(s, n) > 0;
        s = nl ? nl + 1 : stop;
    }
    return lines && stamped * 2 > lines;
}

/* --- encodings --- */

/* UTF-16 without a mark: ASCII text has a zero in every other byte. */
static const char *wide(const char *s, size_t len)
{
    size_t even = 0, odd = 0, pairs;

    if (len >= 2 && memcmp(s, "\xFF\xFE", 2) == 0)
        return "utf-16le";
    if (len >= 2 && memcmp(s, "\xFE\xFF", 2) == 0)
        return "utf-16be";
    len = len > 65536 ? 65536 : len;
    pairs = len / 2;
    for (size_t i = 0; i + 1 < len; i += 2) {
        even += s[i] == '\0';
        odd += s[i + 1] == '\0';
    }
    if (pairs >= 2 && odd * 10 >= pairs * 4 && even * 10 < pairs)
        return "utf-16le";
    if (pairs >= 2 && even * 10 >= pairs * 4 && odd * 10 < pairs)
        return "utf-16be";
    return NULL;
}

/* What cannot be decoded, or to controls only (glibc's EUC-JP has them). */
static size_t faults(const char *encoding, const char *s, size_t len)
{
    struct buf out = {0};
    size_t n = 0, step;
    uint32_t cp;

    if (text_from(&out, encoding, s, len) < 0)
        return len;
    len = out.len;
    for (const char *p = buf_str(&out); (step = text_decode(p, len, &cp));
         p += step, len -= step)
        n += cp == 0xFFFD || (cp >= 0x80 && cp < 0xA0);
    buf_wipe(&out);
    return n;
}

#define EVIDENCE (64u << 10)

/* The lines that say something about the encoding. */
static void evidence(struct buf *out, const char *s, size_t len)
{
    const char *stop = s + len;

    while (s < stop && out->len < EVIDENCE) {
        const char *nl = memchr(s, '\n', (size_t)(stop - s));
        size_t n = (size_t)((nl ? nl + 1 : stop) - s);
        bool high = false;

        n = n > 4096 ? 4096 : n;
        for (size_t i = 0; i < n && !high; i++)
            high = (s[i] & 0x80) != 0;
        if (high && (nl || s == stop - len))    /* the last may be cut */
            buf_add(out, s, n);
        s += n;
    }
}

/* Two-byte EUC-JP is also valid Shift_JIS (as half-width kana); the other
 * way round is rare: what fits EUC-JP is that. */
static const char *narrow(const char *s, size_t len)
{
    struct buf b = {0};
    const char *name = "ascii";

    evidence(&b, s, len);
    if (b.len && text_is_utf8(buf_str(&b), b.len))
        name = "utf-8";
    else if (b.len)
        name = faults("EUC-JP", buf_str(&b), b.len) <=
                       faults("CP932", buf_str(&b), b.len)
                   ? "euc-jp" : "shift_jis";
    buf_wipe(&b);
    return name;
}

void saved_sniff(struct saved_form *form, const char *bytes, size_t len)
{
    struct buf out = {0};
    const char *name = wide(bytes, len), *s = bytes;
    char end;

    if (name) {
        len = len > 262144 ? 262144 : len & ~(size_t)1;
        text_from(&out, name, bytes, len);
        s = buf_str(&out);
        len = out.len;
    }
    *form = (struct saved_form){
        .encoding = name ? name : narrow(s, len),
        .cr_only = memchr(s, '\r', len) && !memchr(s, '\n', len),
    };
    if (len >= 3 && memcmp(s, "\xEF\xBB\xBF", 3) == 0) {
        s += 3;
        len -= 3;
    }
    end = form->cr_only ? '\r' : '\n';
    form->stamps = has_stamps(s, len, end);
    buf_wipe(&out);
}
