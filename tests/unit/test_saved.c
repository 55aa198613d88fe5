/* Saved text: words, lines, commands and replies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "kiriwake/buf.h"
#include "kiriwake/mem.h"
#include "kiriwake/saved.h"

static const struct console_mode modes[] = {
    {.name = "exec", .prompt = "^{host}[#%$] ?$"},
    {.name = "config", .prompt = "^{host}\\(config[^)]*\\)[#%$] ?$"}};
static const struct console_named monitors[] = {
    {"boot", "^boot\\[\\d+\\]> ?$"}};
static const char *const refused[] = {"^%.*-- Invalid command", NULL};
static const struct console_profile profile = {
    .driver = "test", .login_user = "^login: ?$",
    .login_password = "(?i)password: ?$", .modes = modes, .mode_count = 2,
    .monitors = monitors, .monitor_count = 1, .pager_match = "--More--",
    .refused = refused, .width = 80, .reply_max_bytes = 4000};
static const char *const forms[] = {
    "show version", "show running-config", "show ike sa", "show ipsec sa",
    "show ip route", "show ip interface", "show logging", "ping *",
    "ping * source *", "show crypto isakmp sa", "show crypto ipsec sa", NULL};
static const char *const sections[] = {"^-{5,} (show .+?) -{5,}$", NULL};
static const char *const prefixes[] = {"do ", NULL};
static const char *const ends[] = {"^end$", NULL};
static const struct saved_rules rules = {
    &profile, forms, sections, ends, prefixes};

/* --- words --- */

static void expect_word(const char *typed, const char *command)
{
    char *got = saved_expand(forms, typed);

    if (command)
        assert_string_equal(got, command);
    else
        assert_null(got);
    free(got);
}

static void test_words(void **state)
{
    (void)state;
    expect_word("show version", "show version");
    expect_word("  sh   ver ", "show version");
    expect_word("sh run", "show running-config");
    expect_word("SH RUN", "show running-config");
    expect_word("sh ike sa", "show ike sa");
    expect_word("sh ips sa", "show ipsec sa");
    expect_word("sh cry isa sa", "show crypto isakmp sa");
    expect_word("ping 192.0.2.1", "ping 192.0.2.1");
    expect_word("pi 192.0.2.1 so 10.0.0.1", "ping 192.0.2.1 source 10.0.0.1");
}

static void test_words_that_fit_none(void **state)
{
    (void)state;
    expect_word("", NULL);
    expect_word("sh i sa", NULL);           /* ike, ipsec */
    expect_word("show ip sa", NULL);        /* ip is a word of its own */
    expect_word("sh cry i sa", NULL);
    expect_word("show version detail", NULL);
    expect_word("show", NULL);
    expect_word("show versions", NULL);
    expect_word("show run | include key", NULL);
    expect_word("ping", NULL);
    expect_word("ping a b c", NULL);
}

/* --- logs --- */

static struct saved *read_split(const char *text, size_t len, size_t split)
{
    struct err e = {0};
    struct saved_form form;
    struct saved *s;

    saved_sniff(&form, text, len);
    s = saved_new(&rules, &form, &e);
    assert_non_null(s);
    for (size_t i = 0; i < len; i += split)
        saved_feed(s, text + i, len - i < split ? len - i : split);
    saved_end(s);
    return s;
}

static struct saved *read_bytes(const char *text, size_t len)
{
    return read_split(text, len, len ? len : 1);
}

static struct saved *read_text(const char *text)
{
    return read_bytes(text, strlen(text));
}

static void expect(struct saved *s, size_t i, const char *command,
                   enum reply_state state, const char *text)
{
    struct saved_record *r;

    assert_true(i < saved_count(s));
    r = saved_at(s, i);
    assert_string_equal(r->command, command);
    assert_string_equal(r->reply.text, text);
    assert_int_equal(r->reply.state, state);
    assert_true(state == REPLY_COMPLETE || r->reply.reason[0]);
}

static void expect_one(const char *text, const char *command,
                       enum reply_state state, const char *reply)
{
    struct saved *s = read_text(text);

