/* Steps that change something: read, ask consent, send, prove. */
#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"

#include "walk.h"

enum stage { BEGIN, STATE, CONSENT, DOING, VERIFY, DECIDE };

void change_free(struct change *c)
{
    for (size_t i = 0; i < c->count; i++) {
        free(c->steps[i].send);
        json_decref(c->steps[i].undo);
        json_decref(c->steps[i].reads);
    }
    free(c->steps);
    free(c);
}

/* --- what was read, and is it still so? --- */

static json_t *value_at(const struct walker *w, const char *probe,
                        const char *path)
{
    json_t *v = json_object_get(facts_get(w, probe), "facts");

    while (v && *path == '/') {
        size_t n = strcspn(++path, "/");
        char *key = mem_strndup(path, n);

        if (json_is_array(v))
            v = json_array_get(v, strtoul(key, NULL, 10));
        else
            v = json_object_get(v, key);
        free(key);
        path += n;
    }
    return v;
}

json_t *change_reads(const struct walker *w, const json_t *reads)
{
    json_t *out = json_array(), *r;
    size_t i;

    json_array_foreach(reads, i, r) {
        json_t *probe = json_object_get(r, "probe");
        json_t *path = json_object_get(r, "path");
        json_t *v = value_at(w, json_string_value(probe),
                             json_string_value(path));

        json_array_append_new(
            out, json_pack("{s:O,s:O,s:o}", "probe", probe, "path", path,
                           "value", v ? json_deep_copy(v) : json_null()));
    }
    return out;
}

int change_same(const struct walker *w, const json_t *reads)
{
    json_t *r;
    size_t i;

    json_array_foreach(reads, i, r) {
        const char *probe = json_string_value(json_object_get(r, "probe"));
        const char *path = json_string_value(json_object_get(r, "path"));
        const char *state = json_string_value(
            json_object_get(facts_get(w, probe), "state"));
        json_t *was = json_object_get(r, "value");
        json_t *is = value_at(w, probe, path);

        if (!state || (strcmp(state, "present") && strcmp(state, "absent")))
            return -1;
        if (is ? !json_equal(is, was) : !json_is_null(was))
            return 0;
    }
    return json_array_size(reads) ? 1 : -1;
}

/* --- planning --- */

static bool read_state(struct walker *w)
{
    bool done = true;

    for (size_t i = 0; i < w->at->step_count; i++) {
        const struct step *s = &w->at->steps[i];

        done = facts_ensure(w, &s->state) && done;
        done = facts_ensure_expr(w, s->present) && done;
        done = facts_ensure_expr(w, s->undo_expr) && done;
        done = facts_ensure_phrase(w, s->send) && done;
        done = facts_ensure_phrase(w, s->undo) && done;
    }
    return done;
}

static void forget_state(struct walker *w)
{
    for (size_t i = 0; i < w->at->step_count; i++) {
        const struct uses *u = &w->at->steps[i].state;

        for (size_t k = 0; k < u->count; k++)
            facts_forget(w, u->items[k]->as);
    }
}

