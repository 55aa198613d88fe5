/* What the cisco-ios driver takes for "now": the log's lines and the clock
 * have zones of their own, and either may have been set since. */
#include "cisco_ios.h"

#define SUBJECT                                                            \
    "{\"id\": \"VPN 10\", \"peer\": \"203.0.113.5\", \"peer_any\": false, "  \
    "\"peers\": [\"203.0.113.5\"], \"ike_version\": 1}"
#define HEAD "Log Buffer (16384 bytes):\n"
#define BAD                                                                \
    ": %CRYPTO-4-IKMP_BAD_MESSAGE: IKE message from 203.0.113.5 failed its " \
    "sanity check or is malformed\n"
#define UTC_LINES "service timestamps log datetime msec\n"
#define LOCAL_LINES "service timestamps log datetime msec localtime\n"

/* The log's facts on a router with these lines of configuration. */
static json_t *log_of(const char *config, const char *clock, const char *log)
{
    json_t *env = json_object();
    char *text = mem_printf("hostname branch\n%s"
                            "crypto map VPN 10 ipsec-isakmp\n"
                            " set peer 203.0.113.5\n!\nend\n", config);
    json_t *f;

    json_object_set_new(env, "config", read_text("config", text, SUBJECT,
                                                 env));
    json_object_set_new(env, "clock", read_text("clock", clock, "{}", env));
    f = read_text("log", log, SUBJECT, env);
    assert_string_equal(state_of(f), "present");
    free(text);
    json_decref(env);
    return f;
}

/* age: of the last line, in seconds; "" where it cannot be known. */
static void assert_age(const char *config, const char *clock,
                       const char *line, const char *age)
{
    char *text = mem_printf(HEAD "%s", line);
    json_t *f = log_of(config, clock, text);

    assert_leaf(f, "events.0.age_s", age);
    assert_leaf(f, "dated", *age ? "true" : "false");
    json_decref(f);
    free(text);
}

/* Without "localtime" lines are of UTC, whatever the clock shows. */
static void test_zones(void **state)
{
    (void)state;
    assert_age(UTC_LINES, "12:00:00.000 UTC Sat Mar 28 2026\n",
               "Mar 28 11:58:00.000" BAD, "120");
    assert_age("clock timezone EST -5 0\n" UTC_LINES,
               "12:00:00.000 EST Sat Mar 28 2026\n",
               "Mar 28 11:58:00.000" BAD, "18120");
    assert_age("clock timezone JST 9 0\n" UTC_LINES,
               "20:00:00.000 JST Sat Mar 28 2026\n",
               "Mar 28 10:58:00.000" BAD, "120");
    assert_age("clock timezone JST 9 0\n" LOCAL_LINES,
               "20:00:00.000 JST Sat Mar 28 2026\n",
               "Mar 28 19:58:00.000" BAD, "120");
    assert_age("clock timezone NST -3 30\n" UTC_LINES,
               "08:30:00.000 NST Sat Mar 28 2026\n",
               "Mar 28 11:58:00.000" BAD, "120");
    assert_age("clock timezone EST -5 0\nclock summer-time EDT recurring\n"
               UTC_LINES, "08:00:00.000 EDT Sat Mar 28 2026\n",
               "Mar 28 11:58:00.000" BAD, "120");
    /* nobody says how far the zone is from UTC */
    assert_age(UTC_LINES, "12:00:00.000 EST Sat Mar 28 2026\n",
               "Mar 28 11:58:00.000" BAD, "");
}

/* A zone in the line itself. */
static void test_zones_shown(void **state)
{
    (void)state;
    assert_age("", "20:00:00.000 JST Sat Mar 28 2026\n",
               "Mar 28 19:58:00.000 JST" BAD, "120");
    assert_age("clock timezone JST 9\n", "20:00:00.000 JST Sat Mar 28 2026\n",
               "Mar 28 10:58:00.000 UTC" BAD, "120");
    assert_age("clock timezone EST -5\nclock summer-time EDT recurring\n",
               "08:00:00.000 EDT Sat Mar 28 2026\n",
               "Mar 28 06:58:00.000 EST" BAD, "120");
    assert_age("", "20:00:00.000 JST Sat Mar 28 2026\n",
               "Mar 28 19:58:00.000 UTC" BAD, "");
}

/* Debugging is stamped by a line of its own. */
static void test_debug_lines(void **state)
{
    static const char config[] =
        "service timestamps debug datetime msec localtime\n"
        "service timestamps log datetime msec\nclock timezone JST 9 0\n";
    json_t *f = log_of(config, "20:00:00.000 JST Sat Mar 28 2026\n",
                       HEAD "Mar 28 19:58:00.000: ISAKMP:(1001):found peer "
                       "pre-shared key matching 203.0.113.5\n"
                       "Mar 28 19:58:00.000: ISAKMP:(1001):no offers "
                       "accepted!\n");

    (void)state;
    assert_leaf(f, "said.no_offers.0.age_s", "120");
    json_decref(f);
}