    assert_int_equal(saved_count(s), 1);
    expect(s, 0, command, state, reply);
    saved_free(s);
}

static void test_plain_log(void **state)
{
    struct saved *s = read_text(
        "NEC Portable\r\n\r\nR1# terminal length 0\r\nR1# show version\r\n"
        "line 1\r\n  line 2\r\nR1# enable-config\r\nEnter\r\n"
        "R1(config)# sh ike sa\r\nISAKMP SA - 0\r\nR1(config)# exit\r\n"
        "R1# ");

    (void)state;
    assert_int_equal(saved_count(s), 2);
    expect(s, 0, "show version", REPLY_COMPLETE, "line 1\n  line 2\n");
    expect(s, 1, "show ike sa", REPLY_COMPLETE, "ISAKMP SA - 0\n");
    assert_string_equal(saved_at(s, 1)->mode, "config");
    assert_string_equal(saved_at(s, 1)->host, "R1");
    assert_int_equal(saved_at(s, 1)->line, 9);
    assert_string_equal(saved_hosts(s)[0], "R1");
    assert_null(saved_hosts(s)[1]);
    assert_int_equal(saved_unknown(s), 2);
    saved_free(s);
}

static void test_incomplete(void **state)
{
    (void)state;
    expect_one("R1# show version\na\nb", "show version", REPLY_TRUNCATED,
               "a\nb");
    expect_one("R1# show version\na\nR1", "show version", REPLY_TRUNCATED,
               "a\nR1");
    expect_one("R1(config)# show version\na\nR1# \nR1# ", "show version",
               REPLY_TRUNCATED, "a\n");
    expect_one("R1# show version\na\nlogin: \nR1# ", "show version",
               REPLY_TRUNCATED, "a\n");
    expect_one("R1# show version\na\nboot[1]> \nR1# ", "show version",
               REPLY_TRUNCATED, "a\n");
    expect_one("R1# show version\na\n--More--\nR1# ", "show version",
               REPLY_TRUNCATED, "a\n");
    expect_one("R1# show version\na\n--More--\r        \rR1# ",
               "show version", REPLY_TRUNCATED, "a\n");
}

/* Whether nothing proves something is the driver's matter. */
static void test_empty_reply(void **state)
{
    (void)state;
    expect_one("R1# show ipsec sa\nR1# ", "show ipsec sa", REPLY_COMPLETE,
               "");
    expect_one("R1# show ipsec sa\n", "show ipsec sa", REPLY_TRUNCATED, "");
}

static void test_refused(void **state)
{
    (void)state;
    expect_one("R1# show ike sa\n% show ike sa -- Invalid command.\nR1# ",
               "show ike sa", REPLY_REFUSED,
               "% show ike sa -- Invalid command.\n");
}

static void test_pagers(void **state)
{
    static const char reply[] = "one\n two\nthree\n";

    (void)state;
    expect_one("R1# show logging\r\none\r\n--More--\r        \r two\r\nthree"
               "\r\nR1# ", "show logging", REPLY_COMPLETE, reply);
    expect_one("R1# show logging\r\none\r\n --More-- \b\b\b\b\b\b\b\b\b"
               "        \b\b\b\b\b\b\b\b\b two\r\nthree\r\nR1# ",
               "show logging", REPLY_COMPLETE, reply);
    expect_one("R1# show logging\r\none\r\n--More--\x1b[2K\r two\r\nthree\r\n"
               "R1# ", "show logging", REPLY_COMPLETE, reply);
    expect_one("R1# show logging\r\none\r\n--More--\r\n two\r\nthree\r\nR1# ",
               "show logging", REPLY_COMPLETE, reply);
    /* the terminal wrote no control characters to its log */
    expect_one("R1# show logging\none\n--More--         two\nthree\nR1# ",
               "show logging", REPLY_COMPLETE, reply);
    /* left, or at its end: only a last line of its own tells */
    expect_one("R1# show logging\r\none\r\n--More--\r        \r\r\nR1# ",
               "show logging", REPLY_TRUNCATED, "one\n");
    expect_one("R1# show version\r\none\r\nend\r\n--More--\r        \r\r\n"
               "R1# ", "show version", REPLY_COMPLETE, "one\nend\n");
}

