/* The walker: what changes something, samples, searches; undo and consent. */
#include "walk_kit.h"

/* --- permissions of probes --- */

static const char ping_flow[] = HEAD
    "checkpoints:\n"
    "  a:\n"
    "    title: {en: A, ja: A}\n"
    "    probe:\n"
    "      - {name: ping, as: ping_peer, with: {target: '=vpn.peer'}}\n"
    "      - log\n"
    "    denied: b\n"
    "    outcomes:\n"
    "      - {when: 'ping_peer.received > 0', is: normal, next: healthy}\n"
    "      - {otherwise: true, finding: wan.link-down}\n"
    "  b:\n"
    "    title: {en: B, ja: B}\n"
    "    probe: []\n"
    "    outcomes:\n"
    "      - {when: 'outcome.a == \"skipped\"', is: normal, next: healthy}\n";

static void denied_takes_its_exit(void **state)
{
    struct kit k;

    (void)state;
    kit_open(&k, ping_flow);
    kit_start(&k, "{}");
    kit_done(&k, "open:");
    kit_path(&k, "a skipped b; b normal healthy");
    kit_names(k.asked, "vpns");
    kit_close(&k);
}

static void allowed_needs_no_consent(void **state)
{
    struct kit k;

    (void)state;
    kit_open(&k, ping_flow);
    kit_present(&k, "ping", "{\"received\": 5}");
    kit_present(&k, "log", "{}");
    kit_start(&k, "{\"allow\": [\"active\"]}");
    kit_done(&k, "healthy:");
    kit_names(k.asked, "vpns ping log");
    kit_close(&k);
}

static void consent_names_the_bytes(void **state)
{
    struct kit k;

    (void)state;
    kit_open(&k, ping_flow);
    kit_present(&k, "ping", "{\"received\": 5}");
    kit_present(&k, "log", "{}");
    kit_start(&k, "{\"interactive\": true}");
    kit_expect(&k, "consent");
    kit_names(json_object_get(kit_last(&k), "commands"), "ping 192.0.2.1");
    assert_string_equal(kit_text(kit_last(&k), "class"), "active");
    kit_consent(&k, 1);
    kit_done(&k, "healthy:");
    kit_close(&k);
    kit_open(&k, ping_flow);
    kit_start(&k, "{\"interactive\": true}");
    kit_consent(&k, 0);
    kit_path(&k, "a skipped b; b normal healthy");
    kit_close(&k);
}

static void consent_is_never_replayed(void **state)
{
    struct kit k;

    (void)state;
    kit_open(&k, ping_flow);
    kit_start(&k, "{\"interactive\": true}");
    kit_consent(&k, 1);
    kit_names(k.asked, "vpns ping log");
    kit_event(&k, "resumed");
    kit_expect(&k, "consent");
    assert_false(walker_done(k.w));
    kit_names(k.asked, "vpns ping log");
    kit_close(&k);
}

/* --- do and undo --- */

static const char do_flow[] = HEAD
    "checkpoints:\n"
    "  a:\n"
    "    title: {en: A, ja: A}\n"
    "    do:\n"
    "      - send: 'logging on'\n"
    "        class: config\n"
    "        mode: config\n"
    "        state: [config]\n"
    "        present: 'config.on'\n"
    "        undo: 'no logging on'\n"
    "        verify: 'config.on'\n"
    "      - send: 'level info'\n"
    "        class: config\n"
    "        mode: config\n"
    "        state: [config]\n"
    "        present: 'config.level == \"info\"'\n"
    "        undo: '=\"level \" .. config.level'\n"
    "        verify: 'config.level == \"info\"'\n"
    "    denied: c\n"
    "    next: b\n"
    "  b:\n"
    "    title: {en: B, ja: B}\n"
    "    probe: [log]\n"
    "    outcomes:\n"
    "      - {when: 'log.bad', undo: a, is: abnormal, next: c}\n"
    "      - {otherwise: true, is: normal, next: healthy}\n"
    "  c:\n"
    "    title: {en: C, ja: C}\n"
    "    ask: Well?\n"
    "    answers: {good: open}\n";

