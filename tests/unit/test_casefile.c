/* A case on disk: what is written is read again, whatever happens between. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kiriwake/casefile.h"
#include "kiriwake/mem.h"

static char root[] = "/tmp/kiriwake-test-XXXXXX";

static struct casefile *new_case(const char *target)
{
    struct err e = {0};
    json_t *header = json_pack(
        "{s:s,s:i,s:s,s:s,s:s,s:s}", "event", "case", "schema_version", 1,
        "at", "2026-11-21T10:00:00+09:00", "target", target, "driver",
        "nec-ix", "flow", "nec-ix/ipsec");
    struct casefile *c = case_create(header, &e);

    json_decref(header);
    assert_non_null(c);
    return c;
}

static int append(struct casefile *c, const char *text)
{
    json_t *record = json_loads(text, 0, NULL);
    int rc = case_append(c, record, false);

    json_decref(record);
    return rc;
}

static char *journal_of(const char *id)
{
    return mem_printf("%s/kiriwake/cases/%s/journal.jsonl", root, id);
}

/* The events of a case, joined: "case,start,facts". */
static void assert_events(const char *id, const char *want)
{
    struct err e = {0};
    json_t *records = case_load(id, &e), *r;
    char got[400] = "";
    size_t i;

    assert_string_equal(e.what, "");
    json_array_foreach(records, i, r) {
        strcat(got, i ? "," : "");
        strcat(got, json_string_value(json_object_get(r, "event")));
    }
    assert_string_equal(got, want);
    json_decref(records);
}

static void add_text(const char *id, const char *text)
{
    char *path = journal_of(id);
    FILE *f = fopen(path, "a");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    free(path);
}

static void test_round_trip(void **state)
{
    struct casefile *c = new_case("ssh://a");
    char id[40];
    char *path;
    struct stat st;
    struct err e = {0};
    json_t *records;

    (void)state;
    strcpy(id, case_id(c));
    assert_int_equal(strlen(id), 20);
    assert_int_equal(append(c, "{\"event\":\"start\"}"), 0);
    assert_int_equal(append(c, "{\"event\":\"answer\",\"remark\":\"a\\nb 鍵\"}"),
                     0);
    case_close(c);
    assert_events(id, "case,start,answer");
    records = case_load(id, &e);
    assert_string_equal(json_string_value(json_object_get(
                            json_array_get(records, 0), "case")), id);
    assert_string_equal(json_string_value(json_object_get(
                            json_array_get(records, 2), "remark")),
                        "a\nb 鍵");
    json_decref(records);
    path = journal_of(id);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    *strrchr(path, '/') = '\0';
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    free(path);
}

static void test_torn_record(void **state)
{
    static const char *const torn[] = {
        "{\"event\":\"fa", "{\"event\":\"facts\"}", "{\"event\":\"fa\n", "7\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof torn / sizeof torn[0]; i++) {
        struct casefile *c = new_case("ssh://a");
        struct err e = {0};
        char id[40];
        json_t *records;

        strcpy(id, case_id(c));
        append(c, "{\"event\":\"start\"}");
        case_close(c);
        add_text(id, torn[i]);
        assert_events(id, "case,start");
        /* Going on: the next record stands on a line of its own. */
        c = case_open(id, &records, &e);
        assert_non_null(c);
        assert_int_equal(json_array_size(records), 2);
        json_decref(records);
        append(c, "{\"event\":\"resumed\"}");
        case_close(c);
        assert_events(id, "case,start,resumed");
    }
}

static void test_broken_record(void **state)
{
    struct casefile *c = new_case("ssh://a");
    struct err e = {0};
    char id[40];

    (void)state;
    strcpy(id, case_id(c));
    case_close(c);
    add_text(id, "{broken}\n{\"event\":\"start\"}\n");
    assert_null(case_load(id, &e));
    assert_int_equal(e.status, EXIT_DATA);
    assert_non_null(strstr(e.what, "journal.jsonl:2:"));
}

