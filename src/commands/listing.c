#include "listing.h"

#include <stdio.h>

#include "kiriwake/msg.h"
#include "kiriwake/options.h"

static void print(const struct listing *l, const json_t *all, bool json)
{
    if (!json) {
        l->print(all);
        return;
    }
    json_dumpf(all, stdout, JSON_INDENT(2));
    putchar('\n');
}

int listing_run(const struct listing *l, int argc, char **argv)
{
    struct options o;
    struct err e = {0};
    json_t *all = json_array();
    int status = EXIT_HEALTHY;

    if (options_parse(&o, argc, argv, NULL, &e) < 0)
        status = command_fail(&e);
    else if (o.word_count)
        status = command_usage(l->command, _("unknown word '%s'"),
                               o.words[0]);
    else if (l->collect(&o.run.data, all, &e) < 0)
        status = command_fail(&e);
    else
        print(l, all, o.json);
    json_decref(all);
    options_free(&o);
    return status;
}