static void test_echoes(void **state)
{
    (void)state;
    /* folded by the router, below the prompt */
    expect_one("Router-with-a-long-name-in-front(config)# ping 192.168.100.20"
               "0 source 192.168.2\r\n"
               "                                          00.254\r\nsent\r\n"
               "Router-with-a-long-name-in-front(config)# ",
               "ping 192.168.100.200 source 192.168.200.254", REPLY_COMPLETE,
               "sent\n");
    /* corrected while it was typed */
    expect_one("R1# show verz\b \bs\b \bsion\r\na\r\nR1# ", "show version",
               REPLY_COMPLETE, "a\n");
    /* completed: drawn once more */
    expect_one("R1# sh ver\r\nR1# show version \r\na\r\nR1# ",
               "show version", REPLY_COMPLETE, "a\n");
    /* a wake that was not echoed */
    expect_one("R1# R1# show version\r\na\r\nR1# ", "show version",
               REPLY_COMPLETE, "a\n");
    /* scrolled sideways, and in a configuration mode */
    expect_one("R1# $ow crypto ipsec sa\r\na\r\nR1# ", "show crypto ipsec sa",
               REPLY_COMPLETE, "a\n");
    expect_one("R1(config)# do show version\r\na\r\nR1(config)# ", "show version",
               REPLY_COMPLETE, "a\n");
}

static void test_two_hosts(void **state)
{
    struct saved *s = read_text(
        "R1# show version\na\nR2# show version\nb\nR2# show ike sa\nc\n"
        "R1# show logging\nd\nR1# ");

    (void)state;
    assert_int_equal(saved_count(s), 4);
    expect(s, 0, "show version", REPLY_TRUNCATED, "a\n");
    expect(s, 1, "show version", REPLY_COMPLETE, "b\n");
    expect(s, 2, "show ike sa", REPLY_TRUNCATED, "c\n");
    expect(s, 3, "show logging", REPLY_COMPLETE, "d\n");
    assert_string_equal(saved_hosts(s)[0], "R1");
    assert_string_equal(saved_hosts(s)[1], "R2");
    assert_null(saved_hosts(s)[2]);
    saved_free(s);
}

/* Cisco cuts a long name in its configuration modes. */
static void test_short_host(void **state)
{
    struct saved *s = read_text(
        "a-very-long-router-name# show version\na\n"
        "a-very-long-router-n(config)# do show ike sa\nb\n"
        "a-very-long-router-n(config)# end\n"
        "a-very-long-router-name# ");

    (void)state;
    assert_int_equal(saved_count(s), 2);
    expect(s, 1, "show ike sa", REPLY_COMPLETE, "b\n");
    assert_null(saved_hosts(s)[1]);
    saved_free(s);
}

static void test_sessions(void **state)
{
    struct saved *s = read_text(
        "Welcome to the router\nSecond line\nR1# show version\na\n"
        "R1# show ike sa\nb\nWelcome to the router\nSecond line\n"
        "R1# show ike sa\nc\nR1# exit\nlogin: admin\nPassword:\n"
        "R1# show ike sa\nd\nR1# ");

    (void)state;
    assert_int_equal(saved_count(s), 4);
    expect(s, 1, "show ike sa", REPLY_TRUNCATED,
           "b\nWelcome to the router\n");
    expect(s, 2, "show ike sa", REPLY_COMPLETE, "c\n");
    assert_int_equal(saved_at(s, 0)->session, 1);
    assert_int_equal(saved_at(s, 2)->session, 2);
    saved_free(s);
}

/* Somebody mends it while the log runs: what was read before and after is not
 * of one time. Looking, leaving and switching on a log change nothing. */
