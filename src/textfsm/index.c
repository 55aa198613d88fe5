/* ntc-templates' index: which template reads which command. */
#include <stdlib.h>
#include <string.h>

#include "kiriwake/buf.h"
#include "kiriwake/mem.h"
#include "kiriwake/msg.h"
#include "kiriwake/names.h"
#include "kiriwake/text.h"
#include "kiriwake/textfsm.h"
#include "lines.h"
#include "matcher.h"
#include "pytext.h"

#define MAX_FIELDS 32
#define MAX_PLATFORMS 512

struct field {
    const char *s;
    size_t len;
};

struct index {
    const char *name, *text;
    struct err *e;
    const char *at, *end;
    int line;
    const char *line_start;
    struct field fields[MAX_FIELDS];
    size_t count;                 /* of the row's fields */
    size_t columns;               /* of the header */
    int template, platform, command;    /* their columns; -1: none */
};

static struct field stripped(const char *s, size_t len)
{
    size_t skip = pytext_space_before(s, len);

    s += skip;
    len -= skip;
    return (struct field){s, len - pytext_space_after(s, len)};
}

static void split(struct index *x, const char *s, size_t len)
{
    const char *comma;

    x->count = 0;
    do {
        size_t n;

        comma = memchr(s, ',', len);
        n = comma ? (size_t)(comma - s) : len;
        if (x->count < MAX_FIELDS)
            x->fields[x->count] = stripped(s, n);
        x->count++;
        s += n + 1;
        len -= comma ? n + 1 : n;
    } while (comma);
}

static bool next_line(struct index *x, const char **s, size_t *len)
{
    const char *nl;

    if (x->at == x->end)
        return false;
    nl = memchr(x->at, '\n', (size_t)(x->end - x->at));
    *s = x->line_start = x->at;
    *len = nl ? (size_t)(nl - x->at) : (size_t)(x->end - x->at);
    x->at = nl ? nl + 1 : x->end;
    x->line++;
    return true;
}

static int find_column(const struct index *x, const char *name)
{
    for (size_t i = 0; i < x->columns; i++)
        if (x->fields[i].len == strlen(name) &&
            memcmp(x->fields[i].s, name, x->fields[i].len) == 0)
            return (int)i;
    return -1;
}

/* The first line that is more than a comment. */
static int read_header(struct index *x)
{
    const char *s, *hash;
    struct field line = {0};
    size_t len;

    while (!line.len && next_line(x, &s, &len)) {
        hash = memchr(s, '#', len);
        line = stripped(s, hash ? (size_t)(hash - s) : len);
    }
    if (line.len)
        split(x, line.s, line.len);
    x->columns = x->count < MAX_FIELDS ? x->count : MAX_FIELDS;
    x->template = find_column(x, "Template");
    x->platform = find_column(x, "Platform");
    x->command = find_column(x, "Command");
    if (x->template < 0)
        return err_at(x->e, x->name, x->text, x->line ? x->line : 1, 1,
                      _("the index's first line names no column Template"));
    return 0;
}

/* The next row with as many fields as the header; others are dropped. */
static bool next_row(struct index *x)
{
    const char *s;
    size_t len;

    while (next_line(x, &s, &len)) {
        if (len && *s == '#')
            continue;
        split(x, s, len);
        if (x->count == x->columns)
            return true;
    }
    return false;
}

/* "abc[[xyz]]" to "abc(x(y(z)?)?)?" */
static void complete(struct buf *out, const char *s, size_t len)
{
    const char *end = s + len, *open, *close;
    size_t depth, n;
    uint32_t cp;

    while ((open = memmem(s, (size_t)(end - s), "[[", 2)) &&
           end - open > 3 &&
           (close = memmem(open + 3, (size_t)(end - open) - 3, "]]", 2))) {
        buf_add(out, s, (size_t)(open - s));
        depth = 0;
        for (s = open + 2; s < close; s += n, depth++) {
            n = text_decode(s, (size_t)(close - s), &cp);
            buf_addc(out, '(');
            buf_add(out, s, n);
        }
        for (; depth; depth--)
            buf_adds(out, ")?");
        s = close + 2;
    }
    buf_add(out, s, (size_t)(end - s));
}

