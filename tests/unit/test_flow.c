/* Loading flows: every fault is told with its place, as compilers do. */
#include "kiriwake/lint.h"

#include "walk_kit.h"

#define POINT(id) "  " id ":\n    title: {en: X, ja: X}\n"
#define A HEAD "checkpoints:\n" POINT("a")          /* lines 1 to 8 */
#define OUT "    outcomes: [{otherwise: true, next: open}]\n"

static const struct {
    const char *text, *error;   /* what stands behind "flows/t/f.yaml:" */
} bad[] = {
    {"flow: t/f\n", "1:1: missing key 'title': a line for the list of flows"},
    {A "    probe: [log\n", "10:1: "},
    {"flow: t/other\ntitle: T\ndrivers: [fake]\nsource: {document: D}\n"
     "start: a\ncheckpoints:\n" POINT("a") "    probe: [log]\n" OUT,
     "1:7: expected t/f, as the file's path says"},
    {"flow: t/f\ntitle: T\ndrivers: [cisco-ios]\nsource: {document: D}\n"
     "start: a\ncheckpoints:\n" POINT("a") "    probe: [log]\n" OUT,
     "3:11: flow t/f is not for driver fake"},
    {HEAD "visit: 3\ncheckpoints: {}\n",
     "6:1: unknown key 'visit'; did you mean visits?"},
    {HEAD "visits: 0\ncheckpoints:\n" POINT("a") "    probe: [log]\n" OUT,
     "6:9: visits: 1 to 100"},
    {HEAD "include: [flows/t/p.yaml]\ncheckpoints:\n" POINT("a")
     "    probe: [log]\n" OUT,
     "6:11: flows/t/p.yaml: no such data file"},
    /* kinds and keys */
    {A OUT, "7:3: 'a' has no kind: expected ask, guide, probe, sample, do, "
            "bisect or call"},
    {A "    probe: [log]\n    ask: Q\n" OUT, "7:3: 'a' is both ask and probe"},
    {A "    probe: [log]\n    answers: {x: open}\n" OUT,
     "10:5: 'answers' does not belong to probe"},
    {A "    probe: [log]\n    outcome: []\n",
     "10:5: unknown key 'outcome'; did you mean outcomes?"},
    {HEAD "checkpoints:\n  Bad Id:\n    probe: [log]\n" OUT,
     "7:3: 'Bad Id': a check point's id is lower-case words"},
    {A "    probe: [log]\n    covers: [IX02]\n" OUT,
     "10:14: covers: expected an item such as IX-02, not 'IX02'"},
    /* exits */
    {A "    probe: [log]\n", "8:5: 'a' has no exit: expected outcomes"},
    {A "    probe: [log]\n    outcomes:\n      - {otherwise: true}\n",
     "11:10: no exit: expected next, finding or return"},
    {A "    ask: Q\n", "8:5: expected either answers or input"},
    {A "    ask: Q\n    input: {type: ip}\n",
     "8:5: input has no exit: expected next or outcomes"},
    {A "    ask: Q\n    input: {type: address}\n    next: open\n",
     "10:19: type is one of: ip, fqdn, ifname, int, text"},
    {A "    ask: Q\n    answers: {x: {label: L}}\n",
     "10:19: no exit: expected next, finding or return"},
    {A "    ask: Q\n    answers: {unknown: open}\n",
     "10:15: 'unknown' stands for no answer; see unanswered"},
    {A "    do: [{send: x, class: disrupt}]\n",
     "8:5: 'a': expected either next or outcomes"},
    /* outcomes */
    {A "    probe: [log]\n    outcomes:\n"
     "      - {when: 'log.x', otherwise: true, next: open}\n",
     "11:10: expected either when or otherwise: true"},
    {A "    probe: [log]\n    outcomes:\n"
     "      - {otherwise: true, next: open}\n"
     "      - {when: 'log.x', next: open}\n",
     "12:10: never reached: otherwise stands before"},
    {A "    probe: [log]\n    outcomes:\n"
     "      - {when: 'log.x', next: opne}\n",
     "11:31: check point 'opne' is not known; did you mean open?"},
    {A "    probe: [log]\n    outcomes:\n"
     "      - {when: 'log.x', finding: ike.psk-missmatch}\n",
     "11:34: finding 'ike.psk-missmatch' is not known; did you mean "
     "ike.psk-mismatch?"},
    {A "    probe: [log]\n    outcomes:\n"
     "      - {when: 'log.x', suspect: ike.nothing, next: open}\n",
     "11:34: finding 'ike.nothing' is not known"},
    {A "    probe: [log]\n    outcomes:\n"
     "      - {when: 'log.x', finding: wan.link-down, decide_by: X}\n",
     "11:10: alternatives and decide_by belong to certainty: likely"},
    {A "    probe: [log]\n    outcomes:\n"
     "      - {when: 'log.x', given: a, next: open}\n",
     "11:10: given belongs to a finding"},
    {A "    probe: [log]\n    outcomes:\n"
     "      - {when: 'log.x', given: [ab], finding: wan.link-down}\n",
     "11:33: check point 'ab' is not known; did you mean a?"},
    {A "    probe: [log]\n    outcomes:\n"
     "      - {when: 'log.x', undo: a, next: open}\n",
     "11:31: 'a' is no do check point"},
    {A "    probe: [log]\n    outcomes:\n"
     "      - {when: 'log.x', is: fine, next: open}\n",
     "11:29: is is one of: normal, abnormal"},
    /* expressions */
    {A "    probe: [log]\n    outcomes:\n"
     "      - {when: 'log.x >', next: open}\n", "11:"},
    {A "    probe: [log]\n    outcomes:\n"
     "      - {when: 'logg.x', next: open}\n",
     "11:17: name 'logg' is not known; did you mean log?"},
    {A "    probe: [log]\n    outcomes:\n"
     "      - {when: 'log.x and stats.n > 0', next: open}\n",
     "11:17: name 'stats' is not known"},
    {A "    probe: [log]\n    outcomes:\n"
     "      - {when: 'answer.b == \"x\"', next: open}\n",
     "11:17: 'answer.b': there is no check point 'b'"},
    {A "    probe: [log]\n    outcomes:\n"
     "      - {when: 'allowed.actve', next: open}\n",
     "11:17: class 'actve' is not known; did you mean active?"},
    {A "    ask: 'Is {vpn.peer up?'\n    answers: {x: open}\n",
     "9:11: '{' without '}'; expected {EXPR}"},
    /* probes */
    {A "    probe: [lg]\n" OUT,
     "9:13: probe 'lg' is not known; did you mean log?"},
    {A "    probe: [{name: log, as: 'my log'}]\n" OUT,
     "9:14: 'my log': a probe's name is a Lua name"},
    {A "    probe: [{nmae: log}]\n" OUT,
     "9:14: unknown key 'nmae'; did you mean name?"},
    {A "    sample: [log]\n    every: soon\n" OUT,
     "10:12: every: expected a time such as 10s or 2m"},
    /* do */
    {A "    do: []\n    next: open\n", "9:5: do: expected a list of steps"},
    {A "    do: [{send: x, class: config}]\n    next: open\n",
     "9:11: class config needs an undo"},
    {A "    do: [{send: x, class: config, undo: y}]\n    next: open\n",
     "9:11: an undo needs state"},
    {A "    do: [{send: x, class: config, undo: y, state: [log]}]\n"
     "    next: open\n", "9:11: an undo needs present, restored or"},
    {A "    do: [{send: x, class: dangerous}]\n    next: open\n",
     "9:27: class is one of: read, session, active, disrupt, config"},
    /* bisect */
    {A "    bisect: {low: few, high: 9, as: n, probe: ping, pass: 'n > 1'}\n"
     OUT, "9:19: expected an integer"},
    /* the graph */
    {A "    probe: [log]\n" OUT POINT("b") "    probe: [log]\n" OUT,
     "11:3: check point 'b' is never reached from 'a'"},
    {A "    probe: [log]\n" OUT "  a:\n    probe: [log]\n" OUT, "11:3: "},
    {A "    call: t/g\n", "9:11: flows/t/g.yaml: no such data file"},
    {A "    call: '#nowhere'\n", "9:12: flow t/f has no check point"},
    {HEAD "entries: [b]\ncheckpoints:\n" POINT("a") "    probe: [log]\n" OUT,
     "6:11: check point 'b' is not known"},
    {"flow: t/f\ntitle: T\ndrivers: [fake]\nsource: {document: D}\n"
     "start: x\ncheckpoints:\n" POINT("a") "    probe: [log]\n" OUT,
     "5:8: check point 'x' is not known"},
};

