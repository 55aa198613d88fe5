/* What saved_sniff and the reader of saved text share. */
#ifndef CONSOLE_SAVED_FORM_H
#define CONSOLE_SAVED_FORM_H

#include "kiriwake/buf.h"
#include "kiriwake/saved.h"

/* Bytes of the time stamp that the line begins with; 0: none. */
size_t saved_stamp(const char *line, size_t len);

#endif
