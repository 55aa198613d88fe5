/* Simulated Cisco routers and firewalls: their manners, and fixes that mend. */
#include "sim_talk.h"

static void begin(struct talk *t, const char *driver, const char *scenario)
{
    begin_on(t, driver, scenario, NULL, false);
    type(t, "terminal length 0\r");
    type(t, "terminal pager 0\r");
}

/* What is wrong in our configuration, and the lines that set it right. */
static const struct fix {
    const char *driver, *scenario, *lines[5];
} fixes[] = {
    {"cisco-ios", "udp500-filter", {"interface Gi0/0\r",
     "no ip access-group WAN-IN in\r"}},
    {"cisco-ios", "key-for-other-peer",
     {"crypto isakmp key Tunnel-Kagi7 address 203.0.113.6\r"}},
    {"cisco-ios", "isakmp-off", {"crypto isakmp enable\r"}},
    {"cisco-ios", "local-address-initiator",
     {"no crypto map VPNMAP local-address Loopback0\r"}},
    {"cisco-ios", "pfs-responder", {"crypto map VPNMAP 10 ipsec-isakmp\r",
     "no set pfs\r"}},
    {"cisco-ios", "set-missing", {"crypto map VPNMAP 10\r",
     "set transform-set ESP-SET\r"}},
    {"cisco-ios", "list-missing", {"crypto map VPNMAP 10\r",
     "match address VPN-TRAFFIC\r"}},
    {"cisco-ios", "map-not-applied", {"interface GigabitEthernet 0/0\r",
     "crypto map VPNMAP\r"}},
    {"cisco-ios", "route-missing",
     {"no ip route 10.1.1.0 255.255.255.0 10.1.0.254\r"}},
    {"cisco-ios", "nat-not-exempt", {"ip access-list extended NAT\r",
     "5 deny ip 10.1.0.0 0.0.0.255 10.1.1.0 0.0.0.255\r"}},
    {"cisco-ios", "wan-route-missing",
     {"ip route 0.0.0.0 0.0.0.0 198.51.100.1\r"}},
    {"cisco-ios", "wan-shutdown", {"interface GigabitEthernet0/0\r",
     "no shutdown\r"}},
    {"cisco-ios", "ikev2-auth", {"crypto ikev2 keyring V2-KEYS\r",
     "peer to-peer\r", "pre-shared-key Other-Kagi9\r"}},
    {"cisco-ios", "ikev2-proposal", {"crypto ikev2 proposal V2-PROP\r",
     "group 19\r"}},
    {"cisco-ios", "ikev2-id-responder", {"crypto ikev2 profile V2-PROF\r",
     "match identity remote fqdn center.example.net\r"}},
    {"cisco-ios", "ikev2-id-refused", {"crypto ikev2 profile V2-PROF\r",
     "match identity remote fqdn center.example.net\r"}},
    {"cisco-ios", "ikev2-id-initiator", {"crypto ikev2 profile V2-PROF\r",
     "identity local fqdn branch.example.net\r"}},
    {"cisco-ios", "ikev2-transform-initiator",
     {"crypto ipsec transform-set ESP-SET esp-aes esp-sha256-hmac\r"}},
    {"cisco-asa", "key-for-other-peer",
     {"tunnel-group 203.0.113.6 type ipsec-l2l\r",
      "tunnel-group 203.0.113.6 ipsec-attributes\r",
      "ikev1 pre-shared-key Tunnel-Kagi7\r"}},
    {"cisco-asa", "not-enabled", {"crypto ikev1 enable outside\r"}},
    {"cisco-asa", "not-enabled-pix", {"isakmp enable outside\r"}},
    {"cisco-asa", "set-missing",
     {"crypto map outside_map 10 set ikev1 transform-set ESP-SET\r"}},
    {"cisco-asa", "map-not-applied",
     {"crypto map outside_map interface outside\r"}},
    {"cisco-asa", "exempt-unapplied-pix",
     {"nat (inside) 0 access-list NONAT\r"}},
    {"cisco-asa", "sysopt-missing-pix",
     {"sysopt connection permit-ipsec\r"}},
    {"cisco-asa", "sysopt-missing", {"sysopt connection permit-vpn\r"}},
    {"cisco-asa", "wan-route-missing",
     {"route outside 0.0.0.0 0.0.0.0 198.51.100.1 1\r"}},
};

static long counted(struct talk *t, const char *label)
{
    const char *at = strstr(buf_str(&t->got), label);

    return at ? strtol(at + strlen(label), NULL, 10) : 0;
}

/* How many packets went both ways through the tunnel within half a minute. */
static long growth(struct talk *t)
{
    long out, in;

    type(t, "show crypto ipsec sa\r");
    out = counted(t, "encaps: ");
    in = counted(t, "decaps: ");
    t->now += 30000;
    type(t, "show crypto ipsec sa\r");
    out = counted(t, "encaps: ") - out;
    in = counted(t, "decaps: ") - in;
    return in < out ? in : out;
}

