/* The log of a NEC IX: whose lines, and the last attempt. */
#include "nec_ix.h"

static json_t *log_of(const char *name)
{
    json_t *env = env_of("config-guide", SUBJECT);
    json_t *f = read_fixture("log", name, SUBJECT, env, "present");

    json_decref(env);
    return f;
}

static void test_log_samples(void **state)
{
    json_t *f = log_of("log-proposal");

    (void)state;
    assert_leaf(f, "attempt.role", "\"initiator\"");
    assert_leaf(f, "attempt.phase1", "\"begun\"");
    assert_leaf(f, "attempt.received",
                "[{\"name\":\"NO-PROPOSAL-CHOSEN\",\"phase\":1,"
                "\"type\":14}]");
    json_decref(f);
    f = log_of("log-address");
    assert_leaf(f, "attempt.not_found", "true");
    assert_leaf(f, "attempt.deleted", "true");
    assert_leaf(f, "attempt.sent.0.phase", "1");
    json_decref(f);
    f = log_of("log-psk");
    assert_leaf(f, "attempt.role", "\"responder\"");
    assert_leaf(f, "attempt.mode", "\"main\"");
    assert_leaf(f, "attempt.bad_id_lengths", "2");
    json_decref(f);
    f = log_of("log-ids");
    assert_leaf(f, "attempt.mode", "\"aggressive\"");
    assert_leaf(f, "attempt.phase1", "\"finished\"");
    assert_leaf(f, "attempt.phase2", "\"begun\"");
    assert_leaf(f, "attempt.received.0.phase", "2");
    assert_leaf(f, "attempt.received.0.type", "18");
    json_decref(f);
    f = log_of("log-no-sa");
    assert_leaf(f, "current.0.event", "\"esp.no-sa\"");
    assert_leaf(f, "current.0.spi", "\"0xbd7ffcac\"");
    assert_leaf(f, "current.1.error", "0");
    json_decref(f);
    f = log_of("log-icv");
    assert_leaf(f, "current.0.event", "\"esp.bad-icv\"");
    assert_leaf(f, "current.1.error", "61");
    json_decref(f);
    f = log_of("log-pppoe");
    assert_leaf(f, "device.pppoe_stops.0.interface", "\"GigaEthernet0.1\"");
    json_decref(f);
    f = log_of("log-bandwidth");
    assert_leaf(f, "current.0.event", "\"packet.flow-control\"");
    assert_leaf(f, "current.0.interface", "\"GigaEthernet0.0\"");
    json_decref(f);
}

/* --- the log --- */

static json_t *log_text(const char *text, const char *subject)
{
    json_t *env = env_of("config-branch", subject);
    json_t *f = read_text("log", text, subject, env);

    if (strcmp(state_of(f), "present") != 0)
        fail_msg("log is %s: %s", state_of(f),
                 json_string_value(json_object_get(f, "reason")));
    json_decref(env);
    return f;
}

#define P "198.51.100.200"
#define Q "192.0.2.99"

/* Two peers at once: each line counts for its own. */
static void test_log_interleaved(void **state)
{
    static const char text[] =
        "IKE.001: Begin IKE phase 1 negotiation, destination " P "\n"
        "IKE.047: Initiator negotiation using Main mode\n"
        "IKE.001: Begin IKE phase 1 negotiation, destination " Q "\n"
        "IKE.047: Responder negotiation using Aggressive mode\n"
        "IKE.002: Finish IKE phase 1 negotiation, destination " Q "\n"
        "IKE.001: Begin IKE phase 2 negotiation, destination " Q "\n"
        "IKE.009: Receive notification data from " P ", type "
        "14:NO-PROPOSAL-CHOSEN, protocol ISAKMP\n"
        "IKE.002: Finish IKE phase 2 negotiation, destination " Q "\n";
    json_t *f = log_text(text, BRANCH);

    (void)state;
    assert_leaf(f, "attempt.role", "\"initiator\"");
    assert_leaf(f, "attempt.mode", "\"main\"");
    assert_leaf(f, "attempt.phase1", "\"begun\"");
    assert_leaf(f, "attempt.received.0.phase", "1");
    assert_leaf(f, "success", "false");
    assert_leaf(f, "stranger.peer", "\"" Q "\"");
    assert_leaf(f, "stranger.phase2", "\"finished\"");
    json_decref(f);
    f = log_text(text, ANY_PEER);
    assert_leaf(f, "attempt.mode", "\"aggressive\"");
    assert_leaf(f, "attempt.role", "\"responder\"");
    assert_leaf(f, "attempt.phase2", "\"finished\"");
    assert_leaf(f, "attempt.received", "[]");
    assert_leaf(f, "success", "true");
    assert_leaf(f, "current", "[]");
    json_decref(f);
}

