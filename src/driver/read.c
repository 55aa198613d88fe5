/* From a reply to a fact; docs/driver-format.md says by which rules. */
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"

struct reading {
    const struct driver *d;
    const struct probe *p;
    const struct console_reply *reply;
    const json_t *subject, *env;
    json_t *facts, *lines;
    char *reason;
    const char *failed;     /* the check that did not hold, or NULL */
    char *quiet;            /* the text without log lines, or NULL */
};

static bool fail(struct reading *r, char *reason)
{
    free(r->reason);
    r->reason = reason;
    return false;
}

static bool is_blank(const char *s)
{
    return s[strspn(s, " \t\r\n")] == '\0';
}

/* Rule 1: only a complete reply can say something. */
static bool is_complete(struct reading *r)
{
    static const char *const words[] = {
        [REPLY_REFUSED] = N_("refused"),
        [REPLY_BUSY] = N_("the mode is held by another"),
        [REPLY_TRUNCATED] = N_("the reply was cut off"),
        [REPLY_TIMEOUT] = N_("no complete reply in time"),
        [REPLY_ASKED] = N_("the device asks something"),
    };
    const char *word;

    if (r->reply->state == REPLY_COMPLETE)
        return true;
    word = _(words[r->reply->state]);
    if (r->reply->reason && r->reply->reason[0])
        return fail(r, mem_printf("%s: %s", word, _(r->reply->reason)));
    return fail(r, mem_strdup(word));
}

/* env, and the fact itself by its name: empty before it is made. */
static json_t *own_env(const struct probe *p, json_t *facts,
                       const json_t *others)
{
    json_t *env = json_copy((json_t *)others);

    if (!env)
        env = json_object();
    json_object_set_new(env, p->info.name,
                        json_pack("{s:s,s:o}", "state", "present", "facts",
                                  facts ? json_incref(facts)
                                        : json_object()));
    return env;
}

bool driver_says_yes(const struct script_outcome *out)
{
    return out->result == SCRIPT_VALUE && !json_is_null(out->value) &&
           !json_is_false(out->value);
}

static bool says_yes(const struct script_chunk *c, const struct probe *p,
                     json_t *facts, const json_t *others)
{
    struct script_outcome out;
    json_t *env;
    bool yes;

    if (!c)
        return false;
    env = own_env(p, facts, others);
    script_eval(c, env, NULL, NULL, &out);
    yes = driver_says_yes(&out);
    script_outcome_free(&out);
    json_decref(env);
    return yes;
}

static bool proves_absent(struct reading *r)
{
    return says_yes(r->p->absent_if, r->p, r->facts, r->env);
}

bool driver_unsure(const struct driver *d, const char *probe,
                   const json_t *fact, const json_t *env)
{
    const struct probe *p = driver_find(d, probe);
    json_t *facts = json_object_get(fact, "facts");

    return p && json_is_object(facts) && says_yes(p->confirm, p, facts, env);
}

static bool shows_absent(const struct reading *r)
{
    const char *text = r->reply->text;

    if (r->p->absent_empty && is_blank(text))
        return true;
    return r->p->absent && pattern_matches_line(r->p->absent, text);
}

/* Rule 3, or the plain rows when a probe has no chunk. */
static bool make_facts(struct reading *r, const struct textfsm_rows *rows)
{
    struct script_source source = {r->reply->text, r->p->template, rows};
    struct script_outcome out;

    if (!r->p->facts) {
        r->lines = json_object();
        r->facts = json_object();
        json_object_set_new(r->facts, "rows",
                            rows ? textfsm_rows_json(rows) : json_array());
        return true;
    }
    script_eval_facts(r->p->facts, &source, r->subject, r->env, &out,
                      &r->lines);
    if (out.result != SCRIPT_VALUE) {
        fail(r, mem_strdup(out.reason));
    } else if (json_is_array(out.value) && !json_array_size(out.value)) {
        r->facts = json_object();
    } else if (json_is_object(out.value)) {
        r->facts = json_incref(out.value);
    } else {
        fail(r, mem_strdup("its facts chunk returned no table"));
    }
    script_outcome_free(&out);
    return r->facts != NULL;
}

