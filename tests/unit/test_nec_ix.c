/* The nec-ix driver against the guides' own samples, and against damage. */
#include "probe_fixture.h"

#define SUBJECT                                                            \
    "{\"id\": \"ipsec-policy\", \"peer\": \"198.51.100.200\", "            \
    "\"peer_any\": false, \"policy\": \"ike-policy\", "                    \
    "\"interface\": \"Tunnel0.0\", \"ike_version\": 1}"

static int setup(void **state)
{
    (void)state;
    return load_driver("nec-ix");
}

static int teardown(void **state)
{
    (void)state;
    driver_free(driver);
    return 0;
}

/* {"config": …} as the probes that need it see it. */
static json_t *env_of(const char *name, const char *subject)
{
    json_t *env = json_object();

    json_object_set_new(env, "config",
                        read_fixture("config", name, subject, NULL,
                                     "present"));
    return env;
}

static void test_ike_sa(void **state)
{
    json_t *f = read_fixture("ike_sa", "ike_sa-guide", SUBJECT, NULL,
                             "present");

    (void)state;
    assert_leaf(f, "established", "1");
    assert_leaf(f, "device", "{\"configured\":1,\"created\":1,\"parsed\":1}");
    assert_leaf(f, "sas.0.local", "\"198.51.100.100\"");
    assert_leaf(f, "sas.0.remote", "\"198.51.100.200\"");
    assert_leaf(f, "sas.0.remote_port", "500");
    assert_leaf(f, "sas.0.policy", "\"ike-policy\"");
    assert_leaf(f, "sas.0.direction", "\"initiator\"");
    assert_leaf(f, "sas.0.mode", "\"main\"");
    assert_leaf(f, "sas.0.answered", "true");
    assert_leaf(f, "sas.0.nat", "false");
    assert_leaf(f, "sas.0.encryption", "\"aes-256\"");
    assert_leaf(f, "sas.0.dh_group", "\"modp768\"");
    assert_leaf(f, "sas.0.lifetime_s", "28796");
    assert_leaf(f, "sas.0.ph1", "");
    json_decref(f);
    f = read_fixture("ike_sa", "ike_sa-natt", "{}", NULL, "present");
    assert_leaf(f, "sas.0.nat", "true");
    assert_leaf(f, "sas.0.local_port", "4500");
    assert_leaf(f, "sas.0.mode", "\"aggressive\"");
    assert_leaf(f, "sas.0.ph2.success", "9");
    assert_leaf(f, "sas.0.ph1.hash_err", "0");
    json_decref(f);
}

static void test_ike_sa_damage(void **state)
{
    char *text = fixture("ike_sa-guide");
    json_t *f;

    (void)state;
    assert_incomplete_unreadable("ike_sa", text, NULL);
    assert_unknown_lines("ike_sa", text, NULL);
    /* Behind the State line nothing is lost that a verdict rests on. */
    assert_cut_unreadable("ike_sa", text, NULL, 4);
    assert_unreadable("ike_sa", "", "{}", NULL, "empty");
    f = read_text("ike_sa", "ISAKMP SA - 2 configured, 0 created\n", SUBJECT,
                  NULL);
    assert_string_equal(state_of(f), "absent");
    assert_leaf(f, "sas", "[]");
    assert_leaf(f, "established", "0");
    json_decref(f);
    assert_unreadable("ike_sa", "ISAKMP SA - 1 configured, 0 created\n"
                                "Something else\n", "{}", NULL,
                      "something unknown follows");
    assert_unreadable("ike_sa", "ISAKMP SA - 1 configured, 2 created\n",
                      "{}", NULL, "created, but not shown");
    free(text);
}

/* Another VPN's SA is none of the subject's. */
static void test_ike_sa_narrowed(void **state)
{
    json_t *f = read_fixture("ike_sa", "ike_sa-natt",
                             "{\"id\": \"x\", \"peer\": \"192.0.2.1\", "
                             "\"policy\": \"other\"}", NULL, "present");

    (void)state;
    assert_leaf(f, "sas", "[]");
    assert_leaf(f, "established", "0");
    assert_leaf(f, "device.created", "1");
    json_decref(f);
}

static void test_ipsec_sa(void **state)
{
    json_t *f = read_fixture("ipsec_sa", "ipsec_sa-guide", SUBJECT, NULL,
                             "present");

    (void)state;
    assert_leaf(f, "inbound.0.spi", "\"0xd5b93861\"");
    assert_leaf(f, "outbound.0.spi", "\"0xc3893c75\"");
    assert_leaf(f, "inbound.1", "");
    assert_leaf(f, "inbound.0.transform", "\"ESP-AES-256-HMAC-SHA-96\"");
    assert_leaf(f, "inbound.0.lifetime_s", "28743");
    assert_leaf(f, "interface", "\"Tunnel0.0\"");
    assert_leaf(f, "outgoing_interface", "\"GigaEthernet0.1\"");
    assert_leaf(f, "path_mtu", "1454");
    assert_leaf(f, "replay_detection", "true");
    assert_leaf(f, "pfs", "\"off\"");
    json_decref(f);
    f = read_fixture("ipsec_sa", "ipsec_sa-rekey", "{}", NULL, "present");
    assert_leaf(f, "inbound.1.spi", "\"0x69f78d18\"");
    assert_leaf(f, "inbound.1.lifetime_s", "411");
    assert_leaf(f, "outbound.0.spi", "\"0xcfc1133b\"");
    assert_leaf(f, "outbound.1", "");
    assert_leaf(f, "remote_port", "4500");
    assert_leaf(f, "pfs", "\"2048-bit\"");
    json_decref(f);
}

