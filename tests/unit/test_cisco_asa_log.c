/* The cisco-asa driver: secrets, the log, routes and the rest. */
#include "cisco_asa.h"

static void test_secrets(void **state)
{
    (void)state;
    assert_scrubbed("enable password 8Ry2 encrypted\n"
                    "passwd 2KFQ encrypted\n"
                    "username bob password ABC encrypted privilege 15\n"
                    "username amy password plain privilege 15\n"
                    " pre-shared-key one\n ikev1 pre-shared-key *****\n"
                    " ikev2 local-authentication pre-shared-key two\n"
                    "isakmp key three address 1.2.3.4 netmask 255.0.0.0\n"
                    "isakmp key ******** address 1.2.3.4\n"
                    "vpngroup g password four\n"
                    "snmp-server community five\n"
                    "snmp-server host inside 10.1.1.9 community six\n"
                    " key seven\nfailover key eight\n"
                    "password is required\n",
                    "enable password \u2039masked\u203a encrypted\n"
                    "passwd \u2039masked\u203a encrypted\n"
                    "username bob password \u2039masked\u203a encrypted "
                    "privilege 15\n"
                    "username amy password \u2039secret:1\u203a privilege "
                    "15\n"
                    " pre-shared-key \u2039secret:2\u203a\n"
                    " ikev1 pre-shared-key \u2039masked\u203a\n"
                    " ikev2 local-authentication pre-shared-key "
                    "\u2039secret:3\u203a\n"
                    "isakmp key \u2039secret:4\u203a address 1.2.3.4 "
                    "netmask 255.0.0.0\n"
                    "isakmp key \u2039masked\u203a address 1.2.3.4\n"
                    "vpngroup g password \u2039secret:5\u203a\n"
                    "snmp-server community \u2039secret:6\u203a\n"
                    "snmp-server host inside 10.1.1.9 community "
                    "\u2039secret:7\u203a\n"
                    " key \u2039secret:8\u203a\n"
                    "failover key \u2039secret:9\u203a\n"
                    "password is required\n");
}

