/* The run's case on disk: header, events, intents, result. */
#include "inner.h"

#include "kiriwake/msg.h"

json_t *journal_allowed(const struct run *r)
{
    json_t *a = json_array();

    for (size_t i = 0; r->o.allow[i]; i++)
        json_array_append_new(a, json_string(r->o.allow[i]));
    return a;
}

/* What a resume needs to ask for the same again; no secret among it. */
static json_t *case_header(struct run *r)
{
    const struct driver *d = r->driver;     /* NULL: not yet detected */
    const struct flows *f = r->flows;
    char at[40];

    clock_stamp(&r->clock, at, sizeof at);
    return json_pack(
        "{s:s,s:i,s:s,s:s,s:s?,s:s?,s:{s:s?,s:s?,s:o,s:O,s:s?,s:s?,s:s?},"
        "s:{s:s,s:s?,s:s?}}",
        "event", "case", "schema_version", 1, "at", at, "target", r->o.target,
        "driver", d ? driver_name(d) : r->o.driver, "flow",
        f ? json_string_value(json_object_get(flows_json(f), "name"))
          : r->o.flow,
        "options", "vpn", r->o.vpn, "user", r->o.user, "allow",
        journal_allowed(r), "answers", r->o.answers, "peer_config",
        r->o.peer_config, "password_file", r->o.password_file, "known_hosts",
        r->o.known_hosts,
        "versions", "program", KIRIWAKE_VERSION, "driver",
        d ? driver_digest(d) : NULL, "flow", f ? flows_digest(f) : NULL);
}

void journal_open(struct run *r)
{
    struct err e = {0};
    json_t *header;

    if (r->o.no_journal || r->journal || r->probing)
        return;
    header = case_header(r);
    r->journal = case_create(header, &e);
    json_decref(header);
    if (!r->journal)
        run_say(r, "%s", e.what);
    else
        run_say(r, "case %s", case_id(r->journal));
}

void journal_add(struct run *r, const json_t *event, bool durable)
{
    if (!r->journal || case_append(r->journal, event, durable) == 0)
        return;
    run_say(r, "%s",
            _("the case can no longer be written; it goes on without"));
    case_close(r->journal);
    r->journal = NULL;
}

void journal_flow(struct run *r, const struct flows *f,
                  const struct driver *d, bool handed)
{
    json_t *event = json_pack(
        "{s:s,s:s,s:O,s:{s:s,s:s}}", "event", "flow", "driver",
        driver_name(d), "flow", json_object_get(flows_json(f), "name"),
        "versions", "driver", driver_digest(d), "flow", flows_digest(f));

    if (handed) {
        run_event(r, event);
        return;
    }
    journal_add(r, event, false);
    json_decref(event);
}

void journal_result(struct run *r)
{
    json_t *record;

    if (!r->journal)
        return;
    record = json_pack("{s:s,s:o}", "event", "result", "result",
                       run_result(r));
    journal_add(r, record, true);
    json_decref(record);
}
