#include <string.h>

#include "scan_first.h"

#define MAX_OPS 600
#define MAX_COPIES 24           /* of a group's content, for {n,m} */
#define MAX_LITERAL RE_TEXT_MAX
#define MAX_DEPTH 300

struct builder {
    const struct re *re;
    struct arena *arena;
    struct scan_tables *tables;
    unsigned ops, depth;
    struct scan_op *spare;        /* those that others took the place of */
    const struct scan_op *own;    /* what a loop may take the place of */
    bool any_maybe;               /* a capture is in such a part */
    bool maybe;                   /* inside of what need not take part */
};

static struct scan_op *build(struct builder *b, const struct re_node *n,
                             const struct scan_op *next);

static struct scan_op *new_op(struct builder *b, enum scan_code code,
                              const struct scan_op *next)
{
    struct scan_op *op = b->spare;

    if (op)
        b->spare = (struct scan_op *)op->next;
    else
        op = arena_alloc(b->arena, sizeof *op);
    memset(op, 0, sizeof *op);
    op->id = (uint16_t)b->ops++;
    op->code = code;
    op->next = next;
    op->first = next ? next->first : &scan_first_any;
    op->lead = next ? next->lead : &scan_first_any;
    return op;
}

/* Nothing leads to op any more. */
static void free_op(struct builder *b, const struct scan_op *op)
{
    struct scan_op *spare = (struct scan_op *)op;

    spare->next = b->spare;
    b->spare = spare;
    b->own = NULL;
}

static struct scan_op *new_accept(struct builder *b)
{
    struct scan_op *op = new_op(b, SCAN_ACCEPT, NULL);

    op->sure = true;
    return op;
}

/* What stands first when one of the op's set must, or may, come before what
 * is next. */
static void set_first(struct builder *b, struct scan_op *op, bool must)
{
    const struct scan_set *set = op->set;
    bool spaced = !re_ascii_is_empty(re_ascii_meet(set->first.bytes,
                                                   re_ascii_space));

    op->first = must ? &set->first
                     : scan_first_either(b->arena, &set->first,
                                         op->next->first);
    op->lead = must && !spaced ? &set->black
                               : scan_first_either(b->arena, &set->black,
                                                   op->next->lead);
}

static struct scan_op *build_set(struct builder *b, struct re_ascii s,
                                 const struct scan_op *next)
{
    struct scan_op *op = new_op(b, SCAN_SET, next);

    op->set = scan_set_find(b->tables, b->arena, s);
    set_first(b, op, true);
    return op;
}

static struct scan_op *build_literal(struct builder *b, const char *s,
                                     size_t len, const struct scan_op *next)
{
    struct scan_op *op = new_op(b, SCAN_LITERAL, next);
    size_t skip = 0;

    op->literal = s;
    op->max = (uint32_t)len;
    op->c = s[0];
    memcpy(&op->word, s, len < 8 ? len : 8);
    op->word_mask = len < 8 ? (1ull << (len * 8)) - 1 : ~0ull;
    op->first = scan_first_char(b->arena, s[0]);
    while (skip < len && re_ascii_has(&re_ascii_space, (unsigned char)s[skip]))
        skip++;
    if (skip < len)
        op->lead = skip ? scan_first_char(b->arena, s[skip]) : op->first;
    if (len == 1)
        op->code = SCAN_CHAR;
    return op;
}

/* A loop never gives back what no continuation could begin with. */
static bool gives_back(struct re_ascii s, const struct re_node *n,
                       const struct scan_op *next)
{
    return n->mode != RE_POSSESSIVE && n->min != n->max &&
           !re_ascii_is_empty(re_ascii_meet(s, next->first->bytes));
}

