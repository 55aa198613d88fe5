/*
 * run.h played from a file of successive views, for the screen's own tests:
 * {"steps": [{"view": {what changes}, "ask": {…}, "lines": ["> sent", …],
 * "progress": …, "result": {…}}]}. A step that asks waits for its answer; what
 * the person does is shown as progress.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kiriwake/casefile.h"
#include "kiriwake/flow.h"
#include "kiriwake/mem.h"
#include "kiriwake/msg.h"
#include "kiriwake/ports.h"
#include "kiriwake/run.h"
#include "kiriwake/sim.h"

struct run {
    json_t *steps, *view, *result;
    struct run_listener listener;
    struct clock clock;
    size_t at;                  /* the next step */
    bool paused, stopped;
    bool answered;              /* what the step asks */
    bool one;                   /* pause after the next */
};

/* {"en", "ja"} become the chosen language's text. */
static json_t *in_language(const json_t *v)
{
    json_t *out, *one;
    const char *key;
    size_t i;

    if (json_is_object(v) && json_object_get(v, "en"))
        return json_string(msg_i18n(v));
    if (json_is_object(v)) {
        out = json_object();
        json_object_foreach((json_t *)v, key, one)
            json_object_set_new(out, key, in_language(one));
        return out;
    }
    if (!json_is_array(v))
        return json_deep_copy(v);
    out = json_array();
    json_array_foreach(v, i, one)
        json_array_append_new(out, in_language(one));
    return out;
}

static const json_t *step_now(const struct run *r)
{
    return r->at ? json_array_get(r->steps, r->at - 1) : NULL;
}

static void say(struct run *r, const char *text)
{
    r->listener.progress(r->listener.arg, text);
}

static void play_step(struct run *r)
{
    const json_t *step = json_array_get(r->steps, r->at++);
    const json_t *line, *progress = json_object_get(step, "progress");
    size_t i;

    r->answered = false;
    json_object_update(r->view, json_object_get(step, "view"));
    if (json_object_get(step, "result"))
        r->result = json_object_get(step, "result");
    json_array_foreach(json_object_get(step, "lines"), i, line) {
        const char *s = json_string_value(line);
        bool out = strncmp(s, "> ", 2) == 0;

        r->listener.line(r->listener.arg, out, out ? s + 2 : s);
    }
    if (progress)
        say(r, msg_i18n(progress));
    r->clock.now_ms += 500;
    r->listener.changed(r->listener.arg);
}

struct run *run_new(const struct run_options *o,
                    const struct run_listener *listener, struct err *e)
{
    struct run *r = mem_zalloc(sizeof *r);
    json_error_t why;
    json_t *all = json_load_file(getenv("FAKE_RUN"), 0, &why);

    if (!all || strcmp(o->target, "nowhere") == 0) {
        err_set(e, EXIT_USAGE, "%s: no such target", o->target);
        free(r);
        return NULL;
    }
    r->listener = *listener;
    r->steps = json_incref(json_object_get(all, "steps"));
    r->view = json_pack("{s:s, s:s, s:s}", "session", "opening", "case",
                        "20260102-030405-abcd", "target", o->target);
    r->clock = (struct clock){.is_virtual = true, .now_ms = 1000,
                              .epoch_s = 1767322800};
    json_decref(all);
    return r;
}

struct run *run_resume(const char *case_id, const struct run_options *o,
                       const struct run_listener *listener, struct err *e)
{
    struct run_options with = *o;

    with.target = case_id;
    return run_new(&with, listener, e);
}

void run_free(struct run *r)
{
    if (!r)
        return;
    json_decref(r->steps);
    json_decref(r->view);
    free(r);
}

size_t run_fds(struct run *r, struct pollfd *fds, size_t room,
               uint64_t *due_ms)
{
    (void)fds;
    (void)room;
    *due_ms = r->paused || run_asking(r) ? 0 : r->clock.now_ms;
    return 0;
}

void run_pump(struct run *r)
{
    if (r->stopped || r->paused || run_asking(r) ||
        r->at >= json_array_size(r->steps))
        return;
    play_step(r);
    r->paused = r->one;
    r->one = false;
    r->listener.changed(r->listener.arg);
}

struct clock *run_clock(struct run *r)
{
    return &r->clock;
}

bool run_done(const struct run *r)
{
    return r->stopped || (r->at >= json_array_size(r->steps) &&
                          !run_asking(r));
}

const json_t *run_asking(const struct run *r)
{
    return r->stopped || r->answered ? NULL : json_object_get(step_now(r), "ask");
}

void run_answer(struct run *r, const char *answer, const char *remark)
{
    char text[200];

    snprintf(text, sizeof text, "answered %s%s%s", answer ? answer
             : "(nobody knows)", remark ? ", remark " : "",
             remark ? remark : "");
    say(r, text);
    r->answered = true;
}

bool run_retry(struct run *r)
{
    say(r, "retried");
    return true;
}

bool run_back(struct run *r)
{
    say(r, "went back");
    return true;
}

void run_pause(struct run *r, bool pause)
{
    r->paused = pause;
}

void run_step(struct run *r)
{
    r->paused = false;
    r->one = true;
}

