/* The cisco-ios driver's other replies: present, absent, empty, cut, refused,
 * and with lines that no format has. */
#include "cisco_ios.h"

#define SUBJECT                                                            \
    "{\"id\": \"VPN 10\", \"peer\": \"203.0.113.5\", \"peer_any\": false, "  \
    "\"peers\": [\"203.0.113.5\"], \"policy\": \"VPN\", "                   \
    "\"interface\": \"GigabitEthernet0/0\", \"ike_version\": 1}"
#define OTHER                                                              \
    "{\"id\": \"VPN 20\", \"peer\": \"192.0.2.77\", \"peer_any\": false, "   \
    "\"peers\": [\"192.0.2.77\"], \"ike_version\": 1}"

/* Facts by name, each read from the fixture of that name. */
static json_t *env_of(const char *subject, const char *const names[])
{
    json_t *env = json_object();

    for (; *names; names++) {
        char *text = fixture(*names);

        json_object_set_new(env, *names,
                            read_text(*names, text, subject, env));
        free(text);
    }
    return env;
}

static void test_ike_sa_forms(void **state)
{
    json_t *f = read_fixture("ike_sa", "isakmp_sa-detail", SUBJECT, NULL,
                             "present");

    (void)state;
    assert_leaf(f, "device.created", "2");
    assert_leaf(f, "sas.0.remote", "\"203.0.113.5\"");
    assert_leaf(f, "sas.0.encryption", "\"aes\"");
    assert_leaf(f, "sas.0.nat", "true");
    assert_leaf(f, "sas.1", "");
    assert_leaf(f, "established", "1");
    json_decref(f);
    f = read_fixture("ike_sa", "isakmp_sa-v6", SUBJECT, NULL, "present");
    assert_leaf(f, "device.created", "3");
    assert_leaf(f, "sas.0.state", "\"mm_key_exch\"");
    assert_leaf(f, "sas.0.answered", "true");
    assert_leaf(f, "sas.0.direction", "\"initiator\"");
    assert_leaf(f, "sas.1.deleted", "true");
    assert_leaf(f, "sas.2", "");
    assert_leaf(f, "established", "0");
    json_decref(f);
    f = read_fixture("ike_sa", "isakmp_sa-v6",
                     "{\"id\": \"x\", \"peer\": \"2001:DB8:1::5\", "
                     "\"peer_any\": false}", NULL, "present");
    assert_leaf(f, "established", "1");
    json_decref(f);
}

/* Before 12.4: no status in detail, one family, no sequence numbers. */
static void test_older_forms(void **state)
{
    json_t *f = read_text(
        "ike_sa", "C-id  Local    Remote      I-VRF  Encr Hash Auth DH "
                  "Lifetime Cap.\n"
                  "1   198.51.100.1  203.0.113.5    3des  md5  psk  1  "
                  "23:58:42 D\n"
                  "       Connection-id:Engine-id =  1:1(software)\n"
                  "2   0.0.0.0  192.0.2.77     0\n", SUBJECT, NULL);

    (void)state;
    assert_leaf(f, "device.created", "2");
    assert_leaf(f, "sas.0.encryption", "\"3des\"");
    assert_leaf(f, "established", "1");
    json_decref(f);
    f = read_text("engine", "   ID  Type    Algorithm  Encrypt  Decrypt "
                            "IP-Address\n"
                            "    1  IPsec   3DES+MD5  0  4 198.51.100.1\n",
                  "{}", NULL);
    assert_leaf(f, "device.decrypt", "4");
    json_decref(f);
    f = read_text("session", "Interface: Ethernet0/0\n"
                             "Session status: UP-ACTIVE\n"
                             "Peer: 203.0.113.5/500\n"
                             "  IKE SA: local 198.51.100.1/500 remote "
                             "203.0.113.5/500 Active\n"
                             "  IPSEC FLOW: permit ip host 10.1.1.4 host "
                             "10.1.1.3\n"
                             "        Active SAs: 4, origin: crypto map\n",
                  SUBJECT, NULL);
    assert_leaf(f, "sessions.0.port", "500");
    assert_leaf(f, "sessions.0.flows.0.sas", "4");
    json_decref(f);
}

