/* Simulated NEC WA routers: seeds' texts, and fixes that mend. */
#include "sim_talk.h"

static void begin(struct talk *t, const char *scenario, const char *knobs)
{
    begin_on(t, "nec-wa", scenario, knobs, false);
    type(t, "enable\r");
    type(t, "terminal length 0\r");
}

/* The texts of `show ipsec profile` are the guideline's (7.2.1.4). */
static const struct fix {
    const char *scenario, *result, *block, *line;
} fixes[] = {
    {"mobile-shutdown",
     "vpn-prof : sourced I/F don't have valid address [MobileEthernet0.0]",
     "interface MobileEthernet0.0\r", "no shutdown\r"},
    {"ipsec-interface-shutdown", "vpn-prof : mapped I/F is down [IPsec0]",
     "interface IPsec0\r", "no shutdown\r"},
    {"no-mapped", "vpn-prof : no mapped [vpn-prof]", "interface IPsec0\r",
     "ipsec map vpn-prof\r"},
    {"ipsec-policy-reference", "vpn-prof : ipsec policy not exist [ipsec-plo]",
     "ipsec profile vpn-prof\r", "ipsec policy ipsec-pol\r"},
    {"ike-policy-reference", "vpn-prof : ike policy not exist [ike-plo]",
     "ipsec profile vpn-prof\r", "ike policy ike-pol\r"},
    {"ipsec-proposal-reference",
     "vpn-prof : ike proposal not exist [ipsec-porp]",
     "ipsec policy ipsec-pol\r", "proposal ipsec-prop\r"},
    {"ike-proposal-reference", "vpn-prof : ike proposal not exist [ike-porp]",
     "ike policy ike-pol\r", "proposal ike-prop\r"},
};

static void a_typed_fix_mends(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof fixes / sizeof fixes[0]; i++) {
        const struct fix *f = &fixes[i];
        struct talk t;

        begin(&t, f->scenario, NULL);
        assert_has(type(&t, "show ipsec profile\r"), f->result);
        assert_lacks(type(&t, "show ipsec sa\r"), "created");
        type(&t, "configure\r");
        type(&t, f->block);
        type(&t, f->line);
        t.now += 15000;
        assert_has(type(&t, "show ipsec profile\r"),
                   "vpn-prof : config check ok");
        assert_has(type(&t, "show ipsec sa\r"),
                   "IPsec SA - 1 configured, 2 created");
        end(&t);
    }
}

static void nat_traversal_at_both_ends_mends(void **state)
{
    struct talk t;

    (void)state;
    begin(&t, "nat-traversal-missing-10", NULL);
    assert_lacks(type(&t, "show ike sa\r"), "established");
    type(&t, "configure\r");
    type(&t, "ike policy ike-pol\r");
    type(&t, "nat-traversal enable\r");
    t.now += 15000;
    assert_has(type(&t, "show ike sa\r"), "(UDP [4500])");
    assert_has(buf_str(&t.got), "IKE PH1 established");
    end(&t);
}

static void a_carrier_lets_in_only_who_was_called(void **state)
{
    struct talk t;

    (void)state;
    begin(&t, "responder-private-10", NULL);
    assert_has(type(&t, "show ip address\r"), "10.160.7.21/32");
    assert_has(type(&t, "show ipsec sa\r"), "1 configured, 0 created");
    end(&t);
    begin(&t, "healthy-carrier-nat", NULL);
    assert_has(type(&t, "show ipsec sa\r"), "1 configured, 2 created");
    end(&t);
}

static void sessions_begin_at_the_login(void **state)
{
    struct talk t;

    (void)state;
    begin_on(&t, "nec-wa", "healthy-traffic", NULL, true);
    assert_has(buf_str(&t.got), "login: ");
    assert_has(type(&t, "admin\r"), "Password: ");
    assert_has(type(&t, "kiriwake-1\r"), "WA-Branch>");
    assert_has(type(&t, "show running-config\r"), "% Invalid command.");
    assert_has(type(&t, "enable\r"), "WA-Branch#");
    assert_has(type(&t, "show running-config\r"), "--More--");
    end(&t);
}

static void packets_are_counted(void **state)
{
    struct talk t;

    (void)state;
    begin(&t, "data-one-way", NULL);
    assert_has(type(&t, "show ipsec sa\r"), "2 created");
    type(&t, "clear ipsec sa\r");
    t.now += 25000;
    assert_has(type(&t, "show ipsec sa\r"), "0 [packets] 0 [bytes] last:\r");
    end(&t);
}

/* The lines that the guideline shows of sound SAs (7.2.1.3), in its order. */
static void sound_associations_as_the_guideline_has_them(void **state)
{
    static const char *const ike[] = {
        "remote: 198.51.100.200 (UDP [500])",
        "local: 198.51.100.100 (UDP [500])", "index:",
        "Direction is initiator", "Exchange type is Aggressive mode",
        "IKE PH1 established", "authentication method:pre-shared key",
        "encrypt:AES-CBC 256 bits", "hash:SHA256",
        "dh_group:768-bit MODP group", "Remaining lifetime is ",
        "phase2 count=0", NULL};
    static const char *const ipsec[] = {
        "IPsec SA - 1 configured, 2 created", "Interface IPsec0",
        "Outbound:", "198.51.100.100(UDP [500]) -> 198.51.100.200(UDP [500])",
        "mode: tunnel", "satype: esp spi=", "enc algorithm: aes-cbc\r",
        "key length: 256", "auth algorithm: hmac-sha2-256",
        "replay window size is 0 bits", "SA status is established",
        "Remaining lifetime is ", "Remaining lifebytes is - bytes",
        "Inbound:", "198.51.100.200(UDP [500]) -> 198.51.100.100(UDP [500])",
        "mode: tunnel", "satype: esp spi=", "enc algorithm: aes-cbc\r", NULL};
    static const struct {
        const char *command;
        const char *const *lines;
    } replies[] = {{"show ike sa\r", ike}, {"show ipsec sa\r", ipsec}};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct talk t;
        const char *at;

        begin(&t, "healthy-traffic", NULL);
        at = type(&t, replies[i].command);
        for (const char *const *l = replies[i].lines; *l; l++) {
            at = strstr(at, *l);
            if (!at)
                fail_msg("'%s' is not there, or not in its place:\n%s", *l,
                         buf_str(&t.got));
        }
        end(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_typed_fix_mends),
        cmocka_unit_test(nat_traversal_at_both_ends_mends),
        cmocka_unit_test(a_carrier_lets_in_only_who_was_called),
        cmocka_unit_test(sessions_begin_at_the_login),
        cmocka_unit_test(packets_are_counted),
        cmocka_unit_test(sound_associations_as_the_guideline_has_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