/* Messages of ASA and PIX, the guideline's own among them. */
static const char *const messages[][2] = {
    {"%ASA-5-713041: IP = 198.51.100.1, IKE Initiator: New Phase 1, Intf "
     "inside, IKE Peer 198.51.100.1  local Proxy Address 10.1.0.0, remote "
     "Proxy Address 10.2.0.0,  Crypto map (outside_map)", "ike.begin"},
    {"%ASA-5-713119: Group = 198.51.100.1, IP = 198.51.100.1, PHASE 1 "
     "COMPLETED", "ike.finish"},
    {"%ASA-5-713120: Group = G, IP = 198.51.100.1, PHASE 2 COMPLETED "
     "(msgid=1ce22b0c)", "ike.finish"},
    {"%ASA-3-713061: Group = 198.51.100.1, IP = 198.51.100.1, Rejecting "
     "IPSec tunnel: no matching crypto map entry for remote proxy "
     "0.0.0.0/0.0.0.0/0/0 local proxy 0.0.0.0/0.0.0.0/0/0 on interface "
     "OUTSIDE", "ipsec.proxy-rejected"},
    {"%PIX-3-713902: Group = 198.51.100.1, IP = 198.51.100.1, QM FSM error "
     "(P2 struct &0x00007fff33763a70, mess id 0x2c44baec)!",
     "ike.qm-fsm-error"},
    {"%ASA-3-713048: IP = 198.51.100.1, Error processing payload: Payload "
     "ID: 1", "ike.no-offers"},
    {"%ASA-5-713068: Group = 198.51.100.1, IP = 198.51.100.1, Received "
     "non-routine Notify message: No proposal chosen (14)",
     "ike.notify.received"},
    {"%ASA-3-713902: IP = 198.51.100.1, Removing peer from peer table "
     "failed, no match!", "ike.aborted"},
    {"%PIX|ASA-4-402101: decaps: recd IPSEC packet has invalid spi for "
     "destaddr=203.0.113.1, prot=50, spi=0x1234", "esp.invalid-spi"},
    {"%ASA-4-402114: IPSEC: Received an ESP packet (SPI= 0x12345678, "
     "sequence number= 0x1) from 198.51.100.1 to 203.0.113.1 with an "
     "invalid SPI.", "esp.invalid-spi"},
    {"%ASA-4-402114: IPSEC: Received an ESP packet (SPI= 0x37B95CF0, "
     "sequence number= 0xEDE) from 198.51.100.1 (user= 198.51.100.1) to "
     "203.0.113.1 with an invalid SPI.", "esp.invalid-spi"},
    {"%ASA-4-402119: IPSEC: Received an ESP packet (SPI= 0x1, sequence "
     "number= 0x2) from 198.51.100.1 (user= 198.51.100.1) to 203.0.113.1 "
     "that failed anti-replay checking.", "esp.replay"},
    {"%ASA-4-402120: IPSEC: Received an ESP packet (SPI= 0x1, sequence "
     "number= 0x2) from 198.51.100.1 (user= 198.51.100.1) to 203.0.113.1 "
     "that failed authentication.", "esp.hmac-failed"},
    {"%ASA-4-106023: Deny tcp src outside:10.2.0.5/1025 dst "
     "inside:10.1.0.5/80 by access-group \"OUTSIDE\" [0x0, 0x0]",
     "acl.denied"},
    {"%PIX-3-305005: No translation group found for tcp src "
     "outside:10.2.0.5/1025 dst inside:10.1.0.5/80", "nat.no-translation"},
    {"ISAKMP (0): atts are not acceptable. Next payload is 3",
     "atts.refused"},
    {"ISAKMP (0): atts are acceptable. Next payload is 3", "atts.accepted"},
    {"atts not acceptable. Next payload is 0", "atts.refused"},
    {"ISAKMP (0): Checking ISAKMP transform 1 against priority 1 policy",
     "atts.ike"},
    {"ISAKMP : Checking IPSec proposal 2", "atts.ipsec"},
    {"IPSEC(validate_proposal): invalid local address 10.2.0.2",
     "ike.local-address-invalid"},
    /* IKEv2, as devices printed it (one without the colon) */
    {"%ASA-4-750003: Local:203.0.113.1:500 Remote:198.51.100.1:500 "
     "Username:Unknown IKEv2 Negotiation aborted due to ERROR: Failed to "
     "receive the AUTH msg before the timer expired", "ike.auth-missing"},
    {"%FTD-4-750003 Local:203.0.113.1:500 Remote:198.51.100.1:500 "
     "Username:Username IKEv2 Negotiation aborted due to ERROR: Failed to "
     "authenticate the IKE SA", "ike.auth-failed"},
    {"%ASA-4-750003: Local:203.0.113.1:500 Remote:198.51.100.1:500 "
     "Username:User1 IKEv2 Negotiation aborted due to ERROR: There was no "
     "IPSEC policy found for received TS", "ipsec.proxy-rejected"},
    {"%ASA-4-750003: Local:2001:db8::1:500 Remote:2001:db8::2:500 "
     "Username:Unknown IKEv2 Negotiation aborted due to ERROR: Failed to "
     "find a matching policy", "ike.refused"},
    /* that is a retry, and a timer: neither is about proposals */
    {"%ASA-4-750003: Local:203.0.113.1:500 Remote:198.51.100.1:500 "
     "Username:Unknown IKEv2 Negotiation aborted due to ERROR: The peer's KE "
     "payload contained the wrong DH group", "ike.failed"},
    {"%ASA-5-750001: Local:203.0.113.1:500 Remote:198.51.100.1:500 "
     "Username:Unknown IKEv2 Received request to establish an IPsec tunnel; "
     "local traffic selector = Address Range: 10.1.0.0-10.1.0.255 Protocol: "
     "0 Port Range: 0-65535", "ike.begin"},
    /* as Cisco's list of messages has them */
    {"%ASA-3-751002: Local: 203.0.113.1:500 Remote:198.51.100.1:500 "
     "Username: u/g No preshared key or trustpoint configured for self in "
     "tunnel group g", "ike.no-own-key"},
    {"%ASA-3-751004: Local: 203.0.113.1:500 Remote:198.51.100.1:500 "
     "Username: u/g No remote authentication method configured for peer in "
     "tunnel group g", "ike.no-remote-key"},
    {"%ASA-3-751009: Local: 203.0.113.1:500 Remote:198.51.100.1:500 "
     "Username: u/g Unable to find tunnel group for peer.", "ike.no-group"},
    {"%ASA-3-751022: Local: 203.0.113.1 Remote: 198.51.100.1 Username:u "
     "Tunnel rejected: Crypto Map Policy not found for remote traffic "
     "selector 10.2.0.0/10.2.0.255/0/65535/0 local traffic selector "
     "10.1.0.0/10.1.0.255/0/65535/0!", "ipsec.proxy-rejected"},
    {"%ASA-6-305011: Built dynamic UDP translation from "
     "inside:192.168.1.5/56739 to outside:56.22.114.12/56739", "other"},
};

