/* What Python's str methods say about text. */
#ifndef KIRIWAKE_TEXTFSM_PYTEXT_H
#define KIRIWAKE_TEXTFSM_PYTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kiriwake/text.h"

/* str.isspace() and \w of one character. */
bool pytext_is_space(uint32_t cp);
bool pytext_is_word_far(uint32_t cp);
static inline bool pytext_is_word(uint32_t cp)
{
    if (cp >= 128)
        return pytext_is_word_far(cp);
    return cp == '_' || cp - '0' < 10 || (cp | 32) - 'a' < 26;
}

/* No byte is above 127. The functions here do without libunistring then. */
bool pytext_is_ascii(const char *s, size_t len);
/* Decodes the character at s; its bytes, 0 at the end. */
static inline size_t pytext_decode(const char *s, size_t len, uint32_t *cp)
{
    if (!len || (unsigned char)*s >= 128)
        return text_decode(s, len, cp);
    *cp = (unsigned char)*s;
    return 1;
}

/* Printable ASCII, as most text: not white space. */
static inline bool pytext_is_black(char c)
{
    return (unsigned char)(c - '!') < 0x7F - '!';
}

/* Every character is \w, and there is one. */
bool pytext_is_words(const char *s, size_t len);
/* Bytes of white space at the start and at the end. */
size_t pytext_space_before_far(const char *s, size_t len);
size_t pytext_space_after_far(const char *s, size_t len);

static inline size_t pytext_space_before(const char *s, size_t len)
{
    return !len || pytext_is_black(*s) ? 0 : pytext_space_before_far(s, len);
}

static inline size_t pytext_space_after(const char *s, size_t len)
{
    return !len || pytext_is_black(s[len - 1]) ? 0
                                               : pytext_space_after_far(s, len);
}

/* Whether they are more characters than most. */
bool pytext_is_longer(const char *s, size_t len, size_t most);

#endif
