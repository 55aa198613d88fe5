/* Reading fixtures through a driver's probes, for the tests of drivers. */
#ifndef TEST_PROBE_FIXTURE_H
#define TEST_PROBE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "kiriwake/buf.h"
#include "kiriwake/driver.h"
#include "kiriwake/mem.h"
#include "kiriwake/secrets.h"

static struct driver *driver;

static inline int load_driver(const char *name)
{
    struct data none = {.count = 0};
    struct err e = {0};

    driver = driver_load(&none, name, &e);
    if (!driver)
        print_error("%s\n", e.what);
    return driver ? 0 : -1;
}

/* tests/fixtures/<driver>/<name>.txt */
static inline char *fixture(const char *name)
{
    char *path = mem_printf("%s/tests/fixtures/%s/%s.txt", TEST_ROOT,
                            driver_name(driver), name);
    struct buf b = {0};

    if (buf_read_file(&b, path, 4u << 20) < 0)
        fail_msg("%s cannot be read", path);
    free(path);
    return buf_take(&b);
}

static inline json_t *parse_json(const char *text)
{
    json_t *j = json_loads(text, 0, NULL);

    if (!j)
        fail_msg("not JSON: %s", text);
    return j;
}

static inline json_t *read_state(const char *probe, const char *text,
                                 enum reply_state state, const char *subject,
                                 const json_t *env)
{
    struct console_reply r = {
        .command = mem_strdup("the command"), .state = state,
        .text = mem_strdup(text),
    };
    json_t *s = parse_json(subject);
    json_t *fact = driver_read(driver, probe, &r, s, env);

    json_decref(s);
    free(r.command);
    free(r.text);
    return fact;
}

static inline json_t *read_text(const char *probe, const char *text,
                                const char *subject, const json_t *env)
{
    return read_state(probe, text, REPLY_COMPLETE, subject, env);
}

/* A fact of a fixture, which must have the state. */
static inline json_t *read_fixture(const char *probe, const char *name,
                                   const char *subject, const json_t *env,
                                   const char *state)
{
    char *text = fixture(name);
    json_t *fact = read_text(probe, text, subject, env);
    const char *got = json_string_value(json_object_get(fact, "state"));

    if (strcmp(got, state) != 0)
        fail_msg("%s of %s is %s: %s", probe, name, got,
                 json_string_value(json_object_get(fact, "reason")));
    free(text);
    return fact;
}

/* The value at a dotted path below the facts; list items by number. */
static inline const json_t *leaf(const json_t *fact, const char *path)
{
    const json_t *v = json_object_get(fact, "facts");
    char *copy = mem_strdup(path), *save = NULL;

    for (char *p = strtok_r(copy, ".", &save); p && v;
         p = strtok_r(NULL, ".", &save))
        v = json_is_array(v) ? json_array_get(v, (size_t)atoi(p))
                             : json_object_get(v, p);
    free(copy);
    return v;
}

/* want: JSON; "" means that there is none. */
static inline void assert_leaf(const json_t *fact, const char *path,
                               const char *want)
{
    const json_t *got = leaf(fact, path);
    char *text = got ? json_dumps(got, JSON_ENCODE_ANY | JSON_COMPACT |
                                           JSON_SORT_KEYS)
                     : NULL;

    if (strcmp(text ? text : "", want) != 0)
        fail_msg("%s is %s, expected %s", path, text ? text : "missing",
                 want);
    free(text);
}

static inline const char *state_of(const json_t *fact)
{
    return json_string_value(json_object_get(fact, "state"));
}

static inline void assert_unreadable(const char *probe, const char *text,
                                     const char *subject, const json_t *env,
                                     const char *why)
{
    json_t *fact = read_text(probe, text, subject, env);
    const char *reason = json_string_value(json_object_get(fact, "reason"));

    if (strcmp(state_of(fact), "unreadable") != 0)
        fail_msg("%s is %s (%s): %s", probe, state_of(fact), why, text);
    assert_non_null(reason);
    assert_true(reason[0] != '\0');
    assert_true(json_is_null(json_object_get(fact, "facts")));
    json_decref(fact);
}

/* What the driver's patterns leave of a text. */
static inline void assert_scrubbed(const char *text, const char *want)
{
    struct err e = {0};
    struct secrets *s = secrets_new(driver_secrets(driver), &e);
    char *got;

    assert_non_null(s);
    got = secrets_scrub(s, text);
    assert_string_equal(got, want);
    free(got);
    secrets_free(s);
}

/* The first n lines of text. */
static inline char *first_lines(const char *text, size_t n)
{
    const char *p = text;

    while (n-- > 0 && (p = strchr(p, '\n')))
        p++;
    return p ? mem_strndup(text, (size_t)(p - text)) : mem_strdup(text);
}

static inline size_t line_count(const char *text)
{
    size_t n = 0;

    for (; *text; text++)
        n += *text == '\n';
    return n;
}

/* text with a line put before its line n (0: the first). */
static inline char *with_line(const char *text, size_t n, const char *line)
{
    char *head = first_lines(text, n);
    char *out = mem_printf("%s%s\n%s", n ? head : "", line,
                           text + (n ? strlen(head) : 0));

    free(head);
    return out;
}

/* Through a chat a text loses the blanks that its lines begin with: what
 * belongs to a block is not known any more. */
static inline void assert_needs_indents(const char *probe, const char *name)
{
    char *text = fixture(name), *out = text;

    for (const char *s = text; *s;) {
        size_t n;

        s += strspn(s, " \t");
        n = strcspn(s, "\n");
        n += s[n] == '\n';
        memmove(out, s, n);
        out += n;
        s += n;
    }
    *out = '\0';
    assert_unreadable(probe, text, "{}", NULL, "without its blanks");
    free(text);
}

/* Refused, busy, cut off, timed out: never anything but unreadable. */
static inline void assert_incomplete_unreadable(const char *probe,
                                                const char *text,
                                                const json_t *env)
{
    static const enum reply_state states[] = {
        REPLY_REFUSED, REPLY_BUSY, REPLY_TRUNCATED, REPLY_TIMEOUT,
        REPLY_ASKED,
    };

    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        json_t *fact = read_state(probe, text, states[i], "{}", env);

        assert_string_equal(state_of(fact), "unreadable");
        json_decref(fact);
    }
}

/* An unknown line at any place makes the reply unreadable. */
static inline void assert_unknown_lines(const char *probe, const char *text,
                                        const json_t *env)
{
    for (size_t n = 0; n <= line_count(text); n++) {
        char *bad = with_line(text, n, "Zzyzx? no format has this line");

        assert_unreadable(probe, bad, "{}", env, "an unknown line");
        free(bad);
    }
}

/* Cut after any line, but still with a prompt: unreadable as long as
 * anything that counts is lost (the last `tail` lines may be). */
static inline void assert_cut_unreadable(const char *probe, const char *text,
                                         const json_t *env, size_t tail)
{
    for (size_t n = 0; n + tail < line_count(text); n++) {
        char *cut = first_lines(text, n);

        if (n == 0)
            cut[0] = '\0';
        assert_unreadable(probe, cut, "{}", env, "cut");
        free(cut);
    }
}

#endif
