#include "matcher.h"

#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"

/* JIT code costs some 30 plain matches to make: after this many tries, or
 * this many steps in one. */
#define JIT_AFTER 8
#define JIT_STEPS 20000u
#define STACK_MAX (8u << 20)
#define HEAP_MAX_KIB (256u << 10)
/* Some seconds. It grows with a line, so that its length alone is no error,
 * and its cost stays within a multiple of it. */
#define LIMIT_BASE 400000000u
/*
 * JIT code does not count all its steps. On a long line each may read much,
 * so there the interpreter has to do, which counts them.
 */
#define LONG_LINE 4096
#define LIMIT_LONG 20000000u
#define LIMIT_PER_BYTE 4u
#define LIMIT_MAX 2000000000u

void matcher_tools_init(struct matcher_tools *t, struct arena *arena)
{
    memset(t, 0, offsetof(struct matcher_tools, scanner.undo));
    t->arena = arena;
    t->limit = LIMIT_BASE;
    t->jit_after = JIT_AFTER_TRIES;
}

static void prepare_pcre2(struct matcher_tools *t)
{
    if (t->data)
        return;
    t->compile = pcre2_compile_context_create(NULL);
    t->match = pcre2_match_context_create(NULL);
    t->data = pcre2_match_data_create(t->groups + 1, NULL);
    pcre2_set_newline(t->compile, PCRE2_NEWLINE_LF);
    pcre2_set_parens_nest_limit(t->compile, 1000);
    pcre2_set_heap_limit(t->match, HEAP_MAX_KIB);
}

void matcher_tools_free(struct matcher_tools *t)
{
    free(t->spans);
    scanner_free(&t->scanner);
    jit_free(&t->jit);
    if (!t->data)           /* PCRE2 was never needed: nor are its pages */
        return;
    pcre2_match_data_free(t->data);
    pcre2_match_context_free(t->match);
    pcre2_compile_context_free(t->compile);
    pcre2_jit_stack_free(t->stack);
}

static void reserve_spans(struct matcher_tools *t, uint32_t groups)
{
    if (t->spans && groups <= t->groups)
        return;
    t->groups = groups > 15 ? groups : 15;
    free(t->spans);
    t->spans = mem_zalloc((t->groups + 1) * sizeof *t->spans);
    t->scanner.spans = t->spans;
}

void matcher_prepare(struct matcher *m, struct matcher_tools *t,
                     struct re *re, const char *regex, size_t len)
{
    uint32_t n = 0;

    m->regex = regex;
    m->len = len;
    m->groups = re_number_groups(re);
    m->captured = arena_alloc(t->arena, m->groups * sizeof *m->captured);
    for (uint32_t i = 1; i < re->count; i++)
        if (re->groups[i].index)
            m->captured[n++] = i;
    reserve_spans(t, m->groups);
    m->scan = scan_build(re, t->arena, &t->tables, &m->maybe);
}

void matcher_free(struct matcher *m)
{
    if (m->ascii.code)
        pcre2_code_free(m->ascii.code);
    if (m->utf8.code)
        pcre2_code_free(m->utf8.code);
}

static int fail(struct err *e, int status, int code)
{
    PCRE2_UCHAR message[160];

    pcre2_get_error_message(code, message, sizeof message);
    return err_set(e, status, _("PCRE2 cannot do this pattern: %s"),
                   (char *)message);
}

/* It was parsed before, so it cannot fail. */
static void write_pattern(const struct matcher *m, bool ascii,
                          struct buf *out)
{
    struct arena arena = {0};
    struct re_error none;
    struct re re;

    if (re_parse(&re, &arena, m->regex, m->len, &none) == 0) {
        for (uint32_t i = 0; i < m->groups; i++)
            re.groups[m->captured[i]].wanted = true;
        re_number_groups(&re);
        re_write(&re, ascii, out);
    }
    arena_free(&arena);
}

static int compile(struct matcher *m, struct matcher_code *c,
                   const struct matcher_tools *t, struct err *e)
{
    bool ascii = c == &m->ascii;
    uint32_t options = PCRE2_ANCHORED | PCRE2_DOTALL;
    struct buf pattern = {0};
    size_t at;
    int code;

    if (!ascii)
        options |= PCRE2_UTF | PCRE2_UCP | PCRE2_NO_UTF_CHECK;
    write_pattern(m, ascii, &pattern);
    c->code = pcre2_compile((PCRE2_SPTR)buf_str(&pattern), pattern.len,
                            options, &code, &at, t->compile);
    buf_free(&pattern);
    return c->code ? 0 : fail(e, EXIT_DATA, code);
}

