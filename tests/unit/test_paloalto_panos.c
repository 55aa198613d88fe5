/* The paloalto-panos driver: what its flow reads. */
#include "corpus.h"

#define SUBJECT                                                            \
    "{\"id\": \"GW-1\", \"peer\": \"203.0.113.5\", \"peer_any\": false}"

static int setup(void **state)
{
    (void)state;
    return load_driver("paloalto-panos");
}

static int teardown(void **state)
{
    (void)state;
    driver_free(driver);
    return 0;
}

static void test_ike_sa(void **state)
{
    json_t *f = read_fixture("ike_sa", "ike_sa-v1", "{}", NULL, "present");

    (void)state;
    assert_leaf(f, "established", "1");
    assert_leaf(f, "sas.0.gateway", "\"VyOS\"");
    assert_leaf(f, "sas.0.remote", "\"10.0.1.2\"");
    assert_leaf(f, "sas.0.ike_version", "1");
    assert_leaf(f, "sas.0.direction", "\"responder\"");
    json_decref(f);
    f = read_fixture("ike_sa", "ike_sa-v2", "{}", NULL, "present");
    assert_leaf(f, "established", "1");
    assert_leaf(f, "sas.0.ike_version", "2");
    assert_leaf(f, "sas.0.gateway", "\"CF_Magic_WAN_IKE_01\"");
    assert_leaf(f, "sas.1", "");
    json_decref(f);
    f = read_text("ike_sa", "There is no IKEv1 phase-1 SA found.\n"
                            "There is no IKEv1 phase-2 SA found.\n"
                            "There is no IKEv2 SA found.\n", SUBJECT, NULL);
    assert_string_equal(state_of(f), "absent");
    assert_leaf(f, "established", "0");
    json_decref(f);
    /* phase 2 says nothing of phase 1 */
    assert_unreadable("ike_sa", "There is no IKEv1 phase-2 SA found.\n"
                                "There is no IKEv2 SA found.\n", SUBJECT,
                      NULL, "phase 1 is not there");
}

static void test_ike_sa_damage(void **state)
{
    char *text = fixture("ike_sa-v1");

    (void)state;
    assert_incomplete_unreadable("ike_sa", text, NULL);
    assert_unknown_lines("ike_sa", text, NULL);
    assert_cut_unreadable("ike_sa", text, NULL, 0);
    assert_unreadable("ike_sa", "", "{}", NULL, "empty");
    free(text);
}

static void test_ipsec_sa(void **state)
{
    static const char text[] =
        "GwID/client IP  TnID   Peer-Address  Tunnel(Gateway)  Algorithm  "
        "SPI(in)  SPI(out) life(Sec/KB)  remain-time(Sec)\n"
        "--------------  ----   ------------  ---------------  ---------  "
        "-------  -------- ------------  ----------------\n"
        "1  1  203.0.113.5  T1(GW-1)  ESP/A256/SHA256 8827A3D9 C204F4FA "
        "3600/Unlimited 1200\n\n"
        "Show IPSec SA: Total 1 tunnels found. 1 ipsec sa found.\n";
    json_t *f = read_text("ipsec_sa", text, SUBJECT, NULL);

    (void)state;
    assert_leaf(f, "inbound.0.spi", "\"8827A3D9\"");
    assert_leaf(f, "outbound.0.spi", "\"C204F4FA\"");
    assert_leaf(f, "inbound.0.lifetime_s", "1200");
    json_decref(f);
    assert_cut_unreadable("ipsec_sa", text, NULL, 0);
    assert_unknown_lines("ipsec_sa", text, NULL);
    f = read_text("ipsec_sa",
                  "GwID/client IP  TnID   Peer-Address  Tunnel(Gateway)  "
                  "Algorithm  SPI(in)  SPI(out) life(Sec/KB)\n"
                  "17  24  203.0.113.5  GW-1:primary(GW-1)  ESP/A256/MD5  "
                  "CBF7DC1D 5D1568FD 3527/102400\n"
                  "Show IPSec SA: Total 2 tunnels found. 1 ipsec sa found.\n",
                  SUBJECT, NULL);
    assert_leaf(f, "inbound.0.spi", "\"CBF7DC1D\"");
    assert_leaf(f, "inbound.0.lifetime_s", "");
    json_decref(f);
    f = read_text("ipsec_sa", "There is no IPSec SA found.\n", SUBJECT, NULL);
    assert_string_equal(state_of(f), "absent");
    json_decref(f);
}

