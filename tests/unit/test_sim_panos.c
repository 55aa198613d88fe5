/* Simulated PAN-OS firewalls: liveness of IKEv2 and what tells of it. */
#include "sim_talk.h"

static void begin(struct talk *t, const char *scenario, const char *knobs)
{
    begin_on(t, "paloalto-panos", scenario, knobs, false);
    type(t, "set cli pager off\r");
    type(t, "set cli terminal width 500\r");
}

/* Lost at 09:45:00, some seconds after the last sign of life: a request five
 * seconds after that one, then 319 s of pauses (1 2 4 8 16 32 64 64 64 64). */
static void a_loss_ends_in_dpd(void **state)
{
    struct talk t;

    (void)state;
    begin(&t, "path-lost", NULL);
    assert_has(type(&t, "show log system direction equal backward\r"),
               "2026/03/16 09:50:21 low      vpn     hq-osa ikev2-n 0  "
               "IKEv2 IKE SA is down determined by DPD.");
    assert_has(type(&t, "tail lines 200 mp-log ikemgr.log\r"),
               "2026-03-16 09:50:22.002 +0900 [INFO]: {   1:   1}: DPD down, "
               "rekey vpn tunnel <branch-to-osaka>, SA state ESTABLISHED");
    assert_has(type(&t, "show vpn ike-sa\r"), "There is no IKEv2 SA found.");
    assert_has(type(&t, "show vpn ipsec-sa\r"),
               "There is no IPSec SA found.");
    assert_has(type(&t, "show vpn flow\r"), "inactiv off");
    end(&t);
}

/* The guideline's other reading: ten retries at the interval of 5 s. */
static void retries_may_be_even(void **state)
{
    struct talk t;

    (void)state;
    begin(&t, "path-lost-flat", NULL);
    assert_has(type(&t, "show log system\r"), "2026/03/16 09:45:52 low");
    end(&t);
}

static void a_lost_path_comes_back(void **state)
{
    struct talk t;

    (void)state;
    begin(&t, "path-lost-past", NULL);
    assert_has(type(&t, "show log system\r"), "determined by DPD.");
    assert_has(type(&t, "show vpn ike-sa\r"), "1 ike sa found.");
    assert_has(type(&t, "show vpn flow\r"), "active  off");
    end(&t);
}

/* The number in "…message_id N expected N" of the last answer; or -1. */
static long answered(const char *log)
{
    static const char words[] = "[IKE Initiator] response message_id ";
    const char *at = NULL;

    for (const char *p = log; (p = strstr(p, words)); p++)
        at = p;
    return at ? strtol(at + sizeof words - 1, NULL, 10) : -1;
}

static void debugging_shows_message_ids(void **state)
{
    struct talk t;
    char *update;
    long first;

    (void)state;
    begin(&t, "healthy-idle", NULL);
    t.now += 20000;
    assert_lacks(type(&t, "tail lines 50 mp-log ikemgr.log\r"), "message_id");
    type(&t, "debug ike gateway hq-osaka on debug\r");
    t.now += 11000;
    first = answered(type(&t, "tail lines 50 mp-log ikemgr.log\r"));
    assert_true(first > 2);
    update = mem_printf("update response message_id 0x%lx", first);
    assert_has(buf_str(&t.got), update);
    assert_has(buf_str(&t.got), "response exch type 37");
    free(update);
    t.now += 11000;
    /* Eleven seconds, a request every five. */
    assert_in_range(answered(type(&t, "tail lines 50 mp-log ikemgr.log\r")),
                    first + 1, first + 3);
    type(&t, "debug ike gateway hq-osaka off\r");
    end(&t);
}

static void requests_stay_unanswered(void **state)
{
    struct talk t;

    (void)state;
    begin(&t, "liveness-unanswered-flat", NULL);
    type(&t, "debug ike gateway hq-osaka on debug\r");
    type(&t, "debug ike pcap on\r");
    t.now += 16000;
    assert_has(type(&t, "tail lines 50 mp-log ikemgr.log\r"),
               "1 times of 76 bytes message will be sent over socket 1024");
    assert_int_equal(answered(buf_str(&t.got)), -1);
    assert_has(type(&t, "view-pcap no-dns-lookup yes no-port-lookup yes "
                        "debug-pcap ikemgr.pcap\r"),
               "IP 198.51.100.10.500 > 203.0.113.20.500: isakmp: ");
    assert_lacks(buf_str(&t.got), "IP 203.0.113.20.500 > ");
    end(&t);
}