/* Runs of all white space, and of none, have codes of their own. */
static enum scan_code run_code(enum scan_code code, const struct scan_op *op)
{
    if (op->min > 1 || op->max != RE_FOREVER || op->set->kind == SCAN_OTHER)
        return code;
    if (code == SCAN_TAKE)
        return op->set->kind == SCAN_BLACK ? SCAN_TAKE_WORD : code;
    return op->set->kind == SCAN_BLACK ? SCAN_WORD : SCAN_SKIP;
}

/* The only character the rest may begin with, or 0. */
static char only_char(const struct scan_first *f)
{
    for (unsigned half = 0; half < 2; half++) {
        uint64_t bits = f->bytes.bits[half];

        if (bits && !(bits & (bits - 1)) && !f->bytes.bits[!half] && !f->end)
            return (char)(half * 64 + (unsigned)__builtin_ctzll(bits));
    }
    return '\0';
}

/* The literal that must follow a loop, perhaps after white space. */
static void find_want(struct scan_op *loop)
{
    const struct scan_op *op = loop->next;
    uint8_t skip = op->skip;

    while (op->code == SCAN_OPEN || op->code == SCAN_CLOSE) {
        op = op->next;
        if (op->skip && skip)
            return;
        skip |= op->skip;
    }
    if (op->code != SCAN_LITERAL && op->code != SCAN_CHAR)
        return;
    loop->want = op;
    loop->want_skip = skip;
}

/* Makes op, a SCAN_SKIP, the same as next with white space before it. Next
 * itself is needed no more where nothing but op leads to it. */
static void skip_before(struct builder *b, struct scan_op *op,
                        const struct scan_op *next)
{
    const struct scan_first *first = op->first, *lead = op->lead;
    uint8_t skip = op->min ? 2 : 1;
    uint16_t id = op->id;
    bool sure = op->sure;

    *op = *next;
    op->id = id;
    op->skip = skip;
    op->sure = sure;
    op->first = first;
    op->lead = lead;
    if (b->own == next && next->code != SCAN_ALT)
        free_op(b, next);
}

static struct scan_op *build_loop(struct builder *b, const struct re_node *n,
                                  struct re_ascii s,
                                  const struct scan_op *next)
{
    uint32_t min = n->min, max = n->max;
    enum scan_code code = SCAN_RUN;
    struct scan_op *op;

    /* What follows nothing and is not captured need not be looked for. */
    if (next->code == SCAN_ACCEPT && !next->skip)
        max = min;
    /* Where the rest cannot fail, a loop takes the most or the least. */
    if (next->sure && n->mode == RE_LAZY)
        max = min;
    if (max == 0)
        return (struct scan_op *)next;
    if (min == 1 && max == 1)
        return build_set(b, s, next);
    if (!next->sure && gives_back(s, n, next))
        code = n->mode == RE_LAZY ? SCAN_LAZY : SCAN_GREEDY;
    if (re_ascii_is_all(s) && max == RE_FOREVER && min <= 1 &&
        code == SCAN_RUN) {
        code = SCAN_TO_END;
        if (next->code == SCAN_END && next->skip < 2)
            next = next->next;
        if (next->code == SCAN_ACCEPT && min == 0)
            return (struct scan_op *)next;
    }
    op = new_op(b, code, next);
    op->sure = next->sure && min == 0 && code != SCAN_GREEDY &&
               code != SCAN_LAZY;
    op->set = scan_set_find(b->tables, b->arena, s);
    op->min = min;
    op->max = max;
    op->c = only_char(next->first);
    if (code == SCAN_GREEDY || code == SCAN_LAZY)
        find_want(op);
    set_first(b, op, min > 0);
    if (code == SCAN_RUN)
        op->code = run_code(code, op);
    /* An alternative without its branch is a loop still being built. */
    if (op->code == SCAN_SKIP && !next->skip &&
        (next->code != SCAN_ALT || next->branch))
        skip_before(b, op, next);
    return op;
}

static struct scan_op *bail(struct builder *b)
{
    return new_op(b, SCAN_BAIL, NULL);
}

static bool is_single(const struct re_node *n)
{
    return n->kind == RE_CHAR || n->kind == RE_SET || n->kind == RE_ANY;
}