static void test_ikev2_sa(void **state)
{
    json_t *f = read_fixture("ikev2_sa", "ikev2_sa", SUBJECT, NULL,
                             "present");

    (void)state;
    assert_leaf(f, "established", "1");
    assert_leaf(f, "sas.0.local_port", "4500");
    assert_leaf(f, "sas.0.encryption", "\"AES-CBC\"");
    assert_leaf(f, "sas.0.responder_cookie", "\"1298FDE074BD724C\"");
    assert_leaf(f, "device.created", "2");
    json_decref(f);
    f = read_fixture("ikev2_sa", "ikev2_sa", OTHER, NULL, "present");
    assert_leaf(f, "established", "0");
    assert_leaf(f, "sas.0.state", "\"in-neg\"");
    json_decref(f);
    f = read_text("ikev2_sa", " IPv4 Crypto IKEv2  SA\n\n"
                              " IPv6 Crypto IKEv2  SA\n\n", SUBJECT, NULL);
    assert_string_equal(state_of(f), "absent");
    json_decref(f);
    assert_unreadable("ikev2_sa", "", SUBJECT, NULL, "empty");
}

static void test_session(void **state)
{
    json_t *f = read_fixture("session", "session", SUBJECT, NULL, "present");

    (void)state;
    assert_leaf(f, "device.sessions", "2");
    assert_leaf(f, "sessions.0.state", "\"up-active\"");
    assert_leaf(f, "sessions.0.ike.0.nat", "true");
    assert_leaf(f, "sessions.0.flows.0.decaps", "15344097");
    assert_leaf(f, "sessions.0.flows.0.encaps", "18074395");
    assert_leaf(f, "sessions.0.flows.0.lifetime_s", "615");
    json_decref(f);
    f = read_fixture("session", "session", OTHER, NULL, "present");
    assert_leaf(f, "sessions.0.state", "\"down-negotiating\"");
    assert_leaf(f, "sessions.0.ike.1.active", "false");
    assert_leaf(f, "sessions.0.flows.0.sas", "0");
    assert_leaf(f, "sessions.1", "");
    json_decref(f);
    f = read_text("session", "Crypto session current status\n", SUBJECT,
                  NULL);
    assert_string_equal(state_of(f), "absent");
    json_decref(f);
}

/* IOS-XE: SD-WAN's lines; and a form whose SAs and flows stand unindented. */
static void test_session_forms(void **state)
{
    static const char *const forms[] = {
        "Peer: 203.0.113.5 port 500 \n"
        "      System IP: 192.0.2.11  Interface: Tu1 \n"
        "  Session ID: 15  \n"
        "  IKEv2 SA: local 198.51.100.1/500\n"
        "          remote 203.0.113.5/500 Active \n"
        "  IPSEC FLOW: permit ip 0.0.0.0/0.0.0.0 0.0.0.0/0.0.0.0 \n"
        "        Active SAs: 2, origin: crypto map\n",
        "Peer: 203.0.113.5 port 500 fvrf: (none) ivrf: (none)\n"
        "Session ID: 0 \n"
        "IKEv1 SA: local 198.51.100.1/500 remote 203.0.113.5/500 Active \n"
        "         Capabilities:(none) connid:1002 lifetime:23:39:38\n"
        "IPSEC FLOW: permit 47 host 198.51.100.1 host 203.0.113.5\n"
        "       Active SAs: 2, origin: crypto map\n"
        "       Inbound: #pkts dec'ed 46 drop 0 life (KB/Sec) 4607/3544\n",
    };
    char text[900];

    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        json_t *f;

        snprintf(text, sizeof text, "Crypto session current status\n\n"
                 "Interface: Tunnel1\nSession status: UP-ACTIVE     \n%s",
                 forms[i]);
        f = read_text("session", text, SUBJECT, NULL);
        assert_leaf(f, "sessions.0.ike.0.active", "true");
        assert_leaf(f, "sessions.0.flows.0.sas", "2");
        assert_leaf(f, "sessions.0.flows.1", "");
        json_decref(f);
    }
}

static void test_engine(void **state)
{
    json_t *f = read_fixture("engine", "engine", "{}", NULL, "present");

    (void)state;
    assert_leaf(f, "device.connections", "3");
    assert_leaf(f, "device.encrypt", "71");
    assert_leaf(f, "device.decrypt", "62");
    assert_leaf(f, "connections.0.ike", "true");
    json_decref(f);
    f = read_fixture("engine", "engine-old", "{}", NULL, "present");
    assert_leaf(f, "device.connections", "3");
    assert_leaf(f, "device.encrypt", "115");
    assert_leaf(f, "device.decrypt", "114");
    assert_leaf(f, "connections.0.ike", "true");
    json_decref(f);
    f = read_text("engine", "Crypto Engine Connections\n\n   ID  Type    "
                            "Algorithm           Encrypt  Decrypt LastSeqN "
                            "IP-Address\n", "{}", NULL);
    assert_string_equal(state_of(f), "absent");
    assert_leaf(f, "device.connections", "0");
    json_decref(f);
}

