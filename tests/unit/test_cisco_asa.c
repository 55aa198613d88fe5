/* The cisco-asa driver: configurations and SAs of ASA and PIX. */
#include "cisco_asa.h"

/* Cut after any line: unreadable, or what it says of this VPN is the same. */
static void assert_cut_harmless(const char *probe, const char *text,
                                const char *subject, const char *config,
                                const char *path)
{
    json_t *whole = read_with(probe, text, subject, config);
    json_t *want = json_deep_copy(leaf(whole, path));
    size_t unreadable = 0;

    for (size_t n = 0; n < line_count(text); n++) {
        char *cut = n ? first_lines(text, n) : mem_strdup("");
        json_t *f = read_with(probe, cut, subject, config);

        if (strcmp(state_of(f), "unreadable") == 0)
            unreadable++;
        else if (!json_equal(leaf(f, path), want))
            fail_msg("%s cut after %zu lines: %s differs", probe, n, path);
        json_decref(f);
        free(cut);
    }
    assert_true(unreadable > 0);
    json_decref(want);
    json_decref(whole);
}

/* --- configuration --- */

static void test_vpns(void **state)
{
    json_t *f = read_fixture("vpns", "config", "{}", NULL, "present");

    (void)state;
    assert_leaf(f, "vpns.0.id", "\"outside_map 10\"");
    assert_leaf(f, "vpns.0.peer", "\"198.51.100.1\"");
    assert_leaf(f, "vpns.0.interface", "\"outside\"");
    assert_leaf(f, "vpns.0.ike_version", "1");
    assert_leaf(f, "vpns.1.peer", "\"198.51.100.77\"");
    assert_leaf(f, "vpns.2", "");
    json_decref(f);
    f = read_fixture("vpns", "config-pix", "{}", NULL, "present");
    assert_leaf(f, "vpns.0.id", "\"mymap 5\"");
    assert_leaf(f, "vpns.1.peer_any", "true");
    assert_leaf(f, "vpns.1.dynamic", "\"dynmap\"");
    json_decref(f);
    f = read_fixture("vpns", "config-modern", "{}", NULL, "present");
    assert_leaf(f, "vpns.0.ike_version", "2");
    json_decref(f);
}

static void test_config(void **state)
{
    json_t *f = read_fixture("config", "config", SUBJECT, NULL, "present");

    (void)state;
    assert_leaf(f, "ike_policy.key", "\"one-Kagi\"");
    assert_leaf(f, "ike_proposals.0.encryption", "\"aes-256\"");
    assert_leaf(f, "ike_proposals.0.lifetime_s", "28800");
    assert_leaf(f, "map.pfs", "\"group5\"");
    assert_leaf(f, "map.interface", "\"outside\"");
    assert_leaf(f, "ipsec_proposals.0.hash", "\"sha-hmac\"");
    assert_leaf(f, "selector",
                "{\"local\":\"10.1.0.0/24\",\"remote\":\"10.2.0.0/24\"}");
    assert_leaf(f, "nat.verdict", "\"exempt\"");
    assert_leaf(f, "wan.address", "\"203.0.113.1\"");
    assert_leaf(f, "lan.name", "\"inside\"");
    assert_leaf(f, "lan_address", "\"10.1.0.1\"");
    assert_leaf(f, "remote_host", "\"10.2.0.1\"");
    assert_leaf(f, "inbound.sysopt", "true");
    assert_leaf(f, "ike_enabled", "true");
    assert_leaf(f, "orphan_keys", "[\"198.51.100.78\"]");
    assert_leaf(f, "overlaps", "[]");
    assert_leaf(f, "strong", "true");
    assert_leaf(f, "device.modern", "false");
    json_decref(f);
    f = read_fixture("config", "config", SECOND, NULL, "present");
    assert_leaf(f, "ike_policy", "");
    assert_leaf(f, "missing_ipsec_proposals", "[\"GONE\"]");
    assert_leaf(f, "selectors.1",
                "{\"local\":\"10.1.0.0/24\",\"remote\":\"10.4.0.4/32\"}");
    assert_leaf(f, "nat.verdict", "\"translated\"");
    json_decref(f);
}

