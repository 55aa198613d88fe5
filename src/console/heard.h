/* What was heard on a line, the last part of it, with the starts counted. */
#ifndef CONSOLE_HEARD_H
#define CONSOLE_HEARD_H

#include <stdbool.h>
#include <stddef.h>
#include <jansson.h>

/* One speed that was tried. */
struct line_trial {
    unsigned baud;              /* 0: the line has none */
    unsigned wakes;             /* line ends sent */
    size_t bytes, plain, high;  /* heard; text; over 0x7F */
    bool noise;
};

struct heard_item {
    char *text;
    bool banner;
};

struct heard {
    struct heard_item *items;
    size_t count, cap;
};

void heard_line(struct heard *h, const char *text, bool banner);
/* Only the first n stay: the rest was noise. */
void heard_cut(struct heard *h, size_t n);
void heard_free(struct heard *h);
/* A prompt came: what began before has come to its end. */
void heard_started(struct heard *h);
/* How often the same banner came since. */
unsigned heard_boots(const struct heard *h);
/* As line_look_text. */
char *heard_text(const struct heard *h, const char *last,
                 const struct line_trial *trials, size_t count,
                 json_t **boots);

#endif
