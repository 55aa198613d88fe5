/* What is on the line: states, splits, speeds, and what is never typed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "kiriwake/data.h"
#include "kiriwake/driver.h"
#include "kiriwake/line.h"
#include "kiriwake/mem.h"

/* --- the profiles of all drivers, the unknown's last --- */

struct world {
    struct driver *drivers[32];
    const struct console_profile *profiles[32];
    size_t count;
};

static struct world *world_new(void)
{
    struct world *w = mem_zalloc(sizeof *w);
    struct data data = {0};
    struct err e = {0};
    char **names = driver_names(&data);

    for (size_t i = 0; names[i] && w->count < 31; i++)
        w->drivers[w->count++] = driver_load_line(&data, names[i], &e);
    w->drivers[w->count++] = driver_load_line(&data, NULL, &e);
    data_list_free(names);
    for (size_t i = 0; i < w->count; i++) {
        if (!w->drivers[i])
            fail_msg("%s", e.what);
        w->profiles[i] = driver_console(w->drivers[i]);
    }
    return w;
}

static int setup(void **state)
{
    *state = world_new();
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;

    for (size_t i = 0; i < w->count; i++)
        driver_free(w->drivers[i]);
    free(w);
    return 0;
}

static struct line_look *look_new(const struct world *w, bool speeds)
{
    const struct line_options o = {.profiles = w->profiles,
                                   .profile_count = w->count,
                                   .baud = speeds ? 9600 : 0,
                                   .speeds = speeds};
    struct err e = {0};
    struct line_look *l = line_look_new(&o, &e);

    assert_non_null(l);
    return l;
}

/* --- a dialogue: what the device says to each thing that is done --- */

/* "typed" is what brings the text: NULL at first, else "\r", "q". The last
 * one is said again and again. speed: the device's; 0: any. */
struct said {
    const char *typed, *text;
};

struct device {
    const struct said *said;
    size_t at, split;
    unsigned speed;
    unsigned now;               /* the line's */
    char typed[200];
    char speeds[200];
    unsigned ms;                /* in all */
    bool passed;                /* text is given only once */
};

static const char garbage[] = "\xf8\x80\x1e\x83\xfe\x06\x98\xe0\x1f\x80\xc3";

static void say(struct line_look *l, struct device *d, const char *text)
{
    size_t len, step;

    if (d->speed && d->now != d->speed)
        text = garbage;
    len = strlen(text);
    step = d->split ? d->split : len;
    for (size_t at = 0; at < len; at += step)
        line_look_receive(l, text + at, len - at < step ? len - at : step);
}

/* Sends and sets what is wanted; true when the silence begins anew. */
static bool serve(struct line_look *l, struct device *d)
{
    struct buf *out = line_look_output(l);
    unsigned speed = line_look_speed(l);
    char typed[64] = "";

    if (speed) {
        char word[16];

        d->now = speed;
        snprintf(word, sizeof word, " %u", speed);
        strcat(d->speeds, word);
    }
    if (!out->len)
        return speed != 0;
    snprintf(typed, sizeof typed, "%s", buf_str(out));
    buf_clear(out);
    for (const char *s = typed; *s; s++)
        strncat(d->typed, *s == '\r' ? "<" : (char[]){*s, 0}, 2);
    if (d->said[d->at].text && d->said[d->at].typed &&
        strcmp(d->said[d->at].typed, typed) == 0)
        say(l, d, d->said[d->at++].text);
    return true;
}

static const struct line_verdict *run(struct line_look *l, struct device *d)
{
    unsigned silence = 0;

    if (d->said[d->at].text && !d->said[d->at].typed)
        say(l, d, d->said[d->at++].text);
    for (int turn = 0; turn < 400; turn++) {
        const struct line_verdict *v = line_look_verdict(l);
        unsigned due = line_look_due(l);

        if (v->state != LINE_LOOKING)
            return v;
        assert_true(due > silence);
        d->ms += due - silence;
        silence = due;
        line_look_idle(l, silence);
        if (serve(l, d))
            silence = 0;
    }
    fail_msg("no verdict; typed %s", d->typed);
    return NULL;
}

/* --- the table: one line each --- */

struct row {
    const char *name;
    struct said said[5];
    enum line_state state;
    const char *typed;          /* all of it; "<" is a line end */
    const char *driver, *name2; /* NULL: not told; mode or monitor */
    unsigned boots;
};

#define BOOT "NEC Bootstrap Software\r\n" \
    "Copyright (c) NEC Corporation 2001-2022. All rights reserved.\r\n\r\n" \
    "%BOOT-INFO: Trying flash load, exec-image [ix2215.ldc].\r\n" \
    "Loading: ####################\r\n"