static void test_interfaces(void **state)
{
    static const char *const names[] = {"config", NULL};
    json_t *env = env_of(SUBJECT, names);
    json_t *f = read_fixture("interfaces", "interfaces", SUBJECT, env,
                             "present");
    char *text = fixture("interfaces"), *head;

    (void)state;
    assert_leaf(f, "wan.state", "\"up\"");
    assert_leaf(f, "wan.address", "\"198.51.100.1\"");
    assert_leaf(f, "wan.private", "false");
    assert_leaf(f, "lan.state", "\"down\"");
    assert_leaf(f, "device.interfaces.2.state", "\"administratively-down\"");
    assert_leaf(f, "device.interfaces.3.address", "\"198.51.100.1\"");
    json_decref(f);
    /* The second interface of the configuration is not shown. */
    head = first_lines(text, 6);
    assert_unreadable("interfaces", head, SUBJECT, env, "cut");
    free(head);
    assert_unknown_lines("interfaces", text, env);
    free(text);
    json_decref(env);
}

static void test_ip_interface(void **state)
{
    static const char *const names[] = {"config", NULL};
    json_t *env = env_of(SUBJECT, names);
    json_t *f = read_fixture("ip_address", "ip_interface", SUBJECT, env,
                             "present");

    (void)state;
    assert_leaf(f, "wan.address", "\"198.51.100.1\"");
    assert_leaf(f, "wan.state", "\"up\"");
    assert_leaf(f, "device.interfaces.1.address", "");
    assert_leaf(f, "device.interfaces.2.state", "\"administratively-down\"");
    json_decref(f);
    f = read_text("ip_address",
                  "Interface      IP-Address      OK? Method Status  "
                  "Protocol\n"
                  "GigabitEthernet0/0  198.51.100.1  YES NVRAM  up  up\n"
                  "GigabitEthernet0/1  unassigned  YES unset  "
                  "administratively down down\n", SUBJECT, env);
    assert_leaf(f, "wan.address", "\"198.51.100.1\"");
    assert_leaf(f, "device.interfaces.1.state", "\"administratively-down\"");
    json_decref(f);
    /* An interface that says nothing of an address was cut. */
    assert_unreadable("ip_address", "GigabitEthernet0/0 is up, line protocol "
                                    "is up\n", SUBJECT, env, "cut");
    json_decref(env);
}

static void test_routes(void **state)
{
    static const char *const names[] = {"config", "interfaces", NULL};
    json_t *env = env_of(SUBJECT, names);
    json_t *f = read_fixture("routes", "routes", SUBJECT, env, "present");

    (void)state;
    assert_leaf(f, "device.shown", "9");
    assert_leaf(f, "device.complete", "true");
    assert_leaf(f, "to_peer", "{\"interface\":\"GigabitEthernet0/0\","
                              "\"next_hop\":\"198.51.100.254\","
                              "\"prefix\":\"0.0.0.0/0\","
                              "\"protocol\":\"static\"}");
    assert_leaf(f, "to_remote.prefix", "\"0.0.0.0/0\"");
    assert_leaf(f, "to_remote_via_tunnel", "true");
    assert_leaf(f, "device.routes.1.prefix", "\"10.2.0.0/24\"");
    assert_leaf(f, "device.routes.2.next_hop", "\"172.21.113.8\"");
    assert_leaf(f, "device.routes.6.prefix", "\"172.21.128.0/17\"");
    assert_leaf(f, "device.routes.6.protocol", "\"eigrp\"");
    json_decref(f);
    json_decref(env);
}

