#include <string.h>

#include "kiriwake/msg.h"
#include "pytext.h"
#include "template.h"

struct word {
    const char *name;
    int op;
};

static const struct word line_ops[] = {
    {"Continue", LINE_CONTINUE}, {"Next", LINE_NEXT}, {"Error", LINE_ERROR},
    {NULL, 0}};
static const struct word record_ops[] = {
    {"Clear", RECORD_CLEAR}, {"Clearall", RECORD_CLEARALL},
    {"Record", RECORD_RECORD}, {"NoRecord", RECORD_NONE}, {NULL, 0}};

static int find_op(const struct word *words, const char *s, size_t len)
{
    for (; words->name; words++)
        if (strlen(words->name) == len && memcmp(words->name, s, len) == 0)
            return words->op;
    return -1;
}

/* The bytes of s before the first white space. */
static size_t word_len(const char *s, size_t len)
{
    size_t n = 0;

    while (n < len && !pytext_space_before(s + n, len - n))
        n++;
    return n;
}

/* "Next", "Continue.Record", "Clear": 1 when it is operators. */
static int parse_ops(struct rule *r, const char *s, size_t len)
{
    const char *dot = memchr(s, '.', len);
    size_t first = dot ? (size_t)(dot - s) : len;
    int line = find_op(line_ops, s, first), record;

    if (line < 0 && dot)
        return 0;
    if (line < 0 || dot) {
        record = dot ? find_op(record_ops, dot + 1, len - first - 1)
                     : find_op(record_ops, s, len);
        if (record < 0)
            return 0;
        r->record_op = (enum record_op)record;
    }
    if (line >= 0)
        r->line_op = (enum line_op)line;
    return 1;
}

static bool is_target(const char *s, size_t len)
{
    return pytext_is_words(s, len) ||
           (len >= 2 && s[0] == '"' && s[len - 1] == '"');
}

static int check_target(struct textfsm *t, struct rule *r, size_t at,
                        size_t len, struct err *e)
{
    if (r->line_op == LINE_CONTINUE)
        return template_fail(t, e, at,
                             _("Continue cannot change the state: the rest "
                               "of this state's rules are tried next"));
    if (r->line_op != LINE_ERROR && t->text[at] == '"')
        return template_fail(t, e, at,
                             _("a message belongs to Error; here a state's "
                               "name is expected"));
    r->target = arena_string(&t->arena, t->text + at, len);
    r->target_at = at;
    return 0;
}

int action_parse(struct textfsm *t, struct rule *r, size_t at, size_t len,
                 struct err *e)
{
    const char *s = t->text + at;
    size_t skip = pytext_space_before(s, len), n, gap;

    if (!len)
        return 0;
    n = word_len(s + skip, len - skip);
    if (skip && parse_ops(r, s + skip, n)) {
        gap = pytext_space_before(s + skip + n, len - skip - n);
        skip += n + gap;
        if (skip == len)
            return 0;
    }
    if (!skip || !is_target(s + skip, len - skip))
        return template_fail(t, e, at + skip,
                             _("expected an action: [Next|Continue|Error]"
                               "[.Record|.NoRecord|.Clear|.Clearall] and a "
                               "state, or a message for Error"));
    return check_target(t, r, at + skip, len - skip, e);
}
