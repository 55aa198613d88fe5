/* The part of a driver that the console needs: modes, prompts, patterns. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"

char **driver_words(const struct yaml_node *node)
{
    char **words = mem_zalloc((yaml_len(node) + 1) * sizeof *words);

    for (size_t i = 0; i < yaml_len(node); i++)
        words[i] = mem_strdup(yaml_nth(node, i)->text);
    return words;
}

void driver_words_free(char **words)
{
    for (size_t i = 0; words && words[i]; i++)
        free(words[i]);
    free(words);
}

/* Only whether it is a pattern; the console compiles its own. */
static int check_pattern(const struct loader *l,
                         const struct yaml_node *node)
{
    pcre2_code *re;

    if (!node)
        return 0;
    re = pattern_compile(l->d->doc, node, l->e);
    if (!re)
        return -1;
    pcre2_code_free(re);
    return 0;
}

static int check_patterns(const struct loader *l,
                          const struct yaml_node *node)
{
    for (size_t i = 0; i < yaml_len(node); i++)
        if (check_pattern(l, yaml_nth(node, i)) < 0)
            return -1;
    return 0;
}

static int check_all(const struct loader *l)
{
    static const char *const paths[][2] = {
        {"login", "user"}, {"login", "password"}, {"login", "failed"},
        {"pager", "match"}, {"pager", "erase"}, {NULL, NULL},
    };
    static const char *const lists[] = {"refused", "traps", "secrets",
                                        "console_log", NULL};
    static const char *const boot[] = {"banner", "text", "ready", NULL};
    const struct yaml_node *root = l->d->doc->root;

    for (size_t i = 0; paths[i][0]; i++)
        if (check_pattern(l, yaml_get(yaml_get(root, paths[i][0]),
                                      paths[i][1])) < 0)
            return -1;
    for (size_t i = 0; lists[i]; i++)
        if (check_patterns(l, yaml_get(root, lists[i])) < 0)
            return -1;
    for (size_t i = 0; boot[i]; i++)
        if (check_patterns(l, yaml_get(yaml_get(root, "boot"), boot[i])) < 0)
            return -1;
    if (check_patterns(l, yaml_get(yaml_get(root, "saved"), "ends")) < 0)
        return -1;
    return check_patterns(l, yaml_get(yaml_get(root, "saved"), "sections"));
}

static int check_mode(const struct loader *l, const struct yaml_node *modes,
                      const struct yaml_node *mode)
{
    const struct yaml_node *from = yaml_get(mode, "from");

    if (check_pattern(l, yaml_get(mode, "prompt")) < 0 ||
        check_pattern(l, yaml_get(mode, "busy")) < 0)
        return -1;
    if (from && !yaml_get(modes, from->text))
        return yaml_err(l->d->doc, from, l->e, "there is no mode '%s'",
                        from->text);
    if (from && (!yaml_get(mode, "enter") || !yaml_get(mode, "leave")))
        return yaml_err(l->d->doc, from, l->e,
                        "a mode that is entered needs enter and leave");
    return 0;
}

static int load_modes(struct loader *l)
{
    struct driver *d = l->d;
    const struct yaml_node *modes = yaml_get(d->doc->root, "modes");

    if (modes->count == 0)
        return yaml_err(d->doc, modes, l->e, "a driver has a mode");
    d->modes = mem_zalloc((modes->count + 1) * sizeof *d->modes);
    for (size_t i = 0; i < modes->count; i++) {
        const struct yaml_node *m = modes->items[i];

        if (check_mode(l, modes, m) < 0)
            return -1;
        d->modes[i] = (struct console_mode){
            .name = modes->keys[i]->text,
            .prompt = yaml_text(m, "prompt"),
            .from = yaml_text(m, "from"),
            .enter = yaml_text(m, "enter"),
            .leave = yaml_text(m, "leave"),
            .lock = yaml_is_true(yaml_get(m, "lock")),
            .busy = yaml_text(m, "busy"),
        };
    }
    d->console.modes = d->modes;
    d->console.mode_count = modes->count;
    return 0;
}

static int load_monitors(struct loader *l)
{
    struct driver *d = l->d;
    const struct yaml_node *m = yaml_get(d->doc->root, "monitors");
    size_t n = m ? m->count : 0;

    d->monitors = mem_zalloc((n + 1) * sizeof *d->monitors);
    for (size_t i = 0; i < n; i++) {
        if (check_pattern(l, m->items[i]) < 0)
            return -1;
        d->monitors[i] = (struct console_named){m->keys[i]->text,
                                                m->items[i]->text};
    }
    d->console.monitors = d->monitors;
    d->console.monitor_count = n;
    return 0;
}

