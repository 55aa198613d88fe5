/* How the simulated devices behave to whoever types: abbreviations, help,
 * the pager's size, logins, what is on the way out there. */
#include "sim_talk.h"

static const struct vendor {
    const char *driver, *privileged;    /* what leads to the full commands */
    const char *ambiguous, *told;       /* a line, and what is said of it */
    const char *asked, *listed, *again; /* "…?", a word of the list, the line */
    const char *prompt;
    const char *refused;                /* a wrong login */
} vendors[] = {
    {"nec-ix", "enable-config\r", "sh ike s\r",
     "% sh ike s -- Ambiguous command.\r\n", "show ip?", "  ip\r\n  ipsec\r\n",
     "\r\nRouter(config)# show ip", "Router(config)# ",
     "% Login incorrect\r\n"},
    {"nec-wa", "enable\r", "show i\r", "% Ambiguous command.\r\n", "show ip ?",
     "  address\r\n  route\r\n", "\r\nWA-Branch#show ip ", "WA-Branch#",
     "Login incorrect\r\n"},
    {"cisco-ios", "\r", "sh c\r",
     "% Ambiguous command:  \"sh c\"\r\n", "show ip int?", "  interface\r\n",
     "\r\nRouter#show ip int", "Router#", "% Login invalid\r\n"},
    {"cisco-asa", "\r", "show cry ike sa\r",
     "ERROR: % Ambiguous command:  \"show cry ike sa\"\r\n",
     "show crypto ike?", "  ikev1\r\n  ikev2\r\n",
     "\r\nasa-branch# show crypto ike", "asa-branch# ",
     "Login incorrect\r\n"},
    {"paloalto-panos", "\r", "show r\r", "Invalid syntax.\r\n", "show vpn ip?",
     "  ipsec-sa\r\n", "> show vpn ip", "> ", "Login incorrect\r\n"},
};
#define VENDORS (sizeof vendors / sizeof vendors[0])

static void begin(struct talk *t, const struct vendor *v, bool login)
{
    begin_on(t, v->driver, "healthy-idle", NULL, login);
    if (!login)
        type(t, v->privileged);
}

static bool ends(const char *text, const char *with)
{
    size_t n = strlen(text), m = strlen(with);

    return n >= m && strcmp(text + n - m, with) == 0;
}

static void a_word_is_settled_in_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < VENDORS; i++) {
        struct talk t;

        begin(&t, &vendors[i], false);
        assert_has(type(&t, vendors[i].ambiguous), vendors[i].told);
        end(&t);
    }
}

/* One letter never changes a configuration. */
static void an_ambiguous_letter_does_nothing(void **state)
{
    struct talk t;

    (void)state;
    begin(&t, &vendors[0], false);
    assert_has(type(&t, "s\r"), "% s -- Ambiguous command.\r\n");
    type(&t, "terminal length 0\r");
    assert_lacks(type(&t, "show running-config\r"), "\r\nssh-server\r\n");
    end(&t);
}

static void help_lists_and_the_line_stays(void **state)
{
    (void)state;
    for (size_t i = 0; i < VENDORS; i++) {
        const struct vendor *v = &vendors[i];
        struct talk t;

        begin(&t, v, false);
        assert_has(type(&t, v->asked), v->listed);
        assert_true(ends(buf_str(&t.got), v->again));
        /* Ctrl-C drops the line; nothing of it is run */
        assert_true(ends(type(&t, "\003"), v->prompt));
        assert_true(ends(type(&t, "nothing ?"), "nothing "));
        type(&t, "\003");
        end(&t);
    }
}

static void help_goes_on_with_the_line(void **state)
{
    struct talk t;

    (void)state;
    begin(&t, &vendors[2], false);
    assert_true(ends(type(&t, "show cl?"), "Router#show cl"));
    assert_has(type(&t, "ock\r"), "UTC Mon Mar 16 2026\r\n");
    assert_string_equal(
        json_string_value(json_object_get(
            json_array_get(sim_transcript(t.sim), 1), "line")),
        "show clock");
    end(&t);
}

/* In a password "?" is a character. */
static void a_password_may_hold_a_question_mark(void **state)
{
    struct talk t;

    (void)state;
    begin(&t, &vendors[0], true);
    type(&t, "admin\r");
    assert_string_equal(type(&t, "?"), "");
    assert_has(type(&t, "\r"), "% Login incorrect");
    end(&t);
}

static void the_third_wrong_password_ends_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < VENDORS; i++) {
        const struct vendor *v = &vendors[i];
        struct talk t;

        begin(&t, v, true);
        for (int n = 0; n < 3; n++) {
            uint64_t before;

            assert_false(sim_closed(t.sim));
            type(&t, "admin\r");
            before = t.now;
            assert_has(type(&t, "wrong\r"), v->refused);
            assert_true(t.now > before);        /* it takes its time */
        }
        assert_true(sim_closed(t.sim));
        end(&t);
    }
}

static size_t lines_in(const char *text)
{
    size_t n = 0;

    for (; *text; text++)
        n += *text == '\n';
    return n;
}