#define BEFORE "{\"on\": false, \"level\": \"warn\"}"
#define AFTER "{\"on\": true, \"level\": \"info\"}"

static void kit_change(const struct kit *k, int undone, int verified)
{
    json_t *r = walker_result(k->w);
    json_t *c = json_array_get(json_object_get(r, "changes"), 0);

    assert_int_equal(json_array_size(json_object_get(r, "changes")), 1);
    kit_names(json_object_get(c, "commands"), "logging on level info");
    kit_names(json_object_get(c, "undo"), "level warn no logging on");
    assert_int_equal(json_is_true(json_object_get(c, "undone")), undone);
    assert_int_equal(json_is_true(json_object_get(c, "verified")), verified);
    json_decref(r);
}

static void sends_of(const json_t *effect, const char *expected)
{
    json_t *names = json_array(), *s;
    size_t i;

    json_array_foreach(json_object_get(effect, "steps"), i, s)
        json_array_append(names, json_object_get(s, "send"));
    kit_names(names, expected);
    json_decref(names);
}

static void do_reads_asks_sends_proves_and_undoes(void **state)
{
    struct kit k;

    (void)state;
    kit_open(&k, do_flow);
    kit_present(&k, "config", BEFORE);
    kit_present(&k, "log", "{\"bad\": false}");
    kit_start(&k, "{\"interactive\": true}");
    kit_expect(&k, "consent");
    kit_names(json_object_get(kit_last(&k), "commands"),
              "logging on level info");
    kit_names(json_object_get(kit_last(&k), "undo"),
              "level warn no logging on");
    kit_consent(&k, 1);
    kit_expect(&k, "do");
    sends_of(kit_last(&k), "logging on level info");
    kit_present(&k, "config", AFTER);
    kit_did(&k, "complete");
    kit_expect(&k, "undo");
    sends_of(kit_last(&k), "level warn no logging on");
    kit_present(&k, "config", BEFORE);
    kit_did(&k, "complete");
    kit_done(&k, "healthy:");
    kit_change(&k, 1, 1);
    kit_names(k.asked, "vpns config config log config");
    kit_close(&k);
}

static void lines_already_there_are_not_sent(void **state)
{
    struct kit k;
    json_t *r;

    (void)state;
    kit_open(&k, do_flow);
    kit_present(&k, "config", "{\"on\": true, \"level\": \"warn\"}");
    kit_present(&k, "log", "{\"bad\": false}");
    kit_start(&k, "{\"allow\": [\"config\"]}");
    sends_of(kit_last(&k), "level info");
    kit_close(&k);
    kit_open(&k, do_flow);
    kit_present(&k, "config", AFTER);
    kit_present(&k, "log", "{\"bad\": false}");
    kit_start(&k, "{}");
    kit_done(&k, "healthy:");
    r = walker_result(k.w);
    assert_int_equal(json_array_size(json_object_get(r, "changes")), 0);
    json_decref(r);
    kit_close(&k);
}

static void do_without_permission_is_skipped(void **state)
{
    struct kit k;

    (void)state;
    kit_open(&k, do_flow);
    kit_present(&k, "config", BEFORE);
    kit_start(&k, "{\"allow\": [\"active\", \"disrupt\"]}");
    kit_answer(&k, NULL);
    kit_done(&k, "open:");
    kit_path(&k, "a skipped c; c skipped open");
    kit_close(&k);
}

static void unreadable_state_changes_nothing(void **state)
{
    struct kit k;

    (void)state;
    kit_open(&k, do_flow);
    kit_unreadable(&k, "config");
    kit_start(&k, "{\"allow\": [\"config\"]}");
    kit_done(&k, "open:");
    kit_path(&k, "a unreadable open");
    kit_close(&k);
}

static void a_change_that_does_not_show_is_unreadable_and_undone(void **state)
{
    struct kit k;

    (void)state;
    kit_open(&k, do_flow);
    kit_present(&k, "config", BEFORE);
    kit_start(&k, "{\"allow\": [\"config\"]}");
    kit_did(&k, "complete");
    kit_expect(&k, "undo");
    kit_did(&k, "complete");
    kit_done(&k, "open:");
    kit_change(&k, 1, 1);
    kit_close(&k);
}

