/*
 * A case as an asciicast v2 recording: the dialogue with the device, as far
 * as the journal has it, at the times it has.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kiriwake/text.h"
#include "report.h"

#define COLS_MIN 80
#define COLS_MAX 200
#define STEP 0.05               /* seconds between events of one second */

struct cast {
    struct buf *out;
    time_t start;
    double now;                 /* seconds since the start */
    const char *host;
};

/* RFC 3339 to seconds; 0 when it is none. */
static time_t seconds(const char *at)
{
    struct tm tm = {0};
    const char *rest = strptime(at, "%Y-%m-%dT%H:%M:%S%z", &tm);
    long offset = tm.tm_gmtoff;

    return rest ? timegm(&tm) - offset : 0;
}

static void move_to(struct cast *c, const char *at)
{
    time_t t = seconds(at);
    double due = t && c->start ? difftime(t, c->start) : 0;

    c->now = due > c->now + STEP ? due : c->now + STEP;
}

static void emit(struct cast *c, const char *text)
{
    struct buf safe = {0};
    struct buf crlf = {0};
    json_t *event;
    char *line;

    text_add_safe(&safe, text, strlen(text));
    for (size_t i = 0; i < safe.len; i++) {
        if (safe.data[i] == '\n')
            buf_addc(&crlf, '\r');
        buf_addc(&crlf, safe.data[i]);
    }
    event = json_pack("[f,s,s]", c->now, "o", buf_str(&crlf));
    line = json_dumps(event, JSON_COMPACT | JSON_REAL_PRECISION(9));
    buf_printf(c->out, "%s\n", line);
    free(line);
    json_decref(event);
    buf_free(&crlf);
    buf_free(&safe);
}

/* The text with a line end. */
static void emit_line(struct cast *c, const char *prefix, const char *text)
{
    struct buf b = {0};
    size_t len = strlen(text);

    buf_printf(&b, "%s%s%s", prefix, text,
               len && text[len - 1] == '\n' ? "" : "\n");
    emit(c, buf_str(&b));
    buf_free(&b);
}

static void emit_exchange(struct cast *c, const char *command,
                          const char *text)
{
    struct buf prompt = {0};

    buf_printf(&prompt, "%s# ", c->host);
    emit_line(c, buf_str(&prompt), command);
    c->now += STEP;
    if (text[0])
        emit_line(c, "", text);
    buf_free(&prompt);
}

static void emit_did(struct cast *c, const json_t *record)
{
    size_t i;
    json_t *r;

    json_array_foreach(json_object_get(record, "results"), i, r)
        emit_exchange(c, report_text(r, "send"), report_text(r, "text"));
}

static void emit_record(struct cast *c, const json_t *record)
{
    const json_t *fact = json_object_get(record, "fact");
    const char *event = report_text(record, "event");

    move_to(c, report_text(fact, "at")[0] ? report_text(fact, "at")
                                          : report_text(record, "at"));
    if (report_text(fact, "command")[0])
        emit_exchange(c, report_text(fact, "command"),
                      report_text(fact, "text"));
    else if (strcmp(event, "did") == 0)
        emit_did(c, record);
    else if (strcmp(event, "answer") == 0 && report_text(record, "answer")[0])
        emit_line(c, "! ", report_text(record, "answer"));
}

static void emit_verdict(struct cast *c, const json_t *result)
{
    size_t i;
    json_t *f;

    c->now += STEP;
    emit_line(c, "\n! ", report_text(result, "outcome"));
    json_array_foreach(json_object_get(result, "findings"), i, f) {
        c->now += STEP;
        emit_line(c, "! ", report_text(f, "title"));
    }
}

static int widest(const char *text, int most)
{
    while (*text && most < COLS_MAX) {
        size_t len = strcspn(text, "\n");
        int w = len < COLS_MAX ? (int)len : COLS_MAX;

        most = w > most ? w : most;
        text += len + (text[len] == '\n');
    }
    return most;
}

static int width(const json_t *records)
{
    int most = COLS_MIN;
    size_t i;
    json_t *r;

    json_array_foreach(records, i, r)
        most = widest(report_text(json_object_get(r, "fact"), "text"), most);
    return most;
}

static void emit_header(const struct cast *c, const struct report_case *rc)
{
    json_t *head = json_pack(
        "{s:i,s:i,s:i,s:I,s:f,s:s+}", "version", 2, "width",
        width(rc->records), "height", 24, "timestamp", (json_int_t)c->start,
        "idle_time_limit", 2.0, "title", "kiriwake ",
        report_text(rc->header, "case"));
    char *line = json_dumps(head, JSON_COMPACT | JSON_REAL_PRECISION(6));

    buf_printf(c->out, "%s\n", line);
    free(line);
    json_decref(head);
}

void report_cast(const struct report_case *rc, struct buf *out)
{
    struct cast c = {.out = out,
                     .start = seconds(report_text(rc->header, "at")),
                     .host = report_text(json_object_get(rc->result,
                                                         "device"),
                                         "hostname")};
    size_t i;
    json_t *r;

    if (!c.host[0])
        c.host = "device";
    emit_header(&c, rc);
    json_array_foreach(rc->records, i, r)
        if (i > 0)
            emit_record(&c, r);
    if (rc->done)
        emit_verdict(&c, rc->result);
}
