/* Where no session is: the walk through what is on the line, and on into the
 * device's own flow once it answers. */
#include "inner.h"

#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"

/* Marks a text for the catalogue; msg_get finds it. */

const struct driver *run_any_driver(const struct run *r)
{
    return r->driver ? r->driver : r->unknown;
}

/* --- the profiles --- */

static int load_voices(struct run *r, struct err *e)
{
    char **names = driver_names(&r->o.data);
    size_t n = 0;

    while (names[n])
        n++;
    r->voices = mem_zalloc((n + 1) * sizeof(struct driver *));
    for (size_t i = 0, at = 0; i < n; i++) {
        if (r->driver && strcmp(names[i], driver_name(r->driver)) == 0)
            continue;
        r->voices[at] = driver_load_line(&r->o.data, names[i], e);
        if (!r->voices[at++])
            break;
    }
    data_list_free(names);
    return e->status ? -1 : 0;
}

int astray_load(struct run *r, struct err *e)
{
    r->unknown = driver_load_line(&r->o.data, NULL, e);
    if (!r->unknown)
        return -1;
    if (strcmp(r->target.scheme, "ssh") == 0)
        return 0;
    if (load_voices(r, e) < 0)
        return -1;
    if (!r->probing)
        r->line_flows = flows_load(&r->o.data, LINE_FLOW, NULL, e);
    return r->probing || r->line_flows ? 0 : -1;
}

void astray_free(struct run *r)
{
    for (size_t i = 0; r->voices && r->voices[i]; i++)
        driver_free(r->voices[i]);
    free(r->voices);
    driver_free(r->unknown);
    flows_free(r->line_flows);
    json_decref(r->line_effect);
}

void astray_know(struct run *r)
{
    const struct console_profile *known[64];
    size_t n = 0;

    if (!r->voices)
        return;
    if (r->driver)
        known[n++] = driver_console(r->driver);
    for (size_t i = 0; r->voices[i] && n < 62; i++)
        known[n++] = driver_console(r->voices[i]);
    known[n++] = driver_console(r->unknown);
    session_know(r->session, known, n);
}

char *astray_driver(struct run *r)
{
    json_t *line = r->voices ? session_line(r->session) : NULL;
    const char *name = json_string_value(json_object_get(line, "driver"));
    char *out = mem_copy(name);

    json_decref(line);
    return out;
}

/* --- the fact --- */

static json_t *int_list(json_int_t n)
{
    json_t *out = json_array();

    for (json_int_t i = 1; i <= n; i++)
        json_array_append_new(out, json_integer(i));
    return out;
}

static json_int_t count_lines(const char *text)
{
    json_int_t n = 0;

    for (; *text; text++)
        n += *text == '\n' || !text[1];
    return n;
}

/* Which lines show it: all of the trials, the starts' first, or the last. */
static json_t *lines_of(const json_t *line, const char *state,
                        const char *text)
{
    json_t *boots = json_object_get(line, "boot_lines"), *last, *all;
    json_int_t n = count_lines(text);

    all = int_list(n);
    last = n ? json_pack("[I]", n) : json_array();
    if (strcmp(state, "booting") == 0 && json_array_size(boots)) {
        json_decref(last);
        last = json_incref(boots);
    } else if (strcmp(state, "silent") == 0 || strcmp(state, "noise") == 0) {
        json_decref(last);
        last = json_incref(all);
    }
    json_decref(all);
    return json_pack("{s:o,s:O}", "", last, "/boots", boots);
}

/* Since when boot texts have been passing, in seconds. */
static json_int_t boot_seconds(struct run *r, const char *state)
{
    uint64_t now = clock_now(&r->clock);

    if (strcmp(state, "booting") != 0) {
        r->boot_since_ms = 0;
        return 0;
    }
    if (!r->boot_since_ms)
        r->boot_since_ms = now ? now : 1;
    return (json_int_t)((now - r->boot_since_ms) / 1000);
}

static json_t *astray_facts(struct run *r, const json_t *line,
                          const char *state)
{
    static const char *const copied[] = {"state", "boots", "bytes", "line",
                                         "driver", "monitor", "words"};
    json_t *facts = json_object();
    json_int_t baud = json_integer_value(json_object_get(line, "baud"));

    for (size_t i = 0; i < sizeof copied / sizeof copied[0]; i++) {
        json_t *v = json_object_get(line, copied[i]);

        if (v && !json_is_null(v))
            json_object_set(facts, copied[i], v);
    }
    if (baud)
        json_object_set_new(facts, "baud", json_integer(baud));
    json_object_set_new(facts, "target", json_string(r->o.target));
    json_object_set_new(facts, "speeds", json_boolean(baud != 0));
    json_object_set_new(facts, "booting_s",
                        json_integer(boot_seconds(r, state)));
    return facts;
}