static void undo_that_does_not_take_is_told(void **state)
{
    struct kit k;

    (void)state;
    kit_open(&k, do_flow);
    kit_present(&k, "config", BEFORE);
    kit_present(&k, "log", "{\"bad\": false}");
    kit_start(&k, "{\"allow\": [\"config\"]}");
    kit_present(&k, "config", AFTER);
    kit_did(&k, "complete");
    kit_did(&k, "complete");
    kit_done(&k, "healthy:");
    kit_change(&k, 0, 0);
    kit_close(&k);
}

static void outcome_undoes_in_the_middle(void **state)
{
    struct kit k;

    (void)state;
    kit_open(&k, do_flow);
    kit_present(&k, "config", BEFORE);
    kit_present(&k, "log", "{\"bad\": true}");
    kit_start(&k, "{\"allow\": [\"config\"]}");
    kit_present(&k, "config", AFTER);
    kit_did(&k, "complete");
    kit_expect(&k, "undo");
    kit_present(&k, "config", BEFORE);
    kit_did(&k, "complete");
    kit_expect(&k, "ask");
    kit_change(&k, 1, 1);
    kit_answer(&k, "good");
    kit_done(&k, "open:");
    kit_close(&k);
}

static void stop_undoes_first(void **state)
{
    struct kit k;

    (void)state;
    kit_open(&k, do_flow);
    kit_present(&k, "config", BEFORE);
    kit_start(&k, "{\"allow\": [\"config\"]}");
    kit_present(&k, "config", AFTER);
    kit_did(&k, "complete");
    kit_step(&k, js("{\"event\": \"stop\", \"why\": \"timeout\"}"));
    kit_expect(&k, "undo");
    assert_false(walker_done(k.w));
    kit_present(&k, "config", BEFORE);
    kit_did(&k, "complete");
    kit_done(&k, "open:");
    kit_change(&k, 1, 1);
    kit_close(&k);
}

static void stop_twice_gives_up(void **state)
{
    struct kit k;

    (void)state;
    kit_open(&k, do_flow);
    kit_present(&k, "config", BEFORE);
    kit_start(&k, "{\"allow\": [\"config\"]}");
    kit_present(&k, "config", AFTER);
    kit_did(&k, "complete");
    kit_step(&k, js("{\"event\": \"stop\", \"why\": \"failed\"}"));
    kit_expect(&k, "undo");
    kit_step(&k, js("{\"event\": \"stop\", \"why\": \"failed\"}"));
    kit_done(&k, "failed:");
    kit_change(&k, 0, 0);
    kit_close(&k);
}

/* The program died between sending and hearing: what was there before is
 * known from the journal, so it can be put back. */
static void resume_in_the_middle_of_a_do(void **state)
{
    struct kit k;

    (void)state;
    kit_open(&k, do_flow);
    kit_present(&k, "config", BEFORE);
    kit_present(&k, "log", "{\"bad\": false}");
    kit_start(&k, "{\"interactive\": true}");
    kit_consent(&k, 1);
    kit_expect(&k, "do");
    kit_present(&k, "config", "{\"on\": true, \"level\": \"warn\"}");
    kit_event(&k, "resumed");
    kit_expect(&k, "consent");
    kit_names(json_object_get(kit_last(&k), "commands"), "level info");
    kit_consent(&k, 1);
    sends_of(kit_last(&k), "level info");
    kit_present(&k, "config", AFTER);
    kit_did(&k, "complete");
    kit_expect(&k, "undo");
    sends_of(kit_last(&k), "level warn no logging on");
    kit_present(&k, "config", BEFORE);
    kit_did(&k, "complete");
    kit_done(&k, "healthy:");
    kit_change(&k, 1, 1);
    kit_close(&k);
}