static void test_changes(void **state)
{
    struct saved *s = read_text(
        "R1# show ike sa\na\nR1# configure\nR1(config)# sh clock\nx\n"
        "R1(config)# logging subsystem ike info\nR1(config)# exit\n"
        "R1# show ipsec sa\nb\nR1# configure\n"
        "R1(config)# interface Tunnel0.0\nR1(config-Tunnel0.0)# no shutdown\n"
        "R1(config-Tunnel0.0)# exit\nR1(config)# show ip route\nc\n"
        "R1(config)# ");

    (void)state;
    assert_int_equal(saved_count(s), 3);
    expect(s, 1, "show ipsec sa", REPLY_COMPLETE, "b\n");
    expect(s, 2, "show ip route", REPLY_COMPLETE, "c\n");
    assert_int_equal(saved_at(s, 0)->session, 1);
    assert_int_equal(saved_at(s, 1)->session, 1);
    assert_int_equal(saved_at(s, 2)->session, 2);
    saved_free(s);
}

static void test_sections(void **state)
{
    struct saved *s = read_text(
        "\n------------------ show version ------------------\n\nv 1\n v 2\n"
        "\n\n------------------ show buffers ------------------\n\nx\n\n"
        "------------------ show running-config ------------------\n\nc\n\n"
        "------------------ show logging ------------------\nlast\n");

    (void)state;
    assert_int_equal(saved_count(s), 3);
    expect(s, 0, "show version", REPLY_COMPLETE, "v 1\n v 2\n");
    expect(s, 1, "show running-config", REPLY_COMPLETE, "c\n");
    expect(s, 2, "show logging", REPLY_TRUNCATED, "last\n");
    assert_true(saved_is_part(saved_hosts(s)[0]));
    assert_null(saved_hosts(s)[1]);
    saved_free(s);
}

static void test_sections_of_two(void **state)
{
    struct saved *s = read_text(
        "----- show version -----\na\n----- show logging -----\nb\n"
        "----- show version -----\nc\n----- show logging -----\nd\n"
        "R1# ");

    (void)state;
    assert_int_equal(saved_count(s), 4);
    assert_string_equal(saved_at(s, 1)->host, "part 1");
    assert_string_equal(saved_at(s, 2)->host, "part 2");
    saved_free(s);
}

static void test_sections_at_a_prompt(void **state)
{
    struct saved *s = read_text(
        "R1# show tech-support\n----- show version -----\na\n"
        "----- show logging -----\nb\nR1# ");

    (void)state;
    assert_int_equal(saved_count(s), 2);
    expect(s, 1, "show logging", REPLY_COMPLETE, "b\n");
    assert_string_equal(saved_at(s, 1)->host, "R1");
    saved_free(s);
}

/* --- what others wrote into it --- */

/* The line that breaks in is none of the reply's, and what follows is of
 * another login, even where nothing was ever said before a prompt. */
static void expect_break(const char *line)
{
    char *text = mem_printf("R1# show version\na\n%s\nR1# show ike sa\nb\n"
                            "R1# ", line);
    struct saved *s = read_text(text);

    assert_int_equal(saved_count(s), 2);
    expect(s, 0, "show version", REPLY_TRUNCATED, "a\n");
    expect(s, 1, "show ike sa", REPLY_COMPLETE, "b\n");
    assert_int_equal(saved_at(s, 0)->session, 1);
    assert_int_equal(saved_at(s, 1)->session, 2);
    saved_free(s);
    free(text);
}

#define WAVES "=~=~=~=~=~=~=~=~=~=~=~="

static void test_breaks(void **state)
{
    static const char *const lines[] = {
        WAVES " PuTTY log 2026.11.21 10:00:00 " WAVES,
        "Script done on 2026-11-21 10:10:00+09:00 [COMMAND_EXIT_CODE=\"0\"]",
        "Script started on Sat Nov 21 10:00:00 2026",
        "login as: admin",
        "admin@192.0.2.1's password:",
        "Connection to 192.0.2.1 closed by remote host.",
        "Connection to 192.0.2.1 closed.",
        "Connection closed by foreign host.",
        "client_loop: send disconnect: Broken pipe",
        "Trying 192.0.2.1...",
        "Escape character is '^]'.",
    };

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        expect_break(lines[i]);
}