static void test_messages(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++) {
        char *text = mem_printf("Syslog logging: enabled\n"
                                "    Debug-trace logging: disabled\n"
                                "    Buffer logging: level debugging, 1 "
                                "messages logged\n"
                                "Aug 15 2019 13:44:38: %s\n",
                                messages[i][0]);
        char *want = mem_printf("\"%s\"", messages[i][1]);
        json_t *f = read_with("log", text, SUBJECT, "config");

        assert_state(f, "present");
        assert_leaf(f, "device.events.0.event", want);
        assert_leaf(f, "device.events.0.at", "\"2019/08/15 13:44:38\"");
        json_decref(f);
        free(want);
        free(text);
    }
}

/* Whose line it is: both forms of the addresses, with and without a port. */
static void test_peers_v2(void **state)
{
    json_t *f = read_with(
        "log",
        "Syslog logging: enabled\n    Debug-trace logging: enabled\n"
        "    Buffer logging: level debugging, 3 messages logged\n"
        "Aug 15 2019 13:44:38: %ASA-4-750003: Local:2001:db8::1:500 "
        "Remote:2001:db8::2:500 Username:Unknown IKEv2 Negotiation aborted "
        "due to ERROR: Failed to find a matching policy\n"
        "Aug 15 2019 13:44:39: %ASA-3-751022: Local: 203.0.113.1 Remote: "
        "198.51.100.1 Username:u Tunnel rejected: Crypto Map Policy not "
        "found for remote traffic selector x local traffic selector y!\n"
        "IKEv2-PROTO-4: Received Packet [From 198.51.100.77:500/To "
        "203.0.113.1:500/VRF i0:f0]\n"
        "IKEv2-PROTO-1: (172): Failed to locate an item in the database\n",
        "{}", "config");

    (void)state;
    assert_leaf(f, "device.events.0.peer", "\"2001:db8::2\"");
    assert_leaf(f, "device.events.1.peer", "\"198.51.100.1\"");
    assert_leaf(f, "device.events.3.event", "\"ike.id-refused\"");
    assert_leaf(f, "device.events.3.peer", "\"198.51.100.77\"");
    json_decref(f);
}

/* The guideline's sample: two refused, then accepted, phase by phase. */
#define DEBUGGED                                                           \
    "Syslog logging: enabled\n    Debug-trace logging: enabled\n"          \
    "    Buffer logging: level debugging, 9 messages logged\n"             \
    "crypto_isakmp_process_block: src 198.51.100.1, dest 203.0.113.1\n"    \
    "OAK_AG exchange\n"                                                    \
    "ISAKMP (0): Checking ISAKMP transform 1 against priority 1 policy\n"  \
    "ISAKMP:      encryption DES-CBC\n"                                    \
    "ISAKMP (0): atts are not acceptable. Next payload is 3\n"             \
    "ISAKMP (0): Checking ISAKMP transform 3 against priority 1 policy\n"

static void test_transforms(void **state)
{
    json_t *f = read_with("log", DEBUGGED, SUBJECT, "config");

    (void)state;
    assert_leaf(f, "transforms.ike", "\"refused\"");
    assert_leaf(f, "fresh.0.peer", "\"198.51.100.1\"");
    json_decref(f);
    f = read_with("log", DEBUGGED
                  "ISAKMP (0): atts are acceptable. Next payload is 3\n"
                  "ISAKMP : Checking IPSec proposal 1\n"
                  "ISAKMP (0): atts not acceptable. Next payload is 0\n",
                  SUBJECT, "config");
    assert_leaf(f, "transforms.ike", "\"accepted\"");
    assert_leaf(f, "transforms.ipsec", "\"refused\"");
    json_decref(f);
    f = read_with("log", DEBUGGED
                  "ISAKMP (0): atts are acceptable. Next payload is 3\n"
                  "ISAKMP : Checking IPSec proposal 1\n"
                  "ISAKMP (0): atts not acceptable. Next payload is 0\n"
                  "ISAKMP : Checking IPSec proposal 2\n"
                  "ISAKMP (0): atts are acceptable.\n", SUBJECT, "config");
    assert_leaf(f, "transforms.ipsec", "\"accepted\"");
    json_decref(f);
}

#define LOG_HEAD "Syslog logging: enabled\n    Console logging: disabled\n"

