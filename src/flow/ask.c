/* Questions to a human: what only hands and eyes can tell. */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"
#include "kiriwake/names.h"

#include "walk.h"

/* --- asking --- */

static json_t *label_of(const struct walker *w, const struct outcome *o)
{
    const struct finding *f = o->finding ? finding_of(w->f, o->finding)
                                         : NULL;

    if (o->label)
        return eval_text(w, o->label);
    if (f)
        return eval_text(w, f->title);
    if (o->because)
        return eval_text(w, o->because);
    return json_pack("{s:s}", "en", o->id);
}

static json_t *answers_of(const struct walker *w, const struct outcome *list,
                          size_t count)
{
    json_t *out = json_array();

    for (size_t i = 0; i < count; i++)
        if (outcome_of(list, count, list[i].id) == &list[i])
            json_array_append_new(out, json_pack("{s:s,s:o}", "id",
                                                 list[i].id, "label",
                                                 label_of(w, &list[i])));
    return out;
}

static json_t *show_of(const struct walker *w)
{
    json_t *out = json_array();

    for (size_t i = 0; i < w->at->uses.count; i++)
        json_array_append_new(out, json_string(w->at->uses.items[i]->as));
    return out;
}

static json_t *question_of(const struct walker *w)
{
    if (w->at->question)
        return eval_text(w, w->at->question);
    if (w->at->title)
        return eval_text(w, w->at->title);
    return json_pack("{s:s}", "en", w->at->id);
}

void ask_emit(struct walker *w, struct reply *r, const char *why,
              const struct outcome *list, size_t count, const char *suggest,
              const char *reason)
{
    const char *input = strcmp(why, "question") == 0 ? w->at->input : NULL;
    json_t *answers = answers_of(w, list, count);

    if (strcmp(why, "question"))
        json_array_append_new(
            answers, json_pack("{s:s,s:{s:s,s:s}}", "id", "unknown", "label",
                               "en", "I cannot tell", "ja", "わからない"));
    reply_clear(r);
    r->effect = walk_emit(
        w, json_pack("{s:s,s:s,s:s,s:o,s:o,s:s?,s:s?,s:o,s:s?}", "effect",
                     "ask", "checkpoint", w->at->id, "why", why, "question",
                     question_of(w), "answers", answers, "input", input,
                     "suggest", suggest, "show", show_of(w), "reason",
                     reason));
}

/* --- answers --- */

static bool is_ip(const char *s)
{
    unsigned char room[16];

    return inet_pton(AF_INET, s, room) == 1 ||
           inet_pton(AF_INET6, s, room) == 1;
}

static bool is_fqdn(const char *s)
{
    size_t len = strlen(s);

    return len && len < 254 && s[0] != '.' && s[0] != '-' &&
           strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                     "0123456789-.") == len;
}

static bool is_ifname(const char *s)
{
    size_t len = strlen(s);

    return len && len < 80 && isalpha((unsigned char)s[0]) &&
           strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                     "0123456789-./:_") == len;
}

static bool is_int(const char *s)
{
    char *end;

    if (!*s || isspace((unsigned char)*s))
        return false;
    strtoll(s, &end, 10);
    return *end == '\0' && end - s < 19;
}

static bool is_line(const char *s)
{
    for (; *s; s++)
        if ((unsigned char)*s < 0x20 || *s == 0x7f)
            return false;
    return true;
}

static const struct {
    const char *type;
    bool (*good)(const char *s);
} inputs[] = {{"ip", is_ip},   {"fqdn", is_fqdn}, {"ifname", is_ifname},
              {"int", is_int}, {"text", is_line}};

static bool good_input(const char *type, const char *s)
{
    for (size_t i = 0; i < sizeof inputs / sizeof inputs[0]; i++)
        if (strcmp(inputs[i].type, type) == 0)
            return inputs[i].good(s);
    return false;
}

static bool among(const json_t *effect, const char *id)
{
    size_t i;
    json_t *a;

    json_array_foreach(json_object_get(effect, "answers"), i, a)
        if (strcmp(json_string_value(json_object_get(a, "id")), id) == 0)
            return true;
    return strcmp(id, "unknown") == 0;
}

static void wrong_answer(struct walker *w, const json_t *effect,
                         const char *answer)
{
    const char *cp = json_string_value(json_object_get(effect, "checkpoint"));
    const char *input = json_string_value(json_object_get(effect, "input"));
    const char *names[64];
    char near[160] = "";
    char *what, *try;
    size_t n = 0, i;
    json_t *a;

    json_array_foreach(json_object_get(effect, "answers"), i, a)
        if (n < 64)
            names[n++] = json_string_value(json_object_get(a, "id"));
    if (!names_suggest(answer, names, n, near, sizeof near))
        for (i = 0; i < n && strlen(near) + strlen(names[i]) < 150; i++)
            strcat(strcat(near, i ? ", " : ""), names[i]);
    what = mem_printf(_("%s: '%s' is not an answer"), cp, answer);
    try = input ? mem_printf(_("expected: %s"), input)
                : mem_printf(_("did you mean %s?"), near);
    walk_error(w, "answer", what, try);
    free(what);
    free(try);
}

