/* `kiriwake sim`: a simulated router to talk to. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kiriwake/buf.h"
#include "kiriwake/command.h"
#include "kiriwake/mem.h"
#include "kiriwake/msg.h"
#include "kiriwake/sim.h"
#include "../sim/serve/serve.h"

extern const struct command command_sim;

struct options {
    struct data data;
    const char *driver, *scenario, *way, *port, *transcript;
    struct buf knobs;
    bool login;
};

static void add_knob(struct options *o, const char *text)
{
    if (o->knobs.len)
        buf_addc(&o->knobs, '&');
    buf_adds(&o->knobs, text);
}

static int add_dir(struct options *o, const char *dir)
{
    if (o->data.count == DATA_MAX_DIRS)
        return command_usage(&command_sim, _("too many --data"));
    o->data.dirs[o->data.count++] = dir;
    return 0;
}

/* An option with a value: takes it. -1: no such option. */
static int take_value(struct options *o, const char *name, const char *value)
{
    if (strcmp(name, "--fault") == 0)
        add_knob(o, value);
    else if (strcmp(name, "--baud") == 0)
        buf_printf(&o->knobs, "%sbaud=%s", o->knobs.len ? "&" : "", value);
    else if (strcmp(name, "--data") == 0)
        return add_dir(o, value);
    else if (strcmp(name, "--transcript") == 0)
        o->transcript = value;
    else if (strcmp(name, "--ssh") == 0 || strcmp(name, "--telnet") == 0)
        o->way = name, o->port = value;
    else
        return -1;
    return 0;
}

static int take_word(struct options *o, const char *word)
{
    if (strcmp(word, "--stdio") == 0 || strcmp(word, "--pty") == 0 ||
        strcmp(word, "--peer-config") == 0)
        o->way = word;
    else if (strcmp(word, "--login") == 0)
        o->login = true;
    else if (word[0] != '-' && !o->driver)
        o->driver = word;
    else if (word[0] != '-' && !o->scenario)
        o->scenario = word;
    else
        return -1;
    return 0;
}

static int parse(struct options *o, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        int status;

        if (take_word(o, argv[i]) == 0)
            continue;
        if (i + 1 == argc)
            return command_usage(&command_sim, "%s: %s", argv[i],
                                 _("unknown, or its value is missing"));
        status = take_value(o, argv[i], argv[i + 1]);
        if (status < 0)
            return command_usage(&command_sim, _("unknown option %s"),
                                 argv[i]);
        if (status)
            return status;
        i++;
    }
    if (!o->driver || !o->scenario || !o->way)
        return command_usage(&command_sim,
                             _("a driver, a scenario and a way to reach it "
                               "are needed"));
    return 0;
}

static int print_peer(const struct serve *v)
{
    struct err e = {0};
    struct sim *s = serve_open(v, false, &e);
    char *text;

    if (!s)
        return command_fail(&e);
    text = sim_peer_config(s);
    if (text)
        fputs(text, stdout);
    sim_free(s);
    if (!text) {
        err_set(&e, EXIT_USAGE, _("the peer is no router of this kind"));
        return command_fail(&e);
    }
    free(text);
    return 0;
}

static const struct {
    const char *name;
    int (*run)(const struct serve *v, struct err *e);
} ways[] = {
    {"--stdio", serve_stdio}, {"--pty", serve_pty},
    {"--ssh", serve_ssh},     {"--telnet", serve_telnet},
};

static int run_way(const struct options *o, const struct serve *v)
{
    struct err e = {0};

    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
        if (strcmp(o->way, ways[i].name) == 0)
            return ways[i].run(v, &e) < 0 ? command_fail(&e) : 0;
    return print_peer(v);
}

static int run(int argc, char **argv)
{
    struct options o = {0};
    struct serve v;
    int status = parse(&o, argc, argv);

    if (status == 0) {
        v = (struct serve){
            .data = &o.data,
            .driver = o.driver,
            .scenario = o.scenario,
            .knobs = buf_str(&o.knobs),
            .transcript = o.transcript,
            .port = o.port ? atoi(o.port) : 0,
            .login = o.login,
        };
        status = run_way(&o, &v);
    }
    buf_free(&o.knobs);
    return status;
}

static const char *const details[] = {
    N_("  --stdio          the console on standard input and output"),
    N_("  --pty            on a new pseudo terminal, whose path is printed"),
    N_("  --ssh PORT       an SSH server on loopback; 0: any free port"),
    N_("  --telnet PORT    a Telnet server on loopback; 0: any free port"),
    N_("  --peer-config    print the peer's configuration and end"),
    N_("  --fault K=V      a variation or a fault (repeatable)"),
    N_("  --login          the console asks for a login"),
    N_("  --baud N         the line's speed, bytes paced at 10 bits each"),
    N_("  --transcript F   write what was said to F"),
    NULL,
};

const struct command command_sim = {
    .name = "sim",
    .args = "DRIVER SCENARIO (--stdio | --ssh PORT | --telnet PORT | --pty | "
            "--peer-config) [--fault K=V]... [--login] [--baud N] "
            "[--transcript FILE] [--data DIR]",
    .summary = "a simulated router to talk to",
    .details = details,
    .run = run,
};