static void test_log(void **state)
{
    json_t *f = read_with("log", LOG_HEAD
                          "    Buffer logging: disabled\n", SUBJECT,
                          "config");

    (void)state;
    assert_state(f, "absent");
    assert_leaf(f, "enabled", "false");
    json_decref(f);
    f = read_with("log", LOG_HEAD
                  "    Buffer logging: level warnings, 5 messages logged\n",
                  SUBJECT, "config");
    assert_state(f, "unreadable");      /* the messages are cut off */
    json_decref(f);
    /* A console's own line stands among the settings. */
    f = read_with("log", LOG_HEAD
                  "Aug 15 2019 13:44:38: %ASA-6-305011: Built dynamic UDP\n"
                  "    Buffer logging: level warnings, 1 messages logged\n"
                  "    Trap logging: disabled\n"
                  "Aug 15 2019 13:44:39: %ASA-5-713119: Group = G, IP = "
                  "198.51.100.1, PHASE 1 COMPLETED\n", SUBJECT, "config");
    assert_state(f, "present");
    assert_leaf(f, "level", "\"warnings\"");
    assert_leaf(f, "events.0.event", "\"ike.finish\"");
    assert_leaf(f, "device.events.2", "");
    json_decref(f);
    f = read_with("log", LOG_HEAD, SUBJECT, "config");
    assert_state(f, "unreadable");
    json_decref(f);
    f = read_with("log", "", SUBJECT, "config");
    assert_state(f, "unreadable");
    json_decref(f);
}

static void test_ping(void **state)
{
    json_t *f = read_text("ping", "Type escape sequence to abort.\n"
                                  "Sending 5, 100-byte ICMP Echos to "
                                  "10.2.0.1, timeout is 2 seconds:\n"
                                  "?!!!!\nSuccess rate is 80 percent (4/5), "
                                  "round-trip min/avg/max = 1/2/10 ms\n",
                          "{}", NULL), *with;
    struct err e = {0};
    char *c;

    (void)state;
    assert_leaf(f, "received", "4");
    json_decref(f);
    f = read_text("ping", "\t10.2.0.1 response received -- 10ms\n"
                          "\t10.2.0.1 NO response received -- 1000ms\n"
                          "\t10.2.0.1 NO response received -- 1000ms\n",
                  "{}", NULL);
    assert_leaf(f, "sent", "3");
    assert_leaf(f, "received", "1");
    json_decref(f);
    assert_unreadable("ping", "", "{}", NULL, "empty");
    assert_unreadable("ping", "Type escape sequence to abort.\nSending 5, "
                              "100-byte ICMP Echos to 10.2.0.1, timeout is 2 "
                              "seconds:\n!!", "{}", NULL, "cut");
    with = parse_json("{\"target\": \"10.2.0.1\", \"size\": 1400, "
                      "\"interface\": \"inside\"}");
    c = driver_command(driver, "ping", 0, with, &e);
    assert_string_equal(c, "ping inside 10.2.0.1 size 1400");
    free(c);
    json_decref(with);
}

/* Newer software says when a line was hit last. */
static void test_access_lists(void **state)
{
    json_t *f = read_text("access_lists", "access-list VPN; 1 elements; name "
                          "hash: 0x3402472e\n"
                          "access-list VPN line 1 extended permit ip "
                          "object-group here object-group there (hitcnt=7) "
                          "(Last Hit=19:40:29 UTC Oct 25 2025) 0x01150c9f \n"
                          "  access-list VPN line 1 extended permit ip "
                          "10.1.0.0 255.255.255.0 10.2.0.0 255.255.255.0 "
                          "(hitcnt=7) (Last Hit=19:40:29 UTC Oct 25 2025) "
                          "0x7d179db4 \n", "{}", NULL);

    (void)state;
    assert_state(f, "present");
    assert_leaf(f, "lists.0.hits", "7");
    assert_leaf(f, "lists.0.lines", "1");
    json_decref(f);
}

#define ROUTES                                                             \
    "Gateway of last resort is 203.0.113.254 to network 0.0.0.0\n\n"       \
    "C    203.0.113.0 255.255.255.0 is directly connected, outside\n"      \
    "C    10.1.0.0 255.255.255.0 is directly connected, inside\n"