/* Somebody at the screen is asked again; an option that does not fit counts
 * as no answer, and the result says so. */
static bool refuse(struct walker *w, const json_t *effect,
                   const json_t *event, const char *answer)
{
    const char *by = json_string_value(json_object_get(event, "by"));

    wrong_answer(w, effect, answer);
    return walk_interactive(w) && (!by || strcmp(by, "option"));
}

static struct reply *reply_to(struct walker *w, const json_t *effect)
{
    json_int_t n = json_integer_value(json_object_get(effect, "n"));

    if (n && n == w->visit.ask.effect)
        return &w->visit.ask;
    if (n && n == w->visit.doubt.effect)
        return &w->visit.doubt;
    return NULL;
}

bool ask_answered(struct walker *w, const json_t *effect,
                  const json_t *event)
{
    struct reply *r = reply_to(w, effect);
    const char *said = json_string_value(json_object_get(event, "answer"));
    const char *remark = json_string_value(json_object_get(event, "remark"));
    const char *input = json_string_value(json_object_get(effect, "input"));
    const char *cp = json_string_value(json_object_get(effect, "checkpoint"));

    if (!r)
        return false;
    if (said && strcmp(cp, "subject") &&
        !(input ? good_input(input, said) : among(effect, said))) {
        if (refuse(w, effect, event, said))
            return false;
        said = NULL;
    }
    r->given = true;
    r->answer = said && strcmp(said, "unknown") ? json_string(said)
                                                : json_null();
    r->remark = mem_copy(remark);
    return true;
}

/* --- the check point --- */

enum stage { STAGE_ASK, STAGE_DECIDE };

static bool ready(struct walker *w)
{
    bool done = true;

    for (size_t i = 0; i < w->at->uses.count; i++)
        if (permit_class(w, use_class(w, w->at->uses.items[i])))
            done = facts_ensure_use(w, w->at->uses.items[i]) && done;
    return facts_ensure_expr(w, w->at->suggest) && done;
}

static void ask(struct walker *w)
{
    struct script_outcome got = {0};
    const char *suggest = NULL;

    if (w->at->suggest) {
        eval_expr(w, w->at->suggest, &got);
        if (got.result == SCRIPT_VALUE)
            suggest = json_string_value(got.value);
        if (suggest && !w->at->input &&
            !outcome_of(w->at->answers, w->at->answer_count, suggest))
            suggest = NULL;
    }
    ask_emit(w, &w->visit.ask, "question", w->at->answers,
             w->at->answer_count, suggest, NULL);
    script_outcome_free(&got);
    facts_prefetch(w, w->at);
}

static void unanswered(struct walker *w)
{
    const struct next open = {NEXT_OPEN, "open", NULL, NULL};
    const struct next *n = &w->at->unanswered;

    if (n->kind == NEXT_NONE)
        n = &open;
    path_unanswered(w, w->at->answers, w->at->answer_count);
    path_add(w, "skipped", "human", _("nobody answered"), n->word);
    walk_go(w, n);
}

static void keep_answer(struct walker *w, const char *said)
{
    bool number = w->at->input && strcmp(w->at->input, "int") == 0;

    json_object_set_new(json_object_get(w->state, "answers"), w->at->id,
                        number ? json_integer(strtoll(said, NULL, 10))
                               : json_string(said));
}

void ask_keep(struct walker *w, const struct outcome *o)
{
    if (outcome_of(w->at->answers, w->at->answer_count, o->id) == o)
        keep_answer(w, o->id);
}

static char *because_of(const struct walker *w, const struct outcome *o,
                        const char *said)
{
    const char *remark = w->visit.ask.remark;
    const struct flow_text *t = o && o->because ? o->because
                                : o ? o->label : NULL;
    char *label = t ? eval_said(w, t) : mem_strdup(said), *both;

    if (!remark || !remark[0])
        return label;
    both = mem_printf("%s (%s)", label, remark);
    free(label);
    return both;
}

static void chosen(struct walker *w, const char *said)
{
    const struct outcome *o =
        outcome_of(w->at->answers, w->at->answer_count, said);
    char *because = because_of(w, o, said);

    decide_outcome(w, o, "human", because, json_array());
    free(because);
}

static void typed(struct walker *w, const char *said)
{
    char *because;

    if (w->at->outcome_count) {
        w->visit.stage = STAGE_DECIDE;
        w->moved = true;
        return;
    }
    because = because_of(w, NULL, said);
    path_add(w, "answered", "human", because, w->at->next.word);
    walk_go(w, &w->at->next);
    free(because);
}

void ask_run(struct walker *w)
{
    struct visit *v = &w->visit;
    char *said;

    if (v->stage == STAGE_DECIDE) {
        if (facts_ensure_outcomes(w, w->at))
            decide(w);
        return;
    }
    if (!v->ask.effect) {
        if (ready(w))
            ask(w);
        return;
    }
    if (!v->ask.given)
        return;
    if (!json_is_string(v->ask.answer)) {
        unanswered(w);
        return;
    }
    trail_human(w);
    said = mem_strdup(json_string_value(v->ask.answer));
    keep_answer(w, said);
    if (w->at->input)
        typed(w, said);
    else
        chosen(w, said);
    free(said);
}
