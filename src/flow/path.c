/* The path walked, what was concluded on it, and the evidence. */
#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"

#include "walk.h"

#define MAX_LINES 200

void path_add(struct walker *w, const char *outcome, const char *by,
              const char *because, const char *next)
{
    const char *id = w->at ? w->at->id : "subject";
    json_t *title = w->at ? eval_text(w, w->at->title) : json_null();

    json_array_append_new(
        json_object_get(w->state, "path"),
        json_pack("{s:s,s:s,s:s,s:s,s:s?,s:o}", "checkpoint", id, "outcome",
                  outcome, "by", by, "because", because ? because : "",
                  "next", next, "title", title));
    json_object_set_new(json_object_get(w->state, "outcomes"), id,
                        json_string(outcome));
}

/* Healthy only when each check point of the path came out well at last. What
 * was found on the way to the device's own flow has been mended. */
bool path_healthy(const struct walker *w)
{
    json_t *last = json_object(), *entry, *word;
    json_int_t from = json_integer_value(json_object_get(w->state, "handed"));
    const char *key;
    size_t i;
    bool good = true;

    json_array_foreach(json_object_get(w->state, "path"), i, entry)
        if ((json_int_t)i >= from)
            json_object_set(last, json_string_value(
                                  json_object_get(entry, "checkpoint")),
                        json_object_get(entry, "outcome"));
    json_object_foreach(last, key, word)
        if (strcmp(json_string_value(word), "normal") &&
            strcmp(json_string_value(word), "answered"))
            good = false;
    json_decref(last);
    return good;
}

/* --- evidence --- */

static json_t *entry_for(json_t *out, const json_t *fact, const char *probe)
{
    size_t i;
    json_t *e;

    json_array_foreach(out, i, e)
        if (strcmp(json_string_value(json_object_get(e, "probe")), probe) ==
            0)
            return e;
    e = json_pack("{s:s,s:O?,s:O?,s:[]}", "probe", probe, "command",
                  json_object_get(fact, "command"), "at",
                  json_object_get(fact, "at"), "lines");
    json_array_append_new(out, e);
    return e;
}

static json_t *line_text(const char *text, json_int_t n)
{
    size_t len;

    while (text && n > 1) {
        text = strchr(text, '\n');
        if (text)
            text++;
        n--;
    }
    len = text ? strcspn(text, "\n") : 0;
    return json_stringn(text ? text : "", len);
}

/* Keeps lines in order, each once. */
static void add_line(json_t *lines, const char *text, json_int_t n)
{
    size_t i = 0, count = json_array_size(lines);

    for (; i < count; i++) {
        json_int_t at = json_integer_value(
            json_object_get(json_array_get(lines, i), "n"));

        if (at == n)
            return;
        if (at > n)
            break;
    }
    if (count < MAX_LINES)
        json_array_insert_new(lines, i,
                              json_pack("{s:I,s:o}", "n", n, "text",
                                        line_text(text, n)));
}

json_t *evidence_of(const struct walker *w, const json_t *reads)
{
    json_t *out = json_array(), *r, *n;
    size_t i, k;

    json_array_foreach(reads, i, r) {
        const char *probe = json_string_value(json_object_get(r, "probe"));
        json_t *fact = probe ? facts_get(w, probe) : NULL;
        const char *text = json_string_value(json_object_get(fact, "text"));
        json_t *entry;

        if (!fact)
            continue;
        entry = entry_for(out, fact, probe);
        json_array_foreach(json_object_get(r, "lines"), k, n)
            add_line(json_object_get(entry, "lines"), text,
                     json_integer_value(n));
    }
    return out;
}

/* --- conclusions --- */

static void add_word(json_t *list, const char *word)
{
    size_t i;
    json_t *item;

    json_array_foreach(list, i, item)
        if (strcmp(json_string_value(item), word) == 0)
            return;
    json_array_append_new(list, json_string(word));
}

static void add_words(struct walker *w, const char *key,
                      const struct words *words)
{
    for (size_t i = 0; i < words->count; i++)
        add_word(json_object_get(w->state, key), words->items[i]);
}

