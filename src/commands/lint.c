/* kiriwake lint: what is wrong with drivers, templates and flows. */
#include <stdio.h>
#include <string.h>

#include "kiriwake/command.h"
#include "kiriwake/lint.h"
#include "kiriwake/msg.h"
#include "kiriwake/options.h"

extern const struct command command_lint;

static void told(void *arg, const char *level, const char *text)
{
    (void)arg;
    (void)level;
    fprintf(stderr, "%s\n", text);
}

static int lint(const struct options *o)
{
    struct lint l = {.data = o->run.data, .told = told};
    FILE *out;

    for (size_t i = 0; i < o->word_count; i++)
        lint_path(&l, o->words[i]);
    if (!o->word_count)
        lint_data(&l);
    lint_done(&l);
    out = l.errors ? stderr : stdout;
    fprintf(out, _("files: %zu, errors: %zu, warnings: %zu\n"), l.files,
            l.errors, l.warnings);
    return l.errors ? EXIT_DATA : EXIT_HEALTHY;
}

static int print_schema(const char *kind)
{
    json_t *s;

    if (strcmp(kind, "driver") == 0)
        s = driver_schema();
    else if (strcmp(kind, "flow") == 0)
        s = flow_schema();
    else
        return command_usage(&command_lint, _("--schema: driver or flow"));
    json_dumpf(s, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(s);
    return EXIT_HEALTHY;
}

static int run(int argc, char **argv)
{
    const char *schema = NULL;
    const struct options_extra extra[] = {{"schema", NULL, &schema, NULL},
                                          {NULL, NULL, NULL, NULL}};
    struct options o;
    struct err e = {0};
    int status;

    if (options_parse(&o, argc, argv, extra, &e) < 0) {
        status = command_fail(&e);
    } else if (schema) {
        status = print_schema(schema);
    } else {
        status = lint(&o);
    }
    options_free(&o);
    return status;
}

const struct command command_lint = {
    .name = "lint",
    .args = "[--schema driver|flow] [PATH...]",
    .summary = "check drivers, templates and flows",
    .run = run,
};
