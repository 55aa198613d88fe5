/* The cisco-ios driver: what its flow reads, and replies of real devices. */
#include "cisco_ios.h"
#include "corpus.h"

#define SUBJECT                                                            \
    "{\"id\": \"VPN 10\", \"peer\": \"203.0.113.5\", \"peer_any\": false, "  \
    "\"policy\": \"VPN\", \"interface\": \"GigabitEthernet0/0\"}"
#define PEER(a)                                                            \
    "{\"id\": \"x\", \"peer\": \"" a "\", \"peer_any\": false}"

static void test_ike_sa(void **state)
{
    json_t *f = read_fixture("ike_sa", "isakmp_sa", PEER("100.12.82.2"), NULL,
                             "present");

    (void)state;
    assert_leaf(f, "device.created", "3");
    assert_leaf(f, "sas.0.remote", "\"100.12.82.2\"");
    assert_leaf(f, "sas.0.local", "\"100.0.10.2\"");
    assert_leaf(f, "sas.0.state", "\"mm_no_state\"");
    assert_leaf(f, "sas.0.deleted", "true");
    assert_leaf(f, "sas.0.answered", "false");
    assert_leaf(f, "sas.1", "");
    assert_leaf(f, "established", "0");
    json_decref(f);
    f = read_fixture("ike_sa", "isakmp_sa-old", PEER("10.1.0.2"), NULL,
                     "present");
    assert_leaf(f, "established", "1");
    json_decref(f);
    f = read_fixture("ike_sa", "isakmp_sa-failed", "{}", NULL, "present");
    assert_leaf(f, "sas.0.state", "\"mm_no_state\"");
    json_decref(f);
}

static bool unsure(const char *probe, const char *name, const char *subject)
{
    json_t *f = read_fixture(probe, name, subject, NULL, "present");
    bool yes = driver_unsure(driver, probe, f, NULL);

    json_decref(f);
    return yes;
}

/* Tables of others only, whose end nothing shows, are asked for again. */
static void test_unsure(void **state)
{
    (void)state;
    assert_true(unsure("ike_sa", "isakmp_sa-old", PEER("192.0.2.99")));
    assert_false(unsure("ike_sa", "isakmp_sa-old", PEER("10.1.0.2")));
    assert_false(unsure("ike_sa", "isakmp_sa", PEER("192.0.2.99")));
    assert_true(unsure("ikev2_sa", "ikev2_sa", PEER("192.0.2.99")));
    assert_true(unsure("ipsec_sa", "ipsec_sa",
                       "{\"id\": \"x\", \"peer\": \"any\", "
                       "\"peer_any\": true, \"interface\": \"Dialer9\"}"));
}

static void test_ike_sa_damage(void **state)
{
    char *text = fixture("isakmp_sa");
    json_t *f;

    (void)state;
    assert_incomplete_unreadable("ike_sa", text, NULL);
    assert_unknown_lines("ike_sa", text, NULL);
    assert_unreadable("ike_sa", "", "{}", NULL, "empty");
    /* The second family's heading is missing. */
    assert_unreadable("ike_sa", "IPv4 Crypto ISAKMP SA\n"
                                "dst  src  state  conn-id status\n", "{}",
                      NULL, "cut");
    f = read_text("ike_sa", "IPv4 Crypto ISAKMP SA\n"
                            "dst  src  state  conn-id status\n\n"
                            "IPv6 Crypto ISAKMP SA\n\n", "{}", NULL);
    assert_string_equal(state_of(f), "absent");
    assert_leaf(f, "sas", "[]");
    json_decref(f);
    free(text);
}