void path_suspect(struct walker *w, const struct outcome *o)
{
    add_words(w, "suspects", &o->suspects);
    add_word(json_object_get(w->state, "suspects"), o->finding);
}

static json_t *alternatives_of(const struct outcome *o,
                               const struct finding *f)
{
    const struct words *from =
        o->own_alternatives ? &o->alternatives : &f->alternatives;
    json_t *out = json_array();

    for (size_t i = 0; o->likely && i < from->count; i++)
        json_array_append_new(out, json_string(from->items[i]));
    return out;
}

static void note_finding(struct walker *w, const struct outcome *o,
                         json_t *evidence)
{
    const struct finding *f = finding_of(w->f, o->finding);
    const struct flow_text *decide = o->decide_by ? o->decide_by
                                                  : f->decide_by;
    bool ends = o->next.kind == NEXT_NONE && !o->result;
    json_t *list = json_object_get(w->state, "findings"), *note;
    size_t i, at = ends ? 0 : json_array_size(list);

    for (i = json_array_size(list); i-- > 0;)
        if (strcmp(json_string_value(json_object_get(
                       json_array_get(list, i), "id")), f->id) == 0) {
            json_array_remove(list, i);
            at = ends ? 0 : json_array_size(list);
        }
    note = json_pack("{s:s,s:s,s:o,s:o,s:O,s:s}", "id", f->id, "certainty",
                     o->likely ? "likely" : "proved", "alternatives",
                     alternatives_of(o, f), "decide_by",
                     o->likely ? eval_text(w, decide) : json_null(),
                     "evidence", evidence, "checkpoint", w->at->id);
    json_array_insert_new(list, at, note);
}

/* Takes evidence over. */
void path_note(struct walker *w, const struct outcome *o, json_t *evidence)
{
    add_words(w, "suspects", &o->suspects);
    add_words(w, "ruled_out", &o->rules_out);
    if (o->finding)
        note_finding(w, o, evidence);
    json_decref(evidence);
}

static bool was_unreadable(const struct walker *w)
{
    json_t *entry;
    size_t i;

    json_array_foreach(json_object_get(w->state, "path"), i, entry)
        if (strcmp(json_string_value(json_object_get(entry, "outcome")),
                   "unreadable") == 0)
            return true;
    return false;
}

/* The line that says who holds it: the reason ends in it. */
static json_t *busy_evidence(const struct walker *w)
{
    const char *text = json_string_value(json_object_get(w->busy, "text"));
    const char *why = json_string_value(json_object_get(w->busy, "reason"));
    json_t *lines = json_array();

    for (json_int_t n = 1; text && *text; n++) {
        size_t len = strcspn(text, "\n");
        char *line = mem_strndup(text, len);
        bool said = len && why && strstr(why, line);

        free(line);
        if (said)
            add_line(lines, json_string_value(
                                json_object_get(w->busy, "text")), n);
        text += text[len] ? len + 1 : len;
    }
    return json_pack("[{s:O?,s:O?,s:O?,s:o}]", "probe",
                     json_object_get(w->busy, "probe"), "command",
                     json_object_get(w->busy, "command"), "at",
                     json_object_get(w->busy, "at"), "lines", lines);
}

void path_note_busy(struct walker *w)
{
    const char *id = "device.config-busy";

    if (!finding_of(w->f, id) || !was_unreadable(w))
        return;
    json_array_append_new(
        json_object_get(w->state, "findings"),
        json_pack("{s:s,s:s,s:[],s:n,s:o,s:s}", "id", id, "certainty",
                  "proved", "alternatives", "decide_by", "evidence",
                  busy_evidence(w), "checkpoint",
                  w->at ? w->at->id : "subject"));
}

void path_unanswered(struct walker *w, const struct outcome *list,
                     size_t count)
{
    json_t *answers = json_array();
    json_t *question = eval_text(w, w->at->question ? w->at->question
                                                    : w->at->title);

    for (size_t i = 0; i < count; i++)
        add_word(answers, list[i].id);
    json_object_set_new(w->state, "pending",
                        json_pack("{s:s,s:o,s:o}", "checkpoint", w->at->id,
                                  "question", question, "answers", answers));
}
