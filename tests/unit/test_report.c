/* A case as a document: everything is in it, and nothing in it is markup. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "kiriwake/msg.h"
#include "kiriwake/report.h"

static const char evil[] = "<q>&\"'`*x*\x1b[31m | ]]>";

static json_t *parse(const char *text)
{
    json_error_t e;
    json_t *v = json_loads(text, 0, &e);

    if (!v)
        fail_msg("%s at %d", e.text, e.position);
    return v;
}

/* JSON written with ' for ". */
static json_t *parse_quoted(const char *text)
{
    char *copy = strdup(text);
    json_t *v;

    for (char *p = copy; *p; p++)
        if (*p == '\'')
            *p = '"';
    v = parse(copy);
    free(copy);
    return v;
}

/* A diagnosed case, with one reply, one remark and one change. */
static json_t *records(const char *outcome)
{
    json_t *r = parse_quoted(
        "[{'event':'case','case':'20261121-101500-ab12',"
        "'at':'2026-11-21T10:15:00+09:00','target':'ssh://gw',"
        "'driver':'nec-ix','flow':'nec-ix/ipsec',"
        "'versions':{'program':'0.1.0'}},"
        "{'event':'facts','fact':{'command':'show version','state':'present',"
        "'text':'one\\ntwo\\n','at':'2026-11-21T01:15:03Z'}},"
        "{'event':'facts','fact':{'command':'show version','state':'present',"
        "'text':'one\\ntwo\\n','at':'2026-11-21T01:15:03Z'}},"
        "{'event':'answer','answer':'never-worked','by':'human',"
        "'remark':'new site','at':'2026-11-21T10:15:02+09:00'}]");
    json_t *result = parse_quoted(
        "{'schema_version':1,'case':'20261121-101500-ab12',"
        "'device':{'hostname':'gw','model':null},'subject':null,"
        "'flow':'nec-ix/ipsec','path':[{'checkpoint':'p1','outcome':'normal',"
        "'by':'human','because':'seen'},{'checkpoint':'p2',"
        "'outcome':'abnormal','by':'device','because':'none'},"
        "{'checkpoint':'p3','outcome':'unreadable','because':'no row'}],"
        "'findings':[{'id':'x.unknown','certainty':'likely',"
        "'title':'A title','explanation':'Why','alternatives':['x.other'],"
        "'decide_by':'the peer','fix':{'text':'Do it',"
        "'commands':['set key']},'evidence':[{'command':'show log',"
        "'at':'t','lines':[{'n':12,'text':'line twelve'}]}]}],"
        "'suspects':[],'ruled_out':[],'pending':null,"
        "'changes':[{'commands':['debug'],'undo':['no debug'],"
        "'undone':false,'verified':false}],'error':null}");

    json_object_set_new(result, "outcome", json_string(outcome));
    json_array_append_new(r, json_pack("{s:s,s:o}", "event", "result",
                                       "result", result));
    return r;
}

static char *write_as(const json_t *r, const char *format)
{
    struct data data = {0};
    struct buf out = {0};
    struct err e = {0};

    if (report_write(r, &data, format, &out, &e) < 0)
        fail_msg("%s: %s", format, e.what);
    return buf_take(&out);
}

static void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("no \"%s\" in:\n%s", part, text);
}

static size_t count(const char *text, const char *part)
{
    size_t n = 0;

    for (; (text = strstr(text, part)); text += strlen(part))
        n++;
    return n;
}

static void test_markdown(void **state)
{
    json_t *r = records("diagnosed");
    char *s = write_as(r, "md");

    (void)state;
    assert_has(s, "# Fault isolation report 20261121-101500-ab12\n");
    assert_has(s, "**A title (likely)**");
    assert_has(s, "\n      12  line twelve\n");
    assert_has(s, "\n    set key\n");
    assert_has(s, "x.other");
    assert_has(s, "| ✗ | p2 | abnormal | none |");
    assert_has(s, "normal (decided by hand)");
    assert_has(s, "NOT UNDONE");
    assert_has(s, "- never-worked: new site");
    assert_has(s, "\n    one\n    two\n");
    assert_int_equal(count(s, "### show version"), 1);
    free(s);
    json_decref(r);
}

static void test_html(void **state)
{
    json_t *r = records("diagnosed");
    char *s = write_as(r, "html");

    (void)state;
    assert_has(s, "<!DOCTYPE html>");
    assert_has(s, "<pre>  12  line twelve</pre>");
    assert_has(s, "<pre>one\ntwo</pre>");
    assert_null(strstr(s, "http://"));
    assert_null(strstr(s, "<script"));
    assert_int_equal(count(s, "<section"), count(s, "</section>"));
    free(s);
    json_decref(r);
}

/* Every string that could come from a device or a person. */
static void poison(json_t *v)
{
    const char *key;
    json_t *item;
    void *next;
    size_t i;

    json_array_foreach(v, i, item) {
        if (json_is_string(item))
            json_array_set_new(v, i, json_string(evil));
        else
            poison(item);
    }
    json_object_foreach_safe(v, next, key, item) {
        if (json_is_string(item) && strcmp(key, "event") != 0 &&
            strcmp(key, "outcome") != 0)
            json_object_set_new(v, key, json_string(evil));
        else
            poison(item);
    }
}