static const struct row rows[] = {
    {"nothing", {{0}}, LINE_SILENT, "<<<", NULL, NULL, 0},
    {"a login that speaks first", {{NULL, "\r\nlogin: "}}, LINE_LOGIN, "",
     NULL, NULL, 0},
    {"a login asleep", {{"\r", "\r\nlogin: "}}, LINE_LOGIN, "<", NULL, NULL,
     0},
    {"a login that does not echo the line end",
     {{NULL, "x"}, {"\r", "\r\nlogin: "}}, LINE_LOGIN, "<", NULL, NULL, 0},
    /* as several of Cisco's systems greet: it names none of them */
    {"Cisco's login", {{"\r", "\r\n\r\nUser Access Verification\r\n\r\n"
                              "Username: "}},
     LINE_LOGIN, "<", NULL, NULL, 0},
    {"a name was typed: back to the login",
     {{NULL, "Password: "}, {"\r", "\r\nLogin incorrect\r\nlogin: "}},
     LINE_LOGIN, "<", NULL, NULL, 0},
    {"a line with a password alone",
     {{"\r", "\r\nPassword: "}, {"\r", "\r\nPassword: "}}, LINE_PASSWORD,
     "<<", NULL, NULL, 0},
    {"a session of the IX", {{"\r", "\r\nRouter# "}}, LINE_PROMPT, "<", NULL,
     NULL, 0},
    {"left in its configuration mode",
     {{"\r", "\r\nix01(config-GigaEthernet2.0)# "}}, LINE_PROMPT, "<", NULL,
     "config", 0},
    {"with the banner of the vendor",
     {{NULL, "NEC Portable Internetwork Core Operating System Software\r\n"
             "Copyright Notices:\r\n\r\nRouter% "}},
     LINE_PROMPT, "", "nec-ix", NULL, 0},
    {"a prompt without an echo of the line end",
     {{NULL, "Router# "}}, LINE_PROMPT, "", NULL, NULL, 0},
    {"a pager", {{NULL, "IP Routing Table\r\n--More--"},
                 {"q", "\r        \rRouter# "}},
     LINE_PROMPT, "q", NULL, NULL, 0},
    {"a pager that nothing ends",
     {{NULL, "--More--"}, {"q", "--More--"}, {"q", "--More--"}}, LINE_PAGER,
     "qq", NULL, NULL, 0},
    {"the monitor of the IX", {{"\r", "\r\nboot[1]> "}}, LINE_MONITOR, "<",
     "nec-ix", "boot", 0},
    {"rommon", {{NULL, "\r\nrommon 1 > "}}, LINE_MONITOR, "", NULL, NULL, 0},
    {"loader", {{NULL, "\r\nloader> "}}, LINE_MONITOR, "", NULL, "loader",
     0},
    {"boot texts", {{NULL, BOOT}}, LINE_BOOTING, "", "nec-ix", NULL, 1},
    {"a start heard from the middle of its progress", {{NULL, "#"}},
     LINE_BOOTING, "", NULL, NULL, 0},
    {"two starts", {{NULL, BOOT BOOT}}, LINE_BOOTING, "", "nec-ix", NULL, 2},
    {"the monitor after Ctrl-C by somebody",
     {{NULL, BOOT "NEC Bootstrap Software, Version 22.1\r\nboot[1]> "}},
     LINE_MONITOR, "", "nec-ix", "boot", 1},
    {"a start that ends in a login",
     {{NULL, BOOT "Starting at 0x10000\r\n\r\nlogin: "}}, LINE_LOGIN, "",
     "nec-ix", NULL, 0},
    {"a start that waits for RETURN",
     {{NULL, "System Bootstrap, Version 12.4(13r)T\r\n"
             "Press RETURN to get started!\r\n"},
      {"\r", "\r\nRouter>"}},
     LINE_PROMPT, "<", "cisco-ios", "exec", 0},
    {"a question",
     {{"\r", "\r\nWould you like to enter the initial configuration "
             "dialog? [yes/no]: "}},
     LINE_ASKS, "<", NULL, NULL, 0},
    {"log lines, and a prompt",
     {{NULL, "2023/05/06 03:44:37 CNFG.003: Startup config write done\r\n"},
      {"\r", "\r\nRouter# "}},
     LINE_PROMPT, "<", NULL, NULL, 0},
    {"log lines only",
     {{NULL, "*Mar  1 00:01:00.123: %LINK-3-UPDOWN: Interface Fa0, up\r\n"}},
     LINE_LOG, "<<<", NULL, NULL, 0},
    {"something else",
     {{NULL, "Terminal ready\r\n"}}, LINE_TEXT, "<<<", NULL, NULL, 0},
    {"what seems to ask is not woken",
     {{NULL, "Choose a shell (1-3): "}}, LINE_ASKS, "", NULL, NULL, 0},
};
#define ROWS (sizeof rows / sizeof rows[0])

