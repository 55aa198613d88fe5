/* The walker's fold: kinds of check points, states, subject, evidence. */
#include "walk_kit.h"

static const char sa_flow[] = HEAD
    "checkpoints:\n"
    "  a:\n"
    "    title: {en: SAs, ja: SA}\n"
    "    probe: [config, sa]\n"
    "    unreadable: q\n"
    "    outcomes:\n"
    "      - {when: 'count(sa.sas) > 0', is: normal, next: healthy}\n"
    "      - {when: 'not has(config.name)', finding: wan.link-down}\n"
    "      - {otherwise: true, is: abnormal, next: q}\n"
    "  q:\n"
    "    title: {en: Q, ja: Q}\n"
    "    ask: {en: 'Is {vpn.peer} fine?', ja: Q}\n"
    "    suggest: 'config.name == \"p1\" and \"good\" or nil'\n"
    "    answers:\n"
    "      good: {label: {en: yes it is}, next: b}\n"
    "      bad: open\n"
    "    unanswered: b\n"
    "  b:\n"
    "    title: {en: Log, ja: L}\n"
    "    probe: [log]\n"
    "    outcomes:\n"
    "      - when: 'log.refused > 1'\n"
    "        finding: ike.psk-mismatch\n"
    "      - when: 'log.refused == 1'\n"
    "        finding: ike.psk-mismatch\n"
    "        certainty: likely\n"
    "        rules_out: [wan.link-down]\n"
    "      - {otherwise: true, suspect: ike.no-response, next: open}\n";

static void device_alone_ends_healthy(void **state)
{
    struct kit k;

    (void)state;
    kit_open(&k, sa_flow);
    kit_present(&k, "sa", "{\"sas\": [1]}");
    kit_start(&k, "{}");
    kit_done(&k, "healthy:");
    kit_path(&k, "a normal healthy");
    kit_names(k.asked, "vpns config sa");
    kit_close(&k);
}

static void question_prefetches_and_leads_to_a_finding(void **state)
{
    struct kit k;
    json_t *ask;

    (void)state;
    kit_open(&k, sa_flow);
    kit_present(&k, "sa", "{\"sas\": []}");
    kit_fact(&k, "log", "present", "{\"refused\": 2}",
             "{\"\": [1], \"/refused\": [3, 2]}", "one\ntwo\nthree\n");
    kit_start(&k, "{}");
    ask = kit_last(&k);
    assert_string_equal(kit_text(ask, "why"), "question");
    assert_string_equal(kit_text(json_object_get(ask, "question"), "en"),
                        "Is 192.0.2.1 fine?");
    assert_string_equal(kit_text(ask, "suggest"), "good");
    kit_names(k.prefetched, "log");
    kit_answer(&k, "good");
    kit_done(&k, "diagnosed: ike.psk-mismatch proved");
    kit_path(&k, "a abnormal q; q answered b; b abnormal ");
    kit_close(&k);
}

static void evidence_is_the_lines_that_were_read(void **state)
{
    struct kit k;
    json_t *r, *f, *lines;

    (void)state;
    kit_open(&k, sa_flow);
    kit_present(&k, "sa", "{\"sas\": []}");
    kit_fact(&k, "log", "present", "{\"refused\": 2}",
             "{\"\": [1], \"/refused\": [3, 2]}", "one\ntwo\nthree\n");
    kit_start(&k, "{}");
    kit_answer(&k, "good");
    r = walker_result(k.w);
    f = json_array_get(json_object_get(r, "findings"), 0);
    assert_int_equal(json_array_size(json_object_get(f, "evidence")), 1);
    f = json_array_get(json_object_get(f, "evidence"), 0);
    assert_string_equal(kit_text(f, "command"), "show log");
    lines = js("[{\"n\": 2, \"text\": \"two\"}, {\"n\": 3, \"text\": "
               "\"three\"}]");
    assert_true(json_equal(json_object_get(f, "lines"), lines));
    json_decref(lines);
    json_decref(r);
    kit_close(&k);
}

