/* The simulator within this process: no fd, time by the clock. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"
#include "kiriwake/sim.h"
#include "kiriwake/transport.h"

#define USUAL_BAUD 9600

struct sim_transport {
    struct transport base;
    struct sim *sim;
    uint64_t now_ms;
    FILE *record;               /* a log of what it sends, or NULL */
};

static void sim_read(struct transport *t, struct buf *in)
{
    struct sim_transport *s = (struct sim_transport *)t;

    size_t before = in->len;

    sim_output(s->sim, in, s->now_ms, &t->due_ms);
    if (s->record && in->len > before)
        fwrite(in->data + before, 1, in->len - before, s->record);
    if (sim_closed(s->sim) && !t->due_ms)
        t->state = TRANSPORT_CLOSED;
}

static void sim_write(struct transport *t, struct buf *out)
{
    struct sim_transport *s = (struct sim_transport *)t;

    if (out->len && t->state == TRANSPORT_READY)
        sim_receive(s->sim, out->data, out->len, s->now_ms);
    buf_clear(out);
}

static void sim_tick(struct transport *t, uint64_t now_ms)
{
    struct sim_transport *s = (struct sim_transport *)t;

    s->now_ms = now_ms;
    if (t->state != TRANSPORT_OPENING)
        return;
    if (sim_unplugged(s->sim))
        sim_replug(s->sim);
    t->state = TRANSPORT_READY;
}

static void sim_answer(struct transport *t, const char *text)
{
    (void)t;
    (void)text;
}

static void sim_close(struct transport *t)
{
    struct sim_transport *s = (struct sim_transport *)t;

    if (s->record)
        fclose(s->record);
    free(s);
}

static void sim_set_baud(struct transport *t, unsigned baud)
{
    struct sim_transport *s = (struct sim_transport *)t;

    if (!sim_baud(s->sim))
        return;
    sim_set_terminal(s->sim, baud);
    t->baud = baud;
}

static const struct transport_ops ops = {
    .name = "sim",
    .read = sim_read,
    .write = sim_write,
    .tick = sim_tick,
    .answer = sim_answer,
    .close = sim_close,
    .set_baud = sim_set_baud,
};

struct transport *transport_sim(struct sim *sim)
{
    struct sim_transport *s = mem_zalloc(sizeof *s);

    s->base.ops = &ops;
    s->base.state = TRANSPORT_OPENING;
    s->base.stage = "connect";
    s->base.fd = -1;
    s->sim = sim;
    if (sim_baud(sim)) {        /* a terminal begins as most consoles do */
        s->base.serial = true;
        sim_set_baud(&s->base, USUAL_BAUD);
    }
    return &s->base;
}

int transport_sim_record(struct transport *t, const char *path,
                         struct err *e)
{
    struct sim_transport *s = (struct sim_transport *)t;

    s->record = fopen(path, "ae");
    if (!s->record)
        return err_set(e, EXIT_USAGE, _("record=%s: cannot be written: %s"),
                       path, strerror(errno));
    return 0;
}
