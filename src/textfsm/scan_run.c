#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "lines.h"
#include "scan.h"
#include "scan_wide.h"

void scan_take_back(struct scanner *s, unsigned notes)
{
    while (s->undos > notes) {
        const struct scan_undo *u = &s->undo[--s->undos];

        s->spans[u->group] = u->span;
    }
}

static size_t memo_place(const struct scanner *s, const struct scan_op *op,
                         const char *p)
{
    return op->id * (size_t)(s->end - s->start + 1) + (size_t)(p - s->start);
}

static bool memo_failed(const struct scanner *s, const struct scan_op *op,
                        const char *p)
{
    size_t at = memo_place(s, op, p);

    return at < SCAN_MEMO_BITS && s->memo[at / 64] >> (at & 63) & 1;
}

/* What failed at a place once fails there always: it depends on nothing
 * that came before. */
static void memo_fail(struct scanner *s, const struct scan_op *op,
                      const char *p)
{
    size_t at = memo_place(s, op, p);

    if (at < SCAN_MEMO_BITS && !s->undecided)
        s->memo[at / 64] |= 1ull << (at & 63);
}

static inline bool try_plain(struct scanner *s, const struct scan_op *op,
                             const char *p)
{
    unsigned notes = s->undos;
    bool ok;

    s->depth++;
    ok = scan_from(s, op, p);
    s->depth--;
    if (!ok && s->undos > notes)
        scan_take_back(s, notes);
    return ok;
}

static __attribute__((noinline)) bool
try_memo(struct scanner *s, const struct scan_op *op, const char *p)
{
    if (memo_failed(s, op, p))
        return false;
    if (try_plain(s, op, p))
        return true;
    memo_fail(s, op, p);
    return false;
}

/* Runs what may fail without the caller failing. */
static inline bool try(struct scanner *s, const struct scan_op *op,
                       const char *p)
{
    if (--s->steps < 0 || s->depth > SCAN_MAX_DEPTH) {
        s->undecided = true;
        return false;
    }
    return s->memo ? try_memo(s, op, p) : try_plain(s, op, p);
}

/* Notes a capture before it changes, if it may have to be taken back. */
static bool note(struct scanner *s, const struct scan_op *op)
{
    if (!op->maybe)
        return true;
    if (s->undos == SCAN_UNDOS) {
        s->undecided = true;
        return false;
    }
    s->undo[s->undos].group = op->min;
    s->undo[s->undos++].span = s->spans[op->min];
    return true;
}

/* What reads long stretches pays for them in steps, so that the steps bound
 * the time. */
static inline void charge(struct scanner *s, size_t bytes)
{
    s->steps -= (long)(bytes / 32);
}

/* A run by the bits of where it ends; beyond them byte by byte. */
static const char *run_bits(struct scanner *s, const uint64_t *stops,
                            const char *p, bool black)
{
    size_t at = (size_t)(p - s->start);
    const char *from;

    while (at < s->known) {
        uint64_t stop = stops[at / 64] >> (at & 63);

        if (stop)
            return s->start + at + __builtin_ctzll(stop);
        at += 64 - (at & 63);
    }
    from = p > s->start + at ? p : s->start + at;
    for (p = from; p < s->end; p++)
        if (is_space((unsigned char)*p) == black)
            break;
    charge(s, 8 * (size_t)(p - from));
    return p;
}

/* Most runs end within the word that holds their start, and most start in
 * the first, which is read without waiting for p. */
static inline uint64_t stops_from(const struct scanner *s,
                                  const uint64_t *stops, const char *p)
{
    size_t at = (size_t)(p - s->start);

    if (at < 64)
        return stops[0] >> at;
    return at < s->known ? stops[at / 64] >> (at & 63) : 0;
}

static inline const char *run_skip(struct scanner *s, const char *p)
{
    uint64_t stop = stops_from(s, s->skip, p);

    return stop ? p + __builtin_ctzll(stop) : run_bits(s, s->skip, p, false);
}

static inline const char *run_word(struct scanner *s, const char *p)
{
    uint64_t stop = stops_from(s, s->word, p);

    return stop ? p + __builtin_ctzll(stop) : run_bits(s, s->word, p, true);
}

const char *scan_black_far(struct scanner *s)
{
    return run_bits(s, s->skip, s->start, false);
}

