/* The directory of cases: $XDG_STATE_HOME/kiriwake/cases. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"
#include "kiriwake/mem.h"
#include "kiriwake/msg.h"
#include "kiriwake/names.h"

/* A relative XDG_STATE_HOME is to be ignored (XDG Base Directory 0.8). */
static char *state_home(void)
{
    const char *xdg = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

    if (xdg && xdg[0] == '/')
        return mem_strdup(xdg);
    return mem_printf("%s/.local/state", home && home[0] ? home : "");
}

/* Makes a directory and those above it, ours for nobody else. */
static int make_all(char *path)
{
    for (char *p = path + 1; *p; p++)
        if (*p == '/') {
            *p = '\0';
            if (mkdir(path, 0700) < 0 && errno != EEXIST)
                return -1;
            *p = '/';
        }
    return mkdir(path, 0700) < 0 && errno != EEXIST ? -1 : 0;
}

char *cases_dir(bool make, struct err *e)
{
    char *home = state_home();
    char *dir = mem_printf("%s/kiriwake/cases", home);

    free(home);
    if (make && make_all(dir) < 0) {
        err_set(e, EXIT_INTERNAL, _("cases cannot be kept: %s: %s"), dir,
                strerror(errno));
        err_hint(e, "%s", _("set XDG_STATE_HOME to a directory that can be "
                            "written, or use --no-journal"));
        free(dir);
        return NULL;
    }
    return dir;
}

bool case_id_valid(const char *text)
{
    static const char form[] = "dddddddd-dddddd-xxxx";

    if (strlen(text) != sizeof form - 1)
        return false;
    for (size_t i = 0; text[i]; i++) {
        const char *set = form[i] == 'd' ? "0123456789"
                          : form[i] == 'x' ? "0123456789abcdef" : "-";

        if (!strchr(set, text[i]))
            return false;
    }
    return true;
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

char **cases_ids(const char *dir, size_t *count)
{
    DIR *d = opendir(dir);
    struct dirent *entry;
    char **ids = mem_zalloc(sizeof *ids);
    size_t n = 0, cap = 1;

    while (d && (entry = readdir(d)))
        if (case_id_valid(entry->d_name)) {
            ids = mem_grow(ids, &cap, n + 2, sizeof *ids);
            ids[n++] = mem_strdup(entry->d_name);
        }
    if (d)
        closedir(d);
    ids[n] = NULL;
    qsort(ids, n, sizeof *ids, compare);
    *count = n;
    return ids;
}

void cases_ids_free(char **ids)
{
    for (size_t i = 0; ids[i]; i++)
        free(ids[i]);
    free(ids);
}

static void fail_unknown(const char *id, const char *dir, struct err *e)
{
    size_t count;
    char **ids = cases_ids(dir, &count);
    char near[100];

    err_set(e, EXIT_USAGE, _("there is no case %s in %s"), id, dir);
    if (names_suggest(id, (const char *const *)ids, count, near, sizeof near))
        err_hint(e, _("did you mean %s?"), near);
    else
        err_hint(e, "%s", _("kiriwake cases lists them"));
    cases_ids_free(ids);
}

char *case_journal(const char *id, struct err *e)
{
    char *dir = cases_dir(false, e);
    char *path = mem_printf("%s/%s/journal.jsonl", dir, id);

    if (!case_id_valid(id) || access(path, F_OK) != 0) {
        fail_unknown(id, dir, e);
        free(path);
        path = NULL;
    }
    free(dir);
    return path;
}
