/*
 * A case that is cut off at any event and taken up again from its journal
 * ends in the same verdict, with every change put back.
 */
#include "walk_kit.h"

static const char flow_text[] = HEAD
    "checkpoints:\n"
    "  a:\n"
    "    title: {en: A, ja: A}\n"
    "    ask: Ever worked?\n"
    "    answers: {never: b, before: b}\n"
    "  b:\n"
    "    title: {en: B, ja: B}\n"
    "    do:\n"
    "      - send: 'logging on'\n"
    "        class: config\n"
    "        state: [config]\n"
    "        present: 'config.on'\n"
    "        undo: 'no logging on'\n"
    "        verify: 'config.on'\n"
    "      - send: 'level info'\n"
    "        class: config\n"
    "        state: [config]\n"
    "        present: 'config.level == \"info\"'\n"
    "        undo: '=\"level \" .. config.level'\n"
    "        verify: 'config.level == \"info\"'\n"
    "    next: c\n"
    "  c:\n"
    "    title: {en: C, ja: C}\n"
    "    sample: [stats]\n"
    "    outcomes:\n"
    "      - {when: 'delta(stats.n) == 1 and config.on', next: d}\n"
    "  d:\n"
    "    title: {en: D, ja: D}\n"
    "    probe: [sa, log]\n"
    "    outcomes:\n"
    "      - when: 'count(sa.sas) == 0 and answer.a == \"never\"'\n"
    "        finding: ike.psk-mismatch\n";

/* The router of this test. */
struct world {
    bool on;
    const char *level;
    int n;
};
static const struct world world_before = {false, "warn", 7};

static json_t *world_facts(struct world *w, const char *probe)
{
    if (strcmp(probe, "vpns") == 0)
        return js(ONE_VPN);
    if (strcmp(probe, "config") == 0)
        return json_pack("{s:b,s:s,s:s}", "on", w->on, "level", w->level,
                         "name", "p1");
    if (strcmp(probe, "stats") == 0)
        return json_pack("{s:i}", "n", w->n++);
    return js("{\"sas\": []}");
}

static void world_send(struct world *w, const char *command)
{
    if (strcmp(command, "logging on") == 0)
        w->on = true;
    else if (strcmp(command, "no logging on") == 0)
        w->on = false;
    else if (strcmp(command, "level info") == 0)
        w->level = "info";
    else if (strcmp(command, "level warn") == 0)
        w->level = "warn";
    else
        fail_msg("sent: %s", command);
}

static json_t *event_for(struct world *w, const json_t *effect)
{
    const char *kind = kit_text(effect, "effect");
    json_t *n = json_object_get(effect, "n"), *results, *step;
    size_t i;

    if (strcmp(kind, "probe") == 0 || strcmp(kind, "prefetch") == 0)
        return json_pack("{s:s,s:O,s:{s:s,s:o,s:{},s:s,s:s}}", "event",
                         "facts", "effect", n, "fact", "state", "present",
                         "facts", world_facts(w, kit_text(effect, "probe")),
                         "lines", "command", "c", "text", "t");
    if (strcmp(kind, "ask") == 0)
        return json_pack("{s:s,s:O,s:s}", "event", "answer", "effect", n,
                         "answer", "never");
    if (strcmp(kind, "wait") == 0)
        return json_pack("{s:s,s:O}", "event", "waited", "effect", n);
    if (strcmp(kind, "consent") == 0)
        return json_pack("{s:s,s:O,s:b}", "event", "consent", "effect", n,
                         "granted", 1);
    results = json_array();
    json_array_foreach(json_object_get(effect, "steps"), i, step) {
        world_send(w, kit_text(step, "send"));
        json_array_append_new(results, js("{\"state\": \"complete\"}"));
    }
    return json_pack("{s:s,s:O,s:o}", "event", "did", "effect", n, "results",
                     results);
}

static void fold(struct walker *w, const json_t *event)
{
    json_decref(walker_step(w, event));
}

/* Answers the open effects one by one; log may be NULL. */
static void go_on(struct walker *w, struct world *world, json_t *log)
{
    for (int i = 0; i < 200 && !walker_done(w); i++) {
        json_t *open = walker_open(w);
        json_t *event = event_for(world, json_array_get(open, 0));

        fold(w, event);
        if (log)
            json_array_append(log, event);
        json_decref(event);
        json_decref(open);
    }
    assert_true(walker_done(w));
}

static json_t *start_event(void)
{
    return js("{\"event\": \"start\", \"options\": {\"interactive\": true}}");
}

