#include "lead.h"

#include <stdlib.h>

#include "kiriwake/mem.h"
#include "prompt.h"

struct lead {
    const struct console_profile *profile;
    struct pattern **modes;
};

struct lead *lead_new(const struct console_profile *profile, struct err *e)
{
    struct lead *l = mem_zalloc(sizeof *l);

    l->profile = profile;
    l->modes = mem_zalloc((profile->mode_count + 1) * sizeof *l->modes);
    for (size_t i = 0; i < profile->mode_count; i++) {
        char *any = prompts_any(&profile->modes[i]);

        l->modes[i] = pattern_open(any, profile->modes[i].name, e);
        free(any);
        if (!l->modes[i]) {
            lead_free(l);
            return NULL;
        }
        pattern_hurry(l->modes[i]);
    }
    return l;
}

void lead_free(struct lead *l)
{
    if (!l)
        return;
    for (size_t i = 0; i < l->profile->mode_count; i++)
        pattern_free(l->modes[i]);
    free(l->modes);
    free(l);
}

const struct console_mode *lead_find(struct lead *l, const char *line,
                                     size_t len, size_t *end,
                                     struct pattern_span *host)
{
    struct pattern_span at;

    for (size_t i = 0; i < l->profile->mode_count; i++) {
        if (pattern_find(l->modes[i], line, len, 0, &at) != 1 ||
            at.from != 0 || at.to == 0)
            continue;
        if (!pattern_group(l->modes[i], "host", host))
            *host = (struct pattern_span){0, 0};
        *end = at.to;
        return &l->profile->modes[i];
    }
    return NULL;
}
