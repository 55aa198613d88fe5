/* The nec-wa driver: the guideline's samples, what is missing, and damage. */
#include "probe_fixture.h"

#define SUBJECT                                                            \
    "{\"id\": \"head-prof\", \"peer\": \"203.0.113.20\", "                 \
    "\"peer_any\": false, \"policy\": \"ike-pol\", "                       \
    "\"interface\": \"IPsec0\", \"mode\": \"aggressive\", "                \
    "\"ike_version\": 1}"
#define ANSWERS                                                            \
    "{\"id\": \"any-prof\", \"peer\": \"any\", \"peer_any\": true, "       \
    "\"policy\": \"ike-pol\", \"interface\": \"IPsec0\", "                 \
    "\"ike_version\": 1}"

static int setup(void **state)
{
    (void)state;
    return load_driver("nec-wa");
}

static int teardown(void **state)
{
    (void)state;
    driver_free(driver);
    return 0;
}

/* {"config": …, "ipsec_profile": …} as the probes that need them see them;
 * profile: the reply, or NULL for one that could not be read. */
static json_t *env_of(const char *name, const char *subject,
                      const char *profile)
{
    json_t *env = json_object(), *fact;

    json_object_set_new(env, "config",
                        read_fixture("config", name, subject, NULL,
                                     "present"));
    fact = profile ? read_text("ipsec_profile", profile, subject, env)
                   : read_state("ipsec_profile", "", REPLY_TIMEOUT, subject,
                                env);
    json_object_set_new(env, "ipsec_profile", fact);
    return env;
}

static json_t *branch(void)
{
    return env_of("config-branch", SUBJECT, "head-prof : config check ok\n");
}

static void test_ike_sa(void **state)
{
    json_t *env = branch();
    json_t *f = read_fixture("ike_sa", "ike_sa-guide", SUBJECT, env,
                             "present");

    (void)state;
    assert_leaf(f, "established", "1");
    assert_leaf(f, "sas.0.local", "\"10.64.3.7\"");
    assert_leaf(f, "sas.0.remote", "\"203.0.113.20\"");
    assert_leaf(f, "sas.0.remote_port", "4500");
    assert_leaf(f, "sas.0.nat", "true");
    assert_leaf(f, "sas.0.direction", "\"initiator\"");
    assert_leaf(f, "sas.0.mode", "\"aggressive\"");
    assert_leaf(f, "sas.0.authentication", "\"pre-shared key\"");
    assert_leaf(f, "sas.0.encryption", "\"AES-CBC 256 bits\"");
    assert_leaf(f, "sas.0.dh_group", "\"768-bit MODP group\"");
    assert_leaf(f, "sas.0.lifetime_s", "620");
    assert_leaf(f, "sas.0.children", "0");
    json_decref(f);
    json_decref(env);
}

/* Two profiles to one address: an SA with it may be either's. */
static void test_same_peer(void **state)
{
    static const char second[] =
        "ike policy ike-2\n  proposal ike-prop\n"
        "ipsec profile second\n  ipsec policy sec-pol\n"
        "  ike policy ike-2\n  peer 203.0.113.20\n";
    char *one = fixture("config-branch"), *two = mem_printf("%s%s", one,
                                                            second);
    json_t *env = branch(), *f;

    (void)state;
    json_object_set_new(env, "config",
                        read_text("config", two, SUBJECT, NULL));
    f = read_fixture("ike_sa", "ike_sa-guide", SUBJECT, env, "present");
    assert_leaf(f, "sas", "");
    assert_leaf(f, "established", "");
    json_decref(f);
    f = read_text("ike_sa", "", SUBJECT, env);
    assert_string_equal(state_of(f), "absent");
    json_decref(f);
    json_decref(env);
    free(one);
    free(two);
}

/* Nothing shown means none only when the profile's check came back. */
static void test_nothing_shown(void **state)
{
    static const char *const probes[] = {"ike_sa", "ipsec_sa"};
    json_t *good = branch(), *bad = env_of("config-branch", SUBJECT, NULL);

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        json_t *f = read_text(probes[i], "", SUBJECT, good);

        assert_string_equal(state_of(f), "absent");
        json_decref(f);
        assert_unreadable(probes[i], "", SUBJECT, bad, "no proof");
        assert_incomplete_unreadable(probes[i], "", good);
    }
    json_decref(good);
    json_decref(bad);
}

