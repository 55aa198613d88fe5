/*
 * Data files: those inside the binary, and directories given by --data,
 * which replace whole files by their relative path.
 */
#ifndef KIRIWAKE_DATA_H
#define KIRIWAKE_DATA_H

#include <stddef.h>

#include "kiriwake/err.h"

struct data_builtin {
    const char *path, *text;    /* text is NUL-terminated */
    size_t len;
};
extern const struct data_builtin data_builtins[];   /* sorted by path */
extern const size_t data_builtin_count;

#define DATA_MAX_DIRS 8
#define DATA_MAX_BYTES (4u << 20)

struct data {
    const char *dirs[DATA_MAX_DIRS];    /* later ones win; borrowed */
    size_t count;
};

struct data_file {
    char *name;      /* for messages: the path, or "<built-in>/path" */
    char *text;      /* NUL-terminated, owned */
    size_t len;
};

/* Reads path ("flows/nec-ix/ipsec.yaml"); 0, or -1 and *e (65). */
int data_read(const struct data *d, const char *path, struct data_file *out,
              struct err *e);
void data_free(struct data_file *f);

/*
 * The paths below prefix that end with suffix, sorted, each once; a
 * NULL-terminated array that data_list_free frees.
 */
char **data_list(const struct data *d, const char *prefix,
                 const char *suffix);
void data_list_free(char **list);

#endif