static void finding_names_what_the_device_has(void **state)
{
    struct kit k;
    json_t *r, *f;

    (void)state;
    kit_open(&k, sa_flow);
    kit_present(&k, "sa", "{\"sas\": []}");
    kit_present(&k, "log", "{\"refused\": 1}");
    kit_start(&k, "{}");
    kit_answer(&k, "good");
    kit_done(&k, "diagnosed: ike.psk-mismatch likely");
    r = walker_result(k.w);
    f = json_array_get(json_object_get(r, "findings"), 0);
    kit_names(json_object_get(f, "alternatives"), "ike.no-response");
    kit_names(json_object_get(r, "ruled_out"), "wan.link-down");
    assert_string_equal(kit_text(f, "explanation"),
                        "They differ for 192.0.2.1.");
    assert_string_equal(kit_text(f, "decide_by"), "the peer's log");
    f = json_object_get(f, "fix");
    assert_string_equal(kit_text(f, "text"), "Set it on p1");
    kit_names(json_object_get(f, "commands"), "ike policy p1 key <KEY>");
    json_decref(r);
    kit_close(&k);
}

static void control_characters_never_reach_a_command(void **state)
{
    struct kit k;
    json_t *r, *f;

    (void)state;
    kit_open(&k, sa_flow);
    kit_present(&k, "config", "{\"name\": \"p1\\rreload\", \"key\": \"k\"}");
    kit_present(&k, "sa", "{\"sas\": []}");
    kit_present(&k, "log", "{\"refused\": 2}");
    kit_start(&k, "{}");
    kit_answer(&k, "good");
    r = walker_result(k.w);
    f = json_object_get(json_array_get(json_object_get(r, "findings"), 0),
                        "fix");
    assert_string_equal(kit_text(f, "text"), "Set it on <config.name>");
    assert_int_equal(json_array_size(json_object_get(f, "commands")), 0);
    json_decref(r);
    kit_close(&k);
}

static void unreadable_asks_then_takes_its_exit(void **state)
{
    struct kit k;

    (void)state;
    kit_open(&k, sa_flow);
    kit_unreadable(&k, "sa");
    kit_present(&k, "log", "{\"refused\": 0}");
    kit_start(&k, "{}");
    assert_string_equal(kit_text(kit_last(&k), "why"), "unreadable");
    assert_non_null(strstr(kit_text(kit_last(&k), "reason"), "refused"));
    kit_answer(&k, NULL);
    assert_string_equal(kit_text(kit_last(&k), "why"), "question");
    kit_answer(&k, NULL);
    kit_done(&k, "open:");
    kit_path(&k, "a unreadable q; q skipped b; b normal open");
    kit_close(&k);
}

static void open_tells_what_is_pending_and_suspected(void **state)
{
    struct kit k;
    json_t *r, *p;

    (void)state;
    kit_open(&k, sa_flow);
    kit_present(&k, "sa", "{\"sas\": []}");
    kit_present(&k, "log", "{\"refused\": 0}");
    kit_start(&k, "{}");
    kit_answer(&k, NULL);
    kit_done(&k, "open:");
    r = walker_result(k.w);
    p = json_object_get(r, "pending");
    assert_string_equal(kit_text(p, "checkpoint"), "q");
    assert_string_equal(kit_text(p, "question"), "Is 192.0.2.1 fine?");
    kit_names(json_object_get(p, "answers"), "good bad");
    kit_names(json_object_get(r, "suspects"), "ike.no-response");
    json_decref(r);
    kit_close(&k);
}

static void unreadable_is_decided_by_hand(void **state)
{
    struct kit k;
    json_t *r, *e;

    (void)state;
    kit_open(&k, sa_flow);
    kit_unreadable(&k, "sa");
    kit_start(&k, "{}");
    kit_answer(&k, "wan.link-down");
    kit_done(&k, "diagnosed: wan.link-down proved");
    r = walker_result(k.w);
    e = json_array_get(json_object_get(r, "path"), 0);
    assert_string_equal(kit_text(e, "by"), "human");
    json_decref(r);
    kit_close(&k);
}

static void missing_value_never_means_false(void **state)
{
    struct kit k;

    (void)state;
    kit_open(&k, sa_flow);
    kit_present(&k, "sa", "{}");
    kit_start(&k, "{}");
    assert_string_equal(kit_text(kit_last(&k), "why"), "unreadable");
    assert_non_null(strstr(kit_text(kit_last(&k), "reason"), "sa.sas"));
    kit_close(&k);
}

