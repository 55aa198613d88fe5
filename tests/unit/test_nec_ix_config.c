/* The configuration of a NEC IX, and what it means for one VPN. */
#include "nec_ix.h"

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

static void test_branch_vpns(void **state)
{
    json_t *f = read_fixture("vpns", "config-branch", "{}", NULL, "present");

    (void)state;
    assert_leaf(f, "vpns.0.id", "\"head-map\"");
    assert_leaf(f, "vpns.0.mode", "\"aggressive\"");
    assert_leaf(f, "vpns.0.role", "\"initiator\"");
    assert_leaf(f, "vpns.1.id", "\"any-map\"");
    assert_leaf(f, "vpns.1.peer_any", "true");
    assert_leaf(f, "vpns.1.policy", "\"any-policy\"");
    assert_leaf(f, "vpns.1.role", "\"responder\"");
    assert_leaf(f, "vpns.2.id", "\"Tunnel2.0\"");
    assert_leaf(f, "vpns.2.ike_version", "2");
    assert_leaf(f, "vpns.2.peer", "\"203.0.113.9\"");
    assert_leaf(f, "vpns.3", "");
    json_decref(f);
}

static void test_branch_config(void **state)
{
    json_t *f = read_fixture("config", "config-branch", BRANCH, NULL,
                             "present");

    (void)state;
    assert_leaf(f, "device.hostname", "\"branch1\"");
    assert_leaf(f, "device.ike_policies", "2");
    assert_leaf(f, "device.maps", "2");
    assert_leaf(f, "device.vpns", "3");
    assert_leaf(f, "device.peers", "[\"198.51.100.200\"]");
    assert_leaf(f, "ike_policy.name", "\"head-policy\"");
    assert_leaf(f, "ike_policy.mode", "\"aggressive\"");
    assert_leaf(f, "ike_policy.proposals", "[\"ike-prop\",\"ike-gone\"]");
    assert_leaf(f, "ike_local_id",
                "{\"type\":\"keyid\",\"value\":\"branch1\"}");
    assert_leaf(f, "ike_remote_id", "");
    assert_leaf(f, "ike_proposals",
                "[{\"encryption\":\"aes-256\",\"group\":\"2048-bit\","
                "\"hash\":\"sha2-256\",\"lifetime_s\":28800,"
                "\"name\":\"ike-prop\"}]");
    assert_leaf(f, "missing_ike_proposals", "[\"ike-gone\"]");
    assert_leaf(f, "map.pfs", "\"2048-bit\"");
    assert_leaf(f, "ipsec_proposals.0.hash", "\"sha2-256\"");
    assert_leaf(f, "tunnel.name", "\"Tunnel0.0\"");
    assert_leaf(f, "logging.levels.ike", "\"info\"");
    assert_leaf(f, "logging.timestamp", "\"datetime\"");
    assert_leaf(f, "ike_level", "\"info\"");
    assert_leaf(f, "anti_replay", "false");
    assert_leaf(f, "qos", "true");
    assert_leaf(f, "lan_address", "\"192.168.0.254\"");
    assert_leaf(f, "remote_host", "\"192.168.1.1\"");
    json_decref(f);
}

static void test_branch_wan(void **state)
{
    json_t *f = read_fixture("config", "config-branch", BRANCH, NULL,
                             "present");

    (void)state;
    assert_leaf(f, "wan",
                "{\"filter_in\":[\"wan-in\",\"wan-esp\"],"
                "\"kind\":\"pppoe\",\"name\":\"GigaEthernet0.1\","
                "\"napt\":true,\"qos\":true,\"shutdown\":false,"
                "\"stated\":true}");
    assert_leaf(f, "udp500",
                "{\"filter\":\"permitted\",\"napt\":\"open\"}");
    assert_leaf(f, "udp4500",
                "{\"filter\":\"permitted\",\"napt\":\"closed\"}");
    assert_leaf(f, "esp", "{\"filter\":\"permitted\",\"napt\":\"closed\"}");
    json_decref(f);
    f = read_fixture("config", "config-branch", ANY_PEER, NULL, "present");
    /* From an unknown address it cannot be said. */
    assert_leaf(f, "udp4500.filter", "\"unknown\"");
    assert_leaf(f, "udp500.filter", "\"permitted\"");
    assert_leaf(f, "access_list", "");
    assert_leaf(f, "map.access_list", "\"gone-list\"");
    assert_leaf(f, "ipsec_proposals", "[]");
    assert_leaf(f, "missing_ipsec_proposals", "[\"ipsec-lost\"]");
    assert_leaf(f, "tunnel.shutdown", "true");
    assert_leaf(f, "ike_policy.key", "\"\u2039masked\u203a\"");
    assert_leaf(f, "ike_remote_id.value", "\"sales\"");
    json_decref(f);
}

/* As public configurations have them: several proposals in one word, the
 * router's own proposal by the name of "default", NAPT by a service. */