/* PuTTY and clients write where the cursor stands. */
static void test_glued_breaks(void **state)
{
    struct saved *s = read_text(
        "R1# show version\na\nR1# " WAVES " PuTTY log 2026.11.21 10:00:00 "
        WAVES "\nR1# show ike sa\nb\ncConnection closed by foreign host.\n"
        "R1# show ipsec sa\nd\nR1# ");

    (void)state;
    assert_int_equal(saved_count(s), 3);
    expect(s, 0, "show version", REPLY_COMPLETE, "a\n");
    expect(s, 1, "show ike sa", REPLY_TRUNCATED, "b\nc");
    expect(s, 2, "show ipsec sa", REPLY_COMPLETE, "d\n");
    assert_int_equal(saved_at(s, 2)->session, 3);
    saved_free(s);
}

static void expect_left_out(const char *line)
{
    char *text = mem_printf("R1# show version\na\n%s\nb\nR1# ", line);
    struct saved *s = read_text(text);

    assert_int_equal(saved_count(s), 1);
    if (saved_at(s, 0)->reply.state != REPLY_TRUNCATED)
        fail_msg("'%s' is not known", line);
    saved_free(s);
    free(text);
}

/* People shorten what they send. */
static void test_left_out(void **state)
{
    static const char *const lines[] = {
        "(snip)", "<snipped>", "--- omitted ---", "[...]", "...", "  ...  ",
        "\u2026", "(\u7701\u7565)", "\uFF5E\u4E2D\u7565\uFF5E",
        "\uFF08\u7565\uFF09", "\u30FB\u30FB\u30FB", ":\n:\n:",
        "\uFF1A\n\uFF1A",
    };

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        expect_left_out(lines[i]);
    /* Cisco's lost echoes, and an ASA's comments */
    expect_one("R1# ping 192.0.2.1\n...\nSuccess rate is 0\nR1# ",
               "ping 192.0.2.1", REPLY_COMPLETE,
               "...\nSuccess rate is 0\n");
    expect_one("R1# show version\n: Saved\n:\nomitted 3\n:\nR1# ",
               "show version", REPLY_COMPLETE, ": Saved\n:\nomitted 3\n:\n");
}

#define TEN "0123456789"
#define SIXTY TEN TEN TEN TEN TEN TEN

/* Copied off a screen: where no line is longer than 80 columns, and one
 * fills them, more than one may have been cut in two. */
static void test_screen_copy(void **state)
{
    (void)state;
    expect_one("R1# show version\n" SIXTY TEN TEN "\nab\nR1# ",
               "show version", REPLY_TRUNCATED, SIXTY TEN TEN "\nab\n");
    expect_one("R1# show version\n\u6771" SIXTY TEN "12345678\nab\nR1# ",
               "show version", REPLY_TRUNCATED,
               "\u6771" SIXTY TEN "12345678\nab\n");
    expect_one("R1# show version\n" SIXTY TEN TEN "\n" SIXTY TEN TEN "1\n"
               "R1# ", "show version", REPLY_COMPLETE,
               SIXTY TEN TEN "\n" SIXTY TEN TEN "1\n");
    /* a log's entries begin alike; nothing follows the last one */
    expect_one("R1# show version\n" SIXTY TEN TEN "\n01234567 b\n" SIXTY
               TEN TEN "\nR1# ", "show version", REPLY_COMPLETE,
               SIXTY TEN TEN "\n01234567 b\n" SIXTY TEN TEN "\n");
    expect_one("R1# show version\n" SIXTY TEN TEN "\n\nab\nR1# ",
               "show version", REPLY_COMPLETE, SIXTY TEN TEN "\n\nab\n");
    expect_one("R1# show version\n" SIXTY TEN "---------+\nab\nR1# ",
               "show version", REPLY_COMPLETE, SIXTY TEN "---------+\nab\n");
}