/* In memory, as data_read would have read it. */
static struct data_file file_of(const char *name, const char *text)
{
    return (struct data_file){mem_strdup(name), mem_strdup(text),
                              strlen(text)};
}

static void bad_flows_are_told(void **state)
{
    struct files files;

    (void)state;
    files_open(&files);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct flows *f;
        struct err e = {0};
        char want[300];

        files_put(&files, "flows/t/f.yaml", bad[i].text);
        f = flows_load(&files.data, "t/f", FAKE_DRIVER, &e);
        snprintf(want, sizeof want, "%s/flows/t/f.yaml:%s", files.dir,
                 bad[i].error);
        if (f || strncmp(e.what, want, strlen(want)))
            fail_msg("%zu\n%s\nexpected %s\ngot      %s", i, bad[i].text,
                     want, f ? "no error" : e.what);
        assert_int_equal(e.status, EXIT_DATA);
        flows_free(f);
    }
    files_close(&files);
}

static void the_line_and_a_caret_are_shown(void **state)
{
    struct files files;
    struct err e = {0};

    (void)state;
    files_open(&files);
    files_put(&files, "flows/t/f.yaml",
              A "    probe: [log]\n    outcomes:\n"
              "      - {when: 'log.x', next: opne}\n");
    assert_null(flows_load(&files.data, "t/f", FAKE_DRIVER, &e));
    assert_non_null(strstr(e.what,
                           "\n        - {when: 'log.x', next: opne}\n"
                           "                                "
                           "^"));
    files_close(&files);
}

