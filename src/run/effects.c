/* Carrying out what the walker wants. */
#include "inner.h"

#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"

static json_int_t number(const json_t *effect)
{
    return json_integer_value(json_object_get(effect, "n"));
}

static const char *text_of(const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));

    return s ? s : "";
}

/* The replies of an epoch serve several probes; these end it. */
static void end_epoch(struct run *r)
{
    json_object_clear(r->replies);
    if (r->capture)
        capture_new_epoch(r->capture);
}

static void do_probe(struct run *r, json_t *effect)
{
    json_t *fact;

    if (strcmp(text_of(effect, "probe"), "line") == 0) {
        astray_probe(r, effect);
        return;
    }
    if (strcmp(text_of(effect, "probe"), "peer_config") != 0) {
        jobs_probe(r, effect);
        return;
    }
    fact = peer_fact(r);
    run_event(r, json_pack("{s:s,s:I,s:o}", "event", "facts", "effect",
                           number(effect), "fact", fact));
}

static void do_prefetch(struct run *r, json_t *effect)
{
    if (r->o.interactive)
        do_probe(r, effect);
}

static void do_wait(struct run *r, json_t *effect)
{
    json_int_t ms = json_integer_value(json_object_get(effect, "ms"));

    end_epoch(r);
    json_decref(r->waiting);
    r->waiting = json_incref(effect);
    r->wait_due_ms = clock_now(&r->clock) + (r->capture ? 0 : (uint64_t)ms);
}

static void answer_ask(struct run *r, const json_t *effect,
                       const char *answer, const char *by, const char *remark)
{
    run_event(r, json_pack("{s:s,s:I,s:s?,s:s,s:s}", "event", "answer",
                           "effect", number(effect), "answer", answer, "by",
                           by, "remark", remark ? remark : ""));
}

static void answer_consent(struct run *r, const json_t *effect, bool granted)
{
    run_event(r, json_pack("{s:s,s:I,s:b}", "event", "consent", "effect",
                           number(effect), "granted", granted));
}

static bool is_allowed(const struct run *r, const char *class)
{
    for (size_t i = 0; r->o.allow[i]; i++)
        if (strcmp(r->o.allow[i], class) == 0)
            return true;
    return false;
}

/* An answer given beforehand with --answer, else the human, else nobody. */
static void do_ask(struct run *r, json_t *effect)
{
    const json_t *given = json_object_get(r->o.answers,
                                          text_of(effect, "checkpoint"));

    if (given) {
        char *answer = mem_strdup(json_string_value(given));

        /* once: a check point that is asked again is asked for real */
        json_object_del(r->o.answers, text_of(effect, "checkpoint"));
        answer_ask(r, effect, answer, "option", NULL);
        free(answer);
    } else if (r->o.interactive) {
        json_array_append(r->queue, effect);
        effects_ask_next(r);
    } else {
        answer_ask(r, effect, NULL, "option", NULL);
    }
}

static void do_consent(struct run *r, json_t *effect)
{
    bool again = json_is_true(json_object_get(effect, "again"));

    if (r->capture) {
        answer_consent(r, effect, saved_consents(r, effect));
    } else if (is_allowed(r, text_of(effect, "class")) && !again) {
        answer_consent(r, effect, true);
    } else if (r->o.interactive) {
        json_array_append(r->queue, effect);
        effects_ask_next(r);
    } else {
        answer_consent(r, effect, false);
    }
}

static void do_steps(struct run *r, json_t *effect)
{
    json_t *note;

    end_epoch(r);
    note = json_pack("{s:s,s:O}", "event", "intent", "effect", effect);
    journal_add(r, note, true);     /* on disk before the first byte */
    json_decref(note);
    jobs_steps(r, effect);
}

static void do_done(struct run *r, json_t *effect)
{
    (void)effect;
    journal_result(r);
    if (r->phase >= RUN_CLOSING)
        return;
    if (!r->session || session_state(r->session) == SESSION_CLOSED) {
        r->phase = RUN_DONE;
        return;
    }
    r->phase = RUN_CLOSING;
    session_close(r->session);
}

static const struct {
    const char *name;
    void (*take)(struct run *r, json_t *effect);
} kinds[] = {
    {"probe", do_probe}, {"prefetch", do_prefetch}, {"ask", do_ask},
    {"wait", do_wait},   {"consent", do_consent},   {"do", do_steps},
    {"undo", do_steps},  {"done", do_done},     {"hand-over", astray_hand_over},
};

static void take_one(struct run *r, json_t *effect)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kinds[i].name, text_of(effect, "effect")) == 0)
            kinds[i].take(r, effect);
}

void effects_take(struct run *r, json_t *effects)
{
    size_t i;
    json_t *effect;

    if (!r->replaying)
        json_array_foreach(effects, i, effect)
            take_one(r, effect);
    json_decref(effects);
}

void effects_ask_next(struct run *r)
{
    if (r->asking || !json_array_size(r->queue))
        return;
    r->asking = json_incref(json_array_get(r->queue, 0));
    json_array_remove(r->queue, 0);
    run_changed(r);
}

void effects_tick(struct run *r, uint64_t now)
{
    json_t *effect = r->waiting;

    if (!effect || now < r->wait_due_ms)
        return;
    r->waiting = NULL;
    run_event(r, json_pack("{s:s,s:I}", "event", "waited", "effect",
                           number(effect)));
    json_decref(effect);
}

/* --- the human ----------------------------------------------------------- */

const json_t *run_asking(const struct run *r)
{
    return r->asking;
}

void run_answer(struct run *r, const char *answer, const char *remark)
{
    json_t *asked = r->asking;
    const char *kind = text_of(asked, "effect");

    if (!asked)
        return;
    r->asking = NULL;
    if (saved_asks_host(r, asked))
        saved_answer_host(r, answer);
    else if (strcmp(kind, "login") == 0)
        session_answer(r->session, answer ? answer : "");
    else if (strcmp(kind, "consent") == 0)
        answer_consent(r, asked, answer && strcmp(answer, "yes") == 0);
    else
        answer_ask(r, asked, answer, "human", remark);
    json_decref(asked);
    effects_ask_next(r);
    run_changed(r);
}

void effects_leave(struct run *r)
{
    json_array_clear(r->queue);
    json_decref(r->asking);
    r->asking = NULL;
    json_decref(r->waiting);
    r->waiting = NULL;
    end_epoch(r);
}

bool run_retry(struct run *r)
{
    if (!r->walker || !walker_can_retry(r->walker))
        return false;
    effects_leave(r);
    run_event(r, json_pack("{s:s}", "event", "retry"));
    return true;
}

bool run_back(struct run *r)
{
    if (!r->walker || !walker_can_back(r->walker))
        return false;
    effects_leave(r);
    run_event(r, json_pack("{s:s}", "event", "back"));
    return true;
}

void run_pause(struct run *r, bool pause)
{
    r->paused = pause;
    r->stepping = false;
    run_changed(r);
}

void run_step(struct run *r)
{
    json_t *result = walker_result(r->walker);

    r->step_path = json_array_size(json_object_get(result, "path"));
    r->stepping = true;
    r->paused = false;
    json_decref(result);
    run_changed(r);
}

bool run_decide(struct run *r, const char *outcome, const char *remark)
{
    if (!r->walker || !walker_can_decide(r->walker, outcome))
        return false;
    effects_leave(r);
    run_event(r, json_pack("{s:s,s:s,s:s}", "event", "decide", "answer",
                           outcome, "remark", remark ? remark : ""));
    return true;
}
