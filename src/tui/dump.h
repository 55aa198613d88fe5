/* The display as text, for tests and for looking at. */
#ifndef TUI_DUMP_H
#define TUI_DUMP_H

#include "kiriwake/buf.h"

/*
 * Appends the rows of the screen as it stands, each between bars, and below
 * them the runs of text that have an attribute: ROW name"text" ….
 */
void dump_display(struct buf *out);

#endif
