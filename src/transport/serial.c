/*
 * A serial line on libserialport: serial:///dev/ttyUSB0[?baud=9600].
 *
 * Two descriptors: ours is opened first, reads the settings as they were
 * (sp_open rewrites them at once) and carries the locks; libserialport's
 * carries the bytes. Ours stays open, so that closing the other is not the
 * last close, and DTR does not fall before the settings are back.
 */
#include "serial.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"
#include "kiriwake/transport.h"

#define DEFAULT_BAUD 9600
#define MIN_BAUD 50
#define MAX_BAUD 4000000
#define BREAK_MS 300            /* longer than a character at 50 baud */
#define LOOK_MS 250             /* between two looks for a lost adapter */
#define DRAIN_MS 5              /* between two looks at the output queue */
#define HELD_MS 16              /* an adapter's timer, if it is not told */

struct serial {
    struct transport base;
    char *target;               /* as typed, for messages */
    char *device;               /* the path without links */
    struct port *me;            /* which adapter it is; never NULL */
    struct serial_lock lock;
    struct serial_settings set;
    struct sp_port *sp;         /* NULL: not open */
    unsigned pace_ms;           /* between two characters */
    uint64_t now_ms;
    uint64_t break_end_ms;      /* 0: no break on the line */
    uint64_t pace_due_ms;       /* no character before; 0: now */
    uint64_t look_due_ms;       /* again: the next look */
};

/* --- opening -------------------------------------------------------------- */

static int unfit(const struct serial *s, struct err *e)
{
    err_stage(e, "open");
    err_set(e, EXIT_FAILED,
            _("%s: no serial port: it has no modem lines (a pseudo terminal "
              "has none)"), s->target);
    err_hint(e, "%s", _("run the program behind it as exec:COMMAND, or name "
                        "a real port (kiriwake ports)"));
    return -1;
}

/* libserialport does not know it. */
static int unknown(const struct serial *s, struct err *e)
{
    struct err why = {0};

    if (ports_is_told(&port_roots, &why))
        return unfit(s, e);
    err_stage(e, "open");
    err_hint(e, "%s", why.hint);
    return err_set(e, EXIT_FAILED, "%s: %s", s->target, why.what);
}

static int open_port(struct serial *s, struct err *e)
{
    int why;

    if (!s->set.known)
        return unfit(s, e);
    if (sp_get_port_by_name(s->device, &s->sp) != SP_OK)
        return unknown(s, e);
    if (sp_open(s->sp, SP_MODE_READ_WRITE) != SP_OK) {
        why = errno;
        sp_free_port(s->sp);
        s->sp = NULL;
        if (why == ENOTTY || why == EINVAL)
            return unfit(s, e);
        err_stage(e, "open");
        err_hint(e, "%s", _("choose another port (kiriwake ports)"));
        return err_set(e, EXIT_FAILED, _("%s: cannot be opened: %s"),
                       s->target, strerror(why));
    }
    return 0;
}

static int set_up(struct serial *s, unsigned baud, struct err *e)
{
    if (serial_settings_first(&s->set, s->sp, baud) < 0) {
        err_stage(e, "open");
        err_hint(e, "%s", _("choose another speed, as ?baud=9600"));
        return err_set(e, EXIT_FAILED,
                       _("%s: the port cannot do %u baud, 8 bits, no parity"),
                       s->target, baud);
    }
    sp_get_port_handle(s->sp, &s->base.fd);
    serial_lock_exclude(s->base.fd, true);
    s->base.baud = baud;
    s->base.held_ms = s->set.hurried ? 1 : HELD_MS;
    return 0;
}

static void let_go(struct serial *s)
{
    if (s->sp) {
        if (s->break_end_ms)
            sp_end_break(s->sp);
        serial_lock_exclude(s->base.fd, false);
        sp_close(s->sp);
        sp_free_port(s->sp);
        s->sp = NULL;
    }
    if (s->lock.fd >= 0)
        serial_settings_restore(&s->set, s->lock.fd);
    serial_lock_drop(&s->lock);
    s->base.fd = -1;
}

/* The adapter behind our device, from the list; else only its path. */
static void know_adapter(struct serial *s)
{
    struct port *ports = NULL;
    size_t count = 0;
    struct err ignored = {0};

    ports_list(&ports, &count, &ignored);
    for (size_t i = 0; i < count; i++)
        if (strcmp(ports[i].path, s->device) == 0) {
            ports_free(s->me, s->me ? 1 : 0);
            s->me = port_copy(&ports[i]);
        }
    ports_free(ports, count);
    if (s->me)
        return;
    s->me = mem_zalloc(sizeof *s->me);
    s->me->path = mem_strdup(s->device);
    s->me->vid = s->me->pid = -1;
}