/* {"config": …} as the logs need it. */
static json_t *env_of(const char *text, const char *subject)
{
    json_t *env = json_object();
    json_t *config = read_text("config", text, subject, NULL);

    assert_string_equal(state_of(config), "present");
    json_object_set_new(env, "config", config);
    return env;
}

#define GATEWAY(name, peer)                                                \
    "set network ike gateway " name " protocol version ikev2\n"            \
    "set network ike gateway " name " peer-address ip " peer "\n"          \
    "set network tunnel ipsec t-" name " auto-key ike-gateway " name "\n"
#define SEAPA "{\"id\": \"seapa-to-x\", \"peer\": \"192.0.2.1\"}"

/* Two gateways to one peer: an SA is of the one that its row names. */
static void test_same_peer(void **state)
{
    static const char both[] = GATEWAY("seapa-to-x", "192.0.2.1")
        GATEWAY("seapa-to-y", "192.0.2.1");
    static const char row[] =
        "1  1  192.0.2.1  T1(%s)  ESP/A256/SHA256 8827A3D9 C204F4FA "
        "3600/Unlimited 1200\n\n"
        "Show IPSec SA: Total 2 tunnels found. 1 ipsec sa found.\n";
    static const char *const cases[][2] = {
        {"seapa-to-x", "1"}, {"seapa-to-y", "0"}, {"other", NULL},
        {"seapa-to", NULL}};
    json_t *env = env_of(both, SEAPA);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *text = mem_printf(row, cases[i][0]);
        json_t *f = read_text("ipsec_sa", text, SEAPA, env);

        assert_string_equal(state_of(f), "present");
        assert_int_equal(json_array_size(leaf(f, "inbound")),
                         cases[i][1] ? atoi(cases[i][1]) : 0);
        /* whose it is cannot be told: not that there is none */
        assert_int_equal(leaf(f, "inbound") != NULL, cases[i][1] != NULL);
        json_decref(f);
        free(text);
    }
    json_decref(env);
}

/* The log is newest first; facts are oldest first. The loss began 319 + 5 to
 * 50 seconds before the event: 18:24:04 less 5:24, and less 0:50. */
static void test_log(void **state)
{
    json_t *env = env_of(GATEWAY("seapa-to-x", "192.0.2.1"), SEAPA);
    json_t *f = read_fixture("log", "log-system", SEAPA, env, "present");

    (void)state;
    assert_leaf(f, "current.0.event", "\"ike.dpd-down\"");
    assert_leaf(f, "current.0.at", "\"2019/03/06 17:26:27\"");
    assert_leaf(f, "current.1.at", "\"2019/03/06 18:24:04\"");
    assert_leaf(f, "downs", "2");
    assert_leaf(f, "loss.earliest", "\"2019/03/06 18:18:40\"");
    assert_leaf(f, "loss.latest", "\"2019/03/06 18:23:14\"");
    assert_leaf(f, "around", "[]");
    json_decref(f);
    assert_unreadable("log", "", SEAPA, env, "empty");
    assert_unreadable("log", "2019/03/06 nonsense\n", SEAPA, env, "unknown");
    assert_unreadable("log",
                      "2019/03/06 18:24:04 low vpn no event text\n", SEAPA,
                      env, "a vpn row without its columns");
    json_decref(env);
}

/* A name that the log cuts off may be another's; a success makes it old. */
static void test_log_narrowed(void **state)
{
    static const char one[] = GATEWAY("seapa-to-x", "192.0.2.1")
        GATEWAY("tokyo-gw", "192.0.2.2");
    static const char two[] = GATEWAY("seapa-to-x", "192.0.2.1")
        GATEWAY("seapa-to-y", "192.0.2.2");
    char *text = fixture("log-system"), *later;
    json_t *env = env_of(one, SEAPA), *f;

    (void)state;
    f = read_text("log", text, SEAPA, env);
    assert_leaf(f, "downs", "2");
    assert_leaf(f, "shared", "0");
    json_decref(f);
    json_decref(env);
    env = env_of(one, "{\"id\": \"tokyo-gw\"}");
    f = read_text("log", text, "{\"id\": \"tokyo-gw\", \"peer\": "
                               "\"192.0.2.2\"}", env);
    assert_leaf(f, "downs", "0");
    json_decref(f);
    json_decref(env);
    env = env_of(two, SEAPA);
    f = read_text("log", text, SEAPA, env);
    assert_leaf(f, "downs", "0");
    assert_leaf(f, "shared", "2");
    json_decref(f);
    json_decref(env);
    env = env_of(one, SEAPA);
    later = mem_printf("2019/03/06 18:25:00 informational vpn seapa- ikev2-n "
                       "0 IKEv2 IKE SA negotiation is succeeded as "
                       "initiator, non-rekey.\n%s", text);
    f = read_text("log", later, SEAPA, env);
    assert_leaf(f, "downs", "2");
    assert_leaf(f, "current", "[]");
    json_decref(f);
    free(later);
    free(text);
    json_decref(env);
}

