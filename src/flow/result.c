/* The result, as `check --json` prints it. */
#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"

#include "walk.h"

/* --- findings --- */

static const struct command_set *commands_for(const struct walker *w,
                                              const struct finding *f)
{
    for (size_t i = 0; i < f->set_count; i++)
        if (strcmp(f->sets[i].driver, driver_name(w->d)) == 0)
            return &f->sets[i];
    return NULL;
}

/* A command whose values are not known is left out. */
static json_t *fix_commands(const struct walker *w, const struct finding *f)
{
    const struct command_set *set = commands_for(w, f);
    json_t *out = json_array();

    for (size_t i = 0; set && i < set->count; i++) {
        char *command = eval_command(w, set->commands[i], true, NULL);

        if (command)
            json_array_append_new(out, json_string(command));
        free(command);
    }
    return out;
}

static json_t *said(const struct walker *w, const struct flow_text *t)
{
    char *s = eval_said(w, t);
    json_t *out = json_string(s);

    free(s);
    return out;
}

static bool holds(const json_t *list, const char *word)
{
    size_t i;
    json_t *item;

    json_array_foreach(list, i, item)
        if (strcmp(json_string_value(item), word) == 0)
            return true;
    return false;
}

/* The words of list that are in none of the others. */
static json_t *without(const json_t *list, const json_t *a, const json_t *b)
{
    json_t *out = json_array(), *item;
    size_t i;

    json_array_foreach(list, i, item)
        if (!holds(a, json_string_value(item)) &&
            !holds(b, json_string_value(item)))
            json_array_append(out, item);
    return out;
}

static json_t *evidence_json(const json_t *evidence)
{
    json_t *out = json_array(), *e;
    size_t i;

    json_array_foreach(evidence, i, e)
        json_array_append_new(
            out, json_pack("{s:O,s:O,s:O}", "command",
                           json_object_get(e, "command"), "at",
                           json_object_get(e, "at"), "lines",
                           json_object_get(e, "lines")));
    return out;
}

static json_t *finding_json(const struct walker *w, const json_t *note)
{
    const struct finding *f =
        finding_of(w->f, json_string_value(json_object_get(note, "id")));
    json_t *decide = json_object_get(note, "decide_by");
    json_t *fix = json_pack("{s:o,s:o}", "text", said(w, f->fix), "commands",
                            fix_commands(w, f));

    return json_pack(
        "{s:s,s:O,s:o,s:o,s:o,s:o,s:o,s:o}", "id", f->id, "certainty",
        json_object_get(note, "certainty"), "alternatives",
        without(json_object_get(note, "alternatives"),
                json_object_get(w->state, "ruled_out"), NULL),
        "decide_by",
        json_is_null(decide) ? json_null() : json_string(msg_i18n(decide)),
        "title", said(w, f->title), "explanation", said(w, f->explanation),
        "fix", fix, "evidence",
        evidence_json(json_object_get(note, "evidence")));
}

/* Proved before likely, behind the verdict; otherwise as they were noted. */
static json_t *findings_json(const struct walker *w)
{
    json_t *notes = json_object_get(w->state, "findings"), *note;
    json_t *out = json_array();
    size_t i;

    for (int likely = 0; likely < 2; likely++)
        json_array_foreach(notes, i, note) {
            const char *sure = json_string_value(
                json_object_get(note, "certainty"));
            json_t *f;

            if ((strcmp(sure, "likely") == 0) != likely)
                continue;
            f = finding_json(w, note);
            if (i == 0)
                json_array_insert_new(out, 0, f);
            else
                json_array_append_new(out, f);
        }
    return out;
}

static bool is_proved(const json_t *findings)
{
    const char *sure = json_string_value(
        json_object_get(json_array_get(findings, 0), "certainty"));

    return sure && strcmp(sure, "proved") == 0;
}

static json_t *ids_of(const json_t *findings)
{
    json_t *out = json_array(), *f;
    size_t i;

    json_array_foreach(findings, i, f)
        json_array_append(out, json_object_get(f, "id"));
    return out;
}

/* What was suspected, where nothing finer is proved. */
static json_t *suspects_json(const struct walker *w, const json_t *findings,
                             const char *outcome)
{
    json_t *ids, *out;

    if (is_proved(findings) || strcmp(outcome, "healthy") == 0)
        return json_array();
    ids = ids_of(findings);
    out = without(json_object_get(w->state, "suspects"),
                  json_object_get(w->state, "ruled_out"), ids);
    json_decref(ids);
    return out;
}

/* --- the rest --- */

static json_t *path_json(const struct walker *w)
{
    json_t *out = json_array(), *e;
    size_t i;

    json_array_foreach(json_object_get(w->state, "path"), i, e) {
        json_t *copy = json_copy(e);

        json_object_del(copy, "title");
        json_array_append_new(out, copy);
    }
    return out;
}

static json_t *subject_json(const struct walker *w)
{
    static const char *const keys[] = {"id", "peer", "policy", "interface"};
    json_t *out = json_copy(json_object_get(w->state, "subject"));

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (!json_object_get(out, keys[i]))
            json_object_set_new(out, keys[i], json_null());
    return out;
}

static json_t *change_json(const struct change *c)
{
    json_t *send = json_array(), *undo = json_array();
    bool none;                  /* nothing of it has to be undone */

    for (size_t i = 0; i < c->count; i++)
        if (c->steps[i].sent)
            json_array_append_new(send, json_string(c->steps[i].send));
    for (size_t i = c->count; i-- > 0;)
        if (c->steps[i].sent)
            json_array_extend(undo, c->steps[i].undo);
    none = json_array_size(undo) == 0;
    return json_pack("{s:s,s:o,s:o,s:b,s:b}", "checkpoint", c->point->id,
                     "commands", send, "undo", undo, "undone",
                     c->undone || none, "verified", c->verified || none);
}

static json_t *changes_json(const struct walker *w)
{
    json_t *out = json_array();

    for (size_t i = 0; i < w->change_count; i++)
        if (w->changes[i]->sent)
            json_array_append_new(out, change_json(w->changes[i]));
    return out;
}

/* The question is shown in one language only. */
static json_t *pending_json(const struct walker *w, const char *outcome)
{
    json_t *p = json_object_get(w->state, "pending"), *out;

    if (!json_is_object(p) || strcmp(outcome, "open"))
        return json_null();
    out = json_copy(p);
    json_object_set_new(out, "question",
                        json_string(msg_i18n(json_object_get(p,
                                                             "question"))));
    return out;
}

json_t *walker_result(const struct walker *w)
{
    const char *outcome = w->end ? w->end : "open";
    json_t *findings = findings_json(w);
    json_t *out;

    if (strcmp(outcome, "open") == 0 && w->stopped)
        json_array_clear(findings);
    out = json_pack(
        "{s:s,s:o,s:s,s:o,s:o,s:o,s:O,s:o,s:o,s:O?}", "outcome", outcome,
        "subject", subject_json(w), "flow", w->f->flows[0]->name, "path",
        path_json(w), "findings", findings, "suspects",
        suspects_json(w, findings, outcome), "ruled_out",
        json_object_get(w->state, "ruled_out"), "pending",
        pending_json(w, outcome), "changes", changes_json(w), "error",
        w->error);
    return out;
}