static json_t *astray_fact(struct run *r)
{
    json_t *line = session_line(r->session);
    const char *state = json_string_value(json_object_get(line, "state"));
    const char *words = json_string_value(json_object_get(line, "words"));
    const char *text = words ? words
        : json_string_value(json_object_get(line, "text"));
    char at[40];
    json_t *fact;

    text = text ? text : "";
    clock_stamp(&r->clock, at, sizeof at);
    fact = json_pack("{s:s,s:s,s:n,s:o,s:o,s:b,s:s,s:s,s:s}", "probe", "line",
                     "state", "present", "reason", "facts",
                     astray_facts(r, line, state), "lines",
                     lines_of(line, state, text), "unverified", 0, "command",
                     "line", "text", text, "at", at);
    json_decref(line);
    return fact;
}

static void deliver(struct run *r)
{
    json_t *effect = r->line_effect, *fact = astray_fact(r);

    r->line_effect = NULL;
    json_object_set(r->facts, "line", fact);
    run_event(r, json_pack("{s:s,s:O,s:o}", "event", "facts", "effect",
                           json_object_get(effect, "n"), "fact", fact));
    json_decref(effect);
}

void astray_probe(struct run *r, json_t *effect)
{
    const char *with;

    json_decref(r->line_effect);
    r->line_effect = json_incref(effect);
    if (!r->heard_once || session_state(r->session) != SESSION_STUCK) {
        r->heard_once = true;       /* what was just seen need not be again */
        if (session_state(r->session) == SESSION_STUCK ||
            session_state(r->session) == SESSION_READY)
            deliver(r);
        return;
    }
    with = json_string_value(json_object_get(json_object_get(effect, "with"),
                                             "listen"));
    session_look(r->session, with ? (unsigned)atoi(with) * 1000 : 0);
}

/* --- the walk --- */

static const char *astray_words(const char *state)
{
    static const struct { const char *state, *words; } table[] = {
        {"silent", N_("nothing comes back on the line")},
        {"noise", N_("what comes back is no text: wrong speed or framing")},
        {"booting", N_("the device is starting")},
        {"monitor", N_("the device stands in its boot monitor; nothing was "
                       "typed")},
        {"refused", N_("the login was refused")},
    };

    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (strcmp(table[i].state, state) == 0)
            return msg_get(table[i].words);
    return _("what is on the line is not known");
}

/* Nobody walks: one probe only, or no flow for it. */
static void give_up(struct run *r)
{
    json_t *line = session_line(r->session);
    const char *state = json_string_value(json_object_get(line, "state"));
    const char *words = json_string_value(json_object_get(line, "words"));
    struct err e = {0};

    err_stage(&e, strcmp(state, "refused") == 0 ? "login" : "line");
    err_set(&e, EXIT_FAILED, "%s: %s%s%s", r->o.target, astray_words(state),
            words ? ": " : "", words ? words : "");
    err_hint(&e, "%s", _("walk through it: kiriwake check TARGET"));
    json_decref(line);
    run_fail(r, &e);
}

/* In the middle of a device's own flow: it may only be starting. */
static void back_or_give_up(struct run *r)
{
    if (!relink_stuck(r))
        give_up(r);
}

static void begin(struct run *r)
{
    const struct driver *d = run_any_driver(r);

    r->astray = true;
    r->relink.on = false;
    r->heard_once = false;
    r->phase = RUN_WALKING;
    if (r->walker) {                    /* resumed: go on */
        run_event(r, json_pack("{s:s}", "event", "resumed"));
        return;
    }
    r->in_line_flow = true;
    r->walker = walker_new(r->line_flows, d);
    journal_flow(r, r->line_flows, d, false);
    run_event(r, run_start_event(r));
}

void astray_stuck(struct run *r)
{
    if (r->phase >= RUN_CLOSING)
        return;
    if (r->in_line_flow && (r->relink.on || r->phase != RUN_WALKING)) {
        r->relink.on = r->astray = false;       /* begins at its place */
        json_decref(r->line_effect);
        r->line_effect = NULL;
    }
    if (r->line_effect)
        deliver(r);
    else if (!r->line_flows || (r->walker && !r->in_line_flow))
        back_or_give_up(r);
    else if (!r->astray)
        begin(r);
}

void astray_ready(struct run *r)
{
    r->phase = RUN_WALKING;
    if (r->line_effect)
        deliver(r);
}

/* The device's own flow, in the same walk and the same case. */
void astray_hand_over(struct run *r, json_t *effect)
{
    struct err e = {0};

    (void)effect;
    if (!r->driver || (!r->flows && run_load_flow(r, &e) < 0)) {
        run_fail(r, &e);
        return;
    }
    r->astray = r->in_line_flow = false;
    walker_hand_over(r->walker, r->flows, r->driver);
    journal_flow(r, r->flows, r->driver, true);
}