static void type_fix(struct talk *t, const struct fix *f)
{
    type(t, "configure terminal\r");
    for (size_t i = 0; f->lines[i]; i++)
        assert_lacks(type(t, f->lines[i]), "% ");
    type(t, "end\r");
}

static void a_typed_fix_mends(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof fixes / sizeof fixes[0]; i++) {
        const struct fix *f = &fixes[i];
        struct talk t;

        begin(&t, f->driver, f->scenario);
        if (growth(&t) != 0)
            fail_msg("%s: sound before the fix", f->scenario);
        type_fix(&t, f);
        t.now += 40000;
        if (growth(&t) < 2)
            fail_msg("%s: nothing comes back after the fix:\n%s",
                     f->scenario, buf_str(&t.got));
        end(&t);
    }
}

static void debugging_is_seen_and_undone(void **state)
{
    struct talk t;

    (void)state;
    begin(&t, "cisco-ios", "proposal-hash-responder");
    assert_lacks(type(&t, "show logging\r"), "Hash algorithm offered");
    assert_has(type(&t, "debug crypto isakmp\r"),
               "Crypto ISAKMP debugging is on");
    assert_has(type(&t, "show debugging\r"), "  Crypto ISAKMP debugging is on");
    t.now += 20000;
    assert_has(type(&t, "show logging\r"),
               "Checking ISAKMP transform 1 against priority 10 policy");
    assert_has(buf_str(&t.got), "Hash algorithm offered does not match policy!");
    assert_has(buf_str(&t.got), "no offers accepted!");
    assert_has(type(&t, "undebug all\r"),
               "All possible debugging has been turned off");
    assert_lacks(type(&t, "show debugging\r"), "is on");
    type(&t, "clear logging\r");
    type(&t, "\r");
    t.now += 20000;
    assert_has(type(&t, "show logging\r"), "%CRYPTO-6-IKMP_MODE_FAILURE");
    assert_lacks(buf_str(&t.got), "ISAKMP:(0)");
    end(&t);
}

static void ikev2_has_its_own_debugging(void **state)
{
    static const char other[] = "IKEv2-ERROR:(SESSION ID = ";
    struct talk t;

    (void)state;
    begin(&t, "cisco-ios", "ikev2-proposal-responder");
    assert_lacks(type(&t, "show logging\r"), other);
    type(&t, "debug crypto isakmp\r");
    t.now += 20000;
    assert_lacks(type(&t, "show logging\r"), "IKEv2:");
    assert_has(type(&t, "debug crypto ikev2 error\r"),
               "IKEv2 error debugging is on");
    t.now += 20000;
    assert_has(type(&t, "show logging\r"), other);
    assert_has(buf_str(&t.got), "Received Policies: : Failed to find a "
               "matching policyProposal 1:  ENCRYPTION: AES-CBC-128 PRF: SHA256 "
               "INTEGRITY: SHA256 DH GROUP: DH_GROUP_2048_MODP/Group 14");
    assert_has(buf_str(&t.got), "Expected Policies: : Failed to find a "
               "matching policyProposal 1:  ENCRYPTION: AES-CBC-256 ");
    assert_lacks(buf_str(&t.got), "IKEv2:");
    type(&t, "debug crypto ikev2\r");
    t.now += 20000;
    assert_has(type(&t, "show logging\r"), "IKEv2:(SESSION ID = ");
    assert_has(buf_str(&t.got), "Received Packet [From 203.0.113.6:500/"
               "To 198.51.100.2:500/VRF i0:f0] \r\nInitiator SPI : ");
    assert_has(buf_str(&t.got), "\r\nIKEv2 IKE_SA_INIT Exchange REQUEST ");
    type(&t, "undebug all\r");
    assert_lacks(type(&t, "show debugging\r"), "is on");
    type(&t, "clear logging\r");
    type(&t, "\r");
    t.now += 20000;
    assert_lacks(type(&t, "show logging\r"), "IKEv2:");
    assert_lacks(buf_str(&t.got), other);
    end(&t);
}

/* An end that starts learns who answered last: the other one has its SAs. */
static void ikev2_leaves_nothing_after_a_refusal(void **state)
{
    static const char *const refused[] = {
        "ikev2-proposal", "ikev2-auth", "ikev2-transform-initiator",
        "ikev2-transform-responder", "ikev2-selectors-initiator"};
    struct talk t;

    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        begin(&t, "cisco-ios", refused[i]);
        assert_lacks(type(&t, "show crypto ikev2 sa\r"), "203.0.113.6/500");
        end(&t);
    }
    begin(&t, "cisco-ios", "ikev2-id-refused");
    assert_lacks(type(&t, "show crypto ikev2 sa\r"), "READY");
    end(&t);
    begin(&t, "cisco-ios", "ikev2-no-response");
    assert_has(type(&t, "show crypto ikev2 sa\r"), "203.0.113.6/500");
    assert_lacks(buf_str(&t.got), "READY");
    end(&t);
}

