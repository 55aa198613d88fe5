/*
 * The engine's half of the benchmark: reads requests, one a line, fields
 * separated by tabs, and answers each with nanoseconds.
 *
 *   parse MICROSECONDS TEMPLATE SAMPLE   median of parses repeated that long
 *   cold TEMPLATE SAMPLE…                compile and parse each sample once,
 *                                        in a process made for it
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kiriwake/buf.h"
#include "kiriwake/mem.h"
#include "kiriwake/textfsm.h"

#define MAX_FIELDS 256
#define MAX_BYTES (1u << 30)

static uint64_t now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void die(const char *what)
{
    fprintf(stderr, "bench_textfsm: %s\n", what);
    exit(1);
}

static struct buf load(const char *path)
{
    struct buf b = {0};

    if (buf_read_file(&b, path, MAX_BYTES) < 0)
        die(path);
    return b;
}

static struct textfsm *compile(const char *name, const struct buf *text)
{
    struct err e = {0};
    struct textfsm *t = textfsm_compile(name, buf_str(text), text->len, &e);

    if (!t)
        die(e.what);
    return t;
}

/* A text that ends in an Error is a result as well. */
static void parse_once(struct textfsm *t, const struct buf *text)
{
    struct err e = {0};

    textfsm_rows_free(textfsm_parse(t, buf_str(text), text->len, &e));
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

static uint64_t measure(struct textfsm *t, const struct buf *text,
                        uint64_t budget)
{
    uint64_t *times = NULL, from = now(), at = from, median;
    size_t n = 0, cap = 0;

    do {
        uint64_t next;

        parse_once(t, text);
        next = now();
        times = mem_grow(times, &cap, n + 1, sizeof *times);
        times[n++] = next - at;
        at = next;
    } while (at - from < budget);
    qsort(times, n, sizeof *times, compare);
    median = times[n / 2];
    free(times);
    return median;
}

static uint64_t run_parse(char **fields, size_t n)
{
    struct buf template, text;
    struct textfsm *t;
    uint64_t ns;

    if (n != 4)
        die("parse MICROSECONDS TEMPLATE SAMPLE");
    template = load(fields[2]);
    text = load(fields[3]);
    t = compile(fields[2], &template);
    /* Once for each engine: what a first parse makes stays. */
    parse_once(t, &text);
    ns = measure(t, &text, strtoull(fields[1], NULL, 10) * 1000);
    textfsm_free(t);
    buf_free(&template);
    buf_free(&text);
    return ns;
}

static uint64_t time_cold(char **fields, size_t n, const struct buf *texts)
{
    uint64_t from = now();
    struct textfsm *t = compile(fields[1], &texts[1]);

    for (size_t i = 2; i < n; i++)
        parse_once(t, &texts[i]);
    textfsm_free(t);
    return now() - from;
}

static uint64_t run_cold(char **fields, size_t n)
{
    struct buf texts[MAX_FIELDS] = {{0}};
    uint64_t ns = 0;
    int pipes[2];
    pid_t child;

    for (size_t i = 1; i < n; i++)
        texts[i] = load(fields[i]);
    if (pipe(pipes) < 0 || (child = fork()) < 0)
        die("no process");
    if (child == 0) {
        ns = time_cold(fields, n, texts);
        _exit(write(pipes[1], &ns, sizeof ns) != sizeof ns);
    }
    close(pipes[1]);
    if (read(pipes[0], &ns, sizeof ns) != sizeof ns)
        die("a measuring process failed");
    close(pipes[0]);
    waitpid(child, NULL, 0);
    for (size_t i = 1; i < n; i++)
        buf_free(&texts[i]);
    return ns;
}

static size_t split(char *line, char **fields)
{
    size_t n = 0;

    line[strcspn(line, "\n")] = '\0';
    for (char *at = line; at && n < MAX_FIELDS; n++) {
        fields[n] = at;
        at = strchr(at, '\t');
        if (at)
            *at++ = '\0';
    }
    return n;
}

int main(void)
{
    char *line = NULL, *fields[MAX_FIELDS];
    size_t cap = 0, n;

    while (getline(&line, &cap, stdin) > 0) {
        n = split(line, fields);
        printf("%llu\n",
               (unsigned long long)(strcmp(fields[0], "cold") == 0
                                        ? run_cold(fields, n)
                                        : run_parse(fields, n)));
        fflush(stdout);
    }
    free(line);
    return 0;
}