static void test_ike_sa_damage(void **state)
{
    char *text = fixture("ike_sa-guide");
    json_t *env = branch();
    size_t lines = line_count(text);

    (void)state;
    assert_incomplete_unreadable("ike_sa", text, env);
    assert_unknown_lines("ike_sa", text, env);
    for (size_t n = 1; n < lines; n++) {
        char *cut = first_lines(text, n);

        assert_unreadable("ike_sa", cut, SUBJECT, env, "cut");
        free(cut);
    }
    free(text);
    json_decref(env);
}

static void test_ipsec_sa(void **state)
{
    json_t *env = branch();
    json_t *f = read_fixture("ipsec_sa", "ipsec_sa-guide", SUBJECT, env,
                             "present");

    (void)state;
    assert_leaf(f, "outbound.0.spi", "\"0x5bf34f68\"");
    assert_leaf(f, "inbound.0.spi", "\"0x0ed62f83\"");
    assert_leaf(f, "outbound.1", "");
    assert_leaf(f, "inbound.1", "");
    assert_leaf(f, "inbound.0.protocol", "\"ESP\"");
    assert_leaf(f, "inbound.0.transform", "\"aes-cbc hmac-sha2-256\"");
    assert_leaf(f, "inbound.0.lifetime_s", "25846");
    assert_leaf(f, "traffic.received", "0");
    assert_leaf(f, "interface", "\"IPsec0\"");
    assert_leaf(f, "local", "\"10.64.3.7\"");
    assert_leaf(f, "remote", "\"203.0.113.20\"");
    assert_leaf(f, "remote_port", "4500");
    assert_leaf(f, "device.created", "2");
    json_decref(f);
    f = read_text("ipsec_sa", "IPsec SA - 1 configured, 0 created\n",
                  SUBJECT, env);
    assert_string_equal(state_of(f), "absent");
    assert_leaf(f, "inbound", "[]");
    json_decref(f);
    json_decref(env);
}

static void test_ipsec_sa_damage(void **state)
{
    char *text = fixture("ipsec_sa-guide");
    json_t *env = branch();

    (void)state;
    assert_incomplete_unreadable("ipsec_sa", text, env);
    assert_unknown_lines("ipsec_sa", text, env);
    for (size_t n = 1; n < line_count(text); n++) {
        char *cut = first_lines(text, n);

        assert_unreadable("ipsec_sa", cut, SUBJECT, env, "cut");
        free(cut);
    }
    free(text);
    json_decref(env);
}

/* An SA that is not established carries nothing; another interface's SA is
 * another VPN's. */
static void test_ipsec_sa_narrowed(void **state)
{
    char *text = fixture("ipsec_sa-guide"), *p;
    json_t *env = branch(), *f;

    (void)state;
    p = strstr(text, "SA status is established");
    memcpy(p, "SA status is larval     ", 24);
    f = read_text("ipsec_sa", text, SUBJECT, env);
    assert_leaf(f, "outbound", "[]");
    assert_leaf(f, "inbound.0.spi", "\"0x0ed62f83\"");
    json_decref(f);
    memcpy(strstr(text, "IPsec0"), "IPsec7", 6);
    f = read_text("ipsec_sa", text, SUBJECT, env);
    assert_string_equal(state_of(f), "present");
    assert_leaf(f, "inbound", "[]");
    json_decref(f);
    free(text);
    json_decref(env);
}

static void test_ip_address(void **state)
{
    json_t *env = branch();
    json_t *f = read_fixture("ip_address", "ip_address", SUBJECT, env,
                             "present");

    (void)state;
    assert_leaf(f, "wan.name", "\"MobileEthernet0.0\"");
    assert_leaf(f, "wan.state", "\"up\"");
    assert_leaf(f, "wan.address", "\"203.0.113.7\"");
    assert_leaf(f, "wan.private", "false");
    assert_leaf(f, "device.interfaces.2.name", "\"IPsec0\"");
    json_decref(f);
    f = read_text("ip_address",
                  "Interface MobileEthernet0.0 is administratively down\n",
                  SUBJECT, env);
    assert_leaf(f, "wan.state", "\"administratively-down\"");
    assert_leaf(f, "wan.address", "");
    json_decref(f);
    json_decref(env);
}

