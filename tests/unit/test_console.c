/*
 * The console core against tests/fixtures/console/, one dialogue per file,
 * each fed in pieces of 1, 7 and 4096 bytes. The format:
 *
 *   # remark              profile NAME       lines: LINE events are told too
 *   < BYTES               received; << adds CR LF
 *   idle                  the line is silent
 *   > COMMAND             console_command     type TEXT   secret TEXT
 *   wake  end             abandon REASON      look open|likely|settled
 *   out BYTES             exactly this was sent since the last look
 *   ! EVENT               what came of it, right after its cause
 *   | LINE                a line of the reply's text; |~ without line end
 *
 * Escapes: \r \n \t \b \e \0 \\ \s (a blank) \xHH.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <cmocka.h>

#include "kiriwake/console.h"
#include "kiriwake/data.h"
#include "kiriwake/mem.h"

/* --- profiles --- */

static const char *const ix_encodings[] = {"utf-8", "shift_jis", NULL};
static const char *const ix_refused[] = {"^%.*-- Invalid command", NULL};
static const char *const ix_traps[] = {"\\(Yes or \\[No\\]\\): ?$", NULL};
static const struct console_mode ix_modes[] = {
    {"exec", "^{host}[#%$] ?$", NULL, NULL, NULL, false, NULL},
    {"config", "^{host}\\(config[^)]*\\)[#%] ?$", "exec", "enable-config",
     "exit", true, "CONFIG process is occupied"}};
static const struct console_named ix_monitors[] = {
    {"boot", "^boot\\[\\d+\\]> ?$"}};

static const char *const ios_refused[] = {"^% Invalid input",
                                          "^% Access denied", NULL};
static const struct console_mode ios_modes[] = {
    {"user", "^{host}> ?$", NULL, NULL, NULL, false, NULL},
    {"exec", "^{host}# ?$", "user", "enable", "disable", false, NULL},
    {"config", "^{host}\\(config[^)]*\\)# ?$", "exec", "configure terminal",
     "end", false, NULL}};
static const struct console_named ios_monitors[] = {
    {"rommon", "^rommon \\d+ > ?$"}, {"pix", "^monitor> ?$"}};

static const char *const rtx_encodings[] = {"utf-8", "euc-jp", "shift_jis",
                                            NULL};
static const char *const rtx_traps[] = {"\\(Y/N\\) ?$", NULL};
static const struct console_mode rtx_modes[] = {
    {"user", "^(?:{host})?> ?$", NULL, NULL, NULL, false, NULL},
    {"admin", "^(?:{host})?# ?$", "user", "administrator", "exit", false,
     NULL}};

static const struct console_mode pan_modes[] = {
    {"exec", "^[\\w.-]+@{host}(\\(\\w+\\))?> ?$", NULL, NULL, NULL, false,
     NULL}};

static const struct console_profile profiles[] = {
    {.driver = "pan", .login_user = "login: $",
     .login_password = "Password: $", .modes = pan_modes, .mode_count = 1,
     .pager_match = "^lines \\d+-\\d+(/\\d+)?(?<end> \\(END\\))? ?$",
     .pager_answer = " ", .pager_end = "q", .newline = "\n"},
    {.driver = "nec-ix", .encodings = ix_encodings,
     .login_user = "login: $", .login_password = "(?i)password: $",
     .login_failed = "^% Login incorrect", .modes = ix_modes,
     .mode_count = 2, .monitors = ix_monitors, .monitor_count = 1,
     .pager_match = "--More--", .pager_answer = " ",
     .refused = ix_refused, .traps = ix_traps, .newline = "\r",
     .width = 80, .reply_max_bytes = 2000},
    {.driver = "ios", .login_user = "Username: $",
     .login_password = "Password: $", .modes = ios_modes, .mode_count = 3,
     .monitors = ios_monitors, .monitor_count = 2,
     .pager_match = "<?--- ?More ?--->?|--More--", .pager_answer = " ",
     .refused = ios_refused, .newline = "\r", .width = 0},
    {.driver = "rtx", .encodings = rtx_encodings,
     .login_password = "Password: $", .modes = rtx_modes, .mode_count = 2,
     .pager_match = "---(more|つづく)---", .pager_answer = " ",
     .traps = rtx_traps, .newline = "\r", .width = 80},
};

