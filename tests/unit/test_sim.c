#include "sim_talk.h"

static void begin(struct talk *t, const char *scenario, const char *knobs,
                  bool login)
{
    begin_on(t, "nec-ix", scenario, knobs, login);
}

/* A session in configuration mode without a pager. */
static void begin_config(struct talk *t, const char *scenario,
                         const char *knobs)
{
    begin(t, scenario, knobs, false);
    type(t, "enable-config\r");
    type(t, "terminal length 0\r");
}

static void modes_follow_the_guideline(void **state)
{
    struct talk t;

    (void)state;
    begin(&t, "healthy-idle", NULL, false);
    assert_has(buf_str(&t.got), "Copyright Notices:\r\n");
    assert_has(buf_str(&t.got), "\r\nRouter# ");
    assert_string_equal(type(&t, "show ike sa\r"),
                        "show ike sa\r\n% show ike -- Invalid command.\r\n"
                        "Router# ");
    assert_string_equal(type(&t, "terminal length 0\r"),
                        "terminal length 0\r\n"
                        "% terminal -- Invalid command.\r\nRouter# ");
    assert_string_equal(type(&t, "configure\r"),
                        "configure\r\nEnter configuration commands, one per "
                        "line. End with CNTL/Z.\r\nRouter(config)# ");
    assert_string_equal(type(&t, "int Tunnel0.0\r"),
                        "int Tunnel0.0\r\nRouter(config-Tunnel0.0)# ");
    assert_string_equal(type(&t, "exit\r"), "exit\r\nRouter(config)# ");
    assert_string_equal(type(&t, "\x1a"), "\r\nRouter# ");
    type(&t, "exit\r");
    assert_true(sim_closed(t.sim));
    end(&t);
}

static void console_asks_for_a_password(void **state)
{
    struct talk t;

    (void)state;
    begin(&t, "healthy-idle", NULL, true);
    assert_string_equal(buf_str(&t.got), "login: ");
    assert_string_equal(type(&t, "admin\r"), "admin\r\nPassword: ");
    assert_string_equal(type(&t, "wrong\r"),
                        "\r\n% Login incorrect\r\n\r\nlogin: ");
    type(&t, "admin\r");
    assert_has(type(&t, "kiriwake-1\r\n"), "Router# ");
    assert_string_equal(
        json_string_value(json_object_get(
            json_array_get(sim_transcript(t.sim), 1), "line")),
        "(hidden)");
    end(&t);
}

static void info_lines_appear_when_asked_for(void **state)
{
    struct talk t;

    (void)state;
    begin_config(&t, "proposal-mismatch-initiator", NULL);
    assert_lacks(type(&t, "show logging\r"), "IKE.001");
    assert_has(type(&t, "show logging\r"),
               "IKE.009: Receive notification data from 198.51.100.200, type "
               "14:NO-PROPOSAL-CHOSEN, protocol ISAKMP\r\n");
    type(&t, "logging subsystem ike info\r");
    assert_has(type(&t, "show running-config\r"),
               "\r\nlogging subsystem ike info\r\n");
    type(&t, "ping 192.168.1.254 source 192.168.0.254\r");
    assert_has(type(&t, "show logging\r"),
               "IKE.047: Initiator negotiation using Main mode\r\n");
    type(&t, "no logging subsystem ike info\r");
    assert_lacks(type(&t, "show running-config\r"), "subsystem ike");
    end(&t);
}

static void monitors_may_look_only(void **state)
{
    struct talk t;

    (void)state;
    begin(&t, "healthy-idle", "user=monitor", false);
    assert_has(type(&t, "configure\r"), "Router(config)% ");
    assert_has(type(&t, "show ipsec sa\r"), "2 created");
    assert_has(type(&t, "clear ipsec sa\r"), "% clear -- Invalid command.");
    assert_has(type(&t, "logging subsystem ike info\r"),
               "% logging -- Invalid command.");
    end(&t);
}

static void the_lock_is_held(void **state)
{
    struct talk t;

    (void)state;
    begin(&t, "healthy-idle", "config-held=1", false);
    assert_has(type(&t, "enable-config\r"),
               "% CONFIG process is occupied.\r\n");
    assert_has(buf_str(&t.got), "\r\nRouter# ");
    end(&t);
}

