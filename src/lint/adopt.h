/* A driver whose directory does not lie in a data directory. */
#ifndef KIRIWAKE_LINT_ADOPT_H
#define KIRIWAKE_LINT_ADOPT_H

#include "kiriwake/data.h"
#include "kiriwake/driver.h"
#include "kiriwake/err.h"

/* Loads the driver with the templates beside it; NULL and *e. */
struct driver *adopt_driver(const struct data *data,
                            const struct data_file *file, struct err *e);

#endif
