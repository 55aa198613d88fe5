#include <string.h>

#include "lines.h"
#include "scan.h"

/* Beyond these PCRE2, with its own limits, takes over. */
#define STEPS_BASE 2000
#define STEPS_PER_BYTE 16
#define MAX_DEPTH 500

struct scanner {
    const char *start, *end;
    struct scan_span *spans;
    long steps;
    int depth;
    bool undecided;
};

static bool run(struct scanner *s, const struct scan_op *op, const char *p);

static inline bool in_set(const struct scan_op *op, const char *p)
{
    return op->table[(unsigned char)*p] & op->mask;
}

/* Runs what may fail without the caller failing. */
static bool try(struct scanner *s, const struct scan_op *op, const char *p)
{
    bool ok;

    if (--s->steps < 0 || s->depth > MAX_DEPTH) {
        s->undecided = true;
        return false;
    }
    s->depth++;
    ok = run(s, op, p);
    s->depth--;
    return ok;
}

/* The end of the longest run of the set from p. */
static inline const char *run_end(const struct scanner *s,
                                  const struct scan_op *op, const char *p)
{
    const char *end = s->end;

    if (op->max < (size_t)(end - p))
        end = p + op->max;
    if (op->all)
        return end;
    while (p < end && in_set(op, p))
        p++;
    return p;
}

/* From the longest run back to the shortest, where the rest may begin. */
static bool run_greedy(struct scanner *s, const struct scan_op *op,
                       const char *p)
{
    const char *low, *at = run_end(s, op, p);

    if ((size_t)(at - p) < op->min)
        return false;
    low = p + op->min;
    for (; at >= low; at--) {
        if (op->c) {
            at = lines_last(low, op->c, (size_t)(at - low) + (at < s->end));
            if (!at)
                return false;
        } else if (!scan_may_begin(&op->next->first, at, s->end))
            continue;
        if (try(s, op->next, at))
            return true;
        if (s->undecided)
            return false;
    }
    return false;
}

static bool run_lazy(struct scanner *s, const struct scan_op *op,
                     const char *p)
{
    const char *high = run_end(s, op, p), *at;

    if ((size_t)(high - p) < op->min)
        return false;
    for (at = p + op->min; at <= high; at++) {
        if (op->c) {
            at = memchr(at, op->c, (size_t)(high - at) + (high < s->end));
            if (!at)
                return false;
        } else if (!scan_may_begin(&op->next->first, at, s->end))
            continue;
        if (try(s, op->next, at))
            return true;
        if (s->undecided)
            return false;
    }
    return false;
}

static inline bool is_literal(const struct scanner *s,
                              const struct scan_op *op, const char *p)
{
    size_t left = (size_t)(s->end - p);
    uint64_t word;

    if (left < op->max)
        return false;
    if (left < 8)
        return memcmp(p, op->literal, op->max) == 0;
    memcpy(&word, p, sizeof word);
    return (word & op->word_mask) == op->word &&
           (op->max <= 8 || memcmp(p + 8, op->literal + 8, op->max - 8) == 0);
}

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || c == '_' ||
           ((c | 32) >= 'a' && (c | 32) <= 'z');
}

/* Python: an empty line has neither \b nor \B. */
static bool is_boundary(const struct scanner *s, const struct scan_op *op,
                        const char *p)
{
    bool before = p > s->start && is_word(p[-1]);
    bool after = p < s->end && is_word(*p);

    return s->start != s->end && (before != after) != op->negated;
}

static bool run_look(struct scanner *s, const struct scan_op *op,
                     const char *p)
{
    bool found = scan_may_begin(&op->branch->first, p, s->end) &&
                 try(s, op->branch, p);

    return !s->undecided && found != op->negated;
}

/* Sets one end of a capture, and takes it back when the rest fails. */
static bool run_capture(struct scanner *s, const struct scan_op *op,
                        const char *p)
{
    struct scan_span *span = &s->spans[op->min], saved = *span;

    if (op->code == SCAN_OPEN_MAYBE)
        span->open = p;
    else
        *span = (struct scan_span){span->open, p, span->open};
    if (try(s, op->next, p))
        return true;
    *span = saved;
    return false;
}

/* The way to go on, NULL when it is decided. Where only one is open it is
 * taken without coming back. */
static const struct scan_op *choose(struct scanner *s,
                                    const struct scan_op *op, const char *p,
                                    bool *matched)
{
    if (!scan_may_begin(&op->branch->first, p, s->end))
        return op->next;
    if (!scan_may_begin(&op->next->first, p, s->end))
        return op->branch;
    *matched = try(s, op->branch, p);
    return *matched || s->undecided ? NULL : op->next;
}

static bool run(struct scanner *s, const struct scan_op *op, const char *p)
{
    const char *at;
    bool matched = false;

    for (;;) {
        switch (op->code) {
        case SCAN_ACCEPT:
            return true;
        case SCAN_BAIL:
            s->undecided = true;
            return false;
        case SCAN_CHAR:
            if (p == s->end || *p != op->c)
                return false;
            p++;
            break;
        case SCAN_LITERAL:
            if (!is_literal(s, op, p))
                return false;
            p += op->max;
            break;
        case SCAN_SET:
            if (p == s->end || !in_set(op, p))
                return false;
            p++;
            break;
        case SCAN_RUN:
            at = run_end(s, op, p);
            if ((size_t)(at - p) < op->min)
                return false;
            p = at;
            break;
        case SCAN_TO_END:
            if ((size_t)(s->end - p) < op->min)
                return false;
            p = s->end;
            break;
        case SCAN_GREEDY:
            return run_greedy(s, op, p);
        case SCAN_LAZY:
            return run_lazy(s, op, p);
        case SCAN_BEGIN:
            if (p != s->start)
                return false;
            break;
        case SCAN_END:
            if (p != s->end)
                return false;
            break;
        case SCAN_BOUNDARY:
            if (!is_boundary(s, op, p))
                return false;
            break;
        case SCAN_BEFORE:
            if ((p > s->start && in_set(op, p - 1)) == op->negated)
                return false;
            break;
        case SCAN_OPEN:
            s->spans[op->min].open = p;
            break;
        case SCAN_CLOSE:
            s->spans[op->min].start = s->spans[op->min].open;
            s->spans[op->min].end = p;
            break;
        case SCAN_OPEN_MAYBE:
        case SCAN_CLOSE_MAYBE:
            return run_capture(s, op, p);
        case SCAN_LOOK:
            if (!run_look(s, op, p))
                return false;
            break;
        case SCAN_ALT:
            op = choose(s, op, p, &matched);
            if (!op)
                return matched;
            continue;
        }
        op = op->next;
    }
}

int scan_run(const struct scan_op *op, const char *text, size_t len,
             struct scan_span *spans)
{
    struct scanner s = {.start = text, .end = text + len, .spans = spans,
                        .steps = STEPS_BASE + (long)len * STEPS_PER_BYTE};
    bool matched = run(&s, op, text);

    return s.undecided ? -1 : matched;
}
