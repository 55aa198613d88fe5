/* What may be sent: the engine enforces it whatever a file says. */
#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"

#include "walk.h"

bool permit_class(const struct walker *w, enum action_class class)
{
    json_t *list = json_object_get(w->options, "allow"), *word;
    size_t i;

    if (class <= CLASS_SESSION)
        return true;
    json_array_foreach(list, i, word) {
        const char *s = json_string_value(word);

        if (s && strcmp(s, class_name(class)) == 0)
            return true;
    }
    return false;
}

/* What nobody knows is of the strictest class. */
enum action_class use_class(const struct walker *w, const struct use *u)
{
    const struct probe_info *info = driver_probe(w->d, u->probe);

    if (use_is_builtin(u->probe))
        return CLASS_READ;
    return info ? info->class : CLASS_CONFIG;
}

void use_commands(struct walker *w, const struct use *u, json_t *commands)
{
    const struct probe_info *info = driver_probe(w->d, u->probe);
    char *reason = NULL;
    json_t *with = facts_with(w, u, &reason);

    for (size_t i = 0; with && info && i < info->command_count; i++) {
        struct err e = {0};
        char *command = driver_command(w->d, u->probe, i, with, &e);

        if (command)
            json_array_append_new(commands, json_string(command));
        free(command);
    }
    json_decref(with);
    free(reason);
}

/* Is there anybody, or saved text, to say whether it may be? */
static bool can_ask(const struct walker *w)
{
    return walk_interactive(w) ||
           json_is_true(json_object_get(w->options, "saved"));
}

static enum permit ask(struct walker *w, enum action_class class, bool again,
                       json_t *commands, json_t *undo)
{
    enum permit result = PERMIT_WAIT;

    if ((permit_class(w, class) && !again) || w->visit.granted)
        result = PERMIT_YES;
    else if (w->visit.denied || !can_ask(w))
        result = PERMIT_NO;
    if (result != PERMIT_WAIT || w->visit.consent) {
        json_decref(commands);
        json_decref(undo);
        return result;
    }
    w->visit.consent = walk_emit(
        w, json_pack("{s:s,s:s,s:s,s:o,s:o,s:b}", "effect", "consent",
                     "checkpoint", w->at->id, "class", class_name(class),
                     "commands", commands, "undo", undo, "again", again));
    return PERMIT_WAIT;
}

enum permit permit_ask(struct walker *w, enum action_class class,
                       json_t *commands, json_t *undo)
{
    return ask(w, class, false, commands, undo);
}

enum permit permit_again(struct walker *w, enum action_class class,
                         json_t *commands, json_t *undo)
{
    return ask(w, class, true, commands, undo);
}

enum permit permit_uses(struct walker *w, const struct uses *uses)
{
    enum action_class class = CLASS_READ;
    json_t *commands;

    for (size_t i = 0; i < uses->count; i++) {
        enum action_class c = use_class(w, uses->items[i]);

        class = c > class ? c : class;
    }
    if (permit_class(w, class) || w->visit.granted)
        return PERMIT_YES;
    if (w->visit.denied || !can_ask(w))
        return PERMIT_NO;
    for (size_t i = 0; i < uses->count; i++)
        if (!permit_class(w, use_class(w, uses->items[i])) &&
            !facts_ensure_with(w, uses->items[i]))
            return PERMIT_WAIT;
    commands = json_array();
    for (size_t i = 0; i < uses->count; i++)
        if (!permit_class(w, use_class(w, uses->items[i])))
            use_commands(w, uses->items[i], commands);
    return permit_ask(w, class, commands, json_array());
}