/* One axis: what stands in the window is told, what is outside is not. */
static void test_log_around(void **state)
{
    static const char text[] =
        "Time Severity Subtype Object EventID ID Description\n"
        "=================================================\n"
        "2019/03/06 18:30:00 informational general general 0 Too late\n"
        "2019/03/06 18:24:04 low vpn seapa- ikev2-n 0 IKEv2 IKE SA is down "
        "determined by DPD.\n"
        "2019/03/06 18:19:00 high port ethernet1/1 link-change 0 Port "
        "ethernet1/1: Down 1Gb/s-full duplex\n"
        "2019/03/06 18:10:00 informational general general 0 Too early\n";
    json_t *env = env_of(GATEWAY("seapa-to-x", "192.0.2.1"), SEAPA);
    json_t *f = read_text("log", text, SEAPA, env);

    (void)state;
    assert_leaf(f, "around.0.at", "\"2019/03/06 18:19:00\"");
    assert_leaf(f, "around.0.event", "\"link.change\"");
    assert_leaf(f, "around.0.interface", "\"ethernet1/1\"");
    assert_leaf(f, "around.1", "");
    json_decref(f);
    json_decref(env);
}

#define DEBUGGED "{\"id\": \"g\", \"peer\": \"10.46.36.240\"}"

static void test_ikemgr_log(void **state)
{
    json_t *env = env_of("set network ike gateway g protocol version ikev2\n"
                         "set network tunnel ipsec awsseapa-to-azeapa "
                         "auto-key ike-gateway g\n", "{\"id\": \"g\"}");
    json_t *f = read_fixture("ikemgr_log", "ikemgr-dpd", "{\"id\": \"g\", "
                             "\"peer\": \"2.2.2.2\"}", env, "present");

    (void)state;
    assert_leaf(f, "events.0.event", "\"ike.dpd-down\"");
    assert_leaf(f, "events.0.tunnel", "\"awsseapa-to-azeapa\"");
    assert_leaf(f, "events.2.event", "\"ike.aborted\"");
    assert_leaf(f, "downs", "2");
    assert_leaf(f, "loss.latest", "\"2019/03/06 18:23:15\"");
    json_decref(f);
    json_decref(env);
}

/* Another gateway's tunnel is none of this one's. */
static void test_ikemgr_narrowed(void **state)
{
    json_t *env = env_of(GATEWAY("g", "192.0.2.1") GATEWAY("h", "192.0.2.2"),
                         "{\"id\": \"g\"}");
    json_t *f = read_fixture("ikemgr_log", "ikemgr-dpd", "{\"id\": \"g\", "
                             "\"peer\": \"192.0.2.1\"}", env, "present");

    (void)state;
    assert_leaf(f, "downs", "0");
    json_decref(f);
    json_decref(env);
}

/* The message id decides: without the expected one there is no answer. */
static void test_liveness(void **state)
{
    json_t *env = env_of(GATEWAY("g", "10.46.36.240"), "{\"id\": \"g\"}");
    json_t *f = read_fixture("ikemgr_log", "ikemgr-debug", DEBUGGED, env,
                             "present");
    char *text = fixture("ikemgr-debug"), *id;

    (void)state;
    assert_leaf(f, "unanswered", "[]");
    assert_leaf(f, "answered", "2");
    assert_leaf(f, "sent", "2");
    json_decref(f);
    /* the first answer has another id: two requests in a row */
    id = strstr(text, "message_id 704 expected");
    memcpy(id, "message_id 703 expected", 23);
    f = read_text("ikemgr_log", text, DEBUGGED, env);
    assert_leaf(f, "unanswered.0.at", "\"2024-07-15 10:55:41.005 -0700\"");
    assert_leaf(f, "unanswered.1", "");
    assert_leaf(f, "answered", "1");
    assert_leaf(f, "trailing", "0");
    json_decref(f);
    free(text);
    json_decref(env);
}

