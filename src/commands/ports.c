/* kiriwake ports: the serial ports there are. */
#include <stdio.h>
#include <stdlib.h>

#include "listing.h"
#include "kiriwake/msg.h"
#include "kiriwake/ports.h"

extern const struct command command_ports;

static int collect(const struct data *data, json_t *out, struct err *e)
{
    struct port *ports;
    size_t count;
    json_t *all;

    (void)data;
    if (ports_list(&ports, &count, e) < 0)
        return -1;
    all = ports_json(ports, count);
    json_array_extend(out, all);
    json_decref(all);
    ports_free(ports, count);
    return 0;
}

static const char *text(const json_t *p, const char *key)
{
    const char *s = json_string_value(json_object_get(p, key));

    return s ? s : "";
}

static void print_port(const json_t *p)
{
    printf("%-14s %s", text(p, "path"),
           json_is_true(json_object_get(p, "likely")) ? "* " : "  ");
    if (text(p, "vid")[0])
        printf("%s:%s ", text(p, "vid"), text(p, "pid"));
    printf("%s", text(p, "product")[0] ? text(p, "product")
                 : text(p, "vid")[0]   ? _("USB adapter")
                                       : _("serial port"));
    if (text(p, "maker")[0])
        printf(", %s", text(p, "maker"));
    if (text(p, "serial")[0])
        printf(_(", serial number %s"), text(p, "serial"));
    putchar('\n');
    if (text(p, "by_id")[0])
        printf("%17s%s\n", "", text(p, "by_id"));
    if (json_is_integer(json_object_get(p, "holder_pid")))
        printf(_("%17sin use by %s (pid %d)\n"), "", text(p, "holder"),
               (int)json_integer_value(json_object_get(p, "holder_pid")));
    if (text(p, "group")[0])
        printf(_("%17sno permission: join the group %s, then log in anew\n"),
               "", text(p, "group"));
}

static void print_text(const json_t *all)
{
    size_t i;
    json_t *p;

    json_array_foreach(all, i, p)
        print_port(p);
    if (!json_array_size(all))
        printf("%s\n", _("No serial port: plug the adapter in.\n"
                         "Without one: kiriwake ssh://HOST, kiriwake analyze "
                         "FILE --driver D for saved text, kiriwake demo."));
}

static int run(int argc, char **argv)
{
    const struct listing l = {&command_ports, collect, print_text};

    return listing_run(&l, argc, argv);
}

const struct command command_ports = {
    .name = "ports",
    .args = "[--json]",
    .summary = "the serial ports there are; *: the likely console",
    .run = run,
};
