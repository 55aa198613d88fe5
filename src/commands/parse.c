/* kiriwake parse: TextFSM from the command line. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kiriwake/command.h"
#include "kiriwake/err.h"
#include "kiriwake/mem.h"
#include "kiriwake/msg.h"
#include "kiriwake/text.h"
#include "kiriwake/textfsm.h"

#define PIECE (256u << 10)
#define TEMPLATE_MAX (64u << 20)

struct request {
    const char *template, *file, *encoding;
    const char *index, *platform, *command;
};

static int read_template(struct buf *out, const char *path, struct err *e)
{
    if (buf_read_file(out, path, TEMPLATE_MAX) == 0)
        return 0;
    return err_set(e, EXIT_DATA, _("cannot read template %s: %s"), path,
                   strerror(errno));
}

static struct textfsm *load_template(const char *path, struct err *e)
{
    struct buf text = {0};
    struct textfsm *t = NULL;

    if (read_template(&text, path, e) == 0)
        t = textfsm_compile(path, buf_str(&text), text.len, e);
    buf_free(&text);
    return t;
}

/* Feeds a stream of UTF-8. */
static int feed(struct textfsm_run *run, FILE *f, struct err *e)
{
    char *piece = mem_alloc(PIECE);
    size_t n;
    int rc = 0;

    while (rc == 0 && (n = fread(piece, 1, PIECE, f)) > 0)
        rc = textfsm_run_feed(run, piece, n, e);
    free(piece);
    return rc;
}

/* Decodes the whole text first: iconv's state may span any cut. */
static int feed_decoded(struct textfsm_run *run, FILE *f,
                        const char *encoding, struct err *e)
{
    struct buf raw = {0}, text = {0};
    char piece[16384];
    size_t n;
    int rc;

    while ((n = fread(piece, 1, sizeof piece, f)) > 0)
        buf_add(&raw, piece, n);
    rc = text_from(&text, encoding, buf_str(&raw), raw.len);
    if (rc < 0)
        err_set(e, EXIT_USAGE, _("unknown encoding '%s' (iconv --list "
                                 "shows those there are)"), encoding);
    else
        rc = textfsm_run_feed(run, buf_str(&text), text.len, e);
    buf_free(&raw);
    buf_free(&text);
    return rc;
}

static struct textfsm_rows *parse_stream(struct textfsm *t, FILE *f,
                                         const struct request *r,
                                         struct err *e)
{
    struct textfsm_run *run = textfsm_run_new(t);
    int rc = r->encoding ? feed_decoded(run, f, r->encoding, e)
                         : feed(run, f, e);

    if (rc == 0 && ferror(f))
        rc = err_set(e, EXIT_FAILED, _("cannot read %s: %s"),
                     r->file ? r->file : _("standard input"),
                     strerror(errno));
    if (rc == 0)
        return textfsm_run_finish(run, e);
    textfsm_run_abandon(run);
    return NULL;
}

static struct textfsm_rows *parse_text(struct textfsm *t,
                                       const struct request *r, struct err *e)
{
    FILE *f = r->file ? fopen(r->file, "rbe") : stdin;
    struct textfsm_rows *rows;

    if (!f) {
        err_set(e, EXIT_FAILED, _("cannot read %s: %s"), r->file,
                strerror(errno));
        return NULL;
    }
    rows = parse_stream(t, f, r, e);
    if (r->file)
        fclose(f);
    return rows;
}

static int print_rows(const struct textfsm_rows *rows, struct err *e)
{
    size_t n = textfsm_rows_count(rows);

    putchar('[');
    for (size_t i = 0; i < n; i++) {
        json_t *row = textfsm_rows_row(rows, i);

        fputs(i ? ",\n " : "\n ", stdout);
        json_dumpf(row, stdout, 0);
        json_decref(row);
    }
    puts(n ? "\n]" : "]");
    if (fflush(stdout) == 0 && !ferror(stdout))
        return 0;
    return err_set(e, EXIT_FAILED, _("cannot write the rows: %s"),
                   strerror(errno));
}

static int parse(const struct request *r, struct err *e)
{
    struct textfsm *t = load_template(r->template, e);
    struct textfsm_rows *rows = t ? parse_text(t, r, e) : NULL;
    int rc = rows ? print_rows(rows, e) : -1;

    textfsm_rows_free(rows);
    textfsm_free(t);
    return rc;
}

static int run(int argc, char **argv);

const struct command command_parse = {
    .name = "parse",
    .args = "TEMPLATE [FILE] [--encoding E]\n"
            "       kiriwake parse --index DIR --platform P --command C "
            "[FILE] [--encoding E]",
    .summary = ("Parse text with a TextFSM template into JSON rows"),
    .run = run,
};

static int run(int argc, char **argv)
{
    struct err e = {0};
    struct request r = {0};

    if (argc < 2)
        return command_usage(&command_parse, "%s", _("no template is named"));
    r.template = argv[1];
    r.file = argc > 2 ? argv[2] : NULL;
    return parse(&r, &e) < 0 ? command_fail(&e) : 0;
}
