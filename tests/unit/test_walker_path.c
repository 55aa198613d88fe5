/* The walker: calls, loops, the way back, epochs, what the human may do. */
#include "walk_kit.h"

#define POINT(id) "  " id ":\n    title: {en: X, ja: X}\n"

/* --- calls --- */

static const char caller[] = HEAD
    "checkpoints:\n"
    POINT("a")
    "    call: t/g#deep\n"
    "    return: {sound: b, open: c}\n"
    POINT("b")
    "    probe: []\n"
    "    outcomes:\n"
    "      - {when: 'log.up', is: normal, next: healthy}\n"
    POINT("c")
    "    probe: []\n"
    "    outcomes: [{otherwise: true, is: abnormal, next: open}]\n";

static const char called[] =
    "flow: t/g\ntitle: {en: G, ja: G}\ndrivers: [fake]\n"
    "source: {document: D}\nstart: top\nentries: [deep]\n"
    "checkpoints:\n"
    POINT("top")
    "    probe: []\n"
    "    outcomes: [{otherwise: true, next: deep}]\n"
    POINT("deep")
    "    probe: [log]\n"
    "    outcomes:\n"
    "      - {when: 'log.up', return: sound}\n"
    "      - {when: 'log.cut', finding: wan.link-down}\n"
    "      - {otherwise: true, is: abnormal, next: open}\n";

static void kit_open_two(struct kit *k)
{
    struct err e = {0};

    kit_open(k, HEAD "checkpoints:\n" POINT("a")
                "    probe: []\n"
                "    outcomes: [{otherwise: true, next: open}]\n");
    walker_free(k->w);
    flows_free(k->flows);
    files_put(&k->files, "flows/t/f.yaml", caller);
    files_put(&k->files, "flows/t/g.yaml", called);
    k->flows = flows_load(&k->files.data, "t/f", FAKE_DRIVER, &e);
    if (!k->flows)
        fail_msg("%s", e.what);
    k->w = walker_new(k->flows, FAKE_DRIVER);
}

