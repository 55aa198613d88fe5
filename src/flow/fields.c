/* The keys of flow files: enforced by the loader, printed as a schema. */
#include <string.h>

#include "model.h"

#define END {NULL, YK_ANY, false, NULL, NULL, NULL}
#define BIT(kind) (1u << POINT_##kind)
#define HUMAN (BIT(ASK) | BIT(GUIDE))
#define READS (BIT(PROBE) | BIT(SAMPLE) | BIT(BISECT))
#define ALL ((1u << POINT_KINDS) - 1)

const char *const point_kind_names[POINT_KINDS] = {
    "ask", "guide", "probe", "sample", "do", "bisect", "call"};
const char *const answer_types[] = {"ip", "fqdn", "ifname", "int", "text",
                                    NULL};
static const char *const subjects[] = {"vpn", "none", NULL};
static const char *const judgements[] = {"normal", "abnormal", NULL};
static const char *const certainties[] = {"proved", "likely", NULL};
static const char *const classes[] = {"read", "session", "active", "disrupt",
                                      "config", NULL};

static const struct yaml_field source_fields[] = {
    {"document", YK_TEXT, true, NULL, NULL, "what the flow follows"},
    {"part", YK_TEXT, false, NULL, NULL, "chapter, section"},
    {"url", YK_TEXT, false, NULL, NULL, NULL},
    END};

const struct yaml_field samples_fields[] = {
    {"normal", YK_TEXT, false, NULL, NULL, "a reply when all is well"},
    {"abnormal", YK_TEXT, false, NULL, NULL, "a reply that shows the fault"},
    END};

#define CONCLUSION                                                            \
    {"is", YK_ENUM, false, NULL, judgements,                                  \
     "default: abnormal with a finding, else normal"},                        \
    {"label", YK_I18N, false, NULL, NULL, "what a human is shown"},           \
    {"because", YK_I18N, false, NULL, NULL, "what was seen"},                 \
    {"finding", YK_TEXT, false, NULL, NULL,                                   \
     "ends the walk in it; with next: is noted"},                             \
    {"certainty", YK_ENUM, false, NULL, certainties, "default: proved"},      \
    {"alternatives", YK_WORDS, false, NULL, NULL,                             \
     "findings that are not excluded"},                                       \
    {"decide_by", YK_I18N, false, NULL, NULL, "what would decide"},           \
    {"given", YK_WORDS, false, NULL, NULL,                                    \
     "check points that must not be unreadable or skipped for it"},           \
    {"suspect", YK_WORDS, false, NULL, NULL,                                  \
     "findings to be named if nothing finer is proved"},                      \
    {"rules_out", YK_WORDS, false, NULL, NULL, "findings that are excluded"}, \
    {"next", YK_TEXT, false, NULL, NULL, "a check point, open or healthy"},   \
    {"undo", YK_TEXT, false, NULL, NULL, "a do check point to undo now"},     \
    {"return", YK_TEXT, false, NULL, NULL, "ends a called flow"}

const struct yaml_field outcome_fields[] = {
    {"when", YK_TEXT, false, NULL, NULL, "a Lua condition"},
    {"otherwise", YK_BOOL, false, NULL, NULL, "true: when no other held"},
    {"id", YK_TEXT, false, NULL, NULL, "what a human answers with"},
    CONCLUSION,
    END};

const struct yaml_field answer_fields[] = {CONCLUSION, END};

const struct yaml_field input_fields[] = {
    {"type", YK_ENUM, true, NULL, answer_types, "what may be typed"},
    END};

const struct yaml_field use_fields[] = {
    {"name", YK_TEXT, true, NULL, NULL, "the probe"},
    {"as", YK_TEXT, false, NULL, NULL, "its name in conditions"},
    {"with", YK_TEXT_MAP, false, NULL, NULL, "parameters; '=EXPR' too"},
    {"fresh", YK_BOOL, false, NULL, NULL, "read anew at each visit"},
    END};

const struct yaml_field step_fields[] = {
    {"send", YK_TEXT, true, NULL, NULL, "the command"},
    {"class", YK_ENUM, true, NULL, classes, "what consent it needs"},
    {"mode", YK_TEXT, false, NULL, NULL, "the mode it is sent in"},
    {"state", YK_ANY, false, NULL, NULL, "probes read before and after"},
    {"present", YK_TEXT, false, NULL, NULL, "holds: need not be sent"},
    {"undo", YK_TEXT, false, NULL, NULL, "a command, or '=EXPR'"},
    {"verify", YK_TEXT, false, NULL, NULL, "must hold after it"},
    {"restored", YK_TEXT, false, NULL, NULL, "must hold after the undo"},
    END};

const struct yaml_field bisect_fields[] = {
    {"low", YK_TEXT, true, NULL, NULL, "an integer, or '=EXPR'"},
    {"high", YK_TEXT, true, NULL, NULL, "an integer, or '=EXPR'"},
    {"as", YK_TEXT, true, NULL, NULL, "its name in expressions"},
    {"probe", YK_ANY, true, NULL, NULL, "what is tried"},
    {"pass", YK_TEXT, true, NULL, NULL, "holds: this size passes"},
    END};

