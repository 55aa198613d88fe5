/* Drives a walker over a flow written in a test, facts fed as JSON. */
#ifndef KIRIWAKE_TEST_WALK_KIT_H
#define KIRIWAKE_TEST_WALK_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "kiriwake/buf.h"
#include "kiriwake/msg.h"
#include "kiriwake/walker.h"

#include "fake_driver.h"
#include "flow_files.h"

/* Not every test uses all of them. */
#define KIT static __attribute__((unused))

struct kit {
    struct files files;
    struct flows *flows;
    struct walker *w;
    json_t *facts;              /* probe -> fact that will be answered */
    json_t *log;                /* every event folded */
    json_t *sent;               /* every effect but probes, in order */
    json_t *asked;              /* names of the probes asked, in order */
    json_t *prefetched;
};

#define HEAD                                                                 \
    "flow: t/f\ntitle: {en: T, ja: T}\ndrivers: [fake]\n"                    \
    "source: {document: D}\nstart: a\n"

KIT json_t *js(const char *text)
{
    json_error_t e;
    json_t *v = json_loads(text, JSON_DECODE_ANY, &e);

    if (!v)
        fail_msg("%s: %s", e.text, text);
    return v;
}

/* What a probe will say from now on; text's lines are numbered from 1. */
KIT void kit_fact(struct kit *k, const char *probe, const char *state,
                  const char *facts, const char *lines, const char *text)
{
    json_object_set_new(
        k->facts, probe,
        json_pack("{s:s,s:s,s:n,s:o,s:o,s:b,s:s+,s:s,s:s}", "probe", probe,
                  "state", state, "reason", "facts", js(facts), "lines",
                  js(lines), "unverified", strcmp(probe, "guess") == 0,
                  "command", "show ", probe, "text", text, "at",
                  "2026-01-02T03:04:05Z"));
}

KIT void kit_present(struct kit *k, const char *probe, const char *facts)
{
    kit_fact(k, probe, "present", facts, "{\"\": [1]}", "line one\n");
}

KIT void kit_unreadable(struct kit *k, const char *probe)
{
    kit_fact(k, probe, "unreadable", "null", "{}", "% Invalid\n");
    json_object_set_new(json_object_get(k->facts, probe), "reason",
                        json_string("refused"));
}

#define ONE_VPN                                                              \
    "{\"vpns\": [{\"id\": \"map1\", \"peer\": \"192.0.2.1\", "               \
    "\"interface\": \"Tunnel0.0\", \"policy\": \"p1\"}]}"

KIT void kit_open(struct kit *k, const char *flow)
{
    struct err e = {0};

    *k = (struct kit){0};
    msg_init("en");
    files_open(&k->files);
    files_put(&k->files, "flows/t/f.yaml", flow);
    k->flows = flows_load(&k->files.data, "t/f", FAKE_DRIVER, &e);
    if (!k->flows)
        fail_msg("%s", e.what);
    k->w = walker_new(k->flows, FAKE_DRIVER);
    k->facts = json_object();
    k->log = json_array();
    k->sent = json_array();
    k->asked = json_array();
    k->prefetched = json_array();
    kit_present(k, "vpns", ONE_VPN);
    kit_present(k, "config", "{\"name\": \"p1\", \"key\": "
                             "\"\xe2\x80\xb9secret:1\xe2\x80\xba\"}");
}

KIT void kit_close(struct kit *k)
{
    walker_free(k->w);
    flows_free(k->flows);
    files_close(&k->files);
    json_decref(k->facts);
    json_decref(k->log);
    json_decref(k->sent);
    json_decref(k->asked);
    json_decref(k->prefetched);
}

KIT void kit_step(struct kit *k, json_t *event);

KIT void kit_effect(struct kit *k, json_t *effect)
{
    const char *kind = json_string_value(json_object_get(effect, "effect"));
    const char *probe = json_string_value(json_object_get(effect, "probe"));
    json_t *fact = probe ? json_object_get(k->facts, probe) : NULL;

    if (strcmp(kind, "prefetch") == 0) {
        json_array_append_new(k->prefetched, json_string(probe));
        return;
    }
    if (strcmp(kind, "probe")) {
        json_array_append(k->sent, effect);
        return;
    }
    json_array_append_new(k->asked, json_string(probe));
    if (fact)
        kit_step(k, json_pack("{s:s,s:O,s:O}", "event", "facts", "effect",
                              json_object_get(effect, "n"), "fact", fact));
}

