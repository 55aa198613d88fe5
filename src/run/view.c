/* What the screen and `check --json` show of a run. */
#include "inner.h"

#include <stdlib.h>
#include <string.h>

#include "kiriwake/msg.h"

static const json_t *fact_value(const struct run *r, const char *probe,
                                const char *leaf)
{
    const json_t *fact = json_object_get(r->facts, probe);

    return json_object_get(json_object_get(fact, "facts"), leaf);
}

static json_t *device(const struct run *r)
{
    const char *host = r->session   ? session_host(r->session)
                       : r->capture ? capture_host(r->capture)
                                    : NULL;
    const json_t *model = fact_value(r, "version", "model");
    const json_t *version = fact_value(r, "version", "os_version");

    return json_pack("{s:s,s:s?,s:s?,s:O?,s:O?}", "target", r->o.target,
                     "driver", r->driver ? driver_name(r->driver) : NULL,
                     "hostname", host, "model", model, "os_version", version);
}

static json_t *error(const struct run *r)
{
    if (!r->err.status)
        return json_null();
    return json_pack("{s:s,s:s,s:s}", "stage", r->err.stage, "what",
                     r->err.what, "try", r->err.hint);
}

static json_t *no_walk(const struct run *r)
{
    const char *flow =
        r->flows ? json_string_value(
                       json_object_get(flows_json(r->flows), "name"))
                 : NULL;

    return json_pack("{s:s,s:n,s:s?,s:[],s:[],s:[],s:[],s:O?,s:[],s:n}",
                     "outcome", r->pending ? "open" : "failed", "subject",
                     "flow", flow, "path", "findings", "suspects",
                     "ruled_out", "pending", r->pending, "changes",
                     "error");
}

json_t *run_result(const struct run *r)
{
    json_t *out = json_pack("{s:i}", "schema_version", 1);
    json_t *walk = r->walker ? walker_result(r->walker) : no_walk(r);

    json_object_set_new(out, "case",
                        json_string(r->journal ? case_id(r->journal) : ""));
    json_object_set(out, "outcome", json_object_get(walk, "outcome"));
    json_object_set_new(out, "device", device(r));
    json_object_update(out, walk);
    if (r->err.status) {
        json_object_set_new(out, "outcome", json_string("failed"));
        json_object_set_new(out, "error", error(r));
    }
    json_decref(walk);
    return out;
}

static bool all_undone(const json_t *result)
{
    size_t i;
    json_t *change;

    json_array_foreach(json_object_get(result, "changes"), i, change)
        if (!json_is_true(json_object_get(change, "undone")))
            return false;
    return true;
}

int run_status(const struct run *r)
{
    static const struct { const char *outcome; int status; } table[] = {
        {"healthy", EXIT_HEALTHY}, {"diagnosed", EXIT_DIAGNOSED},
        {"open", EXIT_OPEN}, {"failed", EXIT_FAILED}};
    json_t *result = run_result(r);
    const char *outcome =
        json_string_value(json_object_get(result, "outcome"));
    int status = EXIT_INTERNAL;

    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (outcome && strcmp(outcome, table[i].outcome) == 0)
            status = table[i].status;
    if (r->stop_why && strcmp(r->stop_why, "interrupted") == 0)
        status = EXIT_INTERRUPTED;
    if (!all_undone(result))
        status = EXIT_NOT_UNDONE;
    json_decref(result);
    return status;
}

static const char *session_word(const struct run *r)
{
    static const char *const words[] = {
        [SESSION_OPENING] = "opening", [SESSION_ASKING] = "opening",
        [SESSION_LOOKING] = "login",   [SESSION_STUCK] = "stuck",
        [SESSION_TERMINAL] = "terminal",
        [SESSION_LOGIN] = "login",     [SESSION_READY] = "ready",
        [SESSION_CLOSING] = "closing", [SESSION_CLOSED] = "closed",
    };

    enum session_state s = r->session ? session_state(r->session)
                                      : SESSION_CLOSED;

    if (r->capture)
        return r->phase == RUN_DONE ? "closed" : "ready";
    if (r->relink.on && r->phase < RUN_CLOSING &&
        (s == SESSION_CLOSED || s == SESSION_OPENING))
        return "lost";
    return words[s];
}

/* Where a person types: what stands on the line. */
static json_t *pending_line(const struct run *r)
{
    char *line = r->phase == RUN_TERMINAL ? session_pending(r->session)
                                          : NULL;
    json_t *out = line ? json_string(line) : json_null();

    free(line);
    return out;
}

json_t *run_view(const struct run *r)
{
    json_t *v = r->walker ? walker_view(r->walker) : json_object();

    json_object_set_new(v, "case",
                        json_string(r->journal ? case_id(r->journal) : ""));
    json_object_set_new(v, "target", json_string(r->o.target));
    json_object_set_new(v, "device", device(r));
    json_object_set_new(v, "session", json_string(session_word(r)));
    json_object_set_new(v, "stage", json_string(r->err.stage));
    json_object_set_new(v, "error", error(r));
    json_object_set_new(v, "paused", json_boolean(r->paused));
    json_object_set_new(v, "line", pending_line(r));
    json_object_set_new(v, "can_break",
                        json_boolean(r->phase == RUN_TERMINAL &&
                                     session_can_break(r->session)));
    json_object_set_new(
        v, "legacy",
        json_string(r->session ? session_legacy(r->session) : ""));
    json_object_set_new(v, "driver_title",
                        json_string(r->driver ? driver_title(r->driver) : ""));
    if (!json_object_get(v, "done"))
        json_object_set_new(v, "done", json_boolean(r->phase == RUN_DONE));
    return v;
}
