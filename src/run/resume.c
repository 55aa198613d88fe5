/* Going on with a case: its events are folded again, then the device is
 * read afresh. */
#include "inner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"

static const char *text_of(const json_t *o, const char *key)
{
    return json_string_value(json_object_get(o, key));
}

/* The last record that says which flow the walk was in; else the header. */
static const json_t *flow_record(const json_t *records)
{
    const json_t *found = json_array_get(records, 0);
    size_t i;
    json_t *record;

    json_array_foreach(records, i, record) {
        const char *kind = text_of(record, "event");

        if (kind && strcmp(kind, "flow") == 0)
            found = record;
    }
    return found;
}

static bool is_line_flow(const json_t *record)
{
    const char *flow = text_of(record, "flow");

    return flow && strcmp(flow, LINE_FLOW) == 0;
}

/* What the person gives now wins over what the case remembers. */
static void fill_options(struct run_options *o, const json_t *records)
{
    const json_t *header = json_array_get(records, 0);
    const json_t *last = flow_record(records);
    const json_t *was = json_object_get(header, "options");
    const json_t *allow = json_object_get(was, "allow");
    size_t i;
    json_t *word;

    o->target = text_of(header, "target");
    if (is_line_flow(last))
        last = header;
    o->driver = text_of(last, "driver");
    o->flow = text_of(last, "flow");
    o->vpn = text_of(was, "vpn");
    if (!o->user)
        o->user = text_of(was, "user");
    if (!o->password_file)
        o->password_file = text_of(was, "password_file");
    if (!o->known_hosts)
        o->known_hosts = text_of(was, "known_hosts");
    if (!o->peer_config)
        o->peer_config = text_of(was, "peer_config");
    if (!o->allow[0])
        json_array_foreach(allow, i, word)
            if (i < 3)
                o->allow[i] = json_string_value(word);
    if (!o->answers || !json_object_size(o->answers))
        o->answers = json_object_get(was, "answers");
}

static int same_data(struct run *r, const json_t *record, struct err *e)
{
    const json_t *v = json_object_get(record, "versions");
    const char *driver = text_of(v, "driver"), *flow = text_of(v, "flow");
    bool line = is_line_flow(record);   /* no driver's facts are in it */
    const struct flows *f = line ? r->line_flows : r->flows;
    const struct driver *d = run_any_driver(r);

    if (!driver && !flow)
        return 0;                       /* ended before it was detected */
    if (driver && flow && d && f &&
        (line || strcmp(driver, driver_digest(d)) == 0) &&
        strcmp(flow, flows_digest(f)) == 0)
        return 0;
    err_hint(e, "%s", _("Start a new walk; the old case stays readable with "
                        "kiriwake report."));
    return err_set(e, EXIT_USAGE, "%s",
                   _("the driver or the flow has changed since this case"));
}

/* The walk begins in this flow, or goes on in it. */
static void replay_flow(struct run *r, const json_t *event)
{
    bool line = is_line_flow(event);
    const struct flows *f = line ? r->line_flows : r->flows;

    if (!f)
        return;
    r->in_line_flow = line;
    if (r->walker)
        walker_hand_over(r->walker, f, r->driver);
    else
        r->walker = walker_new(f, run_any_driver(r));
}

static void replay_one(struct run *r, json_t *event)
{
    const char *kind = text_of(event, "event");
    const json_t *fact = json_object_get(event, "fact");
    json_t *effects;

    if (!kind || strcmp(kind, "case") == 0 || strcmp(kind, "intent") == 0 ||
        strcmp(kind, "result") == 0)
        return;
    if (strcmp(kind, "flow") == 0)
        replay_flow(r, event);
    else if (!r->walker && r->flows)
        r->walker = walker_new(r->flows, r->driver);
    if (!r->walker)
        return;
    if (fact && text_of(fact, "probe"))
        json_object_set(r->facts, text_of(fact, "probe"), (json_t *)fact);
    if (strcmp(kind, "answer") == 0 && text_of(event, "checkpoint"))
        json_object_del(r->o.answers, text_of(event, "checkpoint"));
    json_array_append(r->events, event);
    effects = walker_step(r->walker, event);
    json_decref(effects);
}

static void replay(struct run *r, const json_t *records)
{
    size_t i;
    json_t *record;

    /* One that was cut off before its walk began has no walker. */
    json_array_foreach(records, i, record)
        if (r->walker || i + 1 < json_array_size(records))
            replay_one(r, record);
    json_object_clear(r->facts);        /* stale: read again */
}

static void say_case(const struct run_listener *l, const struct casefile *c)
{
    char text[80];

    snprintf(text, sizeof text, "case %s", case_id(c));
    if (l && l->progress)
        l->progress(l->arg, text);
}

struct run *run_resume(const char *case_id_text, const struct run_options *o,
                       const struct run_listener *listener, struct err *e)
{
    struct run_options opts = *o;
    json_t *records = NULL;
    struct casefile *c = case_open(case_id_text, &records, e);
    struct run *r;

    if (!c)
        return NULL;
    fill_options(&opts, records);
    opts.no_journal = true;             /* it has one */
    say_case(listener, c);
    r = run_new(&opts, listener, e);
    if (r && same_data(r, flow_record(records), e) < 0) {
        run_free(r);
        r = NULL;
    }
    if (r) {
        r->journal = c;
        replay(r, records);
    } else {
        case_close(c);
    }
    json_decref(records);
    return r;
}