static void test_config_pix(void **state)
{
    json_t *f = read_fixture("config", "config-pix", PIX, NULL, "present");

    (void)state;
    assert_leaf(f, "device.old", "true");
    assert_leaf(f, "ike_policy.key", "\"********\"");
    assert_leaf(f, "ike_proposals.0.group", "\"2\"");
    assert_leaf(f, "inbound.sysopt", "true");
    assert_leaf(f, "nat.verdict", "\"exempt\"");
    assert_leaf(f, "wan.port", "\"ethernet0\"");
    assert_leaf(f, "serves_clients", "true");
    assert_leaf(f, "split.list", "\"90\"");
    assert_leaf(f, "split.policy", "\"tunnelspecified\"");
    assert_leaf(f, "split.defined", "true");
    assert_leaf(f, "intra_interface", "false");
    json_decref(f);
    f = read_fixture("config", "config-pix", CLIENTS, NULL, "present");
    assert_leaf(f, "selector",
                "{\"local\":\"10.1.1.1/24\",\"remote\":\"10.1.2.1/32\"}");
    assert_leaf(f, "nat.verdict", "\"translated\"");
    json_decref(f);
}

static void test_config_modern(void **state)
{
    json_t *f = read_fixture("config", "config-modern", SUBJECT, NULL,
                             "present");

    (void)state;
    assert_leaf(f, "device.modern", "true");
    assert_leaf(f, "ike_proposals.0.hash", "\"sha256\"");
    assert_leaf(f, "ipsec_proposals.0.encryption", "\"aes-256\"");
    assert_leaf(f, "nat.verdict", "\"exempt\"");
    assert_leaf(f, "inbound.sysopt", "false");
    assert_leaf(f, "inbound.verdict", "\"partly\"");
    assert_leaf(f, "inbound.list", "\"OUTSIDE\"");
    assert_leaf(f, "intra_interface", "true");
    assert_leaf(f, "tcpmss", "1400");
    assert_leaf(f, "versions", "\"ikev2\"");
    assert_leaf(f, "ike_policy.key", "\"three-Kagi\"");
    assert_leaf(f, "ike_policy.remote_key", "\"two-Kagi\"");
    json_decref(f);
}

/* What a line's absence means; a text that is cut is never taken for that. */
static void assert_without(const char *name, const char *line,
                           const char *subject, const char *path,
                           const char *want)
{
    char *text = fixture(name), *at = strstr(text, line), *rest;
    json_t *f;

    assert_non_null(at);
    rest = strchr(at, '\n') + 1;
    memmove(at, rest, strlen(rest) + 1);
    f = read_text("config", text, subject, NULL);
    assert_state(f, "present");
    assert_leaf(f, path, want);
    json_decref(f);
    free(text);
}

static void test_config_faults(void **state)
{
    (void)state;
    assert_without("config", "nat (inside) 0 access-list NONAT", SUBJECT,
                   "nat.verdict", "\"translated\"");
    assert_without("config", "nat (inside) 0 access-list NONAT", SUBJECT,
                   "nat.unapplied", "\"NONAT\"");
    assert_without("config", "nat (inside) 1 0.0.0.0", SUBJECT,
                   "nat.verdict", "\"exempt\"");
    assert_without("config", "crypto map outside_map interface", SUBJECT,
                   "wan", "");
    assert_without("config", "crypto isakmp enable outside", SUBJECT,
                   "ike_enabled", "false");
    assert_without("config", "access-list VPN extended", SUBJECT,
                   "access_list", "");
    assert_without("config", " pre-shared-key one", SUBJECT, "ike_policy",
                   "");
    assert_without("config-pix", "sysopt connection permit-ipsec", PIX,
                   "inbound", "{\"sysopt\":false,\"verdict\":\"denied\"}");
    assert_without("config-pix", "access-list 90", PIX, "split.defined",
                   "false");
    assert_without("config-modern",
                   "nat (inside,outside) source static", SUBJECT,
                   "nat.verdict", "\"translated\"");
    assert_without("config-modern", "no sysopt connection", SUBJECT,
                   "inbound.sysopt", "true");
}

