/* A run over saved text: nothing is sent, the file answers. */
#include "inner.h"

#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"

bool saved_is_target(const struct run *r)
{
    return strcmp(r->target.scheme, "file") == 0;
}

/* --- opening --- */

static void say(void *arg, const char *text)
{
    run_say(arg, "%s", text);
}

static int find_driver(struct run *r, struct err *e)
{
    char *name;
    int rc;

    if (r->driver)
        return 0;
    name = capture_detect(r->capture, &r->o.data);
    if (!name) {
        err_stage(e, "detect");
        err_hint(e, "%s", _("Name it with --driver (see kiriwake drivers)."));
        return err_set(e, EXIT_USAGE,
                       _("%s: whose text this is was not recognised"),
                       r->o.target);
    }
    rc = run_load_driver(r, name, e);
    free(name);
    return rc;
}

/* --answer host=NAME must be one that is there. */
static int check_host(struct run *r, struct err *e)
{
    const char *host =
        json_string_value(json_object_get(r->o.answers, "host"));
    const char *const *all = capture_hosts(r->capture);
    struct buf names = {0};

    if (!host || capture_choose(r->capture, host))
        return 0;
    for (size_t i = 0; all[i]; i++)
        buf_printf(&names, "%s%s", i ? ", " : "", all[i]);
    err_hint(e, _("it holds: %s"), names.len ? buf_str(&names) : _("none"));
    buf_free(&names);
    return err_set(e, EXIT_USAGE, _("--answer host=%s: not in the file"),
                   host);
}

int saved_open(struct run *r, struct err *e)
{
    for (size_t i = 0; r->o.allow[i]; i++) {
        free((char *)r->o.allow[i]);    /* nothing can be sent */
        r->o.allow[i] = NULL;
    }
    r->capture = capture_open(r->target.path, e);
    if (!r->capture || find_driver(r, e) < 0 ||
        (!r->probing && run_load_flow(r, e) < 0))
        return -1;
    r->secrets = secrets_new(driver_secrets(r->driver), e);
    if (!r->secrets ||
        capture_read(r->capture, r->driver, r->secrets, e) < 0 ||
        check_host(r, e) < 0)
        return -1;
    journal_open(r);
    if (!r->o.driver)
        run_say(r, _("this is a %s"), driver_title(r->driver));
    capture_describe(r->capture, say, r);
    r->phase = RUN_OPENING;
    return 0;
}

/* --- whose --- */

static bool is_chosen(const struct run *r)
{
    const char *const *all = capture_hosts(r->capture);

    return !all[0] || !all[1] || r->host_chosen ||
           json_object_get(r->o.answers, "host");
}

static json_t *host_answers(const struct run *r, bool labelled)
{
    const char *const *all = capture_hosts(r->capture);
    json_t *list = json_array();

    for (size_t i = 0; all[i]; i++)
        json_array_append_new(
            list, labelled ? json_pack("{s:s,s:{s:s,s:s}}", "id", all[i],
                                       "label", "en", all[i], "ja", all[i])
                           : json_string(all[i]));
    return list;
}

#define QUESTION_EN "The text holds several routers. Which one is it about?"
#define QUESTION_JA "複数の装置の記録が含まれている。どの装置を調べるか"

static void ask_host(struct run *r)
{
    r->asking = json_pack(
        "{s:i,s:s,s:s,s:s,s:{s:s,s:s},s:o,s:n,s:n,s:[],s:n}", "n", 0,
        "effect", "ask", "checkpoint", "host", "why", "question", "question",
        "en", QUESTION_EN, "ja", QUESTION_JA, "answers",
        host_answers(r, true), "input", "suggest", "show", "reason");
    run_changed(r);
}

/* Nobody says which: the case stays open. */
static void end_open(struct run *r)
{
    struct err e = {0};

    if (r->probing) {
        err_stage(&e, "file");
        err_hint(&e, "%s", _("Choose one with --answer host=NAME."));
        err_set(&e, EXIT_USAGE, "%s",
                _("the text holds several routers"));
        run_fail(r, &e);
        return;
    }
    r->pending = json_pack("{s:s,s:s,s:o}", "checkpoint", "host", "question",
                           _(QUESTION_EN), "answers", host_answers(r, false));
    journal_result(r);
    r->phase = RUN_DONE;
    run_changed(r);
}

void saved_pump(struct run *r)
{
    if (r->phase != RUN_OPENING || r->asking)
        return;
    if (is_chosen(r))
        run_begin_walk(r);
    else if (r->o.interactive)
        ask_host(r);
    else
        end_open(r);
}

bool saved_asks_host(const struct run *r, const json_t *asked)
{
    const char *at = json_string_value(json_object_get(asked, "checkpoint"));

    return r->capture && !r->walker && at && strcmp(at, "host") == 0;
}

void saved_answer_host(struct run *r, const char *answer)
{
    if (answer && capture_choose(r->capture, answer))
        r->host_chosen = true;
    else
        end_open(r);
}

/* --- answering --- */

static enum capture_mark mark_of(const struct run *r, const json_t *effect,
                                 const char *command)
{
    static const struct { const char *word; enum capture_mark mark; } all[] = {
        {"first", CAPTURE_FIRST}, {"stimulus", CAPTURE_STIMULUS},
        {"second", CAPTURE_SECOND}};
    const char *word =
        json_string_value(json_object_get(effect, "sample"));
    enum capture_mark mark = CAPTURE_PLAIN;
    struct err e = {0};
    char *config = driver_command(r->driver, "vpns", 0, NULL, &e);

    for (size_t i = 0; word && i < sizeof all / sizeof all[0]; i++)
        if (strcmp(all[i].word, word) == 0)
            mark = all[i].mark;
    /* the configuration does not grow: one reading of it serves both */
    if (config && strcmp(config, command) == 0)
        mark = CAPTURE_PLAIN;
    free(config);
    return mark;
}

static void tell_lines(struct run *r, const struct saved_record *rec)
{
    const char *s = rec->reply.text;

    if (!r->listener.line)
        return;
    r->listener.line(r->listener.arg, true, rec->command);
    while (*s) {
        size_t len = strcspn(s, "\n");
        char *line = mem_strndup(s, len);

        r->listener.line(r->listener.arg, false, line);
        free(line);
        s += s[len] ? len + 1 : len;
    }
}

const struct saved_record *saved_take(struct run *r, const json_t *effect,
                                      const char *command,
                                      const struct probe_info *probe)
{
    struct capture_request q = {
        .command = command,
        .mark = mark_of(r, effect, command),
        .once = probe && probe->class > CLASS_SESSION,
    };
    const struct saved_record *rec = capture_take(r->capture, &q);

    if (rec)
        tell_lines(r, rec);
    return rec;
}

/* What disturbs was not done by us, but its reply may be in the text. */
bool saved_consents(const struct run *r, const json_t *effect)
{
    const char *class =
        json_string_value(json_object_get(effect, "class"));
    json_t *command;
    size_t i;

    if (!class || strcmp(class, "active") != 0)
        return false;
    json_array_foreach(json_object_get(effect, "commands"), i, command)
        if (capture_has(r->capture, json_string_value(command)))
            return true;
    return false;
}
