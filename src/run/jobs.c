/* Commands on their way to the device and back. */
#include "inner.h"

#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"

static const char *text_of(const json_t *o, const char *key)
{
    return json_string_value(json_object_get(o, key));
}

static bool is_probe(const struct job *j)
{
    const char *kind = text_of(j->effect, "effect");

    return kind &&
           (strcmp(kind, "probe") == 0 || strcmp(kind, "prefetch") == 0);
}

static struct job *job_add(struct run *r, json_t *effect)
{
    struct job *j;

    r->jobs = mem_grow(r->jobs, &r->job_cap, r->job_count + 1,
                       sizeof *r->jobs);
    j = &r->jobs[r->job_count++];
    *j = (struct job){.effect = json_incref(effect)};
    return j;
}

static void job_clear(struct job *j)
{
    json_decref(j->effect);
    json_decref(j->results);
    free(j->command);
}

static void job_remove(struct run *r, struct job *j)
{
    size_t i = (size_t)(j - r->jobs);

    job_clear(j);
    memmove(j, j + 1, (r->job_count - i - 1) * sizeof *j);
    r->job_count--;
}

void jobs_drop(struct run *r)
{
    for (size_t i = 0; i < r->job_count; i++)
        job_clear(&r->jobs[i]);
    free(r->jobs);
    r->jobs = NULL;
    r->job_count = r->job_cap = 0;
}

/* --- replies of this epoch ----------------------------------------------- */

static void keep_reply(struct run *r, const struct console_reply *rep)
{
    if (rep->state == REPLY_COMPLETE || rep->state == REPLY_REFUSED)
        json_object_set_new(
            r->replies, rep->command,
            json_pack("{s:i,s:s,s:s?}", "state", (int)rep->state, "text",
                      rep->text, "reason", rep->reason));
}

static bool kept_reply(struct run *r, const char *command,
                       struct console_reply *out)
{
    json_t *k = json_object_get(r->replies, command);

    if (!k)
        return false;
    *out = (struct console_reply){
        .command = (char *)command,
        .state = (enum reply_state)json_integer_value(
            json_object_get(k, "state")),
        .text = (char *)text_of(k, "text"),
        .reason = (char *)text_of(k, "reason"),
    };
    return true;
}

/* --- probes -------------------------------------------------------------- */

static void deliver(struct run *r, json_t *effect, json_t *fact)
{
    const char *as = text_of(effect, "as");
    char at[40];

    clock_stamp(&r->clock, at, sizeof at);
    json_object_set_new(fact, "at", json_string(at));
    if (strcmp(text_of(effect, "probe"), "version") == 0)
        driver_adapt(r->driver, json_object_get(fact, "facts"));
    json_object_set(r->facts, as ? as : text_of(effect, "probe"), fact);
    if (r->probing) {
        json_decref(fact);
        probe_took(r);
        return;
    }
    run_event(r, json_pack("{s:s,s:O,s:o}", "event", "facts", "effect",
                           json_object_get(effect, "n"), "fact", fact));
}

static json_t *unread(const char *probe, const char *command,
                      const char *reason)
{
    return json_pack("{s:s,s:s,s:s,s:n,s:{},s:b,s:s,s:s}", "probe", probe,
                     "state", "unreadable", "reason", reason, "facts",
                     "lines", "unverified", 0, "command",
                     command ? command : "", "text", "");
}

static json_t *subject_of(struct run *r)
{
    if (r->walker)
        return json_incref((json_t *)walker_subject(r->walker));
    return r->subject ? json_incref(r->subject) : json_object();
}

static json_t *read_fact(struct run *r, const json_t *effect,
                         const struct console_reply *rep)
{
    json_t *subject = subject_of(r);
    const json_t *env = r->walker ? walker_facts(r->walker) : r->facts;
    json_t *fact = driver_read(r->driver, text_of(effect, "probe"), rep,
                               subject, env);

    json_decref(subject);
    return fact;
}

static bool is_unreadable(const json_t *fact)
{
    return strcmp(text_of(fact, "state"), "unreadable") == 0;
}

/* Prepares the i-th alternative; false when there is none. */
static bool next_command(struct run *r, struct job *j, struct err *e)
{
    const char *probe = text_of(j->effect, "probe");
    const struct probe_info *info = driver_probe(r->driver, probe);

    free(j->command);
    j->command = NULL;
    j->id = 0;
    if (!info) {
        err_set(e, EXIT_DATA, _("the driver has no probe %s"), probe);
        return false;
    }
    if (j->at >= info->command_count)
        return false;
    j->command = driver_command(r->driver, probe, j->at,
                                json_object_get(j->effect, "with"), e);
    return j->command != NULL;
}

static void probe_done(struct run *r, struct job *j, json_t *fact)
{
    json_t *effect = json_incref(j->effect);

    job_remove(r, j);
    deliver(r, effect, fact);
    json_decref(effect);
}

/* What is missing may have been lost on the way, between two parts: only a
 * second reading that lacks it, too, counts. */