static void test_config_damage(void **state)
{
    char *text = fixture("config");

    (void)state;
    assert_incomplete_unreadable("config", text, NULL);
    /* The checksum's line says as well that it is whole. */
    assert_cut_unreadable("config", text, NULL, 1);
    assert_cut_unreadable("vpns", text, NULL, 1);
    assert_unreadable("config", "", "{}", NULL, "empty");
    assert_needs_indents("config", "config");
    assert_needs_indents("vpns", "config-modern");
    free(text);
}

/* --- IKE SAs --- */

static void test_ike_sa(void **state)
{
    json_t *f = read_file_with("ike_sa", "isakmp_sa", SUBJECT, "config");

    (void)state;
    assert_state(f, "present");
    assert_leaf(f, "device.created", "3");
    assert_leaf(f, "established", "2");
    assert_leaf(f, "sas.0.state", "\"mm_active\"");
    assert_leaf(f, "sas.1.rekeying", "true");
    assert_leaf(f, "sas.2", "");
    json_decref(f);
    f = read_file_with("ike_sa", "isakmp_sa", SECOND, "config");
    assert_leaf(f, "sas.0.answered", "false");
    assert_leaf(f, "established", "0");
    json_decref(f);
    /* The guideline's own sample: the row of the one that is up is not
     * printed, but all that are not up are. */
    f = read_file_with("ike_sa", "isakmp_sa-pix",
                       "{\"id\": \"x\", \"peer\": \"192.168.254.250\", "
                       "\"peer_any\": false, \"ike_version\": 1}", "");
    assert_state(f, "present");
    assert_leaf(f, "sas.0.state", "\"mm_key_exch\"");
    assert_leaf(f, "sas.0.local", "\"10.177.243.187\"");
    json_decref(f);
    f = read_file_with("ike_sa", "isakmp_sa-pix", PIX, "");
    assert_state(f, "unreadable");
    json_decref(f);
    f = read_file_with("ike_sa", "ikev2_sa-detail",
                       "{\"id\": \"x\", \"peer\": \"2001:db8:2:1::2\", "
                       "\"peer_any\": false, \"ike_version\": 2}", "");
    assert_state(f, "present");
    assert_leaf(f, "sas.0.state", "\"ready\"");
    assert_leaf(f, "sas.0.direction", "\"initiator\"");
    assert_leaf(f, "established", "1");
    json_decref(f);
}

static void test_ike_sa_absent(void **state)
{
    static const char *const texts[] = {
        "There are no IKEv1 SAs\n\nThere are no IKEv2 SAs\n",
        "\nThere are no isakmp sas\n",
        "Total     : 0\nEmbryonic : 0\n"
        "        dst               src        state     pending     "
        "created\n",
        "\n   Active SA: 0\n    Rekey SA: 0 (A tunnel will report 1 Active "
        "and 1 Rekey SA during rekey)\nTotal IKE SA: 0\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        json_t *f = read_with("ike_sa", texts[i], SUBJECT, "config");

        assert_state(f, "absent");
        assert_leaf(f, "sas", "[]");
        json_decref(f);
    }
}

static void assert_ike_unreadable(const char *text, const char *subject,
                                  const char *why)
{
    json_t *f = read_with("ike_sa", text, subject, "config");

    if (strcmp(state_of(f), "unreadable") != 0)
        fail_msg("%s: %s", why, text);
    json_decref(f);
}