/* What goes out right after the peer's own request is this end's answer. */
static void test_liveness_theirs(void **state)
{
#define SENT(at)                                                           \
    "2024-07-15 10:55:" at " -0700 [DEBG]: 10.46.36.241[500] - "           \
    "10.46.36.240[500]:(nil) 1 times of 76 bytes message will be sent "    \
    "over socket 1024\n"
#define GOT(at)                                                            \
    "2024-07-15 10:55:" at " -0700 [DEBG]: 76 bytes message received "     \
    "from 10.46.36.240\n"
    json_t *env = env_of(GATEWAY("g", "10.46.36.240"), "{\"id\": \"g\"}");
    json_t *f = read_text("ikemgr_log", GOT("01.000") SENT("01.010")
                          GOT("06.000") SENT("06.010"), DEBUGGED, env);

    (void)state;
    assert_leaf(f, "sent", "0");
    assert_leaf(f, "unanswered", "[]");
    json_decref(f);
    f = read_text("ikemgr_log", SENT("01.000") SENT("03.000")
                  SENT("07.000"), DEBUGGED, env);
    assert_leaf(f, "trailing", "2");    /* the third is still under way */
    json_decref(f);
    json_decref(env);
}

static void test_ikemgr_damage(void **state)
{
    json_t *env = env_of(GATEWAY("g", "10.46.36.240"), "{\"id\": \"g\"}");

    (void)state;
    assert_unreadable("ikemgr_log", "", DEBUGGED, env, "empty");
    assert_unreadable("ikemgr_log", "no such file\n", DEBUGGED, env,
                      "nothing with a time");
    assert_incomplete_unreadable("ikemgr_log", SENT("01.000"), env);
    json_decref(env);
}

static void test_config(void **state)
{
    static const char *const names[] = {"config", "config-set"};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        json_t *f = read_fixture("vpns", names[i], "{}", NULL, "present");

        assert_true(json_is_false(json_object_get(f, "unverified")));
        assert_leaf(f, "vpns.0.id", "\"GW-1\"");
        assert_leaf(f, "vpns.0.peer", "\"203.0.113.5\"");
        assert_leaf(f, "vpns.0.local", "\"198.51.100.1\"");
        assert_leaf(f, "vpns.0.ike_version", "2");
        assert_leaf(f, "vpns.1", "");
        json_decref(f);
        f = read_fixture("config", names[i], SUBJECT, NULL, "present");
        assert_leaf(f, "liveness.enabled", "false");
        assert_leaf(f, "liveness.interval_s", "10");
        assert_leaf(f, "gateway.interface", "\"ethernet1/1\"");
        json_decref(f);
    }
}

/* The default is not agreed on: then it is not said. Braces that stay open
 * mean a text that was cut. */
static void test_config_damage(void **state)
{
    json_t *f = read_text("config", GATEWAY("g", "192.0.2.1"),
                          "{\"id\": \"g\"}", NULL);
    char *text = fixture("config");

    (void)state;
    assert_leaf(f, "liveness.enabled", "");
    assert_leaf(f, "liveness.interval_s", "5");
    assert_leaf(f, "liveness.interval_set", "false");
    assert_leaf(f, "tunnels.0.name", "\"t-g\"");
    json_decref(f);
    f = read_text("config", "set network ike gateway g protocol ikev2 dpd "
                            "enable yes interval 20\n", "{\"id\": \"g\"}",
                  NULL);
    assert_leaf(f, "liveness.enabled", "true");
    assert_leaf(f, "liveness.interval_s", "20");
    json_decref(f);
    for (size_t n = 0; n < line_count(text); n++) {
        char *cut = first_lines(text, n);

        if (n == 0)
            cut[0] = '\0';
        assert_unreadable("config", cut, "{}", NULL, "cut");
        assert_unreadable("vpns", cut, "{}", NULL, "cut");
        free(cut);
    }
    free(text);
}

/* No gateway: proved where the network's block is whole, not by what a cut
 * may have left. */
static void test_no_gateway(void **state)
{
    json_t *f = read_text("vpns", "network {\n  profiles {\n    a b;\n  }\n"
                                  "}\n", "{}", NULL);

    (void)state;
    assert_string_equal(state_of(f), "absent");
    json_decref(f);
    assert_unreadable("vpns", "mgt-config {\n  users;\n}\n", "{}", NULL,
                      "cut before the network's block");
    assert_unreadable("vpns", "set network profiles a b\n", "{}", NULL,
                      "set lines may be cut anywhere");
}

