/* The cisco-ios driver: what debugging of IKEv2 tells, and about whom. The
 * forms are those of IOS XE 16.7 and 17 (public captures). */
#include "probe_fixture.h"

/* Two VPNs: a line without a peer is nobody's until its session names one. */
#define CONFIG                                                             \
    "{\"state\": \"present\", \"facts\": {\"device\": {\"vpns\": 2, "        \
    "\"peers\": [\"203.0.113.5\", \"192.0.2.77\"]}}}"
#define PEER(a)                                                            \
    "{\"id\": \"x\", \"peer\": \"" a "\", \"peers\": [\"" a "\"], "         \
    "\"peer_any\": false, \"ike_version\": 2}"

static int setup(void **state)
{
    (void)state;
    return load_driver("cisco-ios");
}

static int teardown(void **state)
{
    (void)state;
    driver_free(driver);
    return 0;
}

/* The log as the VPN with 203.0.113.5, or the other one, sees it. */
static json_t *read_log(const char *lines, const char *subject)
{
    static const char clock_text[] = "*08:05:00.335 UTC Sat Mar 28 2026\n";
    json_t *env = json_object(), *f;
    char *text = mem_printf("    Buffer logging:  level debugging, 9 "
                            "messages logged\nLog Buffer (16384 bytes):\n%s",
                            lines);

    json_object_set_new(env, "config", parse_json(CONFIG));
    json_object_set_new(env, "clock",
                        read_text("clock", clock_text, "{}", NULL));
    f = read_text("log", text, subject, env);
    assert_string_equal(state_of(f), "present");
    json_decref(env);
    free(text);
    return f;
}

/* What the log says to each of the two; NULL: nothing of that group. */
static void assert_said(const char *lines, const char *group)
{
    char *path = mem_printf("said.%s.0.peer", group);
    json_t *mine = read_log(lines, PEER("203.0.113.5"));
    json_t *other = read_log(lines, PEER("192.0.2.77"));

    assert_leaf(mine, path, "\"203.0.113.5\"");
    assert_leaf(other, path, "");
    json_decref(other);
    json_decref(mine);
    free(path);
}

static void assert_silent(const char *lines)
{
    json_t *f = read_log(lines, PEER("203.0.113.5"));

    assert_leaf(f, "said", "{\"invalid_spi\":[]}");
    json_decref(f);
}

#define AT "*Mar 28 08:04:00.335: "
/* A neighbour's dialogue before ours. */
#define STRANGER                                                           \
    AT "IKEv2:(SESSION ID = 30,SA ID = 2):Received Packet [From "           \
    "192.0.2.77:500/To 198.51.100.1:500/VRF i0:f0] \n"                      \
    "Initiator SPI : 1D418169B24BF95B - Responder SPI : "                   \
    "A645046F734260C7 Message id: 1\n"                                      \
    "IKEv2 IKE_AUTH Exchange RESPONSE \n"                                   \
    "Payload contents: \n VID IDr AUTH SA TSi TSr \n\n"
#define PACKET(way, preposition, exchange, kind)                            \
    STRANGER AT "IKEv2:(SESSION ID = 31,SA ID = 1):" way " Packet [" preposition\
    "198.51.100.1:500/VRF i0:f0] \n"                                        \
    "Initiator SPI : 1D418169B24BF95A - Responder SPI : "                   \
    "A645046F734260C6 Message id: 1\n"                                      \
    "IKEv2 " exchange " Exchange " kind " \n"
#define RECEIVED(exchange, kind, contents)                                  \
    PACKET("Received", "From 203.0.113.5:500/To ", exchange, kind)          \
    "Payload contents: \n " contents " \n"
#define SENT(exchange, kind, contents)                                      \
    PACKET("Sending", "To 203.0.113.5:500/From ", exchange, kind)           \
    "Payload contents: \n " contents " \n"

static void test_refused_by_peer(void **state)
{
    (void)state;
    assert_said(RECEIVED("IKE_AUTH", "RESPONSE",
                         "VID IDr AUTH NOTIFY(NO_PROPOSAL_CHOSEN)"),
                "refused_transform");
    assert_said(RECEIVED("CREATE_CHILD_SA", "RESPONSE",
                         "NOTIFY(NO_PROPOSAL_CHOSEN)"), "refused_transform");
    assert_said(RECEIVED("IKE_SA_INIT", "RESPONSE",
                         "NOTIFY(NO_PROPOSAL_CHOSEN)"), "refused");
    assert_said(RECEIVED("IKE_AUTH", "RESPONSE",
                         "VID IDr AUTH NOTIFY(TS_UNACCEPTABLE)"),
                "refused_proxy");
    assert_said(RECEIVED("IKE_AUTH", "RESPONSE",
                         "NOTIFY(AUTHENTICATION_FAILED)"), "auth");
}

static void test_refused_here(void **state)
{
    static const char building[] =
        AT "IKEv2:(SESSION ID = 31,SA ID = 1):Building packet for "
        "encryption.  \nPayload contents: \n VID IDr AUTH "
        "NOTIFY(TS_UNACCEPTABLE) \n";
    char *answer = mem_printf("%s%s%s", RECEIVED("IKE_AUTH", "REQUEST",
                              "VID IDi AUTH SA TSi TSr"), STRANGER, building);

    (void)state;
    assert_said(answer, "proxy");
    assert_said(SENT("IKE_SA_INIT", "RESPONSE", "NOTIFY(NO_PROPOSAL_CHOSEN)"),
                "no_offers");
    free(answer);
}

/* Lines of errors name no peer: the session's packets do. */
static void test_errors(void **state)
{
#define ERROR(text)                                                        \
    RECEIVED("IKE_SA_INIT", "REQUEST", "SA KE N VID")                       \
    AT "IKEv2-ERROR:(SESSION ID = 31,SA ID = 1):" text "\n"
    (void)state;
    assert_said(ERROR("Received Policies: : Failed to find a matching "
                      "policyProposal 1:  ENCRYPTION: AES-CBC-128 PRF: SHA512 "
                      "INTEGRITY: SHA512 DH GROUP: DH_GROUP_384_ECP/Group 20"),
                "no_offers");
    assert_said(ERROR("Received Policies: : Failed to find a matching "
                      "policyESP: Proposal 1:  AES-CBC-256 SHA256 Don't use "
                      "ESN"), "transform");
    assert_said(ERROR(": Failed to find a matching policy"), "no_match");
    assert_said(ERROR(": Received no proposal chosen notify"), "refused");
    assert_said(ERROR(": Failed to authenticate the IKE SA"), "auth");
    assert_said(ERROR(": Failed to locate an item in the database"),
                "id_refused");
}

/* A group that was guessed wrongly is asked for again; a notification whose
 * exchange was lost says nothing. */
static void test_no_refusal(void **state)
{
    (void)state;
    assert_silent(RECEIVED("IKE_SA_INIT", "RESPONSE",
                           "NOTIFY(INVALID_KE_PAYLOAD)"));
    assert_silent(AT "IKEv2-ERROR:(SESSION ID = 31,SA ID = 1):: The peer's KE "
                  "payload contained the wrong DH group\n");
    assert_silent("Payload contents: \n VID IDr AUTH "
                  "NOTIFY(NO_PROPOSAL_CHOSEN) \n");
    assert_silent(STRANGER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused_by_peer),
        cmocka_unit_test(test_refused_here),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_no_refusal),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
