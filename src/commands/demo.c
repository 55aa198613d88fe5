/*
 * The screen: on a target, or (demo) on a simulated router. Without a
 * terminal the demo walks headless and prints the walk as text.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "headless.h"
#include "kiriwake/command.h"
#include "kiriwake/mem.h"
#include "kiriwake/msg.h"
#include "kiriwake/options.h"
#include "kiriwake/sim.h"
#include "kiriwake/tui.h"
#include "screen.h"

#define DEMO_SCENARIO "nec-ix/psk-mismatch-responder"
#define MAX_WORDS 64

extern const struct command command_demo;

/* Options for tests only; not in --help. */
struct hidden {
    const char *keys, *save, *size;
};

static int parse(struct options *o, struct hidden *h, int argc, char **argv,
                 struct err *e)
{
    const struct options_extra extra[] = {
        {.name = "keys", .value = &h->keys},
        {.name = "save-display", .value = &h->save},
        {.name = "size", .value = &h->size},
        {0}};

    return options_parse(o, argc, argv, extra, e);
}

static int show(const struct options *o, const struct hidden *h, bool demo)
{
    struct tui_options t = {.run = &o->run, .demo = demo, .keys = h->keys,
                            .save = h->save, .cols = 80, .rows = 24};

    if (h->size && sscanf(h->size, "%dx%d", &t.cols, &t.rows) != 2)
        t.cols = 80;
    return tui_main(&t);
}

bool screen_is_possible(void)
{
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

int screen_resume(const struct run_options *o, const char *case_id)
{
    const struct tui_options t = {.run = o, .case_id = case_id};

    return tui_main(&t);
}

int screen_command(int argc, char **argv)
{
    struct options o;
    struct hidden h = {0};
    struct err e = {0};
    int status;

    if (parse(&o, &h, argc, argv, &e) < 0) {
        status = command_fail(&e);
    } else if (o.word_count > 1) {
        err_set(&e, EXIT_USAGE, _("one TARGET is enough: '%s'"), o.words[1]);
        err_hint(&e, "%s", _("a command comes first: kiriwake COMMAND …"));
        status = command_fail(&e);
    } else {
        o.run.real_time = !h.keys;
        status = show(&o, &h, false);
    }
    options_free(&o);
    return status;
}

/* "psk" becomes "sim:nec-ix/psk"; "cisco-ios/psk" "sim:cisco-ios/psk". */
static char *demo_target(const char *word)
{
    if (!word)
        return mem_strdup("sim:" DEMO_SCENARIO);
    if (strncmp(word, "sim:", 4) == 0)
        return mem_strdup(word);
    return mem_printf("sim:%s%s", strchr(word, '/') ? "" : "nec-ix/", word);
}

/* The scenario's own arguments (new reference), or NULL: what a person
 * would answer. */
static json_t *scenario_args(const struct data *data, const char *target)
{
    struct err e = {0};
    json_t *all = sim_scenarios(data, NULL, &e), *one, *args = NULL;
    size_t i;

    json_array_foreach(all, i, one)
        if (strcmp(json_string_value(json_object_get(one, "id")),
                   target + 4) == 0)
            args = json_incref(json_object_get(one, "args"));
    json_decref(all);
    return args;
}

/* The scenario's arguments, then the person's. */
static int merge(char **words, const json_t *args, int argc, char **argv)
{
    int n = 0;
    const json_t *one;
    size_t i;

    words[n++] = argv[0];
    json_array_foreach(args, i, one)
        if (n < MAX_WORDS / 2)
            words[n++] = (char *)json_string_value(one);
    for (int k = 1; k < argc && n < MAX_WORDS; k++)
        words[n++] = argv[k];
    words[n] = NULL;
    return n;
}

/* Nobody is there: the scenario's own answers, as fast as it goes. */
static int demo_headless(const char *target, int argc, char **argv,
                         const struct data *data)
{
    char *words[MAX_WORDS + 1];
    json_t *args = scenario_args(data, target), *result;
    struct options o;
    struct hidden h = {0};
    struct err e = {0};
    struct run *r = NULL;
    int status;

    argc = merge(words, args, argc, argv);
    if (parse(&o, &h, argc, words, &e) == 0) {
        o.run.target = target;
        o.run.no_journal = true;
        r = run_new(&o.run, headless_listener(), &e);
    }
    if (r) {
        status = headless_walk(r);
        result = run_result(r);
        headless_print(result);
        json_decref(result);
    } else {
        status = command_fail(&e);
    }
    run_free(r);
    options_free(&o);
    json_decref(args);
    return status;
}

static int demo_run(int argc, char **argv)
{
    struct options o;
    struct hidden h = {0};
    struct err e = {0};
    char *target = NULL;
    int status;

    if (parse(&o, &h, argc, argv, &e) < 0) {
        status = command_fail(&e);
    } else if (o.word_count > 1) {
        status = command_usage(&command_demo, "%s",
                               _("one SCENARIO is enough"));
    } else {
        target = demo_target(o.words[0]);
        o.run.target = target;
        o.run.real_time = !h.keys;
        status = h.keys || screen_is_possible()
            ? show(&o, &h, true)
            : demo_headless(target, argc, argv, &o.run.data);
    }
    options_free(&o);
    free(target);
    return status;
}

const struct command command_demo = {
    .name = "demo",
    .args = "[SCENARIO]",
    .summary = "the screen on a simulated router",
    .walks = true,
    .run = demo_run,
};