/* Another reply of the text has longer lines. */
static void test_screen_copy_of_one(void **state)
{
    static const char longer[] = "R1# show ike sa\n" SIXTY TEN TEN "1\nR1# ";
    char *cut = mem_printf("R1# show version\n%s\nab\n%s",
                           SIXTY TEN "012345678-", longer);
    char *table = mem_printf("R1# show version\n%s\nab%s\n%s",
                             SIXTY TEN TEN, SIXTY, longer);
    struct saved *s = read_text(cut), *t = read_text(table);

    (void)state;
    expect(s, 0, "show version", REPLY_TRUNCATED,
           SIXTY TEN "012345678-\nab\n");
    expect(t, 0, "show version", REPLY_COMPLETE,
           SIXTY TEN TEN "\nab" SIXTY "\n");
    expect(s, 1, "show ike sa", REPLY_COMPLETE, SIXTY TEN TEN "1\n");
    saved_free(s);
    saved_free(t);
    free(cut);
    free(table);
}

/* --- how it is written --- */

/* Stamps were switched on, or another file was put behind. */
static void test_stamps_later(void **state)
{
    struct saved *s = read_text(
        "R1# show version\na\na\na\na\na\nR1# terminal length 0\n"
        "[2026-11-21 10:00:00.000] R1# show ike sa\n"
        "[2026-11-21 10:00:00.010] b\n[2026-11-21 10:00:01.000] R1# ");

    (void)state;
    assert_int_equal(saved_count(s), 2);
    expect(s, 0, "show version", REPLY_COMPLETE, "a\na\na\na\na\n");
    expect(s, 1, "show ike sa", REPLY_COMPLETE, "b\n");
    saved_free(s);
}

static void expect_form(const char *bytes, size_t len, const char *encoding,
                        bool stamps)
{
    struct saved_form form;
    struct saved *s = read_bytes(bytes, len);

    saved_sniff(&form, bytes, len);
    assert_string_equal(form.encoding, encoding);
    assert_int_equal(form.stamps, stamps);
    assert_int_equal(saved_count(s), 1);
    expect(s, 0, "show version", REPLY_COMPLETE,
           "description \xE6\x9D\xB1\xE4\xBA\xAC\n");
    saved_free(s);
}

#define FORM(bytes, encoding, stamps) \
    expect_form(bytes, sizeof bytes - 1, encoding, stamps)

static void test_encodings(void **state)
{
    (void)state;
    FORM("R1# sh ver\r\ndescription \xE6\x9D\xB1\xE4\xBA\xAC\r\nR1# ",
         "utf-8", false);
    FORM("\xEF\xBB\xBFR1# sh ver\ndescription \xE6\x9D\xB1\xE4\xBA\xAC\n"
         "R1# ", "utf-8", false);
    FORM("R1# sh ver\r\ndescription \x93\x8C\x8B\x9E\r\nR1# ", "shift_jis",
         false);
    FORM("R1# sh ver\r\ndescription \xC5\xEC\xB5\xFE\r\nR1# ", "euc-jp",
         false);
    FORM("R1# sh ver\rdescription \xC5\xEC\xB5\xFE\rR1# ", "euc-jp", false);
    FORM("[2026-11-21 10:00:00.000] R1# sh ver\r\n"
         "[2026-11-21 10:00:00.010] description \x93\x8C\x8B\x9E\r\n"
         "[2026-11-21 10:00:01.000] R1# ", "shift_jis", true);
    FORM("[Sat Nov 21 10:00:00.000 2026] R1# sh ver\r\n"
         "[Sat Nov 21 10:00:00.010 2026] --More--\r        \rdescription "
         "\x93\x8C\x8B\x9E\r\n[Sat Nov 21 10:00:01.000 2026] R1# ",
         "shift_jis", true);
}

static void widen(struct buf *out, bool big, const char *ascii)
{
    for (; *ascii; ascii++) {
        if (big)
            buf_addc(out, '\0');
        buf_addc(out, *ascii);
        if (!big)
            buf_addc(out, '\0');
    }
}