static bool ask_again(struct run *r, struct job *j, const json_t *fact)
{
    const char *probe = text_of(j->effect, "probe");
    const struct probe_info *info = driver_probe(r->driver, probe);
    const json_t *env = r->walker ? walker_facts(r->walker) : r->facts;

    if (j->again || info->class > CLASS_SESSION ||
        !driver_unsure(r->driver, probe, fact, env))
        return false;
    json_object_del(r->replies, j->command);
    j->again = true;
    j->id = 0;
    return true;
}

static void probe_reply(struct run *r, struct job *j,
                        const struct console_reply *rep)
{
    json_t *fact = read_fact(r, j->effect, rep);
    struct err e = {0};

    if (ask_again(r, j, fact)) {
        json_decref(fact);
        return;                 /* jobs_pump sends it once more */
    }
    if (is_unreadable(fact) && rep->state != REPLY_TRUNCATED &&
        rep->state != REPLY_TIMEOUT) {
        j->at++;
        if (next_command(r, j, &e)) {
            json_decref(fact);
            return;             /* jobs_pump sends the next alternative */
        }
    }
    probe_done(r, j, fact);
}

void jobs_probe(struct run *r, json_t *effect)
{
    struct job *j = job_add(r, effect);
    struct err e = {0};

    if (!next_command(r, j, &e))
        probe_done(r, j, unread(text_of(effect, "probe"), NULL, e.what));
}

/* --- do and undo --------------------------------------------------------- */

static const json_t *step_of(const struct job *j)
{
    return json_array_get(json_object_get(j->effect, "steps"), j->at);
}

static void steps_next(struct run *r, struct job *j)
{
    const json_t *step = step_of(j);
    json_t *n, *results;

    free(j->command);
    j->command = NULL;
    j->id = 0;
    if (step) {
        j->command = mem_strdup(text_of(step, "send"));
        return;
    }
    n = json_incref(json_object_get(j->effect, "n"));
    results = json_incref(j->results);
    job_remove(r, j);
    json_object_clear(r->replies);
    run_event(r, json_pack("{s:s,s:o,s:o}", "event", "did", "effect", n,
                           "results", results));
}

static const char *state_word(enum reply_state s)
{
    static const char *const words[] = {
        [REPLY_COMPLETE] = "complete", [REPLY_REFUSED] = "refused",
        [REPLY_BUSY] = "busy",         [REPLY_TRUNCATED] = "truncated",
        [REPLY_TIMEOUT] = "timeout",   [REPLY_ASKED] = "asked",
    };

    return words[s];
}

static void step_reply(struct run *r, struct job *j,
                       const struct console_reply *rep)
{
    json_array_append_new(
        j->results,
        json_pack("{s:s,s:s,s:s,s:s?}", "send", rep->command, "state",
                  state_word(rep->state), "text", rep->text ? rep->text : "",
                  "reason", rep->reason));
    j->at++;
    steps_next(r, j);
}

void jobs_steps(struct run *r, json_t *effect)
{
    struct job *j = job_add(r, effect);

    j->results = json_array();
    steps_next(r, j);
}

/* --- by hand ------------------------------------------------------------- */

static const struct probe_info *probe_of_command(struct run *r,
                                                 const char *command)
{
    const char *const *names = driver_probes(r->driver);
    struct err e = {0};

    for (size_t i = 0; names[i]; i++) {
        const struct probe_info *p = driver_probe(r->driver, names[i]);

        for (size_t k = 0; k < p->command_count; k++) {
            char *c = driver_command(r->driver, names[i], k, NULL, &e);
            bool same = c && strcmp(c, command) == 0;

            free(c);
            if (same)
                return p;
        }
    }
    return NULL;
}

int run_send(struct run *r, const char *command, struct err *e)
{
    const struct probe_info *p =
        r->driver ? probe_of_command(r, command) : NULL;
    struct job *j;

    if (!p || p->class != CLASS_READ) {
        err_hint(e, "%s", _("Only the read commands of the driver's probes "
                            "are sent by hand (kiriwake drivers)."));
        return err_set(e, EXIT_USAGE, _("'%s' is not a known read command"),
                       command);
    }
    j = job_add(r, NULL);
    j->command = mem_strdup(command);
    return 0;
}

/* --- the queue ----------------------------------------------------------- */

static struct job *job_by_id(struct run *r, unsigned id)
{
    for (size_t i = 0; id && i < r->job_count; i++)
        if (r->jobs[i].id == id)
            return &r->jobs[i];
    return NULL;
}

/* More text came for a reply that was taken for complete: what was read from
 * it does not hold, and the check point is read again. */
static void reread(struct run *r)
{
    if (r->phase == RUN_WALKING && r->walker && !walker_done(r->walker))
        run_retry(r);
}