static void wrong_answers_are_refused(void **state)
{
    struct kit k;
    json_t *r;

    (void)state;
    kit_open(&k, sa_flow);
    kit_present(&k, "sa", "{\"sas\": []}");
    kit_present(&k, "log", "{\"refused\": 0}");
    kit_start(&k, "{}");
    kit_answer(&k, "god");
    kit_done(&k, "open:");
    r = walker_result(k.w);
    assert_non_null(strstr(kit_text(json_object_get(r, "error"), "try"),
                           "good"));
    json_decref(r);
    kit_close(&k);
    kit_open(&k, sa_flow);
    kit_present(&k, "sa", "{\"sas\": []}");
    kit_start(&k, "{\"interactive\": true}");
    kit_answer(&k, "god");
    assert_false(walker_done(k.w));
    kit_expect(&k, "ask");
    kit_close(&k);
}

/* --- unverified formats --- */

static const char guess_flow[] = HEAD
    "checkpoints:\n"
    "  a:\n"
    "    title: {en: A, ja: A}\n"
    "    probe: [guess, config]\n"
    "    unconfirmed: b\n"
    "    outcomes:\n"
    "      - {when: 'config.name == \"easy\"', next: healthy}\n"
    "      - {when: 'guess.up', is: normal, next: healthy}\n"
    "      - {otherwise: true, finding: wan.link-down}\n"
    "  b:\n"
    "    title: {en: B, ja: B}\n"
    "    probe: []\n"
    "    outcomes:\n"
    "      - {otherwise: true, is: normal, next: open}\n";

static void unverified_only_suggests(void **state)
{
    struct kit k;

    (void)state;
    kit_open(&k, guess_flow);
    kit_present(&k, "guess", "{\"up\": false}");
    kit_start(&k, "{}");
    assert_string_equal(kit_text(kit_last(&k), "why"), "unverified");
    assert_string_equal(kit_text(kit_last(&k), "suggest"), "wan.link-down");
    kit_answer(&k, NULL);
    kit_done(&k, "open:");
    kit_path(&k, "a unreadable b; b normal open");
    kit_close(&k);
}

static void unverified_is_confirmed_by_a_human(void **state)
{
    struct kit k;
    json_t *r, *f;

    (void)state;
    kit_open(&k, guess_flow);
    kit_present(&k, "guess", "{\"up\": false}");
    kit_start(&k, "{}");
    kit_answer(&k, "wan.link-down");
    kit_done(&k, "diagnosed: wan.link-down proved");
    r = walker_result(k.w);
    f = json_array_get(json_object_get(r, "findings"), 0);
    f = json_array_get(json_object_get(f, "evidence"), 1);
    assert_string_equal(kit_text(f, "command"), "show guess");
    json_decref(r);
    kit_close(&k);
}

static void unverified_does_not_matter_where_it_was_not_read(void **state)
{
    struct kit k;

    (void)state;
    kit_open(&k, guess_flow);
    kit_present(&k, "config", "{\"name\": \"easy\"}");
    kit_present(&k, "guess", "{\"up\": false}");
    kit_start(&k, "{}");
    kit_done(&k, "healthy:");
    kit_close(&k);
}

/* --- the subject --- */

#define TWO_VPNS                                                             \
    "{\"vpns\": [{\"id\": \"map1\", \"peer\": \"192.0.2.1\", "               \
    "\"interface\": \"Tunnel0.0\"}, {\"id\": \"map2\", \"peer\": "           \
    "\"192.0.2.2\", \"interface\": \"Tunnel1.0\"}]}"

static const char *subject_id(const struct kit *k)
{
    return kit_text(walker_subject(k->w), "id");
}

static void several_vpns_are_asked(void **state)
{
    struct kit k;

    (void)state;
    kit_open(&k, sa_flow);
    kit_present(&k, "vpns", TWO_VPNS);
    kit_present(&k, "sa", "{\"sas\": [1]}");
    kit_start(&k, "{}");
    assert_string_equal(kit_text(kit_last(&k), "why"), "subject");
    kit_answer(&k, "map2");
    assert_string_equal(subject_id(&k), "map2");
    kit_done(&k, "healthy:");
    kit_close(&k);
}

