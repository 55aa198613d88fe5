/* The cisco-ios driver: what debugging of IKEv2 tells, and about whom. The
 * forms are those of IOS XE 16.7 and 17 (public captures). */
#include "cisco_ios.h"

/* Two VPNs: a line without a peer is nobody's until its session names one. */
#define CONFIG                                                             \
    "{\"state\": \"present\", \"facts\": {\"device\": {\"vpns\": 2, "        \
    "\"peers\": [\"203.0.113.5\", \"192.0.2.77\"]}}}"
#define PEER(a)                                                            \
    "{\"id\": \"x\", \"peer\": \"" a "\", \"peers\": [\"" a "\"], "         \
    "\"peer_any\": false, \"ike_version\": 2}"

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

#define OURS AT "IKEv2:(SESSION ID = 31,SA ID = 1):"
#define UNVERIFIED OURS "Verification of peer's authentication data FAILED\n"

/* Who verifies the other end knows that the keys differ; with certificates
 * the same line tells of another cause. */
static void test_unverified(void **state)
{
#define REQUEST RECEIVED("IKE_AUTH", "REQUEST", "VID IDi AUTH SA TSi TSr")
    (void)state;
    assert_said(REQUEST OURS "Peer's authentication method is 'PSK'\n"
                UNVERIFIED, "key");
    assert_said(REQUEST OURS "Peer's authentication method is 'RSA'\n"
                UNVERIFIED, "auth");
    assert_said(REQUEST UNVERIFIED, "auth");
    /* a sum of other causes, too */
    assert_silent(REQUEST AT "IKEv2-ERROR:(SESSION ID = 31,SA ID = 1):: Auth "
                  "exchange failed\n");
}

#define REQUESTED(port, exchange)                                          \
    STRANGER OURS "Sending Packet [To 203.0.113.5:" port                    \
    "/From 198.51.100.1:" port "/VRF i0:f0] \n"                            \
    "Initiator SPI : 352F8CB45CC6EE7E - Responder SPI : "                   \
    "0000000000000000 Message id: 0\n"                                     \
    "IKEv2 " exchange " Exchange REQUEST \nPayload contents: \n SA KE N \n"
#define AGAIN OURS "Retransmitting packet \n"

/* Sent again and never answered. */
static void test_silence(void **state)
{
    char *answered = mem_printf("%s%s", REQUESTED("500", "IKE_SA_INIT") AGAIN,
                                RECEIVED("IKE_SA_INIT", "RESPONSE", "SA KE"));
    json_t *f;

    (void)state;
    assert_said(REQUESTED("500", "IKE_SA_INIT") AGAIN, "silence");
    assert_said(REQUESTED("4500", "IKE_AUTH") AGAIN, "silence_4500");
    f = read_log(REQUESTED("500", "IKE_AUTH") AGAIN, PEER("203.0.113.5"));
    assert_leaf(f, "said.silence", "");
    assert_leaf(f, "said.silence_4500", "");
    json_decref(f);
    f = read_log(answered, PEER("203.0.113.5"));
    assert_leaf(f, "said.silence", "");
    json_decref(f);
    free(answered);
    /* the next attempt's answer on port 500 is none on port 4500 */
    answered = mem_printf("%s%s", REQUESTED("4500", "IKE_AUTH") AGAIN,
                          RECEIVED("IKE_SA_INIT", "RESPONSE", "SA KE"));
    assert_said(answered, "silence_4500");
    free(answered);
}

/* The key of a profile is looked up by the peer's address. */
static void test_keyring(void **state)
{
#define RING(first, second)                                                \
    "crypto ikev2 keyring KR\n peer A\n  " first "\n  pre-shared-key one\n"   \
    " !\n peer B\n  " second "\n  pre-shared-key two\n !\n"                  \
    "crypto ikev2 profile PR\n match identity remote address 0.0.0.0\n"    \
    " authentication remote pre-share\n authentication local pre-share\n"  \
    " keyring local KR\n!\n"                                               \
    "crypto map VPN 10 ipsec-isakmp\n set peer 203.0.113.5\n"              \
    " set ikev2-profile PR\n!\nend\n"
    static const struct {
        const char *config, *other;
    } rings[] = {
        {RING("address 203.0.113.60", "address 192.0.2.1"), "\"KR\""},
        {RING("address 203.0.113.60", "address 203.0.113.5"), ""},
        {RING("address 203.0.113.60", "address 203.0.113.0 255.255.255.0"),
         ""},
        {RING("address 203.0.113.60", "identity fqdn far.example.net"), ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rings / sizeof *rings; i++) {
        json_t *f = read_text("config", rings[i].config,
                              "{\"id\": \"VPN 10\", \"peer\": "
                              "\"203.0.113.5\", \"peer_any\": false, "
                              "\"ike_version\": 2}", NULL);

        assert_string_equal(state_of(f), "present");
        assert_leaf(f, "keyring_other", rings[i].other);
        json_decref(f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused_by_peer),
        cmocka_unit_test(test_refused_here),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_no_refusal),
        cmocka_unit_test(test_unverified),
        cmocka_unit_test(test_silence),
        cmocka_unit_test(test_keyring),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
