#include "capture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"

#define HEAD_MAX (1u << 20)     /* by which form and driver are judged */
#define PART 65536

/* The record that answered a command last. */
struct served {
    char *command;
    size_t at;
    bool stale;             /* an epoch has ended since */
};

struct capture {
    char *path;
    int fd;
    struct buf head;        /* the file's beginning */
    struct saved_form form;
    struct saved *saved;    /* NULL before capture_read */
    const char *host;       /* chosen; NULL: the only one, or none */
    size_t session;         /* the one that is read; 0: not yet chosen */

    struct served *served;
    size_t served_count, served_cap;
    enum capture_mark last;
    size_t first_end;       /* the sample's stimulus is at or after this */
    size_t second_from;     /* and its second reading at or after this */
};

/* --- reading the file --- */

static int cannot_read(const struct capture *c, struct err *e)
{
    err_stage(e, "file");
    err_hint(e, "%s", _("Give a terminal log or a tech-support file."));
    return err_set(e, EXIT_USAGE, _("%s: cannot be read: %s"), c->path,
                   strerror(errno));
}

/* Up to size bytes; 0 at the end, -1 and errno. */
static ssize_t read_some(int fd, char *part, size_t size)
{
    ssize_t n;

    do
        n = read(fd, part, size);
    while (n < 0 && errno == EINTR);
    return n;
}

static int read_head(struct capture *c)
{
    char part[PART];

    while (c->head.len < HEAD_MAX) {
        ssize_t n = read_some(c->fd, part, sizeof part);

        if (n <= 0)
            return (int)n;
        buf_add(&c->head, part, (size_t)n);
    }
    return 0;
}

struct capture *capture_open(const char *path, struct err *e)
{
    struct capture *c = mem_zalloc(sizeof *c);
    bool in = strcmp(path, "-") == 0;

    c->path = mem_strdup(in ? _("standard input") : path);
    c->fd = in ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
               : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (c->fd < 0 || read_head(c) < 0) {
        cannot_read(c, e);
        capture_free(c);
        return NULL;
    }
    saved_sniff(&c->form, buf_str(&c->head), c->head.len);
    return c;
}

void capture_free(struct capture *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->served_count; i++)
        free(c->served[i].command);
    free(c->served);
    saved_free(c->saved);
    buf_wipe(&c->head);
    if (c->fd >= 0)
        close(c->fd);
    free(c->path);
    free(c);
}

static struct saved *reader(const struct capture *c, const struct driver *d,
                            struct err *e)
{
    const struct saved_rules rules = {
        .profile = driver_console(d),
        .commands = driver_forms(d),
        .sections = driver_sections(d),
        .ends = driver_ends(d),
        .prefixes = driver_prefixes(d),
    };
    struct saved *s = saved_new(&rules, &c->form, e);

    if (s)
        saved_feed(s, buf_str(&c->head), c->head.len);
    return s;
}

/* Secrets leave before anybody reads a reply. */
static void scrub(struct capture *c, struct secrets *secrets)
{
    for (size_t i = 0; i < saved_count(c->saved); i++) {
        struct console_reply *r = &saved_at(c->saved, i)->reply;
        char *clean = secrets_scrub(secrets, r->text);

        mem_wipe(r->text);
        r->text = clean;
        if (r->reason) {
            clean = secrets_scrub(secrets, r->reason);
            mem_wipe(r->reason);
            r->reason = clean;
        }
    }
}

static void choose_session(struct capture *c);

int capture_read(struct capture *c, const struct driver *d,
                 struct secrets *secrets, struct err *e)
{
    char part[PART];
    ssize_t n;

    c->saved = reader(c, d, e);
    if (!c->saved)
        return -1;
    buf_wipe(&c->head);
    while ((n = read_some(c->fd, part, sizeof part)) > 0)
        saved_feed(c->saved, part, (size_t)n);
    explicit_bzero(part, sizeof part);
    if (n < 0)
        return cannot_read(c, e);
    saved_end(c->saved);
    scrub(c, secrets);
    choose_session(c);
    return 0;
}

/* --- whose text it is --- */

/* Does the reply to the version probe's command read as this driver's? */
static bool reads_version(const struct driver *d, struct saved *s)
{
    const struct probe_info *info = driver_probe(d, "version");
    json_t *none = json_object();
    bool yes = false;

    for (size_t k = 0; info && k < info->command_count; k++) {
        struct err e = {0};
        char *command = driver_command(d, "version", k, NULL, &e);

        for (size_t i = 0; command && !yes && i < saved_count(s); i++) {
            struct saved_record *r = saved_at(s, i);
            json_t *fact;

            if (strcmp(r->command, command) != 0)
                continue;
            fact = driver_read(d, "version", &r->reply, none, none);
            yes = json_is_string(json_object_get(
                json_object_get(fact, "facts"), "model"));
            json_decref(fact);
        }
        free(command);
    }
    json_decref(none);
    return yes;
}

