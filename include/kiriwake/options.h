/*
 * The options that check, analyze, probe, resume and the screen share
 * (DESIGN: command line). A command adds its own in a small table.
 */
#ifndef KIRIWAKE_OPTIONS_H
#define KIRIWAKE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "kiriwake/err.h"
#include "kiriwake/run.h"

#define OPTIONS_MAX_WORDS 256

/* An option of one command. flag or value is set when it is given. */
struct options_extra {
    const char *name;           /* "format"; NULL ends the table */
    bool *flag;                 /* without a value */
    const char **value;         /* with one; borrowed from argv */
    json_t **pairs;             /* KEY=VALUE, repeatable: an object */
};

struct options {
    struct run_options run;     /* target: words[0], or NULL */
    const char *lang;           /* NULL: the environment's */
    bool json;
    const char *words[OPTIONS_MAX_WORDS];   /* what is no option, in order */
    size_t word_count;
};

/*
 * Parses argv[1] and on into *o (which it clears first); strings are
 * borrowed from argv. --lang takes effect at once. extra may be NULL.
 * 0, or -1 and *e (64): an unknown option names the nearest one. In either
 * case options_free releases what *o owns.
 */
int options_parse(struct options *o, int argc, char **argv,
                  const struct options_extra *extra, struct err *e);
void options_free(struct options *o);

/* The shared options, one a line, for --help: to stdout. */
void options_print(void);

#endif