static void check_row(const struct world *w, const struct row *row,
                      size_t split)
{
    struct line_look *l = look_new(w, false);
    struct device d = {.said = row->said, .split = split};
    const struct line_verdict *v = run(l, &d);

    if (v->state != row->state || strcmp(d.typed, row->typed) != 0 ||
        v->boots != row->boots ||
        (row->driver && (!v->driver || strcmp(v->driver, row->driver))))
        fail_msg("%s (split %zu): %s, typed '%s', driver %s, boots %u",
                 row->name, split, line_state_name(v->state), d.typed,
                 v->driver ? v->driver : "-", v->boots);
    if (row->name2)
        assert_string_equal(row->name2, row->state == LINE_MONITOR
                                            ? v->monitor : v->mode);
    line_look_free(l);
}

static void test_states(void **state)
{
    for (size_t i = 0; i < ROWS; i++)
        check_row(*state, &rows[i], 0);
}

static void test_any_split(void **state)
{
    for (size_t i = 0; i < ROWS; i++)
        for (size_t split = 1; split < 8; split++)
            check_row(*state, &rows[i], split);
}

/* How long the line is silent after the last text until it is believed. */
static void test_answers_are_believed_sooner(void **state)
{
    static const struct {
        struct said said[2];
        unsigned ms;
    } lines[] = {
        {{{"\r", "\r\nlogin: "}}, 60},      /* to our own line end */
        {{{"\r", "\r\nRouter# "}}, 60},
        {{{NULL, "\r\nlogin: "}}, 300},     /* by itself */
        {{{"\r", "\r\nWelcome\r\nlogin: "}}, 300},
    };

    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct line_look *l = look_new(*state, false);
        struct device d = {.said = lines[i].said};

        run(l, &d);
        assert_int_equal(d.ms - (d.typed[0] ? 1100 : 0), lines[i].ms);
        line_look_free(l);
    }
}

/* --- speeds --- */

static void test_speed_found(void **state)
{
    static const unsigned speeds[] = {9600, 115200, 38400, 19200, 57600,
                                      4800};

    for (size_t i = 0; i < 6; i++) {
        const struct said said[] = {{"\r", "\r\nlogin: "},
                                    {"\r", "\r\nlogin: "},
                                    {"\r", "\r\nlogin: "},
                                    {"\r", "\r\nlogin: "},
                                    {"\r", "\r\nlogin: "},
                                    {"\r", "\r\nlogin: "},
                                    {"\r", "\r\nlogin: "},
                                    {NULL, NULL}};
        struct line_look *l = look_new(*state, true);
        struct device d = {.said = said, .speed = speeds[i], .now = 9600};
        const struct line_verdict *v = run(l, &d);

        assert_int_equal(v->state, LINE_LOGIN);
        assert_int_equal(v->baud, speeds[i]);
        assert_true(d.ms < 30000);
        line_look_free(l);
    }
}

/* Whatever the speed, it is noise: the framing may differ. */
static void test_speed_not_detected(void **state)
{
    const struct said said[] = {{"\r", "x"}, {"\r", "x"}, {"\r", "x"},
                                {"\r", "x"}, {"\r", "x"}, {"\r", "x"},
                                {"\r", "x"}, {NULL, NULL}};
    struct line_look *l = look_new(*state, true);
    struct device d = {.said = said, .speed = 1200, .now = 9600};
    const struct line_verdict *v = run(l, &d);
    json_t *boots;
    char *text = line_look_text(l, &boots);

    assert_int_equal(v->state, LINE_NOISE);
    assert_string_equal(d.speeds, " 115200 38400 19200 57600 4800 9600");
    assert_non_null(strstr(text, "9600 baud: 11 bytes came, and no text"));
    free(text);
    json_decref(boots);
    line_look_free(l);
}

static void test_silent_at_all_speeds(void **state)
{
    const struct said said[] = {{NULL, NULL}};
    struct line_look *l = look_new(*state, true);
    struct device d = {.said = said, .now = 9600};

    assert_int_equal(run(l, &d)->state, LINE_SILENT);
    assert_true(d.ms < 30000);
    line_look_free(l);
}

/* A noisy line is not typed into at that speed: a line end at a wrong speed
 * may look like a break. */
static void test_noise_is_not_answered(void **state)
{
    const struct said said[] = {{NULL, "x"}, {NULL, NULL}};
    struct line_look *l = look_new(*state, true);
    struct device d = {.said = said, .speed = 115200, .now = 9600};

    run(l, &d);
    assert_string_equal(d.typed, "<<<<<<<<<<");     /* 2 at each other */
    line_look_free(l);
}

