#include "run.h"

#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"
#include "kiriwake/text.h"
#include "lines.h"

/* How much of a line an error shows. */
#define SHOWN 120

static int fail_line(const struct textfsm_run *run, const struct rule *rule,
                     const struct line *line, const char *what,
                     struct err *e)
{
    struct buf shown = {0};
    size_t len = line->len < SHOWN ? line->len : SHOWN;

    while (len < line->len && len &&
           ((unsigned char)line->text[len] & 0xC0) == 0x80)
        len--;
    text_add_safe(&shown, line->text, len);
    err_set(e, EXIT_OPEN, _("%s:%u: %s (line %zu of the text: %s%s)"),
            run->t->name, rule->line, what, (size_t)run->target.line,
            buf_str(&shown), len < line->len ? "…" : "");
    buf_free(&shown);
    return -1;
}

static int fail_action(const struct textfsm_run *run, const struct rule *rule,
                       const struct line *line, struct err *e)
{
    char *what = rule->target ? mem_printf(_("Error: %s"), rule->target)
                              : mem_strdup(_("Error"));

    fail_line(run, rule, line, what, e);
    free(what);
    return -1;
}

static int fail_match(const struct textfsm_run *run, const struct rule *rule,
                      const struct line *line, struct err *e)
{
    char *what = mem_strdup(e->what);
    int status = e->status;

    fail_line(run, rule, line, what, e);
    e->status = status;
    free(what);
    return -1;
}

/* Where a group took no part, both ends of its span are NULL. */
static inline void assign(struct textfsm_run *run, const struct rule *rule)
{
    const struct scan_span *spans = run->t->tools.spans;
    const struct capture *c = rule->captures, *end = c + rule->capture_count;
    struct cell *now = run->record.now;
    uint32_t at = run->target.line;

    if (c == end)
        return;
    record_touch(&run->record, at);
    for (; c < end; c++) {
        const struct scan_span *span = &spans[c->group];

        now[c->value] = (struct cell){
            span->start, (uint32_t)(span->end - span->start), at};
        if (!rule->plain)
            record_assign_options(&run->record, c->value);
    }
}

static int record_op(struct textfsm_run *run, const struct rule *rule,
                     struct err *e)
{
    if (rule->record_op == RECORD_RECORD)
        return record_append(&run->record, e);
    if (rule->record_op != RECORD_NONE)
        record_clear(&run->record, rule->record_op == RECORD_CLEARALL);
    return 0;
}

/* What a rule does beside setting values: 0 when the next rule is to be
 * tried, 1 when the line is done. */
static __attribute__((noinline)) int
act_more(struct textfsm_run *run, const struct rule *rule,
         const struct line *line, struct err *e)
{
    if (record_op(run, rule, e) < 0)
        return fail_match(run, rule, line, e);
    /* A List's elements are lines to the scanner as well. */
    if (rule->line_op == LINE_CONTINUE && run->record.lists)
        matcher_start(&run->t->tools, line);
    if (rule->line_op == LINE_ERROR)
        return fail_action(run, rule, line, e);
    if (rule->line_op == LINE_CONTINUE)
        return 0;
    if (rule->next)
        run->state = rule->next;
    return 1;
}

/* The rule matched. */
static inline int act(struct textfsm_run *run, const struct rule *rule,
                      const struct line *line, struct err *e)
{
    assign(run, rule);
    return rule->quiet ? 1 : act_more(run, rule, line, e);
}

/* Tries one rule: 1 when the line is done, 0 when the next rule is to be
 * tried. */
static inline int do_rule(struct textfsm_run *run, struct rule *rule,
                          const struct line *line, struct err *e)
{
    int rc = matcher_try(&rule->matcher, &run->t->tools, line, e);

    if (rc < 0)
        return fail_match(run, rule, line, e);
    return rc ? act(run, rule, line, e) : 0;
}

static void make_block(struct textfsm *t, struct dispatch *d,
                       struct rule *rules, size_t count)
{
    const struct scan_op *ops[DISPATCH_RULES];

