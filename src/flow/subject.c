/* The one VPN under diagnosis. */
#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"
#include "kiriwake/names.h"

#include "walk.h"

static const char *text_of(const json_t *vpn, const char *key)
{
    const char *s = json_string_value(json_object_get(vpn, key));

    return s ? s : "";
}

static bool matches(const json_t *vpn, const char *wanted)
{
    return strcmp(text_of(vpn, "id"), wanted) == 0 ||
           strcmp(text_of(vpn, "peer"), wanted) == 0 ||
           strcmp(text_of(vpn, "interface"), wanted) == 0;
}

/* An id names one; a peer or an interface may fit several. */
static json_t *matching(const json_t *vpns, const char *wanted)
{
    json_t *out = json_array(), *v;
    size_t i;

    json_array_foreach(vpns, i, v)
        if (strcmp(text_of(v, "id"), wanted) == 0) {
            json_array_append(out, v);
            return out;
        }
    json_array_foreach(vpns, i, v)
        if (matches(v, wanted))
            json_array_append(out, v);
    return out;
}

static void begin(struct walker *w, const json_t *subject)
{
    const struct flow *flow = w->f->flows[0];

    json_object_set_new(w->state, "subject", json_deep_copy(subject));
    walk_enter(w, flow->start.point);
}

/* --- several --- */

static json_t *label_of(const json_t *vpn)
{
    const char *interface = text_of(vpn, "interface");
    char *s = mem_printf("%s  %s%s%s", text_of(vpn, "id"),
                         text_of(vpn, "peer"), interface[0] ? "  " : "",
                         interface);
    json_t *label = json_pack("{s:s}", "en", s);

    free(s);
    return label;
}

static json_t *answers_of(const json_t *vpns)
{
    json_t *out = json_array(), *v;
    size_t i;

    json_array_foreach(vpns, i, v)
        json_array_append_new(out, json_pack("{s:s,s:o}", "id",
                                             text_of(v, "id"), "label",
                                             label_of(v)));
    return out;
}

static json_t *question(void)
{
    return json_pack("{s:s,s:s}", "en", "Which VPN does not work?", "ja",
                     "どの VPN が通信できないか。");
}

static void ask(struct walker *w, const json_t *vpns, const char *why,
                const char *reason, json_t *answers)
{
    (void)vpns;
    w->visit.ask.effect = walk_emit(
        w, json_pack("{s:s,s:s,s:s,s:o,s:o,s:n,s:n,s:[],s:s?}", "effect",
                     "ask", "checkpoint", "subject", "why", why, "question",
                     question(), "answers", answers, "input", "suggest",
                     "show", "reason", reason));
}

/* --- an unknown name, or nobody to choose --- */

static void add_names(const json_t *vpns, const char **names, size_t *n)
{
    static const char *const keys[] = {"id", "peer", "interface"};
    size_t i;
    json_t *v;

    json_array_foreach(vpns, i, v)
        for (size_t k = 0; k < 3 && *n < 96; k++)
            if (text_of(v, keys[k])[0])
                names[(*n)++] = text_of(v, keys[k]);
}

static char *advice(const json_t *vpns, const char *wanted)
{
    const char *names[96];
    char near[300];
    size_t n = 0, used = 0;

    add_names(vpns, names, &n);
    if (names_suggest(wanted, names, n, near, sizeof near))
        return mem_printf(_("did you mean %s?"), near);
    near[0] = '\0';
    for (size_t i = 0; i < json_array_size(vpns) && used < 200; i++)
        used += (size_t)snprintf(near + used, sizeof near - used, "%s%s",
                                 i ? ", " : "",
                                 text_of(json_array_get(vpns, i), "id"));
    return mem_printf(_("this device has: %s"), near);
}

static void unknown(struct walker *w, const char *wanted)
{
    char *what = mem_printf(_("--vpn %s: no such VPN"), wanted);
    char *try = advice(w->vpns, wanted);

    if (walk_interactive(w)) {
        char *both = mem_printf("%s; %s", what, try);

        ask(w, w->vpns, "subject", both, answers_of(w->vpns));
        free(both);
    } else {
        walk_error(w, "subject", what, try);
        walk_end(w, "failed");
    }
    free(what);
    free(try);
}

static void nobody_chose(struct walker *w)
{
    json_t *ids = json_array(), *v;
    size_t i;

    json_array_foreach(w->vpns, i, v)
        json_array_append(ids, json_object_get(v, "id"));
    json_object_set_new(w->state, "pending",
                        json_pack("{s:s,s:o,s:o}", "checkpoint", "subject",
                                  "question", question(), "answers", ids));
    path_add(w, "skipped", "human", _("nobody chose a VPN"), "open");
    walk_end(w, "open");
}

/* --- choosing --- */

static void choose(struct walker *w)
{
    const char *wanted =
        json_string_value(json_object_get(w->options, "vpn"));
    json_t *fit = wanted ? matching(w->vpns, wanted) : json_incref(w->vpns);
    json_t *none = json_object();
    size_t n = json_array_size(fit);

    if (n == 1)
        begin(w, json_array_get(fit, 0));
    else if (n > 1)
        ask(w, fit, "subject", NULL, answers_of(fit));
    else if (wanted && json_array_size(w->vpns))
        unknown(w, wanted);
    else
        begin(w, none);
    json_decref(none);
    json_decref(fit);
}

static void answered(struct walker *w)
{
    const char *said = json_string_value(w->visit.ask.answer);
    json_t *fit = said ? matching(w->vpns, said) : NULL;

    if (!said) {
        nobody_chose(w);
    } else if (json_array_size(fit) != 1) {
        reply_clear(&w->visit.ask);
        unknown(w, said);
    } else {
        json_object_set_new(json_object_get(w->state, "answers"), "subject",
                            json_string(said));
        begin(w, json_array_get(fit, 0));
    }
    json_decref(fit);
}

/* The list of VPNs could not be read: without it nothing can be narrowed,
 * and every "there is none" would be false. */
static void unreadable(struct walker *w, const json_t *fact)
{
    const char *reason = json_string_value(json_object_get(fact, "reason"));
    struct reply *r = &w->visit.doubt;
    const char *said = json_string_value(r->answer);

    if (!r->effect && walk_interactive(w)) {
        ask(w, NULL, "unreadable", reason,
            json_pack("[{s:s,s:{s:s,s:s}}]", "id", "retry", "label", "en",
                      "read again", "ja", "もう一度読む"));
        r->effect = w->visit.ask.effect;
        w->visit.ask.effect = 0;
    } else if (!r->effect || (r->given && !said)) {
        path_add(w, "unreadable", "device", reason, "open");
        walk_end(w, "open");
    } else if (r->given) {
        visit_clear(&w->visit);
        facts_new_epoch(w);
        w->moved = true;
    }
}

void subject_run(struct walker *w)
{
    const struct flow *flow = w->f->flows[0];
    const struct use use = {.probe = "vpns", .as = "vpns"};
    const char *state;
    json_t *fact, *none;

    if (!flow->needs_vpn) {
        none = json_object();
        begin(w, none);
        json_decref(none);
        return;
    }
    if (!facts_ensure_use(w, &use))
        return;
    fact = facts_get(w, "vpns");
    state = json_string_value(json_object_get(fact, "state"));
    if (!state || (strcmp(state, "present") && strcmp(state, "absent"))) {
        unreadable(w, fact);
        return;
    }
    json_decref(w->vpns);
    w->vpns = json_incref(json_object_get(json_object_get(fact, "facts"),
                                          "vpns"));
    if (!w->visit.ask.effect)
        choose(w);
    else if (w->visit.ask.given)
        answered(w);
}