static void test_public_forms(void **state)
{
    json_t *f = read_text(
        "config",
        "ip route default GigaEthernet0.0\n"
        "ip access-list sec-list permit ip src any dest any\n"
        "ike proposal ike1 encryption aes-256 hash sha\n"
        "ike proposal ike2 encryption aes hash md5\n"
        "ike policy head-policy peer 198.51.100.200 key k ike1,ike2\n"
        "ipsec autokey-map head-map sec-list peer 198.51.100.200 default\n"
        "interface GigaEthernet0.0\n"
        "  ip address 203.0.113.1/24\n"
        "  ip napt enable\n"
        "  ip napt service ipsec 203.0.113.1 none tcp 50\n"
        "  ip napt service ike 203.0.113.1 none udp 500\n"
        "  no shutdown\n", BRANCH, NULL);

    (void)state;
    assert_leaf(f, "ike_policy.proposals", "[\"ike1\",\"ike2\"]");
    assert_leaf(f, "missing_ike_proposals", "[]");
    assert_leaf(f, "ike_proposals.1.hash", "\"md5\"");
    assert_leaf(f, "missing_ipsec_proposals", "[]");
    assert_leaf(f, "ipsec_proposals", "[{\"name\":\"default\"}]");
    assert_leaf(f, "udp500.napt", "\"unknown\"");
    assert_leaf(f, "udp4500.napt", "\"closed\"");
    assert_leaf(f, "esp.napt", "\"unknown\"");
    json_decref(f);
}

/* A VPN for callers (L2TP/IPsec): its policy is bound in transport mode, and
 * the tunnel's PPP profile makes it no way to the Internet. */
static void test_transport(void **state)
{
    json_t *f = read_text(
        "config",
        "ike policy head-policy peer any key k ike1\n"
        "ipsec dynamic-map head-map l2tp-list sec1,sec2\n"
        "interface Tunnel0.0\n"
        "  ppp binding l2tp\n"
        "  tunnel mode l2tp-lns ipsec\n"
        "  ip unnumbered GigaEthernet1.0\n"
        "  ipsec policy transport head-map\n"
        "  no shutdown\n", ANY_PEER, NULL);

    (void)state;
    assert_leaf(f, "tunnels.0.mode", "\"transport\"");
    assert_leaf(f, "tunnels.0.policy", "\"head-map\"");
    assert_leaf(f, "wan", "");
    json_decref(f);
}

