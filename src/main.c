#include <stdio.h>
#include <string.h>

#include "kiriwake/command.h"
#include "kiriwake/err.h"
#include "kiriwake/msg.h"

static const struct command *find(const char *name)
{
    for (size_t i = 0; commands[i]; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

int main(int argc, char **argv)
{
    const struct command *c = argc > 1 ? find(argv[1]) : NULL;
    int status;

    msg_init(NULL);
    if (c)
        status = c->run(argc - 1, argv + 1);
    else
        status = EXIT_USAGE;
    msg_done();
    return status;
}