bool run_decide(struct run *r, const char *outcome, const char *remark)
{
    char text[200];

    snprintf(text, sizeof text, "decided %s, remark %s", outcome,
             remark ? remark : "(none)");
    say(r, text);
    return true;
}

int run_send(struct run *r, const char *command, struct err *e)
{
    if (strncmp(command, "show ", 5) != 0)
        return err_set(e, EXIT_USAGE, "%s: no read probe has this command",
                       command);
    r->listener.line(r->listener.arg, true, command);
    return 0;
}

/* What is typed stands on the line, as if the device echoed it. */
int run_terminal(struct run *r, bool on, struct err *e)
{
    if (on && json_object_get(r->view, "no-link"))
        return err_set(e, EXIT_FAILED, "%s", "no link");
    r->paused = on;
    json_object_set_new(r->view, "session",
                        json_string(on ? "terminal" : "ready"));
    json_object_set_new(r->view, "can_break", json_boolean(on));
    json_object_set_new(r->view, "line", json_string(on ? "Router# " : ""));
    say(r, on ? "terminal" : "looked at the line");
    return 0;
}

void run_type(struct run *r, const char *bytes, size_t len)
{
    const char *line = json_string_value(json_object_get(r->view, "line"));
    char *now = mem_printf("%s%.*s", line, (int)len, bytes);

    if (len == 1 && bytes[0] == '\r') {
        r->listener.line(r->listener.arg, false, line);
        free(now);
        now = mem_strdup("Router# ");
    }
    json_object_set_new(r->view, "line", json_string(now));
    free(now);
}

void run_break(struct run *r)
{
    r->listener.line(r->listener.arg, false, "<break>");
}

void run_stop(struct run *r, const char *why)
{
    r->stopped = true;
    r->listener.line(r->listener.arg, false, why);
}

json_t *run_view(const struct run *r)
{
    json_t *v = in_language(r->view);

    json_object_set_new(v, "paused", json_boolean(r->paused));
    return v;
}

json_t *run_result(const struct run *r)
{
    return in_language(r->result);
}

int run_status(const struct run *r)
{
    return r->stopped ? EXIT_INTERRUPTED : EXIT_DIAGNOSED;
}

json_t *case_list(void)
{
    return json_pack(
        "[{s:s, s:s, s:s, s:s, s:n}, {s:s, s:s, s:s, s:s, s:s}]",
        "case", "20260101-090000-aaaa", "at", "2026-01-01T09:00:00+09:00",
        "target", "ssh://admin@192.0.2.1", "flow", "nec-ix/ipsec",
        "outcome", "case", "20251231-120000-bbbb", "at",
        "2025-12-31T12:00:00+09:00", "target", "serial:///dev/ttyUSB0",
        "flow", "nec-ix/ipsec", "outcome", "diagnosed");
}

json_t *sim_scenarios(const struct data *data, const char *knobs,
                      struct err *e)
{
    (void)data;
    (void)knobs;
    (void)e;
    return json_pack("[{s:s, s:{s:s, s:s}}, {s:s, s:{s:s, s:s}}]",
        "id", "nec-ix/psk-mismatch", "title", "en",
        "The pre-shared keys differ", "ja", "事前共有鍵が一致しない",
        "id", "nec-ix/healthy", "title", "en", "All is well", "ja",
        "正常な状態");
}

json_t *findings_load(const struct data *data, struct err *e)
{
    (void)data;
    (void)e;
    return json_pack("{s:{s:{s:s, s:s}}}", "ike.udp4500-blocked", "title",
                     "en", "UDP 4500 is blocked", "ja",
                     "UDP 4500 が遮断されている");
}

/* --- ports: the lists of "ports", one after the other at each look --- */

static json_t *port_lists(void)
{
    const char *path = getenv("FAKE_RUN");
    json_t *file = path ? json_load_file(path, 0, NULL) : NULL;
    json_t *lists = json_incref(json_object_get(file, "ports"));

    json_decref(file);
    return lists;
}

static size_t port_look;        /* how often they were looked at */

uint64_t ports_stamp(void)
{
    json_t *lists = port_lists();
    size_t last = json_array_size(lists);

    port_look += port_look < last;
    json_decref(lists);
    return port_look ? port_look : 1;
}

static char *port_text(const json_t *p, const char *key)
{
    const char *s = json_string_value(json_object_get(p, key));

    return s ? mem_strdup(s) : NULL;
}

int ports_list(struct port **ports, size_t *count, struct err *e)
{
    json_t *lists = port_lists(), *p;
    json_t *list = json_array_get(lists, port_look ? port_look - 1 : 0);
    size_t i;

    (void)e;
    *count = json_array_size(list);
    *ports = mem_zalloc((*count + 1) * sizeof **ports);
    json_array_foreach(list, i, p)
        (*ports)[i] = (struct port){
            .path = port_text(p, "path"),
            .maker = port_text(p, "maker"),
            .product = port_text(p, "product"),
            .serial = port_text(p, "serial"),
            .holder = port_text(p, "holder"),
            .group = port_text(p, "group"),
            .vid = json_object_get(p, "serial") ? 0x0403 : -1,
            .pid = -1,
            .likely = json_is_true(json_object_get(p, "likely")),
        };
    json_decref(lists);
    return 0;
}