/* In the order of point_kinds below. */
const struct yaml_field point_fields[] = {
    {"title", YK_I18N, false, NULL, NULL, "a line for the path"},
    {"why", YK_I18N, false, NULL, NULL, "why this is looked at"},
    {"expect", YK_I18N, false, NULL, NULL, "what is normal"},
    {"covers", YK_WORDS, false, NULL, NULL, "items of the guidelines"},
    {"samples", YK_MAP, false, samples_fields, NULL, "replies to compare"},
    {"ask", YK_I18N, false, NULL, NULL, "a question"},
    {"guide", YK_I18N, false, NULL, NULL, "something for hands and eyes"},
    {"probe", YK_ANY, false, NULL, NULL, "probes to read"},
    {"sample", YK_ANY, false, NULL, NULL, "probes to read twice"},
    {"do", YK_ANY, false, NULL, NULL, "steps that change something"},
    {"bisect", YK_MAP, false, bisect_fields, NULL,
     "finds the largest integer that passes"},
    {"call", YK_TEXT, false, NULL, NULL, "FLOW, FLOW#CHECKPOINT, or device"},
    {"answers", YK_ANY, false, NULL, NULL, "{id: NEXT} or {id: {label, …}}"},
    {"input", YK_MAP, false, input_fields, NULL, "something typed"},
    {"suggest", YK_TEXT, false, NULL, NULL, "an answer's id, or nil"},
    {"show", YK_ANY, false, NULL, NULL, "probes shown beside the question"},
    {"unanswered", YK_TEXT, false, NULL, NULL, "default: open"},
    {"outcomes", YK_ANY, false, NULL, NULL, "tried in order"},
    {"unreadable", YK_TEXT, false, NULL, NULL, "default: open"},
    {"unconfirmed", YK_TEXT, false, NULL, NULL, "default: open"},
    {"denied", YK_TEXT, false, NULL, NULL, "default: unreadable's"},
    {"every", YK_TEXT, false, NULL, NULL, "10s"},
    {"stimulate", YK_ANY, false, NULL, NULL, "a probe sent in between"},
    {"next", YK_TEXT, false, NULL, NULL, "a check point, open or healthy"},
    {"return", YK_TEXT_MAP, false, NULL, NULL, "{result: NEXT}"},
    END};

static const struct {
    const char *key;
    unsigned kinds;
} point_kinds[] = {
    {"ask", BIT(ASK)},
    {"guide", BIT(GUIDE)},
    {"probe", BIT(PROBE)},
    {"sample", BIT(SAMPLE)},
    {"do", BIT(DO)},
    {"bisect", BIT(BISECT)},
    {"call", BIT(CALL)},
    {"answers", HUMAN},
    {"input", HUMAN},
    {"suggest", HUMAN},
    {"show", HUMAN},
    {"unanswered", HUMAN},
    {"outcomes", READS | HUMAN | BIT(DO)},
    {"unreadable", READS | HUMAN | BIT(DO)},
    {"unconfirmed", READS | HUMAN | BIT(DO)},
    {"denied", READS | BIT(DO)},
    {"every", BIT(SAMPLE)},
    {"stimulate", BIT(SAMPLE)},
    {"next", HUMAN | BIT(DO)},
    {"return", BIT(CALL)},
};

unsigned point_field_kinds(const char *key)
{
    for (size_t i = 0; i < sizeof point_kinds / sizeof point_kinds[0]; i++)
        if (strcmp(point_kinds[i].key, key) == 0)
            return point_kinds[i].kinds;
    return ALL;
}

const struct yaml_field flow_fields[] = {
    {"flow", YK_TEXT, true, NULL, NULL, "VENDOR/NAME, as the file's path"},
    {"title", YK_I18N, true, NULL, NULL, "a line for the list of flows"},
    {"drivers", YK_WORDS, true, NULL, NULL, "the drivers it is for; []: any"},
    {"default", YK_BOOL, false, NULL, NULL, "true: its drivers' first"},
    {"source", YK_MAP, true, source_fields, NULL, "the guideline"},
    {"subject", YK_ENUM, false, NULL, subjects, "default: vpn"},
    {"start", YK_TEXT, true, NULL, NULL, "the first check point"},
    {"entries", YK_WORDS, false, NULL, NULL,
     "check points that other flows call"},
    {"include", YK_WORDS, false, NULL, NULL, "files with check points"},
    {"visits", YK_INT, false, NULL, NULL, "of one check point; default 3"},
    {"checkpoints", YK_ANY, true, NULL, NULL, "{id: check point}"},
    END};

const struct yaml_field fix_fields[] = {
    {"text", YK_I18N, true, NULL, NULL, "what to do"},
    {"commands", YK_ANY, false, NULL, NULL, "{driver: [command]}"},
    END};

const struct yaml_field finding_fields[] = {
    {"title", YK_I18N, true, NULL, NULL, "the cause in a line"},
    {"explanation", YK_I18N, true, NULL, NULL, "what happens, and why"},
    {"alternatives", YK_WORDS, false, NULL, NULL, "causes that look alike"},
    {"decide_by", YK_I18N, false, NULL, NULL, "what would decide"},
    {"fix", YK_MAP, true, fix_fields, NULL, "what to do"},
    END};
