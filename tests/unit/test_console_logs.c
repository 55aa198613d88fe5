/* Log lines that a router prints by itself: taken out of echoes, rows and
 * prompts, wherever the bytes are split, and nothing else is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "kiriwake/console.h"
#include "kiriwake/data.h"
#include "kiriwake/driver.h"
#include "kiriwake/mem.h"

#define IX "2023/05/06 03:44:37 CNFG.003: Startup config write done  (TTY:1)."
#define IOS "*Mar  1 00:01:00.123: %LINK-3-UPDOWN: Interface Fa0/1, up"

/* What came is a text in which the log line is the only thing too much. */
struct row {
    const char *name, *driver, *prompt, *command;
    const char *came;           /* after the command was sent */
    const char *text;           /* the reply */
    const char *logs;           /* taken out, LF ended */
    const char *own;            /* where the reply's own begin, or NULL */
};

static const struct row rows[] = {
    {"a line of its own", "nec-ix", "Router# ", "show x",
     "show x\r\none\r\n" IX "\r\ntwo\r\nRouter# ", "one\ntwo\n", IX "\n",
     NULL},
    {"within a row", "nec-ix", "Router# ", "show x",
     "show x\r\nipsec-mgmt   IN  " IX "\r\nESP 0x47a00ca9\r\nRouter# ",
     "ipsec-mgmt   IN  ESP 0x47a00ca9\n", IX "\n", NULL},
    {"within the echo", "nec-ix", "Router# ", "show clock",
     "show" IX "\r\n clock\r\n12:00\r\nRouter# ", "12:00\n", IX "\n", NULL},
    {"within the echo, which is drawn again", "cisco-ios", "Router#",
     "show clock", "sho\r\n" IOS "\r\nRouter#show clock\r\n12:00\r\nRouter#",
     "12:00\n", IOS "\n", NULL},
    {"within the echo, on a line of its own", "cisco-ios", "Router#",
     "show clock", "sho\r\n" IOS "\r\nw clock\r\n12:00\r\nRouter#",
     "12:00\n", IOS "\n", NULL},
    {"before the echo", "cisco-ios", "Router#", "show clock",
     "\r\n" IOS "\r\nshow clock\r\n12:00\r\nRouter#", "12:00\n", IOS "\n",
     NULL},
    {"before the prompt", "nec-ix", "Router# ", "show x",
     "show x\r\none\r\n" IX "\r\nRouter# ", "one\n", IX "\n", NULL},
    {"behind the prompt, which is drawn again", "cisco-ios", "Router#",
     "show x", "show x\r\none\r\nRouter#" IOS "\r\nRouter#", "one\n",
     IOS "\n", NULL},
    {"two in a row", "nec-ix", "Router# ", "show x",
     "show x\r\na" IX "\r\n" IX "\r\nb\r\nRouter# ", "ab\n", IX "\n" IX "\n",
     NULL},
    {"the log itself", "nec-ix", "Router# ", "show logging",
     "show logging\r\nLog Buffer (1-1):\r\n" IX "\r\nRouter# ",
     "Log Buffer (1-1):\n" IX "\n", "", "^Log Buffer"},
    {"the log itself, and another before it", "nec-ix", "Router# ",
     "show logging", "show logging\r\n" IX "\r\nLog Buffer (1-1):\r\n" IX
     "\r\nRouter# ", "Log Buffer (1-1):\n" IX "\n", IX "\n",
     "^Log Buffer"},
    {"log lines, and nothing that tells whose", "nec-ix", "Router# ",
     "show logging", "show logging\r\n" IX "\r\nLog:\r\n" IX
     "\r\nRouter# ", IX "\nLog:\n" IX "\n", "", "^Log Buffer"},
    {"a reply of log lines alone", "nec-ix", "Router# ", "show logging",
     "show logging\r\n" IX "\r\nRouter# ", IX "\n", "", ""},
    {"no log line", "nec-ix", "Router# ", "show x",
     "show x\r\nBoot at 2023/05/06 03:44:37 by reload\r\nRouter# ",
     "Boot at 2023/05/06 03:44:37 by reload\n", "", NULL},
    {"a percent sign is no log line", "cisco-ios", "Router#", "show x",
     "show x\r\nCPU utilization: 5%/0%; %IKE\r\nRouter#",
     "CPU utilization: 5%/0%; %IKE\n", "", NULL},
};
#define ROWS (sizeof rows / sizeof rows[0])

struct told {
    struct buf logs, text;
    enum reply_state state;
    unsigned replies, late;
};

