/* The sandbox: what it refuses, what it limits, what it records. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "kiriwake/facts.h"
#include "kiriwake/script.h"

static const struct script_place place = {"x.yaml", NULL, 1, 1};

static const char sample[] =
    "{\"ike_sa\": {\"state\": \"present\", \"facts\": {"
    "   \"sas\": [{\"state\": \"established\", \"port\": 500},"
    "             {\"state\": \"half\"}],"
    "   \"empty\": [], \"flag\": false, \"nothing\": null,"
    "   \"device\": {\"created\": 2, \"configured\": 3}},"
    "  \"lines\": {\"\": [1], \"/sas/0\": [4, 5], \"/sas/1\": [9],"
    "              \"/device\": [2]}},"
    " \"log\": {\"state\": \"unreadable\", \"reason\": \"cut at line 7\"},"
    " \"config\": {\"state\": \"absent\", \"facts\": {\"maps\": []}}}";

struct fixture {
    struct script *s;
    json_t *env;
    struct err e;
    struct script_outcome out;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    f->s = script_new();
    f->env = json_loads(sample, 0, NULL);
    assert_non_null(f->env);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    script_outcome_free(&f->out);
    script_free(f->s);
    json_decref(f->env);
    free(f);
    return 0;
}

static struct script_outcome *eval_with(struct fixture *f, const char *code,
                                        const json_t *before,
                                        const json_t *vars)
{
    struct script_chunk *c = script_expr(f->s, code, &place, &f->e);

    if (!c)
        fail_msg("%s: %s", code, f->e.what);
    script_outcome_free(&f->out);
    script_eval(c, f->env, before, vars, &f->out);
    return &f->out;
}

static struct script_outcome *eval(struct fixture *f, const char *code)
{
    return eval_with(f, code, NULL, NULL);
}

static void assert_true_expr(struct fixture *f, const char *code)
{
    struct script_outcome *o = eval(f, code);

    if (o->result != SCRIPT_VALUE || !json_is_true(o->value))
        fail_msg("%s: %s", code, o->reason ? o->reason : "not true");
}

static void assert_reason(struct fixture *f, const char *code,
                          enum script_result result, const char *part)
{
    struct script_outcome *o = eval(f, code);

    if (o->result != result || !o->reason || !strstr(o->reason, part))
        fail_msg("%s: result %d, %s", code, o->result,
                 o->reason ? o->reason : "no reason");
}

static void test_values(void **state)
{
    struct fixture *f = *state;

    assert_true_expr(f, "1 + 1 == 2 and math.floor(2.5) == 2");
    assert_true_expr(f, "int('0x10') == 16 and int('7') == 7");
    assert_true_expr(f, "int(nil) == nil");
    assert_true_expr(f, "ike_sa.sas[1].state == 'established'");
    assert_true_expr(f, "count(ike_sa.sas) == 2 and #ike_sa.sas == 2");
    assert_true_expr(f, "any(ike_sa.sas, function(x) "
                        "return x.state == 'half' end)");
    assert_true_expr(f, "not all(ike_sa.sas, function(x) "
                        "return x.state == 'half' end)");
    assert_true_expr(f, "first(ike_sa.sas).port == 500");
    assert_true_expr(f, "last(ike_sa.sas).state == 'half'");
    assert_true_expr(f, "#since(ike_sa.sas, function(x) return "
                        "x.state == 'established' end) == 1");
    assert_true_expr(f, "count(each({1, 2, 3}, function(x) "
                        "return x > 1 and x or nil end)) == 2");
    assert_true_expr(f, "count(config.maps) == 0");
    assert_true_expr(f, "ike_sa.flag == false");
    assert_true_expr(f, "state('log') == 'unreadable' and "
                        "state('other') == 'not-asked'");
    assert_true_expr(f, "readable('config') and not readable('log')");
}

static void test_filters(void **state)
{
    struct fixture *f = *state;

    assert_true_expr(f, "any(ike_sa.sas, {state = 'half'})");
    assert_true_expr(f, "not any(ike_sa.sas, {state = 'half', port = 500})");
    assert_true_expr(f, "count(ike_sa.sas, {port = 500}) == 1");
    assert_true_expr(f, "count(where(ike_sa.sas, {port = 500})) == 1");
    assert_true_expr(f, "not all(ike_sa.sas, {port = 500})");
    assert_true_expr(f, "#since(ike_sa.sas, {port = 500}) == 1");
    assert_true_expr(f, "overlap({{e = 'a'}}, {{e = 'b'}, {e = 'a'}}, 'e') "
                        "== 'equal'");
    assert_true_expr(f, "overlap({{e = 'a'}}, {{e = 'b'}}, 'e', 'g') == "
                        "'different'");
    assert_true_expr(f, "overlap({{e = 'a', g = 1}}, {{e = 'a'}}, 'e', 'g') "
                        "== 'unknown'");
    assert_true_expr(f, "overlap({{e = 'a', g = 1}}, {{e = 'b'}}, 'e', 'g') "
                        "== 'different'");
    assert_true_expr(f, "overlap({}, {{e = 'a'}}, 'e') == 'unknown'");
    assert_true_expr(f, "overlap(ike_sa.sas, ike_sa.sas, 'state', 'port') "
                        "== 'equal'");
}

static void test_stamps(void **state)
{
    struct fixture *f = *state;

    assert_true_expr(f, "stamp('2024/03/01 00:00:00') - "
                        "stamp('2024/02/28 00:00:00') == 2 * 86400");
    assert_true_expr(f, "stamp('2023/03/01 00:00:00') - "
                        "stamp('2023/02/28 00:00:00') == 86400");
    assert_true_expr(f, "stamp('2024/01/01 00:00:01') - "
                        "stamp('2023/12/31 23:59:59') == 2");
    assert_true_expr(f, "stamp('Friday, 13 March 2026 10:00:00 +09 00') == "
                        "stamp('2026/03/13 10:00:00')");
    assert_true_expr(f, "stamp('Jun  5 05:11:04') == nil and "
                        "stamp(nil) == nil");
}

static void test_addresses(void **state)
{
    struct fixture *f = *state;

    assert_true_expr(f, "cidr('192.168.1.0/24', '192.168.1.77')");
    assert_true_expr(f, "not cidr('192.168.1.0/24', '192.168.2.1')");
    assert_true_expr(f, "cidr('0.0.0.0/0', '203.0.113.1')");
    assert_true_expr(f, "cidr('10.1.2.3', '10.1.2.3')");
    assert_true_expr(f, "cidr('10.0.0.0/9', '10.127.0.1')");
    assert_true_expr(f, "not cidr('10.0.0.0/9', '10.128.0.1')");
    assert_true_expr(f, "cidr('2001:db8::/32', '2001:db8:1::1')");
    assert_true_expr(f, "not cidr('2001:db8::/32', '192.168.0.1')");
    assert_true_expr(f, "private('100.64.0.1') and private('172.31.1.1')");
    assert_true_expr(f, "not private('172.32.0.1') and "
                        "not private('100.128.0.1')");
    assert_true_expr(f, "same('a', 'a') == 'equal'");
    assert_true_expr(f, "same('\u2039secret:1\u203a', "
                        "'\u2039secret:2\u203a') == 'different'");
    assert_true_expr(f, "same('\u2039masked\u203a', "
                        "'\u2039masked\u203a') == 'unknown'");
}

static void test_strict(void **state)
{
    struct fixture *f = *state;

    assert_reason(f, "ike_sa.sas[2].port == 500", SCRIPT_UNREADABLE,
                  "missing value ike_sa.sas[2].port");
    assert_reason(f, "ike_sa.sas[3].state == 'x'", SCRIPT_UNREADABLE,
                  "missing value ike_sa.sas[3]");
    assert_reason(f, "not (ike_sa.typo.x == 1)", SCRIPT_UNREADABLE,
                  "missing value ike_sa.typo");
    assert_reason(f, "ike_sa.nothing ~= 1", SCRIPT_UNREADABLE,
                  "missing value ike_sa.nothing");
    assert_reason(f, "count(log.events) == 0", SCRIPT_UNREADABLE,
                  "log is unreadable: cut at line 7");
    assert_reason(f, "routes.to_peer", SCRIPT_UNREADABLE,
                  "routes was not asked");
    assert_reason(f, "first(ike_sa.empty)", SCRIPT_UNREADABLE, "empty list");
    assert_reason(f, "ike_sa.sas.state", SCRIPT_UNREADABLE, "missing value");
    assert_reason(f, "count(ike_sa.device)", SCRIPT_FAILED, "not a list");
}

static void test_has(void **state)
{
    struct fixture *f = *state;

    assert_true_expr(f, "has(ike_sa.sas[1].port)");
    assert_true_expr(f, "not has(ike_sa.sas[2].port)");
    assert_true_expr(f, "has(ike_sa.flag) and not has(ike_sa.nothing)");
    assert_true_expr(f, "not has(ike_sa.typo.x.y)");
    assert_true_expr(f, "has(ike_sa.sas) and has( (ike_sa.device) )");
    assert_true_expr(f, "not has(last(where(ike_sa.sas, function(x) return "
                        "x.state == ')' end)))");
    assert_true_expr(f, "has(ike_sa.sas[has(ike_sa.typo) and 2 or 1].port)");
    assert_true_expr(f, "('has(x)'):len() == 6");
    assert_reason(f, "has(log.events)", SCRIPT_UNREADABLE, "cut at line 7");
    assert_reason(f, "has(routes.x)", SCRIPT_UNREADABLE, "not asked");
}

static json_t *before_of(const char *text)
{
    json_t *b = json_loads(text, 0, NULL);

    assert_non_null(b);
    return b;
}

static void test_delta(void **state)
{
    struct fixture *f = *state;
    json_t *b = before_of("{\"ike_sa\": {\"state\": \"present\", \"facts\": "
                          "{\"device\": {\"created\": 1, "
                          "\"configured\": 4}}}}");
    struct script_outcome *o =
        eval_with(f, "delta(ike_sa.device.created)", b, NULL);

    assert_int_equal(o->result, SCRIPT_VALUE);
    assert_int_equal(json_integer_value(o->value), 1);
    o = eval_with(f, "delta(ike_sa.device.configured) == 0", b, NULL);
    assert_int_equal(o->result, SCRIPT_UNREADABLE);
    assert_non_null(strstr(o->reason, "decreased"));
    o = eval_with(f, "delta(ike_sa.sas[1].port)", b, NULL);
    assert_int_equal(o->result, SCRIPT_UNREADABLE);
    assert_non_null(strstr(o->reason, "not in the earlier sample"));
    o = eval(f, "delta(ike_sa.device.created)");
    assert_int_equal(o->result, SCRIPT_UNREADABLE);
    o = eval_with(f, "delta(ike_sa.device.created + "
                     "ike_sa.device.created)", b, NULL);
    assert_int_equal(json_integer_value(o->value), 2);
    o = eval_with(f, "delta(count(ike_sa.sas))", b, NULL);
    assert_int_equal(o->result, SCRIPT_UNREADABLE);
    assert_non_null(strstr(o->reason, "not in the earlier sample"));
    o = eval_with(f, "delta(ike_sa.sas[1].state)", b, NULL);
    assert_int_equal(o->result, SCRIPT_FAILED);
    json_decref(b);
}

/* Elements that have a key are found by it, wherever they stand now. */
static void test_delta_keys(void **state)
{
    struct fixture *f = *state;
    json_t *b = before_of(
        "{\"t\": {\"state\": \"present\", \"facts\": {\"sas\": ["
        "{\"key\": \"a\", \"n\": 5}, {\"key\": \"b\", \"n\": 7}]}}}");
    json_t *now = before_of(
        "{\"t\": {\"state\": \"present\", \"facts\": {\"sas\": ["
        "{\"key\": \"b\", \"n\": 9}, {\"key\": \"c\", \"n\": 9}]}}}");
    struct script_outcome *o;
    json_t *env = f->env;

    f->env = now;
    o = eval_with(f, "delta(t.sas[1].n)", b, NULL);
    assert_int_equal(json_integer_value(o->value), 2);
    o = eval_with(f, "delta(t.sas[2].n)", b, NULL);
    assert_int_equal(o->result, SCRIPT_UNREADABLE);
    f->env = env;
    json_decref(b);
    json_decref(now);
}