/* The peer's address where the configuration has a name. */
static void test_tunnels(void **state)
{
    static const char text[] =
        "total tunnels configured:                                     2\n"
        "filter - type IPSec, state any\n\n"
        "total IPSec tunnel configured:                                2\n"
        "total IPSec tunnel shown:                                     2\n\n"
        "id    name            state   monitor local-ip        peer-ip  "
        "       tunnel-i/f\n"
        "--    ----            -----   ------- --------        -------  "
        "       ----------\n"
        "2     t-g             inactiv off     198.51.100.1    "
        "203.0.113.5     tunnel.1\n"
        "3     t-h             active  up      198.51.100.1    "
        "203.0.113.6     tunnel.2\n";
    json_t *env = env_of(GATEWAY("g", "gw.example.net"), "{\"id\": \"g\"}");
    json_t *f = read_text("tunnels", text, "{\"id\": \"g\"}", env);

    (void)state;
    assert_leaf(f, "peer_address", "\"203.0.113.5\"");
    assert_leaf(f, "device.tunnels.1.name", "\"t-h\"");
    json_decref(f);
    assert_incomplete_unreadable("tunnels", text, env);
    assert_unknown_lines("tunnels", text, env);
    assert_cut_unreadable("tunnels", text, env, 0);
    assert_unreadable("tunnels", "", "{}", env, "empty");
    json_decref(env);
}

/* An interface that the configuration switches off. */
static void test_link_state(void **state)
{
    static const char text[] =
        GATEWAY("g", "192.0.2.1")
        "set network ike gateway g local-address interface ethernet1/1.7\n"
        "set network interface ethernet ethernet1/1 link-state down\n"
        "set network interface ethernet ethernet1/2 link-state up\n";
    json_t *f = read_text("config", text, "{\"id\": \"g\"}", NULL);

    (void)state;
    assert_leaf(f, "gateway.interface", "\"ethernet1/1.7\"");
    assert_leaf(f, "gateway.link.down", "true");
    json_decref(f);
    f = read_text("config", GATEWAY("g", "192.0.2.1"), "{\"id\": \"g\"}",
                  NULL);
    assert_leaf(f, "gateway.link.down", "false");
    json_decref(f);
}

/* An SA's date has no year; the firewall's clock gives it. */
static void test_since(void **state)
{
    static const struct {
        const char *now, *since;
    } rows[] = {
        {"Thu Jun  5 00:00:00 2025", "2025/06/04 21:09:13"},
        {"Thu Jan  1 00:00:00 2026", "2025/06/04 21:09:13"},
        {"Wed Jun  4 21:09:20 2025", "2025/06/04 21:09:13"},
    };
    json_t *f, *env = env_of(GATEWAY("g", "192.0.2.1"), "{\"id\": \"g\"}");
    long long want;

    (void)state;
    f = read_text("log", "2025/06/04 21:09:13 low vpn g ikev2-n 0 x\n",
                  "{\"id\": \"g\"}", env);
    want = json_integer_value(leaf(f, "device.events.0.s"));
    assert_true(want > 0);
    json_decref(f);
    json_decref(env);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *said = mem_printf("hostname: h\ntime: %s\nmodel: PA-VM\n"
                                "sw-version: 7.0.1\n", rows[i].now);

        env = json_object();
        json_object_set_new(env, "version",
                            read_text("version", said, "{}", NULL));
        f = read_fixture("ike_sa", "ike_sa-v2", "{}", env, "present");
        assert_int_equal(json_integer_value(leaf(f, "sas.0.since_s")), want);
        json_decref(f);
        json_decref(env);
        free(said);
    }
}

static void test_secrets(void **state)
{
    (void)state;
    assert_scrubbed("key -AQ==abc123=;\nphash $1$ab$cd;\n"
                    "  secret opensesame;\n",
                    "key \u2039masked\u203A;\nphash \u2039secret:1\u203A;\n"
                    "  secret \u2039secret:2\u203A;\n");
    assert_scrubbed("set a b pre-shared-key key opensesame\n"
                    "set a b pre-shared-key key -AQ==abc\n"
                    "<phash>$1$x</phash>\n",
                    "set a b pre-shared-key key \u2039secret:1\u203A\n"
                    "set a b pre-shared-key key \u2039masked\u203A\n"
                    "<phash>\u2039secret:2\u203A</phash>\n");
    /* words of other replies */
    assert_scrubbed("key type:  auto key\nkey acquire requests: 0\n"
                    "password changed\nike {\n  key {\n",
                    "key type:  auto key\nkey acquire requests: 0\n"
                    "password changed\nike {\n  key {\n");
}

