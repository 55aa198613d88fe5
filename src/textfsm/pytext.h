/* What Python's str methods say about text. */
#ifndef KIRIWAKE_TEXTFSM_PYTEXT_H
#define KIRIWAKE_TEXTFSM_PYTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* str.isspace() and \w of one character. */
bool pytext_is_space(uint32_t cp);
bool pytext_is_word(uint32_t cp);
/* No byte is above 127. The functions here do without libunistring then. */
bool pytext_is_ascii(const char *s, size_t len);
/* Decodes the character at s; its bytes, 0 at the end. */
size_t pytext_decode(const char *s, size_t len, uint32_t *cp);
/* Every character is \w, and there is one. */
bool pytext_is_words(const char *s, size_t len);
/* Bytes of white space at the start and at the end. */
size_t pytext_space_before(const char *s, size_t len);
size_t pytext_space_after(const char *s, size_t len);
/* Characters, not bytes. */
size_t pytext_length(const char *s, size_t len);

#endif