static int match_regex(struct index *x, const struct buf *regex,
                       const struct field *f, const char *subject)
{
    struct arena arena = {0};
    struct matcher m = {0};
    struct matcher_tools tools;
    size_t len = strlen(subject);
    struct line line;
    struct re_error wrong;
    struct re re;
    int rc;

    if (re_parse(&re, &arena, buf_str(regex), regex->len, &wrong) < 0) {
        rc = err_at(x->e, x->name, x->text, x->line,
                    (int)(f->s - x->line_start) + 1,
                    _("invalid regular expression: %s"), wrong.what);
    } else {
        matcher_tools_init(&tools, &arena);
        matcher_prepare(&m, &tools, &re, buf_str(regex), regex->len);
        lines_whole(&line, arena_bytes(&arena, subject, len), len);
        matcher_start(&tools, &line);
        rc = matcher_try(&m, &tools, &line, x->e);
        matcher_tools_free(&tools);
    }
    matcher_free(&m);
    arena_free(&arena);
    return rc;
}

/* Whether a column's regex matches; a column that is not there does. */
static int match_field(struct index *x, int column, const char *subject)
{
    struct buf regex = {0};
    const struct field *f;
    int rc;

    if (column < 0 || !x->fields[column].len)
        return 1;
    f = &x->fields[column];
    if (column == x->command)
        complete(&regex, f->s, f->len);
    else
        buf_add(&regex, f->s, f->len);
    rc = match_regex(x, &regex, f, subject);
    buf_free(&regex);
    return rc;
}

struct platforms {
    const char *names[MAX_PLATFORMS];
    size_t count;
    bool known;                   /* one of them matched */
};

static void add_platform(struct platforms *p, const struct field *f)
{
    for (size_t i = 0; i < p->count; i++)
        if (strlen(p->names[i]) == f->len &&
            memcmp(p->names[i], f->s, f->len) == 0)
            return;
    if (p->count < MAX_PLATFORMS)
        p->names[p->count++] = mem_strndup(f->s, f->len);
}

/* 1 when the row fits, 0 when not, -1 on error. */
static int match_row(struct index *x, struct platforms *p,
                     const char *platform, const char *command)
{
    int rc;

    if (x->platform >= 0)
        add_platform(p, &x->fields[x->platform]);
    rc = match_field(x, x->platform, platform);
    if (rc <= 0)
        return rc;
    p->known = true;
    return match_field(x, x->command, command);
}

static void fail_lookup(const struct index *x, const struct platforms *p,
                        const char *platform, const char *command)
{
    char near[200];

    err_set(x->e, EXIT_DATA,
            _("%s has no template for platform '%s', command '%s'"), x->name,
            platform, command);
    if (!p->known &&
        names_suggest(platform, p->names, p->count, near, sizeof near))
        err_hint(x->e, _("it has no such platform; did you mean %s?"), near);
}

static char *find(struct index *x, struct platforms *p, const char *platform,
                  const char *command)
{
    const struct field *f;
    int rc = 0;

    if (read_header(x) < 0)
        return NULL;
    while (rc == 0 && next_row(x))
        rc = match_row(x, p, platform, command);
    if (rc == 0)
        fail_lookup(x, p, platform, command);
    if (rc <= 0)
        return NULL;
    f = &x->fields[x->template];
    return mem_strndup(f->s, f->len);
}

char *textfsm_index_find(const char *name, const char *text, size_t len,
                         const char *platform, const char *command,
                         struct err *e)
{
    struct index x = {.name = name, .text = text, .e = e, .at = text,
                      .end = text + len};
    struct platforms p = {.count = 0};
    char *found = find(&x, &p, platform, command);

    for (size_t i = 0; i < p.count; i++)
        free((char *)p.names[i]);
    return found;
}
