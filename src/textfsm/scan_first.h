/* What may stand first where a match begins, of parts put together. Most
 * are shared: made once, in the arena, and not changed then. */
#ifndef KIRIWAKE_TEXTFSM_SCAN_FIRST_H
#define KIRIWAKE_TEXTFSM_SCAN_FIRST_H

#include "scan.h"

extern const struct scan_first scan_first_any;      /* anything, or the end */
extern const struct scan_first scan_first_end;      /* only the end */
extern const struct scan_first scan_first_none;     /* it cannot match */

const struct scan_first *scan_first_new(struct arena *a,
                                        struct re_ascii bytes, bool end);
const struct scan_first *scan_first_char(struct arena *a, char c);
const struct scan_first *scan_first_either(struct arena *a,
                                           const struct scan_first *x,
                                           const struct scan_first *y);
const struct scan_first *scan_first_both(struct arena *a,
                                         const struct scan_first *x,
                                         const struct scan_first *y);

#endif
