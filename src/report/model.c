/*
 * The model of a person's report. Every key is there; what is not known is
 * an empty string or list, so that layouts need no guards:
 *   lang, title, outcome, verdict, unfinished
 *   t        labels: {findings, path, …}
 *   about    [{label, value}]
 *   findings [{id, title, certainty, explanation, fix, commands: {code: []},
 *              alternatives: [text], decide_by,
 *              evidence: [{command, at, code: [line]}]}]
 *   path     [{checkpoint, title, outcome, mark, because, by_hand}]
 *   suspects, ruled_out [text]
 *   changes  [{commands: {code}, undo: {code}, state}]
 *   pending  [{question, checkpoint, answers: [text]}]       0 or 1
 *   error    [{stage, what, try}]                            0 or 1
 *   remarks  [{answer, remark}]
 *   replies  [{command, at, state, reason, code: [line], cut}]
 * Lists under "code" are the device's lines, as they are.
 */
#include <stdlib.h>
#include <string.h>

#include "kiriwake/driver.h"
#include "kiriwake/flow.h"
#include "kiriwake/mem.h"
#include "kiriwake/msg.h"
#include "report.h"

#define EVIDENCE_LINES 10       /* the first, and the last */
#define REPLY_LINES 1500        /* of one reply; the journal keeps all */
#define REPLIES_BYTES (400u << 10)

struct model {
    const struct report_case *c;
    json_t *findings;           /* findings.yaml, or NULL */
    struct flows *flows;        /* for titles, or NULL */
};

/* --- words -------------------------------------------------------------- */

static const char *outcome_word(const char *outcome)
{
    static const struct {
        const char *id, *word;
    } words[] = {
        {"healthy", "healthy"},   {"diagnosed", "a fault was diagnosed"},
        {"open", "open: it could not be told"}, {"failed", "failed"},
        {"normal", "normal"},     {"abnormal", "abnormal"},
        {"unreadable", "unreadable"}, {"answered", "answered"},
        {"skipped", "skipped"},   {"proved", "proved"},
        {"likely", "likely"},     {"present", "present"},
        {"absent", "absent"},
    };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(words[i].id, outcome) == 0)
            return _(words[i].word);
    return outcome;
}

static const char *mark_of(const char *outcome)
{
    static const char *const marks[][2] = {
        {"normal", "✓"}, {"abnormal", "✗"}, {"unreadable", "?"},
        {"answered", "›"}, {"skipped", "–"},
    };

    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (strcmp(marks[i][0], outcome) == 0)
            return marks[i][1];
    return "";
}

static json_t *labels(void)
{
    const char *const words[][2] = {
        {"findings", _("Findings")},
        {"evidence", _("Evidence")},
        {"fix", _("What to do")},
        {"alternatives", _("Also possible")},
        {"decide_by", _("What would decide")},
        {"path", _("The way walked")},
        {"checkpoint", _("Check point")},
        {"outcome", _("Outcome")},
        {"because", _("Because")},
        {"by_hand", _("decided by hand")},
        {"suspects", _("Still suspected")},
        {"ruled_out", _("Ruled out")},
        {"changes", _("Changes made")},
        {"undo", _("Undone by")},
        {"pending", _("Waiting for an answer")},
        {"error", _("What went wrong")},
        {"try", _("What to try")},
        {"remarks", _("Remarks")},
        {"replies", _("What the device said")},
        {"none", _("none")},
    };
    json_t *out = json_object();

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        json_object_set_new(out, words[i][0], json_string(words[i][1]));
    return out;
}

/* --- texts in the report's language ------------------------------------- */

/* The file's text, unless it has places that only the walk could fill. */
static const char *better(const json_t *i18n, const char *said)
{
    const char *text = msg_i18n(i18n);

    return text[0] && !strchr(text, '{') ? text : said;
}

static const json_t *finding_file(const struct model *m, const char *id)
{
    return json_object_get(m->findings, id);
}

/* "Title (id)". */
static char *finding_name(const struct model *m, const char *id)
{
    const char *title = better(json_object_get(finding_file(m, id), "title"),
                               "");

    return title[0] ? mem_printf("%s (%s)", title, id) : mem_strdup(id);
}