static void test_ipsec_sa(void **state)
{
    json_t *f = read_fixture("ipsec_sa", "ipsec_sa", PEER("1.1.1.1"), NULL,
                             "present");

    (void)state;
    assert_leaf(f, "counters.encaps", "4");
    assert_leaf(f, "counters.decaps", "4");
    assert_leaf(f, "counters.recv_errors", "0");
    assert_leaf(f, "counters.key", "\"Tunnel1 20.20.20.0/255.255.255.0/0/0 "
                                   "10.10.10.0/255.255.255.0/0/0;\"");
    assert_leaf(f, "inbound.0.spi", "\"0x658F7C11\"");
    assert_leaf(f, "outbound.0.spi", "\"0x397C36EE\"");
    assert_leaf(f, "inbound.0.lifetime_s", "83191");
    assert_leaf(f, "outbound.1", "");
    assert_leaf(f, "path_mtu", "1500");
    json_decref(f);
    f = read_fixture("ipsec_sa", "ipsec_sa", PEER("9.9.9.9"), NULL,
                     "present");
    assert_leaf(f, "inbound", "[]");
    assert_leaf(f, "counters", "");
    json_decref(f);
}

/* SD-WAN's pairwise keys: the SAs are there, their SPIs are not shown. */
static void test_ipsec_sa_hidden(void **state)
{
    static const char text[] =
        "interface: Tunnel2\n"
        "    Crypto map tag: Tunnel2-vesen-head-0, local addr 2001:db8::56\n"
        "   protected vrf: (none)\n"
        "   local  ident (addr/mask/prot/port): (2001:db8::56/128/0/12346)\n"
        "   remote ident (addr/mask/prot/port): (2001:db8::15/128/0/12426)\n"
        "   current_peer 2001:db8::15 port 12426\n"
        "    #pkts encaps: 6938, #pkts encrypt: 6938, #pkts digest: 6938\n"
        "    #pkts decaps: 6936, #pkts decrypt: 6936, #pkts verify: 6936\n"
        "     plaintext mtu 1438, path mtu 1480, ipv6 mtu 1480, "
        "ipv6 mtu idb Tunnel2\n"
        "     current outbound spi: 0x11C(284)\n"
        "     inbound esp sas:\n"
        "      spi: [Not Available]\n"
        "        transform: esp-gcm 256 ,\n"
        "        sa timing: remaining key lifetime is not applicable\n"
        "        Status: ACTIVE(ACTIVE)\n"
        "     inbound ah sas:\n"
        "     inbound pcp sas:\n"
        "     outbound esp sas:\n"
        "      spi: [Not Available]\n"
        "        transform: esp-gcm 256 ,\n"
        "        Status: ACTIVE(ACTIVE)\n"
        "     outbound ah sas:\n"
        "     outbound pcp sas:\n";
    json_t *f = read_text("ipsec_sa", text, PEER("2001:db8::15"), NULL);

    (void)state;
    assert_string_equal(state_of(f), "present");
    assert_leaf(f, "counters.decaps", "6936");
    assert_leaf(f, "inbound.0.status", "\"ACTIVE(ACTIVE)\"");
    assert_leaf(f, "inbound.0.spi", "");
    assert_leaf(f, "outbound.0.transform", "\"esp-gcm 256\"");
    assert_leaf(f, "device.lost", "0");
    json_decref(f);
}

static void test_ipsec_sa_damage(void **state)
{
    char *text = fixture("ipsec_sa");

    (void)state;
    assert_incomplete_unreadable("ipsec_sa", text, NULL);
    assert_unknown_lines("ipsec_sa", text, NULL);
    assert_cut_unreadable("ipsec_sa", text, NULL, 0);
    free(text);
}

static void test_ping(void **state)
{
    char *text = fixture("ping-df");
    json_t *f = read_text("ping", text, "{}", NULL), *with;
    struct err e = {0};
    char *c;

    (void)state;
    assert_leaf(f, "sent", "4");
    assert_leaf(f, "received", "0");
    assert_leaf(f, "size", "1500");
    assert_leaf(f, "df", "true");
    json_decref(f);
    assert_incomplete_unreadable("ping", text, NULL);
    assert_unknown_lines("ping", text, NULL);
    assert_cut_unreadable("ping", text, NULL, 0);
    with = parse_json("{\"target\": \"10.0.0.1\", \"size\": 1400, "
                      "\"df\": \"true\", \"source\": \"10.1.0.1\"}");
    c = driver_command(driver, "ping", 0, with, &e);
    assert_string_equal(c, "ping 10.0.0.1 source 10.1.0.1 size 1400 df-bit");
    free(c);
    json_decref(with);
    free(text);
}

