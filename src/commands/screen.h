/* The screen as a command: `kiriwake [TARGET]` and `kiriwake demo`. */
#ifndef KIRIWAKE_COMMANDS_SCREEN_H
#define KIRIWAKE_COMMANDS_SCREEN_H

/* argv[0] is the program's name. Returns an enum exit_status. */
int screen_command(int argc, char **argv);

#endif