static void the_echo_folds(void **state)
{
    struct talk t;

    (void)state;        /* the sample of an IX2105, vendor-cli.md 1.2 */
    begin_config(&t, "healthy-idle", NULL);
    type(&t, "hostname ix01\r");
    assert_has(type(&t, "ip access-list user_acl permit ip src "
                        "10.11.0.0/20 dest 10.200.100.0/24\r"),
               "ip access-list user_acl permit ip src 10.11.0.0/20 dest "
               "10.200.10\r\n              0.0/24\r\nix01(config)# ");
    end(&t);
}

static size_t count_lines(const char *s)
{
    size_t n = 0;

    for (; (s = strchr(s, '\n')); s++)
        n++;
    return n;
}

static void the_pager_waits(void **state)
{
    struct talk t;
    size_t len;

    (void)state;
    begin(&t, "healthy-idle", NULL, false);
    type(&t, "configure\r");
    type(&t, "show running-config\r");
    len = t.got.len;
    assert_string_equal(t.got.data + len - 8, "--More--");
    assert_int_equal(count_lines(buf_str(&t.got)), 1 + 23);
    type(&t, " ");
    assert_int_equal(memcmp(t.got.data, "\r        \r", 10), 0);
    assert_int_equal(count_lines(buf_str(&t.got)), 23);
    type(&t, "\r");
    assert_int_equal(count_lines(buf_str(&t.got)), 1);
    assert_string_equal(type(&t, "q"), "\r        \rRouter(config)# ");
    type(&t, "terminal length 0\r");
    assert_lacks(type(&t, "show running-config\r"), "--More--");
    end(&t);
}

static void keys_edit_the_line(void **state)
{
    struct talk t;

    (void)state;
    begin(&t, "healthy-idle", NULL, false);
    assert_string_equal(type(&t, "sX\bh\x7fhow clock\r\n"),
                        "sX\b \bh\b \bhow clock\r\n"
                        "Monday, 16 March 2026 10:00:00 +09 00\r\nRouter# ");
    assert_string_equal(type(&t, "abc\x15show\x03"),
                        "abc\b \b\b \b\b \bshow\r\nRouter# ");
    assert_has(type(&t, "show\n"), "% show -- Incomplete command.");
    end(&t);
}

static void replies_are_the_same_every_time(void **state)
{
    struct talk a, b;

    (void)state;
    begin_config(&a, "psk-mismatch-responder", "old-noise=1");
    begin_config(&b, "psk-mismatch-responder", "old-noise=1&split=3");
    assert_string_equal(type(&a, "show logging\rshow ike sa\r"),
                        type(&b, "show logging\rshow ike sa\r"));
    end(&a);
    end(&b);
}

static void nothing_is_recorded_without_a_buffer(void **state)
{
    struct talk t;

    (void)state;
    begin_config(&t, "proposal-mismatch-log-off", NULL);
    assert_has(type(&t, "show logging\r"), "Buffer logging disabled");
    type(&t, "logging buffered\rlogging timestamp datetime\r");
    t.now += 12000;
    assert_has(type(&t, "show logging\r"), " IKE.009: Receive notification");
    end(&t);
}

static void cleared_associations_come_back(void **state)
{
    struct talk t;

    (void)state;
    begin_config(&t, "healthy-traffic", NULL);
    type(&t, "clear ipsec sa\rclear ike sa\r");
    assert_has(type(&t, "show ipsec sa\r"), "1 configured, 0 created");
    assert_has(type(&t, "show ike sa\r"), "1 configured, 0 created");
    t.now += 12000;         /* the hosts go on talking */
    assert_has(type(&t, "show ipsec sa\r"), "1 configured, 2 created");
    assert_has(type(&t, "show ike sa\r"), "State is established");
    end(&t);
}

static long replay_errors(struct talk *t)
{
    const char *text = type(t, "show ipsec statistics\r");
    const char *at = strstr(text, " replay errors");

    assert_non_null(at);
    while (at[-1] >= '0' && at[-1] <= '9')
        at--;
    return strtol(at, NULL, 10);
}

static void replay_protection_can_be_switched(void **state)
{
    struct talk t;
    long before, after;

    (void)state;
    begin_config(&t, "replay-drop", NULL);
    before = replay_errors(&t);
    t.now += 60000;
    after = replay_errors(&t);
    assert_true(after > before);
    type(&t, "no ipsec anti-replay\r");
    assert_has(type(&t, "show running-config\r"), "no ipsec anti-replay\r\n");
    before = replay_errors(&t);
    t.now += 60000;
    assert_int_equal(replay_errors(&t), before);
    type(&t, "ipsec anti-replay\r");
    assert_lacks(type(&t, "show running-config\r"), "anti-replay");
    t.now += 60000;
    assert_true(replay_errors(&t) > before);
    end(&t);
}

