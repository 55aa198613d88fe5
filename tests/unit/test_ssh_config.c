/* ~/.ssh/config as OpenSSH's ssh_config(5) tells: what is read of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../src/transport/ssh.h"

static char home[] = "/tmp/kiriwake-test-XXXXXX";

static void write_file(const char *name, const char *text)
{
    char path[200];
    FILE *f;

    snprintf(path, sizeof path, "%s/.ssh/%s", home, name);
    f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static struct ssh_config read_for(const char *host, const char *text)
{
    struct ssh_config c;
    char path[200];

    write_file("config", text);
    snprintf(path, sizeof path, "%s/.ssh/config", home);
    ssh_config_read(path, home, host, "me", &c);
    return c;
}

static void test_patterns(void **state)
{
    (void)state;
    assert_true(ssh_config_match("*.lab", "gw.lab"));
    assert_true(ssh_config_match("a b ?w.lab", "gw.lab"));
    assert_false(ssh_config_match("*.lab !gw.lab", "gw.lab"));
    assert_false(ssh_config_match("!gw.lab", "other"));
    assert_true(ssh_config_match("192.0.2.*,GW", "gw"));
    assert_false(ssh_config_match("", "gw"));
}

static void test_first_value_wins(void **state)
{
    struct ssh_config c = read_for("gw",
        "# a comment\n"
        "Host other\n  User no\n"
        "Host gw\n"
        "  hostname=192.0.2.1\n"
        "  Port 2222\n"
        "  User = \"first\"\n"
        "Host *\n"
        "  HostName 192.0.2.9\n  Port 22\n  User second\n");

    (void)state;
    assert_string_equal(c.hostname, "192.0.2.1");
    assert_string_equal(c.user, "first");
    assert_int_equal(c.port, 2222);
    assert_null(c.proxy);
    ssh_config_free(&c);
}

static void test_lists_and_tokens(void **state)
{
    struct ssh_config c = read_for("gw",
        "HostName %h.example\n"
        "IdentityFile ~/keys/%h-%r\n"
        "IdentityFile /k/%n%%\n"
        "UserKnownHostsFile ~/a \"%d/b c\"\n"
        "UserKnownHostsFile ~/late\n");
    char want[200];

    (void)state;
    assert_string_equal(c.hostname, "gw.example");
    snprintf(want, sizeof want, "%s/keys/gw.example-me", home);
    assert_string_equal(c.identities[0], want);
    assert_string_equal(c.identities[1], "/k/gw%");
    assert_null(c.identities[2]);
    snprintf(want, sizeof want, "%s/b c", home);
    assert_string_equal(c.known_hosts[1], want);
    assert_null(c.known_hosts[2]);
    ssh_config_free(&c);
}

static void test_match(void **state)
{
    struct ssh_config c = read_for("gw",
        "Match exec \"touch /tmp/never\"\n  User exec\n"
        "Match user root\n  User user\n"
        "Match originalhost gw exec true\n  User both\n"
        "Match originalhost g*\n  User original\n"
        "Match all\n  Port 7\n");

    (void)state;
    assert_string_equal(c.user, "original");
    assert_int_equal(c.port, 7);
    assert_int_not_equal(access("/tmp/never", F_OK), 0);
    ssh_config_free(&c);
}

static void test_proxy(void **state)
{
    struct ssh_config c = read_for("in", "Host in\nProxyJump bastion\n");

    (void)state;
    assert_string_equal(c.proxy, "ProxyJump bastion");
    ssh_config_free(&c);
    c = read_for("in", "Host in\nProxyJump none\nHost *\nProxyJump b\n");
    assert_null(c.proxy);
    ssh_config_free(&c);
    c = read_for("out", "Host in\nProxyCommand nc %h %p\n");
    assert_null(c.proxy);
    ssh_config_free(&c);
}

static void test_include(void **state)
{
    struct ssh_config c;

    (void)state;
    write_file("more.conf", "Host gw\n  User included\nHost other\n");
    write_file("loop.conf", "Include loop.conf\n");
    c = read_for("gw", "Include more.conf loop.conf absent.conf\nPort 5\n");
    assert_string_equal(c.user, "included");
    assert_int_equal(c.port, 5);
    ssh_config_free(&c);
}

static void test_nothing(void **state)
{
    struct ssh_config c;

    (void)state;
    ssh_config_read("/nonexistent/config", home, "gw", NULL, &c);
    assert_null(c.hostname);
    assert_null(c.identities);
    ssh_config_free(&c);
    c = read_for("gw", "Host\nPort x\nHostName\n  =\nMatch\nUser no\n");
    assert_null(c.user);
    assert_int_equal(c.port, 0);
    ssh_config_free(&c);
}

static void test_legacy_plan(void **state)
{
    static const char *const some[] = {"ssh-rsa", "aes128-cbc", "3des-cbc",
                                       NULL};
    static const char *const bad[] = {"rot13", NULL};
    struct ssh_plan p = {0};
    struct err e = {0};

    (void)state;
    assert_int_equal(ssh_legacy_plan(some, &p, &e), 0);
    assert_null(p.algorithms[CAT_KEX]);
    assert_non_null(strstr(p.algorithms[CAT_HOST_KEY], "rsa-sha2-512"));
    assert_non_null(strstr(p.algorithms[CAT_HOST_KEY], ",ssh-rsa"));
    assert_non_null(strstr(p.algorithms[CAT_CIPHER], ",aes128-cbc,3des-cbc"));
    free(p.algorithms[CAT_HOST_KEY]);
    free(p.algorithms[CAT_CIPHER]);
    assert_int_equal(ssh_legacy_plan(bad, &p, &e), -1);
    assert_int_equal(e.status, EXIT_DATA);
    assert_non_null(strstr(e.what, "rot13"));
}

static void test_frames(void **state)
{
    struct buf b = {0};
    struct ssh_frame f;

    (void)state;
    frame_put(&b, FRAME_DATA, "abc", 3);
    frame_put(&b, FRAME_READY, NULL, 0);
    for (size_t n = 0; n < FRAME_HEADER + 3; n++)
        assert_int_equal(frame_get(b.data, n, &f), 0);
    assert_int_equal(frame_get(b.data, b.len, &f), 1);
    assert_int_equal(f.type, FRAME_DATA);
    assert_int_equal(f.len, 3);
    assert_memory_equal(f.data, "abc", 3);
    assert_int_equal(frame_get(b.data + f.total, b.len - f.total, &f), 1);
    assert_int_equal(f.type, FRAME_READY);
    memset(b.data + 1, 0xff, 4);
    assert_int_equal(frame_get(b.data, b.len, &f), -1);
    buf_free(&b);
}

static int make_home(void **state)
{
    char path[200];

    (void)state;
    if (!mkdtemp(home))
        return -1;
    snprintf(path, sizeof path, "%s/.ssh", home);
    return mkdir(path, 0700);
}

static int remove_home(void **state)
{
    static const char *const names[] = {".ssh/config", ".ssh/more.conf",
                                        ".ssh/loop.conf", ".ssh", ""};
    char path[200];

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", home, names[i]);
        remove(path);
    }
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_patterns),
        cmocka_unit_test(test_first_value_wins),
        cmocka_unit_test(test_lists_and_tokens),
        cmocka_unit_test(test_match),
        cmocka_unit_test(test_proxy),
        cmocka_unit_test(test_include),
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_legacy_plan),
        cmocka_unit_test(test_frames),
    };

    return cmocka_run_group_tests(tests, make_home, remove_home);
}
