/* One probe instead of a walk: its needs first, narrowed to --vpn. */
#include "kiriwake/probe.h"

#include <stdlib.h>
#include <string.h>

#include "inner.h"
#include "kiriwake/mem.h"
#include "kiriwake/msg.h"
#include "kiriwake/names.h"

/* Appends name after everything that it needs, each once. */
static void plan_add(struct run *r, const char *name, int depth)
{
    const struct probe_info *info = driver_probe(r->driver, name);
    size_t i;
    json_t *have;

    json_array_foreach(r->plan, i, have)
        if (strcmp(json_string_value(have), name) == 0)
            return;
    for (size_t k = 0; info && info->needs && info->needs[k] && depth < 8; k++)
        plan_add(r, info->needs[k], depth + 1);
    json_array_append_new(r->plan, json_string(name));
}

static void unknown_probe(struct run *r, struct err *e)
{
    const char *const *names = driver_probes(r->driver);
    char near[200];
    size_t n = 0;

    while (names[n])
        n++;
    err_stage(e, "probe");
    err_set(e, EXIT_USAGE, _("%s has no probe '%s'"), driver_name(r->driver),
            r->probing);
    if (names_suggest(r->probing, names, n, near, sizeof near))
        err_hint(e, _("did you mean %s?"), near);
}

static bool class_allowed(const struct run *r, enum action_class class)
{
    if (class == CLASS_READ || class == CLASS_SESSION)
        return true;
    for (size_t i = 0; r->o.allow[i]; i++)
        if (strcmp(r->o.allow[i], class_name(class)) == 0)
            return true;
    return false;
}

static void end(struct run *r)
{
    r->phase = r->session ? RUN_CLOSING : RUN_DONE;
    if (r->session)
        session_close(r->session);
}

static void refuse(struct run *r, const struct err *e)
{
    r->err = *e;
    end(r);
}

static void ask_next(struct run *r)
{
    const char *name = json_string_value(json_array_get(r->plan, 0));
    json_t *effect;

    if (!name) {
        end(r);
        return;
    }
    effect = json_pack("{s:i,s:s,s:s,s:s,s:O}", "n", 1, "effect", "probe",
                       "probe", name, "as", name, "with",
                       strcmp(name, r->probing) == 0 ? r->probe_with
                                                     : json_object());
    json_array_remove(r->plan, 0);
    jobs_probe(r, effect);
    json_decref(effect);
}

void probe_begin(struct run *r)
{
    const struct probe_info *info = driver_probe(r->driver, r->probing);
    struct err e = {0};

    if (!info) {
        unknown_probe(r, &e);
        refuse(r, &e);
        return;
    }
    if (!class_allowed(r, info->class)) {
        err_stage(&e, "probe");
        err_set(&e, EXIT_USAGE, _("the probe %s is of class %s"), r->probing,
                class_name(info->class));
        err_hint(&e, _("Give --allow %s."), class_name(info->class));
        refuse(r, &e);
        return;
    }
    r->plan = json_array();
    plan_add(r, "vpns", 0);
    plan_add(r, r->probing, 0);
    ask_next(r);
}

static bool matches(const json_t *vpn, const char *wanted)
{
    static const char *const keys[] = {"id", "peer", "interface", "name"};

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const char *s = json_string_value(json_object_get(vpn, keys[i]));

        if (s && strcmp(s, wanted) == 0)
            return true;
    }
    return false;
}

/* --vpn, or the only one there is. */
static void choose_subject(struct run *r)
{
    json_t *facts = json_object_get(json_object_get(r->facts, "vpns"),
                                    "facts");
    json_t *list = json_object_get(facts, "vpns"), *vpn;
    size_t i;

    if (r->subject || !list)
        return;
    json_array_foreach(list, i, vpn)
        if (r->o.vpn ? matches(vpn, r->o.vpn) : json_array_size(list) == 1)
            r->subject = json_incref(vpn);
}

void probe_took(struct run *r)
{
    choose_subject(r);
    ask_next(r);
}

struct run *run_probe_new(const struct run_options *o, const char *probe,
                          const json_t *with,
                          const struct run_listener *listener, struct err *e)
{
    struct run *r = run_prepare(o, listener);

    r->probing = mem_strdup(probe);
    r->probe_with = with ? json_deep_copy(with) : json_object();
    if (run_open(r, e) == 0)
        return r;
    run_free(r);
    return NULL;
}

json_t *run_probe_fact(const struct run *r)
{
    return json_incref(json_object_get(r->facts, r->probing));
}

const struct err *run_error(const struct run *r)
{
    return &r->err;
}