static void a_fix_makes_it_work(void **state)
{
    struct talk t;

    (void)state;
    begin_config(&t, "config-access-list-missing", NULL);
    t.now += 12000;
    assert_has(type(&t, "show ipsec sa\r"), "0 created");
    type(&t, "ip access-list sec-lst permit ip src any dest any\r");
    t.now += 12000;
    assert_has(type(&t, "show ipsec sa\r"), "1 configured, 2 created");
    assert_has(type(&t, "show startup-config\r"), "ip access-list sec-list");
    assert_lacks(buf_str(&t.got), "ip access-list sec-lst permit");
    end(&t);
}

static void a_ping_wakes_the_tunnel(void **state)
{
    struct talk t;

    (void)state;
    begin_config(&t, "comes-up-when-asked", NULL);
    assert_has(type(&t, "show ipsec sa\r"), "0 created");
    assert_has(type(&t, "ping 198.51.100.200\r"), " 0% packet loss");
    assert_has(type(&t, "show ipsec sa\r"), "0 created");
    assert_has(type(&t, "ping 192.168.1.254 source 192.168.0.254\r"),
               "4 packets received, 20% packet loss");
    assert_has(type(&t, "show ipsec sa\r"), "2 created");
    end(&t);
}

/* Each fault and what its two ends see: guideline-notes 3.1 and 3.2. */
static const struct {
    const char *scenario;       /* -initiator: we are A; -responder: B */
    const char *log[4];         /* in this order */
    const char *never[3];
    const char *ike;            /* in `show ike sa` half a second later */
} seen[] = {
    {"proposal-mismatch-initiator",
     {"IKE.001: Begin IKE phase 1", "IKE.047: Initiator negotiation using "
      "Main mode", "IKE.009: Receive notification data from 198.51.100.200, "
      "type 14:NO-PROPOSAL-CHOSEN"},
     {"IKE.002", "IKE.007"}, "0 created"},
    {"proposal-mismatch-responder",
     {"IKE.047: Responder negotiation using Main mode", "IKE.007: Send "
      "notification data to 198.51.100.200, type 14:NO-PROPOSAL-CHOSEN"},
     {"IKE.043", "IKE.037", "IKE.002"}, NULL},
    {"peer-address-initiator",
     {"IKE.001", "type 14:NO-PROPOSAL-CHOSEN"}, {"IKE.002"}, "0 created"},
    {"peer-address-responder",
     {"IKE.043: IKE(peer or ID) configuration not found", "IKE.007: Send "
      "notification data to 198.51.100.200, type 14:NO-PROPOSAL-CHOSEN",
      "IKE.003: Delete phase 1 negotiation table, destination "
      "198.51.100.200"}, {"IKE.002"}, NULL},
    {"version-initiator",
     {"IKE.001", "type 14:NO-PROPOSAL-CHOSEN"}, {"IKE.002"}, "0 created"},
    {"psk-mismatch-initiator",
     {"IKE.001", "IKE.016: No response from 198.51.100.200, timeout"},
     {"IKE.009", "IKE.037", "IKE.002"}, "State is negotiating"},
    {"psk-mismatch-responder",
     {"IKE.047: Responder negotiation using Main mode", "IKE.037: Invalid ID "
      "payload length, length ", "IKE.037: Invalid ID payload length"},
     {"IKE.002", "IKE.007"}, NULL},
    {"udp4500-main",
     {"IKE.001", "IKE.016"}, {"IKE.002", "IKE.009"}, "State is negotiating"},
    {"udp500-path", {"IKE.001", "IKE.016"}, {"IKE.002", "IKE.009"},
     "Responder's cookie is 0x0000000000000000"},
    {"peer-dead", {"IKE.001", "IKE.016"}, {"IKE.002", "IKE.009"},
     "Responder's cookie is 0x0000000000000000"},
    {"peer-no-ike", {"IKE.001", "IKE.016"}, {"IKE.002", "IKE.009"},
     "Responder's cookie is 0x0000000000000000"},
    {"ike-id-main-initiator", {"IKE.001", "type 18:INVALID-ID-INFORMATION"},
     {"IKE.002"}, "0 created"},
    {"mode-main-initiator", {"IKE.001", "type 24:AUTHENTICATION-FAILED"},
     {"IKE.002"}, "0 created"},
    {"mode-aggressive-initiator",
     {"IKE.047: Initiator negotiation using Aggressive mode",
      "type 24:AUTHENTICATION-FAILED"}, {"IKE.002"}, "0 created"},
    {"ipsec-proposal-initiator",
     {"IKE.001: Begin IKE phase 2", "IKE.009: Receive notification data from "
      "198.51.100.200, type 14:NO-PROPOSAL-CHOSEN"},
     {"IKE.002: Finish IKE phase 2"}, "State is established"},
    {"ipsec-pfs-responder",
     {"IKE.001: Begin IKE phase 2", "IKE.007: Send notification data to "
      "198.51.100.200, type 14:NO-PROPOSAL-CHOSEN"},
     {"IKE.002: Finish IKE phase 2"}, "State is established"},
    {"ipsec-id-initiator",
     {"IKE.001: Begin IKE phase 2", "IKE.009: Receive notification data from "
      "198.51.100.200, type 18:INVALID-ID-INFORMATION, protocol ISAKMP"},
     {"IKE.002: Finish IKE phase 2"}, "State is established"},
    {"ipsec-id-responder",
     {"IKE.001: Begin IKE phase 2", "IKE.007: Send notification data to "
      "198.51.100.200, type 18:INVALID-ID-INFORMATION"},
     {"IKE.002: Finish IKE phase 2"}, "State is established"},
    {"ipsec-peer-list-missing",
     {"IKE.001: Begin IKE phase 2", "type 18:INVALID-ID-INFORMATION"},
     {"IKE.002: Finish IKE phase 2"}, "State is established"},
    {"two-faults", {"type 18:INVALID-ID-INFORMATION"}, {"type 14"},
     "State is established"},
    {"psk-mismatch-aggressive-initiator",
     {"IKE.047: Initiator negotiation using Aggressive mode",
      "IKE.007: Send notification data to 198.51.100.200, type 23:"},
     {"IKE.002", "IKE.016"}, "0 created"},
    {"psk-mismatch-aggressive-responder",
     {"IKE.047: Responder negotiation using Aggressive mode",
      "IKE.009: Receive notification data from 198.51.100.200, type 23:"},
     {"IKE.002", "IKE.037"}, NULL},
    {"ike-id-aggressive-initiator",
     {"IKE.047: Initiator negotiation using Aggressive mode",
      "IKE.009: Receive notification data from 198.51.100.200, type 18:"},
     {"IKE.002"}, "0 created"},
    {"ike-id-aggressive-responder",
     {"IKE.043: IKE(peer or ID) configuration not found",
      "IKE.007: Send notification data to 198.51.100.200, type 18:"},
     {"IKE.002"}, "0 created"},
    {"udp4500-aggressive",
     {"IKE.001: Begin IKE phase 1", "IKE.002: Finish IKE phase 1",
      "IKE.001: Begin IKE phase 2", "IKE.016: No response from "
      "198.51.100.200, timeout"},
     {"IKE.009", "IKE.002: Finish IKE phase 2"}, "State is established"},
    {"udp500-filter",
     {"IKE.001", "FLT.008: BLOCK udp 198.51.100.200:500 > "
      "198.51.100.100:500, not match any filters, GigaEthernet0.1 in",
      "IKE.016"}, {"IKE.002"}, NULL},
};

