/* The trail of check points, and the way back. */
#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"

#include "walk.h"

void trail_push(struct walker *w, const struct checkpoint *p)
{
    struct step_back *s;

    w->trail = mem_grow(w->trail, &w->trail_cap, w->trail_count + 1,
                        sizeof *w->trail);
    s = &w->trail[w->trail_count++];
    *s = (struct step_back){.point = p, .depth = w->depth};
    s->state = json_deep_copy(w->state);
    s->stack = mem_alloc((w->depth + 1) * sizeof *s->stack);
    if (w->depth)
        memcpy(s->stack, w->stack, w->depth * sizeof *s->stack);
}

void trail_human(struct walker *w)
{
    if (w->trail_count)
        w->trail[w->trail_count - 1].human = true;
}

static void pop(struct walker *w)
{
    struct step_back *s = &w->trail[--w->trail_count];

    json_decref(s->state);
    free(s->stack);
}

void trail_clear(struct walker *w)
{
    while (w->trail_count)
        pop(w);
}

void trail_free(struct walker *w)
{
    trail_clear(w);
    free(w->trail);
}

/* Takes the trail's last point up again as it was when it was entered. */
static void restore(struct walker *w)
{
    struct step_back s = w->trail[w->trail_count - 1];

    json_decref(w->state);
    w->state = s.state;
    w->depth = s.depth;
    if (s.depth)
        memcpy(w->stack, s.stack, s.depth * sizeof *w->stack);
    free(s.stack);
    w->trail_count--;
    walk_drop_open(w);
    walk_enter(w, s.point);
}

/* How much of the trail is left when its last point is one that a human
 * decided: one that the device decides would only go forward again. */
static size_t last_human(const struct walker *w)
{
    size_t i = w->trail_count;

    while (i > 0 && !w->trail[i - 1].human)
        i--;
    return i;
}

/* Without such a point: which VPN? */
bool trail_can_back(const struct walker *w)
{
    return last_human(w) > 0 ||
           (w->trail_count > 0 && json_array_size(w->vpns) > 1);
}

void trail_back(struct walker *w)
{
    size_t i = last_human(w);

    if (!trail_can_back(w))
        return;
    if (i == 0)
        i = 1;
    while (w->trail_count > i)
        pop(w);
    if (w->trail[i - 1].human) {
        restore(w);
        return;
    }
    json_decref(w->state);
    w->state = w->trail[0].state;
    json_object_set_new(w->state, "subject", json_object());
    free(w->trail[0].stack);
    w->trail_count = 0;
    w->depth = 0;
    walk_drop_open(w);
    visit_clear(&w->visit);
    facts_new_epoch(w);
    json_object_set_new(w->options, "vpn", json_null());
    w->phase = PHASE_SUBJECT;
}