/* 043 directly before what is sent to a stranger is about the stranger. */
static void test_log_stranger(void **state)
{
    json_t *f = log_text(
        "IKE.001: Begin IKE phase 1 negotiation, destination " P "\n"
        "IKE.047: Initiator negotiation using Main mode\n"
        "IKE.043: IKE(peer or ID) configuration not found\n"
        "IKE.007: Send notification data to " Q ", type "
        "14:NO-PROPOSAL-CHOSEN, protocol ISAKMP\n"
        "IKE.003: Delete phase 1 negotiation table, destination " Q "\n",
        BRANCH);

    (void)state;
    assert_leaf(f, "attempt.not_found", "false");
    assert_leaf(f, "attempt.sent", "[]");
    assert_leaf(f, "attempt.concluded", "false");
    assert_leaf(f, "stranger.not_found", "true");
    assert_leaf(f, "stranger.sent.0.type", "14");
    assert_leaf(f, "stranger.peer", "\"" Q "\"");
    json_decref(f);
}

/* Garbled identities belong to the answering negotiation, not to ours. */
static void test_log_bad_ids(void **state)
{
    json_t *f = log_text(
        "IKE.001: Begin IKE phase 1 negotiation, destination " Q "\n"
        "IKE.047: Responder negotiation using Main mode\n"
        "IKE.001: Begin IKE phase 1 negotiation, destination " P "\n"
        "IKE.047: Initiator negotiation using Aggressive mode\n"
        "IKE.037: Invalid ID payload length, length 16691\n", BRANCH);

    (void)state;
    assert_leaf(f, "attempt.bad_id_lengths", "0");
    assert_leaf(f, "stranger.bad_id_lengths", "1");
    json_decref(f);
}

/* Older failures are no news after a success. */
static void test_log_success(void **state)
{
    json_t *f = log_text(
        "IKE.001: Begin IKE phase 1 negotiation, destination " P "\n"
        "IKE.009: Receive notification data from " P ", type "
        "14:NO-PROPOSAL-CHOSEN, protocol ISAKMP\n"
        "SEC.012: No SA for received ESP(0x1) packet from " P "\n"
        "IKE.001: Begin IKE phase 1 negotiation, destination " P "\n"
        "IKE.002: Finish IKE phase 1 negotiation, destination " P "\n"
        "IKE.001: Begin IKE phase 2 negotiation, destination " P "\n"
        "IKE.002: Finish IKE phase 2 negotiation, destination " P "\n"
        "SEC.008: Invalid ICV from Tunnel, " P "\n", BRANCH);

    (void)state;
    assert_leaf(f, "success", "true");
    assert_leaf(f, "attempt.received", "[]");
    assert_leaf(f, "attempts", "0");
    assert_int_equal(json_array_size(leaf(f, "events")), 8);
    assert_int_equal(json_array_size(leaf(f, "current")), 1);
    assert_leaf(f, "current.0.event", "\"esp.bad-icv\"");
    json_decref(f);
}