    for (size_t i = 0; i < count; i++)
        ops[i] = rules[i].matcher.scan;
    dispatch_fill(d, ops, count);
    d->run = NULL;
    d->rules = rules;
    d->count = count;
    d->tries = 0;
    d->most = t->tools.jit_after;
}

static void make_dispatch(struct textfsm *t, struct state *s)
{
    size_t blocks = (s->count + DISPATCH_RULES - 1) / DISPATCH_RULES;

    s->blocks = blocks;
    s->dispatch = arena_alloc(&t->arena, (blocks + !blocks) *
                                             sizeof *s->dispatch);
    for (size_t from = 0; from < s->count; from += DISPATCH_RULES) {
        struct dispatch *d = &s->dispatch[from / DISPATCH_RULES];
        size_t left = s->count - from;

        make_block(t, d, s->rules + from,
                   left < DISPATCH_RULES ? left : DISPATCH_RULES);
        d->whole = blocks == 1;
    }
}

/* A rule without machine code was tried. */
static void count_try(struct textfsm *t, struct dispatch *d,
                      struct rule *rule)
{
    rule->matcher.tried = true;
    if (++d->tries != d->most)
        return;
    jit_compile(t, d);
    for (size_t i = 0; i < d->count; i++)
        d->rules[i].matcher.coded = d->rules[i].matcher.tried;
    d->tries = 0;
    d->most *= 2;
}

static int do_counted(struct textfsm_run *run, struct dispatch *d,
                      struct rule *rule, const struct line *line,
                      struct err *e)
{
    int rc = do_rule(run, rule, line, e);

    if (!rule->matcher.coded)
        count_try(run->t, d, rule);
    return rc;
}

/* The rules whose bits are set, one after the other. */
static int do_rules(struct textfsm_run *run, struct dispatch *d,
                    uint64_t rules, const struct line *line,
                    const char *black, struct err *e)
{
    for (; rules; rules &= rules - 1) {
        struct rule *rule = d->rules + __builtin_ctzll(rules);
        int rc;

        if (!scan_literal_fits(rule->matcher.scan, line->text, black))
            continue;
        rc = do_counted(run, d, rule, line, e);
        if (rc)
            return rc;
    }
    return 0;
}

static int do_undecided(struct textfsm_run *run, struct rule *rule,
                        const struct line *line, struct err *e)
{
    int rc = matcher_try_undecided(&rule->matcher, &run->t->tools, line, e);

    if (rc < 0)
        return fail_match(run, rule, line, e);
    return rc ? act(run, rule, line, e) : 0;
}

/* What machine code leaves to be done for a rule. */
static int do_rest(struct textfsm_run *run, struct dispatch *d, uint64_t what,
                   struct err *e)
{
    const struct scanner *s = &run->t->tools.scanner;
    const struct line line = {.text = s->start, .ascii = true,
                              .len = (size_t)(s->end - s->start)};
    struct rule *rule = d->rules + (what >> 8);

    switch ((enum jit_exit)(what & 0xFF)) {
    case JIT_TO:
        run->state = rule->next;
        return 1;
    case JIT_SET:
        return act_more(run, rule, &line, e);
    case JIT_MATCHED:
        return act(run, rule, &line, e);
    case JIT_UNDECIDED:
        return do_undecided(run, rule, &line, e);
    default:
        return do_counted(run, d, rule, &line, e);
    }
}

/* By machine code: the scanner's line, if there are rules to be tried on it,
 * and, where these are all of the state's rules, those that follow; until
 * the state is another, or a line is not for machine code. */
static int do_coded(struct textfsm_run *run, struct dispatch *d,
                    uint64_t rules, struct err *e)
{
    const struct state *state = run->state;
    int rc;

    do {
        struct jit_result r = d->run(&run->t->tools.scanner, rules,
                                     &run->target);
        enum jit_exit how = (enum jit_exit)(r.what & 0xFF);

        if (how <= JIT_LINE)
            return how == JIT_DONE;
        rc = do_rest(run, d, r.what, e);
        rules = rc ? 0 : r.rules;
    } while (rc >= 0 && run->state == state && (rules || d->whole));
    return rc;
}