enum likeness { UNLIKE, MENTIONED, READ };

static enum likeness likeness(struct capture *c, const struct data *data,
                              const char *name, const char *text)
{
    struct err e = {0};
    struct driver *d = driver_load(data, name, &e);
    struct saved *s = d ? reader(c, d, &e) : NULL;
    enum likeness like = UNLIKE;

    if (s) {
        saved_end(s);
        if (driver_detects(d, NULL, text))
            like = MENTIONED;
        if (reads_version(d, s))
            like = READ;
    }
    saved_free(s);
    driver_free(d);
    return like;
}

char *capture_detect(struct capture *c, const struct data *data)
{
    char **names = driver_names(data), *found = NULL;
    char *text = saved_plain(&c->form, buf_str(&c->head), c->head.len);
    enum likeness best = MENTIONED;
    bool several = false;

    for (size_t i = 0; names[i]; i++) {
        enum likeness like = likeness(c, data, names[i], text);

        if (like < best)
            continue;
        several = like == best && found;
        best = like;
        free(found);
        found = mem_strdup(names[i]);
    }
    if (several) {
        free(found);
        found = NULL;
    }
    mem_wipe(text);
    data_list_free(names);
    return found;
}

/* --- hosts --- */

const char *const *capture_hosts(const struct capture *c)
{
    return saved_hosts(c->saved);
}

static bool is_of_host(const struct capture *c, const struct saved_record *r)
{
    return !c->host || (r->host && strcmp(r->host, c->host) == 0);
}

/* The session with the most whole replies of the host; the last of those. */
static void choose_session(struct capture *c)
{
    size_t best = 0, whole = 0;

    c->session = 1;
    for (size_t i = 0; i < saved_count(c->saved); i++) {
        const struct saved_record *r = saved_at(c->saved, i);

        if (i == 0 || r->session != saved_at(c->saved, i - 1)->session)
            whole = 0;
        whole += is_of_host(c, r) && r->reply.state == REPLY_COMPLETE;
        if (whole && whole >= best) {
            best = whole;
            c->session = r->session;
        }
    }
}

bool capture_choose(struct capture *c, const char *host)
{
    const char *const *all = saved_hosts(c->saved);

    for (size_t i = 0; all[i]; i++)
        if (strcmp(all[i], host) == 0)
            c->host = all[i];
    choose_session(c);
    return c->host && strcmp(c->host, host) == 0;
}

const char *capture_host(const struct capture *c)
{
    const char *const *all = saved_hosts(c->saved);
    const char *host = c->host ? c->host
                       : all[0] && !all[1] ? all[0] : NULL;

    return host && !saved_is_part(host) ? host : NULL;
}

/* --- which record ---
 * States of two sessions are not of one time, so one session is read. */

static bool fits(const struct capture *c, const struct saved_record *r,
                 const char *command)
{
    return r->session == c->session && is_of_host(c, r) &&
           strcmp(r->command, command) == 0;
}

/* The next one from there on: a complete one, else one that is cut, else one
 * that was refused (somebody typed it in the wrong mode). */
static bool find_next(const struct capture *c, const char *command,
                      size_t from, size_t *at)
{
    static const enum reply_state order[] = {REPLY_COMPLETE, REPLY_TRUNCATED,
                                             REPLY_REFUSED};

    for (size_t k = 0; k < sizeof order / sizeof order[0]; k++)
        for (size_t i = from; i < saved_count(c->saved); i++) {
            struct saved_record *r = saved_at(c->saved, i);

            if (r->reply.state == order[k] && fits(c, r, command)) {
                *at = i;
                return true;
            }
        }
    return false;
}

static struct served *find_served(const struct capture *c,
                                  const char *command)
{
    for (size_t i = 0; i < c->served_count; i++)
        if (strcmp(c->served[i].command, command) == 0)
            return &c->served[i];
    return NULL;
}

static struct served *serve(struct capture *c, const char *command,
                            size_t at)
{
    struct served *s = find_served(c, command);

    if (!s) {
        c->served = mem_grow(c->served, &c->served_cap, c->served_count + 1,
                             sizeof *c->served);
        s = &c->served[c->served_count++];
        s->command = mem_strdup(command);
    }
    s->at = at;
    s->stale = false;
    return s;
}

static void begin_mark(struct capture *c, enum capture_mark mark)
{
    if (mark == CAPTURE_FIRST && c->last != CAPTURE_FIRST)
        c->first_end = c->second_from = 0;
    if (mark != CAPTURE_PLAIN)
        c->last = mark;
}