static void no_such_flow(void **state)
{
    struct files files;
    struct err e = {0};

    (void)state;
    files_open(&files);
    assert_null(flows_load(&files.data, "t/none", FAKE_DRIVER, &e));
    assert_int_equal(e.status, EXIT_DATA);
    files_close(&files);
}

static void lint_tells_everything(void **state)
{
    static const char text[] =
        HEAD "checkpoints:\n"
        "  a:\n"
        "    probe: [lgo]\n"
        "    outcomes:\n"
        "      - {when: 'log.x', next: nowhere}\n"
        "      - {when: 'x ==', next: open}\n"
        "      - {otherwise: true, finding: ike.nix}\n";
    static const char *const want[] = {
        ":11:17: ", ":8:13: probe 'lgo'", ":10:31: check point 'nowhere'",
        ":12:36: finding 'ike.nix'", ":7:3: warning: 'a' has no title"};
    struct data_file file = file_of("mine.yaml", text);
    struct files files;
    json_t *list, *d;
    size_t i, found = 0;

    (void)state;
    files_open(&files);
    list = flows_lint(&files.data, "t/f", &file, FAKE_DRIVER);
    for (size_t w = 0; w < sizeof want / sizeof want[0]; w++) {
        size_t before = found;

        json_array_foreach(list, i, d)
            if (strstr(kit_text(d, "text"), want[w]))
                found++;
        if (found == before)
            fail_msg("not told: %s", want[w]);
    }
    json_array_foreach(list, i, d)
        if (strstr(kit_text(d, "text"), "no title"))
            assert_string_equal(kit_text(d, "level"), "warning");
    json_decref(list);
    data_free(&file);
    files_close(&files);
}

static void returns_need_somewhere_to_go(void **state)
{
    struct files files;
    struct err e = {0};

    (void)state;
    files_open(&files);
    files_put(&files, "flows/t/f.yaml",
              A "    call: t/g\n    return: {good: open}\n");
    files_put(&files, "flows/t/g.yaml",
              "flow: t/g\ntitle: T\ndrivers: [fake]\n"
              "source: {document: D}\nstart: a\ncheckpoints:\n" POINT("a")
              "    probe: [log]\n    outcomes:\n"
              "      - {when: 'log.x', return: good}\n"
              "      - {otherwise: true, return: bad}\n");
    assert_null(flows_load(&files.data, "t/f", FAKE_DRIVER, &e));
    assert_non_null(strstr(e.what, "flows/t/f.yaml:7:3: 'a': t/g may return "
                                   "'bad'; expected return: {bad: NEXT}"));
    files_close(&files);
}

static void pieces_are_included(void **state)
{
    struct files files;
    struct flows *f;
    struct err e = {0};
    size_t n;

    (void)state;
    files_open(&files);
    files_put(&files, "flows/t/f.yaml",
              HEAD "include: [flows/t/p.yaml]\ncheckpoints:\n" POINT("a")
              "    probe: [log]\n    outcomes: [{otherwise: true, next: b}]\n");
    files_put(&files, "flows/t/p.yaml",
              "checkpoints:\n" POINT("b") "    probe: [log]\n" OUT
              POINT("unused") "    probe: [log]\n" OUT);
    f = flows_load(&files.data, "t/f", FAKE_DRIVER, &e);
    if (!f)
        fail_msg("%s", e.what);
    n = json_array_size(json_object_get(flows_json(f), "checkpoints"));
    assert_int_equal(n, 3);
    flows_free(f);
    files_close(&files);
}

