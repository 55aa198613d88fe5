/* Which vendor made it: the SSH banner, the login text, the prompt, or one
 * harmless command. */
#include "inner.h"

#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"

/* Prompts of every command line there is a driver for; wide on purpose, for
 * nothing but `show version` is sent through it. */
const struct console_profile *detect_profile(void)
{
    static const struct console_mode modes[] = {
        {.name = "any",
         .prompt = "^([\\w.-]+@)?{host}(\\([\\w.-]+\\))?[#>$%] ?$"}};
    static const char *const encodings[] = {"utf-8", "shift_jis", NULL};
    static const char *const none[] = {NULL};
    static const char *const refused[] = {"^\\s*(ERROR: )?%", NULL};
    static const struct console_named monitors[] = {
        {"boot monitor", "^(boot\\[\\d+\\]>|rommon \\S*\\s*>|loader>) ?$"}};
    static const struct console_profile profile = {
        .driver = "unknown",
        .encodings = encodings,
        .login_user = "(?i)(login|username): ?$",
        .login_password = "(?i)password: ?$",
        .modes = modes,
        .mode_count = 1,
        .monitors = monitors,
        .monitor_count = 1,
        .pager_match = "(?i)^ *(<?-+ ?\\(?more.*)$",
        .pager_answer = " ",
        .refused = refused,
        .traps = none,
        .newline = "\r",
        .width = 80,
        .reply_max_bytes = 1u << 18,
    };

    return &profile;
}

static bool detects(struct run *r, const char *name, const char *banner,
                    const char *text)
{
    struct err e = {0};
    struct driver *d = driver_load(&r->o.data, name, &e);
    bool yes = d && driver_detects(d, banner, text);

    driver_free(d);
    return yes;
}

char *detect_driver(struct run *r, const char *banner, const char *text)
{
    char **names = driver_names(&r->o.data);
    char *found = NULL;

    for (size_t i = 0; names[i] && !found; i++)
        if (detects(r, names[i], banner, text))
            found = mem_strdup(names[i]);
    data_list_free(names);
    return found;
}