static inline int do_block(struct textfsm_run *run, struct dispatch *d,
                           const struct line *line, struct err *e)
{
    const char *black = scan_black(&run->t->tools.scanner);
    const char *end = line->text + line->len;
    unsigned first = line->len ? (unsigned char)*line->text : DISPATCH_NONE;
    unsigned lead = black < end ? (unsigned char)*black : DISPATCH_NONE;
    uint64_t rules = dispatch_find(d, first, lead);

    if (!rules)
        return 0;
    if (d->run && line->len < JIT_LONG_LINE)
        return do_coded(run, d, rules, e);
    return do_rules(run, d, rules, line, black, e);
}

static __attribute__((noinline)) int
do_blocks(struct textfsm_run *run, const struct line *line, struct err *e)
{
    struct state *s = run->state;
    int rc = 0;

    if (!s->dispatch)
        make_dispatch(run->t, s);
    for (size_t i = 0; i < s->blocks && !rc; i++)
        rc = do_block(run, &s->dispatch[i], line, e);
    return rc;
}

static inline int do_ascii(struct textfsm_run *run, const struct line *line,
                           struct err *e)
{
    struct state *s = run->state;
    int rc = s->blocks == 1         /* it has dispatch, and few rules */
                 ? do_block(run, s->dispatch, line, e)
                 : do_blocks(run, line, e);

    return rc < 0 ? -1 : 0;
}

static int do_line(struct textfsm_run *run, const struct line *line,
                   struct err *e)
{
    struct state *s = run->state;
    int rc = 0;

    if (line->ascii && !run->t->tools.no_scan) {
        matcher_start(&run->t->tools, line);
        return do_ascii(run, line, e);
    }
    for (size_t i = 0; i < s->count && !rc; i++)
        rc = do_rule(run, &s->rules[i], line, e);
    return rc < 0 ? -1 : 0;
}

static inline bool is_over(const struct textfsm_run *run)
{
    return run->state == &run->t->end || run->state == &run->t->eof;
}

static int fail_utf8(const struct textfsm_run *run, struct err *e)
{
    return err_set(e, EXIT_OPEN, _("line %zu of the text is not UTF-8"),
                   (size_t)run->target.line);
}

static int check_line(const struct textfsm_run *run, const struct line *line,
                      struct err *e)
{
    if (!line->ascii && !text_is_utf8(line->text, line->len))
        return fail_utf8(run, e);
    if (line->len > CELL_MAX)
        return err_set(e, EXIT_OPEN, _("line %zu of the text is too long"),
                       (size_t)run->target.line);
    return 0;
}

/* As many lines as machine code does; -1 on errors. */
static inline int do_coded_lines(struct textfsm_run *run, struct err *e)
{
    const struct state *s;

    do {
        s = run->state;
        if (s->blocks != 1 || !s->dispatch->run)
            return 0;
        if (do_coded(run, s->dispatch, 0, e) < 0)
            return -1;
    } while (run->state != s);
    return 0;
}

static bool next_line(struct textfsm_run *run, struct lines *l,
                      struct line *line)
{
    if (run->target.at >= run->target.end)
        return false;
    l->at = run->target.at;
    if (!l->next(l, line))
        return false;
    run->target.at = l->at;
    run->target.line++;
    return true;
}

/* Whole lines, LINES_PAD bytes behind them, the first of them no printable
 * character; their text is needed until record_hold(). What comes after the
 * end is still to be UTF-8. */
static int do_lines(struct textfsm_run *run, const char *text, size_t len,
                    struct err *e)
{
    struct lines l = lines_of(text, len);
    struct line line;

