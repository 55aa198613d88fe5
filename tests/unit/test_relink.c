/*
 * The link is lost at the worst moments of a walk and comes back: nothing
 * that changes the device is sent twice, all is put back, and the walk ends
 * as it would have.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "kiriwake/mem.h"
#include "kiriwake/options.h"
#include "../../src/run/inner.h"
#include "flow_files.h"

#define DEBUG "cisco-ios/proposal-changed"
#define FIRST_DEBUG "debug crypto isakmp"
#define MOST_TURNS 20000
#define CUTS 40

/* A walk of a scenario with its own arguments. */
struct walk {
    struct run *r;
    struct options o;
    char *target;
    json_t *args;
    char *finding;              /* that the scenario expects */
    const char *cut_at;         /* the link goes when this is sent; or NULL */
};

/* The device still gets it; nobody hears what it says. */
static void on_line(void *arg, bool out, const char *text)
{
    struct walk *w = arg;

    if (!out || !w->cut_at || strcmp(text, w->cut_at) != 0)
        return;
    w->cut_at = NULL;
    sim_unplug(w->r->sim);
}

static json_t *scenario(const char *id)
{
    const struct data builtin = {0};
    struct err e = {0};
    json_t *all = sim_scenarios(&builtin, NULL, &e), *one, *found = NULL;
    size_t len = strcspn(id, "?"), i;

    json_array_foreach(all, i, one)
        if (strncmp(json_string_value(json_object_get(one, "id")), id,
                    len) == 0 &&
            !json_string_value(json_object_get(one, "id"))[len])
            found = json_incref(one);
    json_decref(all);
    if (!found)
        fail_msg("no scenario %s", id);
    return found;
}

/* Without permissions somebody is there, who is asked for consent. */
static void walk_open_flow(struct walk *w, const char *id, bool asked,
                           const struct data *data, const char *flow)
{
    const struct run_listener listener = {.arg = w, .line = on_line};
    char *argv[40] = {(char *)"check"};
    json_t *s = scenario(id), *word;
    struct err e = {0};
    int argc = 1;
    size_t i;

    *w = (struct walk){.target = mem_printf("sim:%s", id)};
    w->args = json_incref(json_object_get(s, "args"));
    w->finding = mem_strdup(json_string_value(
        json_object_get(json_object_get(s, "expect"), "finding")));
    argv[argc++] = w->target;
    json_array_foreach(w->args, i, word)
        if (!asked || (strcmp(json_string_value(word), "--allow") &&
                       strcmp(json_string_value(word), "disrupt")))
            argv[argc++] = (char *)json_string_value(word);
    json_decref(s);
    assert_int_equal(options_parse(&w->o, argc, argv, NULL, &e), 0);
    w->o.run.no_journal = true;
    w->o.run.interactive = asked;
    if (data)
        w->o.run.data = *data;
    if (flow) {
        w->o.run.flow = flow;
        json_object_clear(w->o.run.answers);
    }
    w->r = run_new(&w->o.run, &listener, &e);
    if (!w->r)
        fail_msg("%s: %s", id, e.what);
}

static void walk_open(struct walk *w, const char *id, bool asked)
{
    walk_open_flow(w, id, asked, NULL, NULL);
}

static void walk_close(struct walk *w)
{
    run_free(w->r);
    options_free(&w->o);
    json_decref(w->args);
    free(w->target);
    free(w->finding);
}

static void turn(struct run *r)
{
    struct clock *c = run_clock(r);
    struct pollfd fds[4];
    uint64_t due;

    run_fds(r, fds, 4, &due);
    clock_advance(c, due ? due : clock_now(c) + 1000);
    run_pump(r);
}

/* What a person answers who agrees to everything. */
static void agree(struct run *r)
{
    const json_t *asked = run_asking(r);
    const char *kind = json_string_value(json_object_get(asked, "effect"));

    if (kind)
        run_answer(r, strcmp(kind, "consent") == 0
                          ? "yes"
                          : json_string_value(json_object_get(asked,
                                                              "suggest")),
                   NULL);
}

static void go_until(struct run *r, bool (*there)(struct run *r))
{
    for (int i = 0; i < MOST_TURNS; i++) {
        if (there(r))
            return;
        agree(r);
        turn(r);
    }
    fail_msg("%s: it never comes to that", r->o.target);
}