static void test_config(void **state)
{
    json_t *f = read_fixture("vpns", "config", "{}", NULL, "present");

    (void)state;
    assert_leaf(f, "vpns.0.id", "\"VPN 10\"");
    assert_leaf(f, "vpns.0.peer", "\"203.0.113.5\"");
    assert_leaf(f, "vpns.0.interface", "\"GigabitEthernet0/0\"");
    assert_leaf(f, "vpns.1.id", "\"VPN 20\"");
    assert_leaf(f, "vpns.2", "");
    json_decref(f);
    f = read_fixture("config", "config", SUBJECT, NULL, "present");
    assert_leaf(f, "ike_policy.key", "\"\u2039secret:1\u203a\"");
    assert_leaf(f, "ike_proposals.0.encryption", "\"aes-256\"");
    assert_leaf(f, "ike_proposals.0.group", "\"14\"");
    assert_leaf(f, "ike_proposals.0.lifetime_s", "28800");
    assert_leaf(f, "map.interface", "\"GigabitEthernet0/0\"");
    assert_leaf(f, "map.pfs", "\"group14\"");
    assert_leaf(f, "ipsec_proposals",
                "[{\"encryption\":\"aes-256\",\"hash\":\"sha256-hmac\","
                "\"mode\":\"tunnel\","
                "\"name\":\"TS\",\"protocol\":\"esp\"}]");
    assert_leaf(f, "missing_ipsec_proposals", "[\"GONE\"]");
    assert_leaf(f, "access_list.entries.1",
                "\"permit ip host 10.2.0.8 host 172.21.114.123\"");
    assert_leaf(f, "selector", "{\"local\":\"172.21.113.0/24\","
                               "\"local_text\":\"172.21.113.0 0.0.0.255\","
                               "\"remote\":\"172.21.114.0/24\","
                               "\"remote_text\":\"172.21.114.0 0.0.0.255\"}");
    assert_leaf(f, "lan_address", "\"172.21.113.1\"");
    assert_leaf(f, "remote_host", "\"172.21.114.1\"");
    assert_leaf(f, "adjust_mss", "1360");
    assert_leaf(f, "logging.buffered", "true");
    json_decref(f);
    f = read_fixture("config", "config",
                     "{\"id\": \"VPN 20\", \"peer\": \"192.0.2.77\", "
                     "\"peer_any\": false}", NULL, "present");
    assert_leaf(f, "access_list", "");
    assert_leaf(f, "ipsec_proposals", "[]");
    assert_leaf(f, "ike_policy.key", "");
    json_decref(f);
    assert_needs_indents("config", "config");
    assert_needs_indents("vpns", "config");
}