static bool sendable(const json_t *v)
{
    const char *s = json_string_value(v);

    for (const char *p = s; p && *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            return false;
    return s && *s && !strstr(s, "\xe2\x80\xb9");    /* a secret's token */
}

static bool take_undo(json_t *undo, const json_t *value)
{
    size_t i;
    json_t *item;

    if (json_is_null(value))
        return true;
    if (json_is_string(value)) {
        json_array_append(undo, (json_t *)value);
        return sendable(value);
    }
    if (!json_is_array(value))
        return false;
    json_array_foreach(value, i, item) {
        json_array_append(undo, item);
        if (!sendable(item))
            return false;
    }
    return true;
}

static bool plan_undo(struct walker *w, struct change_step *out,
                      char **reason)
{
    const struct step *s = out->step;
    struct script_outcome got = {0};
    char *command;
    bool good;

    out->undo = json_array();
    if (s->undo) {
        command = eval_command(w, s->undo, false, reason);
        if (command)
            json_array_append_new(out->undo, json_string(command));
        free(command);
        return command != NULL;
    }
    if (!s->undo_expr)
        return true;
    eval_expr(w, s->undo_expr, &got);
    good = got.result == SCRIPT_VALUE && take_undo(out->undo, got.value);
    if (!good && got.reason)
        *reason = mem_strdup(got.reason);
    json_array_extend(out->reads, got.reads);
    script_outcome_free(&got);
    return good;
}

/* What the step would do now; false with a reason when it cannot be told. */
static bool plan_step(struct walker *w, const struct step *s,
                      struct change_step *out, char **reason)
{
    struct script_outcome got = {0};
    json_t *reads;
    bool good = true;

    out->step = s;
    out->reads = json_array();
    if (s->present) {
        eval_expr(w, s->present, &got);
        good = got.result == SCRIPT_VALUE;
        out->present = good && !json_is_null(got.value) &&
                       !json_is_false(got.value);
        if (!good)
            *reason = mem_strdup(got.reason ? got.reason : "");
        json_array_extend(out->reads, got.reads);
        script_outcome_free(&got);
    }
    out->send = good ? eval_command(w, s->send, false, reason) : NULL;
    if (good && out->send && !out->present)
        good = plan_undo(w, out, reason);
    if (!out->undo)
        out->undo = json_array();
    reads = change_reads(w, out->reads);
    json_decref(out->reads);
    out->reads = reads;
    return good && out->send;
}

static struct change *plan(struct walker *w, char **reason)
{
    struct change *c = mem_zalloc(sizeof *c);

    c->point = w->at;
    c->steps = mem_zalloc(w->at->step_count * sizeof *c->steps);
    c->resumes = w->resumes;
    for (size_t i = 0; i < w->at->step_count; i++) {
        c->count++;
        if (plan_step(w, &w->at->steps[i], &c->steps[i], reason))
            continue;
        if (!*reason)
            *reason = mem_strdup(_("a command would hold a control "
                                   "character or a secret"));
        change_free(c);
        return NULL;
    }
    return c;
}

/* --- a change that the loss of the link, or a resume, broke into --- */

static struct change *unfinished(const struct walker *w)
{
    if (w->visit.change)
        return w->visit.change;
    for (size_t i = 0; i < w->change_count; i++)
        if (w->changes[i]->point == w->at && w->changes[i]->effect &&
            !w->changes[i]->undone)
            return w->changes[i];
    return NULL;
}

static int not_so(int is)
{
    return is < 0 ? is : !is;
}

/* 1: what the step does is there, 0: it is not, -1: cannot be told. */
static int is_there(const struct walker *w, const struct change_step *s)
{
    if (s->step->present)
        return eval_bool(w, s->step->present, NULL);
    if (s->step->verify)
        return eval_bool(w, s->step->verify, NULL);
    if (s->step->restored)
        return not_so(eval_bool(w, s->step->restored, NULL));
    return not_so(change_same(w, s->reads));
}

/* What was there before is known from the first reading; only whether each
 * step is done has to be seen anew. Where nothing tells, the device's own
 * answer does; where that was not heard, it is not sent again unasked. */
static void replan(struct walker *w, struct change *c)
{
    c->unsure = false;
    for (size_t i = 0; i < c->count; i++) {
        int is = c->steps[i].sent ? is_there(w, &c->steps[i]) : 0;

        if (!c->steps[i].sent)
            continue;
        c->steps[i].present = is == 1 || (is < 0 && c->complete);
        c->unsure |= is < 0 && !c->complete;
    }
}

void do_keep(struct walker *w, struct change *c)
{
    if (c && c->sent && w->phase == PHASE_WALK)
        w->visit.change = c;
}

/* --- stages --- */

static void next_stage(struct walker *w, int stage)
{
    w->visit.stage = stage;
    w->moved = true;
}

static bool all_present(const struct change *c)
{
    for (size_t i = 0; i < c->count; i++)
        if (!c->steps[i].present)
            return false;
    return true;
}

static void add_change(struct walker *w, struct change *c)
{
    w->changes = mem_grow(w->changes, &w->change_cap, w->change_count + 1,
                          sizeof(struct change *));
    w->changes[w->change_count++] = c;
}

static void begin(struct walker *w)
{
    forget_state(w);
    next_stage(w, STATE);
}

static void state(struct walker *w)
{
    struct change *c = unfinished(w);
    char *reason = NULL;

    if (!read_state(w))
        return;
    if (c) {
        replan(w, c);
    } else {
        c = plan(w, &reason);
        if (!c) {
            decide_unreadable(w, reason);
            free(reason);
            return;
        }
        add_change(w, c);
    }
    w->visit.change = c;
    next_stage(w, all_present(c) ? DECIDE : CONSENT);
}

static enum action_class class_of(const struct change *c)
{
    enum action_class class = CLASS_READ;

    for (size_t i = 0; i < c->count; i++)
        if (!c->steps[i].present && c->steps[i].step->class > class)
            class = c->steps[i].step->class;
    return class;
}

static void list_commands(const struct change *c, json_t *send, json_t *undo)
{
    for (size_t i = 0; i < c->count; i++)
        if (!c->steps[i].present)
            json_array_append_new(send, json_string(c->steps[i].send));
    for (size_t i = c->count; i-- > 0;)
        if (!c->steps[i].present)
            json_array_extend(undo, c->steps[i].undo);
}

/* What is sent now; from here on it may have been. */
static json_t *send_json(struct change *c)
{
    json_t *out = json_array();

    for (size_t i = 0; i < c->count; i++)
        if (!c->steps[i].present) {
            c->steps[i].sent = true;
            json_array_append_new(
                out, json_pack("{s:s,s:s?,s:O}", "send", c->steps[i].send,
                               "mode", c->steps[i].step->mode, "undo",
                               c->steps[i].undo));
        }
    return out;
}

/* Never sent: it is no change. */
static void forget_change(struct walker *w, struct change *c)
{
    w->visit.change = NULL;
    if (c->sent)
        return;
    for (size_t i = 0; i < w->change_count; i++)
        if (w->changes[i] == c) {
            w->changes[i] = w->changes[--w->change_count];
            break;
        }
    change_free(c);
}

static void consent(struct walker *w)
{
    struct change *c = w->visit.change;
    json_t *send = json_array(), *undo = json_array();
    enum permit p;

    list_commands(c, send, undo);
    p = c->unsure ? permit_again(w, class_of(c), send, undo)
                  : permit_ask(w, class_of(c), send, undo);
    if (p == PERMIT_NO) {
        const char *why = c->unsure ? _("it may have been done before the "
                                        "link was lost")
                                    : _("not permitted");

        forget_change(w, c);
        decide_skipped(w, why);
    } else if (p == PERMIT_YES) {
        c->sent = true;
        c->complete = false;
        c->effect = walk_emit(
            w, json_pack("{s:s,s:s,s:s,s:o}", "effect", "do", "checkpoint",
                         w->at->id, "class", class_name(class_of(c)),
                         "steps", send_json(c)));
        w->visit.stage = DOING;
    }
}

void do_did(struct walker *w, struct change *c, const json_t *results)
{
    size_t i, n = json_array_size(results);
    json_t *r;

    c->complete = n > 0;
    c->effect = 0;
    json_array_foreach(results, i, r) {
        const char *s = json_string_value(json_object_get(r, "state"));

        if (!s || strcmp(s, "complete"))
            c->complete = false;
    }
    facts_new_epoch(w);
    if (w->phase == PHASE_WALK)
        w->visit.stage = VERIFY;
    else
        c->stage++;
    w->moved = true;
}

static bool read_verify(struct walker *w)
{
    bool done = true;

    for (size_t i = 0; i < w->at->step_count; i++) {
        done = facts_ensure(w, &w->at->steps[i].state) && done;
        done = facts_ensure_expr(w, w->at->steps[i].verify) && done;
    }
    return done;
}

static void verify(struct walker *w)
{
    struct change *c = w->visit.change;
    bool good = c->complete;

    if (!read_verify(w))
        return;
    for (size_t i = 0; i < c->count; i++)
        if (c->steps[i].step->verify)
            good = eval_bool(w, c->steps[i].step->verify, NULL) == 1 && good;
    if (good)
        next_stage(w, DECIDE);
    else
        decide_unreadable(w, _("the change could not be verified"));
}

static void leave(struct walker *w)
{
    struct change *c = w->visit.change;
    char *because;

    if (w->at->outcome_count) {
        if (facts_ensure_outcomes(w, w->at))
            decide(w);
        return;
    }
    because = mem_strdup(c && !c->sent ? _("it is already so") : _("done"));
    path_add(w, "normal", "device", because, w->at->next.word);
    walk_go(w, &w->at->next);
    free(because);
}

static void doing(struct walker *w)
{
    (void)w;            /* waits for did */
}

void do_run(struct walker *w)
{
    static void (*const stages[])(struct walker *) = {
        [BEGIN] = begin, [STATE] = state,   [CONSENT] = consent,
        [DOING] = doing, [VERIFY] = verify, [DECIDE] = leave};

    stages[w->visit.stage](w);
}
