/*
 * Messages: our own lookup over .po catalogues, so that --lang ja works
 * without a Japanese locale.
 */
#ifndef KIRIWAKE_MSG_H
#define KIRIWAKE_MSG_H

#include <jansson.h>

/* Chooses the language: "en", "ja", or NULL for the environment's
 * (LC_ALL, LC_MESSAGES, LANG). Loads po/ja.po from the built-in data. */
void msg_init(const char *lang);
/* "en" or "ja". */
const char *msg_lang(void);
/* The message in the chosen language; s itself when there is none. */
const char *msg_get(const char *s) __attribute__((format_arg(1)));
#define _(s) msg_get(s)
/* A message of a table, translated when it is shown. */
#define N_(s) s
/* The chosen language's text of {"en": …, "ja": …} or of a plain string;
 * "" for NULL. */
const char *msg_i18n(const json_t *text);
void msg_done(void);

#endif