/* What is in groups that hold nothing else and are not captured. */
static const struct re_node *inside(const struct builder *b,
                                    const struct re_node *n)
{
    while ((n->kind == RE_SEQ && n->first && !n->first->next) ||
           (n->kind == RE_GROUP && !(n->cp && b->re->groups[n->cp].index)))
        n = n->first;
    return n;
}

static bool is_literal(const struct re_node *n)
{
    return n && (n->kind == RE_TEXT || (n->kind == RE_CHAR && n->cp < 128 &&
                                        !(n->flags & RE_I)));
}

/* Joins the literal children that begin at n; *after is what follows. */
static size_t join_literals(struct builder *b, const struct re_node *n,
                            const char **out, const struct re_node **after)
{
    char text[MAX_LITERAL];
    size_t len = 0, more;

    for (; is_literal(n); n = n->next, len += more) {
        more = n->kind == RE_TEXT ? n->cp : 1;
        if (len + more > sizeof text)
            break;
        if (n->kind == RE_TEXT)
            memcpy(text + len, n->text, more);
        else
            text[len] = (char)n->cp;
    }
    *after = n;
    *out = len ? arena_string(b->arena, text, len) : NULL;
    return len;
}

/* A run of literal children that begins at n, which is often one. */
static inline size_t literal_run(struct builder *b, const struct re_node *n,
                                 const char **out,
                                 const struct re_node **after)
{
    if (n->kind != RE_TEXT || is_literal(n->next))
        return join_literals(b, n, out, after);
    *after = n->next;
    *out = n->text;
    return n->cp;
}

static struct scan_op *build_list(struct builder *b, const struct re_node *n,
                                  const struct scan_op *next)
{
    const char *literal;
    const struct re_node *after;
    const struct scan_op *rest;
    size_t len;

    if (!n)
        return (struct scan_op *)next;
    if (b->ops > MAX_OPS || b->depth > MAX_DEPTH)
        return bail(b);
    len = literal_run(b, n, &literal, &after);
    b->depth++;
    rest = build_list(b, len ? after : n->next, next);
    b->depth--;
    b->own = rest != next ? rest : NULL;
    return len ? build_literal(b, literal, len, rest) : build(b, n, rest);
}

static struct scan_op *new_alt(struct builder *b, const struct scan_op *first,
                               const struct scan_op *second)
{
    struct scan_op *op = new_op(b, SCAN_ALT, second);

    op->branch = first;
    op->sure = first->sure || second->sure;
    op->first = scan_first_either(b->arena, first->first, second->first);
    op->lead = scan_first_either(b->arena, first->lead, second->lead);
    return op;
}

static struct scan_op *build_alt(struct builder *b, const struct re_node *n,
                                 const struct scan_op *next)
{
    bool maybe = b->maybe;
    const struct scan_op *other;
    struct scan_op *op;

    b->maybe = true;
    if (!n->next)
        op = build(b, n, next);
    else if (b->ops > MAX_OPS || b->depth > MAX_DEPTH)
        op = bail(b);
    else {
        b->depth++;
        other = build_alt(b, n->next, next);
        b->depth--;
        op = new_alt(b, build(b, n, next), other);
    }
    b->maybe = maybe;
    return op;
}

/* Whether content is one loop that ends right where the group does. */
static bool is_take(const struct scan_op *content, const struct scan_op *close)
{
    return (content->code == SCAN_RUN || content->code == SCAN_TO_END ||
            content->code == SCAN_WORD || content->code == SCAN_SKIP) &&
           !content->skip && content->next == close && close->min < 256 &&
           !close->maybe;
}