static void test_ike_sa_damage(void **state)
{
    char *text = fixture("isakmp_sa"), *two = fixture("ikev2_sa-detail");
    json_t *env = env_of("config", SUBJECT);

    (void)state;
    assert_incomplete_unreadable("ike_sa", text, env);
    assert_unknown_lines("ike_sa", text, env);
    assert_unknown_lines("ike_sa", two, env);
    /* The IKEv2 half may be cut where the VPN is IKEv1's. */
    assert_cut_harmless("ike_sa", text, SUBJECT, "config", "sas");
    assert_cut_harmless("ike_sa", two,
                        "{\"id\": \"x\", \"peer\": \"2001:db8:2:1::2\", "
                        "\"peer_any\": false, \"ike_version\": 2}", "",
                        "established");
    assert_ike_unreadable("", SUBJECT, "empty");
    assert_ike_unreadable("There are no IKEv2 SAs\n", SUBJECT,
                          "the other family");
    assert_ike_unreadable("There are no IKEv1 SAs\n",
                          "{\"id\": \"x\", \"peer\": \"1.2.3.4\", "
                          "\"peer_any\": false, \"ike_version\": 2}",
                          "the other family");
    assert_ike_unreadable("Total     : 1\nEmbryonic : 0\n   dst  src  state"
                          "  pending  created\n198.51.100.1 203.0.113.1 "
                          "XX_NEW_STATE 0 1\n", SUBJECT, "a new state");
    json_decref(env);
    free(two);
    free(text);
}

/* --- IPsec SAs --- */

static void test_ipsec_sa(void **state)
{
    json_t *f = read_file_with("ipsec_sa", "ipsec_sa", SUBJECT, "config");

    (void)state;
    assert_state(f, "present");
    assert_leaf(f, "counters", "{\"decaps\":35,\"encaps\":35,\"key\":"
                               "\" 198.51.100.1 10.1.0.0/255.255.255.0/0/0 "
                               "10.2.0.0/255.255.255.0/0/0\","
                               "\"recv_errors\":0,\"send_errors\":0}");
    assert_leaf(f, "inbound.0.spi", "\"0x1E8246FC\"");
    assert_leaf(f, "outbound.0.lifetime_s", "28730");
    assert_leaf(f, "outbound.1", "");
    assert_leaf(f, "overhead", "58");
    json_decref(f);
    f = read_file_with("ipsec_sa", "ipsec_sa", SECOND, "config");
    assert_state(f, "present");
    assert_leaf(f, "inbound", "[]");
    assert_leaf(f, "counters", "");
    json_decref(f);
    f = read_file_with("ipsec_sa", "ipsec_sa-pix", PIX, "config-pix");
    assert_state(f, "present");
    assert_leaf(f, "device.blocks", "2");
    assert_leaf(f, "inbound.0.spi", "\"0x50b98b5\"");
    assert_leaf(f, "counters.decaps", "366");
    json_decref(f);
    f = read_file_with("ipsec_sa", "ipsec_sa-pix",
                       "{\"id\": \"mymap 7\", \"peer\": \"198.51.100.9\", "
                       "\"peer_any\": false, \"ike_version\": 1}",
                       "config-pix");
    assert_leaf(f, "inbound", "[]");
    assert_leaf(f, "counters.encaps", "0");
    json_decref(f);
    f = read_with("ipsec_sa", "\nThere are no ipsec sas\n", SUBJECT,
                  "config");
    assert_state(f, "absent");
    assert_leaf(f, "inbound", "[]");
    json_decref(f);
}

static void test_ipsec_sa_damage(void **state)
{
    char *text = fixture("ipsec_sa"), *pix = fixture("ipsec_sa-pix");
    json_t *env = env_of("config", SUBJECT);

    (void)state;
    assert_incomplete_unreadable("ipsec_sa", text, env);
    assert_unknown_lines("ipsec_sa", text, env);
    assert_unknown_lines("ipsec_sa", pix, env);
    assert_cut_harmless("ipsec_sa", text, SUBJECT, "config", "counters");
    assert_cut_harmless("ipsec_sa", text, SUBJECT, "config", "outbound");
    assert_cut_harmless("ipsec_sa", pix, PIX, "config-pix", "outbound");
    json_decref(env);
    free(pix);
    free(text);
}