/* The document's own messages, and what they are called. */
static void test_messages(void **state)
{
    static const char *const lines[][2] = {
        {"%CRYPTO-4-PKT_REPLAY_ERR: decrypt: replay check failed connection "
         "id=#.", "esp.replay"},
        {"IPSEC(validate_proposal): invalid local address 10.2.0.2",
         "ike.local-address-invalid"},
        {"%CRPT0-4-IKMP_BAD_MESSAGE: IKE message from 198.51.100.1 failed "
         "its sanity check or is malformed", "ike.bad-message"},
        {"ISAKMP (0:1); no offers accepted!", "ike.no-offers"},
        {"%CRYPTO-6-IKMP_MODE_FAILURE: Processing of Main Mode failed with "
         "peer at 198.51.100.1", "ike.mode-failure"},
        {"IPSec(validate_transform_proposal): proxy identities not "
         "supported", "ipsec.proxy-unsupported"},
        {"(port 3, trans 2, hmac_alg 2) not supported",
         "ipsec.transform-unsupported"},
        {"ISAKMP: No cert, and no keys (public or pre-shared) with remote "
         "peer 198.51.100.2", "ike.no-keys"},
        {"peer address 198.51.100.6 not found", "ipsec.map-order"},
        {"IPSEC(initialize_sas): invalid proxy IDs", "ipsec.proxy-invalid"},
        {"HW_VPN-1-HPRXERR: Virtual Private Network (VPN) Module0/2: Packet "
         "Encryption/Decryption error, status=4615", "esp.fragments"},
        {"%C1700_EM-1-ERROR: packet-rx error: ESP sequence fail",
         "esp.sequence"},
        {"crypto_engine_select_crypto_engine: can't handle any more",
         "crypto.engine-exhausted"},
        {"%CRYPTO-4-RECVD_PKT_INV_SPI: decaps: rec'd IPSEC packet has "
         "invalid spi for destaddr=10.0.0.1, prot=50, "
         "spi=0x72662541(1919296833), srcaddr=198.51.100.1",
         "esp.invalid-spi"},
        {"reserved not zero on payload 5!", "ike.reserved-not-zero"},
        {"ISAKMP (0:1): atts are not acceptable. Next payload is 0",
         "other"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        char *text = mem_printf("Log Buffer (4096 bytes):\n"
                                "*Mar 28 08:14:22.335: %s\n", lines[i][0]);
        char *want = mem_printf("\"%s\"", lines[i][1]);
        json_t *f = read_text("log", text, "{}", NULL);

        assert_string_equal(state_of(f), "present");
        assert_leaf(f, "device.events.0.event", want);
        assert_leaf(f, "device.events.0.at", "\"*Mar 28 08:14:22.335\"");
        json_decref(f);
        free(want);
        free(text);
    }
}

static void test_log(void **state)
{
    json_t *f = read_text("log", "Syslog logging: enabled (0 messages "
                                 "dropped)\n    Buffer logging:  disabled, "
                                 "xml disabled,\n", "{}", NULL);

    (void)state;
    assert_string_equal(state_of(f), "absent");
    assert_leaf(f, "enabled", "false");
    json_decref(f);
    /* It is on, but its lines are not there: cut off. */
    assert_unreadable("log", "    Buffer logging:  level debugging, 59 "
                             "messages logged, xml disabled,\n", "{}", NULL,
                      "cut");
    assert_unreadable("log", "", "{}", NULL, "empty");
}

/* "<1>" as the first secret's token, "<m>" as the one of a masked form. */
static char *with_tokens(const char *text)
{
    struct buf b = {0};

    for (; *text; text++) {
        if (strncmp(text, "<1>", 3) == 0 || strncmp(text, "<m>", 3) == 0) {
            buf_adds(&b, text[1] == '1' ? "\u2039secret:1\u203a"
                                        : "\u2039masked\u203a");
            text += 2;
        } else {
            buf_addc(&b, *text);
        }
    }
    return buf_take(&b);
}

static void test_secrets(void **state)
{
    static const char *const lines[][2] = {
        {"crypto isakmp key one address 1.2.3.4",
         "crypto isakmp key <1> address 1.2.3.4"},
        {"crypto isakmp key 0 one address 1.2.3.4 255.255.255.0",
         "crypto isakmp key 0 <1> address 1.2.3.4 255.255.255.0"},
        {"crypto isakmp key 6 ABC address 1.2.3.4",
         "crypto isakmp key 6 <m> address 1.2.3.4"},
        {"  pre-shared-key address 1.2.3.4 key one",
         "  pre-shared-key address 1.2.3.4 key <1>"},
        {"  pre-shared-key address 1.2.3.0 255.255.255.0 key 6 ABC",
         "  pre-shared-key address 1.2.3.0 255.255.255.0 key 6 <m>"},
        {"  pre-shared-key local one", "  pre-shared-key local <1>"},
        {"  pre-shared-key remote 6 ABC", "  pre-shared-key remote 6 <m>"},
        {"  pre-shared-key one", "  pre-shared-key <1>"},
        {"  pre-shared-key hex 0x1234", "  pre-shared-key hex <1>"},
        {" key hw-client-password", " key <1>"},
        {" key 7 0822455D0A16", " key 7 <m>"},
        {"username bob password 7 0822455D0A16",
         "username bob password 7 <m>"},
        {"username bob privilege 15 secret 9 $9$abc$def",
         "username bob privilege 15 secret 9 <m>"},
        {"username bob password 0 one", "username bob password 0 <1>"},
        {"enable secret 5 $1$abcd$efgh", "enable secret 5 <m>"},
        {"enable password one", "enable password <1>"},
        {"enable password level 7 one", "enable password level 7 <1>"},
        {" password one", " password <1>"},
        {" key-string 7 0822455D0A16", " key-string 7 <m>"},
        {"snmp-server community one RO", "snmp-server community <1> RO"},
        {"snmp-server host 10.0.0.1 version 2c one",
         "snmp-server host 10.0.0.1 version 2c <1>"},
        {"radius-server host 10.0.0.1 auth-port 1645 key one",
         "radius-server host 10.0.0.1 auth-port 1645 key <1>"},
        {"tacacs-server key one", "tacacs-server key <1>"},
        {" ip ospf message-digest-key 1 md5 one",
         " ip ospf message-digest-key 1 md5 <1>"},
        {"ntp authentication-key 1 md5 one", "ntp authentication-key 1 md5 <1>"},
        {" set session-key inbound esp 300 cipher 0123456789abcdef "
         "authenticator 0123456789abcdef",
         " set session-key inbound esp 300 cipher <1> authenticator <1>"},
        {"password is required", "password is required"},
        {"service password-encryption", "service password-encryption"},
        {"ISAKMP (0:1): found peer pre-shared key matching 1.2.3.4",
         "ISAKMP (0:1): found peer pre-shared key matching 1.2.3.4"},
        {"  (key eng. msg.) dest= 10.1.0.2, src=10.1.0.1,",
         "  (key eng. msg.) dest= 10.1.0.2, src=10.1.0.1,"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        char *want = with_tokens(lines[i][1]);

        assert_scrubbed(lines[i][0], want);
        free(want);
    }
}

static void is_readable(const char *probe, const char *name,
                        const char *text)
{
    json_t *f = read_text(probe, text, "{}", NULL);

    if (strcmp(state_of(f), "unreadable") == 0)
        fail_msg("%s: %s", name,
                 json_string_value(json_object_get(f, "reason")));
    json_decref(f);
}

#define READS(function, probe)                                             \
    static void function(const char *name, const char *text)               \
    {                                                                      \
        is_readable(probe, name, text);                                    \
    }
READS(read_isakmp, "ike_sa")
READS(read_ipsec, "ipsec_sa")
READS(read_ping, "ping")
READS(read_routes, "routes")
READS(read_version, "version")

static void test_real_devices(void **state)
{
    (void)state;
    if (corpus_each("cisco", "xe-ShowCryptoIsakmpSa-", read_isakmp) < 0)
        skip();
    corpus_each("cisco", "xe-ShowCryptoIpsecSa", read_ipsec);
    corpus_each("cisco", "xe-Ping-", read_ping);
    corpus_each("cisco", "ios-ShowIpRoute", read_routes);
    corpus_each("cisco", "iosxe-ShowIpRoute", read_routes);
    corpus_each("cisco", "ios-ShowVersion", read_version);
    corpus_each("cisco", "iosxe-ShowVersion", read_version);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ike_sa),
        cmocka_unit_test(test_unsure),
        cmocka_unit_test(test_ike_sa_damage),
        cmocka_unit_test(test_ipsec_sa),
        cmocka_unit_test(test_ipsec_sa_hidden),
        cmocka_unit_test(test_ipsec_sa_damage),
        cmocka_unit_test(test_ping),
        cmocka_unit_test(test_config),
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_log),
        cmocka_unit_test(test_secrets),
        cmocka_unit_test(test_real_devices),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
