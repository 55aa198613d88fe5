/* Prompts: the modes' patterns, and the host name once it is learnt. */
#ifndef CONSOLE_PROMPT_H
#define CONSOLE_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

#include "kiriwake/console.h"

/* Cisco IOS cuts the host name to this in configuration modes. */
#define PROMPT_SHORT_HOST 20

struct prompts;

/* The mode's pattern with any host name, as group "host" (new string). */
char *prompts_any(const struct console_mode *mode);

struct prompts *prompts_new(const struct console_profile *profile,
                            struct err *e);
void prompts_free(struct prompts *p);

/* The mode whose prompt the whole line is, or NULL. Before a host is
 * learnt any name will do. */
const struct console_mode *prompts_match(struct prompts *p, const char *line,
                                         size_t len);
/* Learns the host name and the ending from a line that matched. */
void prompts_learn(struct prompts *p, const char *line, size_t len);
void prompts_forget(struct prompts *p);
bool prompts_learnt(const struct prompts *p);
/* The line ends as learnt prompts do (with a blank or without). */
bool prompts_ending(const struct prompts *p, const char *line, size_t len);
/* Where a line end is not echoed, the prompt comes twice on one line: the
 * length of one of them. */
size_t prompt_once(const char *line, size_t len);
const char *prompts_host(const struct prompts *p);  /* or NULL */

#endif