static const struct console_profile *find_profile(const char *name)
{
    for (size_t i = 0; i < sizeof profiles / sizeof profiles[0]; i++)
        if (strcmp(profiles[i].driver, name) == 0)
            return &profiles[i];
    fail_msg("no profile '%s'", name);
    return NULL;
}

/* --- the fixture's language --- */

struct play {
    const char *name;           /* the file */
    struct console *c;
    size_t split;
    bool lines;
    struct buf got, want;       /* events as text */
    struct buf all;             /* every event, lines too */
};

static int hex(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

static void unescape(struct buf *out, const char *s)
{
    static const char names[] = "rntbe0s\\";
    static const char values[] = "\r\n\t\b\033\0 \\";

    for (; *s; s++) {
        const char *at;

        if (*s != '\\') {
            buf_addc(out, *s);
        } else if (*++s == 'x') {
            buf_addc(out, (char)(hex(s[1]) << 4 | hex(s[2])));
            s += 2;
        } else {
            at = strchr(names, *s);
            assert_non_null(at);
            buf_addc(out, values[at - names]);
        }
    }
}

static const char *state_name(enum reply_state s)
{
    static const char *const names[] = {"complete", "refused", "busy",
                                        "truncated", "timeout", "asked"};

    return names[s];
}

static void add_text(struct buf *b, const char *text)
{
    while (*text) {
        size_t len = strcspn(text, "\n");

        buf_printf(b, "|%s%.*s\n", text[len] ? " " : "~ ", (int)len, text);
        text += len + (text[len] == '\n');
    }
}

static void add_reply(struct buf *b, const struct console_reply *r)
{
    buf_printf(b, "! reply %s %s %s", state_name(r->state),
               r->mode ? r->mode : "-", r->command);
    if (r->reason)
        buf_printf(b, " | %s", r->reason);
    buf_addc(b, '\n');
    add_text(b, r->text);
}

static void add_event(struct play *p, struct buf *b,
                      const struct console_event *ev)
{
    static const char *const names[] = {
        "none", "user", "password", "failed", "prompt", "reply", "line",
        "monitor", "trap", "log", "late"};
    const char *host = console_host(p->c);

    if (ev->type == CONSOLE_REPLY) {
        add_reply(b, ev->reply);
        return;
    }
    buf_printf(b, "! %s", names[ev->type]);
    if (ev->type == CONSOLE_PROMPT)
        buf_printf(b, " %s %s", ev->mode, host ? host : "-");
    else if (ev->type != CONSOLE_LOGIN_USER &&
             ev->type != CONSOLE_LOGIN_PASSWORD && ev->text)
        buf_printf(b, " %s", ev->text);
    buf_addc(b, '\n');
}

static void drain(struct play *p)
{
    struct console_event ev;

    while (console_next(p->c, &ev)) {
        add_event(p, &p->all, &ev);
        if (ev.type != CONSOLE_LINE || p->lines)
            add_event(p, &p->got, &ev);
        console_event_free(&ev);
    }
}

static void check_events(struct play *p, int line)
{
    if (strcmp(buf_str(&p->got), buf_str(&p->want)) != 0)
        fail_msg("%s, before line %d, %zu bytes a read:\nexpected\n%sgot\n%s",
                 p->name, line, p->split, buf_str(&p->want),
                 buf_str(&p->got));
    buf_clear(&p->got);
    buf_clear(&p->want);
}

static void feed(struct play *p, const char *text, bool crlf)
{
    struct buf b = {0};

    unescape(&b, text);
    if (crlf)
        buf_adds(&b, "\r\n");
    for (size_t i = 0; i < b.len; i += p->split)
        console_receive(p->c, b.data + i,
                        b.len - i < p->split ? b.len - i : p->split);
    buf_free(&b);
}

static void check_out(struct play *p, const char *text, int line)
{
    struct buf b = {0}, *out = console_output(p->c);

    unescape(&b, text);
    if (strcmp(buf_str(&b), buf_str(out)) != 0)
        fail_msg("%s:%d: expected to send '%s', sent '%s'", p->name, line,
                 buf_str(&b), buf_str(out));
    buf_clear(out);
    buf_free(&b);
}

static void check_look(struct play *p, const char *text, int line)
{
    static const char *const names[] = {"open", "likely", "settled"};
    const char *got = names[console_look(p->c)];

    if (strcmp(got, text) != 0)
        fail_msg("%s:%d: looks %s, expected %s", p->name, line, got, text);
}

static void act(struct play *p, const char *word, const char *rest, int line)
{
    if (strcmp(word, "<") == 0 || strcmp(word, "<<") == 0)
        feed(p, rest, word[1] == '<');
    else if (strcmp(word, "idle") == 0)
        console_idle(p->c);
    else if (strcmp(word, ">") == 0)
        assert_true(console_command(p->c, rest));
    else if (strcmp(word, "type") == 0 || strcmp(word, "secret") == 0)
        console_type(p->c, rest, word[0] == 's');
    else if (strcmp(word, "wake") == 0)
        console_wake(p->c);
    else if (strcmp(word, "end") == 0)
        console_end(p->c);
    else if (strcmp(word, "abandon") == 0)
        console_abandon(p->c, REPLY_TIMEOUT, rest);
    else if (strcmp(word, "look") == 0)
        check_look(p, rest, line);
    else if (strcmp(word, "out") == 0)
        check_out(p, rest, line);
    else
        fail_msg("%s:%d: unknown word '%s'", p->name, line, word);
    drain(p);
}

static void play_line(struct play *p, char *text, int line)
{
    char *rest = strchr(text, ' ');
    struct err e = {0};

    if (!text[0] || text[0] == '#')
        return;
    if (text[0] == '!' || text[0] == '|') {
        buf_printf(&p->want, "%s\n", text);
        return;
    }
    check_events(p, line);
    if (rest)
        *rest++ = '\0';
    else
        rest = text + strlen(text);
    if (strcmp(text, "lines") == 0) {
        p->lines = true;
    } else if (strcmp(text, "profile") == 0) {
        p->c = console_new(find_profile(rest), &e);
        assert_non_null(p->c);
    } else {
        act(p, text, rest, line);
    }
}

/* Plays a fixture; returns all of its events as text. */
static char *play(const char *name, const char *text, size_t split)
{
    struct play p = {.name = name, .split = split};
    int n = 1;

    for (; *text; n++) {
        size_t len = strcspn(text, "\n");
        char *line = mem_strndup(text, len);

        play_line(&p, line, n);
        free(line);
        text += len + (text[len] == '\n');
    }
    check_events(&p, n);
    console_free(p.c);
    buf_free(&p.got);
    buf_free(&p.want);
    return buf_take(&p.all);
}

static void play_file(const char *path, const char *name)
{
    struct buf text = {0};
    char *whole, *some, *each;

    assert_int_equal(buf_read_file(&text, path, 1u << 20), 0);
    whole = play(name, buf_str(&text), 4096);
    some = play(name, buf_str(&text), 7);
    each = play(name, buf_str(&text), 1);
    assert_string_equal(whole, some);
    assert_string_equal(whole, each);
    free(whole);
    free(some);
    free(each);
    buf_free(&text);
}

static void fixtures_play_for_any_split(void **state)
{
    const char *dir = TEST_ROOT "/tests/fixtures/console";
    DIR *d = opendir(dir);
    struct dirent *entry;
    size_t count = 0;

    (void)state;
    assert_non_null(d);
    while ((entry = readdir(d))) {
        char *path = mem_printf("%s/%s", dir, entry->d_name);

        if (strstr(entry->d_name, ".txt")) {
            play_file(path, entry->d_name);
            count++;
        }
        free(path);
    }
    closedir(d);
    assert_true(count >= 20);
}

/* --- a dialogue cut off at every byte --- */

static const char dialogue[] =
    "show logging\r\n"
    "Router(config)% is a name in a description\r\n"
    "  Router(config)# \r\n"
    "--More--\r        \r"
    "IKE.009 one\r\r\n"
    "two\x1b[7m three\x1b[m\r\n"
    "Router(config)# ";

static const char dialogue_text[] =
    "Router(config)% is a name in a description\n"
    "  Router(config)# \n"
    "IKE.009 one\n"
    "two three\n";

static struct console *at_config(void)
{
    struct err e = {0};
    struct console *c = console_new(find_profile("nec-ix"), &e);
    struct console_event ev;

    assert_non_null(c);
    console_receive(c, "Router(config)# ", 16);
    console_idle(c);
    assert_true(console_next(c, &ev));
    assert_int_equal(ev.type, CONSOLE_PROMPT);
    console_event_free(&ev);
    assert_true(console_command(c, "show logging"));
    return c;
}

static struct console_reply *take_reply(struct console *c)
{
    struct console_reply *r = NULL;
    struct console_event ev;

    while (console_next(c, &ev)) {
        if (ev.type == CONSOLE_REPLY) {
            assert_null(r);
            r = ev.reply;
            ev.reply = NULL;
        }
        console_event_free(&ev);
    }
    return r;
}

/* Silence may fall anywhere: at cut, then the rest comes, or nothing. */
static void cut_at(size_t cut, bool idle)
{
    size_t len = sizeof dialogue - 1;
    struct console *c = at_config();
    struct console_reply *r;

    console_receive(c, dialogue, cut);
    if (idle)
        console_idle(c);
    r = take_reply(c);
    if (r) {
        assert_true(cut >= len - 1);    /* the prompt's blank may miss */
        assert_int_equal(r->state, REPLY_COMPLETE);
        assert_string_equal(r->text, dialogue_text);
    } else {
        console_end(c);
        r = take_reply(c);
        assert_non_null(r);
        assert_int_equal(r->state, REPLY_TRUNCATED);
        assert_null(r->mode);
    }
    console_reply_free(r);
    console_free(c);
}

static void cut_anywhere_is_never_complete(void **state)
{
    const size_t shown = (size_t)(strchr(dialogue, '%') - dialogue) + 1;

    (void)state;
    for (size_t cut = 0; cut < sizeof dialogue; cut++) {
        cut_at(cut, false);
        /* Where the text shows exactly the prompt, silence right there
         * looks like its end; the late text then takes it back. */
        if (cut != shown && cut != shown + 1)
            cut_at(cut, true);
    }
}

/* --- single properties --- */

static void commands_are_checked(void **state)
{
    struct err e = {0};
    struct console *c = console_new(find_profile("nec-ix"), &e);

    (void)state;
    assert_false(console_command(c, "show\rclear"));
    assert_false(console_command(c, "show\x1b[A"));
    assert_int_equal(console_output(c)->len, 0);
    assert_true(console_command(c, "show version"));
    assert_false(console_command(c, "show clock"));
    console_free(c);
}

static void bad_patterns_are_named(void **state)
{
    struct console_profile p = *find_profile("nec-ix");
    struct err e = {0};

    (void)state;
    p.pager_match = "--More(";
    assert_null(console_new(&p, &e));
    assert_int_equal(e.status, EXIT_DATA);
    assert_non_null(strstr(e.what, "nec-ix: pager"));
    assert_non_null(strstr(e.what, "--More("));
}

static void memory_has_its_limit(void **state)
{
    struct console *c = at_config();
    char line[1000];
    struct console_reply *r;

    (void)state;
    memset(line, 'x', sizeof line);
    console_receive(c, "show logging\r\n", 14);
    for (int i = 0; i < 200; i++)
        console_receive(c, line, sizeof line);
    console_receive(c, "\r\nRouter(config)# ", 18);
    console_idle(c);
    r = take_reply(c);
    assert_non_null(r);
    assert_int_equal(r->state, REPLY_TRUNCATED);
    assert_true(strlen(r->text) <= 2000);
    console_reply_free(r);
    console_free(c);
}

static size_t peak_kib(void)
{
    struct rusage u;

    assert_int_equal(getrusage(RUSAGE_SELF, &u), 0);
    return (size_t)u.ru_maxrss;
}

/* A device that begins the echo anew, without end: nothing is kept of it. */
static void endless_echo_is_not_kept(void **state)
{
    struct console *c = at_config();
    static const char begun[] = "Router(config)# show logg\r\n";
    struct console_event ev;
    size_t before;
    struct console_reply *r;

    (void)state;
    before = peak_kib();
    for (int i = 0; i < 2000000; i++)
        console_receive(c, begun, sizeof begun - 1);
    assert_true(peak_kib() - before < 16 * 1024);
    while (console_next(c, &ev)) {
        assert_int_not_equal(ev.type, CONSOLE_REPLY);
        console_event_free(&ev);
    }
    console_receive(c, "Router(config)# show logging\r\none\r\n", 35);
    console_receive(c, "Router(config)# ", 16);
    console_idle(c);
    r = take_reply(c);
    assert_non_null(r);
    assert_int_equal(r->state, REPLY_COMPLETE);
    assert_string_equal(r->text, "one\n");
    console_reply_free(r);
    console_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fixtures_play_for_any_split),
        cmocka_unit_test(cut_anywhere_is_never_complete),
        cmocka_unit_test(commands_are_checked),
        cmocka_unit_test(bad_patterns_are_named),
        cmocka_unit_test(memory_has_its_limit),
        cmocka_unit_test(endless_echo_is_not_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
