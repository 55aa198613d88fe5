/* One regular expression at work: PCRE2 code made when it is first needed. */
#ifndef KIRIWAKE_TEXTFSM_MATCHER_H
#define KIRIWAKE_TEXTFSM_MATCHER_H

#include <pcre2.h>
#include <stdbool.h>
#include <stddef.h>

#include "kiriwake/err.h"
#include "re.h"
#include "scan.h"

/* What all matchers of a template share. PCRE2's are made when first used. */
struct matcher_tools {
    struct arena arena;
    struct scan_tables tables;
    struct scan_span *spans;      /* the groups of the last match */
    uint32_t groups;              /* the most that a pattern has */
    pcre2_compile_context *compile;
    pcre2_match_context *match;
    pcre2_match_data *data;
    pcre2_jit_stack *stack;
};

void matcher_tools_init(struct matcher_tools *t);
void matcher_tools_free(struct matcher_tools *t);

struct matcher_code {
    pcre2_code *code;
    unsigned tries;
    bool jit;
};

struct matcher {
    struct re re;
    const struct scan_op *scan;
    uint32_t groups;              /* captured */
    struct matcher_code ascii, utf8;
};

/* Numbers the wanted groups; before the first try. */
void matcher_prepare(struct matcher *m, struct matcher_tools *t);
/* The scanner's program, of which some parts say what may stand first. */
const struct scan_op *matcher_scan(struct matcher *m,
                                   struct matcher_tools *t);
/* 1: it matches at the start of the text, the captures are in t->spans;
 * 0: not; -1: *e is set without the place. */
int matcher_try(struct matcher *m, struct matcher_tools *t, const char *text,
                size_t len, bool ascii, struct err *e);
void matcher_free(struct matcher *m);

#endif
