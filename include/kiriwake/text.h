/* Text as terminals see it: UTF-8, widths, control bytes, encodings. */
#ifndef KIRIWAKE_TEXT_H
#define KIRIWAKE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kiriwake/buf.h"

/* Decodes one code point; returns its length, 0 at the end; an invalid byte
 * gives U+FFFD and length 1. */
size_t text_decode(const char *s, size_t len, uint32_t *cp);
bool text_is_utf8(const char *s, size_t len);
/* The length of the valid UTF-8 that s begins with. */
size_t text_utf8_span(const char *s, size_t len);
/* Columns of one code point (0, 1 or 2) and of a string. East Asian
 * ambiguous characters are narrow. Independent of the locale. */
int text_cp_width(uint32_t cp);
int text_width(const char *s);
/* Bytes of s that fit into cols columns. */
size_t text_fit(const char *s, int cols);
/*
 * Breaks s into lines of at most cols columns and calls line() for each:
 * at blanks for Latin text, anywhere between wide characters (but no line
 * begins with a closing mark). Returns the number of lines.
 */
size_t text_wrap(const char *s, int cols,
                 void (*line)(void *arg, const char *s, size_t len),
                 void *arg);
/* Appends s with C0, C1, DEL and bidi controls shown as \xNN or \u{NNNN};
 * TAB and LF stay. */
void text_add_safe(struct buf *out, const char *s, size_t len);
/* Decodes bytes of an iconv encoding to UTF-8 ("shift_jis", …); undecodable
 * bytes become U+FFFD. -1 when the encoding is unknown. */
int text_from(struct buf *out, const char *encoding, const char *bytes,
              size_t len);

#endif
