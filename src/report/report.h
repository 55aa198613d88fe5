/* What the formats share. */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <stdbool.h>
#include <jansson.h>

#include "kiriwake/report.h"

/* A case taken apart; all borrowed from records but what is said. */
struct report_case {
    const json_t *records, *header;
    json_t *result;             /* owned: the check --json object */
    bool done;                  /* it has a result of its own */
};

void report_open(struct report_case *c, const json_t *records);
void report_close(struct report_case *c);

/* The string at key, or "". */
const char *report_text(const json_t *o, const char *key);

/* The texts of a person's report, in order and language, no nulls: see
 * model.c (new reference). */
json_t *report_model(const struct report_case *c, const struct data *data);

/* XML and HTML: & < > " ' escaped, control characters made visible. */
void report_add_xml(struct buf *out, const char *s);
void report_add_markdown(struct buf *out, const char *s);

void report_junit(const struct report_case *c, struct buf *out);
void report_cast(const struct report_case *c, struct buf *out);

#endif