/* Cut anywhere: nothing, or what the whole text says. */
static void test_ip_address_cut(void **state)
{
    char *text = fixture("ip_address");
    json_t *env = branch();

    (void)state;
    for (size_t n = 1; n < line_count(text); n++) {
        char *cut = first_lines(text, n);
        json_t *f = read_text("ip_address", cut, SUBJECT, env);

        if (strcmp(state_of(f), "unreadable") != 0)
            assert_leaf(f, "wan.address", "\"203.0.113.7\"");
        json_decref(f);
        free(cut);
    }
    free(text);
    json_decref(env);
}

/* Carrier-grade NAT (RFC 6598) and RFC 1918 alike; their neighbours not. */
static void test_private(void **state)
{
    static const struct {
        const char *address, *private;
    } rows[] = {
        {"100.64.0.1", "true"}, {"100.127.255.254", "true"},
        {"100.63.0.1", "false"}, {"100.128.0.1", "false"},
        {"10.1.2.3", "true"}, {"172.16.0.1", "true"},
        {"172.32.0.1", "false"}, {"192.168.1.1", "true"},
        {"203.0.113.7", "false"},
    };
    json_t *env = branch();

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *text = mem_printf("Interface MobileEthernet0.0 is up\n"
                                "IP address\n%s/32\n", rows[i].address);
        json_t *f = read_text("ip_address", text, SUBJECT, env);

        assert_leaf(f, "wan.private", rows[i].private);
        json_decref(f);
        free(text);
    }
    json_decref(env);
}

/* Up, and no address: believed only where the block cannot have been cut. */
static void test_no_address(void **state)
{
    static const char bare[] = "Interface MobileEthernet0.0 is up\n";
    static const char last[] = "Interface MobileEthernet0.0 is up\n"
                               "Interface IPsec0 is up\n";
    json_t *env = branch(), *f;

    (void)state;
    assert_unreadable("ip_address", bare, SUBJECT, env, "may be cut");
    assert_unreadable("ip_address", "", SUBJECT, env, "empty");
    f = read_text("ip_address", last, SUBJECT, env);
    assert_string_equal(state_of(f), "present");
    assert_leaf(f, "wan.address", "");
    json_decref(f);
    json_decref(env);
    env = env_of("config-branch", SUBJECT,
                 "head-prof : sourced I/F don't have valid address "
                 "[MobileEthernet0.0]\n");
    f = read_text("ip_address", bare, SUBJECT, env);
    assert_string_equal(state_of(f), "present");
    json_decref(f);
    json_decref(env);
}

static void test_ip_address_damage(void **state)
{
    char *text = fixture("ip_address");
    json_t *env = branch();

    (void)state;
    assert_incomplete_unreadable("ip_address", text, env);
    assert_unknown_lines("ip_address", text, env);
    free(text);
    json_decref(env);
}

/* The seven results, with the profile's name and as the guideline prints
 * them. */
static void test_results(void **state)
{
    static const struct {
        const char *text, *kind, *name;
    } rows[] = {
        {"config check ok", "\"ok\"", ""},
        {"sourced I/F don't have valid address [MobileEthernet0.0]",
         "\"source\"", "\"MobileEthernet0.0\""},
        {"mapped I/F is down [IPsec0]", "\"interface\"", "\"IPsec0\""},
        {"no mapped [head-prof]", "\"mapped\"", "\"head-prof\""},
        {"ipsec policy not exist [sec-pol]", "\"ipsec-policy\"",
         "\"sec-pol\""},
        {"ike policy not exist [ike-pol]", "\"ike-policy\"", "\"ike-pol\""},
        {"ike proposal not exist [sec-prop]", "\"ike-proposal\"",
         "\"sec-prop\""},
        {"ike proposal not exist [ike-prop]", "\"ike-proposal\"",
         "\"ike-prop\""},
    };
    json_t *env = branch();

    (void)state;
    for (size_t i = 0; i < 2 * sizeof rows / sizeof rows[0]; i++) {
        const char *before = i % 2 ? "head-prof : " : "";
        char *text = mem_printf("above 1\n%s%s\n", before, rows[i / 2].text);
        json_t *f = read_text("ipsec_profile", text, SUBJECT, env);

        assert_leaf(f, "results.0.kind", rows[i / 2].kind);
        assert_leaf(f, "results.0.name", rows[i / 2].name);
        assert_leaf(f, "results.1", "");
        assert_leaf(f, "ok", i / 2 == 0 ? "true" : "false");
        json_decref(f);
        free(text);
    }
    json_decref(env);
}