/* The least place that may answer it. */
static size_t earliest(const struct capture *c,
                       const struct capture_request *q,
                       const struct served *was)
{
    size_t from = was ? was->at + 1 : 0;
    size_t least = q->mark == CAPTURE_STIMULUS ? c->first_end
                   : q->mark == CAPTURE_SECOND ? c->second_from : 0;

    return from > least ? from : least;
}

const struct saved_record *capture_take(struct capture *c,
                                        const struct capture_request *q)
{
    const struct served *was = find_served(c, q->command);
    bool again = was && !q->once && q->mark != CAPTURE_STIMULUS;
    size_t at;

    begin_mark(c, q->mark);
    if (again && !was->stale)
        at = was->at;
    else if (!find_next(c, q->command, earliest(c, q, was), &at)) {
        if (!again || q->mark == CAPTURE_SECOND)
            return NULL;
        at = was->at;
    }
    serve(c, q->command, at);
    if (q->mark == CAPTURE_FIRST && at >= c->first_end)
        c->first_end = at + 1;
    if (q->mark == CAPTURE_STIMULUS)
        c->second_from = at + 1;
    return saved_at(c->saved, at);
}

bool capture_has(const struct capture *c, const char *command)
{
    const struct served *was = find_served(c, command);
    size_t from = was ? was->at + 1 : 0, at;

    if (c->last == CAPTURE_FIRST && from < c->first_end)
        from = c->first_end;
    return find_next(c, command, from, &at);
}

void capture_new_epoch(struct capture *c)
{
    for (size_t i = 0; i < c->served_count; i++)
        c->served[i].stale = true;
}

/* --- telling --- */

static void describe_form(const struct capture *c, struct buf *b)
{
    static const struct { const char *name, *text; } names[] = {
        {"ascii", "ASCII"}, {"utf-8", "UTF-8"}, {"shift_jis", "Shift_JIS"},
        {"euc-jp", "EUC-JP"}, {"utf-16le", "UTF-16LE"},
        {"utf-16be", "UTF-16BE"}};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i].name, c->form.encoding) == 0)
            buf_printf(b, ", %s", names[i].text);
    if (c->form.stamps)
        buf_printf(b, ", %s", _("with time stamps"));
}

static void describe_host(const struct capture *c, const char *host,
                          struct buf *b)
{
    size_t whole = 0, all = 0;

    for (size_t i = 0; i < saved_count(c->saved); i++) {
        const struct saved_record *r = saved_at(c->saved, i);

        if (host != r->host && (!host || !r->host || strcmp(r->host, host)))
            continue;
        all++;
        whole += r->reply.state == REPLY_COMPLETE;
    }
    buf_printf(b, _("%s: %zu commands of the guideline, %zu with a whole "
                    "reply"), host, all, whole);
}

static void say_buf(struct buf *b, void (*say)(void *, const char *),
                    void *arg)
{
    say(arg, buf_str(b));
    buf_clear(b);
}

static void describe_sessions(const struct capture *c, struct buf *b,
                              void (*say)(void *, const char *), void *arg)
{
    size_t n = saved_count(c->saved), first = 0;

    for (size_t i = 0; i < n && !first; i++)
        if (saved_at(c->saved, i)->session == c->session)
            first = saved_at(c->saved, i)->line;
    if (!n || saved_at(c->saved, 0)->session ==
                  saved_at(c->saved, n - 1)->session)
        return;
    buf_printf(b, _("several sessions, or states of the configuration; the "
                    "one from line %zu on is read"), first);
    say_buf(b, say, arg);
}

void capture_describe(const struct capture *c,
                      void (*say)(void *arg, const char *text), void *arg)
{
    const char *const *hosts = saved_hosts(c->saved);
    struct buf b = {0};

    buf_printf(&b, _("%s: %zu lines"), c->path, saved_lines(c->saved));
    describe_form(c, &b);
    say_buf(&b, say, arg);
    describe_sessions(c, &b, say, arg);
    if (!saved_count(c->saved))
        say(arg, _("no command of the guideline stands in it"));
    for (size_t i = 0; hosts[i]; i++) {
        describe_host(c, hosts[i], &b);
        say_buf(&b, say, arg);
    }
    for (size_t i = 0; i < saved_count(c->saved); i++) {
        const struct saved_record *r = saved_at(c->saved, i);

        if (r->reply.state == REPLY_COMPLETE)
            continue;
        buf_printf(&b, _("line %zu, %s: %s"), r->line, r->command,
                   r->reply.reason ? r->reply.reason : "");
        say_buf(&b, say, arg);
    }
    buf_free(&b);
}