static int load_detect(struct loader *l)
{
    struct driver *d = l->d;
    const struct yaml_node *detect = yaml_get(d->doc->root, "detect");
    const struct yaml_node *banner = yaml_get(detect, "ssh_banner");
    const struct yaml_node *text = yaml_get(detect, "text");

    if (banner && !(d->ssh_banner = pattern_compile(d->doc, banner, l->e)))
        return -1;
    if (text && !(d->text = pattern_compile(d->doc, text, l->e)))
        return -1;
    return 0;
}

static long int_of(const struct yaml_node *map, const char *key, long def)
{
    const char *s = yaml_text(map, key);

    return s ? strtol(s, NULL, 10) : def;
}

/* What it prints by itself: at its start, and at any time. */
static void load_voices(struct driver *d)
{
    const struct yaml_node *root = d->doc->root;
    const struct yaml_node *boot = yaml_get(root, "boot");
    struct console_profile *p = &d->console;

    d->boot_banner = driver_words(yaml_get(boot, "banner"));
    d->boot_text = driver_words(yaml_get(boot, "text"));
    d->boot_ready = driver_words(yaml_get(boot, "ready"));
    d->log = driver_words(yaml_get(root, "console_log"));
    p->boot_banner = (const char *const *)d->boot_banner;
    p->boot_text = (const char *const *)d->boot_text;
    p->boot_ready = (const char *const *)d->boot_ready;
    p->log = (const char *const *)d->log;
    p->detect = yaml_text(yaml_get(root, "detect"), "text");
}

static void load_profile(struct driver *d)
{
    const struct yaml_node *root = d->doc->root;
    const struct yaml_node *login = yaml_get(root, "login");
    const struct yaml_node *pager = yaml_get(root, "pager");
    const struct yaml_node *saved = yaml_get(root, "saved");
    struct console_profile *p = &d->console;

    d->encodings = driver_words(yaml_get(root, "encoding"));
    d->refused = driver_words(yaml_get(root, "refused"));
    d->traps = driver_words(yaml_get(root, "traps"));
    d->secrets = driver_words(yaml_get(root, "secrets"));
    d->legacy = driver_words(yaml_get(yaml_get(root, "ssh"), "legacy"));
    d->sections = driver_words(yaml_get(saved, "sections"));
    d->ends = driver_words(yaml_get(saved, "ends"));
    d->prefixes = driver_words(yaml_get(saved, "prefixes"));
    d->baud = (unsigned)int_of(yaml_get(root, "serial"), "baud", 9600);
    d->pace = (unsigned)int_of(yaml_get(root, "serial"), "pace", 0);
    p->driver = d->name;
    p->encodings = (const char *const *)d->encodings;
    p->login_user = yaml_text(login, "user");
    p->login_password = yaml_text(login, "password");
    p->login_failed = yaml_text(login, "failed");
    p->pager_match = yaml_text(pager, "match");
    p->pager_answer = yaml_text(pager, "answer");
    p->pager_end = yaml_text(pager, "end");
    p->pager_erase = yaml_text(pager, "erase");
    p->pager_quit = yaml_text(pager, "quit");
    p->refused = (const char *const *)d->refused;
    p->traps = (const char *const *)d->traps;
    p->newline = yaml_text(root, "newline");
    if (!p->newline)
        p->newline = "\r";
    p->width = (unsigned)int_of(root, "width", 0);
    p->logout = yaml_text(root, "logout");
    load_voices(d);
}

int driver_load_cli(struct loader *l)
{
    load_profile(l->d);
    if (check_all(l) < 0 || load_modes(l) < 0 || load_monitors(l) < 0 ||
        driver_load_logs(l) < 0)
        return -1;
    return load_detect(l);
}

void driver_free_cli(struct driver *d)
{
    driver_words_free(d->encodings);
    driver_words_free(d->refused);
    driver_words_free(d->traps);
    driver_words_free(d->secrets);
    driver_words_free(d->legacy);
    driver_words_free(d->boot_banner);
    driver_words_free(d->boot_text);
    driver_words_free(d->boot_ready);
    driver_words_free(d->log);
    driver_words_free(d->sections);
    driver_words_free(d->ends);
    driver_words_free(d->prefixes);
    driver_words_free(d->forms);
    driver_free_logs(d);
    pcre2_code_free(d->ssh_banner);
    pcre2_code_free(d->text);
    free(d->modes);
    free(d->monitors);
}

bool driver_detects(const struct driver *d, const char *ssh_banner,
                    const char *text)
{
    if (ssh_banner && pattern_is_in(d->ssh_banner, ssh_banner,
                                      strlen(ssh_banner)))
        return true;
    return text && pattern_matches_line(d->text, text);
}