static void test_ping(void **state)
{
    static const char text[] =
        "PING 203.0.113.5 (203.0.113.5) from 198.51.100.1 : 56(84) bytes of "
        "data.\n"
        "64 bytes from 203.0.113.5: icmp_seq=1 ttl=64 time=0.4 ms\n\n"
        "--- 203.0.113.5 ping statistics ---\n"
        "5 packets transmitted, 1 received, 80% packet loss, time 4005ms\n"
        "rtt min/avg/max/mdev = 0.4/0.4/0.4/0.0 ms\n";
    json_t *f = read_text("ping", text, "{}", NULL);

    (void)state;
    assert_leaf(f, "sent", "5");
    assert_leaf(f, "received", "1");
    json_decref(f);
    assert_cut_unreadable("ping", text, NULL, 1);
}

static void read_system_info(const char *name, const char *text)
{
    json_t *f = read_text("version", text, "{}", NULL);

    if (strcmp(state_of(f), "present") != 0)
        fail_msg("%s: %s", name,
                 json_string_value(json_object_get(f, "reason")));
    json_decref(f);
}

/* Every line is understood, and the rows are as many as the table's lines
 * with a MAC address or a virtual system say. */
static void read_interfaces(const char *name, const char *text)
{
    json_t *env = env_of(GATEWAY("g", "192.0.2.1"), "{\"id\": \"g\"}");
    json_t *f = read_text("interfaces", text, "{}", env);
    size_t hardware = 0, logical = 0;

    for (const char *p = text; *p; p += strcspn(p, "\n") + 1) {
        size_t n = strcspn(p, "\n");
        char *line = mem_strndup(p, n);
        int id, vsys, used = 0;

        if (strchr(line, ':') && strstr(line, "full/") + 0 != NULL)
            hardware++;
        else if (strstr(line, "[n/a]/") || strstr(line, "ukn/ukn"))
            hardware++;
        else if (sscanf(line, "%*s %d %d %n", &id, &vsys, &used) == 2)
            logical++;
        free(line);
        if (!p[n])
            break;
    }
    if (strstr(name, "_all")) {
        assert_string_equal(state_of(f), "present");
        assert_int_equal(json_integer_value(leaf(f, "device.hardware")),
                         (long)hardware);
        assert_int_equal(json_integer_value(leaf(f, "device.logical")),
                         (long)logical);
        assert_int_equal(hardware, 12);
        assert_int_equal(logical, 14);
    } else {
        /* this sample holds 18 of the 38 rows that it announces */
        assert_string_equal(state_of(f), "unreadable");
        assert_int_equal(logical, 18);
        assert_null(strstr(json_string_value(json_object_get(f, "reason")),
                           "line"));
    }
    json_decref(f);
    json_decref(env);
}

static void test_real_devices(void **state)
{
    (void)state;
    if (corpus_each("paloalto", "show_system_info", read_system_info) < 0)
        skip();
    assert_true(corpus_each("paloalto", "show_interface", read_interfaces) >
                0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ike_sa),
        cmocka_unit_test(test_ike_sa_damage),
        cmocka_unit_test(test_ipsec_sa),
        cmocka_unit_test(test_same_peer),
        cmocka_unit_test(test_log),
        cmocka_unit_test(test_log_narrowed),
        cmocka_unit_test(test_log_around),
        cmocka_unit_test(test_ikemgr_log),
        cmocka_unit_test(test_ikemgr_narrowed),
        cmocka_unit_test(test_liveness),
        cmocka_unit_test(test_liveness_theirs),
        cmocka_unit_test(test_ikemgr_damage),
        cmocka_unit_test(test_config),
        cmocka_unit_test(test_config_damage),
        cmocka_unit_test(test_link_state),
        cmocka_unit_test(test_no_gateway),
        cmocka_unit_test(test_tunnels),
        cmocka_unit_test(test_since),
        cmocka_unit_test(test_secrets),
        cmocka_unit_test(test_ping),
        cmocka_unit_test(test_real_devices),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
