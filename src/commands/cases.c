/* `kiriwake cases`: the cases that are kept, newest first. */
#include <stdio.h>

#include "kiriwake/casefile.h"
#include "kiriwake/command.h"
#include "kiriwake/msg.h"
#include "kiriwake/options.h"

extern const struct command command_cases;

static const char *field(const json_t *one, const char *key)
{
    const char *s = json_string_value(json_object_get(one, key));

    return s ? s : "-";
}

static void print_one(const json_t *one)
{
    const char *outcome = json_string_value(json_object_get(one, "outcome"));

    printf("%s  %-9s %-16s %-32s %s\n", field(one, "case"),
           outcome ? outcome : _("unfinished"), field(one, "flow"),
           field(one, "target"), field(one, "finding"));
}

static void print_all(const json_t *list)
{
    const json_t *one;
    size_t i;

    if (json_array_size(list) == 0)
        fprintf(stderr, "%s\n", _("no cases are kept yet"));
    json_array_foreach(list, i, one)
        print_one(one);
}

static int run(int argc, char **argv)
{
    struct options o;
    struct err e = {0};
    json_t *list;

    if (options_parse(&o, argc, argv, NULL, &e) < 0) {
        options_free(&o);
        return command_fail(&e);
    }
    if (o.word_count) {
        options_free(&o);
        return command_usage(&command_cases, _("unknown word '%s'"),
                             o.words[0]);
    }
    list = case_list();
    if (o.json) {
        json_dumpf(list, stdout, JSON_INDENT(1));
        putchar('\n');
    } else {
        print_all(list);
    }
    json_decref(list);
    options_free(&o);
    return 0;
}

const struct command command_cases = {
    .name = "cases",
    .args = "[--json]",
    .summary = "the cases that are kept, newest first",
    .run = run,
};