/* Folds an event in, and answers the probes that it causes. */
KIT void kit_step(struct kit *k, json_t *event)
{
    json_t *effects = walker_step(k->w, event), *effect;
    size_t i;

    json_array_append_new(k->log, event);
    json_array_foreach(effects, i, effect)
        kit_effect(k, effect);
    json_decref(effects);
}

KIT void kit_start(struct kit *k, const char *options)
{
    kit_step(k, json_pack("{s:s,s:o}", "event", "start", "options",
                          js(options)));
}

/* The newest effect that is no probe. */
KIT json_t *kit_last(const struct kit *k)
{
    return json_array_get(k->sent, json_array_size(k->sent) - 1);
}

KIT const char *kit_text(const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));

    return s ? s : "";
}

KIT void kit_expect(const struct kit *k, const char *effect)
{
    assert_string_equal(kit_text(kit_last(k), "effect"), effect);
}

KIT json_t *kit_n(const struct kit *k)
{
    return json_object_get(kit_last(k), "n");
}

KIT void kit_answer(struct kit *k, const char *answer)
{
    kit_expect(k, "ask");
    kit_step(k, json_pack("{s:s,s:O,s:s?,s:s,s:s}", "event", "answer",
                          "effect", kit_n(k), "answer", answer, "by", "human",
                          "remark", ""));
}

KIT void kit_consent(struct kit *k, int granted)
{
    kit_expect(k, "consent");
    kit_step(k, json_pack("{s:s,s:O,s:b}", "event", "consent", "effect",
                          kit_n(k), "granted", granted));
}

KIT void kit_waited(struct kit *k)
{
    kit_expect(k, "wait");
    kit_step(k, json_pack("{s:s,s:O}", "event", "waited", "effect",
                          kit_n(k)));
}

KIT void kit_did(struct kit *k, const char *state)
{
    json_t *results = json_array(), *step;
    size_t i;

    json_array_foreach(json_object_get(kit_last(k), "steps"), i, step)
        json_array_append_new(results,
                              json_pack("{s:O,s:s,s:s}", "send",
                                        json_object_get(step, "send"),
                                        "state", state, "text", ""));
    kit_step(k, json_pack("{s:s,s:O,s:o}", "event", "did", "effect", kit_n(k),
                          "results", results));
}

KIT void kit_event(struct kit *k, const char *name)
{
    kit_step(k, json_pack("{s:s}", "event", name));
}

/* "id outcome next; …" of the path. */
KIT void kit_path(const struct kit *k, const char *expected)
{
    json_t *r = walker_result(k->w), *e;
    struct buf b = {0};
    size_t i;

    json_array_foreach(json_object_get(r, "path"), i, e)
        buf_printf(&b, "%s%s %s %s", i ? "; " : "", kit_text(e, "checkpoint"),
                   kit_text(e, "outcome"), kit_text(e, "next"));
    assert_string_equal(buf_str(&b), expected);
    buf_free(&b);
    json_decref(r);
}

/* "outcome: finding certainty, …" of the result. */
KIT void kit_verdict(const struct kit *k, const char *expected)
{
    json_t *r = walker_result(k->w), *e;
    struct buf b = {0};
    size_t i;

    buf_printf(&b, "%s:", kit_text(r, "outcome"));
    json_array_foreach(json_object_get(r, "findings"), i, e)
        buf_printf(&b, " %s %s", kit_text(e, "id"), kit_text(e, "certainty"));
    assert_string_equal(buf_str(&b), expected);
    buf_free(&b);
    json_decref(r);
}

KIT void kit_done(const struct kit *k, const char *verdict)
{
    assert_true(walker_done(k->w));
    kit_expect(k, "done");
    kit_verdict(k, verdict);
}

/* Names in an array, joined by blanks. */
KIT void kit_names(const json_t *names, const char *expected)
{
    struct buf b = {0};
    size_t i;
    json_t *s;

    json_array_foreach(names, i, s)
        buf_printf(&b, "%s%s", i ? " " : "", json_string_value(s));
    assert_string_equal(buf_str(&b), expected);
    buf_free(&b);
}

#endif
