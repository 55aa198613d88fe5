/* kiriwake findings: every cause that a walk can end in. */
#include <stdio.h>

#include "kiriwake/command.h"
#include "kiriwake/flow.h"
#include "kiriwake/msg.h"
#include "kiriwake/options.h"

extern const struct command command_findings;

/* [{id, title, …}], sorted as in the file. */
static json_t *as_list(const json_t *map)
{
    json_t *out = json_array(), *f;
    const char *id;

    json_object_foreach((json_t *)map, id, f) {
        json_t *one = json_pack("{s:s}", "id", id);

        json_object_update(one, f);
        json_array_append_new(out, one);
    }
    return out;
}

static void print(const json_t *list, bool json)
{
    size_t i;
    json_t *f;

    if (json) {
        json_dumpf(list, stdout, JSON_INDENT(2));
        putchar('\n');
        return;
    }
    json_array_foreach(list, i, f)
        printf("%-28s %s\n", json_string_value(json_object_get(f, "id")),
               msg_i18n(json_object_get(f, "title")));
}

static int list_findings(const struct options *o)
{
    struct err e = {0};
    json_t *map = findings_load(&o->run.data, &e), *list;

    if (!map)
        return command_fail(&e);
    list = as_list(map);
    print(list, o->json);
    json_decref(list);
    json_decref(map);
    return EXIT_HEALTHY;
}

static int run(int argc, char **argv)
{
    struct options o;
    struct err e = {0};
    int status = EXIT_HEALTHY;

    if (options_parse(&o, argc, argv, NULL, &e) < 0)
        status = command_fail(&e);
    else if (o.word_count)
        status = command_usage(&command_findings, _("unknown word '%s'"),
                               o.words[0]);
    else
        status = list_findings(&o);
    options_free(&o);
    return status;
}

const struct command command_findings = {
    .name = "findings",
    .args = "[--json]",
    .summary = "list the causes a walk can end in",
    .run = run,
};