/* "*": the clock had not been set when the line was written. */
static void test_clock_set_since(void **state)
{
    (void)state;
    assert_age(UTC_LINES, "12:00:00.000 UTC Sat Mar 28 2026\n",
               "*Mar 28 11:58:00.000" BAD, "");
    assert_age(UTC_LINES, "12:00:00.000 UTC Sat Mar 28 2026\n",
               "000044: *Mar 28 11:58:00.000" BAD, "");
    assert_age(UTC_LINES, "*12:00:00.000 UTC Sat Mar 28 2026\n",
               "000044: *Mar 28 11:58:00.000" BAD, "120");
    /* set back: the newest line lies ahead */
    assert_age(UTC_LINES, "12:00:00.000 UTC Sat Mar 28 2026\n",
               "Mar 28 13:58:00.000" BAD, "");
}

#define CLOCK "*08:08:00.000 UTC Sat Mar 28 2026\n"
#define PROXY(minute)                                                      \
    "*Mar 28 " minute ":00.000: ISAKMP:(1001):found peer pre-shared key "   \
    "matching 203.0.113.5\n"                                               \
    "*Mar 28 " minute ":01.000: IPSEC(ipsec_process_proposal): proxy "      \
    "identities not supported\n"

/* What was mended is told no more, while the next fault is. */
static void test_newest_cause(void **state)
{
    json_t *f = log_of("", CLOCK, HEAD PROXY("07:57")
                       "*Mar 28 08:07:00.000" BAD);

    (void)state;
    assert_leaf(f, "said.key.0.age_s", "60");
    assert_leaf(f, "said.proxy", "");
    assert_leaf(f, "recent.0.event", "\"ipsec.proxy-unsupported\"");
    json_decref(f);
    /* both in turn, as either end calls */
    f = log_of("", CLOCK, HEAD PROXY("08:06") "*Mar 28 08:07:00.000" BAD);
    assert_leaf(f, "said.key.0.age_s", "60");
    assert_leaf(f, "said.proxy.0.age_s", "119");
    json_decref(f);
    /* another address's cause, no longer told */
    f = log_of("", CLOCK, HEAD
               "*Mar 28 07:57:00.000: ISAKMP: No cert, and no keys (public "
               "or pre-shared) with remote peer 198.18.0.9\n"
               "*Mar 28 08:07:00.000" BAD);
    assert_leaf(f, "said.key.0.age_s", "60");
    assert_leaf(f, "stranger_said", "[]");
    json_decref(f);
}

/* IOS XE 17 says what kind of line it is before the number. */
static void test_kinds_of_lines(void **state)
{
    static const char lines[] =
        HEAD "*Mar 28 08:07:00.000: ISAKMP: (1003):found peer pre-shared key "
        "matching 203.0.113.5\n"
        "*Mar 28 08:07:00.001: ISAKMP: (1004):found peer pre-shared key "
        "matching 192.0.2.77\n"
        "*Mar 28 08:07:00.002: ISAKMP-ERROR: (1003):no offers accepted!\n";
    json_t *f = log_of("crypto map VPN 20 ipsec-isakmp\n set peer 192.0.2.77\n",
                       CLOCK, lines);

    (void)state;
    assert_leaf(f, "said.no_offers.0.age_s", "60");
    json_decref(f);
}

/* Lines from before a change are of another configuration. */
static void test_changed_since(void **state)
{
    json_t *f = log_of("", CLOCK, HEAD "*Mar 28 08:00:00.000" BAD
                       "*Mar 28 08:05:00.000: %SYS-5-CONFIG_I: Configured "
                       "from console by admin on vty0 (10.0.0.9)\n");

    (void)state;
    assert_leaf(f, "said.key", "");
    assert_leaf(f, "events.0.superseded", "true");
    json_decref(f);
    f = log_of("", CLOCK, HEAD
               "*Mar 28 08:05:00.000: %SYS-5-CONFIG_I: Configured from "
               "console by console\n"
               "*Mar 28 08:07:00.000" BAD);
    assert_leaf(f, "said.key.0.age_s", "60");
    json_decref(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_zones),
        cmocka_unit_test(test_zones_shown),
        cmocka_unit_test(test_debug_lines),
        cmocka_unit_test(test_clock_set_since),
        cmocka_unit_test(test_newest_cause),
        cmocka_unit_test(test_changed_since),
        cmocka_unit_test(test_kinds_of_lines),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