/* Another profile's result, none at all, or an unknown one decides nothing. */
static void test_results_damage(void **state)
{
    json_t *env = branch(), *f;

    (void)state;
    assert_unreadable("ipsec_profile", "", SUBJECT, env, "empty");
    assert_unreadable("ipsec_profile", "above 1\nabove 2\n", SUBJECT, env,
                      "cut above the results");
    assert_unreadable("ipsec_profile", "other : config check ok\n", SUBJECT,
                      env, "another profile's");
    assert_unreadable("ipsec_profile", "head-prof : something new\n", SUBJECT,
                      env, "an unknown result");
    assert_unreadable("ipsec_profile",
                      "head-prof : config check ok\nsomething new\n",
                      SUBJECT, env, "an unknown line below");
    assert_incomplete_unreadable("ipsec_profile",
                                 "head-prof : config check ok\n", env);
    f = read_text("ipsec_profile",
                  "other : no mapped [other]\nhead-prof : config check ok\n",
                  SUBJECT, env);
    assert_leaf(f, "ok", "true");
    assert_leaf(f, "results.1", "");
    json_decref(f);
    f = read_text("ipsec_profile", "above\nhead-prof :\n", SUBJECT, env);
    assert_leaf(f, "results.0.kind", "\"blank\"");
    json_decref(f);
    assert_unreadable("ipsec_profile", "head-prof :\nabove\n", SUBJECT, env,
                      "a heading");
    json_decref(env);
}

static void test_config(void **state)
{
    json_t *f = read_fixture("vpns", "config-branch", "{}", NULL, "present");

    (void)state;
    assert_leaf(f, "vpns.0.id", "\"head-prof\"");
    assert_leaf(f, "vpns.0.peer", "\"203.0.113.20\"");
    assert_leaf(f, "vpns.0.mode", "\"aggressive\"");
    assert_leaf(f, "vpns.0.role", "\"initiator\"");
    assert_leaf(f, "vpns.0.interface", "\"IPsec0\"");
    assert_leaf(f, "vpns.1", "");
    json_decref(f);
    f = read_fixture("config", "config-branch", SUBJECT, NULL, "present");
    assert_leaf(f, "ike_policy.name", "\"ike-pol\"");
    assert_leaf(f, "ike_policy.key", "\"\u2039secret:1\u203A\"");
    assert_leaf(f, "ike_local_id",
                "{\"type\":\"key-id\",\"value\":\"branch-1\"}");
    assert_leaf(f, "ike_remote_id", "");
    assert_leaf(f, "ike_proposals.0.encryption", "\"aes256-cbc\"");
    assert_leaf(f, "ike_proposals.0.hash", "\"hmac-sha2-256\"");
    assert_leaf(f, "ike_proposals.0.group", "\"1024-bit\"");
    assert_leaf(f, "ipsec_local_id", "\"192.168.1.0/24\"");
    assert_leaf(f, "selector.remote", "\"192.168.2.0/24\"");
    assert_leaf(f, "missing_ike_proposals", "[]");
    assert_leaf(f, "wan.name", "\"MobileEthernet0.0\"");
    assert_leaf(f, "tunnel.name", "\"IPsec0\"");
    assert_leaf(f, "tunnel.shutdown", "false");
    assert_leaf(f, "lan_address", "\"192.168.1.254\"");
    assert_leaf(f, "remote_host", "\"192.168.2.1\"");
    json_decref(f);
}

