/* One regular expression at work: PCRE2 code made when it is first needed. */
#ifndef KIRIWAKE_TEXTFSM_MATCHER_H
#define KIRIWAKE_TEXTFSM_MATCHER_H

#include <pcre2.h>
#include <stdbool.h>
#include <stddef.h>

#include "kiriwake/err.h"
#include "re.h"

/* What all matchers of a template share. */
struct matcher_tools {
    pcre2_compile_context *compile;
    pcre2_match_context *match;
    pcre2_match_data *data;
    pcre2_jit_stack *stack;
};

void matcher_tools_init(struct matcher_tools *t);
/* Room for the captures of a pattern with this many groups. */
void matcher_tools_reserve(struct matcher_tools *t, uint32_t groups);
void matcher_tools_free(struct matcher_tools *t);

struct matcher_code {
    pcre2_code *code;
    unsigned tries;
    bool jit;
};

struct matcher {
    struct re re;
    struct matcher_code ascii, utf8;
};

/* 1: it matches at the start of the text, the captures are in
 * matcher_span(); 0: not; -1: *e is set without the place. */
int matcher_try(struct matcher *m, struct matcher_tools *t, const char *text,
                size_t len, bool ascii, struct err *e);
/* The span of a group of the last match; false when it took no part. */
bool matcher_span(const struct matcher_tools *t, uint32_t index,
                  size_t *start, size_t *end);
void matcher_free(struct matcher *m);

#endif