static json_t *finding_names(const struct model *m, const json_t *ids)
{
    json_t *out = json_array(), *id;
    size_t i;

    json_array_foreach(ids, i, id) {
        char *name = finding_name(m, json_string_value(id));

        json_array_append_new(out, json_string(name));
        free(name);
    }
    return out;
}

static const char *checkpoint_title(const struct model *m, const char *id)
{
    const json_t *points = m->flows
        ? json_object_get(flows_json(m->flows), "checkpoints") : NULL;
    size_t i;
    json_t *p;

    json_array_foreach(points, i, p)
        if (strcmp(report_text(p, "id"), id) == 0)
            return better(json_object_get(p, "title"), id);
    return id;
}

/* --- findings ----------------------------------------------------------- */

static void add_numbered(json_t *out, const json_t *line)
{
    int n = (int)json_integer_value(json_object_get(line, "n"));
    char *text = mem_printf("%4d  %s", n, report_text(line, "text"));

    json_array_append_new(out, json_string(text));
    free(text);
}

/* Hundreds of equal log lines prove no more than their first and last. */
static json_t *evidence_lines(const json_t *evidence)
{
    const json_t *lines = json_object_get(evidence, "lines");
    size_t i, count = json_array_size(lines);
    json_t *out = json_array(), *line;

    json_array_foreach(lines, i, line) {
        if (count > 2 * EVIDENCE_LINES && i == EVIDENCE_LINES) {
            json_array_append_new(out, json_string("      …"));
            i = count - EVIDENCE_LINES - 1;
            continue;
        }
        add_numbered(out, line);
    }
    return out;
}

static json_t *evidence(const json_t *finding)
{
    json_t *out = json_array(), *e;
    size_t i;

    json_array_foreach(json_object_get(finding, "evidence"), i, e)
        json_array_append_new(
            out, json_pack("{s:s,s:s,s:o}", "command",
                           report_text(e, "command"), "at",
                           report_text(e, "at"), "code", evidence_lines(e)));
    return out;
}

static json_t *code(const json_t *lines)
{
    return json_pack("{s:o}", "code",
                     lines ? json_deep_copy(lines) : json_array());
}

static json_t *finding(const struct model *m, const json_t *f)
{
    const char *id = report_text(f, "id");
    const json_t *file = finding_file(m, id);
    const json_t *fix = json_object_get(f, "fix");
    const json_t *file_fix = json_object_get(file, "fix");

    return json_pack(
        "{s:s,s:s,s:s,s:s,s:s,s:o,s:o,s:s,s:o}", "id", id, "title",
        better(json_object_get(file, "title"), report_text(f, "title")),
        "certainty", outcome_word(report_text(f, "certainty")), "explanation",
        better(json_object_get(file, "explanation"),
               report_text(f, "explanation")),
        "fix", better(json_object_get(file_fix, "text"),
                      report_text(fix, "text")),
        "commands", code(json_object_get(fix, "commands")), "alternatives",
        finding_names(m, json_object_get(f, "alternatives")), "decide_by",
        better(json_object_get(file, "decide_by"),
               report_text(f, "decide_by")), "evidence", evidence(f));
}

static json_t *findings(const struct model *m)
{
    json_t *out = json_array(), *f;
    size_t i;

    json_array_foreach(json_object_get(m->c->result, "findings"), i, f)
        json_array_append_new(out, finding(m, f));
    return out;
}

/* --- the rest of the result --------------------------------------------- */

static json_t *path(const struct model *m)
{
    json_t *out = json_array(), *p;
    size_t i;

    json_array_foreach(json_object_get(m->c->result, "path"), i, p) {
        const char *id = report_text(p, "checkpoint");
        const char *outcome = report_text(p, "outcome");
        bool hand = strcmp(report_text(p, "by"), "human") == 0;

        json_array_append_new(
            out, json_pack("{s:s,s:s,s:s,s:s,s:s,s:b}", "checkpoint", id,
                           "title", checkpoint_title(m, id), "outcome",
                           outcome_word(outcome), "mark", mark_of(outcome),
                           "because", report_text(p, "because"), "by_hand",
                           hand));
    }
    return out;
}

