/* kiriwake parse: TextFSM from the command line. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "kiriwake/command.h"
#include "kiriwake/err.h"
#include "kiriwake/mem.h"
#include "kiriwake/msg.h"
#include "kiriwake/options.h"
#include "kiriwake/text.h"
#include "kiriwake/textfsm.h"

#define PIECE (256u << 10)
#define TEMPLATE_MAX (64u << 20)
#define TEMPLATES_MAX 16

struct request {
    const char *template, *file, *encoding;
    const char *index, *platform, *command;
};

/* One template of those an index names, and what it read. */
struct table {
    char *path;
    struct textfsm *template;
    struct textfsm_run *run;
    struct textfsm_rows *rows;
};

struct job {
    const struct request *request;
    struct table tables[TEMPLATES_MAX];
    size_t count;
    struct err *e;
};

static const char *input_name(const struct request *r)
{
    return r->file ? r->file : _("standard input");
}

static int load_template(struct table *t, struct err *e)
{
    struct buf text = {0};

    if (buf_read_file(&text, t->path, TEMPLATE_MAX) == 0)
        t->template = textfsm_compile(t->path, buf_str(&text), text.len, e);
    else
        err_set(e, EXIT_DATA, _("cannot read template %s: %s"), t->path,
                strerror(errno));
    buf_free(&text);
    return t->template ? 0 : -1;
}

static int add_table(struct job *j, char *path)
{
    if (j->count == TEMPLATES_MAX) {
        free(path);
        return err_set(j->e, EXIT_DATA,
                       _("the index names more than %d templates at once"),
                       TEMPLATES_MAX);
    }
    j->tables[j->count] = (struct table){.path = path};
    return load_template(&j->tables[j->count++], j->e);
}

static int add_indexed(struct job *j, const char *names)
{
    for (;;) {
        size_t n = strcspn(names, ":");

        if (add_table(j, mem_printf("%s/%.*s", j->request->index, (int)n,
                                    names)) < 0)
            return -1;
        if (!names[n])
            return 0;
        names += n + 1;
    }
}

static int look_up(struct job *j)
{
    const struct request *r = j->request;
    char *path = mem_printf("%s/index", r->index), *names = NULL;
    struct buf text = {0};
    int rc = -1;

    if (buf_read_file(&text, path, TEMPLATE_MAX) == 0)
        names = textfsm_index_find(path, buf_str(&text), text.len,
                                   r->platform, r->command, j->e);
    else
        err_set(j->e, EXIT_DATA, _("cannot read index %s: %s"), path,
                strerror(errno));
    if (names)
        rc = add_indexed(j, names);
    free(names);
    buf_free(&text);
    free(path);
    return rc;
}

static int feed_all(struct job *j, const char *text, size_t len)
{
    for (size_t i = 0; i < j->count; i++)
        if (textfsm_run_feed(j->tables[i].run, text, len, j->e) < 0)
            return -1;
    return 0;
}

static int feed_stream(struct job *j, FILE *f)
{
    char *piece = mem_alloc(PIECE);
    size_t n;
    int rc = 0;

    while (rc == 0 && (n = fread(piece, 1, PIECE, f)) > 0)
        rc = feed_all(j, piece, n);
    free(piece);
    return rc;
}

/* Decodes the whole text first: iconv's state may span any cut. */
static int feed_decoded(struct job *j, FILE *f)
{
    const char *encoding = j->request->encoding;
    struct buf raw = {0}, text = {0};
    char piece[16384];
    size_t n;
    int rc;

    while ((n = fread(piece, 1, sizeof piece, f)) > 0)
        buf_add(&raw, piece, n);
    rc = text_from(&text, encoding, buf_str(&raw), raw.len);
    if (rc < 0) {
        err_set(j->e, EXIT_USAGE, _("unknown encoding '%s'"), encoding);
        err_hint(j->e, _("`iconv --list` shows those there are"));
    } else
        rc = feed_all(j, buf_str(&text), text.len);
    buf_free(&raw);
    buf_free(&text);
    return rc;
}

/* UTF-8 is checked, not repaired. */
static bool is_utf8(const char *encoding)
{
    return !encoding || strcasecmp(encoding, "utf-8") == 0 ||
           strcasecmp(encoding, "utf8") == 0;
}

static int read_text(struct job *j)
{
    const struct request *r = j->request;
    FILE *f = r->file ? fopen(r->file, "rbe") : stdin;
    int rc = -1;

    errno = f ? 0 : errno;
    if (f)
        rc = is_utf8(r->encoding) ? feed_stream(j, f) : feed_decoded(j, f);
    if (!f || (rc == 0 && ferror(f)))
        rc = err_set(j->e, EXIT_FAILED, _("cannot read %s: %s"),
                     input_name(r), strerror(errno));
    if (f && r->file)
        fclose(f);
    return rc;
}

static int parse_text(struct job *j)
{
    for (size_t i = 0; i < j->count; i++)
        j->tables[i].run = textfsm_run_new(j->tables[i].template);
    if (read_text(j) < 0)
        return -1;
    for (size_t i = 0; i < j->count; i++) {
        struct table *t = &j->tables[i];

        t->rows = textfsm_run_finish(t->run, j->e);
        t->run = NULL;
        if (!t->rows)
            return -1;
    }
    return 0;
}