static int open_device(struct serial *s, unsigned baud, struct err *e)
{
    if (serial_lock_take(&s->lock, &s->set, s->target, s->device,
                         &port_roots, e) < 0)
        return -1;
    if (open_port(s, e) < 0 || set_up(s, baud, e) < 0) {
        let_go(s);
        return -1;
    }
    s->base.state = TRANSPORT_READY;
    s->base.stage = "open";
    s->base.due_ms = 0;
    return 0;
}

/* --- the adapter that was lost -------------------------------------------- */

/* The path under which it is back (caller frees), or NULL. */
static char *find_again(const struct port *me)
{
    struct port *ports = NULL;
    size_t count = 0;
    char *path = NULL;
    struct err ignored = {0};

    ports_list(&ports, &count, &ignored);
    for (size_t i = 0; i < count && !path; i++)
        if (port_same(&ports[i], me))
            path = mem_strdup(ports[i].path);
    ports_free(ports, count);
    return path;
}

/* Its name may be there before its permissions are: looked at again. */
static void look_again(struct serial *s)
{
    struct err e = {0};
    char *path;

    if (s->now_ms < s->look_due_ms)
        return;
    s->look_due_ms = s->base.due_ms = s->now_ms + LOOK_MS;
    path = find_again(s->me);
    if (!path)
        return;
    free(s->device);
    s->device = path;
    if (open_device(s, s->base.baud, &e) == 0)
        know_adapter(s);
}

/* --- the end -------------------------------------------------------------- */

static void unplugged(struct serial *s)
{
    struct transport *t = &s->base;
    char *what = port_describe(s->me);

    if (t->state == TRANSPORT_CLOSED)
        return;
    err_stage(&t->err, "link");
    err_set(&t->err, EXIT_FAILED, _("%s: the adapter was unplugged: %s"),
            s->device, what);
    err_hint(&t->err, "%s", _("plug it in again, then resume the case"));
    free(what);
    t->state = TRANSPORT_CLOSED;
    t->want_write = false;
    t->due_ms = 0;
}

/* --- bytes ---------------------------------------------------------------- */

/* Is there more to read, or has the adapter gone? */
static short look(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};

    return poll(&p, 1, 0) > 0 ? p.revents : 0;
}

/* Twice: bytes may come between the read and the look. What is readable and
 * gives nothing both times has been unplugged. */
static void serial_read(struct transport *t, struct buf *in)
{
    struct serial *s = (struct serial *)t;
    char part[4096];
    ssize_t n = 0;

    for (int i = 0; i < 2 && t->state == TRANSPORT_READY; i++) {
        short now;

        n = read(t->fd, part, sizeof part);
        if (n > 0) {
            buf_add(in, part, (size_t)n);
            return;
        }
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            unplugged(s);
        now = look(t->fd);
        if (now & (POLLHUP | POLLERR | POLLNVAL))
            unplugged(s);
        if (!(now & POLLIN))
            return;
    }
    if (n == 0)
        unplugged(s);
}

/* How many bytes may go now: all, or one at a time when paced. */
static size_t may_write(const struct serial *s, size_t len)
{
    if (!s->pace_ms)
        return len;
    return s->now_ms < s->pace_due_ms ? 0 : len ? 1 : 0;
}

static void sooner(struct transport *t, uint64_t at)
{
    if (at && (!t->due_ms || at < t->due_ms))
        t->due_ms = at;
}

static void serial_write(struct transport *t, struct buf *out)
{
    struct serial *s = (struct serial *)t;
    size_t want;
    ssize_t n = 0;

    t->want_write = false;
    /* What is written before a new speed must leave at the old one; what
     * comes after it waits. */
    if (t->state != TRANSPORT_READY || !out->len ||
        s->set.next != s->set.current)
        return;
    want = may_write(s, out->len);
    if (want)
        n = write(t->fd, out->data, want);
    if (n < 0 && errno != EAGAIN && errno != EINTR) {
        unplugged(s);
        return;
    }
    if (n > 0) {
        buf_drop(out, (size_t)n);
        s->pace_due_ms = s->now_ms + s->pace_ms;
    }
    if (s->pace_ms && out->len)
        sooner(t, s->pace_due_ms);
    else
        t->want_write = out->len > 0;
}

