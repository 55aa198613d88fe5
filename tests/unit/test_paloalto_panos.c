/* The paloalto-panos driver: what its flow reads. */
#include "corpus.h"

#define SUBJECT                                                            \
    "{\"id\": \"GW-1\", \"peer\": \"203.0.113.5\", \"peer_any\": false}"

static int setup(void **state)
{
    (void)state;
    return load_driver("paloalto-panos");
}

static int teardown(void **state)
{
    (void)state;
    driver_free(driver);
    return 0;
}

static void test_ike_sa(void **state)
{
    json_t *f = read_fixture("ike_sa", "ike_sa-v1", "{}", NULL, "present");

    (void)state;
    assert_leaf(f, "established", "1");
    assert_leaf(f, "sas.0.gateway", "\"VyOS\"");
    assert_leaf(f, "sas.0.remote", "\"10.0.1.2\"");
    assert_leaf(f, "sas.0.ike_version", "1");
    assert_leaf(f, "sas.0.direction", "\"responder\"");
    json_decref(f);
    f = read_fixture("ike_sa", "ike_sa-v2", "{}", NULL, "present");
    assert_leaf(f, "established", "1");
    assert_leaf(f, "sas.0.ike_version", "2");
    assert_leaf(f, "sas.0.gateway", "\"CF_Magic_WAN_IKE_01\"");
    assert_leaf(f, "sas.1", "");
    json_decref(f);
    f = read_text("ike_sa", "There is no IKEv1 phase-1 SA found.\n"
                            "There is no IKEv1 phase-2 SA found.\n"
                            "There is no IKEv2 SA found.\n", SUBJECT, NULL);
    assert_string_equal(state_of(f), "absent");
    assert_leaf(f, "established", "0");
    json_decref(f);
}

static void test_ike_sa_damage(void **state)
{
    char *text = fixture("ike_sa-v1");

    (void)state;
    assert_incomplete_unreadable("ike_sa", text, NULL);
    assert_unknown_lines("ike_sa", text, NULL);
    assert_cut_unreadable("ike_sa", text, NULL, 0);
    assert_unreadable("ike_sa", "", "{}", NULL, "empty");
    free(text);
}

static void test_ipsec_sa(void **state)
{
    static const char text[] =
        "GwID/client IP  TnID   Peer-Address  Tunnel(Gateway)  Algorithm  "
        "SPI(in)  SPI(out) life(Sec/KB)  remain-time(Sec)\n"
        "--------------  ----   ------------  ---------------  ---------  "
        "-------  -------- ------------  ----------------\n"
        "1  1  203.0.113.5  T1(GW-1)  ESP/A256/SHA256 8827A3D9 C204F4FA "
        "3600/Unlimited 1200\n\n"
        "Show IPSec SA: Total 1 tunnels found. 1 ipsec sa found.\n";
    json_t *f = read_text("ipsec_sa", text, SUBJECT, NULL);

    (void)state;
    assert_leaf(f, "inbound.0.spi", "\"8827A3D9\"");
    assert_leaf(f, "outbound.0.spi", "\"C204F4FA\"");
    assert_leaf(f, "inbound.0.lifetime_s", "1200");
    json_decref(f);
    assert_cut_unreadable("ipsec_sa", text, NULL, 0);
    assert_unknown_lines("ipsec_sa", text, NULL);
    f = read_text("ipsec_sa", "There is no IPSec SA found.\n", SUBJECT, NULL);
    assert_string_equal(state_of(f), "absent");
    json_decref(f);
}

/* The log is newest first; facts are oldest first. */
static void test_log(void **state)
{
    json_t *f = read_fixture("log", "log-system",
                             "{\"id\": \"seapa-to-x\", \"peer\": "
                             "\"192.0.2.1\"}", NULL, "present");

    (void)state;
    assert_leaf(f, "current.0.event", "\"ike.dpd-down\"");
    assert_leaf(f, "current.0.at", "\"2019/03/06 17:26:27\"");
    assert_leaf(f, "current.1.at", "\"2019/03/06 18:24:04\"");
    json_decref(f);
    f = read_fixture("log", "log-system", SUBJECT, NULL, "present");
    assert_leaf(f, "current", "[]");
    json_decref(f);
    assert_unreadable("log", "", SUBJECT, NULL, "empty");
    assert_unreadable("log", "2019/03/06 nonsense\n", SUBJECT, NULL,
                      "unknown");
}

