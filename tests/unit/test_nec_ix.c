/* The SAs, counters and tables of a NEC IX: samples and damage. */
#include "nec_ix.h"

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

static void test_statistics(void **state)
{
    json_t *f = read_fixture("ike_statistics", "ike_statistics-guide", "{}",
                             NULL, "present");

    (void)state;
    assert_int_equal(json_object_size(leaf(f, "device.rcvd")), 37);
    assert_int_equal(json_object_size(leaf(f, "device.sent")), 37);
    assert_leaf(f, "device.rcvd.no_proposal_chosen", "0");
    assert_leaf(f, "device.sent.invalid_id_information", "0");
    json_decref(f);
    f = read_fixture("ipsec_statistics", "ipsec_statistics-guide", "{}", NULL,
                     "present");
    assert_leaf(f, "device.replay_errors", "0");
    assert_leaf(f, "device.not_found_esp_sa", "0");
    assert_leaf(f, "device.esp_encap_history_3des", "0");
    json_decref(f);
}

static void replace_at(char *text, const char *what, const char *with)
{
    char *at = strstr(text, what);

    assert_non_null(at);
    memcpy(at, with, strlen(with));
}

static void test_statistics_values(void **state)
{
    char *text = fixture("ike_statistics-guide");
    char *sent = strstr(text, "Sent:");
    json_t *f;

    (void)state;
    replace_at(text, "0 no proposal chosen", "7");
    replace_at(sent, "0 no proposal chosen", "3");
    f = read_text("ike_statistics", text, "{}", NULL);
    assert_leaf(f, "device.rcvd.no_proposal_chosen", "7");
    assert_leaf(f, "device.sent.no_proposal_chosen", "3");
    json_decref(f);
    free(text);
}

static void test_statistics_damage(void **state)
{
    char *ike = fixture("ike_statistics-guide");
    char *ipsec = fixture("ipsec_statistics-guide");
    char *bad;

    (void)state;
    assert_incomplete_unreadable("ike_statistics", ike, NULL);
    assert_incomplete_unreadable("ipsec_statistics", ipsec, NULL);
    assert_cut_unreadable("ike_statistics", ike, NULL, 0);
    assert_cut_unreadable("ipsec_statistics", ipsec, NULL, 0);
    assert_unknown_lines("ipsec_statistics", ipsec, NULL);
    for (size_t n = 1; n <= line_count(ike); n++) {
        bad = with_line(ike, n, "    Gained: 0 of all");
        assert_unreadable("ike_statistics", bad, "{}", NULL, "unknown");
        free(bad);
    }
    assert_unreadable("ike_statistics", "\n\n", "{}", NULL, "empty");
    assert_unreadable("ipsec_statistics", "", "{}", NULL, "empty");
    free(ike);
    free(ipsec);
}

static void test_interfaces(void **state)
{
    json_t *env = env_of("config-branch", BRANCH);
    json_t *f = read_fixture("interfaces", "interfaces", BRANCH, env,
                             "present");

    (void)state;
    assert_leaf(f, "wan", "{\"name\":\"GigaEthernet0.1\","
                          "\"physical\":\"up\",\"state\":\"up\"}");
    assert_leaf(f, "tunnel.state", "\"down\"");
    assert_leaf(f, "device.interfaces.0.state",
                "\"administratively-down\"");
    json_decref(f);
    f = read_fixture("interfaces", "interfaces-pppoe-down", BRANCH, env,
                     "present");
    assert_leaf(f, "wan.state", "\"down\"");
    assert_leaf(f, "wan.physical", "\"down\"");
    assert_leaf(f, "tunnel", "");
    json_decref(f);
    json_decref(env);
}

static void test_ip_address(void **state)
{
    json_t *env = env_of("config-branch", BRANCH);
    char *text = fixture("ip_interface"), *cut;
    json_t *f = read_text("ip_address", text, BRANCH, env);

    (void)state;
    assert_leaf(f, "wan", "{\"address\":\"100.64.7.9\","
                          "\"determined_by\":\"ipcp\","
                          "\"name\":\"GigaEthernet0.1\","
                          "\"private\":true,\"state\":\"up\"}");
    json_decref(f);
    cut = first_lines(text, 3);
    assert_unreadable("ip_address", cut, BRANCH, env, "cut in the block");
    free(cut);
    cut = first_lines(text, 2);
    assert_unreadable("ip_address", cut, BRANCH, env, "cut before it");
    free(cut);
    assert_unreadable("ip_address", text, BRANCH, NULL, "no configuration");
    f = read_text("ip_address", "Interface GigaEthernet0.1 is up, line "
                                "protocol is down\n"
                                "  Internet protocol processing disabled\n",
                  BRANCH, env);
    assert_string_equal(state_of(f), "present");
    assert_leaf(f, "wan.address", "");
    json_decref(f);
    assert_incomplete_unreadable("ip_address", text, env);
    json_decref(env);
    free(text);
}