/* A group that announces more networks than it shows proves no absence. */
static void test_routes_damage(void **state)
{
    static const char *const names[] = {"config", "interfaces", NULL};
    json_t *env = env_of(SUBJECT, names), *f;
    char *text = fixture("routes"), *cut;

    (void)state;
    assert_unknown_lines("routes", text, env);
    for (size_t n = 0; n < line_count(text); n++) {
        cut = first_lines(text, n);
        if (n == 0)
            cut[0] = '\0';
        f = read_text("routes", cut, SUBJECT, env);
        if (strcmp(state_of(f), "unreadable") != 0) {
            assert_leaf(f, "device.complete", "");
            assert_leaf(f, "to_peer.prefix", "\"0.0.0.0/0\"");
        }
        json_decref(f);
        free(cut);
    }
    free(text);
    json_decref(env);
}

static void test_version(void **state)
{
    char *text = fixture("version"), *plain;
    json_t *f = read_text("version", text, "{}", NULL);

    (void)state;
    assert_leaf(f, "model", "\"CISCO1941/K9\"");
    assert_leaf(f, "os_version", "\"15.1(4)M8\"");
    assert_leaf(f, "image", "\"C1900-UNIVERSALK9-M\"");
    assert_leaf(f, "crypto", "true");
    assert_leaf(f, "uptime_s", "1448580");
    json_decref(f);
    plain = strstr(text, "UNIVERSALK9");
    memcpy(plain, "UNIVERSALNO", 11);
    f = read_text("version", text, "{}", NULL);
    assert_leaf(f, "crypto", "false");
    json_decref(f);
    assert_unreadable("version", "Something else\n", "{}", NULL, "no version");
    free(text);
}

static void test_clock(void **state)
{
    json_t *a = read_text("clock", "*23:59:59.335 UTC Tue Feb 29 2028\n",
                          "{}", NULL);
    json_t *b = read_text("clock", ".00:00:01.001 JST Wed Mar 1 2028\n",
                          "{}", NULL);

    (void)state;
    assert_int_equal(json_integer_value(leaf(b, "seconds")) -
                         json_integer_value(leaf(a, "seconds")), 2);
    json_decref(a);
    json_decref(b);
    assert_unreadable("clock", "23:59\n", "{}", NULL, "another form");
    assert_unreadable("clock", "", "{}", NULL, "empty");
}

static json_t *log_env(const char *clock)
{
    static const char *const names[] = {"config", NULL};
    json_t *env = env_of(SUBJECT, names);

    json_object_set_new(env, "clock", read_text("clock", clock, "{}", env));
    return env;
}

/* Whose lines, how old, and what they say. */
static void test_log(void **state)
{
    json_t *env = log_env("*08:05:00.335 UTC Sat Mar 28 2026\n");
    json_t *f = read_fixture("log", "log", SUBJECT, env, "present");

    (void)state;
    assert_int_equal(json_array_size(leaf(f, "device.events")), 8);
    assert_leaf(f, "said.proxy.0.peer", "\"203.0.113.5\"");
    assert_leaf(f, "said.proxy.0.age_s", "299");
    assert_leaf(f, "said.proxy.1", "");
    assert_leaf(f, "said.transform", "");
    assert_leaf(f, "said.key", "");         /* ten hours ago */
    assert_leaf(f, "stranger_said.no_keys.0.peer", "\"198.18.0.9\"");
    assert_leaf(f, "dated", "true");
    json_decref(f);
    f = read_fixture("log", "log", OTHER, env, "present");
    assert_leaf(f, "said.transform.0.peer", "\"192.0.2.77\"");
    assert_leaf(f, "said.proxy", "");
    json_decref(f);
    json_decref(env);
    /* A day later nothing of it is of now. */
    env = log_env("*08:05:00.335 UTC Sun Mar 29 2026\n");
    f = read_fixture("log", "log", SUBJECT, env, "present");
    assert_leaf(f, "recent", "[]");
    assert_leaf(f, "strangers", "[]");
    json_decref(f);
    json_decref(env);
}

/* Without a clock no line has an age. */
static void test_log_undated(void **state)
{
    static const char *const names[] = {"config", NULL};
    json_t *env = env_of(SUBJECT, names);
    json_t *f = read_fixture("log", "log", SUBJECT, env, "present");

    (void)state;
    assert_leaf(f, "dated", "false");
    assert_leaf(f, "recent", "[]");
    json_decref(f);
    json_decref(env);
}