static void both_ends_see_what_they_would(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof seen / sizeof seen[0]; i++) {
        struct talk t;
        const char *at;

        begin_config(&t, seen[i].scenario, NULL);
        type(&t, "clear logging\rlogging subsystem ike info\r");
        if (seen[i].ike) {
            type(&t, "ping 192.168.1.254 source 192.168.0.254 count 1\r");
            t.now += 300;
            assert_has(type(&t, "show ike sa\r"), seen[i].ike);
        }
        t.now += 14000;
        at = type(&t, "show logging\r");
        for (size_t k = 0; k < 3 && seen[i].never[k]; k++)
            assert_lacks(at, seen[i].never[k]);
        for (size_t k = 0; k < 4 && seen[i].log[k]; k++) {
            if (!strstr(at, seen[i].log[k]))
                fail_msg("%s: no '%s' in (the rest of)\n%s", seen[i].scenario,
                         seen[i].log[k], at);
            at = strstr(at, seen[i].log[k]) + 1;
        }
        end(&t);
    }
}

static void knobs_are_checked(void **state)
{
    struct err e = {0};

    (void)state;
    assert_null(sim_new(&builtin, "nec-ix", "healthy-idle", "splt=3", false,
                        &e));
    assert_int_equal(e.status, EXIT_USAGE);
    assert_has(e.hint, "split");
    assert_null(sim_new(&builtin, "nec-ix", "helthy-idle", NULL, false, &e));
    assert_int_equal(e.status, EXIT_USAGE);
    assert_has(e.hint, "healthy-idle");
    assert_null(sim_new(&builtin, "nec-xi", "healthy-idle", NULL, false, &e));
    assert_has(e.hint, "nec-ix");
    assert_null(sim_new(&builtin, "nec-ix", "healthy-idle", "split=x", false,
                        &e));
    assert_has(e.what, "expected a number");
}