static void traffic_is_a_sign_of_life(void **state)
{
    struct talk t;

    (void)state;
    begin(&t, "healthy-both-ways", NULL);
    type(&t, "debug ike gateway hq-osaka on debug\r");
    t.now += 60000;
    assert_lacks(type(&t, "tail lines 50 mp-log ikemgr.log\r"), "76 bytes");
    end(&t);
}

static void names_that_begin_alike(void **state)
{
    struct talk t;

    (void)state;
    begin(&t, "other-vpn-down", NULL);
    assert_has(type(&t, "show log system\r"),
               "hq-osa ikev2-n 0  IKEv2 IKE SA is down");
    assert_has(type(&t, "tail lines 200 mp-log ikemgr.log\r"),
               "<branch-to-osaka-dc>");
    assert_lacks(buf_str(&t.got), "<branch-to-osaka>");
    end(&t);
}

static void only_a_commit_changes(void **state)
{
    struct talk t;

    (void)state;
    begin(&t, "healthy-traffic", NULL);
    type(&t, "configure\r");
    assert_has(type(&t, "set network ike gateway hq-osaka protocol ikev2 "
                        "dpd interval 60\r"), "[edit]");
    assert_has(type(&t, "run show config running\r"), "interval 5;");
    type(&t, "commit\r");
    assert_has(type(&t, "run show config running\r"), "interval 60;");
    type(&t, "exit\r");
    type(&t, "debug ike gateway hq-osaka on debug\r");
    t.now += 60000;
    assert_lacks(type(&t, "tail lines 50 mp-log ikemgr.log\r"),
                 "[IKE Initiator] response");
    end(&t);
}

static void a_viewer_is_left_by_its_key(void **state)
{
    struct talk t;

    (void)state;
    begin(&t, "healthy-traffic", NULL);
    assert_has(type(&t, "less mp-log ikemgr.log\r"), "(END)");
    assert_lacks(type(&t, "  \r"), "fw-branch");
    assert_has(type(&t, "q"), "admin@fw-branch(active)> ");
    assert_has(type(&t, "show config running | match interval\r"),
               "interval 5;");
    assert_lacks(buf_str(&t.got), "network");
    end(&t);
}

static void keys_are_hidden(void **state)
{
    struct talk t;

    (void)state;
    begin(&t, "healthy-traffic", NULL);
    assert_has(type(&t, "show config running\r"), "key -AQ==");
    assert_lacks(buf_str(&t.got), "kagi");
    end(&t);
}

/* Copies the hexadecimal digits behind a text. */
static void hex_behind(const char *text, const char *mark, char *spi)
{
    const char *at = strstr(text, mark);

    assert_non_null(at);
    at += strlen(mark);
    assert_int_equal(8, strspn(at, "0123456789ABCDEF"));
    memcpy(spi, at, 8);
    spi[8] = '\0';
}

/* While it is renewed, a tunnel has two pairs of SAs: each with the SPIs that
 * the log told of it. */
static void each_pair_has_its_own_spis(void **state)
{
    struct talk t;
    struct buf row[2] = {{0}, {0}};
    char spi[9];
    const char *at;

    (void)state;
    begin(&t, "healthy-rekeying", NULL);
    type(&t, "set cli pager off\r");
    at = type(&t, "show log system\r");
    for (int i = 0; i < 2; i++) {
        at = strstr(at + 1, "IPSec key installed.");
        assert_non_null(at);
        hex_behind(at, "SPI:0x", spi);
        buf_printf(&row[i], " %s ", spi);
        hex_behind(at, "/0x", spi);
        assert_null(strstr(buf_str(&row[i]), spi));
        buf_printf(&row[i], "%s ", spi);
    }
    assert_string_not_equal(buf_str(&row[0]), buf_str(&row[1]));
    type(&t, "show vpn ipsec-sa\r");
    for (int i = 0; i < 2; i++) {
        assert_has(buf_str(&t.got), buf_str(&row[i]));
        buf_free(&row[i]);
    }
    end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_loss_ends_in_dpd),
        cmocka_unit_test(retries_may_be_even),
        cmocka_unit_test(a_lost_path_comes_back),
        cmocka_unit_test(debugging_shows_message_ids),
        cmocka_unit_test(requests_stay_unanswered),
        cmocka_unit_test(traffic_is_a_sign_of_life),
        cmocka_unit_test(names_that_begin_alike),
        cmocka_unit_test(only_a_commit_changes),
        cmocka_unit_test(a_viewer_is_left_by_its_key),
        cmocka_unit_test(keys_are_hidden),
        cmocka_unit_test(each_pair_has_its_own_spis),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