static void test_routes(void **state)
{
    json_t *env = env_of("config-branch", BRANCH);
    char *text = fixture("routes");
    json_t *f = read_text("routes", text,
                          "{\"id\": \"head-map\", \"peer\": "
                          "\"192.0.2.1\", \"peer_any\": false}", env);

    (void)state;
    assert_leaf(f, "to_peer.interface", "\"GigaEthernet0.0\"");
    assert_leaf(f, "to_peer.next_hop", "\"192.168.3.254\"");
    assert_leaf(f, "to_peer_via_tunnel", "false");
    assert_leaf(f, "to_remote.prefix", "\"0.0.0.0/0\"");
    assert_leaf(f, "to_remote_via_tunnel", "true");
    assert_leaf(f, "default.interface", "\"Tunnel0.0\"");
    json_decref(f);
    f = read_text("routes", text, BRANCH, env);
    assert_leaf(f, "to_peer.prefix", "\"0.0.0.0/0\"");
    assert_leaf(f, "to_peer_via_tunnel", "true");
    json_decref(f);
    assert_incomplete_unreadable("routes", text, env);
    assert_cut_unreadable("routes", text, env, 0);
    for (size_t n = 6; n <= line_count(text); n++) {
        char *bad = with_line(text, n, "Z 10.0.0.0/8 maybe");

        assert_unreadable("routes", bad, "{}", env, "unknown");
        free(bad);
    }
    json_decref(env);
    free(text);
}

static void test_version(void **state)
{
    char *text = fixture("version");
    json_t *f = read_text("version", text, "{}", NULL);

    (void)state;
    assert_leaf(f, "model", "\"IX2215\"");
    assert_leaf(f, "os_version", "\"10.7.18\"");
    /* 6 days, 21 hours and 45 minutes. */
    assert_leaf(f, "uptime_s", "596700");
    assert_leaf(f, "restart", "\"reload, caused by power-on\"");
    json_decref(f);
    assert_incomplete_unreadable("version", text, NULL);
    assert_cut_unreadable("version", text, NULL, 15);
    assert_unreadable("version", "", "{}", NULL, "empty");
    f = read_fixture("clock", "clock", "{}", NULL, "present");
    assert_leaf(f, "text", "\"Wednesday, 15 March 2023 02:01:17 +09 00\"");
    json_decref(f);
    free(text);
}

static void test_tech_support(void **state)
{
    json_t *f = read_fixture("tech_support", "tech_support", "{}", NULL,
                             "present");

    (void)state;
    assert_leaf(f, "sections", "[\"show clock\",\"show version\","
                               "\"show ipsec sa\"]");
    json_decref(f);
    assert_unreadable("tech_support", "nothing\n", "{}", NULL,
                      "no section");
}

static void test_unverified(void **state)
{
    json_t *f = read_text("pppoe", "State is up\n  PADI sent 12, PADO "
                                   "received 3\n", "{}", NULL);

    (void)state;
    assert_true(json_is_true(json_object_get(f, "unverified")));
    assert_leaf(f, "padi_sent", "12");
    json_decref(f);
    assert_true(driver_probe(driver, "ping")->unverified);
    assert_int_equal(driver_probe(driver, "ping")->class, CLASS_ACTIVE);
    assert_unreadable("ping", "", "{}", NULL, "empty");
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
        cmocka_unit_test(test_statistics),
        cmocka_unit_test(test_statistics_values),
        cmocka_unit_test(test_statistics_damage),
        cmocka_unit_test(test_interfaces),
        cmocka_unit_test(test_ip_address),
        cmocka_unit_test(test_routes),
        cmocka_unit_test(test_version),
        cmocka_unit_test(test_tech_support),
        cmocka_unit_test(test_unverified),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