/* The seed's statements only, and without indentation. */
static void test_config_bare(void **state)
{
    json_t *f = read_fixture("vpns", "config-guide", "{}", NULL, "present");

    (void)state;
    assert_leaf(f, "vpns.0.id", "\"head-prof\"");
    assert_leaf(f, "vpns.0.mode", "\"aggressive\"");
    assert_leaf(f, "vpns.1", "");
    json_decref(f);
    f = read_fixture("config", "config-guide", SUBJECT, NULL, "present");
    assert_leaf(f, "ike_policy.proposals", "[\"ike-prop\"]");
    assert_leaf(f, "missing_ike_proposals", "[]");
    assert_leaf(f, "missing_ipsec_proposals", "[]");
    assert_leaf(f, "ike_local_id.value", "\"branch-1\"");
    assert_leaf(f, "selector.local", "\"192.168.1.0/24\"");
    assert_leaf(f, "tunnel.name", "\"IPsec0\"");
    json_decref(f);
}

/* A copy that lost its indentation, but for what stood behind a pager; and a
 * statement that is not known ends no block of it. */
static void test_config_flat(void **state)
{
    json_t *f = read_text("vpns", "interface IPsec0\nipsec map one\n"
                                  "no shutdown\n!\n"
                                  "ike policy i\nmode aggressive\n"
                                  "proposal p\n!\n"
                                  "ipsec profile one\nmode tunnel\n"
                                  "ipsec policy q\nike policy i\n"
                                  "  source MobileEthernet0.0\n"
                                  "peer 192.0.2.1\n!\n"
                                  "ipsec profile two\npeer 192.0.2.2\n",
                          "{}", NULL);

    (void)state;
    assert_leaf(f, "vpns.0.interface", "\"IPsec0\"");
    assert_leaf(f, "vpns.0.policy", "\"i\"");
    assert_leaf(f, "vpns.0.peer", "\"192.0.2.1\"");
    assert_leaf(f, "vpns.1.peer", "\"192.0.2.2\"");
    assert_leaf(f, "vpns.1.policy", "");
    json_decref(f);
}

static void test_roles(void **state)
{
    json_t *f = read_fixture("vpns", "config-head", "{}", NULL, "present");

    (void)state;
    assert_leaf(f, "vpns.0.role", "\"responder\"");
    assert_leaf(f, "vpns.0.peer_any", "true");
    json_decref(f);
    f = read_fixture("config", "config-head", ANSWERS, NULL, "present");
    assert_leaf(f, "ike_remote_id.value", "\"branch-1\"");
    assert_leaf(f, "ike_local_id", "");
    json_decref(f);
    /* an address, no identities, no mode: it cannot be told */
    f = read_text("vpns", "ike policy i\n proposal p\nipsec profile v\n"
                          " ike policy i\n peer 192.0.2.1\n", "{}", NULL);
    assert_leaf(f, "vpns.0.mode", "");
    json_decref(f);
    f = read_text("vpns", "ipsec profile v\n peer gw.example.net\n", "{}",
                  NULL);
    assert_leaf(f, "vpns.0.mode", "\"aggressive\"");
    assert_leaf(f, "vpns.0.role", "\"initiator\"");
    json_decref(f);
}

static void test_references(void **state)
{
    static const char text[] =
        "ike policy ike-pol\n proposal nowhere\n"
        "ipsec policy sec-pol\n proposal nowhere-2\n"
        "ipsec profile head-prof\n ipsec policy sec-pol\n"
        " ike policy ike-pol\n peer 203.0.113.20\n"
        "interface IPsec0\n shutdown\n ipsec map head-prof\n";
    json_t *f = read_text("config", text, SUBJECT, NULL);

    (void)state;
    assert_leaf(f, "missing_ike_proposals", "[\"nowhere\"]");
    assert_leaf(f, "missing_ipsec_proposals", "[\"nowhere-2\"]");
    assert_leaf(f, "tunnel.shutdown", "true");
    json_decref(f);
    assert_unreadable("config", "ipsec profile head-prof\n ipsec policy a\n",
                      SUBJECT, NULL, "a profile without a peer");
    f = read_text("config", "ipsec profile head-prof\n ipsec policy a\n"
                            " ike policy b\n peer 203.0.113.20\n",
                  SUBJECT, NULL);
    assert_leaf(f, "missing_ipsec_policy", "\"a\"");
    assert_leaf(f, "missing_ike_policy", "\"b\"");
    assert_leaf(f, "tunnel", "");
    json_decref(f);
    assert_unreadable("config", "", SUBJECT, NULL, "empty");
    assert_unreadable("config", "% something\n", SUBJECT, NULL, "no block");
    f = read_text("vpns", "hostname x\ninterface IPsec0\n shutdown\n", "{}",
                  NULL);
    assert_string_equal(state_of(f), "absent");
    json_decref(f);
}