static void test_ipsec_sa_damage(void **state)
{
    char *text = fixture("ipsec_sa-guide");
    json_t *f;

    (void)state;
    assert_incomplete_unreadable("ipsec_sa", text, NULL);
    assert_unknown_lines("ipsec_sa", text, NULL);
    /* The last SA's line is the fifth from the end. */
    assert_cut_unreadable("ipsec_sa", text, NULL, 4);
    assert_unreadable("ipsec_sa", "\n", "{}", NULL, "empty");
    f = read_text("ipsec_sa", "IPsec SA - 1 configured, 0 created\n", SUBJECT,
                  NULL);
    assert_string_equal(state_of(f), "absent");
    assert_leaf(f, "inbound", "[]");
    assert_leaf(f, "outbound", "[]");
    json_decref(f);
    free(text);
}

/* Without the indentation, with CR at the ends, with trailing blanks. */
static void test_copies_bear_reading(void **state)
{
    static const char *const names[][2] = {
        {"ike_sa", "ike_sa-guide"}, {"ike_sa", "ike_sa-natt"},
        {"ipsec_sa", "ipsec_sa-guide"}, {"ipsec_sa", "ipsec_sa-rekey"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char *text = fixture(names[i][1]);
        struct buf left = {0};
        json_t *a = read_text(names[i][0], text, "{}", NULL), *b;

        for (const char *p = text; *p; p += strcspn(p, "\n") + 1) {
            p += strspn(p, " ");
            buf_add(&left, p, strcspn(p, "\n"));
            buf_adds(&left, "  \n");
        }
        b = read_text(names[i][0], buf_str(&left), "{}", NULL);
        assert_string_equal(state_of(a), "present");
        assert_true(json_equal(json_object_get(a, "facts"),
                               json_object_get(b, "facts")));
        json_decref(a);
        json_decref(b);
        buf_free(&left);
        free(text);
    }
}

static void test_vpns(void **state)
{
    json_t *f = read_fixture("vpns", "config-guide", "{}", NULL, "present");

    (void)state;
    assert_leaf(f, "vpns",
                "[{\"context\":\"\",\"id\":\"ipsec-policy\","
                "\"ike_version\":1,\"interface\":\"Tunnel0.0\","
                "\"mode\":\"main\",\"name\":\"ipsec-policy\","
                "\"peer\":\"198.51.100.200\",\"peer_any\":false,"
                "\"policy\":\"ike-policy\",\"role\":\"either\"}]");
    json_decref(f);
    f = read_text("vpns", "hostname Router\n!\ninterface Tunnel1.0\n"
                          "  tunnel mode ipsec-ikev2\n"
                          "  ikev2 peer 192.0.2.7 authentication psk id "
                          "ipv4 192.0.2.7\n  no shutdown\n", "{}", NULL);
    assert_leaf(f, "vpns.0.ike_version", "2");
    assert_leaf(f, "vpns.0.peer", "\"192.0.2.7\"");
    json_decref(f);
    f = read_text("vpns", "hostname Router\n", "{}", NULL);
    assert_string_equal(state_of(f), "absent");
    assert_leaf(f, "vpns", "[]");
    json_decref(f);
    assert_unreadable("vpns", "", "{}", NULL, "empty");
    assert_unreadable("vpns", "hello\n", "{}", NULL, "no configuration");
}

static void test_config(void **state)
{
    json_t *f = read_fixture("config", "config-guide", SUBJECT, NULL,
                             "present");

    (void)state;
    assert_leaf(f, "ike_policy.proposals", "[\"ike-prop\"]");
    assert_leaf(f, "ike_policy.mode", "\"main\"");
    assert_leaf(f, "ike_proposals",
                "[{\"encryption\":\"aes-256\",\"hash\":\"sha\","
                "\"name\":\"ike-prop\"}]");
    assert_leaf(f, "missing_ike_proposals", "[]");
    assert_leaf(f, "map.proposals", "[\"auto-prop\"]");
    assert_leaf(f, "ipsec_proposals",
                "[{\"encryption\":\"aes-256\",\"hash\":\"sha\","
                "\"name\":\"auto-prop\",\"protocol\":\"esp\"}]");
    assert_leaf(f, "access_list.entries",
                "[\"permit ip src any dest any\"]");
    assert_leaf(f, "selector",
                "{\"local\":\"192.168.0.0/24\",\"remote\":"
                "\"192.168.1.0/24\"}");
    assert_leaf(f, "remote_host", "\"192.168.1.1\"");
    assert_leaf(f, "tunnel.mode", "\"ipsec\"");
    assert_leaf(f, "tunnel.shutdown", "false");
    assert_leaf(f, "tunnel.adjust_mss", "\"auto\"");
    assert_leaf(f, "anti_replay", "true");
    assert_leaf(f, "logging.buffered", "false");
    assert_leaf(f, "ike_local_id", "");
    json_decref(f);
}

/* The guide's listing as printed, with its marks (A) to (G): a language of
 * lines takes them for parts of the names. */
static void test_config_marked(void **state)
{
    json_t *f = read_fixture("vpns", "config-guide-marked", "{}", NULL,
                             "present");

    (void)state;
    assert_leaf(f, "vpns.0.interface", "\"Tunnel0.0\"");
    assert_leaf(f, "vpns.0.peer", "\"198.51.100.200\"");
    json_decref(f);
}

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ike_sa),
        cmocka_unit_test(test_ike_sa_damage),
        cmocka_unit_test(test_ike_sa_narrowed),
        cmocka_unit_test(test_ipsec_sa),
        cmocka_unit_test(test_ipsec_sa_damage),
        cmocka_unit_test(test_copies_bear_reading),
        cmocka_unit_test(test_vpns),
        cmocka_unit_test(test_config),
        cmocka_unit_test(test_config_marked),
        cmocka_unit_test(test_log_samples),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