/* The end of the longest run of the set from p. */
static const char *run_end(struct scanner *s, const struct scan_op *op,
                           const char *p)
{
    const struct scan_set *set = op->set;
    const char *end = s->end, *at;

    if (op->max < (size_t)(end - p))
        end = p + op->max;
    if (set->ranges && set->kind == SCAN_OTHER) {
        at = run_wide(op, p, end);
        charge(s, (size_t)(at - p));
        return at;
    }
    if (set->all)
        return end;
    if (set->kind != SCAN_OTHER) {
        at = set->kind == SCAN_BLACK ? run_word(s, p) : run_skip(s, p);
        return at < end ? at : end;
    }
    at = run_bytes(op, p, end);
    charge(s, 8 * (size_t)(at - p));
    return at;
}

/* Whether what follows a loop may begin at p: the literal there, if that is
 * known, or its first byte. */
static inline bool may_follow(struct scanner *s, const struct scan_op *op,
                              const char *p)
{
    const struct scan_op *want = op->want;
    uint64_t word;

    if (!want)
        return op->c || scan_may_begin(op->next->first, p, s->end);
    if (op->want_skip) {
        uint64_t stop = stops_from(s, s->skip, p);

        if (!stop)              /* a long way: as the steps allow */
            return scan_may_begin(op->next->first, p, s->end);
        if (stop & 1 && op->want_skip == 2)
            return false;
        p += __builtin_ctzll(stop);
    }
    memcpy(&word, p, sizeof word);
    return (word & want->word_mask) == want->word;
}

/* From the longest run back to the shortest, where the rest may begin. */
static bool run_greedy(struct scanner *s, const struct scan_op *op,
                       const char *p)
{
    const char *low, *at = run_end(s, op, p);
    size_t walked = 0;

    if ((size_t)(at - p) < op->min)
        return false;
    low = p + op->min;
    for (; at >= low; at--) {
        if (op->c) {
            const char *from = at;

            at -= at == s->end;
            at = at < low ? NULL : last_char(low, at, op->c);
            charge(s, (size_t)(from - (at ? at : low)));
            if (!at)
                return false;
        }
        if (!may_follow(s, op, at)) {
            walked++;
            continue;
        }
        charge(s, 8 * walked);
        walked = 0;
        if (try(s, op->next, at))
            return true;
        if (s->undecided)
            return false;
    }
    charge(s, 8 * walked);
    return false;
}

static bool run_lazy(struct scanner *s, const struct scan_op *op,
                     const char *p)
{
    const char *high = run_end(s, op, p), *at;
    size_t walked = 0;

    if ((size_t)(high - p) < op->min)
        return false;
    for (at = p + op->min; at <= high; at++) {
        if (op->c) {
            const char *from = at, *last = high - (high == s->end);

            at = last < at ? NULL : first_char(at, last, op->c);
            charge(s, (size_t)((at ? at : high) - from));
            if (!at)
                return false;
        }
        if (!may_follow(s, op, at)) {
            walked++;
            continue;
        }
        charge(s, 8 * walked);
        walked = 0;
        if (try(s, op->next, at))
            return true;
        if (s->undecided)
            return false;
    }
    charge(s, 8 * walked);
    return false;
}

size_t scan_find_last(struct scanner *s, size_t low, size_t high,
                      const struct scan_op *loop)
{
    const char *from = s->start + low, *at = s->start + high;

    at -= at == s->end;
    while (at >= from && (at = last_char(from, at, loop->c))) {
        if (may_follow(s, loop, at))
            return (size_t)(at - s->start);
        at--;
    }
    return SIZE_MAX;
}

size_t scan_find_first(struct scanner *s, size_t low, size_t high,
                       const struct scan_op *loop)
{
    const char *at = s->start + low, *to = s->start + high;

    to -= to == s->end;
    while (at <= to && (at = first_char(at, to, loop->c))) {
        if (may_follow(s, loop, at))
            return (size_t)(at - s->start);
        at++;
    }
    return SIZE_MAX;
}

static inline bool is_literal(const struct scanner *s,
                              const struct scan_op *op, const char *p)
{
    uint64_t word;

    if ((size_t)(s->end - p) < op->max)
        return false;
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
    bool found = scan_may_begin(op->branch->first, p, s->end) &&
                 try(s, op->branch, p);

    return !s->undecided && found != op->negated;
}

