#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "commands/screen.h"
#include "kiriwake/command.h"
#include "kiriwake/err.h"
#include "kiriwake/msg.h"
#include "kiriwake/names.h"
#include "kiriwake/options.h"

static const struct command *find(const char *name)
{
    for (size_t i = 0; commands[i]; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

/* No subcommand has such characters; a host, a URL or a path does. */
static int looks_like_target(const char *word)
{
    return strpbrk(word, ":./@0123456789") != NULL;
}

static int print_all(void)
{
    printf("%s\n\n%s\n  kiriwake [TARGET] [%s]\n"
           "  kiriwake %s …\n  kiriwake --version\n\n",
           _("kiriwake: walks a vendor's fault isolation guideline on a "
             "router and names the cause"),
           _("usage:"), _("options"), _("COMMAND"));
    printf("%s\n", _("TARGET: ssh://[user@]host[:port], serial:///dev/ttyUSB0,"
                     "\n  telnet://host[:port], tcp://host:port, exec:COMMAND,"
                     "\n  sim:DRIVER/SCENARIO, file:PATH; none: choose on the "
                     "screen"));
    printf("\n%s\n", _("commands:"));
    for (size_t i = 0; commands[i]; i++)
        printf("  %-10s %s\n", commands[i]->name, _(commands[i]->summary));
    printf("\n%s\n", _("options:"));
    options_print();
    return EXIT_HEALTHY;
}

static int print_one(const struct command *c)
{
    printf("%s kiriwake %s %s\n%s\n", _("usage:"), c->name, c->args,
           _(c->summary));
    if (c->details || c->walks)
        printf("\n%s\n", _("options:"));
    for (size_t i = 0; c->details && c->details[i]; i++)
        puts(_(c->details[i]));
    if (c->walks)
        options_print();
    return EXIT_HEALTHY;
}

/* Wherever --help stands, nothing is done but to help. */
static bool asks_for_help(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

/* In the language of --lang, wherever it stands. */
static int print_help(int argc, char **argv)
{
    const struct command *c = argc > 1 ? find(argv[1]) : NULL;

    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--lang=", 7) == 0)
            msg_init(argv[i] + 7);
        else if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc)
            msg_init(argv[i + 1]);
    }
    return c ? print_one(c) : print_all();
}

static int print_version(void)
{
    puts("kiriwake " KIRIWAKE_VERSION);
    return EXIT_HEALTHY;
}

static int unknown_command(const char *word)
{
    const char *names[64];
    char near[200];
    size_t n = 0;

    for (; commands[n] && n < 64; n++)
        names[n] = commands[n]->name;
    fprintf(stderr, _("kiriwake: unknown command '%s'\n"), word);
    if (names_suggest(word, names, n, near, sizeof near))
        fprintf(stderr, _("  did you mean %s?\n"), near);
    else
        fprintf(stderr, _("  for a host of that name: kiriwake ssh://%s; "
                          "all commands: kiriwake --help\n"), word);
    return EXIT_USAGE;
}

static int dispatch(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "";
    const struct command *c = find(word);

    if (asks_for_help(argc, argv) || strcmp(word, "help") == 0)
        return print_help(argc, argv);
    if (c)
        return c->run(argc - 1, argv + 1);
    if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0)
        return print_version();
    if (word[0] && word[0] != '-' && !looks_like_target(word))
        return unknown_command(word);
    return screen_command(argc, argv);
}

/* Secrets are in this memory. Linux gives a dump to a program whatever the
 * limit is, but for 1; that is too small for a file, too. */
static void forbid_core(void)
{
    const struct rlimit one = {1, 1};

    if (setrlimit(RLIMIT_CORE, &one) != 0) {
        /* a smaller limit was set already */
    }
}

int main(int argc, char **argv)
{
    int status;

    forbid_core();
    setlocale(LC_CTYPE, "");
    msg_init(NULL);
    status = dispatch(argc, argv);
    msg_done();
    return status;
}