static void test_routes(void **state)
{
    json_t *f = read_with("routes", ROUTES
                          "S*   0.0.0.0 0.0.0.0 [1/0] via 203.0.113.254, "
                          "outside\n", SUBJECT, "config");

    (void)state;
    assert_state(f, "present");
    assert_leaf(f, "to_peer.interface", "\"outside\"");
    assert_leaf(f, "to_remote_via_wan", "true");
    assert_leaf(f, "to_local.interface", "\"inside\"");
    json_decref(f);
    /* The default of what came out of a VPN is not everybody's. */
    f = read_with("routes", ROUTES
                  "S*   0.0.0.0 0.0.0.0 [1/0] via 203.0.113.254, outside\n"
                  "SI   10.121.0.0 255.255.0.0 [1/0] is directly connected, "
                  "dmz\n"
                  "S    0.0.0.0 0.0.0.0 [255/0] via 10.1.0.254, inside "
                  "tunneled\n", SUBJECT, "config");
    assert_state(f, "present");
    assert_leaf(f, "to_peer.interface", "\"outside\"");
    assert_leaf(f, "device.routes.3.interface", "\"dmz\"");
    assert_leaf(f, "device.routes.4", "");
    json_decref(f);
    /* The inside network is not there: cut. */
    f = read_with("routes", "C    203.0.113.0 255.255.255.0 is directly "
                            "connected, outside\nS*   0.0.0.0 0.0.0.0 [1/0] "
                            "via 203.0.113.254, outside\n", SUBJECT,
                  "config");
    assert_state(f, "unreadable");
    json_decref(f);
    /* A static route of the configuration is not there. */
    f = read_with("routes", ROUTES, SUBJECT, "config");
    assert_state(f, "unreadable");
    json_decref(f);
    f = read_with("routes", "\toutside 0.0.0.0 0.0.0.0 203.0.113.254 1 "
                            "OTHER static\n\tinside 10.1.1.0 255.255.255.0 "
                            "10.1.1.1 1 CONNECT static\n\toutside 203.0.113.0 "
                            "255.255.255.0 203.0.113.1 1 CONNECT static\n",
                  PIX,
                  "config-pix");
    assert_state(f, "present");
    assert_leaf(f, "to_local.protocol", "\"connected\"");
    json_decref(f);
}

static void test_version(void **state)
{
    json_t *f = read_text("version",
                          "\nCisco PIX Firewall Version 6.3(5)\n"
                          "Cisco PIX Device Manager Version 3.0(4)\n\n"
                          "pixfirewall up 12 days 3 hours\n\n"
                          "Hardware:   PIX-515E, 64 MB RAM, CPU Pentium II "
                          "433 MHz\nLicensed Features:\n"
                          "Failover:                    Disabled\n"
                          "VPN-DES:                     Enabled\n"
                          "VPN-3DES-AES:                Disabled\n", "{}",
                          NULL);

    (void)state;
    assert_state(f, "present");
    assert_leaf(f, "model", "\"PIX-515E\"");
    assert_leaf(f, "os_version", "\"6.3(5)\"");
    assert_leaf(f, "uptime_s", "1047600");
    assert_leaf(f, "des", "true");
    assert_leaf(f, "strong", "false");
    json_decref(f);
    f = read_text("version", "Cisco Adaptive Security Appliance Software "
                             "Version 8.4(1)\nHardware:   ASA5520, 512 MB "
                             "RAM\n", "{}", NULL);
    assert_leaf(f, "strong", "");   /* not told: not "no" */
    json_decref(f);
}

static void test_interfaces(void **state)
{
    const char *text = "Interface Ethernet0/0 \"outside\", is "
                       "administratively down, line protocol is down\n"
                       "  Hardware is i82546GB rev03, BW 100 Mbps\n"
                       "\tMAC address 0013.c480.82ce, MTU 1500\n"
                       "\tIP address 203.0.113.1, subnet mask "
                       "255.255.255.0\n";
    json_t *f = read_with("interfaces", text, SUBJECT, "config");

    (void)state;
    assert_leaf(f, "wan.state", "\"administratively-down\"");
    json_decref(f);
    f = read_with("ip_address", text, SUBJECT, "config");
    assert_leaf(f, "wan.address", "\"203.0.113.1\"");
    json_decref(f);
    /* Cut before the address: it is not "none". */
    f = read_with("ip_address", "Interface Ethernet0/0 \"outside\", is up, "
                                "line protocol is up\n", SUBJECT, "config");
    assert_state(f, "unreadable");
    json_decref(f);
    f = read_with("interfaces", "Interface Ethernet0/1 \"inside\", is up, "
                                "line protocol is up\n", SUBJECT, "config");
    assert_state(f, "unreadable");
    json_decref(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_secrets),
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_peers_v2),
        cmocka_unit_test(test_transforms),
        cmocka_unit_test(test_log),
        cmocka_unit_test(test_ping),
        cmocka_unit_test(test_access_lists),
        cmocka_unit_test(test_routes),
        cmocka_unit_test(test_version),
        cmocka_unit_test(test_interfaces),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
