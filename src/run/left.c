/* What a walk leaves behind on the device. */
#include "kiriwake/msg.h"
#include "kiriwake/run.h"

static void print_undo(const json_t *change, FILE *out)
{
    json_t *command;
    size_t i;

    json_array_foreach(json_object_get(change, "undo"), i, command)
        fprintf(out, "    %s\n", json_string_value(command));
}

/* The last change goes first. */
void run_print_left(const json_t *result, FILE *out)
{
    const json_t *changes = json_object_get(result, "changes");
    bool told = false;

    for (size_t i = json_array_size(changes); i-- > 0;) {
        const json_t *change = json_array_get(changes, i);

        if (json_is_true(json_object_get(change, "undone")))
            continue;
        if (!told)
            fprintf(out, "%s\n",
                    _("The device is left changed. Undo it by hand:"));
        told = true;
        print_undo(change, out);
    }
}