static void set_limit(struct matcher_tools *t, size_t len, bool jit)
{
    size_t limit = jit ? t->limit : JIT_STEPS;

    if (len > LONG_LINE) {
        limit = t->limit < LIMIT_LONG ? t->limit : LIMIT_LONG;
        limit += len < LIMIT_MAX / LIMIT_PER_BYTE ? len * LIMIT_PER_BYTE
                                                  : LIMIT_MAX;
    }
    pcre2_set_match_limit(t->match, (uint32_t)limit);
}

static void compile_jit(struct matcher_code *c)
{
    c->jit = c->jit || pcre2_jit_compile(c->code, PCRE2_JIT_COMPLETE) == 0;
}

/* Deep recursion of JIT code needs a stack; few patterns do it. */
static int match_jit(const struct matcher_code *c, struct matcher_tools *t,
                     const char *text, size_t len)
{
    int n = pcre2_jit_match(c->code, (PCRE2_SPTR)text, len, 0, 0, t->data,
                            t->match);

    if (n != PCRE2_ERROR_JIT_STACKLIMIT || t->stack)
        return n;
    t->stack = pcre2_jit_stack_create(64 << 10, STACK_MAX, NULL);
    pcre2_jit_stack_assign(t->match, NULL, t->stack);
    return pcre2_jit_match(c->code, (PCRE2_SPTR)text, len, 0, 0, t->data,
                           t->match);
}

static int match_plain(const struct matcher_code *c, struct matcher_tools *t,
                       const char *text, size_t len)
{
    return pcre2_match(c->code, (PCRE2_SPTR)text, len, 0,
                       PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, t->data, t->match);
}

static int match(struct matcher_code *c, struct matcher_tools *t,
                 const char *text, size_t len)
{
    int n = PCRE2_ERROR_MATCHLIMIT;
    bool plain = !c->jit || len > LONG_LINE;

    set_limit(t, len, !plain);
    if (plain)
        n = match_plain(c, t, text, len);
    if (n != PCRE2_ERROR_MATCHLIMIT || len > LONG_LINE)
        return n;
    compile_jit(c);
    set_limit(t, len, true);
    n = c->jit ? match_jit(c, t, text, len) : PCRE2_ERROR_JIT_STACKLIMIT;
    return n == PCRE2_ERROR_JIT_STACKLIMIT ? match_plain(c, t, text, len) : n;
}

static int report(struct err *e, int code)
{
    switch (code) {
    case PCRE2_ERROR_MATCHLIMIT:
    case PCRE2_ERROR_DEPTHLIMIT:
    case PCRE2_ERROR_HEAPLIMIT:
    case PCRE2_ERROR_JIT_STACKLIMIT:
        return err_set(e, EXIT_OPEN, _("the pattern needs more steps than "
                                       "the match limit allows"));
    default:
        return fail(e, EXIT_OPEN, code);
    }
}

static void take_spans(const struct matcher *m, struct matcher_tools *t,
                       const char *text)
{
    const PCRE2_SIZE *v = pcre2_get_ovector_pointer(t->data);

    for (uint32_t i = 1; i <= m->groups; i++) {
        bool set = v[2 * i] != PCRE2_UNSET;

        t->spans[i].start = set ? text + v[2 * i] : NULL;
        t->spans[i].end = set ? text + v[2 * i + 1] : NULL;
    }
}

int matcher_try_pcre2(struct matcher *m, struct matcher_tools *t,
                      const struct line *line, struct err *e)
{
    struct matcher_code *c = line->ascii ? &m->ascii : &m->utf8;
    int n;

    prepare_pcre2(t);
    if (!c->code && compile(m, c, t, e) < 0)
        return -1;
    if (++c->tries == JIT_AFTER)
        compile_jit(c);
    n = match(c, t, line->text, line->len);
    if (n < 0)
        return n == PCRE2_ERROR_NOMATCH ? 0 : report(e, n);
    take_spans(m, t, line->text);
    return 1;
}

int matcher_try_undecided(struct matcher *m, struct matcher_tools *t,
                          const struct line *line, struct err *e)
{
    int rc;

    t->scanner.depth = 0;
    rc = scan_undecided(&t->scanner, m->scan);
    return rc < 0 ? matcher_try_pcre2(m, t, line, e) : rc;
}
