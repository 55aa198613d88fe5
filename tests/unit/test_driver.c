/* Loading drivers: what a bad file is told; commands; from reply to fact. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "kiriwake/driver.h"
#include "kiriwake/mem.h"

static char dir[64];

static void write_file(const char *name, const char *text)
{
    char *path = mem_printf("%s/drivers/x/%s", dir, name);
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    free(path);
}

static int make_dir(void **state)
{
    char *path;

    (void)state;
    snprintf(dir, sizeof dir, "/tmp/kiriwake-driver-XXXXXX");
    if (!mkdtemp(dir))
        return -1;
    path = mem_printf("%s/drivers", dir);
    mkdir(path, 0700);
    free(path);
    path = mem_printf("%s/drivers/x", dir);
    mkdir(path, 0700);
    free(path);
    return 0;
}

static int remove_dir(void **state)
{
    static const char *const files[] = {"x/driver.yaml", "x/t.textfsm",
                                        "x/l.lua", "x", "", NULL};

    (void)state;
    for (size_t i = 0; files[i]; i++) {
        char *path = mem_printf("%s/drivers/%s", dir, files[i]);

        remove(path);
        free(path);
    }
    return rmdir(dir);
}

static struct driver *load(const char *yaml, struct err *e)
{
    struct data data = {.dirs = {dir}, .count = 1};

    *e = (struct err){0};
    write_file("driver.yaml", yaml);
    return driver_load(&data, "x", e);
}

#define HEAD "driver: x\ntitle: X\nmodes: {exec: {prompt: '^{host}# $'}}\n"
#define PROBE HEAD "probes:\n  a:\n    command: show a\n    class: read\n"
#define TEMPLATE                                                           \
    "Value NAME (\\S+)\nValue List MORE (\\S+)\n\nStart\n"                  \
    "  ^item ${NAME} -> Record\n  ^none$$\n  ^. -> Error\n"

static void assert_bad(const char *yaml, const char *place, const char *what)
{
    struct err e;
    struct driver *d = load(yaml, &e);
    char *at = mem_printf("%s/drivers/x/%s: ", dir, place);

    if (d)
        fail_msg("loaded: %s", yaml);
    assert_int_equal(e.status, EXIT_DATA);
    if (strncmp(e.what, at, strlen(at)) != 0 || !strstr(e.what, what))
        fail_msg("%s\nexpected %s … %s", e.what, place, what);
    /* The line itself, and a caret. */
    assert_non_null(strstr(e.what, "\n  "));
    assert_non_null(strchr(e.what, '^'));
    free(at);
}

