/* A case as a document: chooses the format, runs the layouts. */
#include "report.h"

#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"
#include "kiriwake/names.h"
#include "kiriwake/script.h"
#include "kiriwake/text.h"

const char *const report_formats[] = {"md", "html", "json", "junit", "cast",
                                      NULL};

const char *report_text(const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));

    return s ? s : "";
}

/* --- a case that is not done -------------------------------------------- */

static json_t *half_result(const json_t *header)
{
    return json_pack(
        "{s:i,s:s,s:s,s:{s:s,s:s,s:n,s:n,s:n},s:n,s:s,s:[],s:[],s:[],s:[],"
        "s:n,s:[],s:n}",
        "schema_version", 1, "case", report_text(header, "case"), "outcome",
        "open", "device", "target", report_text(header, "target"), "driver",
        report_text(header, "driver"), "hostname", "model", "os_version",
        "subject", "flow", report_text(header, "flow"), "path", "findings",
        "suspects", "ruled_out", "pending", "changes", "error");
}

void report_open(struct report_case *c, const json_t *records)
{
    size_t n = json_array_size(records);

    *c = (struct report_case){records, json_array_get(records, 0), NULL,
                              false};
    while (n-- > 0 && !c->result) {
        json_t *result = json_object_get(json_array_get(records, n),
                                         "result");

        c->result = json_incref(result);
    }
    c->done = c->result != NULL;
    if (!c->done)
        c->result = half_result(c->header);
}

void report_close(struct report_case *c)
{
    json_decref(c->result);
    c->result = NULL;
}

/* --- escaping ----------------------------------------------------------- */

void report_add_xml(struct buf *out, const char *s)
{
    static const struct {
        char c;
        const char *as;
    } table[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"},
                 {'"', "&quot;"}, {'\'', "&#39;"}};
    struct buf safe = {0};

    text_add_safe(&safe, s, strlen(s));
    for (size_t i = 0; i < safe.len; i++) {
        const char *as = NULL;

        for (size_t k = 0; k < sizeof table / sizeof table[0]; k++)
            if (table[k].c == safe.data[i])
                as = table[k].as;
        if (as)
            buf_adds(out, as);
        else
            buf_addc(out, safe.data[i]);
    }
    buf_free(&safe);
}

/* Text within a line of Markdown: nothing in it is markup. */
void report_add_markdown(struct buf *out, const char *s)
{
    struct buf safe = {0};

    text_add_safe(&safe, s, strlen(s));
    for (size_t i = 0; i < safe.len; i++) {
        char c = safe.data[i];

        if (strchr("\\`*_[]<>#|~!&", c))
            buf_addc(out, '\\');
        buf_addc(out, c == '\n' ? ' ' : c);
    }
    buf_free(&safe);
}

static void add_code(struct buf *out, const char *s)
{
    text_add_safe(out, s, strlen(s));
}

typedef void escape_fn(struct buf *out, const char *s);

static json_t *escaped(const json_t *v, escape_fn *text, escape_fn *code)
{
    json_t *out, *item;
    const char *key;
    struct buf b = {0};
    size_t i;

    if (json_is_object(v)) {
        out = json_object();
        json_object_foreach((json_t *)v, key, item)
            json_object_set_new(out, key, escaped(
                item, strcmp(key, "code") ? text : code, code));
    } else if (json_is_array(v)) {
        out = json_array();
        json_array_foreach(v, i, item)
            json_array_append_new(out, escaped(item, text, code));
    } else if (json_is_string(v)) {
        text(&b, json_string_value(v));
        out = json_string(buf_str(&b));
        buf_free(&b);
    } else {
        out = json_deep_copy(v);
    }
    return out;
}

/* --- layouts ------------------------------------------------------------ */

static int run_layout(const struct data_file *f, const json_t *model,
                      struct buf *out, struct err *e)
{
    struct script_place at = {f->name, f->text, 1, 1};
    struct script *s = script_new();
    struct script_chunk *chunk = script_body(s, f->text, &at, e);
    struct script_outcome got = {0};
    json_t *vars;
    int rc = -1;

    if (chunk) {
        vars = json_pack("{s:O}", "report", model);
        script_eval(chunk, NULL, NULL, vars, &got);
        if (got.result == SCRIPT_VALUE && json_is_string(got.value)) {
            buf_adds(out, json_string_value(got.value));
            rc = 0;
        } else {
            err_set(e, EXIT_DATA, "%s: %s", f->name,
                    got.reason ? got.reason : "gives no text");
        }
        script_outcome_free(&got);
        json_decref(vars);
    }
    script_free(s);
    return rc;
}

static int lay_out(const struct report_case *c, const struct data *data,
                   const char *path, escape_fn *text, escape_fn *code,
                   struct buf *out, struct err *e)
{
    struct data_file f = {0};
    json_t *plain, *model;
    int rc;

    if (data_read(data, path, &f, e) < 0)
        return -1;
    plain = report_model(c, data);
    model = escaped(plain, text, code);
    json_decref(plain);
    rc = run_layout(&f, model, out, e);
    json_decref(model);
    data_free(&f);
    return rc;
}

static int write_md(const struct report_case *c, const struct data *data,
                    struct buf *out, struct err *e)
{
    return lay_out(c, data, "src/report/md.lua", report_add_markdown,
                   add_code, out, e);
}

static int write_html(const struct report_case *c, const struct data *data,
                      struct buf *out, struct err *e)
{
    return lay_out(c, data, "src/report/html.lua", report_add_xml,
                   report_add_xml, out, e);
}

static int write_json(const struct report_case *c, const struct data *data,
                      struct buf *out, struct err *e)
{
    char *text = json_dumps(c->result, JSON_INDENT(1));

    (void)data;
    (void)e;
    buf_adds(out, text);
    buf_addc(out, '\n');
    free(text);
    return 0;
}

static int write_junit(const struct report_case *c, const struct data *data,
                       struct buf *out, struct err *e)
{
    (void)data;
    (void)e;
    report_junit(c, out);
    return 0;
}

static int write_cast(const struct report_case *c, const struct data *data,
                      struct buf *out, struct err *e)
{
    (void)data;
    (void)e;
    report_cast(c, out);
    return 0;
}

/* In the order of report_formats. */
static int (*const writers[])(const struct report_case *c,
                              const struct data *data, struct buf *out,
                              struct err *e) = {
    write_md, write_html, write_json, write_junit, write_cast,
};

int report_write(const json_t *records, const struct data *data,
                 const char *format, struct buf *out, struct err *e)
{
    struct report_case c;
    int rc;

    for (size_t i = 0; report_formats[i]; i++)
        if (strcmp(report_formats[i], format) == 0) {
            report_open(&c, records);
            rc = writers[i](&c, data, out, e);
            report_close(&c);
            return rc;
        }
    err_hint(e, _("one of %s"), "md, html, json, junit, cast");
    return err_set(e, EXIT_USAGE, _("--format: no report is written as '%s'"),
                   format);
}
