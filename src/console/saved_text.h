/* A saved file's bytes as the lines that the terminal showed. */
#ifndef CONSOLE_SAVED_TEXT_H
#define CONSOLE_SAVED_TEXT_H

#include "kiriwake/buf.h"
#include "kiriwake/saved.h"

#include "lead.h"
#include "line.h"
#include "pattern.h"

/* One finished line as UTF-8 that is safe to show. */
struct saved_line {
    const char *text;
    size_t len;
    bool ended;         /* a line end came; else the file ended */
    bool pager;         /* a pager stood on it, or right before it */
    bool only_pager;    /* and nothing else */
    bool last_page;     /* the pager said that this was the end */
    bool cut;           /* it was too long; the rest is lost */
};

struct saved_text {
    const struct console_profile *profile;
    struct saved_form form;
    struct lead *lead;              /* borrowed */
    struct pattern *pager, *pager_open, *erase;
    void (*take)(void *arg, const struct saved_line *line);
    void *arg;

    void *iconv;                    /* iconv_t of UTF-16, or NULL */
    char carry[8];                  /* a character that is not yet whole */
    size_t carried;
    struct buf raw;                 /* the line so far */
    bool raw_cut;
    struct line line;
    struct buf text;
    bool paged, last_page;          /* while a line is drawn */
    bool after_pager;               /* the line before was only a pager */
};

/* 0, or -1 and *e (65); saved_text_free releases it in either case. */
int saved_text_init(struct saved_text *t,
                    const struct console_profile *profile,
                    const struct saved_form *form, struct err *e);
void saved_text_free(struct saved_text *t);
void saved_text_feed(struct saved_text *t, const char *bytes, size_t len);
void saved_text_end(struct saved_text *t);

#endif
