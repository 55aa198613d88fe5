#include "rules.h"

#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "pattern.h"
#include "prompt.h"

/* One profile's patterns. */
struct rule {
    const struct console_profile *p;
    struct prompts *prompts;
    struct pattern *user, *password, *pager, *detect;
    struct patterns monitors, traps, banner, text, ready, log;
};

struct rules {
    struct rule *rules;
    size_t count;
};

/* --- life --- */

static int rule_init(struct rule *r, const struct console_profile *p,
                     struct err *e)
{
    r->p = p;
    r->prompts = prompts_new(p, e);
    if (!r->prompts || pattern_maybe(&r->user, p->login_user, "login", e) ||
        pattern_maybe(&r->password, p->login_password, "password", e) ||
        pattern_maybe(&r->pager, p->pager_match, "pager", e) ||
        pattern_maybe(&r->detect, p->detect, "detect", e) ||
        patterns_load(&r->traps, p->traps, "trap", e) ||
        patterns_load(&r->banner, p->boot_banner, "boot", e) ||
        patterns_load(&r->text, p->boot_text, "boot", e) ||
        patterns_load(&r->ready, p->boot_ready, "boot", e) ||
        patterns_load(&r->log, p->log, "console_log", e))
        return -1;
    return patterns_load_named(&r->monitors, p->monitors, p->monitor_count,
                               "monitor", e);
}

struct rules *rules_new(const struct console_profile *const *profiles,
                        size_t count, struct err *e)
{
    struct rules *r = mem_zalloc(sizeof *r);

    r->rules = mem_zalloc((count + 1) * sizeof *r->rules);
    for (; r->count < count; r->count++)
        if (rule_init(&r->rules[r->count], profiles[r->count], e) < 0) {
            r->count++;
            rules_free(r);
            return NULL;
        }
    return r;
}

static void rule_free(struct rule *r)
{
    prompts_free(r->prompts);
    pattern_free(r->user);
    pattern_free(r->password);
    pattern_free(r->pager);
    pattern_free(r->detect);
    patterns_free(&r->monitors);
    patterns_free(&r->traps);
    patterns_free(&r->banner);
    patterns_free(&r->text);
    patterns_free(&r->ready);
    patterns_free(&r->log);
}

void rules_free(struct rules *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->count; i++)
        rule_free(&r->rules[i]);
    free(r->rules);
    free(r);
}

/* --- looking --- */

/* Patterns of devices that no driver knows name nobody. */
static bool is_vendor(const struct rule *r)
{
    return r->p->driver && strcmp(r->p->driver, "unknown") != 0;
}

/* Who knows a line; two that do are nobody. */
struct knower {
    const char *driver;
    size_t count;
};

static void knows(struct knower *k, const struct rule *r)
{
    if (!is_vendor(r))
        return;
    k->driver = r->p->driver;
    k->count++;
}

static enum rules_line rule_line(struct rule *r, const char *text,
                                 size_t len)
{
    if (patterns_match(&r->ready, text, len, NULL))
        return RULES_READY;
    if (patterns_match(&r->banner, text, len, NULL))
        return RULES_BANNER;
    if (patterns_match(&r->text, text, len, NULL))
        return RULES_BOOT;
    return patterns_match(&r->log, text, len, NULL) ? RULES_LOG : RULES_OTHER;
}

enum rules_line rules_line(struct rules *r, const char *text, size_t len,
                           const char **driver)
{
    enum rules_line found = RULES_OTHER;
    struct knower k = {0}, own = {0};

    for (size_t i = 0; i < r->count; i++) {
        enum rules_line what = rule_line(&r->rules[i], text, len);

        if (what != RULES_OTHER)
            knows(&k, &r->rules[i]);
        if (found == RULES_OTHER)
            found = what;
        if (pattern_matches(r->rules[i].detect, text, len))
            knows(&own, &r->rules[i]);
    }
    if (own.count == 1)
        *driver = own.driver;
    else if (k.count == 1)
        *driver = k.driver;
    return found;
}

static bool is_monitor(struct rule *r, const char *s, size_t len,
                       struct rules_seen *out)
{
    size_t which;

    if (!patterns_match(&r->monitors, s, len, &which))
        return false;
    *out = (struct rules_seen){RULES_MONITOR, r->p->monitors[which].name,
                               NULL};
    return true;
}

static bool is_prompt(struct rule *r, const char *s, size_t len,
                      struct rules_seen *out)
{
    const struct console_mode *m = prompts_match(r->prompts, s, len);

    if (m)
        *out = (struct rules_seen){RULES_PROMPT, m->name, NULL};
    return m != NULL;
}

static bool is_pager(struct rule *r, const char *s, size_t len,
                     struct rules_seen *out)
{
    if (!pattern_covers(r->pager, s, len))
        return false;
    *out = (struct rules_seen){RULES_PAGER, NULL,
                               r->p->pager_quit ? r->p->pager_quit : "q"};
    return true;
}

static bool is_trap(struct rule *r, const char *s, size_t len,
                    struct rules_seen *out)
{
    *out = (struct rules_seen){RULES_TRAP, NULL, NULL};
    return patterns_match(&r->traps, s, len, NULL);
}

static bool is_password(struct rule *r, const char *s, size_t len,
                        struct rules_seen *out)
{
    *out = (struct rules_seen){RULES_PASSWORD, NULL, NULL};
    return pattern_matches(r->password, s, len);
}

static bool is_user(struct rule *r, const char *s, size_t len,
                    struct rules_seen *out)
{
    *out = (struct rules_seen){RULES_USER, NULL, NULL};
    return pattern_matches(r->user, s, len);
}

static bool is_half_log(struct rule *r, const char *s, size_t len,
                        struct rules_seen *out)
{
    *out = (struct rules_seen){RULES_HALF_LOG, NULL, NULL};
    return patterns_match(&r->log, s, len, NULL);
}

/* As the dialogue itself judges, the safest first: a monitor's prompt may
 * look like a host's. Only a monitor names its vendor. */
struct rules_seen rules_pending(struct rules *r, const char *text,
                                size_t len, const char **driver)
{
    static bool (*const tests[])(struct rule *, const char *, size_t,
                                 struct rules_seen *) = {
        is_monitor, is_prompt, is_pager, is_trap, is_password, is_user,
        is_half_log};
    struct rules_seen found = {0}, seen;
    struct knower k = {0};

    len = prompt_once(text, len);
    for (size_t t = 0; len && !found.what &&
                       t < sizeof tests / sizeof tests[0]; t++)
        for (size_t i = 0; i < r->count; i++) {
            if (!tests[t](&r->rules[i], text, len, &seen))
                continue;
            if (!found.what)
                found = seen;
            if (seen.what == RULES_MONITOR)
                knows(&k, &r->rules[i]);
        }
    if (k.count == 1)
        *driver = k.driver;
    return found;
}
