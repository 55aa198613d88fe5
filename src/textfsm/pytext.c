#include "pytext.h"

#include <unictype.h>

bool pytext_is_ascii(const char *s, size_t len)
{
    unsigned high = 0;

    for (size_t i = 0; i < len; i++)
        high |= (unsigned char)s[i];
    return high < 128;
}

bool pytext_is_space(uint32_t cp)
{
    return (cp >= 9 && cp <= 13) || (cp >= 0x1C && cp <= 0x20) ||
           cp == 0x85 || cp == 0xA0 || cp == 0x1680 ||
           (cp >= 0x2000 && cp <= 0x200A) || cp == 0x2028 || cp == 0x2029 ||
           cp == 0x202F || cp == 0x205F || cp == 0x3000;
}

bool pytext_is_word_far(uint32_t cp)
{
    return uc_is_general_category_withtable(cp, UC_CATEGORY_MASK_L |
                                                    UC_CATEGORY_MASK_N);
}

bool pytext_is_words(const char *s, size_t len)
{
    uint32_t cp;
    size_t n;

    if (!len)
        return false;
    for (; (n = pytext_decode(s, len, &cp)) > 0; s += n, len -= n)
        if (!pytext_is_word(cp))
            return false;
    return true;
}

size_t pytext_space_before_far(const char *s, size_t len)
{
    size_t at = 0, n;
    uint32_t cp;

    while (at < len && s[at] == ' ')
        at++;
    while ((n = pytext_decode(s + at, len - at, &cp)) > 0 &&
           pytext_is_space(cp))
        at += n;
    return at;
}

size_t pytext_space_after_far(const char *s, size_t len)
{
    size_t end = len, at;
    uint32_t cp;

    while (end) {
        at = end - 1;
        while (at && ((unsigned char)s[at] & 0xC0) == 0x80)
            at--;
        pytext_decode(s + at, end - at, &cp);
        if (!pytext_is_space(cp))
            break;
        end = at;
    }
    return len - end;
}

bool pytext_is_longer(const char *s, size_t len, size_t most)
{
    size_t n = 0;

    for (size_t i = 0; len > most && i < len; i++)
        n += ((unsigned char)s[i] & 0xC0) != 0x80;
    return n > most;
}