static unsigned typed(const struct walk *w, const char *line)
{
    json_t *all = sim_transcript(w->r->sim), *one;
    unsigned n = 0;
    size_t i;

    json_array_foreach(all, i, one)
        n += strcmp(json_string_value(json_object_get(one, "line")),
                    line) == 0;
    return n;
}

static void assert_undone(struct run *r)
{
    json_t *result = run_result(r), *c;
    json_t *changes = json_object_get(result, "changes");
    size_t i;

    assert_int_equal(json_array_size(changes), 1);
    json_array_foreach(changes, i, c) {
        assert_true(json_is_true(json_object_get(c, "undone")));
        assert_true(json_is_true(json_object_get(c, "verified")));
    }
    json_decref(result);
}

static void assert_found(const struct walk *w, const char *where)
{
    json_t *result = run_result(w->r);
    const char *id = json_string_value(json_object_get(
        json_array_get(json_object_get(result, "findings"), 0), "id"));

    if (!id || strcmp(id, w->finding) != 0)
        fail_msg("%s: wanted %s, got %s", where, w->finding, id ? id : "-");
    json_decref(result);
}

/* --- moments --- */

static bool is_done(struct run *r)
{
    return run_done(r);
}

static bool is_lost(struct run *r)
{
    return r->phase == RUN_LOST;
}

static bool is_walking(struct run *r)
{
    return r->phase == RUN_WALKING;
}

static bool asks_consent(struct run *r)
{
    const char *kind = json_string_value(
        json_object_get(run_asking(r), "effect"));

    return kind && strcmp(kind, "consent") == 0;
}

/* The device has done it; whether it did is being read. */
static bool has_done(struct run *r)
{
    size_t i;
    json_t *event;

    json_array_foreach(r->events, i, event)
        if (strcmp(json_string_value(json_object_get(event, "event")),
                   "did") == 0)
            return jobs_under_way(r) != NULL;
    return false;
}

static bool samples(struct run *r)
{
    return r->waiting != NULL;
}

/* --- tests --- */

static void lost_when(struct walk *w, bool (*there)(struct run *r))
{
    go_until(w->r, there);
    sim_unplug(w->r->sim);
    go_until(w->r, is_lost);
}

static void check_end(struct walk *w, const char *where)
{
    go_until(w->r, is_done);
    assert_found(w, where);
    assert_undone(w->r);
    if (typed(w, FIRST_DEBUG) != 1)
        fail_msg("%s: sent %u times", where, typed(w, FIRST_DEBUG));
    walk_close(w);
}

static void test_moments(void **state)
{
    struct walk w;

    (void)state;
    walk_open(&w, DEBUG, false);
    lost_when(&w, has_done);
    check_end(&w, "before it is verified");
    walk_open(&w, DEBUG, false);
    lost_when(&w, samples);
    check_end(&w, "between two readings");
}

static void test_commands(void **state)
{
    static const char *const lines[] = {
        FIRST_DEBUG, "debug crypto engine", "no debug crypto engine",
        "no " FIRST_DEBUG};
    struct walk w;

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        walk_open(&w, DEBUG, false);
        w.cut_at = lines[i];
        go_until(w.r, is_lost);
        check_end(&w, lines[i]);
    }
}

/* Nothing that this device shows tells whether it is done. */
#define CAPTURED "paloalto-panos/liveness-captured"
#define LIVE_DEBUG "debug ike gateway hq-osaka on debug"
#define LIVE_UNDO "debug ike gateway hq-osaka off"

static void test_blind_switch(void **state)
{
    struct walk w;

    (void)state;
    walk_open(&w, CAPTURED, false);
    w.cut_at = LIVE_DEBUG;              /* not heard: it may be on */
    go_until(w.r, is_lost);
    go_until(w.r, is_done);
    assert_int_equal(typed(&w, LIVE_DEBUG), 1);
    assert_int_equal(typed(&w, LIVE_UNDO), 1);
    walk_close(&w);
    walk_open(&w, CAPTURED, false);
    lost_when(&w, has_done);            /* heard: it is */
    go_until(w.r, is_done);
    assert_found(&w, "a switch that was heard");
    assert_int_equal(typed(&w, LIVE_DEBUG), 1);
    assert_int_equal(typed(&w, LIVE_UNDO), 1);
    walk_close(&w);
}