static void test_utf16(void **state)
{
    static const char tokyo[2][4] = {{0x71, 0x67, (char)0xAC, 0x4E},
                                     {0x67, 0x71, 0x4E, (char)0xAC}};
    static const char mark[2][2] = {{(char)0xFF, (char)0xFE},
                                    {(char)0xFE, (char)0xFF}};

    (void)state;
    for (int i = 0; i < 4; i++) {
        bool big = i & 1;
        struct buf b = {0};

        if (i & 2)
            buf_add(&b, mark[big], 2);
        widen(&b, big, "R1# sh ver\r\ndescription ");
        buf_add(&b, tokyo[big], 4);
        widen(&b, big, "\r\nR1# ");
        expect_form(b.data, b.len, big ? "utf-16be" : "utf-16le", false);
        buf_free(&b);
    }
}

/* --- limits --- */

static void test_splits(void **state)
{
    static const char text[] =
        "Hi there\r\nR1# sh ver\r\na\r\n--More--\r        \rb\r\nR1# sh run\n"
        "c\n\xE6\x9D\xB1\nR1# sh logg\nd";

    (void)state;
    for (size_t split = 1; split < sizeof text; split++) {
        struct saved *s = read_split(text, sizeof text - 1, split);

        assert_int_equal(saved_count(s), 3);
        expect(s, 0, "show version", REPLY_COMPLETE, "a\nb\n");
        expect(s, 1, "show running-config", REPLY_COMPLETE,
               "c\n\xE6\x9D\xB1\n");
        expect(s, 2, "show logging", REPLY_TRUNCATED, "d");
        saved_free(s);
    }
}

static void test_too_long(void **state)
{
    struct buf b = {0};
    struct saved *s;

    (void)state;
    buf_adds(&b, "R1# show logging\n");
    for (int i = 0; i < 500; i++)
        buf_adds(&b, "0123456789\n");
    buf_adds(&b, "R1# show version\na\nR1# ");
    s = read_bytes(b.data, b.len);
    assert_int_equal(saved_count(s), 2);
    assert_int_equal(saved_at(s, 0)->reply.state, REPLY_TRUNCATED);
    assert_true(strlen(saved_at(s, 0)->reply.text) <= 4000);
    expect(s, 1, "show version", REPLY_COMPLETE, "a\n");
    saved_free(s);
    buf_free(&b);
}

static void test_one_endless_line(void **state)
{
    struct buf b = {0};
    struct saved *s;

    (void)state;
    buf_adds(&b, "R1# show logging\n");
    for (int i = 0; i < 100000; i++)
        buf_adds(&b, "0123456789");
    buf_adds(&b, "\nR1# ");
    s = read_bytes(b.data, b.len);
    assert_int_equal(saved_count(s), 1);
    assert_int_equal(saved_at(s, 0)->reply.state, REPLY_TRUNCATED);
    saved_free(s);
    buf_free(&b);
}

static void test_nothing(void **state)
{
    static const char *const texts[] = {"", "\n", "R1# ", "hello\nworld\n",
                                        "\r\r\r", "\xFF\xFE", "----- \n"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct saved *s = read_text(texts[i]);

        assert_int_equal(saved_count(s), 0);
        assert_null(saved_hosts(s)[0]);
        saved_free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_words_that_fit_none),
        cmocka_unit_test(test_plain_log),
        cmocka_unit_test(test_incomplete),
        cmocka_unit_test(test_empty_reply),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_pagers),
        cmocka_unit_test(test_echoes),
        cmocka_unit_test(test_two_hosts),
        cmocka_unit_test(test_short_host),
        cmocka_unit_test(test_sessions),
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_sections),
        cmocka_unit_test(test_sections_of_two),
        cmocka_unit_test(test_sections_at_a_prompt),
        cmocka_unit_test(test_breaks),
        cmocka_unit_test(test_glued_breaks),
        cmocka_unit_test(test_left_out),
        cmocka_unit_test(test_screen_copy),
        cmocka_unit_test(test_screen_copy_of_one),
        cmocka_unit_test(test_stamps_later),
        cmocka_unit_test(test_encodings),
        cmocka_unit_test(test_utf16),
        cmocka_unit_test(test_splits),
        cmocka_unit_test(test_too_long),
        cmocka_unit_test(test_one_endless_line),
        cmocka_unit_test(test_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