static void take(struct console *c, struct told *t)
{
    struct console_event ev;

    while (console_next(c, &ev)) {
        if (ev.type == CONSOLE_LOG)
            buf_printf(&t->logs, "%s\n", ev.text);
        t->late += ev.type == CONSOLE_LATE;
        if (ev.reply) {
            t->replies++;
            t->state = ev.reply->state;
            buf_adds(&t->text, ev.reply->text);
        }
        console_event_free(&ev);
    }
}

static void give(struct console *c, const char *text, size_t split)
{
    size_t len = strlen(text), step = split ? split : len;

    for (size_t at = 0; at < len; at += step)
        console_receive(c, text + at, len - at < step ? len - at : step);
    console_idle(c);
}

static struct driver *load(const char *name)
{
    struct data data = {0};
    struct err e = {0};
    struct driver *d = driver_load_line(&data, name, &e);

    if (!d)
        fail_msg("%s", e.what);
    return d;
}

/* A first command shows that this device echoes. */
static struct console *begin(const struct driver *d, const char *prompt)
{
    struct err e = {0};
    struct console *c = console_new(driver_console(d), &e);
    char *reply = mem_printf("show y\r\nyes\r\n%s", prompt);
    struct told t = {0};

    give(c, prompt, 0);
    console_take_logs(c, true, NULL);
    assert_true(console_command(c, "show y"));
    give(c, reply, 0);
    take(c, &t);
    assert_int_equal(t.replies, 1);
    buf_free(&t.text);
    buf_free(&t.logs);
    free(reply);
    return c;
}

static void check(const struct row *row, size_t split)
{
    struct driver *d = load(row->driver);
    struct console *c = begin(d, row->prompt);
    struct told t = {0};

    console_take_logs(c, true, row->own);
    assert_true(console_command(c, row->command));
    give(c, row->came, split);
    take(c, &t);
    if (t.replies != 1 || t.state != REPLY_COMPLETE || t.late ||
        strcmp(buf_str(&t.text), row->text) ||
        strcmp(buf_str(&t.logs), row->logs) || !console_mode_now(c))
        fail_msg("%s (split %zu): %u replies, state %d, late %u\n%s--\n%s",
                 row->name, split, t.replies, (int)t.state, t.late,
                 buf_str(&t.text), buf_str(&t.logs));
    buf_free(&t.text);
    buf_free(&t.logs);
    console_free(c);
    driver_free(d);
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS; i++)
        for (size_t split = 0; split < 4; split++)
            check(&rows[i], split);
}

/* One log line at every byte of a reply that wraps no word: whatever it
 * cuts, the reply is the same, and the log line is told. */
static void test_every_byte(void **state)
{
    static const char came[] =
        "show x\r\nfirst  row 1\r\nsecond row 2\r\nRouter# ";
    struct driver *d = load("nec-ix");

    (void)state;
    for (size_t at = 0; at < sizeof came - 1; at++) {
        struct console *c = begin(d, "Router# ");
        struct buf b = {0};
        struct told t = {0};

        buf_add(&b, came, at);
        buf_adds(&b, IX "\r\n");
        buf_adds(&b, came + at);
        assert_true(console_command(c, "show x"));
        give(c, buf_str(&b), 1);
        take(c, &t);
        if (t.replies != 1 || t.state != REPLY_COMPLETE ||
            strcmp(buf_str(&t.text), "first  row 1\nsecond row 2\n") ||
            strcmp(buf_str(&t.logs), IX "\n"))
            fail_msg("at %zu: %u replies, state %d\n%s--\n%s", at, t.replies,
                     (int)t.state, buf_str(&t.text), buf_str(&t.logs));
        buf_free(&b);
        buf_free(&t.text);
        buf_free(&t.logs);
        console_free(c);
    }
    driver_free(d);
}

/* At a prompt nobody waits at: the prompt stands, and nothing was late. */
static void test_at_the_prompt(void **state)
{
    static const char *const came[] = {
        IX "\r\nRouter# ", IX "\r\n", "\r\n" IX "\r\nRouter# ",
        "\r\n" IX "\r\n"};
    struct driver *d = load("nec-ix");

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct console *c = begin(d, "Router# ");
        struct told t = {0};

        give(c, came[i], 1);
        take(c, &t);
        assert_string_equal(buf_str(&t.logs), IX "\n");
        assert_int_equal(t.late, 0);
        assert_string_equal(console_mode_now(c), "exec");
        assert_true(console_command(c, "show x"));
        give(c, "show x\r\none\r\nRouter# ", 1);
        take(c, &t);
        assert_int_equal(t.replies, 1);
        assert_string_equal(buf_str(&t.text), "one\n");
        buf_free(&t.text);
        buf_free(&t.logs);
        console_free(c);
    }
    driver_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_every_byte),
        cmocka_unit_test(test_at_the_prompt),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