/* One filter line and what becomes of UDP 500 from the peer. */
static void test_filters(void **state)
{
    static const char *const cases[][2] = {
        {"permit udp src any sport eq 500 dest any dport eq 500",
         "permitted"},
        {"permit udp src any sport any dest any dport any", "permitted"},
        {"permit ip src any dest any", "permitted"},
        {"permit ip src 198.51.100.0/24 dest any", "permitted"},
        {"permit udp src any sport range 400 600 dest any dport eq 500",
         "permitted"},
        {"permit 17 src any sport any dest any dport eq 500", "permitted"},
        {"deny udp src any sport any dest any dport eq 500", "denied"},
        {"deny ip src any dest any", "denied"},
        {"permit tcp src any sport any dest any dport eq 500", "denied"},
        {"permit udp src any sport any dest any dport eq 4500", "denied"},
        {"permit udp src 192.0.2.0/24 sport any dest any dport any",
         "denied"},
        {"permit udp src any sport any dest 203.0.113.5/32 dport eq 500",
         "unknown"},
        {"permit udp src any sport gt 5 dest any dport any", "unknown"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *text = mem_printf(
            "ip route default GigaEthernet0.0\n"
            "ip access-list in %s\n"
            "ipsec autokey-map head-map s peer 198.51.100.200 p\n"
            "interface GigaEthernet0.0\n  ip address dhcp\n"
            "  ip filter in 1 in\n  no shutdown\n", cases[i][0]);
        char *want = mem_printf("\"%s\"", cases[i][1]);
        json_t *f = read_text("config", text, BRANCH, NULL);

        assert_leaf(f, "udp500.filter", want);
        assert_leaf(f, "udp500.napt", "\"none\"");
        assert_leaf(f, "wan.kind", "\"dhcp\"");
        json_decref(f);
        free(want);
        free(text);
    }
}

/* What is missing is shown by the line that names it. */
static void test_config_evidence(void **state)
{
    char *text = fixture("config-branch");
    json_t *f = read_text("config", text, ANY_PEER, NULL);
    const json_t *lines = json_object_get(json_object_get(f, "lines"),
                                          "/access_list");
    char *to = first_lines(text, (size_t)json_integer_value(
                                     json_array_get(lines, 0)));

    (void)state;
    assert_int_equal(json_array_size(lines), 3);
    assert_non_null(strstr(to, "ipsec dynamic-map any-map gone-list "
                               "ipsec-lost ike any-policy\n"));
    assert_null(strstr(to, "ipsec local-id any-map"));
    free(to);
    json_decref(f);
    free(text);
}

/* A copy that lost its indentation means the same. */
static void test_config_left_aligned(void **state)
{
    char *text = fixture("config-guide");
    struct buf left = {0};
    json_t *a = read_text("config", text, SUBJECT, NULL), *b;

    (void)state;
    for (const char *p = text; *p; p += strcspn(p, "\n") + 1) {
        p += strspn(p, " ");
        buf_add(&left, p, strcspn(p, "\n") + 1);
    }
    b = read_text("config", buf_str(&left), SUBJECT, NULL);
    assert_true(json_equal(leaf(a, "tunnel"), leaf(b, "tunnel")));
    assert_true(json_equal(leaf(a, "map"), leaf(b, "map")));
    json_decref(a);
    json_decref(b);
    buf_free(&left);
    free(text);
}

static void test_saved_config(void **state)
{
    char *text = fixture("config-branch"), *other;
    json_t *env = env_of("config-branch", BRANCH);
    json_t *f = read_text("saved_config", text, "{}", env);

    (void)state;
    assert_leaf(f, "same", "true");
    json_decref(f);
    /* The header of the saved configuration is no part of it. */
    other = mem_printf("Using 2539 out of 1048576 bytes\n%s", text);
    f = read_text("saved_config", other, "{}", env);
    assert_leaf(f, "same", "true");
    json_decref(f);
    free(other);
    other = with_line(text, 7, "ip route 10.0.0.0/8 Null0.0");
    memcpy(strstr(other, "logging subsystem ike info"),
           "logging subsystem ike warn", 26);
    f = read_text("saved_config", other, "{}", env);
    assert_leaf(f, "same", "false");
    assert_leaf(f, "missing", "[\"logging subsystem ike info\"]");
    assert_leaf(f, "added", "[\"ip route 10.0.0.0/8 Null0.0\","
                            "\"logging subsystem ike warn\"]");
    json_decref(f);
    f = read_text("saved_config",
                  "Using 39 out of 1048576 bytes\n!\n"
                  "! Last updated Mar 28-Sat-2026 08:41:58 JST\n"
                  "hostname x\n", "{}", env);
    assert_leaf(f, "last_updated", "\"Mar 28-Sat-2026 08:41:58 JST\"");
    json_decref(f);
    assert_incomplete_unreadable("saved_config", text, env);
    assert_unreadable("saved_config", "", "{}", env, "empty");
    assert_unreadable("saved_config", text, "{}", NULL, "nothing to compare");
    json_decref(env);
    free(other);
    free(text);
}

static void test_secrets(void **state)
{
    (void)state;
    assert_scrubbed("ike policy p peer 1.2.3.4 key one mode main a\n",
                    "ike policy p peer 1.2.3.4 key \u2039secret:1\u203a mode "
                    "main a\n");
    assert_scrubbed("ikev2 authentication psk id ipv4 1.2.3.4 key char two\n",
                    "ikev2 authentication psk id ipv4 1.2.3.4 key char "
                    "\u2039secret:1\u203a\n");
    assert_scrubbed("username a password hash 8D9C administrator\n",
                    "username a password hash \u2039secret:1\u203a "
                    "administrator\n");
    assert_scrubbed("snmp-agent ip community words\n",
                    "snmp-agent ip community \u2039secret:1\u203a\n");
    /* What only looks like one. */
    assert_scrubbed("  Key policy map name is x\n"
                    "0 invalid key information, 0 invalid id information\n"
                    "0 invalid key, 0 invalid pkt\n",
                    "  Key policy map name is x\n"
                    "0 invalid key information, 0 invalid id information\n"
                    "0 invalid key, 0 invalid pkt\n");
}

/* IKEv2 tunnels are told apart, whoever is asked about. */
static void test_ikev2_tunnels(void **state)
{
    json_t *f = read_text("config",
                          "ike policy p peer 192.0.2.1 key \u2039secret:1\u203A\n"
                          "interface Tunnel3.0\n"
                          "  tunnel mode ipsec-ikev2\n"
                          "  ikev2 outgoing-interface G0.0 auto\n"
                          "  ikev2 peer 192.0.2.7 authentication psk id ipv4\n"
                          "  no shutdown\n", "{}", NULL);

    (void)state;
    assert_leaf(f, "device.ikev2.0.peer", "\"192.0.2.7\"");
    assert_leaf(f, "device.ikev2.0.ike_version", "2");
    assert_leaf(f, "device.ikev2.1", "");
    json_decref(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ikev2_tunnels),
        cmocka_unit_test(test_vpns),
        cmocka_unit_test(test_config),
        cmocka_unit_test(test_config_marked),
        cmocka_unit_test(test_branch_vpns),
        cmocka_unit_test(test_branch_config),
        cmocka_unit_test(test_branch_wan),
        cmocka_unit_test(test_public_forms),
        cmocka_unit_test(test_transport),
        cmocka_unit_test(test_filters),
        cmocka_unit_test(test_config_evidence),
        cmocka_unit_test(test_config_left_aligned),
        cmocka_unit_test(test_saved_config),
        cmocka_unit_test(test_secrets),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