static void test_ikemgr_log(void **state)
{
    json_t *f = read_fixture("ikemgr_log", "ikemgr-dpd", "{}", NULL,
                             "present");
    char *text, *cut;

    (void)state;
    assert_leaf(f, "events.0.event", "\"ike.dpd-down\"");
    assert_leaf(f, "events.0.tunnel", "\"awsseapa-to-azeapa\"");
    assert_leaf(f, "events.2.event", "\"ike.aborted\"");
    json_decref(f);
    f = read_fixture("ikemgr_log", "ikemgr-debug", "{}", NULL, "present");
    assert_leaf(f, "unanswered", "[]");
    json_decref(f);
    /* Without the first answer: two requests in a row. */
    text = fixture("ikemgr-debug");
    cut = strstr(text, "76 bytes message received");
    memcpy(cut, "xx", 2);
    f = read_text("ikemgr_log", text, "{}", NULL);
    assert_leaf(f, "unanswered.1", "");
    assert_leaf(f, "unanswered.0.at", "\"2024-07-15 10:55:41.005 -0700\"");
    json_decref(f);
    free(text);
}

static void test_config(void **state)
{
    static const char *const names[] = {"config", "config-set"};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        json_t *f = read_fixture("vpns", names[i], "{}", NULL, "present");

        assert_true(json_is_true(json_object_get(f, "unverified")));
        assert_leaf(f, "vpns.0.id", "\"GW-1\"");
        assert_leaf(f, "vpns.0.peer", "\"203.0.113.5\"");
        assert_leaf(f, "vpns.0.local", "\"198.51.100.1\"");
        assert_leaf(f, "vpns.0.ike_version", "2");
        assert_leaf(f, "vpns.1", "");
        json_decref(f);
        f = read_fixture("config", names[i], SUBJECT, NULL, "present");
        assert_leaf(f, "liveness", "{\"enabled\":false,\"interval_s\":10}");
        json_decref(f);
    }
}

static void test_ping(void **state)
{
    static const char text[] =
        "PING 203.0.113.5 (203.0.113.5) from 198.51.100.1 : 56(84) bytes of "
        "data.\n"
        "64 bytes from 203.0.113.5: icmp_seq=1 ttl=64 time=0.4 ms\n\n"
        "--- 203.0.113.5 ping statistics ---\n"
        "5 packets transmitted, 1 received, 80% packet loss, time 4005ms\n"
        "rtt min/avg/max/mdev = 0.4/0.4/0.4/0.0 ms\n";
    json_t *f = read_text("ping", text, "{}", NULL);

    (void)state;
    assert_leaf(f, "sent", "5");
    assert_leaf(f, "received", "1");
    json_decref(f);
    assert_cut_unreadable("ping", text, NULL, 1);
}

static void read_system_info(const char *name, const char *text)
{
    json_t *f = read_text("version", text, "{}", NULL);

    if (strcmp(state_of(f), "present") != 0)
        fail_msg("%s: %s", name,
                 json_string_value(json_object_get(f, "reason")));
    json_decref(f);
}

static void test_real_devices(void **state)
{
    (void)state;
    if (corpus_each("paloalto", "show_system_info", read_system_info) < 0)
        skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ike_sa),
        cmocka_unit_test(test_ike_sa_damage),
        cmocka_unit_test(test_ipsec_sa),
        cmocka_unit_test(test_log),
        cmocka_unit_test(test_ikemgr_log),
        cmocka_unit_test(test_config),
        cmocka_unit_test(test_ping),
        cmocka_unit_test(test_real_devices),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