static void test_debugging(void **state)
{
    json_t *f = read_text("debugging", "Cryptographic Subsystem:\n"
                                       "  Crypto ISAKMP debugging is on\n"
                                       "  Crypto IPSEC debugging is on\n",
                          "{}", NULL);

    (void)state;
    assert_leaf(f, "conditions", "[{\"name\":\"crypto isakmp\"},"
                                 "{\"name\":\"crypto ipsec\"}]");
    json_decref(f);
    f = read_text("debugging", "\n", "{}", NULL);
    assert_string_equal(state_of(f), "absent");
    json_decref(f);
}

/* An own route map keeps VPN traffic out of NAT, or does not. */
static void test_nat(void **state)
{
    static const char head[] =
        "crypto isakmp key one address 203.0.113.5\n"
        "crypto map VPN 10 ipsec-isakmp\n set peer 203.0.113.5\n"
        " set transform-set TS\n match address 150\n"
        "interface GigabitEthernet0/0\n"
        " ip address 198.51.100.1 255.255.255.0\n ip nat outside\n"
        " crypto map VPN\n"
        "interface GigabitEthernet0/1\n"
        " ip address 172.21.113.1 255.255.255.0\n ip nat inside\n"
        "ip nat inside source route-map NAT interface GigabitEthernet0/0 "
        "overload\n"
        "access-list 150 permit ip 172.21.113.0 0.0.0.255 172.21.114.0 "
        "0.0.0.255\n";
    static const char *const tails[][2] = {
        {"access-list 160 deny ip 172.21.113.0 0.0.0.255 172.21.114.0 "
         "0.0.0.255\naccess-list 160 permit ip 172.21.113.0 0.0.0.255 any\n"
         "route-map NAT permit 10\n match ip address 160\nend\n",
         "\"exempt\""},
        {"access-list 160 permit ip 172.21.113.0 0.0.0.255 any\n"
         "route-map NAT permit 10\n match ip address 160\nend\n",
         "\"translated\""},
        {"access-list 160 permit ip object-group IN any\n"
         "route-map NAT permit 10\n match ip address 160\nend\n",
         "\"unknown\""},
        {"route-map NAT deny 5\n match ip address 150\n"
         "route-map NAT permit 10\nend\n", "\"exempt\""},
        {"end\n", "\"unknown\""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
        char *text = mem_printf("%s%s", head, tails[i][0]);
        json_t *f = read_text("config", text, SUBJECT, NULL);

        assert_leaf(f, "nat.state", tails[i][1]);
        json_decref(f);
        free(text);
    }
}

#define TUNNEL(n, peer, version)                                           \
    "{\"id\": \"Tunnel" n "\", \"peer\": \"" peer "\", \"peer_any\": false, "  \
    "\"peers\": [\"" peer "\"], \"interface\": \"Tunnel" n "\", "             \
    "\"ike_version\": " version "}"

/* Map entries, protected tunnels and what they name; no text of a banner. */
static void test_several_vpns(void **state)
{
    json_t *f = read_fixture("vpns", "config-tunnels", "{}", NULL, "present");

    (void)state;
    assert_int_equal(json_array_size(leaf(f, "vpns")), 5);
    assert_leaf(f, "vpns.0.id", "\"OUT 1\"");
    assert_leaf(f, "vpns.0.peers", "[\"198.18.0.1\",\"198.18.0.2\"]");
    assert_leaf(f, "vpns.1.peer_any", "true");
    assert_leaf(f, "vpns.2.id", "\"Tunnel1\"");
    assert_leaf(f, "vpns.2.ike_version", "1");
    assert_leaf(f, "vpns.3.ike_version", "2");
    assert_leaf(f, "vpns.3.peer", "\"192.0.2.77\"");
    json_decref(f);
    f = read_fixture("config", "config-tunnels",
                     TUNNEL("1", "203.0.113.5", "1"), NULL, "present");
    assert_leaf(f, "map.kind", "\"profile\"");
    assert_leaf(f, "map.interface", "\"Tunnel1\"");
    assert_leaf(f, "ike_policy.key", "\"\u2039secret:1\u203a\"");
    assert_leaf(f, "ipsec_proposals.0.name", "\"AES\"");
    assert_leaf(f, "wan.name", "\"GigabitEthernet0/0\"");
    assert_leaf(f, "remote_host", "\"172.21.120.1\"");
    assert_leaf(f, "lan_address", "\"172.21.113.1\"");
    assert_leaf(f, "tunnel.shutdown", "false");
    assert_leaf(f, "ike_proposals.0.hash", "\"sha\"");
    json_decref(f);
    f = read_fixture("config", "config-tunnels",
                     TUNNEL("2", "192.0.2.77", "2"), NULL, "present");
    assert_leaf(f, "ike_policy.name", "\"V2\"");
    assert_leaf(f, "ike_policy.key", "\"\u2039secret:2\u203a\"");
    assert_leaf(f, "map.pfs", "\"group14\"");
    assert_leaf(f, "tunnel.shutdown", "true");
    assert_leaf(f, "adjust_mss", "1350");
    json_decref(f);
    f = read_fixture("config", "config-tunnels",
                     TUNNEL("3", "192.0.2.99", "1"), NULL, "present");
    assert_leaf(f, "missing_profile", "\"LOST\"");
    assert_leaf(f, "ike_policy.key", "");
    json_decref(f);
}

/* An earlier entry is wider, unless its own list leaves this traffic out. */
static void test_map_order(void **state)
{
    static const char head[] =
        "crypto map VPN 5 ipsec-isakmp\n set peer 192.0.2.77\n"
        " match address WIDE\n"
        "crypto map VPN 10 ipsec-isakmp\n set peer 203.0.113.5\n"
        " match address 150\n"
        "access-list 150 permit ip 172.21.113.0 0.0.0.255 172.21.114.0 "
        "0.0.0.255\n"
        "ip access-list extended WIDE\n";
    static const char *const tails[][2] = {
        {" permit ip 172.21.0.0 0.0.255.255 172.21.0.0 0.0.255.255\nend\n",
         "\"VPN 5\""},
        {" deny ip 172.21.113.0 0.0.0.255 172.21.114.0 0.0.0.255\n"
         " permit ip 172.21.0.0 0.0.255.255 172.21.0.0 0.0.255.255\nend\n",
         ""},
        {" permit ip 172.21.113.0 0.0.0.255 172.21.115.0 0.0.0.255\nend\n",
         ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
        char *text = mem_printf("%s%s", head, tails[i][0]);
        json_t *f = read_text("config", text, SUBJECT, NULL);

        assert_leaf(f, "shadowed_by.name", tails[i][1]);
        json_decref(f);
        free(text);
    }
}

/* Without its last line the configuration was cut: no fact at all. */
static void test_config_cut(void **state)
{
    char *text = fixture("config");

    (void)state;
    assert_incomplete_unreadable("config", text, NULL);
    assert_cut_unreadable("config", text, NULL, 0);
    assert_cut_unreadable("vpns", text, NULL, 0);
    free(text);
}

static void test_incomplete(void **state)
{
    static const char *const replies[][2] = {
        {"ike_sa", "isakmp_sa-detail"}, {"ikev2_sa", "ikev2_sa"},
        {"session", "session"}, {"engine", "engine"},
        {"engine", "engine-old"}, {"interfaces", "interfaces"},
        {"ip_address", "ip_interface"}, {"routes", "routes"},
        {"version", "version"}, {"log", "log"},
    };
    static const char *const strict[] = {"ike_sa", "ikev2_sa", "session",
                                         "engine"};

    (void)state;
    for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++) {
        char *text = fixture(replies[i][1]);

        assert_incomplete_unreadable(replies[i][0], text, NULL);
        assert_unreadable(replies[i][0], "", "{}", NULL, "empty");
        for (size_t k = 0; k < sizeof strict / sizeof strict[0]; k++)
            if (strcmp(strict[k], replies[i][0]) == 0)
                assert_unknown_lines(replies[i][0], text, NULL);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ike_sa_forms),
        cmocka_unit_test(test_older_forms),
        cmocka_unit_test(test_ikev2_sa),
        cmocka_unit_test(test_session),
        cmocka_unit_test(test_session_forms),
        cmocka_unit_test(test_engine),
        cmocka_unit_test(test_interfaces),
        cmocka_unit_test(test_ip_interface),
        cmocka_unit_test(test_routes),
        cmocka_unit_test(test_routes_damage),
        cmocka_unit_test(test_version),
        cmocka_unit_test(test_clock),
        cmocka_unit_test(test_log),
        cmocka_unit_test(test_log_undated),
        cmocka_unit_test(test_debugging),
        cmocka_unit_test(test_nat),
        cmocka_unit_test(test_several_vpns),
        cmocka_unit_test(test_map_order),
        cmocka_unit_test(test_config_cut),
        cmocka_unit_test(test_incomplete),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