void jobs_reply(struct run *r, unsigned id, const struct console_reply *rep)
{
    struct job *j = job_by_id(r, id);

    if (!j) {
        reread(r);
        return;
    }
    keep_reply(r, rep);
    if (!j->effect)
        job_remove(r, j);
    else if (is_probe(j))
        probe_reply(r, j, rep);
    else
        step_reply(r, j, rep);
    jobs_pump(r);       /* before the session leaves the mode */
}

/* The link is gone: its owner learns that nothing came back. */
static void job_lost(struct run *r, struct job *j)
{
    char *command = mem_strdup(j->command);
    char none[] = "";
    struct console_reply rep = {.command = command,
                                .state = REPLY_TRUNCATED,
                                .text = none};

    if (!j->effect)
        job_remove(r, j);
    else if (is_probe(j))
        probe_reply(r, j, &rep);
    else
        step_reply(r, j, &rep);
    free(command);
}

static const struct probe_info *job_probe(struct run *r, const struct job *j)
{
    if (!j->effect)
        return probe_of_command(r, j->command);
    return is_probe(j) ? driver_probe(r->driver, text_of(j->effect, "probe"))
                       : NULL;
}

/* What changes or disturbs is never sent a second time. */
static unsigned run_command(struct run *r, const struct job *j)
{
    const struct probe_info *p = job_probe(r, j);
    struct session_command c = {
        .text = j->command,
        .mode = p ? p->mode : text_of(step_of(j), "mode"),
        .timeout_ms = p ? p->timeout_ms : 0,
        .once = !p || p->class > CLASS_SESSION,
        .logs = p ? p->logs : NULL,
    };

    return session_run_with(r->session, &c);
}

/* --- saved text --- */

/* The fact of one alternative; *found: its command is in the file. */
static json_t *fact_from_file(struct run *r, const struct job *j,
                              bool *found)
{
    const struct probe_info *probe = job_probe(r, j);
    const struct saved_record *rec = saved_take(r, j->effect, j->command,
                                                probe);
    json_t *fact;

    *found = rec != NULL;
    if (rec)
        return read_fact(r, j->effect, &rec->reply);
    fact = unread(text_of(j->effect, "probe"), j->command,
                  _("not in the file"));
    json_object_set_new(fact, "missing", json_true());
    return fact;
}

/* The first alternative that can be read; else the first that is there. */
static void probe_from_file(struct run *r, struct job *j)
{
    json_t *best = NULL;
    bool best_found = false, found, more;
    struct err e = {0};

    do {
        json_t *fact = fact_from_file(r, j, &found);

        if (!best || !is_unreadable(fact) || (found && !best_found)) {
            json_decref(best);
            best = json_incref(fact);
            best_found = found;
        }
        json_decref(fact);
        j->at++;
        more = is_unreadable(best) && next_command(r, j, &e);
    } while (more);
    probe_done(r, j, best);
}

static void job_from_file(struct run *r, struct job *j)
{
    if (j->effect && is_probe(j)) {
        probe_from_file(r, j);
    } else if (j->effect) {
        job_lost(r, j);             /* nothing is ever done */
    } else {
        saved_take(r, NULL, j->command, NULL);
        job_remove(r, j);
    }
}

/* Sends one, or answers it from what this epoch has already seen. */
static void job_send(struct run *r, struct job *j)
{
    struct console_reply rep;

    if (r->capture) {
        job_from_file(r, j);
        return;
    }
    if (j->effect && is_probe(j) && kept_reply(r, j->command, &rep)) {
        char *command = mem_strdup(j->command);

        rep.command = command;
        probe_reply(r, j, &rep);
        free(command);
        return;
    }
    if (session_state(r->session) == SESSION_CLOSED)
        job_lost(r, j);
    else
        j->id = run_command(r, j);
}

static struct job *unsent(struct run *r)
{
    for (size_t i = 0; i < r->job_count; i++)
        if (!r->jobs[i].id && r->jobs[i].command)
            return &r->jobs[i];
    return NULL;
}

/* A probe whose command is under way waits for its reply instead. */
static bool under_way(struct run *r, const struct job *j)
{
    for (size_t i = 0; i < r->job_count; i++)
        if (r->jobs[i].id && strcmp(r->jobs[i].command, j->command) == 0)
            return true;
    return false;
}

static bool step_ended(struct run *r)
{
    json_t *result;
    size_t now;

    if (!r->stepping)
        return false;
    result = walker_result(r->walker);
    now = json_array_size(json_object_get(result, "path"));
    json_decref(result);
    if (now <= r->step_path)
        return false;
    r->stepping = false;
    r->paused = true;
    run_changed(r);
    return true;
}

const char *jobs_under_way(const struct run *r)
{
    for (size_t i = 0; i < r->job_count; i++)
        if (r->jobs[i].id)
            return r->jobs[i].command;
    return NULL;
}

void jobs_pump(struct run *r)
{
    struct job *j;

    if (r->phase != RUN_WALKING || r->paused || step_ended(r))
        return;
    while ((j = unsent(r)) && !under_way(r, j) && r->phase == RUN_WALKING)
        job_send(r, j);
}