static struct scan_op *build_group(struct builder *b, const struct re_node *n,
                                   const struct scan_op *next)
{
    uint32_t index = b->re->groups[n->cp].index;
    struct scan_op *close, *content, *open;

    if (!n->cp || !index)
        return build(b, n->first, next);
    close = new_op(b, SCAN_CLOSE, next);
    close->min = index;
    close->sure = next->sure;
    close->maybe = b->maybe;
    b->any_maybe = b->any_maybe || b->maybe;
    content = build(b, n->first, close);
    if (is_take(content, close)) {
        content->code = run_code(SCAN_TAKE, content);
        content->group = (uint8_t)index;
        content->next = next;
        free_op(b, close);
        return content;
    }
    open = new_op(b, SCAN_OPEN, content);
    open->min = index;
    open->sure = content->sure;
    open->maybe = b->maybe;
    return open;
}

/* (…)* and (…)*?: an alternative whose branch leads back to it. */
static struct scan_op *build_star(struct builder *b, const struct re_node *n,
                                  const struct scan_op *next)
{
    struct re_ascii begin = {{0, 0}};
    const struct scan_first *own;
    struct scan_op *op;
    const struct scan_op *body;

    if (re_first(n->first, &begin))
        return bail(b);
    op = new_op(b, SCAN_ALT, next);
    op->sure = next->sure;
    own = scan_first_new(b->arena, begin, false);
    op->first = scan_first_either(b->arena, own, next->first);
    op->lead = re_ascii_is_empty(re_ascii_meet(begin, re_ascii_space))
                   ? scan_first_either(b->arena, own, next->lead)
                   : &scan_first_any;
    body = build(b, n->first, op);
    op->branch = n->mode == RE_LAZY ? next : body;
    op->next = n->mode == RE_LAZY ? body : next;
    return op;
}

static struct scan_op *build_optional(struct builder *b,
                                      const struct re_node *n,
                                      const struct scan_op *next,
                                      const struct scan_op *skip)
{
    const struct scan_op *body = build(b, n->first, next);

    return n->mode == RE_LAZY ? new_alt(b, skip, body)
                              : new_alt(b, body, skip);
}

static struct scan_op *build_copies(struct builder *b,
                                    const struct re_node *n,
                                    const struct scan_op *next)
{
    const struct scan_op *skip = next, *op = next;

    if (n->max == RE_FOREVER)
        op = build_star(b, n, next);
    else
        for (uint32_t i = n->min; i < n->max; i++)
            op = build_optional(b, n, op, skip);
    for (uint32_t i = 0; i < n->min && op->code != SCAN_BAIL; i++)
        op = build(b, n->first, op);
    return (struct scan_op *)op;
}

/* Whether n is (A*B*)* or its like: greedy, of loops over one set each that
 * may all be empty. It ends where [AB]* does, in the same order. */
static bool is_mixed(const struct builder *b, const struct re_node *n,
                     struct re_ascii *set)
{
    const struct re_node *in = inside(b, n->first);
    const struct re_node *c = in->kind == RE_SEQ ? in->first : in;

    if (n->mode != RE_GREEDY || n->max != RE_FOREVER ||
        (in->kind != RE_SEQ && in->kind != RE_REPEAT) || !c)
        return false;
    for (; c; c = in == c ? NULL : c->next) {
        const struct re_node *one;

        if (c->kind != RE_REPEAT || c->mode != RE_GREEDY || c->min ||
            c->max != RE_FOREVER)
            return false;
        one = inside(b, c->first);
        if (!is_single(one))
            return false;
        *set = re_ascii_join(*set, re_ascii_of(one));
    }
    return true;
}

static struct scan_op *build_repeat(struct builder *b,
                                    const struct re_node *n,
                                    const struct scan_op *next)
{
    bool maybe = b->maybe;
    struct re_ascii unused = {{0, 0}};
    struct re_ascii mixed = {{0, 0}};
    struct scan_op *op;

    if (is_single(inside(b, n->first)))
        return build_loop(b, n, re_ascii_of(inside(b, n->first)), next);
    if (is_mixed(b, n, &mixed)) {
        struct re_node loop = *n;

        loop.min = 0;
        return build_loop(b, &loop, mixed, next);
    }
    if (n->mode == RE_POSSESSIVE || n->min > MAX_COPIES ||
        (n->max != RE_FOREVER && n->max > MAX_COPIES) ||
        (n->max != 1 && re_first(n->first, &unused)))
        return bail(b);
    b->maybe = true;
    op = build_copies(b, n, next);
    b->maybe = maybe;
    return op;
}