    run->target.at = text;
    run->target.end = text + len;
    for (;;) {
        if (do_coded_lines(run, e) < 0)
            return -1;
        if (!next_line(run, &l, &line))
            return 0;
        if ((!line.ascii || line.len > CELL_MAX) &&
            check_line(run, &line, e) < 0)
            return -1;
        if (!is_over(run) && do_line(run, &line, e) < 0)
            return -1;
    }
}

static void start(struct textfsm_run *run, struct textfsm *t)
{
    *run = (struct textfsm_run){.t = t, .state = t->start};
    record_init(&run->record, t);
    run->target.now = run->record.now;
    run->target.span = &run->record.span;
    run->target.slots = run->record.slots;
    run->target.rows = run->record.rows;
}

static void release(struct textfsm_run *run)
{
    record_free(&run->record);
    buf_free(&run->pending);
}

static void abandon(struct textfsm_run *run)
{
    textfsm_rows_free(run->record.rows);
    release(run);
}

/* The last lines, the implicit record at the end, and the rows. */
static struct textfsm_rows *finish(struct textfsm_run *run, const char *text,
                                   size_t len, struct err *e)
{
    struct textfsm_rows *rows = run->record.rows;
    int rc = do_lines(run, text, len, e);

    if (rc == 0 && run->state != &run->t->end && !run->t->has_eof)
        rc = record_append(&run->record, e);
    if (rc == 0 && !len)
        rows_settle(rows);
    if (rc < 0) {
        abandon(run);
        return NULL;
    }
    release(run);
    return rows;
}

/* Short texts are kept whole, with the rows that point into them; of long
 * ones only what stands in rows. */
#define WHOLE_MAX (1u << 18)

static struct textfsm_rows *parse_whole(struct textfsm_run *run,
                                        const char *text, size_t len,
                                        struct err *e)
{
    return finish(run, arena_string(&run->record.rows->arena, text, len), len,
                  e);
}

struct textfsm_rows *textfsm_parse(struct textfsm *t, const char *text,
                                   size_t len, struct err *e)
{
    struct textfsm_run run, *pieces;

    if (len <= WHOLE_MAX) {
        start(&run, t);
        return parse_whole(&run, text, len, e);
    }
    pieces = textfsm_run_new(t);
    for (size_t at = 0, n; at < len; at += n) {
        n = len - at < WHOLE_MAX ? len - at : WHOLE_MAX;
        if (textfsm_run_feed(pieces, text + at, n, e) < 0) {
            textfsm_run_abandon(pieces);
            return NULL;
        }
    }
    return textfsm_run_finish(pieces, e);
}

struct textfsm_run *textfsm_run_new(struct textfsm *t)
{
    struct textfsm_run *run = mem_alloc(sizeof *run);

    start(run, t);
    return run;
}

/* The lines of what is pending up to len. */
static int do_pending(struct textfsm_run *run, size_t len, struct err *e)
{
    static const char pad[LINES_PAD];
    const char *text;
    int rc;

    buf_add(&run->pending, pad, sizeof pad);
    run->pending.len -= sizeof pad;
    text = run->pending.data;
    rc = do_lines(run, text, len, e);
    if (rc == 0)
        record_hold(&run->record, text, text + len);
    buf_drop(&run->pending, len);
    return rc;
}

int textfsm_run_feed(struct textfsm_run *run, const char *text, size_t len,
                     struct err *e)
{
    size_t whole, from = run->searched > 4 ? run->searched - 4 : 0;
    int rc = 0;

    buf_add(&run->pending, text, len);
    whole = lines_complete(run->pending.data + from, run->pending.len - from);
    if (whole)
        rc = do_pending(run, from + whole, e);
    run->searched = run->pending.len;
    return rc;
}

struct textfsm_rows *textfsm_run_finish(struct textfsm_run *run,
                                        struct err *e)
{
    struct textfsm_rows *rows = NULL;

    if (do_pending(run, run->pending.len, e) == 0)
        rows = finish(run, "", 0, e);
    else
        abandon(run);
    free(run);
    return rows;
}

void textfsm_run_abandon(struct textfsm_run *run)
{
    if (!run)
        return;
    abandon(run);
    free(run);
}
