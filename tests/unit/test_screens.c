/*
 * Golden screens: every tests/screens/NAME.keys is played in English and in
 * Japanese on a fixed size; the displays it saves must equal
 * NAME.en.txt and NAME.ja.txt. KIRIWAKE_SCREENS=write writes them instead,
 * to be looked at before they are committed.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kiriwake/buf.h"
#include "kiriwake/tui.h"
#include "../screens/fake_run.c"

#define SCREENS TEST_ROOT "/tests/screens"

/* The value of a "# key value" line of the script, or "". */
static char *setting(const char *script, const char *key)
{
    char *start = mem_printf("# %s ", key);
    const char *at = strstr(script, start);
    char *value;

    at = at ? at + strlen(start) : "";
    value = mem_strndup(at, strcspn(at, "\n"));
    free(start);
    return value;
}

/* In a process of its own: curses keeps what it once had. */
static int play(const char *keys, const char *lang, const char *save)
{
    struct buf script = {0};
    struct run_options run = {0};
    struct tui_options o = {.run = &run, .keys = keys, .save = save,
                            .cols = 80, .rows = 24};
    char *fake, *locale, *target, *term;

    assert_int_equal(0, buf_read_file(&script, keys, 1 << 20));
    fake = setting(buf_str(&script), "run");
    locale = setting(buf_str(&script), "locale");
    target = setting(buf_str(&script), "target");
    term = setting(buf_str(&script), "term");
    setlocale(LC_CTYPE, locale[0] ? locale : "C.UTF-8");
    setenv("TERM", term[0] ? term : "xterm-256color", 1);
    if (strstr(buf_str(&script), "# no-color"))
        setenv("NO_COLOR", "1", 1);
    else
        unsetenv("NO_COLOR");
    fake = mem_printf("%s/%s", SCREENS, fake);
    setenv("FAKE_RUN", fake, 1);
    msg_init(lang);
    run.target = target[0] ? target : NULL;
    return tui_main(&o);
}

static char *read_all(const char *path)
{
    struct buf b = {0};

    return buf_read_file(&b, path, 4 << 20) < 0 ? NULL : buf_take(&b);
}

/* Prints the first lines in which the two differ. */
static void report(const char *path, const char *want, const char *got)
{
    int line = 1;

    while (want && *want && *want == *got) {
        line += *want == '\n';
        want++;
        got++;
    }
    print_error("%s:%d: the display differs\n  want …%.100s\n"
                "  got  …%.100s\n", path, line, want ? want : "(no file)",
                got);
}

static int check(const char *name, const char *lang)
{
    char *keys = mem_printf("%s/%s.keys", SCREENS, name);
    char *want_path = mem_printf("%s/%s.%s.txt", SCREENS, name, lang);
    const char *mode = getenv("KIRIWAKE_SCREENS");
    bool write = mode && strcmp(mode, "write") == 0;
    char path[] = "/tmp/kiriwake-screen-XXXXXX";
    int fd = mkstemp(path), status;
    char *want, *got;
    pid_t pid;

    assert_true(fd >= 0);
    close(fd);
    fflush(NULL);
    pid = fork();
    if (pid == 0)
        _exit(play(keys, lang, write ? want_path : path));
    assert_int_equal(pid, waitpid(pid, &status, 0));
    assert_true(WIFEXITED(status));
    assert_true(WEXITSTATUS(status) < EXIT_USAGE ||
                WEXITSTATUS(status) == EXIT_INTERRUPTED);
    want = read_all(want_path);
    got = read_all(write ? want_path : path);
    unlink(path);
    assert_non_null(got);
    status = want && strcmp(want, got) == 0 && got[0] ? 0 : 1;
    if (status)
        report(want_path, want, got);
    free(want);
    free(got);
    free(keys);
    free(want_path);
    return status;
}

static int check_all(const char *lang)
{
    struct dirent **list;
    int n = scandir(SCREENS, &list, NULL, alphasort), failed = 0, seen = 0;

    assert_true(n > 0);
    for (int i = 0; i < n; i++) {
        char *dot = strrchr(list[i]->d_name, '.');

        if (dot && strcmp(dot, ".keys") == 0) {
            *dot = '\0';
            failed += check(list[i]->d_name, lang);
            seen++;
        }
        free(list[i]);
    }
    free(list);
    assert_true(seen > 0);
    return failed;
}

static void test_english(void **state)
{
    (void)state;
    assert_int_equal(0, check_all("en"));
}

static void test_japanese(void **state)
{
    (void)state;
    assert_int_equal(0, check_all("ja"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_english),
        cmocka_unit_test(test_japanese),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