static void go_until_consent(struct walk *w, const char *class)
{
    for (;;) {
        const char *asked;

        go_until(w->r, asks_consent);
        asked = json_string_value(json_object_get(run_asking(w->r), "class"));
        if (strcmp(asked, class) == 0)
            return;
        agree(w->r);
    }
}

/* On the way into another mode and out of it; a console stands where it
 * stood, with the command half typed or the mode just entered. */
static void test_modes(void **state)
{
    static const struct { const char *id, *line; } ways[] = {
        {"cisco-asa/psk-responder?login=1", "show running-config"},
        {"nec-wa/psk-initiator?login=1", "show running-config"},
        {"paloalto-panos/liveness-unanswered?login=1", "show system info"},
        {"nec-ix/psk-mismatch-responder", "enable-config"},
        {"nec-ix/psk-mismatch-responder?login=1", "enable-config"},
        {"nec-ix/psk-mismatch-responder?login=1", "exit"},
    };
    struct walk w;

    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        walk_open(&w, ways[i].id, false);
        w.cut_at = ways[i].line;
        go_until(w.r, is_lost);
        go_until(w.r, is_done);
        assert_found(&w, ways[i].id);
        assert_int_not_equal(run_status(w.r), EXIT_NOT_UNDONE);
        walk_close(&w);
    }
}

static void test_consent(void **state)
{
    struct walk w;

    (void)state;
    walk_open(&w, DEBUG, true);
    go_until_consent(&w, "disrupt");
    sim_unplug(w.r->sim);
    while (!is_lost(w.r))
        turn(w.r);
    assert_null(run_asking(w.r));
    run_answer(w.r, "yes", NULL);       /* too late */
    while (!is_walking(w.r))
        turn(w.r);
    while (!asks_consent(w.r))
        turn(w.r);
    assert_int_equal(typed(&w, FIRST_DEBUG), 0);
    go_until(w.r, is_done);
    assert_int_equal(typed(&w, FIRST_DEBUG), 1);
    assert_undone(w.r);
    walk_close(&w);
}

/* Ctrl-C with no link: it is undone once the link is back. */
static void test_stop_while_lost(void **state)
{
    struct walk w;

    (void)state;
    walk_open(&w, DEBUG, false);
    lost_when(&w, samples);
    run_stop(w.r, "interrupted");
    assert_false(run_done(w.r));
    go_until(w.r, is_done);
    assert_undone(w.r);
    assert_int_equal(typed(&w, "no " FIRST_DEBUG), 1);
    assert_int_equal(run_status(w.r), EXIT_INTERRUPTED);
    walk_close(&w);
}

/* Without a change there is nothing to wait for. */
static void test_stop_before_any_change(void **state)
{
    struct walk w;

    (void)state;
    walk_open(&w, DEBUG, false);
    lost_when(&w, is_walking);
    run_stop(w.r, "interrupted");
    assert_true(run_done(w.r));
    walk_close(&w);
}

/* A person's keys while nothing can be sent: each command is sent once. */
static void test_keys_while_lost(void **state)
{
    struct walk w;

    (void)state;
    walk_open(&w, DEBUG, true);
    w.cut_at = FIRST_DEBUG;
    go_until(w.r, is_lost);
    run_retry(w.r);
    agree(w.r);
    run_retry(w.r);
    agree(w.r);
    go_until(w.r, is_done);
    assert_int_equal(typed(&w, FIRST_DEBUG), 1);
    assert_undone(w.r);
    walk_close(&w);
}

#define CLEAR "clear crypto sa"

static const char clear_flow[] =
    "flow: t/clear\ntitle: {en: T, ja: T}\ndrivers: [cisco-ios]\n"
    "source: {document: D}\nstart: a\n"
    "checkpoints:\n"
    "  a:\n"
    "    title: {en: A, ja: A}\n"
    "    do: [{send: " CLEAR ", class: disrupt}]\n"
    "    next: open\n";

static void clear_open(struct walk *w, struct files *files, bool asked)
{
    files_open(files);
    files_put(files, "flows/t/clear.yaml", clear_flow);
    walk_open_flow(w, DEBUG, asked, &files->data, "t/clear");
}

static void clear_close(struct walk *w, struct files *files)
{
    walk_close(w);
    files_close(files);
}