static bool has_captures(const struct builder *b, const struct re_node *n)
{
    if (n->kind == RE_GROUP && n->cp && b->re->groups[n->cp].index)
        return true;
    for (const struct re_node *c = n->first; c; c = c->next)
        if (has_captures(b, c))
            return true;
    return false;
}

/* A lookbehind of one character. */
static struct scan_op *build_before(struct builder *b,
                                    const struct re_node *n,
                                    const struct scan_op *next)
{
    const struct re_node *in = inside(b, n->first);
    struct scan_op *op;

    if (!is_single(in))
        return bail(b);
    op = new_op(b, SCAN_BEFORE, next);
    op->negated = n->negated;
    op->set = scan_set_find(b->tables, b->arena, re_ascii_of(in));
    return op;
}

static struct scan_op *build_look(struct builder *b, const struct re_node *n,
                                  const struct scan_op *next)
{
    const struct scan_op *body;
    struct scan_op *op;

    if (has_captures(b, n))
        return bail(b);
    if (n->behind)
        return build_before(b, n, next);
    body = build(b, n->first, new_accept(b));
    op = new_op(b, SCAN_LOOK, next);
    op->branch = body;
    op->negated = n->negated;
    if (!n->negated) {
        op->first = scan_first_both(b->arena, op->first, body->first);
        op->lead = scan_first_both(b->arena, op->lead, body->lead);
    }
    return op;
}

static struct scan_op *build_anchor(struct builder *b, const struct re_node *n,
                                    const struct scan_op *next)
{
    enum scan_code code = n->kind == RE_BEGIN ? SCAN_BEGIN
                          : n->kind == RE_END ? SCAN_END
                                              : SCAN_BOUNDARY;
    struct scan_op *op = new_op(b, code, next);

    op->negated = n->negated;
    if (n->kind == RE_END) {
        op->first = op->first->end ? &scan_first_end : &scan_first_none;
        op->lead = op->lead->end ? &scan_first_end : &scan_first_none;
    }
    return op;
}

static struct scan_op *build(struct builder *b, const struct re_node *n,
                             const struct scan_op *next)
{
    struct scan_op *op;

    if (b->ops > MAX_OPS || b->depth > MAX_DEPTH)
        return bail(b);
    b->depth++;
    switch (n->kind) {
    case RE_CHAR:
    case RE_ANY:
    case RE_SET:
        op = build_set(b, re_ascii_of(n), next);
        break;
    case RE_TEXT:
        op = build_literal(b, n->text, n->cp, next);
        break;
    case RE_SEQ:
        op = build_list(b, n->first, next);
        break;
    case RE_ALT:
        op = build_alt(b, n->first, next);
        break;
    case RE_GROUP:
        op = build_group(b, n, next);
        break;
    case RE_REPEAT:
        op = build_repeat(b, n, next);
        break;
    case RE_LOOK:
        op = build_look(b, n, next);
        break;
    case RE_BEGIN:
    case RE_END:
    case RE_BOUNDARY:
        op = build_anchor(b, n, next);
        break;
    default:
        op = bail(b);
    }
    b->depth--;
    return op;
}

const struct scan_op *scan_build(const struct re *re, struct arena *a,
                                 struct scan_tables *tables,
                                 bool *maybe)
{
    struct builder b = {.re = re, .arena = a, .tables = tables};
    const struct scan_op *op;

    op = build(&b, re->root, new_accept(&b));
    while (op->code == SCAN_BEGIN)
        op = op->next;
    *maybe = b.any_maybe;
    return op;
}
