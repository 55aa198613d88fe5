/*
 * Any bytes as a flow file, and as findings. Whatever comes: errors have a
 * place. A flow that is sound is walked with facts made of the same bytes:
 * each walk ends, its result is whole, and what it changed it puts back.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kiriwake/lint.h"
#include "kiriwake/walker.h"

#include "../unit/fake_driver.h"
#include "../unit/flow_files.h"

#define MAX_EVENTS 3000

static uint32_t seed;

static uint32_t dice(uint32_t sides)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 16) % sides;
}

static json_t *fact(const char *probe)
{
    static const char *const states[] = {"present", "present", "absent",
                                         "unreadable"};

    if (strcmp(probe, "vpns") == 0)
        return json_pack("{s:s,s:{s:[{s:s,s:s}]},s:{}}", "state", "present",
                         "facts", "vpns", "id", "m", "peer", "192.0.2.1",
                         "lines");
    return json_pack("{s:s,s:{s:i,s:b,s:s,s:[i,i]},s:{s:[i]},s:s}", "state",
                     states[dice(4)], "facts", "n", (int)dice(5), "up",
                     (int)dice(2), "name", "x", "list", 1, (int)dice(3),
                     "lines", "", 1, "text", "one\ntwo");
}

static json_t *answer_id(const json_t *ask)
{
    const json_t *list = json_object_get(ask, "answers");
    size_t n = json_array_size(list);

    if (!n || dice(3) == 0)
        return json_null();
    return json_incref(json_object_get(json_array_get(list, dice((uint32_t)n)),
                                       "id"));
}

static json_t *event_for(const json_t *effect)
{
    const char *kind = json_string_value(json_object_get(effect, "effect"));
    json_t *n = json_object_get(effect, "n");

    if (strcmp(kind, "probe") == 0 || strcmp(kind, "prefetch") == 0)
        return json_pack("{s:s,s:O,s:o}", "event", "facts", "effect", n,
                         "fact", fact(json_string_value(
                                     json_object_get(effect, "probe"))));
    if (strcmp(kind, "ask") == 0)
        return json_pack("{s:s,s:O,s:o,s:s}", "event", "answer", "effect", n,
                         "answer", answer_id(effect), "by", "option");
    if (strcmp(kind, "wait") == 0)
        return json_pack("{s:s,s:O}", "event", "waited", "effect", n);
    if (strcmp(kind, "consent") == 0)
        return json_pack("{s:s,s:O,s:b}", "event", "consent", "effect", n,
                         "granted", (int)dice(2));
    return json_pack("{s:s,s:O,s:[{s:s}]}", "event", "did", "effect", n,
                     "results", "state", dice(4) ? "complete" : "refused");
}

static json_t *any_event(const struct walker *w)
{
    static const char *const odd[] = {"resumed", "retry", "back", "stop"};
    json_t *open = walker_open(w), *event;
    size_t n = json_array_size(open);

    if (!n)
        abort();                /* neither done nor waiting for anything */
    if (dice(40) == 0)
        event = json_pack("{s:s}", "event", odd[dice(4)]);
    else
        event = event_for(json_array_get(open, dice((uint32_t)n)));
    json_decref(open);
    return event;
}

static void walk(const struct flows *f)
{
    struct walker *w = walker_new(f, FAKE_DRIVER);
    json_t *event = json_pack("{s:s,s:{s:b,s:[s]}}", "event", "start",
                              "options", "interactive", 1, "allow", "active");
    json_t *result;

    for (int i = 0; i < MAX_EVENTS && !walker_done(w); i++) {
        json_decref(walker_step(w, event));
        json_decref(event);
        event = walker_done(w) ? NULL : any_event(w);
    }
    json_decref(event);
    result = walker_result(w);
    if (!result || !json_object_get(result, "outcome"))
        abort();
    json_decref(result);
    result = walker_view(w);
    if (!result)
        abort();
    json_decref(result);
    walker_free(w);
}

static bool has_errors(const json_t *list)
{
    size_t i;
    json_t *d;
    bool errors = false;

    json_array_foreach(list, i, d) {
        const char *text = json_string_value(json_object_get(d, "text"));

        if (!text || !strchr(text, ':'))
            abort();
        if (strcmp(json_string_value(json_object_get(d, "level")), "error") ==
            0)
            errors = true;
    }
    return errors;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct files files;
    char name[] = "fuzz.yaml", *text = mem_strndup((const char *)bytes, size);
    struct data_file file = {name, text, strlen(text)};
    struct flows *f;
    struct err e = {0};
    json_t *list;

    seed = (uint32_t)size;
    if (!files.dir[0])
        files_open(&files);
    json_decref(findings_lint(&files.data, &file));
    list = flows_lint(&files.data, "t/f", &file, FAKE_DRIVER);
    if (!has_errors(list)) {
        files_put(&files, "flows/t/f.yaml", text);
        f = flows_load(&files.data, "t/f", FAKE_DRIVER, &e);
        if (!f)
            abort();
        walk(f);
        flows_free(f);
    }
    json_decref(list);
    free(text);
    return 0;
}