/* 24 rows: 23 lines and the pager; a blank gives 23 more, Return one. */
static void a_page_has_24_rows(void **state)
{
    struct talk t;

    (void)state;
    begin(&t, &vendors[2], false);
    type(&t, "show running-config\r");
    assert_true(ends(buf_str(&t.got), " --More-- "));
    assert_int_equal(lines_in(buf_str(&t.got)), 1 + 23);  /* and the echo */
    type(&t, " ");
    assert_int_equal(lines_in(buf_str(&t.got)), 23);
    type(&t, "\r");
    assert_int_equal(lines_in(buf_str(&t.got)), 1);
    assert_true(ends(type(&t, "q"), "Router#"));
    end(&t);
}

/* A lone word is taken for a host: its name is asked for. */
static void an_unknown_word_is_looked_up(void **state)
{
    struct talk t;
    uint64_t before;

    (void)state;
    begin(&t, &vendors[2], false);
    before = t.now;
    assert_has(type(&t, "foo\r"),
               "Translating \"foo\"...domain server (255.255.255.255)\r\n"
               "% Unknown command or computer name, or unable to find "
               "computer address\r\n");
    assert_true(t.now >= before + 3000);
    type(&t, "configure terminal\rno ip domain lookup\rend\r");
    assert_lacks(type(&t, "foo\r"), "Translating");
    end(&t);
}

static void a_console_goes_back_to_its_start(void **state)
{
    struct talk t;

    (void)state;
    begin_on(&t, "cisco-ios", "psk-responder-console", NULL, false);
    assert_has(type(&t, "exit\r"), "Press RETURN to get started.");
    assert_false(sim_closed(t.sim));
    assert_lacks(buf_str(&t.got), "Router#");
    assert_true(ends(type(&t, "\r"), "Router#"));
    end(&t);
    begin_on(&t, "cisco-ios", "psk-responder", NULL, false);
    type(&t, "exit\r");
    assert_true(sim_closed(t.sim));
    end(&t);
}

/* The width of an ASA's lines is a part of its configuration. */
static void an_asa_keeps_its_width(void **state)
{
    struct talk t;

    (void)state;
    begin(&t, &vendors[3], false);
    assert_has(type(&t, "terminal width 511\r"), "ERROR: % Invalid input");
    type(&t, "configure terminal\rterminal width 511\rend\r");
    assert_has(type(&t, "show running-config | include width\r"),
               "terminal width 511");
    end(&t);
}

/* A comment or an empty line is no command. */
static void comments_say_nothing(void **state)
{
    static const char *const lines[] = {"! a comment\r", "   \r", "\r"};

    (void)state;
    for (size_t i = 0; i < VENDORS; i++) {
        struct talk t;

        if (strcmp(vendors[i].driver, "paloalto-panos") == 0)
            continue;           /* "!" means nothing to it */
        begin(&t, &vendors[i], false);
        for (size_t k = 0; k < 3; k++) {
            type(&t, lines[k]);
            assert_true(ends(buf_str(&t.got), vendors[i].prompt));
            assert_int_equal(lines_in(buf_str(&t.got)), 1);
        }
        end(&t);
    }
}

static void an_unknown_path_is_not_set(void **state)
{
    struct talk t;

    (void)state;
    begin(&t, &vendors[4], false);
    type(&t, "configure\r");
    assert_has(type(&t, "set nothing of-the-kind\r"), "Invalid syntax.\r\n");
    end(&t);
}

/* Nobody out there answers for a private address, nor for a dead peer. */
static void what_answers_out_there(void **state)
{
    static const char *const pings[] = {
        "ping 198.51.100.200\r", "ping 192.0.2.77\r", "ping 10.99.99.99\r"};
    static const struct {
        const char *driver, *scenario;
        const char *answers;            /* to each: '+' or '-' */
    } seen[] = {
        {"nec-ix", "healthy-idle", "++-"},
        {"nec-ix", "peer-dead", "-+-"},
        {"nec-ix", "carrier-outage", "---"},
        {"nec-ix", "private-address", "++-"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof seen / sizeof seen[0]; i++) {
        struct talk t;

        begin_on(&t, seen[i].driver, seen[i].scenario, NULL, false);
        for (size_t k = 0; k < 3; k++)
            if (!strstr(type(&t, pings[k]), " 0% packet loss") !=
                (seen[i].answers[k] == '-'))
                fail_msg("%s: %s%s", seen[i].scenario, pings[k],
                         buf_str(&t.got));
        end(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_word_is_settled_in_its_place),
        cmocka_unit_test(an_ambiguous_letter_does_nothing),
        cmocka_unit_test(help_lists_and_the_line_stays),
        cmocka_unit_test(help_goes_on_with_the_line),
        cmocka_unit_test(a_password_may_hold_a_question_mark),
        cmocka_unit_test(the_third_wrong_password_ends_it),
        cmocka_unit_test(a_page_has_24_rows),
        cmocka_unit_test(an_unknown_word_is_looked_up),
        cmocka_unit_test(a_console_goes_back_to_its_start),
        cmocka_unit_test(an_asa_keeps_its_width),
        cmocka_unit_test(comments_say_nothing),
        cmocka_unit_test(an_unknown_path_is_not_set),
        cmocka_unit_test(what_answers_out_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
