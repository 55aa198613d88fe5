/*
 * A case as a document: its result and what was read, in the chosen
 * language. Markdown and HTML are laid out by sandboxed Lua
 * (src/report/NAME.lua) over one model, whose texts are escaped before; so a
 * layout cannot forget to. The others are written here.
 */
#ifndef KIRIWAKE_REPORT_H
#define KIRIWAKE_REPORT_H

#include <jansson.h>

#include "kiriwake/buf.h"
#include "kiriwake/data.h"
#include "kiriwake/err.h"

/* "md", "html", "json", "junit", "cast"; NULL-ended. */
extern const char *const report_formats[];

/*
 * records: a case as case_load gives it. Appends the document to out; 0, or
 * -1 and *e: 64 for an unknown format, 65 for a layout that fails. A case
 * that is not done is reported as far as it went (its outcome is "open").
 */
int report_write(const json_t *records, const struct data *data,
                 const char *format, struct buf *out, struct err *e);

/* What became of a change (an item of a result's "changes"), in words. */
const char *report_change_state(const json_t *change);

#endif
