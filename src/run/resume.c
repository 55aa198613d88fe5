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

/* What the person gives now wins over what the case remembers. */
static void fill_options(struct run_options *o, const json_t *header)
{
    const json_t *was = json_object_get(header, "options");
    const json_t *allow = json_object_get(was, "allow");
    size_t i;
    json_t *word;

    o->target = text_of(header, "target");
    o->driver = text_of(header, "driver");
    o->flow = text_of(header, "flow");
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

static int same_data(struct run *r, const json_t *header, struct err *e)
{
    const json_t *v = json_object_get(header, "versions");
    const char *driver = text_of(v, "driver"), *flow = text_of(v, "flow");

    if (!driver && !flow)
        return 0;                       /* ended before it was detected */
    if (driver && flow && strcmp(driver, driver_digest(r->driver)) == 0 &&
        strcmp(flow, flows_digest(r->flows)) == 0)
        return 0;
    err_hint(e, "%s", _("Start a new walk; the old case stays readable with "
                        "kiriwake report."));
    return err_set(e, EXIT_USAGE, "%s",
                   _("the driver or the flow has changed since this case"));
}

static void replay_one(struct run *r, json_t *event)
{
    const char *kind = text_of(event, "event");
    const json_t *fact = json_object_get(event, "fact");
    json_t *effects;

    if (!kind || strcmp(kind, "case") == 0 || strcmp(kind, "intent") == 0 ||
        strcmp(kind, "result") == 0)
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

    if (json_array_size(records) < 2)
        return;                         /* cut off before its first event */
    r->walker = walker_new(r->flows, r->driver);
    json_array_foreach(records, i, record)
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
    fill_options(&opts, json_array_get(records, 0));
    opts.no_journal = true;             /* it has one */
    say_case(listener, c);
    r = run_new(&opts, listener, e);
    if (r && same_data(r, json_array_get(records, 0), e) < 0) {
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