/* A phase 2 after a success is a new attempt of its own. */
static void test_log_rekey(void **state)
{
    json_t *f = log_text(
        "IKE.001: Begin IKE phase 1 negotiation, destination " P "\n"
        "IKE.047: Initiator negotiation using Main mode\n"
        "IKE.002: Finish IKE phase 1 negotiation, destination " P "\n"
        "IKE.001: Begin IKE phase 2 negotiation, destination " P "\n"
        "IKE.002: Finish IKE phase 2 negotiation, destination " P "\n"
        "IKE.001: Begin IKE phase 2 negotiation, destination " P "\n"
        "IKE.009: Receive notification data from " P ", type "
        "18:INVALID-ID-INFORMATION, protocol ISAKMP\n", BRANCH);

    (void)state;
    assert_leaf(f, "success", "false");
    assert_leaf(f, "attempt.role", "\"initiator\"");
    assert_leaf(f, "attempt.phase1", "\"finished\"");
    assert_leaf(f, "attempt.phase2", "\"begun\"");
    assert_leaf(f, "attempt.received.0.phase", "2");
    assert_leaf(f, "attempts", "1");
    json_decref(f);
}

static void test_log_blocked(void **state)
{
    json_t *f = log_text(
        "2015/09/07 14:52:21 FLT.008: BLOCK udp " P ":500 > "
        "203.0.113.1:500, not match any filters, GigaEthernet0.1 in\n"
        "2015/09/07 14:52:22 FLT.008: BLOCK udp 192.0.2.5:500 > "
        "203.0.113.1:500, not match any filters, GigaEthernet0.1 in\n"
        "2015/09/07 14:52:25 IKE.016: No response from " P ", timeout\n",
        BRANCH);

    (void)state;
    assert_leaf(f, "events.0.at", "\"2015/09/07 14:52:21\"");
    assert_leaf(f, "events.0.port", "500");
    assert_leaf(f, "events.0.interface", "\"GigaEthernet0.1\"");
    assert_int_equal(json_array_size(leaf(f, "events")), 2);
    assert_leaf(f, "attempt.blocked", "true");
    assert_leaf(f, "attempt.no_response", "true");
    json_decref(f);
}

/* Lines without a peer by what they carry, when there are several VPNs. */
static void test_log_packets(void **state)
{
    json_t *f = log_text(
        "SEC.014: SA not found, drop packet, 192.168.0.9 > 192.168.1.7\n"
        "SEC.014: SA not found, drop packet, 192.168.0.9 > 192.168.2.7\n"
        "SEC.018: No SP for outbound packet, drop packet\n"
        "PPOE.030: Session stop, AccessCT address aa:aa:aa:bb:bb:bb, "
        "SessionID 3, GigaEthernet0.1\n"
        "PPOE.030: Session stop, AccessCT address aa:aa:aa:bb:bb:bb, "
        "SessionID 3, GigaEthernet0.7\n", BRANCH);

    (void)state;
    assert_int_equal(json_array_size(leaf(f, "events")), 2);
    assert_leaf(f, "events.0.event", "\"packet.no-sa\"");
    assert_leaf(f, "events.0.destination", "\"192.168.1.7\"");
    assert_leaf(f, "events.1.event", "\"pppoe.stop\"");
    assert_int_equal(json_array_size(leaf(f, "device.pppoe_stops")), 2);
    assert_leaf(f, "attempt", "");
    json_decref(f);
}

/* The older models' interfaces have a slash in their names. */
static void test_log_slash(void **state)
{
    json_t *f = log_text(
        "FLT.008: BLOCK udp " P ":500 > 203.0.113.1:500, not match any "
        "filters, FastEthernet0/0.1 in\n"
        "PPOE.030: Session stop, AccessCT address aa:aa:aa:bb:bb:bb, "
        "SessionID 3, FastEthernet0/0.1\n", BRANCH);

    (void)state;
    assert_leaf(f, "device.events.0.event", "\"filter.blocked\"");
    assert_leaf(f, "device.events.0.interface", "\"FastEthernet0/0.1\"");
    assert_leaf(f, "device.pppoe_stops.0.interface",
                "\"FastEthernet0/0.1\"");
    json_decref(f);
}