static void test_bad_files(void **state)
{
    static const struct {
        const char *yaml, *place, *what;
    } cases[] = {
        {"driver: [\n", "driver.yaml:", ""},
        {"title: X\n", "driver.yaml:1:1", "missing key 'driver'"},
        {HEAD "probs: {}\n", "driver.yaml:4:1", "did you mean probes?"},
        {"driver: y\ntitle: X\nmodes: {}\nprobes: {}\n", "driver.yaml:1:9",
         "the folder's: 'x'"},
        {"driver: x\ntitle: X\nmodes: {}\nprobes: {}\n", "driver.yaml:3:1",
         "has a mode"},
        {"driver: x\ntitle: X\nmodes: {exec: {prompt: '^(x$'}}\nprobes: {}\n",
         "driver.yaml:3:29", "bad pattern"},
        {"driver: x\ntitle: X\nmodes:\n  exec: {prompt: x}\n"
         "  conf: {prompt: y, from: exek, enter: a, leave: b}\nprobes: {}\n",
         "driver.yaml:5:27", "there is no mode 'exek'"},
        {"driver: x\ntitle: X\nmodes:\n  exec: {prompt: x}\n"
         "  conf: {prompt: y, from: exec}\nprobes: {}\n",
         "driver.yaml:5:27", "enter and leave"},
        {HEAD "secrets: ['a', '[b']\nprobes: {}\n", "driver.yaml:4:19",
         "bad pattern"},
        {HEAD "refused: [{a: b}]\nprobes: {}\n", "driver.yaml:4:12",
         "words"},
        {HEAD "probes:\n  a: {command: x}\n", "driver.yaml:5:7",
         "missing key 'class'"},
        {HEAD "probes:\n  a: {command: x, class: harmless}\n",
         "driver.yaml:5:26",
         "one of: read, session, active, disrupt, config"},
        {PROBE "    mode: exek\n", "driver.yaml:8:11",
         "there is no mode 'exek'; did you mean exec?"},
        {PROBE "    needs: [b]\n", "driver.yaml:8:13",
         "there is no probe 'b'"},
        {PROBE "    needs: [a]\n", "driver.yaml:8:13", "needs others only"},
        {PROBE "    needs: [b]\n  b: {command: b, class: read, needs: a}\n",
         "driver.yaml:5:3", "needs itself by way of others"},
        {PROBE "    timeout: soon\n", "driver.yaml:8:14", "60s"},
        {PROBE "    template: gone.textfsm\n", "driver.yaml:8:15",
         "no such data file"},
        {PROBE "    with: {p: float}\n", "driver.yaml:8:15",
         "ip, int, ifname, word or flag"},
        {PROBE "    absent: '*'\n", "driver.yaml:8:14", "bad pattern"},
        {PROBE "    facts: |\n      local x = 1\n      return x +* 2\n",
         "driver.yaml:10:17", "unexpected symbol near '*'"},
        {PROBE "    facts: |\n      total = #rows\n      return {}\n",
         "driver.yaml:9:7", "declare it local"},
        {PROBE "    facts: return {a = os.time()}\n", "driver.yaml:8:24",
         "unknown name 'os'"},
        {PROBE "    facts: return {a = config.tunnel}\n", "driver.yaml:8:24",
         "unknown name 'config'"},
        {PROBE "    check: 'a.x == = 1'\n", "driver.yaml:8:20",
         "unexpected symbol near '='"},
        {PROBE "    check: 'b.x == 1'\n", "driver.yaml:8:13",
         "unknown name 'b'"},
        {HEAD "probes:\n  a: {command: 'show {p}', class: read}\n",
         "driver.yaml:5:22", "no parameter 'p'"},
        {HEAD "probes:\n  a: {command: 'x {p}', class: read, with: {p: "
              "'ip?'}}\n", "driver.yaml:5:19", "put it into [ ]"},
        {HEAD "probes:\n  a: {command: 'x [y', class: read}\n",
         "driver.yaml:5:17", "stays open"},
        {HEAD "probes:\n  a: {command: \"x\\ny\", class: read}\n",
         "driver.yaml:5:18", "one line"},
        {HEAD "messages:\n  - {match: '(', event: e}\nprobes: {}\n",
         "driver.yaml:5:15", "bad pattern"},
        {HEAD "messages:\n  - {match: 'x'}\nprobes: {}\n",
         "driver.yaml:5:6", "missing key 'event'"},
        {HEAD "dialects:\n  - {when: 'modell == 1', probes: {}}\n"
              "probes: {}\n", "driver.yaml:5:13", "unknown name 'modell'"},
        {HEAD "dialects:\n  - {when: 'true', probes: {b: {command: c}}}\n"
              "probes: {}\n", "driver.yaml:5:29", "there is no probe 'b'"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (strchr(cases[i].place, ':')[1] == '\0') {
            struct err e;

            assert_null(load(cases[i].yaml, &e));
            assert_int_equal(e.status, EXIT_DATA);
            continue;
        }
        assert_bad(cases[i].yaml, cases[i].place, cases[i].what);
    }
}

static void test_bad_parts(void **state)
{
    struct err e;

    (void)state;
    write_file("t.textfsm", "Value NAME (\\S+\n\nStart\n  ^${NAME}\n");
    assert_null(load(PROBE "    template: t.textfsm\n", &e));
    assert_int_equal(e.status, EXIT_DATA);
    assert_non_null(strstr(e.what, "/drivers/x/t.textfsm:1:"));
    write_file("l.lua", "local l = {}\nfunction l.f( return 1 end\n");
    assert_null(load(HEAD "library: l.lua\nprobes: {}\n", &e));
    assert_non_null(strstr(e.what, "/drivers/x/l.lua:2:15: "));
    write_file("l.lua", "local l = {}\nl.t = io.read()\nreturn l\n");
    assert_null(load(HEAD "library: l.lua\nprobes: {}\n", &e));
    assert_non_null(strstr(e.what, "/drivers/x/l.lua:2:7: unknown name"));
    write_file("l.lua", "return 7\n");
    assert_null(load(HEAD "library: l.lua\nprobes: {}\n", &e));
    assert_int_equal(e.status, EXIT_DATA);
}

static void test_unknown_driver(void **state)
{
    struct data none = {.count = 0};
    struct err e = {0};

    (void)state;
    assert_null(driver_load(&none, "nec-xi", &e));
    assert_int_equal(e.status, EXIT_USAGE);
    assert_non_null(strstr(e.hint, "nec-ix"));
    e = (struct err){0};
    assert_null(driver_load(&none, "../nec-ix", &e));
    assert_int_equal(e.status, EXIT_USAGE);
}

static struct driver *load_good(const char *yaml)
{
    struct err e;
    struct driver *d = load(yaml, &e);

    if (!d)
        fail_msg("%s", e.what);
    return d;
}

static void test_driver_parts(void **state)
{
    struct driver *d = load_good(
        "driver: x\ntitle: The X\ndetect: {ssh_banner: '^X-\\d', "
        "text: 'Xsoft'}\nserial: {baud: 19200}\nssh: {legacy: ssh-rsa}\n"
        "modes:\n  exec: {prompt: '^{host}# $'}\n"
        "  conf: {prompt: 'c# $', from: exec, enter: conf, leave: exit, "
        "lock: true, busy: 'held'}\n"
        "monitors: {boot: 'boot> $'}\npager: {match: more, answer: ' '}\n"
        "secrets: ['(?<=key )\\S+']\nwidth: 80\nprobes: {}\n");
    const struct console_profile *p = driver_console(d);

    (void)state;
    assert_string_equal(driver_title(d), "The X");
    assert_int_equal(driver_baud(d), 19200);
    assert_string_equal(driver_ssh_legacy(d)[0], "ssh-rsa");
    assert_string_equal(driver_secrets(d)[0], "(?<=key )\\S+");
    assert_int_equal(p->mode_count, 2);
    assert_string_equal(p->modes[1].busy, "held");
    assert_true(p->modes[1].lock);
    assert_string_equal(p->monitors[0].name, "boot");
    assert_string_equal(p->newline, "\r");
    assert_int_equal(p->width, 80);
    assert_true(driver_detects(d, "X-7", NULL));
    assert_false(driver_detects(d, "Y-7", "no"));
    assert_true(driver_detects(d, "Y-7", "hello\nThis is Xsoft 3\n"));
    assert_int_equal(strlen(driver_digest(d)), 16);
    driver_free(d);
}

/* The digest names the content: of templates, too. */
static void test_digest(void **state)
{
    char first[32];
    struct driver *d;

    (void)state;
    write_file("t.textfsm", TEMPLATE);
    d = load_good(PROBE "    template: t.textfsm\n");
    snprintf(first, sizeof first, "%s", driver_digest(d));
    driver_free(d);
    d = load_good(PROBE "    template: t.textfsm\n");
    assert_string_equal(driver_digest(d), first);
    driver_free(d);
    write_file("t.textfsm", TEMPLATE "\n# more\n");
    d = load_good(PROBE "    template: t.textfsm\n");
    assert_string_not_equal(driver_digest(d), first);
    driver_free(d);
}

static void assert_command(const struct driver *d, const char *with,
                           const char *want)
{
    json_t *w = json_loads(with, 0, NULL);
    struct err e = {0};
    char *got = driver_command(d, "ping", 0, w, &e);

    if (want)
        assert_string_equal(got ? got : e.what, want);
    else if (got)
        fail_msg("%s gave %s", with, got);
    else
        assert_int_equal(e.status, EXIT_USAGE);
    json_decref(w);
    free(got);
}

static void test_commands(void **state)
{
    struct driver *d = load_good(
        HEAD "probes:\n  ping:\n    command: ['ping {t}[ source {s}][ size "
             "{n} via {i}][ df{d}]', 'ping2 {t}']\n    class: active\n"
             "    with: {t: ip, s: 'ip?', n: 'int?', i: 'ifname?', "
             "w: 'word?', d: 'flag?'}\n");

    (void)state;
    assert_int_equal(driver_probe(d, "ping")->command_count, 2);
    assert_int_equal(driver_probe(d, "ping")->class, CLASS_ACTIVE);
    assert_null(driver_probe(d, "pong"));
    assert_command(d, "{\"t\": \"192.0.2.1\"}", "ping 192.0.2.1");
    assert_command(d, "{\"t\": \"2001:db8::1\", \"s\": \"10.0.0.1\"}",
                   "ping 2001:db8::1 source 10.0.0.1");
    assert_command(d, "{\"t\": \"192.0.2.1\", \"n\": 1400, \"i\": "
                      "\"Tunnel0.0\"}", "ping 192.0.2.1 size 1400 via "
                                        "Tunnel0.0");
    assert_command(d, "{\"t\": \"192.0.2.1\", \"n\": 1400}",
                   "ping 192.0.2.1");
    assert_command(d, "{\"t\": \"192.0.2.1\", \"d\": true}",
                   "ping 192.0.2.1 df");
    assert_command(d, "{\"t\": \"192.0.2.1\", \"d\": \"true\"}",
                   "ping 192.0.2.1 df");
    assert_command(d, "{\"t\": \"192.0.2.1\", \"d\": false}",
                   "ping 192.0.2.1");
    assert_command(d, "{\"t\": \"192.0.2.1\", \"d\": \"yes\"}", NULL);
    assert_command(d, "{}", NULL);
    assert_command(d, "{\"t\": \"192.0.2.1 source 1.1.1.1\"}", NULL);
    assert_command(d, "{\"t\": \"192.0.2.1\\nreload\"}", NULL);
    assert_command(d, "{\"t\": \"192.0.2.256\"}", NULL);
    assert_command(d, "{\"t\": \"192.0.2.1\", \"n\": \"-1\"}", NULL);
    assert_command(d, "{\"t\": \"192.0.2.1\", \"n\": \"1 2\"}", NULL);
    assert_command(d, "{\"t\": \"192.0.2.1\", \"i\": \"0;x\"}", NULL);
    assert_command(d, "{\"t\": \"192.0.2.1\", \"w\": \"a'b\"}", NULL);
    assert_command(d, "{\"t\": \"192.0.2.1\", \"zz\": 1}", NULL);
    driver_free(d);
}

static void test_dialects(void **state)
{
    struct driver *d = load_good(
        HEAD "dialects:\n  - {when: 'model:match(\"^IX%-R\")', probes: {a: "
             "{command: [new a, newer a]}}}\n"
             "probes:\n  a: {command: show a, class: read}\n");
    json_t *r = json_pack("{s:s,s:s}", "model", "IX-R2530", "os_version",
                          "1.2");
    json_t *old = json_pack("{s:s}", "model", "IX2215");
    struct err e = {0};
    char *c;

    (void)state;
    driver_adapt(d, r);
    c = driver_command(d, "a", 1, NULL, &e);
    assert_string_equal(c, "newer a");
    assert_int_equal(driver_probe(d, "a")->command_count, 2);
    free(c);
    driver_adapt(d, old);
    c = driver_command(d, "a", 0, NULL, &e);
    assert_string_equal(c, "show a");
    assert_null(driver_command(d, "a", 1, NULL, &e));
    free(c);
    json_decref(r);
    json_decref(old);
    driver_free(d);
}

/* --- from reply to fact --- */

static void assert_fact(const struct driver *d, const char *text,
                        const json_t *env, const char *state,
                        const char *facts)
{
    struct console_reply r = {.command = (char *)"show a",
                              .state = REPLY_COMPLETE, .text = (char *)text};
    json_t *fact = driver_read(d, "a", &r, NULL, env);
    json_t *want = facts ? json_loads(facts, 0, NULL) : json_null();
    const char *got = json_string_value(json_object_get(fact, "state"));

    if (strcmp(got, state) != 0 ||
        !json_equal(json_object_get(fact, "facts"), want))
        fail_msg("%s: %s", text, json_dumps(fact, 0));
    assert_true(json_is_null(json_object_get(fact, "reason")) ==
                (strcmp(state, "unreadable") != 0));
    json_decref(want);
    json_decref(fact);
}

static void test_states(void **state)
{
    struct driver *d;

    (void)state;
    write_file("t.textfsm", TEMPLATE);
    d = load_good(PROBE "    template: t.textfsm\n    absent: '^none$'\n"
                        "    check: 'count(a.items) < 3'\n"
                        "    facts: |\n      return {items = each(rows, "
                        "function(r) return from(r, {name = r.NAME}) end)}"
                        "\n");
    assert_fact(d, "item x\n", NULL, "present",
                "{\"items\": [{\"name\": \"x\"}]}");
    assert_fact(d, "none\n", NULL, "absent", "{\"items\": []}");
    assert_fact(d, "", NULL, "unreadable", NULL);
    assert_fact(d, "\n \n", NULL, "unreadable", NULL);
    assert_fact(d, "item x\nodd\n", NULL, "unreadable", NULL);
    assert_fact(d, "item x\nitem y\nitem z\n", NULL, "unreadable", NULL);
    driver_free(d);
    d = load_good(PROBE "    absent: empty\n    facts: 'return {text = "
                        "text}'\n");
    assert_fact(d, "", NULL, "absent", "{\"text\": \"\"}");
    assert_fact(d, "x", NULL, "present", "{\"text\": \"x\"}");
    driver_free(d);
    d = load_good(PROBE "    facts: 'return 7'\n");
    assert_fact(d, "x", NULL, "unreadable", NULL);
    driver_free(d);
    d = load_good(PROBE "    facts: 'return {x = rows[1].NAME}'\n");
    assert_fact(d, "x", NULL, "unreadable", NULL);
    driver_free(d);
}

/* A console prints its log into replies; what was printed into a line spoils
 * it. */
static void test_console_log(void **state)
{
    struct driver *d;

    (void)state;
    write_file("t.textfsm", TEMPLATE);
    d = load_good("console_log: ['%LOG-\\d+: ']\n" PROBE
                  "    template: t.textfsm\n"
                  "    facts: |\n      return {items = each(rows, "
                  "function(r) return {name = r.NAME, at = r.line} end)}\n");
    assert_fact(d, "item x\n%LOG-5: item z\nitem y\n", NULL, "present",
                "{\"items\": [{\"name\": \"x\", \"at\": 1}, "
                "{\"name\": \"y\", \"at\": 3}]}");
    assert_fact(d, "item x\nite%LOG-5: text\nm y\n", NULL, "unreadable",
                NULL);
    assert_fact(d, "item x\nLOG-5: text\n", NULL, "unreadable", NULL);
    driver_free(d);
}

/* What it needs is read strictly, and cited. */
static void test_needs(void **state)
{
    struct driver *d;
    json_t *env = json_pack("{s:{s:s,s:{s:i}}}", "b", "state", "present",
                            "facts", "n", 7);

    (void)state;
    d = load_good(PROBE "    needs: [b]\n    absent_if: 'b.n == 8'\n"
                        "    facts: 'return {n = b.n}'\n"
                        "  b: {command: b, class: read}\n");
    assert_string_equal(driver_probe(d, "a")->needs[0], "b");
    assert_fact(d, "x", env, "present", "{\"n\": 7}");
    assert_fact(d, "x", NULL, "unreadable", NULL);
    json_object_set_new(json_object_get(json_object_get(env, "b"), "facts"),
                        "n", json_integer(8));
    assert_fact(d, "x", env, "absent", "{\"n\": 8}");
    driver_free(d);
    json_decref(env);
}

static void test_provenance(void **state)
{
    struct driver *d;
    struct console_reply r = {.command = (char *)"show a",
                              .state = REPLY_COMPLETE,
                              .text = (char *)"item x\n\nitem y\n"};
    json_t *fact, *want;

    (void)state;
    write_file("t.textfsm", "Value NAME (\\S+)\n\nStart\n"
                            "  ^item ${NAME} -> Record\n  ^$$\n"
                            "  ^. -> Error\n");
    d = load_good(PROBE "    template: t.textfsm\n    facts: |\n"
                        "      local one = from(rows[1], {n = "
                        "rows[1].NAME})\n"
                        "      return {one = one, two = rows[2].NAME, "
                        "both = cite({}, one)}\n");
    fact = driver_read(d, "a", &r, NULL, NULL);
    want = json_pack("{s:[i],s:[i],s:[i]}", "/one", 1, "/both", 1, "", 3);
    if (!json_equal(json_object_get(fact, "lines"), want))
        fail_msg("%s", json_dumps(fact, 0));
    json_decref(want);
    json_decref(fact);
    driver_free(d);
}

/* Every driver that the program carries. */
static void test_built_in(void **state)
{
    struct data none = {.count = 0};
    char **names = driver_names(&none);

    (void)state;
    assert_non_null(names[0]);
    for (size_t i = 0; names[i]; i++) {
        struct err e = {0};
        struct driver *d = driver_load(&none, names[i], &e);

        if (!d)
            fail_msg("%s", e.what);
        driver_free(d);
    }
    data_list_free(names);
}

static void test_schema(void **state)
{
    json_t *s = driver_schema();

    (void)state;
    assert_non_null(json_object_get(json_object_get(s, "properties"),
                                    "probes"));
    json_decref(s);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, make_dir, remove_dir)
    const struct CMUnitTest tests[] = {
        T(test_bad_files), T(test_bad_parts), T(test_unknown_driver),
        T(test_driver_parts), T(test_digest), T(test_commands),
        T(test_dialects), T(test_states), T(test_console_log),
        T(test_needs), T(test_provenance),
        T(test_built_in), T(test_schema),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
