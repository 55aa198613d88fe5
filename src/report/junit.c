/*
 * A case as JUnit XML, for systems that collect test results: a check point
 * is a test, each finding one that failed.
 */
#include <string.h>

#include "kiriwake/msg.h"
#include "report.h"

static void attribute(struct buf *out, const char *name, const char *value)
{
    buf_printf(out, " %s=\"", name);
    report_add_xml(out, value);
    buf_addc(out, '"');
}

static void open_case(struct buf *out, const char *class, const char *name)
{
    buf_adds(out, "    <testcase");
    attribute(out, "classname", class);
    attribute(out, "name", name);
    buf_adds(out, ">\n");
}

/* <failure type="…" message="…">text</failure> */
static void element(struct buf *out, const char *name, const char *type,
                    const char *message, const char *text)
{
    buf_printf(out, "      <%s", name);
    if (type[0])
        attribute(out, "type", type);
    attribute(out, "message", message);
    buf_addc(out, '>');
    report_add_xml(out, text);
    buf_printf(out, "</%s>\n", name);
}

static void close_case(struct buf *out)
{
    buf_adds(out, "    </testcase>\n");
}

struct tally {
    int tests, failures, errors, skipped;
};

static void add_point(struct buf *out, const char *flow, const json_t *p,
                      struct tally *n)
{
    const char *outcome = report_text(p, "outcome");

    n->tests++;
    open_case(out, flow, report_text(p, "checkpoint"));
    if (strcmp(outcome, "abnormal") == 0) {
        element(out, "failure", outcome, report_text(p, "because"), "");
        n->failures++;
    } else if (strcmp(outcome, "unreadable") == 0 ||
               strcmp(outcome, "skipped") == 0) {
        element(out, "skipped", "", report_text(p, "because"), "");
        n->skipped++;
    }
    close_case(out);
}

static void add_evidence(struct buf *text, const json_t *finding)
{
    size_t i, k;
    json_t *e, *line;

    json_array_foreach(json_object_get(finding, "evidence"), i, e) {
        buf_printf(text, "%s (%s)\n", report_text(e, "command"),
                   report_text(e, "at"));
        json_array_foreach(json_object_get(e, "lines"), k, line)
            buf_printf(text, "%4d  %s\n",
                       (int)json_integer_value(json_object_get(line, "n")),
                       report_text(line, "text"));
    }
}

static void add_finding(struct buf *out, const json_t *f, struct tally *n)
{
    struct buf text = {0};

    n->tests++;
    n->failures++;
    buf_printf(&text, "%s\n", report_text(f, "explanation"));
    add_evidence(&text, f);
    buf_printf(&text, "%s\n",
               report_text(json_object_get(f, "fix"), "text"));
    open_case(out, "finding", report_text(f, "id"));
    element(out, "failure", report_text(f, "certainty"),
            report_text(f, "title"), buf_str(&text));
    close_case(out);
    buf_free(&text);
}

/* What has no check point of its own: a walk that failed or stayed open. */
static void add_outcome(struct buf *out, const json_t *result,
                        struct tally *n)
{
    const json_t *error = json_object_get(result, "error");
    const char *outcome = report_text(result, "outcome");

    n->tests++;
    open_case(out, "walk", "outcome");
    if (strcmp(outcome, "failed") == 0) {
        element(out, "error", report_text(error, "stage"),
                report_text(error, "what"), report_text(error, "try"));
        n->errors++;
    } else if (strcmp(outcome, "open") == 0) {
        element(out, "skipped", "", outcome, "");
        n->skipped++;
    }
    close_case(out);
}

/* "2026-11-21T10:00:00+09:00" without its offset: what the format takes. */
static void add_timestamp(struct buf *out, const char *at)
{
    char stamp[20] = "";

    if (strlen(at) >= sizeof stamp - 1) {
        memcpy(stamp, at, sizeof stamp - 1);
        attribute(out, "timestamp", stamp);
    }
}

void report_junit(const struct report_case *c, struct buf *out)
{
    const char *flow = report_text(c->result, "flow");
    struct buf body = {0};
    struct tally n = {0};
    size_t i;
    json_t *item;

    json_array_foreach(json_object_get(c->result, "path"), i, item)
        add_point(&body, flow, item, &n);
    json_array_foreach(json_object_get(c->result, "findings"), i, item)
        add_finding(&body, item, &n);
    add_outcome(&body, c->result, &n);
    buf_adds(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                  "<testsuites>\n  <testsuite");
    attribute(out, "name", flow[0] ? flow : "kiriwake");
    attribute(out, "hostname", report_text(c->header, "target"));
    add_timestamp(out, report_text(c->header, "at"));
    buf_printf(out, " tests=\"%d\" failures=\"%d\" errors=\"%d\" "
               "skipped=\"%d\">\n", n.tests, n.failures, n.errors, n.skipped);
    buf_add(out, buf_str(&body), body.len);
    buf_adds(out, "  </testsuite>\n</testsuites>\n");
    buf_free(&body);
}