static void call_returns(void **state)
{
    static const struct {
        const char *log, *verdict, *path;
    } cases[] = {
        {"{\"up\": true}", "healthy:", "deep normal sound; b normal healthy"},
        {"{\"up\": false, \"cut\": true}", "diagnosed: wan.link-down proved",
         "deep abnormal "},
        {"{\"up\": false, \"cut\": false}", "open:",
         "deep abnormal open; c abnormal open"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct kit k;

        kit_open_two(&k);
        kit_present(&k, "log", cases[i].log);
        kit_start(&k, "{}");
        kit_done(&k, cases[i].verdict);
        kit_path(&k, cases[i].path);
        kit_close(&k);
    }
}

/* --- loops --- */

static void loops_end_open(void **state)
{
    struct kit k;

    (void)state;
    kit_open(&k, HEAD "visits: 2\ncheckpoints:\n"
             POINT("a")
             "    probe: []\n"
             "    outcomes: [{otherwise: true, is: normal, next: b}]\n"
             POINT("b")
             "    probe: []\n"
             "    outcomes: [{otherwise: true, is: normal, next: a}]\n");
    kit_start(&k, "{}");
    kit_done(&k, "open:");
    kit_path(&k, "a normal b; b normal a; a normal b; b normal a; "
                 "a unreadable open");
    kit_close(&k);
}

/* --- epochs --- */

static const char epoch_flow[] = HEAD
    "checkpoints:\n"
    POINT("a")
    "    probe: [log]\n"
    "    outcomes: [{when: 'log.up', next: b}]\n"
    POINT("b")
    "    sample: [stats]\n"
    "    outcomes: [{when: 'delta(stats.n) > 0', next: c}]\n"
    POINT("c")
    "    ask: Well?\n"
    "    show: [log]\n"
    "    answers: {yes: d, no: open}\n"
    POINT("d")
    "    probe: []\n"
    "    outcomes: [{when: 'log.up and answer.c == \"yes\"', next: healthy}]"
    "\n";

static void kit_to_question(struct kit *k)
{
    kit_open(k, epoch_flow);
    kit_present(k, "log", "{\"up\": true}");
    kit_present(k, "stats", "{\"n\": 1}");
    kit_start(k, "{}");
    kit_present(k, "stats", "{\"n\": 2}");
    kit_waited(k);
    kit_expect(k, "ask");
}

static void sample_makes_older_facts_stale(void **state)
{
    struct kit k;

    (void)state;
    kit_to_question(&k);
    kit_names(k.asked, "vpns log stats stats log");
    kit_answer(&k, "yes");
    kit_done(&k, "healthy:");
    kit_names(k.asked, "vpns log stats stats log");
    kit_close(&k);
}

static void resumed_reads_again_before_deciding(void **state)
{
    struct kit k;

    (void)state;
    kit_to_question(&k);
    kit_present(&k, "log", "{\"up\": false}");
    kit_event(&k, "resumed");
    kit_expect(&k, "ask");
    kit_names(k.asked, "vpns log stats stats log log");
    kit_answer(&k, "yes");
    assert_string_equal(kit_text(kit_last(&k), "why"), "unreadable");
    kit_close(&k);
}

static void stop(struct kit *k)
{
    kit_step(k, json_pack("{s:s,s:s}", "event", "stop", "why",
                          "interrupted"));
}

static void stopped_goes_on_when_resumed(void **state)
{
    struct kit k;

    (void)state;
    kit_to_question(&k);
    stop(&k);
    kit_done(&k, "open:");
    kit_event(&k, "resumed");
    assert_false(walker_done(k.w));
    kit_expect(&k, "ask");
    kit_names(k.asked, "vpns log stats stats log log");
    kit_answer(&k, "yes");
    kit_done(&k, "healthy:");
    kit_close(&k);
}

static void ended_says_so_again_when_resumed(void **state)
{
    struct kit k;

    (void)state;
    kit_to_question(&k);
    kit_answer(&k, "yes");
    kit_done(&k, "healthy:");
    json_array_clear(k.sent);
    kit_event(&k, "resumed");
    kit_expect(&k, "done");
    kit_done(&k, "healthy:");
    kit_close(&k);
}

static void answers_to_dropped_effects_are_ignored(void **state)
{
    struct kit k;
    json_t *old, *out;

    (void)state;
    kit_to_question(&k);
    old = json_pack("{s:s,s:O,s:s}", "event", "answer", "effect", kit_n(&k),
                    "answer", "no");
    kit_event(&k, "link-lost");
    out = walker_step(k.w, old);
    assert_int_equal(json_array_size(out), 0);
    assert_false(walker_done(k.w));
    json_decref(out);
    json_decref(old);
    kit_close(&k);
}

static void retry_reads_again(void **state)
{
    struct kit k;

    (void)state;
    kit_open(&k, epoch_flow);
    kit_unreadable(&k, "log");
    kit_start(&k, "{}");
    assert_string_equal(kit_text(kit_last(&k), "why"), "unreadable");
    kit_present(&k, "log", "{\"up\": true}");
    kit_present(&k, "stats", "{\"n\": 1}");
    kit_event(&k, "retry");
    kit_expect(&k, "wait");
    kit_names(k.asked, "vpns log log stats");
    kit_close(&k);
}

/* --- back, and by hand --- */

static const char back_flow[] = HEAD
    "checkpoints:\n"
    POINT("a")
    "    ask: One?\n"
    "    answers:\n"
    "      left: {suspect: wan.link-down, next: b}\n"
    "      right: b\n"
    POINT("b")
    "    probe: [log]\n"
    "    outcomes: [{when: 'log.up', next: c}]\n"
    POINT("c")
    "    ask: Two?\n"
    "    answers:\n"
    "      end: open\n"
    "      key: {finding: ike.psk-mismatch, certainty: likely}\n";

static void back_goes_to_the_last_answer(void **state)
{
    struct kit k;
    json_t *r;

    (void)state;
    kit_open(&k, back_flow);
    kit_present(&k, "log", "{\"up\": true}");
    kit_start(&k, "{}");
    kit_answer(&k, "left");
    assert_string_equal(kit_text(kit_last(&k), "checkpoint"), "c");
    kit_event(&k, "back");
    assert_string_equal(kit_text(kit_last(&k), "checkpoint"), "a");
    kit_path(&k, "");
    kit_answer(&k, "right");
    kit_answer(&k, "end");
    kit_done(&k, "open:");
    kit_path(&k, "a answered b; b normal c; c answered open");
    r = walker_result(k.w);
    assert_int_equal(json_array_size(json_object_get(r, "suspects")), 0);
    json_decref(r);
    kit_close(&k);
}

static void what_cannot_be_done_is_told(void **state)
{
    struct kit k;

    (void)state;
    kit_open(&k, back_flow);
    kit_present(&k, "log", "{\"up\": true}");
    assert_false(walker_can_retry(k.w));        /* not begun */
    kit_start(&k, "{}");
    assert_true(walker_can_retry(k.w));
    assert_false(walker_can_back(k.w));         /* the first question */
    assert_true(walker_can_decide(k.w, "left"));
    assert_false(walker_can_decide(k.w, "normal"));
    kit_event(&k, "back");
    assert_string_equal(kit_text(kit_last(&k), "checkpoint"), "a");
    kit_answer(&k, "left");
    assert_true(walker_can_back(k.w));
    kit_answer(&k, "end");
    kit_done(&k, "open:");
    assert_false(walker_can_retry(k.w));
    assert_false(walker_can_back(k.w));
    assert_false(walker_can_decide(k.w, "end"));
    kit_close(&k);
}

static void back_chooses_another_vpn(void **state)
{
    struct kit k;

    (void)state;
    kit_open(&k, back_flow);
    kit_present(&k, "vpns", "{\"vpns\": [{\"id\": \"m1\"}, "
                            "{\"id\": \"m2\"}]}");
    kit_start(&k, "{\"vpn\": \"m1\"}");
    assert_string_equal(kit_text(kit_last(&k), "checkpoint"), "a");
    kit_event(&k, "back");
    assert_string_equal(kit_text(kit_last(&k), "checkpoint"), "subject");
    kit_answer(&k, "m2");
    assert_string_equal(kit_text(walker_subject(k.w), "id"), "m2");
    kit_close(&k);
}

static void answers_may_be_findings(void **state)
{
    struct kit k;

    (void)state;
    kit_open(&k, back_flow);
    kit_present(&k, "log", "{\"up\": true}");
    kit_start(&k, "{}");
    kit_answer(&k, "left");
    kit_answer(&k, "key");
    kit_done(&k, "diagnosed: ike.psk-mismatch likely");
    kit_close(&k);
}

static void human_decides_the_current_point(void **state)
{
    struct kit k;
    json_t *r, *e;

    (void)state;
    kit_open(&k, back_flow);
    kit_start(&k, "{}");
    kit_answer(&k, "right");
    kit_step(&k, js("{\"event\": \"decide\", \"answer\": \"normal\", "
                    "\"remark\": \"seen\"}"));
    assert_string_equal(kit_text(kit_last(&k), "checkpoint"), "c");
    r = walker_result(k.w);
    e = json_array_get(json_object_get(r, "path"), 1);
    assert_string_equal(kit_text(e, "by"), "human");
    assert_string_equal(kit_text(e, "because"), "seen");
    json_decref(r);
    kit_close(&k);
}

/* --- what is typed --- */

static const char input_flow[] = HEAD
    "checkpoints:\n"
    POINT("a")
    "    ask: Which address?\n"
    "    input: {type: ip}\n"
    "    outcomes:\n"
    "      - {when: 'answer.a == vpn.peer', is: normal, next: healthy}\n"
    "      - {otherwise: true, finding: wan.link-down, "
    "because: 'typed {answer.a}'}\n";

static void typed_answers_are_compared(void **state)
{
    struct kit k;
    json_t *r;

    (void)state;
    kit_open(&k, input_flow);
    kit_start(&k, "{}");
    assert_string_equal(kit_text(kit_last(&k), "input"), "ip");
    kit_answer(&k, "192.0.2.1");
    kit_done(&k, "healthy:");
    kit_close(&k);
    kit_open(&k, input_flow);
    kit_start(&k, "{}");
    kit_answer(&k, "192.0.2.77");
    kit_done(&k, "diagnosed: wan.link-down proved");
    r = walker_result(k.w);
    assert_string_equal(
        kit_text(json_array_get(json_object_get(r, "path"), 0), "because"),
        "typed 192.0.2.77");
    json_decref(r);
    kit_close(&k);
    kit_open(&k, input_flow);
    kit_start(&k, "{}");
    kit_answer(&k, "192.0.2.1; reload");
    kit_done(&k, "open:");
    kit_close(&k);
}

/* --- noted findings --- */

static const char note_flow[] = HEAD
    "checkpoints:\n"
    POINT("a")
    "    probe: [log]\n"
    "    outcomes:\n"
    "      - when: 'log.note'\n"
    "        finding: ike.no-response\n"
    "        certainty: likely\n"
    "        next: b\n"
    "      - {otherwise: true, next: b}\n"
    POINT("b")
    "    probe: [log]\n"
    "    outcomes:\n"
    "      - {when: 'log.cut', finding: wan.link-down}\n"
    "      - {otherwise: true, is: normal, next: healthy}\n";

static void the_last_finding_is_the_verdict(void **state)
{
    struct kit k;

    (void)state;
    kit_open(&k, note_flow);
    kit_present(&k, "log", "{\"note\": true, \"cut\": true}");
    kit_start(&k, "{}");
    kit_done(&k, "diagnosed: wan.link-down proved ike.no-response likely");
    kit_close(&k);
    kit_open(&k, note_flow);
    kit_present(&k, "log", "{\"note\": true, \"cut\": false}");
    kit_start(&k, "{}");
    kit_done(&k, "diagnosed: ike.no-response likely");
    kit_close(&k);
}

/* What an unreadable check point may hide is not proved further on. */
static void given_turns_a_finding_into_a_suspicion(void **state)
{
    static const char flow[] = HEAD
        "checkpoints:\n"
        POINT("a")
        "    probe: [sa]\n"
        "    unreadable: b\n"
        "    outcomes:\n"
        "      - {when: 'sa.down', finding: wan.link-down}\n"
        "      - {otherwise: true, next: b}\n"
        POINT("b")
        "    probe: [log]\n"
        "    outcomes:\n"
        "      - {when: 'log.silent', finding: ike.no-response, given: a}\n"
        "      - {otherwise: true, next: open}\n";
    struct kit k;
    json_t *r;

    (void)state;
    kit_open(&k, flow);
    kit_unreadable(&k, "sa");
    kit_present(&k, "log", "{\"silent\": true}");
    kit_start(&k, "{}");
    kit_answer(&k, NULL);
    kit_done(&k, "open:");
    kit_path(&k, "a unreadable b; b abnormal open");
    r = walker_result(k.w);
    kit_names(json_object_get(r, "suspects"), "ike.no-response");
    json_decref(r);
    kit_close(&k);
    kit_open(&k, flow);
    kit_present(&k, "sa", "{\"down\": false}");
    kit_present(&k, "log", "{\"silent\": true}");
    kit_start(&k, "{}");
    kit_done(&k, "diagnosed: ike.no-response proved");
    kit_close(&k);
}

static void peer_config_is_not_asked_without_a_file(void **state)
{
    static const char flow[] = HEAD
        "checkpoints:\n"
        POINT("a")
        "    probe: [peer_config]\n"
        "    outcomes:\n"
        "      - {when: 'not readable(\"peer_config\")', next: healthy}\n"
        "      - {when: 'peer_config.key', finding: ike.psk-mismatch}\n";
    struct kit k;

    (void)state;
    kit_open(&k, flow);
    kit_start(&k, "{}");
    kit_done(&k, "healthy:");
    kit_names(k.asked, "vpns");
    kit_close(&k);
    kit_open(&k, flow);
    kit_present(&k, "peer_config", "{\"key\": \"x\"}");
    kit_start(&k, "{\"peer_config\": true}");
    kit_done(&k, "diagnosed: ike.psk-mismatch proved");
    kit_close(&k);
}

static void view_shows_the_current_point(void **state)
{
    struct kit k;
    json_t *v, *c;

    (void)state;
    kit_open(&k, back_flow);
    kit_unreadable(&k, "log");
    kit_start(&k, "{}");
    kit_answer(&k, "left");
    v = walker_view(k.w);
    assert_non_null(v);
    c = json_object_get(v, "current");
    assert_string_equal(kit_text(c, "id"), "b");
    c = json_array_get(json_object_get(c, "seen"), 0);
    assert_string_equal(kit_text(c, "state"), "unreadable");
    assert_string_equal(kit_text(c, "text"), "% Invalid\n");
    assert_int_equal(json_array_size(json_object_get(v, "path")), 1);
    json_decref(v);
    kit_close(&k);
}

/* --- a lock that somebody else holds --- */

static const char busy_flow[] = HEAD
    "checkpoints:\n"
    POINT("a")
    "    probe: [log]\n"
    "    unreadable: b\n"
    "    outcomes: [{when: 'log.up', is: normal, next: b}]\n"
    POINT("b")
    "    ask: Has he gone?\n"
    "    answers: {gone: c}\n"
    POINT("c")
    "    probe: [{name: log, fresh: true}]\n"
    "    unreadable: d\n"
    "    outcomes: [{when: 'log.up', is: normal, next: d}]\n"
    POINT("d")
    "    probe: [sa]\n"
    "    unreadable: open\n"
    "    outcomes: [{when: 'sa.up', is: normal, next: healthy}]\n";

static const char busy_finding[] =
    "device.config-busy:\n"
    "  title: {en: Held, ja: H}\n"
    "  explanation: {en: It is held., ja: H}\n"
    "  fix: {text: {en: Wait., ja: W}}\n";

static void busy_until(struct kit *k, bool released)
{
    struct err e = {0};

    kit_open(k, busy_flow);
    walker_free(k->w);
    flows_free(k->flows);
    files_put(&k->files, "flows/findings.yaml", busy_finding);
    k->flows = flows_load(&k->files.data, "t/f", FAKE_DRIVER, &e);
    if (!k->flows)
        fail_msg("%s", e.what);
    k->w = walker_new(k->flows, FAKE_DRIVER);
    kit_unreadable(k, "sa");
    kit_unreadable(k, "log");
    json_object_set_new(json_object_get(k->facts, "log"), "reply",
                        json_string("busy"));
    kit_start(k, "{\"interactive\": true}");
    kit_answer(k, "unknown");           /* it cannot be judged by hand */
    if (released)
        kit_present(k, "log", "{\"up\": true}");
    kit_answer(k, "gone");
    while (!walker_done(k->w))
        kit_answer(k, "unknown");
}

/* What was read after all is no cause of an open end. */
static void a_lock_that_was_released_is_no_cause(void **state)
{
    struct kit k;

    (void)state;
    busy_until(&k, false);
    kit_verdict(&k, "diagnosed: device.config-busy proved");
    kit_close(&k);
    busy_until(&k, true);
    kit_verdict(&k, "open:");
    kit_close(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lock_that_was_released_is_no_cause),
        cmocka_unit_test(call_returns),
        cmocka_unit_test(loops_end_open),
        cmocka_unit_test(sample_makes_older_facts_stale),
        cmocka_unit_test(resumed_reads_again_before_deciding),
        cmocka_unit_test(stopped_goes_on_when_resumed),
        cmocka_unit_test(ended_says_so_again_when_resumed),
        cmocka_unit_test(answers_to_dropped_effects_are_ignored),
        cmocka_unit_test(retry_reads_again),
        cmocka_unit_test(back_goes_to_the_last_answer),
        cmocka_unit_test(what_cannot_be_done_is_told),
        cmocka_unit_test(back_chooses_another_vpn),
        cmocka_unit_test(answers_may_be_findings),
        cmocka_unit_test(human_decides_the_current_point),
        cmocka_unit_test(typed_answers_are_compared),
        cmocka_unit_test(the_last_finding_is_the_verdict),
        cmocka_unit_test(given_turns_a_finding_into_a_suspicion),
        cmocka_unit_test(peer_config_is_not_asked_without_a_file),
        cmocka_unit_test(view_shows_the_current_point),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