const char *report_change_state(const json_t *change)
{
    if (!json_is_true(json_object_get(change, "undone")))
        return _("NOT UNDONE: the device still has it");
    return json_is_true(json_object_get(change, "verified"))
               ? _("undone, verified by reading back")
               : _("undone, but the device does not show it: check by hand");
}

static json_t *changes(const struct model *m)
{
    json_t *out = json_array(), *c;
    size_t i;

    json_array_foreach(json_object_get(m->c->result, "changes"), i, c)
        json_array_append_new(
            out, json_pack("{s:o,s:o,s:s}", "commands",
                           code(json_object_get(c, "commands")), "undo",
                           code(json_object_get(c, "undo")), "state",
                           report_change_state(c)));
    return out;
}

static json_t *answer_words(const json_t *answers)
{
    json_t *out = json_array(), *a;
    size_t i;

    json_array_foreach(answers, i, a)
        json_array_append_new(out, json_string(
            json_is_string(a) ? json_string_value(a) : report_text(a, "id")));
    return out;
}

static json_t *pending(const struct model *m)
{
    const json_t *p = json_object_get(m->c->result, "pending");
    const json_t *question = json_object_get(p, "question");

    if (!json_is_object(p))
        return json_array();
    return json_pack("[{s:s,s:s,s:o}]", "question", msg_i18n(question),
                     "checkpoint", report_text(p, "checkpoint"), "answers",
                     answer_words(json_object_get(p, "answers")));
}

static json_t *error(const struct model *m)
{
    const json_t *e = json_object_get(m->c->result, "error");

    if (!json_is_object(e))
        return json_array();
    return json_pack("[{s:s,s:s,s:s}]", "stage", report_text(e, "stage"),
                     "what", report_text(e, "what"), "try",
                     report_text(e, "try"));
}

static json_t *remarks(const struct model *m)
{
    json_t *out = json_array(), *r;
    size_t i;

    json_array_foreach(m->c->records, i, r)
        if (report_text(r, "remark")[0])
            json_array_append_new(
                out, json_pack("{s:s,s:s}", "answer", report_text(r, "answer"),
                               "remark", report_text(r, "remark")));
    return out;
}

/* --- replies ------------------------------------------------------------ */

/* The first lines of text; *cut is how many more there were. */
static json_t *some_lines(const char *text, size_t *room, int *cut)
{
    json_t *out = json_array();
    size_t n = 0;

    *cut = 0;
    while (*text) {
        size_t len = strcspn(text, "\n");

        if (n++ < REPLY_LINES && len < *room) {
            json_array_append_new(out, json_stringn(text, len));
            *room -= len + 1 < *room ? len + 1 : *room;
        } else {
            ++*cut;
        }
        text += len + (text[len] == '\n');
    }
    return out;
}

static json_t *reply(const json_t *fact, size_t *room)
{
    int cut;
    json_t *lines = some_lines(report_text(fact, "text"), room, &cut);
    char *note = cut ? mem_printf(_("… %d more lines are in the journal"),
                                  cut) : mem_strdup("");
    json_t *out = json_pack(
        "{s:s,s:s,s:s,s:s,s:o,s:s}", "command", report_text(fact, "command"),
        "at", report_text(fact, "at"), "state",
        outcome_word(report_text(fact, "state")), "reason",
        report_text(fact, "reason"), "code", lines, "cut", note);

    free(note);
    return out;
}

static bool same_reply(const json_t *a, const json_t *b)
{
    static const char *const keys[] = {"command", "at", "text"};

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (strcmp(report_text(a, keys[i]), report_text(b, keys[i])) != 0)
            return false;
    return true;
}

/* One reply may serve several probes: it is shown once. */
static bool shown_before(const json_t *records, size_t end, const json_t *fact)
{
    for (size_t i = 0; i < end; i++)
        if (same_reply(json_object_get(json_array_get(records, i), "fact"),
                       fact))
            return true;
    return false;
}

