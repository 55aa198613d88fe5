#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "lines.h"
#include "scan.h"

/* Beyond these PCRE2, with its own limits, takes over. */
#define STEPS_BASE 2000
#define STEPS_PER_BYTE 16
#define MAX_DEPTH 500

static bool run(struct scanner *s, const struct scan_op *op, const char *p);

static inline bool in_set(const struct scan_op *op, const char *p)
{
    unsigned char c = (unsigned char)*p;

    return op->set->nibbles[c & 15] >> (c >> 4) & 1;
}

/* Takes back the captures set since there were so many notes of them. */
static void take_back(struct scanner *s, unsigned notes)
{
    while (s->undos > notes) {
        const struct scan_undo *u = &s->undo[--s->undos];

        s->spans[u->group] = u->span;
    }
}

/* Runs what may fail without the caller failing. */
static bool try(struct scanner *s, const struct scan_op *op, const char *p)
{
    unsigned notes = s->undos;
    bool ok;

    if (--s->steps < 0 || s->depth > MAX_DEPTH) {
        s->undecided = true;
        return false;
    }
    s->depth++;
    ok = run(s, op, p);
    s->depth--;
    if (!ok && s->undos > notes)
        take_back(s, notes);
    return ok;
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

static const char *run_bytes(const struct scan_op *op, const char *p,
                             const char *end)
{
    while (p < end && in_set(op, p))
        p++;
    return p;
}

static bool is_space(unsigned char c)
{
    return (c >= 9 && c <= 13) || (c >= 0x1C && c <= 0x20);
}

#ifdef __SSE2__

static inline __m128i wide(const uint8_t *bytes)
{
    return _mm_loadu_si128((const __m128i *)bytes);
}

/* Which of 16 bytes lie in a range. */
static inline __m128i in_range(__m128i v, __m128i low, __m128i span)
{
    __m128i above = _mm_sub_epi8(v, low);

    return _mm_cmpeq_epi8(_mm_min_epu8(above, span), above);
}

/* Which of 16 bytes are not in the set. */
static inline unsigned outside(const struct scan_set *set, const char *p)
{
    __m128i v = wide((const uint8_t *)p);
    __m128i in = in_range(v, wide(set->low[0]), wide(set->span[0]));

    for (unsigned i = 1; i < set->ranges; i++)
        in = _mm_or_si128(in, in_range(v, wide(set->low[i]),
                                       wide(set->span[i])));
    return (unsigned)_mm_movemask_epi8(in) ^ set->flip;
}

static inline const char *run_wide(const struct scan_op *op, const char *p,
                                   const char *end)
{
    for (; p < end; p += SCAN_WIDTH) {
        unsigned stop = outside(op->set, p);

        if (stop) {
            p += __builtin_ctz(stop);
            break;
        }
    }
    return p < end ? p : end;
}

static inline uint64_t spaces_at(const char *p)
{
    const __m128i low = _mm_set1_epi8(9), high = _mm_set1_epi8(0x1C);
    const __m128i span = _mm_set1_epi8(4);
    uint64_t word = 0;

    for (unsigned i = 0; i < 4; i++) {
        __m128i v = wide((const uint8_t *)p + 16 * i);
        __m128i in = _mm_or_si128(in_range(v, low, span),
                                  in_range(v, high, span));

        word |= (uint64_t)(unsigned)_mm_movemask_epi8(in) << (16 * i);
    }
    return word;
}

#else

static const char *run_wide(const struct scan_op *op, const char *p,
                            const char *end)
{
    return run_bytes(op, p, end);
}

static uint64_t spaces_at(const char *p)
{
    uint64_t word = 0;

    for (unsigned i = 0; i < 64; i++)
        word |= (uint64_t)is_space((unsigned char)p[i]) << i;
    return word;
}

#endif

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

/* Most runs end within the word that holds their start. */
static inline const char *run_skip(struct scanner *s, const char *p)
{
    size_t at = (size_t)(p - s->start);
    uint64_t stop = at < s->known ? s->skip[at / 64] >> (at & 63) : 0;

    return stop ? p + __builtin_ctzll(stop) : run_bits(s, s->skip, p, false);
}

static inline const char *run_word(struct scanner *s, const char *p)
{
    size_t at = (size_t)(p - s->start);
    uint64_t stop = at < s->known ? s->word[at / 64] >> (at & 63) : 0;

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

            at = lines_last(low, op->c, (size_t)(at - low) + (at < s->end));
            charge(s, (size_t)(from - (at ? at : low)));
            if (!at)
                return false;
        } else if (!scan_may_begin(&op->next->first, at, s->end)) {
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
            const char *from = at;

            at = memchr(at, op->c, (size_t)(high - at) + (high < s->end));
            charge(s, (size_t)((at ? at : high) - from));
            if (!at)
                return false;
        } else if (!scan_may_begin(&op->next->first, at, s->end)) {
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
    bool found = scan_may_begin(&op->branch->first, p, s->end) &&
                 try(s, op->branch, p);

    return !s->undecided && found != op->negated;
}

static bool run(struct scanner *s, const struct scan_op *op, const char *p)
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
        case SCAN_TAKE:
            at = run_end(s, op, p);
            if ((size_t)(at - p) < op->min)
                return false;
            s->spans[op->group].start = p;
            s->spans[op->group].end = p = at;
            break;
        case SCAN_SKIP:
            at = run_skip(s, p);
            if (at == p && op->min)
                return false;
            p = at;
            break;
        case SCAN_WORD:
            at = run_word(s, p);
            if (at == p && op->min)
                return false;
            p = at;
            break;
        case SCAN_TAKE_WORD:
            at = run_word(s, p);
            if (at == p && op->min)
                return false;
            s->spans[op->group].start = p;
            s->spans[op->group].end = p = at;
            break;
        case SCAN_OPEN:
            if (!note(s, op))
                return false;
            s->spans[op->min].open = p;
            break;
        case SCAN_CLOSE:
            if (!note(s, op))
                return false;
            s->spans[op->min].start = s->spans[op->min].open;
            s->spans[op->min].end = p;
            break;
        case SCAN_LOOK:
            if (!run_look(s, op, p))
                return false;
            break;
        case SCAN_ALT:
            /* Where only one way is open it is taken for good. */
            if (!scan_may_begin(&op->branch->first, p, s->end))
                break;
            if (!scan_may_begin(&op->next->first, p, s->end)) {
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

/* The bits at and beyond the line's end. */
static uint64_t beyond(size_t len, size_t from)
{
    return len >= from + 64 ? 0 : ~0ull << (len - from);
}

void scan_start(struct scanner *s, const struct line *line)
{
    size_t at = 0, len = line->len;

    s->start = line->text;
    s->end = line->text + len;
    s->steps = STEPS_BASE + (long)len * STEPS_PER_BYTE;
    do {
        uint64_t end = beyond(len, at);
        uint64_t spaces = line->spaced ? line->low[at / 64]
                                       : spaces_at(line->text + at);

        s->skip[at / 64] = ~spaces | end;
        s->word[at / 64] = spaces | end;
        at += 64;
    } while (at <= len && at < SCAN_WORDS * 64);
    s->known = at;
}

int scan_run(struct scanner *s, const struct scan_op *op)
{
    bool matched;

    s->depth = 0;
    s->undos = 0;
    s->undecided = false;
    matched = run(s, op, s->start);
    return s->undecided ? -1 : matched;
}