/* Consent is for now: what was agreed to with no link is asked again. */
static void test_consent_while_lost(void **state)
{
    struct files files;
    struct walk w;

    (void)state;
    clear_open(&w, &files, true);
    go_until_consent(&w, "disrupt");
    sim_unplug(w.r->sim);
    while (!is_lost(w.r))
        turn(w.r);
    run_retry(w.r);
    agree(w.r);
    while (!asks_consent(w.r) || !is_walking(w.r))
        turn(w.r);
    for (int i = 0; i < 20; i++)
        turn(w.r);
    assert_int_equal(typed(&w, CLEAR), 0);
    agree(w.r);
    go_until(w.r, is_done);
    assert_int_equal(typed(&w, CLEAR), 1);
    clear_close(&w, &files);
}

/* Nothing that can be read tells whether it was done: a person may want it
 * once more, and is told. */
static void test_blind_asked(void **state)
{
    struct files files;
    struct walk w;

    (void)state;
    clear_open(&w, &files, true);
    go_until_consent(&w, "disrupt");
    assert_false(json_is_true(json_object_get(run_asking(w.r), "again")));
    w.cut_at = CLEAR;
    go_until(w.r, is_lost);
    go_until_consent(&w, "disrupt");
    assert_true(json_is_true(json_object_get(run_asking(w.r), "again")));
    assert_int_equal(typed(&w, CLEAR), 1);
    agree(w.r);
    go_until(w.r, is_done);
    assert_int_equal(typed(&w, CLEAR), 2);
    clear_close(&w, &files);
}

/* With nobody there a permission given before does not cover that. */
static void test_blind_headless(void **state)
{
    struct files files;
    struct walk w;
    json_t *result, *last;

    (void)state;
    clear_open(&w, &files, false);
    w.cut_at = CLEAR;
    go_until(w.r, is_lost);
    go_until(w.r, is_done);
    assert_int_equal(typed(&w, CLEAR), 1);
    result = run_result(w.r);
    last = json_array_get(json_object_get(result, "path"), 0);
    assert_string_equal(
        json_string_value(json_object_get(last, "outcome")), "skipped");
    json_decref(result);
    clear_close(&w, &files);
}

/* Twice at the same step: it is given up, and says that it is not undone. */
static void test_never_whole(void **state)
{
    struct walk w;

    (void)state;
    walk_open(&w, DEBUG, false);
    lost_when(&w, samples);
    while (!run_done(w.r)) {
        sim_unplug(w.r->sim);
        turn(w.r);
    }
    assert_int_equal(run_status(w.r), EXIT_NOT_UNDONE);
    walk_close(&w);
}

static unsigned turns_of(const char *id)
{
    struct walk w;
    unsigned n = 0;

    walk_open(&w, id, false);
    for (; !run_done(w.r); n++)
        turn(w.r);
    assert_found(&w, "without a loss");
    walk_close(&w);
    return n;
}

static void lost_in_turn(const char *id, unsigned at)
{
    struct walk w;
    char where[120];

    snprintf(where, sizeof where, "%s, turn %u", id, at);
    walk_open(&w, id, false);
    for (unsigned n = 0; !run_done(w.r); n++) {
        if (n == at)
            sim_unplug(w.r->sim);
        turn(w.r);
    }
    assert_found(&w, where);
    assert_int_not_equal(run_status(w.r), EXIT_NOT_UNDONE);
    assert_in_range(typed(&w, FIRST_DEBUG), 0, 1);
    walk_close(&w);
}

static void test_any_turn(void **state)
{
    static const char *const ids[] = {DEBUG};

    (void)state;
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        unsigned all = turns_of(ids[i]), step = all / CUTS + 1;

        for (unsigned at = 20; at + 10 < all; at += step)
            lost_in_turn(ids[i], at);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moments),
        cmocka_unit_test(test_commands),
        cmocka_unit_test(test_blind_switch),
        cmocka_unit_test(test_modes),
        cmocka_unit_test(test_consent),
        cmocka_unit_test(test_stop_while_lost),
        cmocka_unit_test(test_stop_before_any_change),
        cmocka_unit_test(test_keys_while_lost),
        cmocka_unit_test(test_consent_while_lost),
        cmocka_unit_test(test_blind_asked),
        cmocka_unit_test(test_blind_headless),
        cmocka_unit_test(test_never_whole),
        cmocka_unit_test(test_any_turn),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