static bool has_keys(const struct textfsm *t)
{
    for (size_t i = 0; i < textfsm_value_count(t); i++)
        if (textfsm_value_is_key(t, i))
            return true;
    return false;
}

/* Equal in every Key of the template that has them. */
static bool same_keys(const struct textfsm *keys, const json_t *a,
                      const json_t *b)
{
    for (size_t i = 0; i < textfsm_value_count(keys); i++) {
        const char *name = textfsm_value_name(keys, i);

        if (textfsm_value_is_key(keys, i) &&
            !json_equal(json_object_get(a, name), json_object_get(b, name)))
            return false;
    }
    return true;
}

/* The row of t that belongs to a row of the first table: the first with
 * the same keys, or without keys the one at the same place. */
static json_t *partner(const struct job *j, const struct table *t,
                       const json_t *row, size_t at)
{
    const struct textfsm *keys = NULL;
    size_t n = textfsm_rows_count(t->rows);

    for (const struct table *k = j->tables; k <= t && !keys; k++)
        keys = has_keys(k->template) ? k->template : NULL;
    if (!keys)
        return at < n ? textfsm_rows_row(t->rows, at) : NULL;
    for (size_t i = 0; i < n; i++) {
        json_t *other = textfsm_rows_row(t->rows, i);

        if (same_keys(keys, row, other))
            return other;
        json_decref(other);
    }
    return NULL;
}

/* Adds the values the row does not have yet. */
static void extend(const struct job *j, const struct table *t, json_t *row,
                   size_t at)
{
    json_t *other = partner(j, t, row, at);

    for (size_t i = 0; i < textfsm_value_count(t->template); i++) {
        const char *name = textfsm_value_name(t->template, i);
        json_t *value = other ? json_object_get(other, name) : NULL;

        if (!json_object_get(row, name))
            json_object_set_new(row, name, value ? json_incref(value)
                                                 : json_string(""));
    }
    json_decref(other);
}

static int print_rows(const struct job *j)
{
    size_t n = textfsm_rows_count(j->tables[0].rows);

    putchar('[');
    for (size_t i = 0; i < n; i++) {
        json_t *row = textfsm_rows_row(j->tables[0].rows, i);

        for (size_t k = 1; k < j->count; k++)
            extend(j, &j->tables[k], row, i);
        fputs(i ? ",\n " : "\n ", stdout);
        json_dumpf(row, stdout, 0);
        json_decref(row);
    }
    puts(n ? "\n]" : "]");
    if (fflush(stdout) == 0 && !ferror(stdout))
        return 0;
    return err_set(j->e, EXIT_FAILED, _("cannot write the rows: %s"),
                   strerror(errno));
}

static int parse(const struct request *r, struct err *e)
{
    struct job j = {.request = r, .e = e};
    int rc = r->index ? look_up(&j) : add_table(&j, mem_strdup(r->template));

    if (rc == 0)
        rc = parse_text(&j);
    if (rc == 0)
        rc = print_rows(&j);
    for (size_t i = 0; i < j.count; i++) {
        textfsm_rows_free(j.tables[i].rows);
        textfsm_run_abandon(j.tables[i].run);
        textfsm_free(j.tables[i].template);
        free(j.tables[i].path);
    }
    return rc;
}

/* Which words and options go together: NULL, or what is wrong. */
static const char *take_words(struct request *r, const struct options *o)
{
    size_t n = o->word_count, at = 0;

    if (!r->index && (r->platform || r->command))
        return _("--platform and --command need --index");
    if (r->index && (!r->platform || !r->command))
        return _("--index needs --platform and --command");
    if (!r->index && !n)
        return _("no template is named");
    if (!r->index)
        r->template = o->words[at++];
    if (at < n)
        r->file = o->words[at++];
    if (at < n)
        return _("too many words");
    if (r->file && strcmp(r->file, "-") == 0)
        r->file = NULL;
    return NULL;
}

static int run(int argc, char **argv);

static const char *const details[] = {
    N_("  --index DIR      find the template with ntc-templates' DIR/index"),
    N_("  --platform P     the index's platform (cisco_ios)"),
    N_("  --command C      the command, abbreviated or not (sh ver)"),
    N_("  --encoding E     of the text, by iconv's names (default: UTF-8)"),
    NULL,
};

const struct command command_parse = {
    .name = "parse",
    .args = "TEMPLATE [FILE] [--encoding E] | --index DIR --platform P "
            "--command C [FILE]",
    .summary = "read text with a TextFSM template into JSON rows",
    .details = details,
    .run = run,
};

static int run(int argc, char **argv)
{
    struct request r = {0};
    const struct options_extra extra[] = {
        {.name = "index", .value = &r.index},
        {.name = "platform", .value = &r.platform},
        {.name = "command", .value = &r.command},
        {.name = "encoding", .value = &r.encoding},
        {.name = NULL},
    };
    struct options o;
    struct err e = {0};
    const char *wrong;
    int status;

    if (options_parse(&o, argc, argv, extra, &e) < 0)
        status = command_fail(&e);
    else if ((wrong = take_words(&r, &o)))
        status = command_usage(&command_parse, "%s", wrong);
    else
        status = parse(&r, &e) < 0 ? command_fail(&e) : 0;
    options_free(&o);
    return status;
}