static void nobody_chooses_a_vpn(void **state)
{
    struct kit k;
    json_t *r;

    (void)state;
    kit_open(&k, sa_flow);
    kit_present(&k, "vpns", TWO_VPNS);
    kit_start(&k, "{}");
    kit_answer(&k, NULL);
    kit_done(&k, "open:");
    r = walker_result(k.w);
    kit_names(json_object_get(json_object_get(r, "pending"), "answers"),
              "map1 map2");
    json_decref(r);
    kit_close(&k);
}

static void vpn_is_named_by_id_peer_or_interface(void **state)
{
    static const char *const names[] = {"map2", "192.0.2.2", "Tunnel1.0"};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct kit k;
        char options[80];

        kit_open(&k, sa_flow);
        kit_present(&k, "vpns", TWO_VPNS);
        kit_present(&k, "sa", "{\"sas\": [1]}");
        snprintf(options, sizeof options, "{\"vpn\": \"%s\"}", names[i]);
        kit_start(&k, options);
        assert_string_equal(subject_id(&k), "map2");
        kit_close(&k);
    }
}

static void unknown_vpn_names_the_nearest(void **state)
{
    struct kit k;
    json_t *r, *e;

    (void)state;
    kit_open(&k, sa_flow);
    kit_present(&k, "vpns", TWO_VPNS);
    kit_start(&k, "{\"vpn\": \"192.0.2.3\"}");
    kit_done(&k, "failed:");
    r = walker_result(k.w);
    e = json_object_get(r, "error");
    assert_string_equal(kit_text(e, "stage"), "subject");
    assert_non_null(strstr(kit_text(e, "try"), "192.0.2.1"));
    json_decref(r);
    kit_close(&k);
}

static void without_a_vpn_the_flow_begins_all_the_same(void **state)
{
    struct kit k;

    (void)state;
    kit_open(&k, sa_flow);
    kit_fact(&k, "vpns", "absent", "{\"vpns\": []}", "{}", "");
    kit_present(&k, "sa", "{\"sas\": []}");
    kit_present(&k, "config", "{}");
    kit_start(&k, "{}");
    kit_done(&k, "diagnosed: wan.link-down proved");
    kit_close(&k);
}

static void unreadable_vpns_prove_nothing(void **state)
{
    struct kit k;

    (void)state;
    kit_open(&k, sa_flow);
    kit_unreadable(&k, "vpns");
    kit_start(&k, "{}");
    kit_done(&k, "open:");
    kit_names(k.asked, "vpns");
    kit_close(&k);
    kit_open(&k, sa_flow);
    kit_unreadable(&k, "vpns");
    kit_start(&k, "{\"interactive\": true}");
    kit_present(&k, "vpns", ONE_VPN);
    kit_present(&k, "sa", "{\"sas\": [1]}");
    kit_answer(&k, "retry");
    kit_done(&k, "healthy:");
    kit_close(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(device_alone_ends_healthy),
        cmocka_unit_test(question_prefetches_and_leads_to_a_finding),
        cmocka_unit_test(evidence_is_the_lines_that_were_read),
        cmocka_unit_test(finding_names_what_the_device_has),
        cmocka_unit_test(control_characters_never_reach_a_command),
        cmocka_unit_test(unreadable_asks_then_takes_its_exit),
        cmocka_unit_test(open_tells_what_is_pending_and_suspected),
        cmocka_unit_test(unreadable_is_decided_by_hand),
        cmocka_unit_test(missing_value_never_means_false),
        cmocka_unit_test(wrong_answers_are_refused),
        cmocka_unit_test(unverified_only_suggests),
        cmocka_unit_test(unverified_is_confirmed_by_a_human),
        cmocka_unit_test(unverified_does_not_matter_where_it_was_not_read),
        cmocka_unit_test(several_vpns_are_asked),
        cmocka_unit_test(nobody_chooses_a_vpn),
        cmocka_unit_test(vpn_is_named_by_id_peer_or_interface),
        cmocka_unit_test(unknown_vpn_names_the_nearest),
        cmocka_unit_test(without_a_vpn_the_flow_begins_all_the_same),
        cmocka_unit_test(unreadable_vpns_prove_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