/* NAT traversal's spelling is in no source: unverified, it only suggests. */
static void test_details(void **state)
{
    json_t *f = read_fixture("config_details", "config-branch", SUBJECT,
                             NULL, "present");

    (void)state;
    assert_leaf(f, "nat_traversal", "true");
    assert_true(json_is_true(json_object_get(f, "unverified")));
    json_decref(f);
    f = read_fixture("config_details", "config-guide", SUBJECT, NULL,
                     "present");
    assert_leaf(f, "nat_traversal", "false");
    json_decref(f);
}

/* Of several VPNs of the peer, the one that mirrors ours; none, when two do. */
static void test_peer_config(void **state)
{
    static const char other[] =
        "ike policy ike-2\n remote-id key-id branch-2\n"
        "ipsec policy sec-2\n local-id 192.168.2.0/24\n"
        " remote-id 192.168.9.0/24\n"
        "ipsec profile second\n ipsec policy sec-2\n ike policy ike-2\n"
        " peer any\n";
    char *head = fixture("config-head"), *two, *twins;
    json_t *env = branch(), *f;

    (void)state;
    f = read_text("peer_config", head, ANSWERS, env);
    assert_leaf(f, "map.name", "\"any-prof\"");
    json_decref(f);
    two = mem_printf("%s%s", head, other);
    f = read_text("peer_config", two, "{\"id\": \"second\", \"peer\": "
                                      "\"any\"}", env);
    assert_leaf(f, "map.name", "\"any-prof\"");
    assert_leaf(f, "ike_remote_id.value", "\"branch-1\"");
    json_decref(f);
    twins = mem_printf("%sipsec profile twin\n ipsec policy sec-pol\n"
                       " ike policy ike-pol\n peer any\n", head);
    assert_unreadable("peer_config", twins, "{}", env, "two that mirror");
    assert_unreadable("peer_config", "hostname x\nike policy a\n", "{}", env,
                      "no profile");
    free(head);
    free(two);
    free(twins);
    json_decref(env);
}

static void test_secrets(void **state)
{
    (void)state;
    assert_scrubbed("pre-shared-key plain Sesame!\nkey Sesame!\n",
                    "pre-shared-key plain \u2039secret:1\u203A\n"
                    "key \u2039secret:1\u203A\n");
    assert_scrubbed("ppp password x1y2\npre-shared-key *****\n",
                    "ppp password \u2039secret:1\u203A\n"
                    "pre-shared-key \u2039masked\u203A\n");
    assert_scrubbed("key length: 256\nlocal-id key-id branch-1\n"
                    "authentication method:pre-shared key\n",
                    "key length: 256\nlocal-id key-id branch-1\n"
                    "authentication method:pre-shared key\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ike_sa),
        cmocka_unit_test(test_same_peer),
        cmocka_unit_test(test_nothing_shown),
        cmocka_unit_test(test_ike_sa_damage),
        cmocka_unit_test(test_ipsec_sa),
        cmocka_unit_test(test_ipsec_sa_damage),
        cmocka_unit_test(test_ipsec_sa_narrowed),
        cmocka_unit_test(test_ip_address),
        cmocka_unit_test(test_ip_address_cut),
        cmocka_unit_test(test_private),
        cmocka_unit_test(test_no_address),
        cmocka_unit_test(test_ip_address_damage),
        cmocka_unit_test(test_results),
        cmocka_unit_test(test_results_damage),
        cmocka_unit_test(test_config),
        cmocka_unit_test(test_config_bare),
        cmocka_unit_test(test_config_flat),
        cmocka_unit_test(test_roles),
        cmocka_unit_test(test_references),
        cmocka_unit_test(test_details),
        cmocka_unit_test(test_peer_config),
        cmocka_unit_test(test_secrets),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
