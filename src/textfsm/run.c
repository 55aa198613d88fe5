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
            run->t->name, rule->line, what, run->line, buf_str(&shown),
            len < line->len ? "…" : "");
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

static void assign(struct textfsm_run *run, const struct rule *rule)
{
    const struct scan_span *spans = run->t->tools.spans;

    for (uint32_t i = 0; i < rule->capture_count; i++) {
        const struct capture *c = &rule->captures[i];
        const struct scan_span *span = &spans[c->group];

        record_assign(&run->record, c->value, span->start,
                      span->start ? (size_t)(span->end - span->start) : 0,
                      (uint32_t)run->line);
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

/* The rule matched: 1 when the next rule is to be tried, 0 when the line is
 * done. */
static int act(struct textfsm_run *run, const struct rule *rule,
               const struct line *line, struct err *e)
{
    assign(run, rule);
    if (record_op(run, rule, e) < 0)
        return fail_match(run, rule, line, e);
    if (rule->line_op == LINE_ERROR)
        return fail_action(run, rule, line, e);
    if (rule->line_op == LINE_CONTINUE)
        return 1;
    if (rule->next)
        run->state = rule->next;
    return 0;
}

static int do_line(struct textfsm_run *run, const struct line *line,
                   struct err *e)
{
    const struct state *s = run->state;
    int rc;

    for (size_t i = 0; i < s->count; i++) {
        struct rule *rule = &s->rules[i];

        rc = matcher_try(&rule->matcher, &run->t->tools, line->text,
                         line->len, line->ascii, e);
        if (rc < 0)
            return fail_match(run, rule, line, e);
        if (rc > 0) {
            rc = act(run, rule, line, e);
            if (rc <= 0)
                return rc;
        }
    }
    return 0;
}

static bool is_over(const struct textfsm_run *run)
{
    return run->state == &run->t->end || run->state == &run->t->eof;
}

static int fail_utf8(const struct textfsm_run *run, const char *text,
                     size_t len, struct err *e)
{
    struct lines l = {text, text + len, {false, false}};
    struct line line;
    size_t n = run->line;

    do
        n++;
    while (lines_next(&l, &line) && text_is_utf8(line.text, line.len));
    return err_set(e, EXIT_OPEN, _("line %zu of the text is not UTF-8"), n);
}

/* Whole lines; their text is needed until record_hold(). */
static int do_lines(struct textfsm_run *run, const char *text, size_t len,
                    struct err *e)
{
    struct lines l = {text, text + len, lines_kind_of(text, len)};
    struct line line;

    if (!l.kind.ascii && !text_is_utf8(text, len))
        return fail_utf8(run, text, len, e);
    while (!is_over(run) && lines_next(&l, &line)) {
        run->line++;
        if (line.len > CELL_MAX)
            return err_set(e, EXIT_OPEN,
                           _("line %zu of the text is too long"), run->line);
        if (do_line(run, &line, e) < 0)
            return -1;
    }
    return 0;
}

static struct textfsm_rows *rows_new(const struct textfsm *t)
{
    struct textfsm_rows *rows = mem_zalloc(sizeof *rows);

    rows->template = t;
    rows->width = t->value_count;
    return rows;
}

static void start(struct textfsm_run *run, struct textfsm *t)
{
    *run = (struct textfsm_run){.t = t, .state = t->start};
    record_init(&run->record, t, rows_new(t));
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
    if (rc < 0) {
        abandon(run);
        return NULL;
    }
    release(run);
    return rows;
}

struct textfsm_rows *textfsm_parse(struct textfsm *t, const char *text,
                                   size_t len, struct err *e)
{
    struct textfsm_run run;

    start(&run, t);
    return finish(&run, text, len, e);
}

struct textfsm_run *textfsm_run_new(struct textfsm *t)
{
    struct textfsm_run *run = mem_alloc(sizeof *run);

    start(run, t);
    return run;
}

int textfsm_run_feed(struct textfsm_run *run, const char *text, size_t len,
                     struct err *e)
{
    size_t whole, from = run->searched > 4 ? run->searched - 4 : 0;

    buf_add(&run->pending, text, len);
    whole = lines_complete(run->pending.data + from, run->pending.len - from);
    if (!whole) {
        run->searched = run->pending.len;
        return 0;
    }
    whole += from;
    if (do_lines(run, run->pending.data, whole, e) < 0)
        return -1;
    record_hold(&run->record);
    buf_drop(&run->pending, whole);
    run->searched = run->pending.len;
    return 0;
}

struct textfsm_rows *textfsm_run_finish(struct textfsm_run *run,
                                        struct err *e)
{
    struct textfsm_rows *rows;

    rows = finish(run, buf_str(&run->pending), run->pending.len, e);
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
