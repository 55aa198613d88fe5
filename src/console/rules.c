#include "rules.h"

#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "pattern.h"
#include "prompt.h"

struct list {
    struct pattern **items;
    size_t count;
};

/* One profile's patterns. */
struct rule {
    const struct console_profile *p;
    struct prompts *prompts;
    struct pattern *user, *password, *pager, *detect;
    struct list monitors, traps, banner, text, ready, log;
};

struct rules {
    struct rule *rules;
    size_t count;
};

/* --- life --- */

static int add(struct list *l, const char *text, struct err *e)
{
    l->items = mem_realloc(l->items, (l->count + 1) * sizeof *l->items);
    l->items[l->count] = pattern_new(text, "line", e);
    if (!l->items[l->count])
        return -1;
    l->count++;
    return 0;
}

static int add_all(struct list *l, const char *const *texts, struct err *e)
{
    for (size_t i = 0; texts && texts[i]; i++)
        if (add(l, texts[i], e) < 0)
            return -1;
    return 0;
}

static int one(struct pattern **out, const char *text, struct err *e)
{
    *out = NULL;
    if (!text || !text[0])
        return 0;
    *out = pattern_new(text, "line", e);
    return *out ? 0 : -1;
}

static int rule_init(struct rule *r, const struct console_profile *p,
                     struct err *e)
{
    r->p = p;
    r->prompts = prompts_new(p, e);
    if (!r->prompts || one(&r->user, p->login_user, e) ||
        one(&r->password, p->login_password, e) ||
        one(&r->pager, p->pager_match, e) ||
        one(&r->detect, p->detect, e) || add_all(&r->traps, p->traps, e) ||
        add_all(&r->banner, p->boot_banner, e) ||
        add_all(&r->text, p->boot_text, e) ||
        add_all(&r->ready, p->boot_ready, e) ||
        add_all(&r->log, p->log, e))
        return -1;
    for (size_t i = 0; i < p->monitor_count; i++)
        if (add(&r->monitors, p->monitors[i].match, e) < 0)
            return -1;
    return 0;
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

static void list_free(struct list *l)
{
    for (size_t i = 0; i < l->count; i++)
        pattern_free(l->items[i]);
    free(l->items);
}

static void rule_free(struct rule *r)
{
    prompts_free(r->prompts);
    pattern_free(r->user);
    pattern_free(r->password);
    pattern_free(r->pager);
    pattern_free(r->detect);
    list_free(&r->monitors);
    list_free(&r->traps);
    list_free(&r->banner);
    list_free(&r->text);
    list_free(&r->ready);
    list_free(&r->log);
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

static bool any(const struct list *l, const char *s, size_t len, size_t *at)
{
    for (size_t i = 0; i < l->count; i++)
        if (pattern_matches(l->items[i], s, len)) {
            if (at)
                *at = i;
            return true;
        }
    return false;
}

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
    if (any(&r->ready, text, len, NULL))
        return RULES_READY;
    if (any(&r->banner, text, len, NULL))
        return RULES_BANNER;
    if (any(&r->text, text, len, NULL))
        return RULES_BOOT;
    return any(&r->log, text, len, NULL) ? RULES_LOG : RULES_OTHER;
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

static bool pager_alone(struct rule *r, const char *s, size_t len)
{
    struct pattern_span at;

    if (pattern_find(r->pager, s, len, 0, &at) != 1 || at.to == at.from)
        return false;
    for (size_t i = 0; i < len; i++)
        if ((i < at.from || i >= at.to) && s[i] != ' ')
            return false;
    return true;
}

static bool is_monitor(struct rule *r, const char *s, size_t len,
                       struct rules_seen *out)
{
    size_t which;

    if (!any(&r->monitors, s, len, &which))
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
    if (!pager_alone(r, s, len))
        return false;
    *out = (struct rules_seen){RULES_PAGER, NULL,
                               r->p->pager_quit ? r->p->pager_quit : "q"};
    return true;
}

static bool is_trap(struct rule *r, const char *s, size_t len,
                    struct rules_seen *out)
{
    *out = (struct rules_seen){RULES_TRAP, NULL, NULL};
    return any(&r->traps, s, len, NULL);
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
    return any(&r->log, s, len, NULL);
}

/* Where a line end is not echoed a prompt comes twice on one line. */
static size_t once(const char *s, size_t len)
{
    return len % 2 == 0 && memcmp(s, s + len / 2, len / 2) == 0 ? len / 2
                                                                : len;
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

    len = once(text, len);
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
