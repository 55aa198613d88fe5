/*
 * Saved text: a terminal log or a tech-support file as commands and their
 * replies. A pure core: bytes in, records out; no I/O, no clock, no globals.
 * What it takes for a command, an echo, a pager and an end is what the
 * console core takes for them; see docs/saved-text.md for the rules.
 */
#ifndef KIRIWAKE_SAVED_H
#define KIRIWAKE_SAVED_H

#include <stdbool.h>
#include <stddef.h>

#include "kiriwake/console.h"
#include "kiriwake/err.h"

/* Kept of one file: replies of known commands, together. Text beyond is read
 * and dropped, and its reply incomplete. */
#define SAVED_MAX_BYTES (64u << 20)

/* How the bytes are written, judged by the first of them. */
struct saved_form {
    const char *encoding;   /* "utf-8", "shift_jis", "euc-jp", "utf-16le",
                               "utf-16be"; "ascii": nothing told */
    bool cr_only;           /* lines end in CR alone */
    bool stamps;            /* lines begin with Tera Term's time stamp */
};

/* bytes: the file's first ones, at best 1 MiB. */
void saved_sniff(struct saved_form *form, const char *bytes, size_t len);

/* The bytes as plain lines of UTF-8 (new string): to look for words. */
char *saved_plain(const struct saved_form *form, const char *bytes,
                  size_t len);

/* What the driver says; borrowed for the life of struct saved. */
struct saved_rules {
    const struct console_profile *profile;
    const char *const *commands;    /* forms: words, "*" for a parameter */
    const char *const *sections;    /* PCRE2: headers of tech-support files;
                                       the first group is the command */
    const char *const *ends;        /* PCRE2: a reply's own last line */
    const char *const *prefixes;    /* words that may stand before a command
                                       ("do "); each may be NULL */
};

/* One command with its reply. */
struct saved_record {
    char *command;          /* written out as the driver has it */
    char *host;             /* as the prompt had it; NULL: none (sections) */
    const char *mode;       /* the prompt's, or NULL; borrowed */
    size_t line;            /* of the command in the file, from 1 */
    size_t session;         /* from 1; a login or the greeting begins one */
    struct console_reply reply;     /* state COMPLETE, REFUSED, TRUNCATED;
                                       command is the record's; owned */
};

struct saved;

/* NULL and *e (65) when a pattern is not PCRE2. */
struct saved *saved_new(const struct saved_rules *rules,
                        const struct saved_form *form, struct err *e);
void saved_free(struct saved *s);
/* The next bytes of the file. The result is the same for any split. */
void saved_feed(struct saved *s, const char *bytes, size_t len);
/* The file ended: a reply that is under way is incomplete. */
void saved_end(struct saved *s);

/* The records in the order of the file, of known commands only. */
size_t saved_count(const struct saved *s);
struct saved_record *saved_at(struct saved *s, size_t i);
/* The hosts that the records name, each once, in order; NULL-ended. */
const char *const *saved_hosts(const struct saved *s);
/* Not a host's name but "part N" of a file without prompts. */
bool saved_is_part(const char *host);
/* Lines read; command lines that no driver's command is, of known hosts. */
size_t saved_lines(const struct saved *s);
size_t saved_unknown(const struct saved *s);

/* --- words --- */

/*
 * typed as one of the forms, its words written out; NULL when it is none, or
 * an abbreviation that fits several. Case is that of the form; what stands
 * for "*" stays. Caller frees.
 */
char *saved_expand(const char *const *forms, const char *typed);

#endif