/* Is the probe asked again after this reply? */
static bool unsure(const char *probe, const char *text, const char *subject)
{
    json_t *env = env_of("config", subject);
    json_t *f = read_text(probe, text, subject, env);
    bool yes = driver_unsure(driver, probe, f, env);

    assert_state(f, "present");
    json_decref(f);
    json_decref(env);
    return yes;
}

#define PEER_V2(address)                                                   \
    "{\"id\": \"outside_map 30\", \"peer\": \"" address "\", "           \
    "\"peer_any\": false, \"policy\": \"outside_map\", "                  \
    "\"interface\": \"outside\", \"ike_version\": 2}"

/* A table of others' blocks may have been cut between two of them; IKEv1
 * states how many there are. */
static void test_unsure(void **state)
{
    char *text = fixture("ipsec_sa"), *v1 = fixture("isakmp_sa"),
         *v2 = fixture("ikev2_sa-detail");

    (void)state;
    assert_false(unsure("ipsec_sa", text, SUBJECT));
    assert_true(unsure("ipsec_sa", text, SECOND));
    assert_false(unsure("ike_sa", v1, SUBJECT));
    assert_false(unsure("ike_sa", v1,
                        "{\"id\": \"x\", \"peer\": \"192.0.2.7\", "
                        "\"peer_any\": false, \"ike_version\": 1}"));
    assert_false(unsure("ike_sa", v2, PEER_V2("2001:db8:2:1::2")));
    assert_true(unsure("ike_sa", v2, PEER_V2("2001:db8:2:1::3")));
    free(v2);
    free(v1);
    free(text);
}

/* IKEv2 lists the children: a table without their block was cut. */
static void test_children(void **state)
{
    const char *subject = PEER_V2("2001:db8:2:1::2");
    char *text = fixture("ipsec_sa");
    json_t *env = env_of("config", subject);
    json_t *ike = read_file_with("ike_sa", "ikev2_sa-detail", subject,
                                 "config");

    (void)state;
    assert_leaf(ike, "sas.0.children", "2");
    json_object_set(env, "ike_sa", ike);
    assert_unreadable("ipsec_sa", text, subject, env, "its block is missing");
    json_decref(ike);
    json_decref(env);
    free(text);
}

#define LOGGED                                                             \
    "Aug 15 2019 13:44:38: %ASA-6-305011: Built dynamic UDP translation"

/* Console logging between any two lines of a reply changes nothing. */
static void test_console_log(void **state)
{
    char *text = fixture("ipsec_sa"), *cfg = fixture("config");

    (void)state;
    for (size_t n = 1; n <= line_count(text); n++) {
        char *noisy = with_line(text, n, LOGGED);
        json_t *f = read_with("ipsec_sa", noisy, SUBJECT, "config");

        assert_state(f, "present");
        assert_leaf(f, "inbound.0.spi", "\"0x1E8246FC\"");
        json_decref(f);
        free(noisy);
    }
    for (size_t n = 1; n < line_count(cfg); n++) {
        char *noisy = with_line(cfg, n, LOGGED);
        json_t *f = read_text("config", noisy, SUBJECT, NULL);

        assert_leaf(f, "wan.address", "\"203.0.113.1\"");
        assert_leaf(f, "lan_address", "\"10.1.0.1\"");
        assert_leaf(f, "ike_proposals.0.group", "\"5\"");
        assert_leaf(f, "ike_policy.key", "\"one-Kagi\"");
        json_decref(f);
        free(noisy);
    }
    free(cfg);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vpns),
        cmocka_unit_test(test_config),
        cmocka_unit_test(test_config_pix),
        cmocka_unit_test(test_config_modern),
        cmocka_unit_test(test_config_faults),
        cmocka_unit_test(test_config_damage),
        cmocka_unit_test(test_ike_sa),
        cmocka_unit_test(test_ike_sa_absent),
        cmocka_unit_test(test_ike_sa_damage),
        cmocka_unit_test(test_ipsec_sa),
        cmocka_unit_test(test_ipsec_sa_damage),
        cmocka_unit_test(test_unsure),
        cmocka_unit_test(test_children),
        cmocka_unit_test(test_console_log),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
