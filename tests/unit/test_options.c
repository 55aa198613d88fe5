#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "kiriwake/msg.h"
#include "kiriwake/options.h"

#define PARSE(o, e, ...)                                                \
    parse(o, e, NULL, (const char *[]){"check", __VA_ARGS__, NULL})

static int parse(struct options *o, struct err *e,
                 const struct options_extra *extra, const char **words)
{
    char *argv[32];             /* getopt reorders it */
    int argc = 0;

    for (; words[argc]; argc++)
        memcpy(&argv[argc], &words[argc], sizeof argv[0]);
    argv[argc] = NULL;
    *e = (struct err){0};
    return options_parse(o, argc, argv, extra, e);
}

static void test_all(void **state)
{
    struct options o;
    struct err e;

    (void)state;
    assert_int_equal(0, PARSE(&o, &e, "ssh://10.0.0.1", "--driver", "nec-ix",
        "--answer", "history=never-worked", "--answer=peer=10.1.1.1=x",
        "--allow", "active", "--allow", "config", "--allow", "active",
        "--timeout", "90", "--data", "/a", "--data=/b", "--json"));
    assert_string_equal("ssh://10.0.0.1", o.run.target);
    assert_string_equal("nec-ix", o.run.driver);
    assert_string_equal("never-worked", json_string_value(
        json_object_get(o.run.answers, "history")));
    assert_string_equal("10.1.1.1=x", json_string_value(
        json_object_get(o.run.answers, "peer")));
    assert_string_equal("active", o.run.allow[0]);
    assert_string_equal("config", o.run.allow[1]);
    assert_null(o.run.allow[2]);
    assert_int_equal(90, o.run.timeout_s);
    assert_int_equal(2, o.run.data.count);
    assert_string_equal("/b", o.run.data.dirs[1]);
    assert_true(o.json);
    assert_false(o.run.no_journal);
    options_free(&o);
}

static void refused(const char *option, const char *value, const char *what,
                    const char *hint)
{
    struct options o;
    struct err e;

    assert_int_equal(-1, PARSE(&o, &e, "t:", option, value));
    assert_int_equal(EXIT_USAGE, e.status);
    assert_non_null(strstr(e.what, what));
    assert_non_null(strstr(e.hint, hint));
    options_free(&o);
}

static void test_refused(void **state)
{
    (void)state;
    msg_init("en");
    refused("--anser", "a=b", "--anser", "answer");
    refused("--answer", "ab", "NAME=VALUE", "");
    refused("--answer", "=ab", "NAME=VALUE", "");
    refused("--allow", "activ", "activ", "active");
    refused("--timeout", "1m", "1m", "");
    refused("--timeout", "-1", "-1", "");
    refused("--host-key", "always", "always", "accept-new");
    refused("--vpn", NULL, "--vpn", "");
    refused("--json=1", NULL, "--json", "");
    refused("-q", NULL, "-q", "");
}

static void test_extra(void **state)
{
    bool flag = false;
    const char *value = NULL;
    json_t *pairs = NULL;
    const struct options_extra extra[] = {
        {.name = "stdio", .flag = &flag}, {.name = "ssh", .value = &value},
        {.name = "with", .pairs = &pairs}, {0}};
    struct options o;
    struct err e;

    (void)state;
    assert_int_equal(0, parse(&o, &e, extra, (const char *[]){"sim", "nec-ix",
        "--stdio", "x", "--ssh", "0", "--with", "size=9", "--", "-y",
        NULL}));
    assert_true(flag);
    assert_string_equal("0", value);
    assert_string_equal("9", json_string_value(json_object_get(pairs,
                                                               "size")));
    assert_int_equal(3, o.word_count);
    assert_string_equal("nec-ix", o.words[0]);
    assert_string_equal("x", o.words[1]);
    assert_string_equal("-y", o.words[2]);
    json_decref(pairs);
    options_free(&o);
}

static void test_lang(void **state)
{
    struct options o;
    struct err e;

    (void)state;
    assert_int_equal(0, PARSE(&o, &e, "--lang", "ja"));
    assert_string_equal("ja", msg_lang());
    assert_null(o.run.target);
    options_free(&o);
    assert_int_equal(-1, PARSE(&o, &e, "--lang", "fr"));
    options_free(&o);
    msg_done();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_extra),
        cmocka_unit_test(test_lang),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