static void faults_do_what_they_say(void **state)
{
    struct talk t;
    uint64_t due;

    (void)state;
    begin_config(&t, "healthy-idle", "refuse=show+ipsec+sa");
    assert_string_equal(type(&t, "show ipsec sa\r"),
                        "show ipsec sa\r\n% show ipsec sa -- Invalid command."
                        "\r\nRouter(config)# ");
    assert_has(type(&t, "show ike sa\r"), "1 created");
    end(&t);

    begin_config(&t, "healthy-idle", "truncate=show+ike+sa:2&echo=none");
    assert_string_equal(type(&t, "show ike sa\r"),
                        "ISAKMP SA - 1 configured, 1 created\r\nLocal address "
                        "is 198.51.100.100, port is 500\r\nRouter(config)# ");
    end(&t);

    begin_config(&t, "healthy-idle", "mute=show+ike+sa");
    assert_string_equal(type(&t, "show ike sa\r"), "show ike sa\r\n");
    assert_string_equal(type(&t, "show clock\r"), "");
    assert_string_equal(type(&t, "\x03"), "\r\nRouter(config)# ");
    end(&t);

    begin(&t, "healthy-idle", "disconnect=40", false);
    assert_int_equal(t.got.len, 40);
    assert_true(sim_closed(t.sim));
    end(&t);

    begin(&t, "healthy-idle", "delay=5000", false);
    buf_clear(&t.got);
    sim_receive(t.sim, "show clock\r", 11, t.now);
    sim_output(t.sim, &t.got, t.now + 4999, &due);
    assert_string_equal(buf_str(&t.got), "show clock\r\n");
    assert_int_equal(due, t.now + 10000);   /* its only line is its end */
    end(&t);
}

static void variations_keep_the_fault(void **state)
{
    struct talk t;
    json_t *args;

    (void)state;
    begin_config(&t, "psk-mismatch-responder", "rename=1&second-vpn=up");
    assert_has(type(&t, "show running-config\r"), "hostname kyoto-gw1");
    assert_lacks(buf_str(&t.got), "198.51.100.");
    assert_lacks(buf_str(&t.got), "ike-policy");
    assert_has(type(&t, "show ipsec sa\r"), "2 configured, 2 created");
    assert_has(type(&t, "show logging\r"), "IKE.037");
    args = sim_args(t.sim);
    assert_string_equal(
        json_string_value(json_array_get(args, json_array_size(args) - 1)),
        "Tunnel5.0");
    json_decref(args);
    end(&t);

    begin_config(&t, "psk-mismatch-responder", "later-success=1");
    assert_has(type(&t, "show logging\r"), "IKE.037");
    assert_has(type(&t, "show ipsec sa\r"), "1 configured, 2 created");
    end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(modes_follow_the_guideline),
        cmocka_unit_test(console_asks_for_a_password),
        cmocka_unit_test(monitors_may_look_only),
        cmocka_unit_test(the_lock_is_held),
        cmocka_unit_test(the_echo_folds),
        cmocka_unit_test(the_pager_waits),
        cmocka_unit_test(keys_edit_the_line),
        cmocka_unit_test(replies_are_the_same_every_time),
        cmocka_unit_test(info_lines_appear_when_asked_for),
        cmocka_unit_test(nothing_is_recorded_without_a_buffer),
        cmocka_unit_test(cleared_associations_come_back),
        cmocka_unit_test(replay_protection_can_be_switched),
        cmocka_unit_test(a_fix_makes_it_work),
        cmocka_unit_test(a_ping_wakes_the_tunnel),
        cmocka_unit_test(both_ends_see_what_they_would),
        cmocka_unit_test(knobs_are_checked),
        cmocka_unit_test(faults_do_what_they_say),
        cmocka_unit_test(variations_keep_the_fault),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
