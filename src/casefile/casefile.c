/* One case that is being written: its journal, open for appending. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"
#include "kiriwake/mem.h"
#include "kiriwake/msg.h"

#define ID_TRIES 16

struct casefile {
    int fd;
    off_t size;                 /* of the whole records */
    char id[24];
};

static void make_id(char *out, size_t size)
{
    uint16_t r = 0;
    char stamp[16];
    time_t now = time(NULL);
    struct tm tm;

    localtime_r(&now, &tm);
    strftime(stamp, sizeof stamp, "%Y%m%d-%H%M%S", &tm);
    if (getrandom(&r, sizeof r, 0) < 0)
        r = (uint16_t)getpid();
    snprintf(out, size, "%s-%04x", stamp, r);
}

/* A directory of its own: its path (caller frees) and id, or NULL. */
static char *make_dir(const char *cases, char *id, size_t size)
{
    for (int i = 0; i < ID_TRIES; i++) {
        char *dir;

        make_id(id, size);
        dir = mem_printf("%s/%s", cases, id);
        if (mkdir(dir, 0700) == 0)
            return dir;
        free(dir);
        if (errno != EEXIST)
            break;
    }
    return NULL;
}

/* The name must last as its content does. */
static void sync_dir(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
}

static int create_in(struct casefile *c, const char *cases)
{
    char *dir = make_dir(cases, c->id, sizeof c->id);
    char *path;

    if (!dir)
        return -1;
    path = mem_printf("%s/journal.jsonl", dir);
    c->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC,
                 0600);
    if (c->fd >= 0)
        flock(c->fd, LOCK_EX | LOCK_NB);
    sync_dir(dir);
    sync_dir(cases);
    free(path);
    free(dir);
    return c->fd < 0 ? -1 : 0;
}

static struct casefile *fail_create(struct casefile *c, const char *cases,
                                    struct err *e)
{
    err_set(e, EXIT_INTERNAL, _("the case cannot be kept in %s: %s"), cases,
            strerror(errno));
    err_hint(e, "%s", _("set XDG_STATE_HOME to a directory that can be "
                        "written, or use --no-journal"));
    case_close(c);
    return NULL;
}

struct casefile *case_create(json_t *header, struct err *e)
{
    char *cases = cases_dir(true, e);
    struct casefile *c;

    if (!cases)
        return NULL;
    c = mem_zalloc(sizeof *c);
    c->fd = -1;
    if (create_in(c, cases) < 0) {
        c = fail_create(c, cases, e);
    } else {
        json_object_set_new(header, "case", json_string(c->id));
        if (case_append(c, header, true) < 0)
            c = fail_create(c, cases, e);
    }
    free(cases);
    return c;
}

/* --- going on with one -------------------------------------------------- */

static int open_locked(struct casefile *c, const char *path, struct err *e)
{
    c->fd = open(path, O_RDWR | O_APPEND | O_CLOEXEC);
    if (c->fd < 0)
        return err_set(e, EXIT_DATA, "%s: %s", path, strerror(errno));
    if (flock(c->fd, LOCK_EX | LOCK_NB) == 0)
        return 0;
    err_hint(e, "%s", _("go on where it is open, or close it there first"));
    return err_set(e, EXIT_USAGE, _("case %s is open in another kiriwake"),
                   c->id);
}

/* Cuts off what was torn, so that the next record stands on its own line. */
static json_t *read_whole(struct casefile *c, const char *path, struct err *e)
{
    struct buf text = {0};
    json_t *records = NULL;
    size_t good = 0;

    if (buf_read_file(&text, path, JOURNAL_MAX) < 0)
        err_set(e, EXIT_DATA, "%s: %s", path, strerror(errno));
    else
        records = journal_parse(path, &text, &good, e);
    buf_free(&text);
    c->size = (off_t)good;
    if (records && ftruncate(c->fd, c->size) < 0) {
        err_set(e, EXIT_DATA, "%s: %s", path, strerror(errno));
        json_decref(records);
        records = NULL;
    }
    return records;
}

struct casefile *case_open(const char *id, json_t **records, struct err *e)
{
    char *path = case_journal(id, e);
    struct casefile *c;

    *records = NULL;
    if (!path)
        return NULL;
    c = mem_zalloc(sizeof *c);
    snprintf(c->id, sizeof c->id, "%s", id);
    if (open_locked(c, path, e) == 0)
        *records = read_whole(c, path, e);
    free(path);
    if (*records)
        return c;
    case_close(c);
    return NULL;
}

/* --- writing ------------------------------------------------------------ */

static int write_all(int fd, const char *s, size_t len)
{
    while (len) {
        ssize_t n = write(fd, s, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        s += n;
        len -= (size_t)n;
    }
    return 0;
}

static int append_line(struct casefile *c, const char *line, size_t len,
                       bool durable)
{
    int error;

    if (write_all(c->fd, line, len) == 0 &&
        (!durable || fdatasync(c->fd) == 0)) {
        c->size += (off_t)len;
        return 0;
    }
    /* A full disk: half a record must not stand before a later one. */
    error = errno;
    if (ftruncate(c->fd, c->size) < 0)
        error = errno;
    errno = error;
    return -1;
}

int case_append(struct casefile *c, const json_t *record, bool durable)
{
    char *text = json_dumps(record, JSON_COMPACT);
    struct buf line = {0};
    int rc;

    if (!text) {
        errno = EINVAL;
        return -1;
    }
    buf_adds(&line, text);
    buf_addc(&line, '\n');
    free(text);
    rc = append_line(c, line.data, line.len, durable);
    buf_free(&line);
    return rc;
}

const char *case_id(const struct casefile *c)
{
    return c->id;
}

void case_close(struct casefile *c)
{
    if (!c)
        return;
    if (c->fd >= 0)
        close(c->fd);
    free(c);
}
