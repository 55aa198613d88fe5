/*
 * Which vendor made it: the words of the login, the SSH server's name, the
 * prompt, and what the device answers to a version command. One piece of
 * evidence is enough where it fits one driver only; what fits several, or
 * contradicts another, is asked.
 */
#include "inner.h"

#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"

/* What is held for a driver; bits. */
enum evidence {
    BY_PROMPT = 1,      /* its prompts look like the one that stands there */
    BY_BANNER = 2,
    BY_TEXT = 4,
    BY_VERSION = 8,     /* the reply to its version command names a model */
};

struct candidate {
    char *name;
    unsigned held;
    char *command;      /* its version command */
};

struct candidates {
    struct candidate *list;
    size_t count;
};

/* --- evidence --- */

static bool reads_version(const struct driver *d, const char *command,
                          const struct console_reply *reply)
{
    json_t *none, *fact;
    bool yes;

    if (!reply || !command || strcmp(reply->command, command) != 0)
        return false;
    none = json_object();
    fact = driver_read(d, "version", reply, none, none);
    yes = json_is_string(json_object_get(json_object_get(fact, "facts"),
                                         "model"));
    json_decref(fact);
    json_decref(none);
    return yes;
}

static void weigh(struct run *r, struct candidate *c, const char *looked,
                  const struct console_reply *reply)
{
    const char *banner = session_banner(r->session);
    struct err e = {0};
    struct driver *d = driver_load(&r->o.data, c->name, &e);

    if (!d)
        return;
    if (console_prompt_fits(driver_console(d), session_prompt(r->session)))
        c->held |= BY_PROMPT;
    if (driver_detects(d, banner, NULL))
        c->held |= BY_BANNER;
    if (driver_detects(d, NULL, r->heard ? r->heard : "") ||
        (looked && strcmp(looked, c->name) == 0))
        c->held |= BY_TEXT;
    c->command = driver_command(d, "version", 0, NULL, &e);
    if (reads_version(d, c->command, reply))
        c->held |= BY_VERSION;
    driver_free(d);
}

static void gather(struct run *r, struct candidates *all,
                   const struct console_reply *reply)
{
    char **names = driver_names(&r->o.data), *looked = astray_driver(r);
    size_t n = 0;

    while (names[n])
        n++;
    *all = (struct candidates){mem_zalloc((n + 1) * sizeof *all->list), n};
    for (size_t i = 0; i < n; i++) {
        all->list[i].name = mem_strdup(names[i]);
        weigh(r, &all->list[i], looked, reply);
    }
    free(looked);
    data_list_free(names);
}

static void drop(struct candidates *all)
{
    for (size_t i = 0; i < all->count; i++) {
        free(all->list[i].name);
        free(all->list[i].command);
    }
    free(all->list);
}

/* --- judging --- */

/* The only one that holds all of these, or NULL. */
static const struct candidate *only(const struct candidates *all,
                                    unsigned held)
{
    const struct candidate *found = NULL;

    for (size_t i = 0; i < all->count; i++)
        if ((all->list[i].held & held) == held) {
            if (found)
                return NULL;
            found = &all->list[i];
        }
    return found;
}

static bool any(const struct candidates *all, unsigned held)
{
    for (size_t i = 0; i < all->count; i++)
        if ((all->list[i].held & held) == held)
            return true;
    return false;
}

/* The vendor's own words count more than the name of a server that several
 * may share; a prompt that does not fit speaks against either. */
static const struct candidate *judge(const struct candidates *all)
{
    static const unsigned order[] = {BY_VERSION, BY_TEXT | BY_PROMPT,
                                     BY_BANNER | BY_PROMPT};

    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
        if (any(all, order[i]))
            return only(all, order[i]);
    return NULL;
}

static bool was_asked(const struct run *r, const char *command)
{
    size_t i;
    json_t *asked;

    json_array_foreach(r->detect_asked, i, asked)
        if (strcmp(json_string_value(asked), command) == 0)
            return true;
    return false;
}

/* The next version command of a driver whose prompts fit; one that is held
 * for more comes first. NULL: none is left. */
static const char *next_command(const struct run *r,
                                const struct candidates *all)
{
    const struct candidate *best = NULL;

    for (size_t i = 0; i < all->count; i++) {
        const struct candidate *c = &all->list[i];

        if (c->held & BY_PROMPT && c->command &&
            !was_asked(r, c->command) && (!best || c->held > best->held))
            best = c;
    }
    return best ? best->command : NULL;
}

/* --- what follows --- */

static void adopt(struct run *r, const char *name)
{
    struct err e = {0};

    if (run_load_driver(r, name, &e) < 0 ||
        (!r->probing && run_load_flow(r, &e) < 0) ||
        secrets_use(r->secrets, driver_secrets(r->driver), &e) < 0 ||
        session_adopt(r->session, driver_console(r->driver), &e) < 0) {
        run_fail(r, &e);
        return;
    }
    session_pace(r->session, driver_pace(r->driver));
    run_say(r, _("this is a %s"), driver_title(r->driver));
    r->phase = RUN_OPENING;
}

static void give_up(struct run *r)
{
    struct err e = {0};

    err_stage(&e, "detect");
    err_set(&e, EXIT_FAILED, _("%s: this device was not recognised"),
            r->o.target);
    err_hint(&e, "%s", _("Name it with --driver (see kiriwake drivers)."));
    run_fail(r, &e);
}

void detect_device(struct run *r, const struct console_reply *reply)
{
    struct candidates all;
    const struct candidate *it;
    const char *command;

    gather(r, &all, reply);
    it = judge(&all);
    command = it ? NULL : next_command(r, &all);
    if (it) {
        adopt(r, it->name);
    } else if (command) {
        json_array_append_new(r->detect_asked, json_string(command));
        session_run(r->session, command, NULL);
    } else {
        give_up(r);
    }
    drop(&all);
}

void detect_hear(struct run *r, const char *text)
{
    char *all;

    if (!(r->phase == RUN_DETECTING || (r->astray && !r->driver)) ||
        (r->heard && strlen(r->heard) > 65536))
        return;
    all = mem_printf("%s%s\n", r->heard ? r->heard : "", text);
    free(r->heard);
    r->heard = all;
}

/* --- old SSH algorithms --- */

/* What the drivers allow whose devices call their server so: the list lives
 * as long as the run. */
const char *const *detect_legacy(void *arg, const char *software)
{
    struct run *r = arg;
    char **names = driver_names(&r->o.data);
    size_t n = 0;

    for (size_t i = 0; names[i]; i++) {
        struct err e = {0};
        struct driver *d = driver_load(&r->o.data, names[i], &e);
        const char *const *list = d && driver_detects(d, software, NULL)
                                      ? driver_ssh_legacy(d) : NULL;

        for (size_t k = 0; list && list[k]; k++)
            if (n + 1 < DETECT_LEGACY_MAX)
                r->legacy[n++] = mem_strdup(list[k]);
        driver_free(d);
    }
    r->legacy[n] = NULL;
    data_list_free(names);
    return (const char *const *)r->legacy;
}