/* Noise that never pauses, text that never pauses. */
static void test_endless(void **state)
{
    struct line_look *l = look_new(*state, true);
    struct line_look *t = look_new(*state, false);

    for (int i = 0; i < 100 && !line_look_speed(l); i++)
        line_look_receive(l, garbage, sizeof garbage - 1);
    assert_int_equal(line_look_verdict(l)->baud, 115200);
    for (int i = 0; i < 4000; i++)
        line_look_receive(t, "what a flood of words\r\n", 23);
    assert_int_equal(line_look_verdict(t)->state, LINE_TEXT);
    assert_int_equal(line_look_output(t)->len, 0);
    line_look_free(l);
    line_look_free(t);
}

/* --- a start that goes on --- */

static void test_boot_goes_on(void **state)
{
    const struct said said[] = {{NULL, BOOT}, {NULL, NULL}};
    struct line_look *l = look_new(*state, false);
    struct device d = {.said = said};
    json_t *boots;
    char *text;

    assert_int_equal(run(l, &d)->state, LINE_BOOTING);
    line_look_receive(l, BOOT, strlen(BOOT));       /* while nobody looks */
    assert_int_equal(line_look_verdict(l)->boots, 2);
    text = line_look_text(l, &boots);
    assert_int_equal(json_array_size(boots), 2);
    assert_int_equal(json_integer_value(json_array_get(boots, 0)), 1);
    free(text);
    json_decref(boots);
    line_look_again(l, 0);
    line_look_receive(l, "\r\nlogin: ", 9);
    line_look_idle(l, 400);
    assert_int_equal(line_look_verdict(l)->state, LINE_LOGIN);
    assert_int_equal(line_look_verdict(l)->boots, 0);
    assert_int_equal(line_look_output(l)->len, 0);
    line_look_free(l);
}

/* Half a minute of silence after boot texts: it waits for a line end. */
static void test_boot_is_woken_late(void **state)
{
    const struct said said[] = {{NULL, BOOT}, {NULL, NULL}};
    struct line_look *l = look_new(*state, false);
    struct device d = {.said = said};

    assert_int_equal(run(l, &d)->state, LINE_BOOTING);
    line_look_again(l, 0);
    line_look_idle(l, 29000);
    assert_int_equal(line_look_output(l)->len, 0);
    line_look_again(l, 0);
    line_look_idle(l, 31000);
    assert_string_equal(buf_str(line_look_output(l)), "\r");
    line_look_free(l);
}

/* A router that was just switched on is listened to first. */
static void test_listens_first(void **state)
{
    const struct said said[] = {{NULL, NULL}};
    struct line_look *l = look_new(*state, false);
    struct device d = {.said = said};

    run(l, &d);
    line_look_again(l, 20000);
    line_look_idle(l, 19999);
    assert_int_equal(line_look_output(l)->len, 0);
    line_look_idle(l, 20000);
    assert_string_equal(buf_str(line_look_output(l)), "\r");
    line_look_free(l);
}

/* Once seen, a monitor gets nothing, however often one looks. */
static void test_monitor_stays_untouched(void **state)
{
    const struct said said[] = {{NULL, "boot[1]> "}, {NULL, NULL}};
    struct line_look *l = look_new(*state, true);
    struct device d = {.said = said, .now = 9600};

    run(l, &d);
    for (int i = 0; i < 5; i++) {
        line_look_again(l, 0);
        line_look_idle(l, 60000);
        assert_int_equal(line_look_verdict(l)->state, LINE_MONITOR);
    }
    assert_int_equal(line_look_output(l)->len, 0);
    line_look_free(l);
}

/* Opening a port may make a byte of noise. */
static void test_glitch(void **state)
{
    const struct said said[] = {{NULL, "\xff\x80"}, {"\r", "\r\nRouter# "},
                                {NULL, NULL}};
    struct line_look *l = look_new(*state, true);
    struct device d = {.said = said, .now = 9600};
    const struct line_verdict *v = run(l, &d);

    assert_int_equal(v->state, LINE_PROMPT);
    assert_int_equal(v->baud, 9600);
    line_look_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_states),
        cmocka_unit_test(test_any_split),
        cmocka_unit_test(test_answers_are_believed_sooner),
        cmocka_unit_test(test_speed_found),
        cmocka_unit_test(test_speed_not_detected),
        cmocka_unit_test(test_silent_at_all_speeds),
        cmocka_unit_test(test_noise_is_not_answered),
        cmocka_unit_test(test_endless),
        cmocka_unit_test(test_boot_goes_on),
        cmocka_unit_test(test_boot_is_woken_late),
        cmocka_unit_test(test_listens_first),
        cmocka_unit_test(test_monitor_stays_untouched),
        cmocka_unit_test(test_glitch),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