/* Rule 5: the fact itself, by its name, and what it needs. */
static bool check_holds(struct reading *r)
{
    struct script_outcome out;
    json_t *env;
    bool holds;

    if (!r->p->check)
        return true;
    env = own_env(r->p, r->facts, r->env);
    script_eval(r->p->check, env, NULL, NULL, &out);
    holds = driver_says_yes(&out);
    if (!holds && out.reason)
        fail(r, mem_strdup(out.reason));
    else if (!holds)
        fail(r, mem_strdup(_("the reply is not whole, or of a form that is "
                             "not known")));
    if (!holds)
        r->failed = r->p->check_text;
    script_outcome_free(&out);
    json_decref(env);
    return holds;
}

/* Where the text is not understood, a console's log may stand in it. */
static bool parse(struct reading *r, struct textfsm_rows **rows)
{
    struct err e = {0}, late = {0};

    *rows = NULL;
    if (!r->p->template)
        return true;
    *rows = textfsm_parse(r->p->template, r->reply->text,
                          strlen(r->reply->text), &e);
    if (!*rows && (r->quiet = driver_quiet(r->d, r->reply->text)))
        *rows = textfsm_parse(r->p->template, r->quiet, strlen(r->quiet),
                              &late);
    return *rows ? true : fail(r, mem_strdup(e.what));
}

static const char *state_of(struct reading *r)
{
    struct textfsm_rows *rows;
    bool empty, proved, shown;
    const char *state = "unreadable";

    if (!is_complete(r))
        return state;
    proved = proves_absent(r);
    empty = shows_absent(r);
    if (!parse(r, &rows) && !proved)
        return state;
    shown = r->p->template ? rows && textfsm_rows_count(rows) > 0
                           : !is_blank(r->reply->text);
    if (!empty && !proved && !shown)
        fail(r, mem_strdup(_("the reply shows nothing that is known, and does "
                             "not say that there is nothing")));
    else if (make_facts(r, rows) && check_holds(r))
        state = empty || proves_absent(r) ? "absent" : "present";
    textfsm_rows_free(rows);
    return state;
}

static int by_number(const void *a, const void *b)
{
    long x = *(const long *)a, y = *(const long *)b;

    return x < y ? -1 : x > y;
}

static json_t *sorted_once(const json_t *list)
{
    size_t n = json_array_size(list);
    long *v = mem_alloc((n + 1) * sizeof *v);
    json_t *out = json_array();

    for (size_t i = 0; i < n; i++)
        v[i] = (long)json_integer_value(json_array_get(list, i));
    qsort(v, n, sizeof *v, by_number);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || v[i] != v[i - 1])
            json_array_append_new(out, json_integer(v[i]));
    free(v);
    return out;
}

static json_t *tidy_lines(const json_t *lines)
{
    json_t *out = json_object(), *list;
    const char *key;

    json_object_foreach((json_t *)lines, key, list)
        if (json_array_size(list))
            json_object_set_new(out, key, sorted_once(list));
    return out;
}

json_t *driver_read(const struct driver *d, const char *probe,
                    const struct console_reply *reply, const json_t *subject,
                    const json_t *env)
{
    struct reading r = {.d = d, .p = driver_find(d, probe), .reply = reply,
                        .subject = subject, .env = env};
    const char *state;
    json_t *out;

    if (!r.p)
        return json_pack("{s:s,s:s,s:s,s:n,s:{},s:b,s:s,s:s}", "probe", probe,
                         "state", "unreadable", "reason",
                         _("the driver has no such probe"), "facts", "lines",
                         "unverified", 0, "command", "", "text", "");
    state = state_of(&r);
    if (strcmp(state, "unreadable") == 0) {
        json_decref(r.facts);
        r.facts = NULL;
    } else {
        free(r.reason);
        r.reason = NULL;
    }
    out = json_pack("{s:s,s:s,s:s?,s:s*,s:o?,s:o,s:b,s:s?,s:s,s:s}", "probe",
                    probe, "state", state, "reason", r.reason, "failed_check",
                    r.failed, "facts", r.facts,
                    "lines", tidy_lines(r.lines), "unverified",
                    r.p->info.unverified, "command",
                    reply->entering ? reply->entering : reply->command, "text",
                    reply->text, "reply",
                    reply->state == REPLY_COMPLETE ? "complete"
                    : reply->state == REPLY_BUSY   ? "busy" : "not");
    json_decref(r.lines);
    free(r.reason);
    free(r.quiet);
    return out;
}
