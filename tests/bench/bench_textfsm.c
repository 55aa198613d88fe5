/*
 * The engine's half of the benchmark; answers are nanoseconds.
 *
 *   bench_textfsm TEMPLATE SAMPLE…   compiles, and parses each sample once
 *   bench_textfsm                    reads requests, one a line: fields
 *                                    MICROSECONDS, TEMPLATE and SAMPLE with
 *                                    tabs between; answers with the median
 *                                    of parses repeated that long
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kiriwake/buf.h"
#include "kiriwake/mem.h"
#include "kiriwake/textfsm.h"

#define FIELDS 3
#define MAX_BYTES (1u << 30)
#define BATCH_NS 20000

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
static void parse_once(struct textfsm *t, const struct buf *text,
                       struct err *e)
{
    textfsm_rows_free(textfsm_parse(t, buf_str(text), text->len, e));
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

/* So many parses in a row that the clock does not count. */
static uint64_t measure_batch(struct textfsm *t, const struct buf *text,
                              size_t batch, struct err *e)
{
    uint64_t from = now();

    for (size_t i = 0; i < batch; i++)
        parse_once(t, text, e);
    return (now() - from) / batch;
}

static uint64_t measure(struct textfsm *t, const struct buf *text,
                        uint64_t budget)
{
    uint64_t *times = NULL, from = now(), median;
    size_t n = 0, cap = 0, batch;
    struct err e = {0};

    batch = 1 + BATCH_NS / (1 + measure_batch(t, text, 1, &e));
    do {
        times = mem_grow(times, &cap, n + 1, sizeof *times);
        times[n++] = measure_batch(t, text, batch, &e);
    } while (now() - from < budget);
    qsort(times, n, sizeof *times, compare);
    median = times[n / 2];
    free(times);
    return median;
}

static uint64_t run_parse(char **fields)
{
    struct buf template = load(fields[1]), text = load(fields[2]);
    struct textfsm *t = compile(fields[1], &template);
    struct err e = {0};
    uint64_t ns;

    /* What a first parse makes stays: once for each engine. */
    parse_once(t, &text, &e);
    ns = measure(t, &text, strtoull(fields[0], NULL, 10) * 1000);
    textfsm_free(t);
    buf_free(&template);
    buf_free(&text);
    return ns;
}

static uint64_t run_cold(char **paths, size_t n)
{
    struct buf *texts = mem_zalloc(n * sizeof *texts);
    struct err e = {0};
    struct textfsm *t;
    uint64_t from;

    for (size_t i = 0; i < n; i++)
        texts[i] = load(paths[i]);
    from = now();
    t = compile(paths[0], &texts[0]);
    for (size_t i = 1; i < n; i++)
        parse_once(t, &texts[i], &e);
    from = now() - from;
    textfsm_free(t);
    for (size_t i = 0; i < n; i++)
        buf_free(&texts[i]);
    free(texts);
    return from;
}

static void split(char *line, char *fields[FIELDS])
{
    line[strcspn(line, "\n")] = '\0';
    for (size_t i = 0; i < FIELDS; i++) {
        fields[i] = line;
        line += strcspn(line, "\t");
        if (*line)
            *line++ = '\0';
    }
}

static void answer(uint64_t ns)
{
    printf("%llu\n", (unsigned long long)ns);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    char *line = NULL, *fields[FIELDS];
    size_t cap = 0;

    if (argc > 1) {
        answer(run_cold(argv + 1, (size_t)argc - 1));
        return 0;
    }
    while (getline(&line, &cap, stdin) > 0) {
        split(line, fields);
        answer(run_parse(fields));
    }
    free(line);
    return 0;
}