static void undo_after_a_restart_reads_first(void **state)
{
    struct kit k;

    (void)state;
    kit_open(&k, do_flow);
    kit_present(&k, "config", BEFORE);
    kit_start(&k, "{\"allow\": [\"config\"]}");
    kit_present(&k, "config", AFTER);
    kit_did(&k, "complete");
    kit_present(&k, "config", BEFORE);
    kit_event(&k, "resumed");
    kit_present(&k, "log", "{\"bad\": false}");
    kit_step(&k, js("{\"event\": \"stop\", \"why\": \"interrupted\"}"));
    kit_done(&k, "open:");
    kit_change(&k, 1, 1);
    kit_close(&k);
}

/* --- sample --- */

static const char sample_flow[] = HEAD
    "checkpoints:\n"
    "  a:\n"
    "    title: {en: A, ja: A}\n"
    "    sample: [stats]\n"
    "    every: 12s\n"
    "    stimulate: {name: ping, with: {target: '=vpn.peer'}}\n"
    "    outcomes:\n"
    "      - {when: 'delta(stats.errors) > 0', finding: wan.link-down}\n"
    "      - {otherwise: true, is: normal, next: healthy}\n";

static void sample_reads_twice(void **state)
{
    struct kit k;

    (void)state;
    kit_open(&k, sample_flow);
    kit_present(&k, "stats", "{\"errors\": 4}");
    kit_start(&k, "{}");
    kit_expect(&k, "wait");
    assert_int_equal(
        json_integer_value(json_object_get(kit_last(&k), "ms")), 12000);
    kit_present(&k, "stats", "{\"errors\": 5}");
    kit_waited(&k);
    kit_done(&k, "diagnosed: wan.link-down proved");
    kit_names(k.asked, "vpns stats stats");
    kit_close(&k);
}

static void sample_stimulates_when_allowed(void **state)
{
    struct kit k;

    (void)state;
    kit_open(&k, sample_flow);
    kit_present(&k, "stats", "{\"errors\": 4}");
    kit_present(&k, "ping", "{}");
    kit_start(&k, "{\"allow\": [\"active\"]}");
    kit_waited(&k);
    kit_done(&k, "healthy:");
    kit_names(k.asked, "vpns stats ping stats");
    kit_close(&k);
    kit_open(&k, sample_flow);
    kit_present(&k, "stats", "{\"errors\": 4}");
    kit_start(&k, "{\"interactive\": true}");
    kit_consent(&k, 0);
    kit_waited(&k);
    kit_done(&k, "healthy:");
    kit_names(k.asked, "vpns stats stats");
    kit_close(&k);
}

static void sample_is_taken_once_more(void **state)
{
    struct kit k;

    (void)state;
    kit_open(&k, sample_flow);
    kit_present(&k, "stats", "{\"errors\": 4}");
    kit_start(&k, "{}");
    kit_present(&k, "stats", "{\"errors\": 2}");
    kit_waited(&k);
    kit_expect(&k, "wait");
    kit_present(&k, "stats", "{\"errors\": 3}");
    kit_waited(&k);
    kit_done(&k, "diagnosed: wan.link-down proved");
    kit_close(&k);
    kit_open(&k, sample_flow);
    kit_present(&k, "stats", "{\"errors\": 4}");
    kit_start(&k, "{}");
    kit_present(&k, "stats", "{\"errors\": 2}");
    kit_waited(&k);
    kit_present(&k, "stats", "{\"errors\": 1}");
    kit_waited(&k);
    assert_string_equal(kit_text(kit_last(&k), "why"), "unreadable");
    kit_answer(&k, "normal");
    kit_done(&k, "healthy:");
    kit_close(&k);
}

/* --- bisect --- */

static const char bisect_flow[] = HEAD
    "checkpoints:\n"
    "  a:\n"
    "    title: {en: A, ja: A}\n"
    "    probe: [config]\n"
    "    outcomes: [{otherwise: true, next: b}]\n"
    "  b:\n"
    "    title: {en: B, ja: B}\n"
    "    bisect:\n"
    "      low: 1000\n"
    "      high: '=config.mtu'\n"
    "      as: size\n"
    "      probe: {name: ping, with: {target: '=vpn.peer', size: '=n'}}\n"
    "      pass: 'ping.received > 0'\n"
    "    outcomes:\n"
    "      - {when: 'not has(size)', finding: wan.link-down}\n"
    "      - when: 'size < config.mtu'\n"
    "        finding: ike.no-response\n"
    "        because: 'largest is {size}'\n"
    "      - {otherwise: true, is: normal, next: healthy}\n";