static void check_end(const struct walker *w, const struct world *world)
{
    json_t *r = walker_result(w);
    json_t *f = json_array_get(json_object_get(r, "findings"), 0), *c;
    size_t i;

    assert_string_equal(kit_text(r, "outcome"), "diagnosed");
    assert_string_equal(kit_text(f, "id"), "ike.psk-mismatch");
    json_array_foreach(json_object_get(r, "changes"), i, c) {
        assert_true(json_is_true(json_object_get(c, "undone")));
        assert_true(json_is_true(json_object_get(c, "verified")));
    }
    assert_int_equal(world->on, world_before.on);
    assert_string_equal(world->level, world_before.level);
    json_decref(r);
}

/* What the journal's first n events left behind, in a new walker. */
static struct walker *replay(const struct kit *k, const json_t *log, size_t n,
                             struct world *world)
{
    struct walker *w = walker_new(k->flows, FAKE_DRIVER);

    *world = world_before;
    for (size_t i = 0; i < n; i++) {
        json_t *event = json_array_get(log, i);
        json_t *open = walker_open(w), *e;
        size_t at;

        json_array_foreach(open, at, e)
            if (json_equal(json_object_get(e, "n"),
                           json_object_get(event, "effect")))
                json_decref(event_for(world, e));
        json_decref(open);
        fold(w, event);
    }
    return w;
}

static json_t *whole_run(struct kit *k)
{
    struct world world = world_before;
    struct walker *w;
    json_t *log = json_array(), *start = start_event();

    kit_open(k, flow_text);
    w = walker_new(k->flows, FAKE_DRIVER);
    fold(w, start);
    json_array_append_new(log, start);
    go_on(w, &world, log);
    check_end(w, &world);
    walker_free(w);
    return log;
}

static void replay_gives_the_same_state(void **state)
{
    struct kit k;
    json_t *log = whole_run(&k);

    (void)state;
    for (size_t n = 1; n <= json_array_size(log); n++) {
        struct world a_world, b_world;
        struct walker *a = replay(&k, log, n, &a_world);
        struct walker *b = replay(&k, log, n, &b_world);
        json_t *x = walker_open(a), *y = walker_open(b);

        assert_true(json_equal(x, y));
        json_decref(x);
        json_decref(y);
        x = walker_view(a);
        y = walker_view(b);
        assert_true(json_equal(x, y));
        json_decref(x);
        json_decref(y);
        walker_free(a);
        walker_free(b);
    }
    json_decref(log);
    kit_close(&k);
}

static void cut_off_anywhere_ends_the_same(void **state)
{
    json_t *resumed = js("{\"event\": \"resumed\"}"), *log;
    struct kit k;

    (void)state;
    log = whole_run(&k);
    assert_in_range(json_array_size(log), 12, 40);
    for (size_t n = 1; n < json_array_size(log); n++) {
        struct world world;
        struct walker *w = replay(&k, log, n, &world);

        fold(w, resumed);
        go_on(w, &world, NULL);
        check_end(w, &world);
        walker_free(w);
    }
    json_decref(log);
    json_decref(resumed);
    kit_close(&k);
}

/* Its counters began anew meanwhile: readings from before the loss and after
 * it are never one interval. */
static void new_counters_anywhere_end_the_same(void **state)
{
    json_t *lost = js("{\"event\": \"link-lost\"}");
    json_t *resumed = js("{\"event\": \"resumed\"}"), *log;
    struct kit k;

    (void)state;
    log = whole_run(&k);
    for (size_t n = 1; n < json_array_size(log); n++) {
        struct world world;
        struct walker *w = replay(&k, log, n, &world);

        world.n = 1000;
        fold(w, lost);
        fold(w, resumed);
        go_on(w, &world, NULL);
        check_end(w, &world);
        walker_free(w);
    }
    json_decref(log);
    json_decref(lost);
    json_decref(resumed);
    kit_close(&k);
}

/* The program died after the device had done it, before it was written. */
static void cut_off_between_sending_and_hearing(void **state)
{
    json_t *resumed = js("{\"event\": \"resumed\"}"), *log;
    struct kit k;
    int cuts = 0;

    (void)state;
    log = whole_run(&k);
    for (size_t n = 1; n < json_array_size(log); n++) {
        struct world world;
        struct walker *w = replay(&k, log, n, &world);
        json_t *open = walker_open(w), *e = json_array_get(open, 0);

        if (strcmp(kit_text(e, "effect"), "do") == 0 ||
            strcmp(kit_text(e, "effect"), "undo") == 0) {
            json_decref(event_for(&world, e));
            fold(w, resumed);
            go_on(w, &world, NULL);
            check_end(w, &world);
            cuts++;
        }
        json_decref(open);
        walker_free(w);
    }
    assert_int_equal(cuts, 2);
    json_decref(log);
    json_decref(resumed);
    kit_close(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replay_gives_the_same_state),
        cmocka_unit_test(cut_off_anywhere_ends_the_same),
        cmocka_unit_test(new_counters_anywhere_end_the_same),
        cmocka_unit_test(cut_off_between_sending_and_hearing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
