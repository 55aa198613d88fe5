/* Variations and faults of a simulator: "key=value&key=value". */
#ifndef SIM_KNOBS_H
#define SIM_KNOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <jansson.h>

#include "kiriwake/err.h"

struct knobs {
    json_t *all;            /* key -> value (text), for the device program */
    json_t *refuse, *mute;  /* lists of command lines */
    json_t *truncate;       /* list of "COMMAND:N" */
    json_t *drop;           /* list of "COMMAND:N,N…" */
    size_t split;           /* bytes a read; 0: all */
    uint64_t delay_ms;
    size_t disconnect;      /* after so many bytes; 0: never */
    size_t unplug;          /* the same, but it can be plugged again */
    unsigned baud;          /* of the device's console; 0: not paced */
    unsigned line_baud;     /* of the terminal; 0: unknown */
    size_t line_noise;      /* a wrong byte after so many; 0: none */
    bool echo_off;          /* typed characters are not echoed */
    bool echo_none;         /* nor is the end of the line */
    bool redraw, noise, wrong_prompt;
};

/* text may be NULL. -1 and *e (64) for an unknown key or a bad value. */
int knobs_parse(struct knobs *k, const char *text, struct err *e);
void knobs_free(struct knobs *k);

/* Is line (as typed) one of the listed commands, or one with arguments? */
bool knobs_match(const json_t *list, const char *line);
/* How many lines of the reply to line are left; SIZE_MAX: all. */
size_t knobs_truncate(const struct knobs *k, const char *line);
/* Is the reply's line with this number (from 1) to be left out? */
bool knobs_drops(const struct knobs *k, const char *line, size_t number);
/* Do two lines say the same, at other times and with other numbers (ids and
 * counters, not addresses)? */
bool knobs_same_line(const char *a, const char *b);

#endif
