/* Replies of real devices, shared beside the source tree when it is there. */
#ifndef TEST_CORPUS_H
#define TEST_CORPUS_H

#include <dirent.h>
#include <stdio.h>

#include "probe_fixture.h"

/* Calls check() for every file below the folder whose name holds part; how
 * many there were. Without the corpus it says so, and gives -1. */
static inline int corpus_each(const char *folder, const char *part,
                              void (*check)(const char *name,
                                            const char *text))
{
    const char *root = getenv("KIRIWAKE_SHARED");
    char *dir = root ? mem_printf("%s/device-outputs/%s", root, folder)
                     : mem_printf("%s/../shared/device-outputs/%s",
                                  TEST_ROOT, folder);
    DIR *d = opendir(dir);
    struct dirent *ent;
    int n = 0;

    while (d && (ent = readdir(d))) {
        char *path = mem_printf("%s/%s", dir, ent->d_name);
        struct buf b = {0};

        if (strstr(ent->d_name, part) &&
            buf_read_file(&b, path, 4u << 20) == 0) {
            check(ent->d_name, buf_str(&b));
            n++;
        }
        buf_free(&b);
        free(path);
    }
    if (!d)
        print_message("no corpus at %s: skipped\n", dir);
    else
        closedir(d);
    free(dir);
    return d ? n : -1;
}

#endif