/* Answers the pings of a bisection whose path carries `limit` bytes. */
static int bisect_to(struct kit *k, int limit)
{
    int rounds = 0;

    for (;;) {
        json_t *open = walker_open(k->w);
        json_t *e = json_array_get(open, 0);
        json_int_t size = json_integer_value(
            json_object_get(json_object_get(e, "with"), "size"));
        json_t *fact;

        if (!e || strcmp(kit_text(e, "effect"), "probe")) {
            json_decref(open);
            return rounds;
        }
        rounds++;
        fact = json_pack("{s:s,s:{s:i},s:{}}", "state", "present", "facts",
                         "received", size <= limit, "lines");
        kit_step(k, json_pack("{s:s,s:O,s:o}", "event", "facts", "effect",
                              json_object_get(e, "n"), "fact", fact));
        json_decref(open);
    }
}

static void bisect_finds_the_largest(void **state)
{
    static const struct {
        int limit;
        const char *verdict;
    } cases[] = {{900, "diagnosed: wan.link-down proved"},
                 {1000, "diagnosed: ike.no-response proved"},
                 {1372, "diagnosed: ike.no-response proved"},
                 {1499, "diagnosed: ike.no-response proved"},
                 {1500, "healthy:"},
                 {9000, "healthy:"}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct kit k;
        char because[40];
        json_t *r;

        kit_open(&k, bisect_flow);
        kit_present(&k, "config", "{\"mtu\": 1500}");
        kit_start(&k, "{\"allow\": [\"active\"]}");
        assert_in_range(bisect_to(&k, cases[i].limit), 1, 12);
        kit_done(&k, cases[i].verdict);
        r = walker_result(k.w);
        snprintf(because, sizeof because, "largest is %d", cases[i].limit);
        if (strstr(cases[i].verdict, "no-response"))
            assert_string_equal(
                kit_text(json_array_get(json_object_get(r, "path"), 1),
                         "because"), because);
        json_decref(r);
        kit_close(&k);
    }
}

static void bisect_asks_consent_once(void **state)
{
    struct kit k;

    (void)state;
    kit_open(&k, bisect_flow);
    kit_present(&k, "config", "{\"mtu\": 1500}");
    kit_start(&k, "{\"interactive\": true}");
    kit_expect(&k, "consent");
    kit_names(json_object_get(kit_last(&k), "commands"),
              "ping 192.0.2.1 size 1000 ping 192.0.2.1 size 1500");
    kit_consent(&k, 1);
    bisect_to(&k, 1400);
    kit_done(&k, "diagnosed: ike.no-response proved");
    assert_int_equal(json_array_size(k.sent), 2);
    kit_close(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(denied_takes_its_exit),
        cmocka_unit_test(allowed_needs_no_consent),
        cmocka_unit_test(consent_names_the_bytes),
        cmocka_unit_test(consent_is_never_replayed),
        cmocka_unit_test(do_reads_asks_sends_proves_and_undoes),
        cmocka_unit_test(lines_already_there_are_not_sent),
        cmocka_unit_test(do_without_permission_is_skipped),
        cmocka_unit_test(unreadable_state_changes_nothing),
        cmocka_unit_test(a_change_that_does_not_show_is_unreadable_and_undone),
        cmocka_unit_test(undo_that_does_not_take_is_told),
        cmocka_unit_test(outcome_undoes_in_the_middle),
        cmocka_unit_test(stop_undoes_first),
        cmocka_unit_test(stop_twice_gives_up),
        cmocka_unit_test(resume_in_the_middle_of_a_do),
        cmocka_unit_test(undo_after_a_restart_reads_first),
        cmocka_unit_test(sample_reads_twice),
        cmocka_unit_test(sample_stimulates_when_allowed),
        cmocka_unit_test(sample_is_taken_once_more),
        cmocka_unit_test(bisect_finds_the_largest),
        cmocka_unit_test(bisect_asks_consent_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