/* How old an attempt is, by the router's own clock; unknown without it. */
static void test_log_age(void **state)
{
    static const char text[] =
        "2023/03/14 23:01:17 IKE.001: Begin IKE phase 1 negotiation, "
        "destination " P "\n"
        "2023/03/14 23:01:47 IKE.016: No response from " P ", timeout\n"
        "2023/03/15 02:00:00 CNFG.003: Startup config write done\n";
    json_t *env = env_of("config-branch", BRANCH), *f;

    (void)state;
    f = read_text("log", text, BRANCH, env);
    assert_leaf(f, "attempt.at", "\"2023/03/14 23:01:47\"");
    assert_leaf(f, "attempt.age_s", "");
    json_decref(f);
    /* 02:01:17 the next day: 2 h 59 min 30 s later. */
    json_object_set_new(env, "clock", read_fixture("clock", "clock", "{}",
                                                   NULL, "present"));
    f = read_text("log", text, BRANCH, env);
    assert_leaf(f, "attempt.age_s", "10770");
    json_decref(f);
    json_decref(env);
}

#define HEADER                                                             \
    "Buffer logging enabled, 131072 bytes, type cyclic\n"                  \
    "  2 messages (4-5), 209 bytes logged, 0 messages dropped\n\n"         \
    "Log Buffer (4-5):\n"

static void test_log_header(void **state)
{
    json_t *env = env_of("config-branch", BRANCH), *f;
    char *text = fixture("log-header");
    static const char whole[] =
        HEADER
        "2023/05/06 03:44:37 CNFG.003: Startup config write done  (TTY:1).\n"
        "2023/05/06 03:44:38 SEC.025: Packet 192.168.0.100 > 192.168.1.100 "
        "discarded for LINK-FRMWRK:\n"
        "         PACKET NOT ACCEPTED FOR FLOW CONTROL REASONS, "
        "GigaEthernet0.0\n";

    (void)state;
    /* The source's sample shows one of its three messages. */
    assert_unreadable("log", text, BRANCH, env, "three are announced");
    f = read_text("log", whole, BRANCH, env);
    assert_string_equal(state_of(f), "present");
    assert_leaf(f, "enabled", "true");
    assert_leaf(f, "device.wrapped", "true");
    assert_leaf(f, "device.logged", "2");
    assert_leaf(f, "device.events.0.event", "\"other\"");
    assert_leaf(f, "events.0.event", "\"packet.flow-control\"");
    assert_leaf(f, "events.0.interface", "\"GigaEthernet0.0\"");
    json_decref(f);
    assert_cut_unreadable("log", whole, env, 1);
    assert_incomplete_unreadable("log", whole, env);
    for (size_t n = 5; n <= line_count(whole); n++) {
        char *bad = with_line(whole, n, "what is this");

        assert_unreadable("log", bad, BRANCH, env, "unknown");
        free(bad);
    }
    json_decref(env);
    free(text);
}

/* Only the configuration proves that nothing is recorded. */
static void test_log_off(void **state)
{
    json_t *off = env_of("config-guide", SUBJECT);
    json_t *on = env_of("config-branch", BRANCH), *f;

    (void)state;
    f = read_text("log", "Buffer logging disabled\n", SUBJECT, off);
    assert_string_equal(state_of(f), "absent");
    assert_leaf(f, "enabled", "false");
    assert_leaf(f, "events", "[]");
    json_decref(f);
    f = read_text("log", "", SUBJECT, off);
    assert_string_equal(state_of(f), "absent");
    assert_leaf(f, "enabled", "false");
    json_decref(f);
    assert_unreadable("log", "", BRANCH, on, "it should be recorded");
    assert_unreadable("log", "", "{}", NULL, "nothing proves it");
    json_decref(off);
    json_decref(on);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log_samples),
        cmocka_unit_test(test_log_interleaved),
        cmocka_unit_test(test_log_stranger),
        cmocka_unit_test(test_log_bad_ids),
        cmocka_unit_test(test_log_success),
        cmocka_unit_test(test_log_rekey),
        cmocka_unit_test(test_log_blocked),
        cmocka_unit_test(test_log_packets),
        cmocka_unit_test(test_log_slash),
        cmocka_unit_test(test_log_header),
        cmocka_unit_test(test_log_off),
        cmocka_unit_test(test_log_age),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