static void serial_tick(struct transport *t, uint64_t now_ms)
{
    struct serial *s = (struct serial *)t;

    s->now_ms = now_ms;
    if (t->state == TRANSPORT_OPENING)
        look_again(s);
    if (t->state != TRANSPORT_READY)
        return;
    t->due_ms = 0;
    if (s->break_end_ms && now_ms >= s->break_end_ms) {
        sp_end_break(s->sp);
        s->break_end_ms = 0;
    }
    sooner(t, s->break_end_ms);
    if (serial_settings_advance(&s->set, s->sp, now_ms))
        sooner(t, now_ms + DRAIN_MS);
    t->baud = s->set.current;
}

static void serial_answer(struct transport *t, const char *text)
{
    (void)t;
    (void)text;
}

static void serial_set_baud(struct transport *t, unsigned baud)
{
    struct serial *s = (struct serial *)t;

    if (t->state == TRANSPORT_READY && baud >= MIN_BAUD && baud <= MAX_BAUD) {
        s->set.next = baud;
        s->set.empty_ms = 0;
        sooner(t, s->now_ms + 1);
    }
}

static void serial_set_pace(struct transport *t, unsigned pace_ms)
{
    struct serial *s = (struct serial *)t;

    s->pace_ms = pace_ms;
}

static void serial_send_break(struct transport *t)
{
    struct serial *s = (struct serial *)t;

    if (t->state != TRANSPORT_READY || s->break_end_ms ||
        sp_start_break(s->sp) != SP_OK)
        return;
    s->break_end_ms = s->now_ms + BREAK_MS;
    sooner(t, s->break_end_ms);
}

static void serial_close(struct transport *t)
{
    struct serial *s = (struct serial *)t;

    let_go(s);
    ports_free(s->me, s->me ? 1 : 0);
    free(s->device);
    free(s->target);
    free(s);
}

static const struct transport_ops ops = {
    .name = "serial",
    .read = serial_read,
    .write = serial_write,
    .tick = serial_tick,
    .answer = serial_answer,
    .close = serial_close,
    .set_baud = serial_set_baud,
    .set_pace = serial_set_pace,
    .send_break = serial_send_break,
};

/* --- the target ----------------------------------------------------------- */

/* The speed in the target, else the caller's. */
static int choose_baud(const struct target *t, unsigned given, unsigned *out,
                       struct err *e)
{
    char *text = target_query(t, "baud"), *end = NULL;
    unsigned long n = text ? strtoul(text, &end, 10) : 0;
    bool bad = text && (!text[0] || strspn(text, "0123456789") !=
                        strlen(text) || n < MIN_BAUD || n > MAX_BAUD);

    *out = text ? (unsigned)n : given ? given : DEFAULT_BAUD;
    if (bad) {
        err_set(e, EXIT_USAGE, _("%s: '%s' is no speed"), t->text, text);
        err_hint(e, "%s", _("give bits per second, as ?baud=9600"));
    }
    free(text);
    return bad ? -1 : 0;
}

static char *resolve(const char *path)
{
    char real[PATH_MAX];

    return mem_strdup(realpath(path, real) ? real : path);
}

struct transport *transport_serial(const struct target *t,
                                   const struct serial_options *o,
                                   struct err *e)
{
    struct serial *s;
    unsigned baud;

    if (choose_baud(t, o->baud, &baud, e) < 0)
        return NULL;
    s = mem_zalloc(sizeof *s);
    s->base.ops = &ops;
    s->base.state = TRANSPORT_OPENING;
    s->base.stage = "adapter";
    s->base.fd = s->lock.fd = -1;
    s->base.serial = s->base.console = true;
    s->base.baud = baud;
    s->pace_ms = o->pace_ms;
    s->target = mem_strdup(t->text);
    s->device = resolve(t->path);
    if (o->again) {
        s->me = port_copy(o->again);
        s->base.due_ms = 1;             /* the first look: at once */
    } else {
        know_adapter(s);
    }
    if (!o->again && open_device(s, baud, &s->base.err) < 0)
        s->base.state = TRANSPORT_CLOSED;
    return &s->base;
}

const struct port *transport_port(const struct transport *t)
{
    return t->ops == &ops ? ((const struct serial *)t)->me : NULL;
}