static void assert_reads(struct script_outcome *o, const char *expected)
{
    json_t *want = json_loads(expected, 0, NULL);
    char *got = json_dumps(o->reads, JSON_COMPACT | JSON_SORT_KEYS);

    assert_non_null(want);
    if (!json_equal(want, o->reads))
        fail_msg("read %s, expected %s", got, expected);
    json_decref(want);
    free(got);
}

static void test_evidence(void **state)
{
    struct fixture *f = *state;

    assert_reads(eval(f, "ike_sa.sas[1].port == ike_sa.sas[1].port"),
                 "[{\"probe\": \"ike_sa\", \"path\": \"/sas/0/port\", "
                 "\"lines\": [4, 5]}]");
    assert_reads(eval(f, "count(ike_sa.sas) > 0"),
                 "[{\"probe\": \"ike_sa\", \"path\": \"/sas\", "
                 "\"lines\": [1, 4, 5, 9]}]");
    assert_reads(eval(f, "any(ike_sa.sas, function(x) "
                         "return x.state == 'established' end)"),
                 "[{\"probe\": \"ike_sa\", \"path\": \"/sas/0/state\", "
                 "\"lines\": [4, 5]}]");
    assert_reads(eval(f, "not has(ike_sa.typo)"),
                 "[{\"probe\": \"ike_sa\", \"path\": \"/typo\", "
                 "\"lines\": [1]}]");
    assert_reads(eval(f, "ike_sa.device.created == 2"),
                 "[{\"probe\": \"ike_sa\", \"path\": \"/device/created\", "
                 "\"lines\": [2]}]");
    assert_reads(eval(f, "ike_sa.sas[2].port"),
                 "[{\"probe\": \"ike_sa\", \"path\": \"/sas/1/port\", "
                 "\"lines\": [9]}]");
}

