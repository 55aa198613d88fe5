/* Log lines to events, by a driver's table. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"

static json_t *match_line(void *arg, const char *line)
{
    const struct driver *d = arg;

    for (size_t i = 0; i < d->message_count; i++) {
        json_t *groups = pattern_groups(d->messages[i].match, line);

        if (!groups)
            continue;
        json_object_set_new(groups, "event",
                            json_string(d->messages[i].event));
        if (d->messages[i].set)
            json_object_update(groups, d->messages[i].set);
        return groups;
    }
    return NULL;
}

int driver_load_messages(struct loader *l)
{
    struct driver *d = l->d;
    const struct yaml_node *list = yaml_get(d->doc->root, "messages");
    struct script_matcher m = {match_line, d};

    d->messages = mem_zalloc((yaml_len(list) + 1) * sizeof *d->messages);
    for (size_t i = 0; i < yaml_len(list); i++) {
        const struct yaml_node *row = yaml_nth(list, i);
        const struct yaml_node *set = yaml_get(row, "set");
        struct message *msg = &d->messages[i];

        msg->match = pattern_compile(d->doc, yaml_get(row, "match"), l->e);
        if (!msg->match)
            return -1;
        msg->event = mem_strdup(yaml_text(row, "event"));
        msg->set = set ? yaml_json(set) : NULL;
        d->message_count = i + 1;
    }
    script_set_matcher(d->script, &m);
    return 0;
}

void driver_free_messages(struct driver *d)
{
    for (size_t i = 0; i < d->message_count; i++) {
        pcre2_code_free(d->messages[i].match);
        free(d->messages[i].event);
        json_decref(d->messages[i].set);
    }
    free(d->messages);
}
