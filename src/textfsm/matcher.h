/* One regular expression at work: PCRE2 code made when it is first needed. */
#ifndef KIRIWAKE_TEXTFSM_MATCHER_H
#define KIRIWAKE_TEXTFSM_MATCHER_H

#include <pcre2.h>
#include <stdbool.h>
#include <stddef.h>

#include "kiriwake/err.h"
#include "lines.h"
#include "re.h"
#include "jit.h"
#include "scan.h"

/* What all matchers of a template share. PCRE2's are made when first used. */
struct matcher_tools {
    struct arena *arena;          /* for the scanner's programs */
    struct scan_tables tables;
    struct scan_span *spans;      /* the groups of the last match */
    struct jit jit;
    unsigned jit_after;           /* tries; for tests: 1, or 0: never */
    uint32_t groups;              /* the most that a pattern has */
    bool no_scan;                 /* for tests: PCRE2 decides everything */
    uint32_t limit;               /* steps for PCRE2; more for long lines */
    pcre2_compile_context *compile;
    pcre2_match_context *match;
    pcre2_match_data *data;
    pcre2_jit_stack *stack;
    struct scanner scanner;       /* the last: its end need not be cleared */
};

void matcher_tools_init(struct matcher_tools *t, struct arena *arena);
void matcher_tools_free(struct matcher_tools *t);

struct matcher_code {
    pcre2_code *code;
    unsigned tries;
    bool jit;
};

struct matcher {
    const char *regex;            /* parsed again should PCRE2 need it */
    size_t len;
    uint32_t *captured;           /* numbers of the groups, in order */
    const struct scan_op *scan;
    uint32_t groups;              /* captured */
    bool maybe;                   /* some of them need not take part */
    bool tried;
    bool coded;                   /* it was when machine code was made */
    struct matcher_code ascii, utf8;
};

/* Numbers re's wanted groups and makes the scanner's program; re may go
 * then, the text it was parsed from must stay. */
void matcher_prepare(struct matcher *m, struct matcher_tools *t,
                     struct re *re, const char *regex, size_t len);
/* The line of the tries that follow. */
static inline void matcher_start(struct matcher_tools *t,
                                 const struct line *line)
{
    scan_start(&t->scanner, line);
}
/* What PCRE2 says, where the scanner says nothing. */
int matcher_try_pcre2(struct matcher *m, struct matcher_tools *t,
                      const struct line *line, struct err *e);
/* 1: it matches at the start of the line, the captures are in t->spans;
 * 0: not; -1: *e is set without the place. */
static inline int matcher_try(struct matcher *m, struct matcher_tools *t,
                              const struct line *line, struct err *e)
{
    int rc = -1;

    if (line->ascii && !t->no_scan) {
        for (uint32_t i = 1; m->maybe && i <= m->groups; i++)
            t->spans[i].start = t->spans[i].end = NULL;
        rc = scan_run(&t->scanner, m->scan);
    }
    return rc < 0 ? matcher_try_pcre2(m, t, line, e) : rc;
}
/* The same where the scanner's program could not decide. */
int matcher_try_undecided(struct matcher *m, struct matcher_tools *t,
                          const struct line *line, struct err *e);
void matcher_free(struct matcher *m);

#endif