static void test_one_writer(void **state)
{
    struct casefile *c = new_case("ssh://a"), *again;
    struct err e = {0};
    json_t *records;

    (void)state;
    assert_null(case_open(case_id(c), &records, &e));
    assert_int_equal(e.status, EXIT_USAGE);
    assert_null(records);
    assert_events(case_id(c), "case");      /* reading is free */
    again = new_case("ssh://a");            /* in the same second */
    assert_string_not_equal(case_id(c), case_id(again));
    case_close(again);
    case_close(c);
}

static void test_unknown(void **state)
{
    struct casefile *c = new_case("ssh://a");
    struct err e = {0};
    char id[40];

    (void)state;
    strcpy(id, case_id(c));
    case_close(c);
    id[19] = id[19] == '0' ? '1' : '0';
    assert_null(case_load(id, &e));
    assert_int_equal(e.status, EXIT_USAGE);
    assert_non_null(strstr(e.hint, "-"));
    assert_null(case_load("../../etc/passwd", &e));
    assert_int_equal(e.status, EXIT_USAGE);
}

static void test_list(void **state)
{
    struct casefile *c = new_case("ssh://listed");
    json_t *list, *one = NULL, *r;
    char id[40];
    size_t i;

    (void)state;
    strcpy(id, case_id(c));
    append(c, "{\"event\":\"result\",\"result\":{\"outcome\":\"diagnosed\","
              "\"findings\":[{\"id\":\"ike.psk-mismatch\"}]}}");
    case_close(c);
    list = case_list();
    json_array_foreach(list, i, r) {
        const char *at = json_string_value(json_object_get(r, "case"));

        if (strcmp(at, id) == 0)
            one = r;
        if (i > 0)          /* newest first */
            assert_true(strcmp(at, json_string_value(json_object_get(
                json_array_get(list, i - 1), "case"))) < 0);
    }
    assert_non_null(one);
    assert_string_equal(json_string_value(json_object_get(one, "outcome")),
                        "diagnosed");
    assert_string_equal(json_string_value(json_object_get(one, "finding")),
                        "ike.psk-mismatch");
    assert_string_equal(json_string_value(json_object_get(one, "target")),
                        "ssh://listed");
    json_decref(list);
}

/* A full disk, played by a limit on the file's size in a child. */
static void test_full_disk(void **state)
{
    struct casefile *c = new_case("ssh://a");
    char id[40];
    int status;
    pid_t child;

    (void)state;
    strcpy(id, case_id(c));
    append(c, "{\"event\":\"start\"}");
    child = fork();
    if (child == 0) {
        struct rlimit most = {400, 400};
        char big[2000];

        memset(big, 'x', sizeof big);
        snprintf(big, sizeof big, "{\"event\":\"facts\",\"t\":\"%01500d\"}", 7);
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &most);
        _exit(append(c, big) == -1 && errno == EFBIG &&
              append(c, "{\"event\":\"stop\"}") == 0 ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    case_close(c);
    assert_events(id, "case,start,stop");
}

static void test_no_place(void **state)
{
    struct err e = {0};
    json_t *header = json_pack("{s:s}", "event", "case");

    (void)state;
    setenv("XDG_STATE_HOME", "/dev/null/x", 1);
    assert_null(case_create(header, &e));
    assert_int_equal(e.status, EXIT_INTERNAL);
    assert_non_null(strstr(e.what, "/dev/null/x"));
    setenv("XDG_STATE_HOME", root, 1);
    json_decref(header);
}

static int make_root(void **state)
{
    (void)state;
    if (!mkdtemp(root))
        return -1;
    return setenv("XDG_STATE_HOME", root, 1);
}

static int remove_one(const char *path, const struct stat *st, int type,
                      struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static int remove_root(void **state)
{
    (void)state;
    return nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_torn_record),
        cmocka_unit_test(test_broken_record),
        cmocka_unit_test(test_one_writer),
        cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_list),
        cmocka_unit_test(test_full_disk),
        cmocka_unit_test(test_no_place),
    };

    return cmocka_run_group_tests(tests, make_root, remove_root);
}