static void test_hostile_text(void **state)
{
    static const char *const formats[] = {"html", "junit"};
    json_t *r = records("diagnosed");
    char *s;

    (void)state;
    poison(r);
    for (size_t i = 0; i < 2; i++) {
        s = write_as(r, formats[i]);
        assert_null(strstr(s, "<q>"));
        assert_null(strchr(s, '\x1b'));
        assert_has(s, "&lt;q&gt;&amp;&quot;&#39;`*x*");
        free(s);
    }
    s = write_as(r, "md");
    assert_null(strchr(s, '\x1b'));
    assert_has(s, "\\<q\\>\\&");
    /* Raw only in code blocks. */
    for (char *at = s; (at = strstr(at, "<q>&")); at++) {
        char *line = at;

        while (line > s && line[-1] != '\n')
            line--;
        assert_memory_equal(line, "    ", 4);
    }
    free(s);
    json_decref(r);
}

static void test_junit(void **state)
{
    json_t *r = records("diagnosed"), *open = records("open");
    char *s = write_as(r, "junit");

    (void)state;
    /* 3 check points, 1 finding, the outcome */
    assert_has(s, "tests=\"5\" failures=\"2\" errors=\"0\" skipped=\"1\"");
    assert_has(s, "timestamp=\"2026-11-21T10:15:00\"");
    assert_has(s, "name=\"x.unknown\"");
    assert_int_equal(count(s, "<testcase "), 5);
    assert_int_equal(count(s, "</testcase>"), 5);
    free(s);
    s = write_as(open, "junit");
    assert_has(s, "skipped=\"2\"");
    free(s);
    json_decref(r);
    json_decref(open);
}

static void test_cast(void **state)
{
    json_t *r = records("diagnosed");
    char *s = write_as(r, "cast"), *line, *rest = s;
    double last = 0;
    int n = 0;

    (void)state;
    while ((line = strsep(&rest, "\n")) && *line) {
        json_t *v = parse(line);

        if (n++ == 0) {
            assert_int_equal(json_integer_value(json_object_get(
                                 v, "version")), 2);
            /* 10:15 in Tokyo */
            assert_int_equal(json_integer_value(json_object_get(
                                 v, "timestamp")), 1795223700);
        } else {
            assert_true(json_real_value(json_array_get(v, 0)) > last);
            last = json_real_value(json_array_get(v, 0));
            assert_string_equal(json_string_value(json_array_get(v, 1)), "o");
        }
        if (n == 2) {
            assert_float_equal(last, 3.0, 0.001);
            assert_string_equal(json_string_value(json_array_get(v, 2)),
                                "gw# show version\r\n");
        }
        json_decref(v);
    }
    assert_true(n > 4);
    free(s);
    json_decref(r);
}

static void test_unfinished(void **state)
{
    json_t *r = records("open");
    char *s;
    json_t *v;

    (void)state;
    json_array_remove(r, json_array_size(r) - 1);
    s = write_as(r, "md");
    assert_has(s, "not finished");
    assert_has(s, "    one\n");
    free(s);
    s = write_as(r, "json");
    v = parse(s);
    assert_string_equal(json_string_value(json_object_get(v, "outcome")),
                        "open");
    assert_true(json_is_array(json_object_get(v, "findings")));
    json_decref(v);
    free(s);
    json_decref(r);
}

static void test_languages(void **state)
{
    json_t *r = records("diagnosed");
    char *s;

    (void)state;
    msg_init("ja");
    s = write_as(r, "html");
    assert_has(s, "<html lang=\"ja\">");
    assert_null(strstr(s, "What the device said"));
    assert_has(s, "p2");
    free(s);
    msg_init("en");
    json_decref(r);
}

static void test_long_reply(void **state)
{
    json_t *r = records("diagnosed"), *fact;
    struct buf text = {0};
    char *s;

    (void)state;
    for (int i = 0; i < 5000; i++)
        buf_printf(&text, "line %d <>&\n", i);
    fact = json_object_get(json_array_get(r, 1), "fact");
    json_object_set_new(fact, "text", json_string(buf_str(&text)));
    s = write_as(r, "html");
    assert_has(s, "line 1499 &lt;");
    assert_null(strstr(s, "line 1500 &lt;"));
    assert_has(s, "3500 more lines");
    free(s);
    buf_free(&text);
    json_decref(r);
}

static void test_much_evidence(void **state)
{
    json_t *r = records("diagnosed"), *result, *finding, *lines;
    char *s;

    (void)state;
    result = json_object_get(json_array_get(r, json_array_size(r) - 1),
                             "result");
    finding = json_array_get(json_object_get(result, "findings"), 0);
    lines = json_object_get(json_array_get(json_object_get(
                                finding, "evidence"), 0), "lines");
    for (int i = 13; i <= 99; i++)
        json_array_append_new(lines, json_pack("{s:i,s:s}", "n", i, "text",
                                               "again"));
    s = write_as(r, "md");
    assert_has(s, "\n      21  again\n          …\n      90  again\n");
    assert_has(s, "\n      99  again\n");
    assert_int_equal(count(s, "  again\n"), 19);
    free(s);
    json_decref(r);
}

static void test_unknown_format(void **state)
{
    json_t *r = records("diagnosed");
    struct data data = {0};
    struct buf out = {0};
    struct err e = {0};

    (void)state;
    assert_int_equal(report_write(r, &data, "pdf", &out, &e), -1);
    assert_int_equal(e.status, EXIT_USAGE);
    assert_has(e.hint, "junit");
    assert_null(out.data);
    json_decref(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_markdown),
        cmocka_unit_test(test_html),
        cmocka_unit_test(test_hostile_text),
        cmocka_unit_test(test_junit),
        cmocka_unit_test(test_cast),
        cmocka_unit_test(test_unfinished),
        cmocka_unit_test(test_languages),
        cmocka_unit_test(test_long_reply),
        cmocka_unit_test(test_much_evidence),
        cmocka_unit_test(test_unknown_format),
    };

    msg_init("en");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
