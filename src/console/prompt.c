#include "prompt.h"

#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "pattern.h"

/* Without "/": a context or a failover role follows it (Cisco ASA). */
#define ANY_HOST "(?<host>[\\w.-]+)"
struct prompts {
    const struct console_profile *profile;
    struct pattern **any;       /* with any host name */
    struct pattern **pinned;    /* with the learnt one; all NULL before */
    char *host;
    bool learnt, blank;
};

/* The mode's pattern with host in place of {host}. */
static char *with_host(const struct console_mode *mode, const char *host)
{
    struct buf re = {0};
    const char *s = mode->prompt, *at;

    for (; (at = strstr(s, "{host}")); s = at + strlen("{host}")) {
        buf_add(&re, s, (size_t)(at - s));
        buf_adds(&re, host);
    }
    buf_adds(&re, s);
    return buf_take(&re);
}

char *prompts_any(const struct console_mode *mode)
{
    return with_host(mode, ANY_HOST);
}

static struct pattern *compile(const struct console_profile *profile,
                               const struct console_mode *mode,
                               const char *host, struct err *e)
{
    char *re = with_host(mode, host);
    char *what = mem_printf("%s: prompt of mode %s",
                            profile->driver ? profile->driver : "driver",
                            mode->name);
    struct pattern *p = pattern_new(re, what, e);

    free(re);
    free(what);
    return p;
}

struct prompts *prompts_new(const struct console_profile *profile,
                            struct err *e)
{
    struct prompts *p = mem_zalloc(sizeof *p);
    size_t n = profile->mode_count;

    p->profile = profile;
    p->any = mem_zalloc((n + 1) * sizeof *p->any);
    p->pinned = mem_zalloc((n + 1) * sizeof *p->pinned);
    for (size_t i = 0; i < n; i++) {
        p->any[i] = compile(profile, &profile->modes[i], ANY_HOST, e);
        if (!p->any[i]) {
            prompts_free(p);
            return NULL;
        }
    }
    return p;
}

void prompts_forget(struct prompts *p)
{
    for (size_t i = 0; i < p->profile->mode_count; i++) {
        pattern_free(p->pinned[i]);
        p->pinned[i] = NULL;
    }
    free(p->host);
    p->host = NULL;
    p->learnt = false;
}

void prompts_free(struct prompts *p)
{
    if (!p)
        return;
    prompts_forget(p);
    for (size_t i = 0; i < p->profile->mode_count; i++)
        pattern_free(p->any[i]);
    free(p->any);
    free(p->pinned);
    free(p);
}

static struct pattern *current(struct prompts *p, size_t i)
{
    return p->pinned[i] ? p->pinned[i] : p->any[i];
}

static bool whole(struct pattern *re, const char *line, size_t len)
{
    struct pattern_span at;

    return pattern_find(re, line, len, 0, &at) == 1 && at.from == 0 &&
           at.to == len;
}

const struct console_mode *prompts_match(struct prompts *p, const char *line,
                                         size_t len)
{
    if (!len)
        return NULL;
    for (size_t i = 0; i < p->profile->mode_count; i++)
        if (whole(current(p, i), line, len))
            return &p->profile->modes[i];
    return NULL;
}

/* The name as a pattern; a long one also cut short. */
static char *host_pattern(const char *host)
{
    if (strlen(host) <= PROMPT_SHORT_HOST)
        return mem_printf("\\Q%s\\E", host);
    return mem_printf("(?:\\Q%s\\E|\\Q%.*s\\E)", host, PROMPT_SHORT_HOST, host);
}

static void pin(struct prompts *p, const char *host, size_t len)
{
    struct err e = {0};
    char *re;

    p->host = mem_strndup(host, len);
    re = host_pattern(p->host);
    for (size_t i = 0; i < p->profile->mode_count; i++)
        p->pinned[i] = compile(p->profile, &p->profile->modes[i], re, &e);
    free(re);
}

void prompts_learn(struct prompts *p, const char *line, size_t len)
{
    struct pattern_span at;

    prompts_forget(p);
    p->learnt = true;
    p->blank = len && line[len - 1] == ' ';
    for (size_t i = 0; i < p->profile->mode_count; i++)
        if (whole(p->any[i], line, len)) {
            if (pattern_group(p->any[i], "host", &at))
                pin(p, line + at.from, at.to - at.from);
            return;
        }
}

bool prompts_learnt(const struct prompts *p)
{
    return p->learnt;
}

bool prompts_ending(const struct prompts *p, const char *line, size_t len)
{
    return p->learnt && len && (line[len - 1] == ' ') == p->blank;
}

const char *prompts_host(const struct prompts *p)
{
    return p->host;
}

size_t prompt_once(const char *line, size_t len)
{
    if (len && len % 2 == 0 && memcmp(line, line + len / 2, len / 2) == 0)
        return len / 2;
    return len;
}

bool console_prompt_fits(const struct console_profile *profile,
                         const char *line)
{
    struct err e = {0};
    struct prompts *p = prompts_new(profile, &e);
    bool fits = p && prompts_match(p, line, strlen(line));

    prompts_free(p);
    return fits;
}