/* What takes nothing of the line: does it hold at p? */
static bool holds(struct scanner *s, const struct scan_op *op, const char *p)
{
    switch (op->code) {
    case SCAN_BEGIN:
        return p == s->start;
    case SCAN_END:
        return p == s->end;
    case SCAN_BOUNDARY:
        return is_boundary(s, op, p);
    case SCAN_BEFORE:
        return (p > s->start && in_set(op, p - 1)) != op->negated;
    default:
        return run_look(s, op, p);
    }
}

/* A group begins or ends at p; false when there is no room to note it. */
static bool mark(struct scanner *s, const struct scan_op *op, const char *p)
{
    if (!note(s, op))
        return false;
    if (op->code == SCAN_OPEN) {
        s->spans[op->min].open = p;
    } else {
        s->spans[op->min].start = s->spans[op->min].open;
        s->spans[op->min].end = p;
    }
    return true;
}

bool scan_from(struct scanner *s, const struct scan_op *op, const char *p)
{
    const char *at;

    for (;;) {
        if (op->skip) {
            at = run_skip(s, p);
            if (at == p && op->skip == 2)
                return false;
            p = at;
        }
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
        case SCAN_TAKE:
            at = run_end(s, op, p);
            if ((size_t)(at - p) < op->min)
                return false;
            if (op->code == SCAN_TAKE) {
                s->spans[op->group].start = p;
                s->spans[op->group].end = at;
            }
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
        case SCAN_END:
        case SCAN_BOUNDARY:
        case SCAN_BEFORE:
        case SCAN_LOOK:
            if (!holds(s, op, p))
                return false;
            break;
        case SCAN_SKIP:
            at = run_skip(s, p);
            if (at == p && op->min)
                return false;
            p = at;
            break;
        case SCAN_WORD:
        case SCAN_TAKE_WORD:
            at = run_word(s, p);
            if (at == p && op->min)
                return false;
            if (op->code == SCAN_TAKE_WORD) {
                s->spans[op->group].start = p;
                s->spans[op->group].end = at;
            }
            p = at;
            break;
        case SCAN_OPEN:
        case SCAN_CLOSE:
            if (!mark(s, op, p))
                return false;
            break;
        case SCAN_ALT:
            /* Where only one way is open it is taken for good. */
            if (!scan_may_begin(op->branch->first, p, s->end))
                break;
            if (!scan_may_begin(op->next->first, p, s->end)) {
                op = op->branch;
                continue;
            }
            if (try(s, op->branch, p))
                return true;
            if (s->undecided)
                return false;
            break;
        default:
            __builtin_unreachable();
        }
        op = op->next;
    }
}

void scan_start_far(struct scanner *s, const struct line *line)
{
    size_t at = 0, len = line->len;

    do {
        uint64_t end = scan_beyond(len, at);
        uint64_t spaces = line->spaced ? line->low[at / 64]
                                       : spaces_at(line->text + at);

        s->skip[at / 64] = ~spaces | end;
        s->word[at / 64] = spaces | end;
        at += 64;
    } while (at <= len && at < SCAN_WORDS * 64);
    s->known = at;
}

/* Once more, with a memory of what failed where, so that patterns that
 * explode take a number of steps that is a product of their length and the
 * line's. */
static bool run_memo(struct scanner *s, const struct scan_op *op)
{
    bool matched;

    scan_take_back(s, 0);
    if (!s->memory)
        s->memory = mem_alloc(SCAN_MEMO_BITS / 8);
    memset(s->memory, 0, SCAN_MEMO_BITS / 8);
    s->memo = s->memory;
    s->steps = s->memo_steps;
    s->undecided = false;
    matched = scan_from(s, op, s->start);
    s->memo_steps = s->steps;
    s->steps = 0;
    s->memo = NULL;
    return matched;
}

int scan_undecided(struct scanner *s, const struct scan_op *op)
{
    int matched = 0;

    if (s->steps < 0 && s->memo_steps > 0)
        matched = run_memo(s, op);
    if (s->undecided)
        matched = -1;
    s->undecided = false;
    s->undos = 0;
    return matched;
}

void scanner_free(struct scanner *s)
{
    free(s->memory);
}