static void test_vars(void **state)
{
    struct fixture *f = *state;
    json_t *vars = before_of("{\"answer\": {\"history\": \"never\"}, "
                             "\"n\": 3, \"model\": \"IX2215\"}");
    struct script_outcome *o = eval_with(
        f, "answer.history == 'never' and n == 3 and "
           "model:match('^IX(%d+)') == '2215'", NULL, vars);

    assert_true(json_is_true(o->value));
    assert_int_equal(json_array_size(o->reads), 0);
    o = eval_with(f, "answer.other == 'x'", NULL, vars);
    assert_int_equal(o->result, SCRIPT_UNREADABLE);
    json_decref(vars);
}

/* What a chunk must not reach: each is refused, at load or when run. */
static void test_escapes(void **state)
{
    static const char *const bad[] = {
        "os.time()", "io.open('/etc/passwd')", "require('os')",
        "load('return 1')()", "loadstring('x')", "dofile('x')",
        "debug.getinfo(1)", "collectgarbage()", "getmetatable('').x",
        "setmetatable({}, {})", "rawget({}, 1)", "rawset({}, 1, 2)",
        "pcall(function() end)", "error('x')", "print('x')",
        "coroutine.create(function() end)", "math.random()",
        "string.dump(function() end)", "('x').dump(1)", "string.pack('b', 1)",
        "string.format('%p', {})", "string.format('%s', {})",
        "tostring({})", "tostring(count)", "string.rep('x', 1e9)",
        "('x'):rep(70000)", "table.move({}, 1, 1e9, 2)", "utf8.char(65)",
        "(function() string.len = nil end)()",
        "(function() string.x = 1 end)()",
        "(function() ike_sa.x = 1 end)()",
        "(function() ike_sa.sas[1] = 1 end)()",
        "(function() (string).format = nil end)()",
        "function() end", "{count}", "0/0", "1/0", "{1, x = 2}",
        "{[1.5] = 2}", "{[1] = 1, [3] = 3}",
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (eval(f, bad[i])->result == SCRIPT_VALUE)
            fail_msg("%s gave a value", bad[i]);
}

static void test_not_compiled(void **state)
{
    static const char *const bad[] = {
        "1 +", "_ENV.x", "_G", "\x1bLua", "x = 1", "local y",
        "(function() z = 1 end)()", "(function() function g() end end)()",
        "has(", "'open", "",
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        f->e = (struct err){0};
        if (script_expr(f->s, bad[i], &place, &f->e) && bad[i][0])
            fail_msg("%s compiled", bad[i]);
        if (bad[i][0])
            assert_int_equal(f->e.status, EXIT_DATA);
    }
}

static void assert_body_fails(struct fixture *f, const char *code,
                              const char *part)
{
    struct script_chunk *c = script_body(f->s, code, &place, &f->e);

    if (!c)
        fail_msg("%s", f->e.what);
    script_outcome_free(&f->out);
    script_eval(c, f->env, NULL, NULL, &f->out);
    assert_int_equal(f->out.result, SCRIPT_FAILED);
    if (!strstr(f->out.reason, part))
        fail_msg("%s: %s", code, f->out.reason);
}

static void test_limits(void **state)
{
    struct fixture *f = *state;

    assert_body_fails(f, "while true do end", "instructions");
    assert_body_fails(f, "return has((function() while true do end end)())",
                      "instructions");
    assert_body_fails(f, "for i = 1, 1e18 do end", "instructions");
    assert_body_fails(f, "local t = {} for i = 1, 1e7 do t[i] = {} end",
                      "memory");
    assert_body_fails(f, "local s = 'xxxxxxxx' for i = 1, 40 do s = s .. s "
                         "end", "memory");
    assert_body_fails(f, "local function r() return 1 + r() end return r()",
                      "memory");
    assert_body_fails(f, "return ('a'):rep(30000):find(('.-'):rep(20) .. "
                         "'b')", "steps");
    assert_body_fails(f, "return ('a'):rep(3000):match(('a*'):rep(12) .. "
                         "'b')", "steps");
    /* The sandbox is as good as new afterwards. */
    assert_true_expr(f, "1 == 1");
}

/* The same answers as Lua 5.4's own functions (manual, 6.4.1). */
static void test_patterns(void **state)
{
    struct fixture *f = *state;

    assert_true_expr(f, "('key = value'):match('^(%w+)%s*=%s*(%w+)$') == "
                        "'key'");
    assert_true_expr(f, "('IX-R2530'):match('^IX%-R') == 'IX-R'");
    assert_true_expr(f, "('f(a(b)c)d'):match('%b()') == '(a(b)c)'");
    assert_true_expr(f, "('THE (quick) fox'):find('%((%a+)%)') == 5");
    assert_true_expr(f, "('a.b.c'):gsub('%.', '/') == 'a/b/c'");
    assert_true_expr(f, "('hello world'):gsub('o', '0', 1) == "
                        "'hell0 world'");
    assert_true_expr(f, "('abc'):gsub('%w', '%0%0') == 'aabbcc'");
    assert_true_expr(f, "('x = 1'):gsub('(%w) = (%w)', '%2 = %1') == "
                        "'1 = x'");
    assert_true_expr(f, "('THE (quick) fox'):find('%f[%a]%a+%f[%A]') == 1");
    assert_true_expr(f, "('aXb'):match('()X()') == 2");
    assert_true_expr(f, "('abcabc'):match('(a.c)%1') == 'abc'");
    assert_true_expr(f, "('[x]'):match('[]]') == ']' and "
                        "('a-b'):match('[a%-]+') == 'a-'");
    assert_true_expr(f, "('0x1F'):match('^0[xX](%x+)$') == '1F'");
    assert_true_expr(f, "('aaa'):match('a-$') == 'aaa' and "
                        "('aaa'):match('^a-') == ''");
    assert_true_expr(f, "('abc'):gsub('', '-') == '-a-b-c-'");
    assert_true_expr(f, "('a.c'):find('.', 1, true) == 2 and "
                        "('abc'):find('b', -2) == 2");
    assert_true_expr(f, "('color'):match('colou?r') == 'color'");
    assert_true_expr(f, "('x'):match('y') == nil");
    assert_true_expr(f, "('$HOME'):gsub('%$(%w+)', {HOME = '/h'}) == '/h'");
    assert_reason(f, "('x'):match('[a')", SCRIPT_FAILED, "malformed");
    assert_reason(f, "('x'):match('%')", SCRIPT_FAILED, "malformed");
    assert_reason(f, "('x'):match('(x')", SCRIPT_FAILED, "capture");
}

static void test_gmatch(void **state)
{
    struct fixture *f = *state;
    struct script_chunk *c = script_body(
        f->s,
        "local out = {}\n"
        "for k, v in ('a=1, b=2'):gmatch('(%w+)=(%w+)') do\n"
        "    out[#out + 1] = k .. v\n"
        "end\n"
        "return out", &place, &f->e);
    json_t *want = json_pack("[s,s]", "a1", "b2");

    assert_non_null(c);
    script_eval(c, f->env, NULL, NULL, &f->out);
    assert_true(json_equal(f->out.value, want));
    json_decref(want);
}

/* A value that a chunk keeps is dead in the next evaluation. */
static void test_kept_values(void **state)
{
    struct fixture *f = *state;
    struct script_place at = {"lib.lua", NULL, 1, 1};

    assert_int_equal(script_library(f->s,
                                    "local kept\n"
                                    "return {keep = function(x) "
                                    "local old = kept kept = x "
                                    "return old and old.state end}",
                                    &at, &f->e), 0);
    assert_int_equal(eval(f, "lib.keep(ike_sa.sas[1])")->result,
                     SCRIPT_VALUE);
    assert_reason(f, "lib.keep(ike_sa.sas[2])", SCRIPT_FAILED, "earlier");
    assert_reason(f, "(function() lib.keep = nil end)()", SCRIPT_FAILED,
                  "cannot be changed");
}

static void test_names(void **state)
{
    struct fixture *f = *state;
    struct script_chunk *c = script_expr(
        f->s,
        "count(ike_sa.sas) > 0 and has(config.map.name) and "
        "answer['history'] and state('pppoe') == 'present' and "
        "any(log.current, function(x) return x.event == 'log.no' end) "
        "-- routes\n and ({interfaces = n})", &place, &f->e);
    json_t *names = script_names(c);
    json_t *want = json_pack("[s,s,s,s,s,s]", "ike_sa.sas",
                             "config.map.name", "answer", "pppoe",
                             "log.current", "n");

    if (!json_equal(names, want))
        fail_msg("%s", json_dumps(names, 0));
    json_decref(names);
    json_decref(want);
}

static void test_places(void **state)
{
    static const char file[] = "a: 1\nfacts: |\n  local x = 1\n"
                               "  return x +* 2\nwhen: 'a == = b'\n";
    struct script_place body = {"d.yaml", file, 3, 3};
    struct script_place expr = {"d.yaml", file, 5, 8};
    struct fixture *f = *state;

    assert_null(script_body(f->s, "local x = 1\nreturn x +* 2\n", &body,
                            &f->e));
    assert_non_null(strstr(f->e.what, "d.yaml:4:13: "));
    assert_non_null(strstr(f->e.what, "\n    return x +* 2\n"
                                      "              ^"));
    assert_null(script_expr(f->s, "a == = b", &expr, &f->e));
    assert_non_null(strstr(f->e.what, "d.yaml:5:13: "));
}

static void test_runtime_place(void **state)
{
    struct script_place at = {"d.yaml", NULL, 40, 5};
    struct fixture *f = *state;
    struct script_chunk *c = script_body(
        f->s, "local x\n\nreturn x.y", &at, &f->e);

    script_eval(c, f->env, NULL, NULL, &f->out);
    assert_int_equal(f->out.result, SCRIPT_FAILED);
    assert_non_null(strstr(f->out.reason, "d.yaml:42: "));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(test_values), T(test_filters), T(test_stamps), T(test_addresses), T(test_strict), T(test_has),
        T(test_delta), T(test_delta_keys), T(test_evidence), T(test_vars),
        T(test_escapes), T(test_not_compiled), T(test_limits),
        T(test_patterns), T(test_gmatch), T(test_kept_values),
        T(test_names), T(test_places), T(test_runtime_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