static void a_pix_debugs_in_its_own_words(void **state)
{
    struct talk t;

    (void)state;
    begin(&t, "cisco-asa", "id-responder-pix");
    assert_has(type(&t, "show isakmp sa\r"), "Embryonic : 0");
    type(&t, "debug crypto isakmp\r");
    type(&t, "debug crypto ipsec\r");
    t.now += 20000;
    assert_has(type(&t, "show logging\r"), "OAK_QM exchange");
    assert_has(buf_str(&t.got), "proxy identities not supported");
    type(&t, "no debug crypto isakmp\r");
    type(&t, "no debug crypto ipsec\r");
    assert_lacks(type(&t, "show debug\r"), "debug crypto");
    end(&t);
}

static void modes_and_complaints(void **state)
{
    struct talk t;

    (void)state;
    begin_on(&t, "cisco-ios", "healthy-user-exec", NULL, false);
    assert_has(buf_str(&t.got), "Router>");
    assert_has(type(&t, "show running-config\r"),
               "            ^\r\n% Invalid input detected at '^' marker.");
    assert_has(type(&t, "enable\r"), "Password: ");
    assert_has(type(&t, "kiriwake-3\r"), "Router#");
    assert_has(type(&t, "show running-config\r"), " --More-- ");
    assert_has(type(&t, "q"), "\b\b\b\b\b\b\b\b\b        \b");
    assert_has(type(&t, "conf t\r"), "Router(config)#");
    assert_has(type(&t, "crypto map VPNMAP 10\r"),
               "Router(config-crypto-map)#");
    assert_has(type(&t, "set transform-set NONE\r"), "does not exist");
    assert_has(type(&t, "end\r"), "Router#");
    assert_has(type(&t, "show run | include set peer\r"),
               " set peer 203.0.113.6\r\nRouter#");
    assert_has(type(&t, "show crypto\r"), "% Incomplete command.");
    end(&t);
}

static void a_dialogue_pings_with_df(void **state)
{
    static const char *const answers[] = {
        "\r", "10.1.1.10\r", "2\r", "1500\r", "\r", "y\r", "10.1.0.1\r", "\r",
        "y\r", "\r", "\r", "\r"};
    struct talk t;

    (void)state;
    begin(&t, "cisco-ios", "healthy-traffic");
    assert_has(type(&t, "ping\r"), "Protocol [ip]: ");
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
        type(&t, answers[i]);
    assert_has(type(&t, "\r"), "Packet sent with the DF bit set");
    assert_has(buf_str(&t.got), "MM\r\nSuccess rate is 0 percent (0/2)");
    assert_has(type(&t, "ping 10.1.1.10 source gi0/1 size 1400 df-bit\r"),
               "!!!!!");
    end(&t);
    begin(&t, "cisco-ios", "fragmentation");
    assert_has(type(&t, "ping 10.1.1.10 source gi0/1 size 1300 df-bit\r"),
               ".....");
    assert_has(type(&t, "ping 10.1.1.10 source gi0/1 size 1200 df-bit\r"),
               "!!!!!");
    end(&t);
    /* in clear the interface's MTU is what counts */
    begin(&t, "cisco-ios", "healthy-idle");
    assert_has(type(&t, "ping 192.0.2.77 size 1500 df-bit\r"), "!!!!!");
    assert_has(type(&t, "ping 192.0.2.77 size 1501 df-bit\r"), "MMMMM");
    assert_has(type(&t, "ping 192.0.2.77 size 1501\r"), "!!!!!");
    end(&t);
}

static void clearing_begins_anew(void **state)
{
    struct talk t;
    char *before;

    (void)state;
    begin(&t, "cisco-ios", "healthy-traffic");
    before = mem_strdup(type(&t, "show crypto ipsec sa | include spi:\r"));
    type(&t, "clear crypto sa\r");
    t.now += 15000;
    assert_string_not_equal(
        type(&t, "show crypto ipsec sa | include spi:\r"), before);
    assert_has(buf_str(&t.got), "spi: 0x");
    free(before);
    end(&t);
}

static void keys_are_masked_but_not_for_the_comparison(void **state)
{
    struct talk t;
    char *peer;

    (void)state;
    begin(&t, "cisco-asa", "healthy-traffic");
    assert_has(type(&t, "show running-config\r"),
               " ikev1 pre-shared-key *****");
    assert_lacks(buf_str(&t.got), "Tunnel-Kagi7");
    peer = sim_peer_config(t.sim);
    assert_has(peer, " ikev1 pre-shared-key Tunnel-Kagi7");
    free(peer);
    end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_typed_fix_mends),
        cmocka_unit_test(debugging_is_seen_and_undone),
        cmocka_unit_test(ikev2_has_its_own_debugging),
        cmocka_unit_test(ikev2_leaves_nothing_after_a_refusal),
        cmocka_unit_test(a_pix_debugs_in_its_own_words),
        cmocka_unit_test(modes_and_complaints),
        cmocka_unit_test(a_dialogue_pings_with_df),
        cmocka_unit_test(clearing_begins_anew),
        cmocka_unit_test(keys_are_masked_but_not_for_the_comparison),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