static void bad_findings_are_told(void **state)
{
    static const struct {
        const char *text, *error;
    } cases[] = {
        {"ike.x:\n  title: T\n", ":2:3: missing key 'explanation'"},
        {"lan.x:\n  title: T\n  explanation: E\n  fix: {text: F}\n",
         ":1:1: 'lan.x': a finding is called class.cause"},
        {"ike.x:\n  title: T\n  explanation: E\n  fix: {text: F}\n"
         "  alternatives: [ike.y]\n", ":5:18: finding 'ike.y' is not known"},
        {"ike.x:\n  title: '{vpn.}'\n  explanation: E\n"
         "  fix: {text: F}\n", ":2:"},
    };
    struct data none = {0};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct data_file file = file_of("findings.yaml", cases[i].text);
        json_t *list = findings_lint(&none, &file);
        bool told = false;
        json_t *d;
        size_t k;

        json_array_foreach(list, k, d)
            if (strstr(kit_text(d, "text"), cases[i].error) &&
                strcmp(kit_text(d, "level"), "error") == 0)
                told = true;
        if (!told)
            fail_msg("not told: %s", cases[i].error);
        json_decref(list);
        data_free(&file);
    }
}

static void flows_are_listed(void **state)
{
    struct files files;
    char **names, *first;
    int found = 0;

    (void)state;
    files_open(&files);
    files_put(&files, "flows/t/f.yaml", A "    probe: [log]\n" OUT);
    files_put(&files, "flows/t/g.yaml",
              "flow: t/g\ntitle: T\ncheckpoints:\n  a:\n\n# b\n    c: d\n"
              "drivers: [fake]\ndefault: true\n");
    files_put(&files, "flows/t/p.yaml", "checkpoints: {}\n");
    names = flow_names(&files.data);
    for (size_t i = 0; names[i]; i++) {
        assert_string_not_equal(names[i], "t/p");
        assert_string_not_equal(names[i], "findings");
        found += strncmp(names[i], "t/", 2) == 0;
    }
    assert_int_equal(found, 2);
    data_list_free(names);
    first = flow_default(&files.data, "fake");
    assert_string_equal(first, "t/g");
    free(first);
    assert_null(flow_default(&files.data, "nobody"));
    files_close(&files);
}

static void digest_follows_every_file(void **state)
{
    struct files files;
    struct flows *f;
    struct err e = {0};
    char before[17];

    (void)state;
    files_open(&files);
    files_put(&files, "flows/t/f.yaml", A "    probe: [log]\n" OUT);
    f = flows_load(&files.data, "t/f", FAKE_DRIVER, &e);
    strcpy(before, flows_digest(f));
    assert_int_equal(strlen(before), 16);
    flows_free(f);
    files_put(&files, "flows/t/f.yaml", A "    probe: [sa]\n" OUT);
    f = flows_load(&files.data, "t/f", FAKE_DRIVER, &e);
    assert_string_not_equal(before, flows_digest(f));
    flows_free(f);
    files_close(&files);
}

/* The program's own flows are sound, whatever the driver. */
static void own_flows_load(void **state)
{
    struct data none = {0};
    char **names = flow_names(&none);

    (void)state;
    assert_non_null(names[0]);
    for (size_t i = 0; names[i]; i++) {
        struct err e = {0};
        struct flows *f = flows_load(&none, names[i], NULL, &e);

        if (!f)
            fail_msg("%s", e.what);
        flows_free(f);
    }
    data_list_free(names);
}

static void schema_knows_the_keys(void **state)
{
    json_t *s = flow_schema(), *p;

    (void)state;
    p = json_object_get(json_object_get(s, "properties"), "checkpoints");
    p = json_object_get(json_object_get(p, "additionalProperties"),
                        "properties");
    assert_non_null(json_object_get(p, "unreadable"));
    p = json_object_get(json_object_get(p, "outcomes"), "items");
    assert_non_null(json_object_get(json_object_get(p, "properties"),
                                    "certainty"));
    json_decref(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_flows_are_told),
        cmocka_unit_test(the_line_and_a_caret_are_shown),
        cmocka_unit_test(no_such_flow),
        cmocka_unit_test(lint_tells_everything),
        cmocka_unit_test(returns_need_somewhere_to_go),
        cmocka_unit_test(pieces_are_included),
        cmocka_unit_test(bad_findings_are_told),
        cmocka_unit_test(flows_are_listed),
        cmocka_unit_test(digest_follows_every_file),
        cmocka_unit_test(own_flows_load),
        cmocka_unit_test(schema_knows_the_keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