static json_t *replies(const struct model *m)
{
    json_t *out = json_array(), *r;
    size_t i, room = REPLIES_BYTES;

    json_array_foreach(m->c->records, i, r) {
        const json_t *fact = json_object_get(r, "fact");

        if (report_text(fact, "command")[0] &&
            !shown_before(m->c->records, i, fact))
            json_array_append_new(out, reply(fact, &room));
    }
    return out;
}

/* --- the whole ---------------------------------------------------------- */

static void about_add(json_t *list, const char *label, const char *value)
{
    if (value[0])
        json_array_append_new(list, json_pack("{s:s,s:s}", "label", label,
                                              "value", value));
}

static json_t *about(const struct model *m)
{
    const json_t *device = json_object_get(m->c->result, "device");
    const json_t *subject = json_object_get(m->c->result, "subject");
    const json_t *versions = json_object_get(m->c->header, "versions");
    json_t *out = json_array();

    about_add(out, _("Case"), report_text(m->c->header, "case"));
    about_add(out, _("Begun"), report_text(m->c->header, "at"));
    about_add(out, _("Target"), report_text(m->c->header, "target"));
    about_add(out, _("Host name"), report_text(device, "hostname"));
    about_add(out, _("Model"), report_text(device, "model"));
    about_add(out, _("Software"), report_text(device, "os_version"));
    about_add(out, _("Driver"), report_text(m->c->header, "driver"));
    about_add(out, _("Guideline"),
              m->flows ? better(json_object_get(flows_json(m->flows),
                                                "title"),
                                report_text(m->c->header, "flow"))
                       : report_text(m->c->header, "flow"));
    about_add(out, _("VPN"), report_text(subject, "id"));
    about_add(out, _("Peer"), report_text(subject, "peer"));
    about_add(out, _("Policy"), report_text(subject, "policy"));
    about_add(out, _("Interface"), report_text(subject, "interface"));
    about_add(out, "kiriwake", report_text(versions, "program"));
    return out;
}

/* The findings' own order is the verdict's. */
static char *verdict(const struct model *m, const json_t *list)
{
    const char *outcome = report_text(m->c->result, "outcome");
    const json_t *first = json_array_get(list, 0);

    if (!first || strcmp(outcome, "diagnosed") != 0)
        return mem_strdup(outcome_word(outcome));
    return mem_printf("%s (%s)", report_text(first, "title"),
                      report_text(first, "certainty"));
}

static void fill(const struct model *m, json_t *out)
{
    json_t *list = findings(m);
    char *said = verdict(m, list);
    char *title = mem_printf(_("Fault isolation report %s"),
                             report_text(m->c->header, "case"));

    json_object_set_new(out, "lang", json_string(msg_lang()));
    json_object_set_new(out, "title", json_string(title));
    json_object_set_new(out, "outcome", json_string(
        outcome_word(report_text(m->c->result, "outcome"))));
    json_object_set_new(out, "verdict", json_string(said));
    json_object_set_new(out, "unfinished", json_string(
        m->c->done ? "" : _("This case is not finished: what was read so far "
                            "follows.")));
    json_object_set_new(out, "findings", list);
    free(title);
    free(said);
}

json_t *report_model(const struct report_case *c, const struct data *data)
{
    struct err e = {0};
    struct model m = {.c = c, .findings = findings_load(data, &e)};
    json_t *out = json_object();

    m.flows = flows_load(data, report_text(c->header, "flow"), NULL, &e);
    fill(&m, out);
    json_object_set_new(out, "t", labels());
    json_object_set_new(out, "about", about(&m));
    json_object_set_new(out, "path", path(&m));
    json_object_set_new(out, "suspects", finding_names(
        &m, json_object_get(c->result, "suspects")));
    json_object_set_new(out, "ruled_out", finding_names(
        &m, json_object_get(c->result, "ruled_out")));
    json_object_set_new(out, "changes", changes(&m));
    json_object_set_new(out, "pending", pending(&m));
    json_object_set_new(out, "error", error(&m));
    json_object_set_new(out, "remarks", remarks(&m));
    json_object_set_new(out, "replies", replies(&m));
    flows_free(m.flows);
    json_decref(m.findings);
    return out;
}
