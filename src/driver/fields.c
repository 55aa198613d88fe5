/* What a driver file may hold: the loader's table and the schema's. */
#include "internal.h"

static const char *const classes[] = {"read", "session", "active", "disrupt",
                                      "config", NULL};

static const struct yaml_field detect_fields[] = {
    {.name = "ssh_banner", .kind = YK_TEXT,
     .doc = "pattern of the SSH server's software name"},
    {.name = "text", .kind = YK_TEXT,
     .doc = "pattern of a line of the login or console text"},
    {.name = NULL},
};

static const struct yaml_field serial_fields[] = {
    {.name = "baud", .kind = YK_INT, .doc = "default speed"},
    {.name = "wake", .kind = YK_INT, .doc = "line ends sent to wake a line"},
    {.name = "pace", .kind = YK_INT,
     .doc = "ms between two typed characters"},
    {.name = NULL},
};

static const struct yaml_field ssh_fields[] = {
    {.name = "legacy", .kind = YK_WORDS,
     .doc = "old algorithms allowed for this vendor"},
    {.name = "cols", .kind = YK_INT, .doc = "the pty's columns"},
    {.name = "rows", .kind = YK_INT, .doc = "the pty's rows"},
    {.name = NULL},
};

static const struct yaml_field login_fields[] = {
    {.name = "user", .kind = YK_TEXT, .doc = "pattern: asks for the name"},
    {.name = "password", .kind = YK_TEXT,
     .doc = "pattern: asks for the password"},
    {.name = "failed", .kind = YK_TEXT, .doc = "pattern: was refused"},
    {.name = NULL},
};

static const struct yaml_field mode_fields[] = {
    {.name = "prompt", .kind = YK_TEXT, .required = true,
     .doc = "pattern; {host} is the learnt host name"},
    {.name = "from", .kind = YK_TEXT, .doc = "the mode it is entered from"},
    {.name = "enter", .kind = YK_TEXT, .doc = "command"},
    {.name = "leave", .kind = YK_TEXT, .doc = "command"},
    {.name = "lock", .kind = YK_BOOL, .doc = "it holds a lock"},
    {.name = "busy", .kind = YK_TEXT,
     .doc = "pattern: another holds the lock"},
    {.name = NULL},
};

static const struct yaml_field pager_fields[] = {
    {.name = "match", .kind = YK_TEXT, .required = true,
     .doc = "pattern of the pager's line"},
    {.name = "answer", .kind = YK_TEXT, .required = true,
     .doc = "what is typed"},
    {.name = "end", .kind = YK_TEXT,
     .doc = "what is typed instead where match's group `end` took part"},
    {.name = "erase", .kind = YK_TEXT, .doc = "pattern: how it is wiped"},
    {.name = "quit", .kind = YK_TEXT, .doc = "what ends it; default q"},
    {.name = NULL},
};

static const struct yaml_field boot_fields[] = {
    {.name = "banner", .kind = YK_WORDS,
     .doc = "patterns of the line that begins a start"},
    {.name = "text", .kind = YK_WORDS,
     .doc = "patterns of further lines of a start"},
    {.name = "ready", .kind = YK_WORDS,
     .doc = "patterns: it has started and waits for a line end"},
    {.name = NULL},
};

static const struct yaml_field saved_fields[] = {
    {.name = "sections", .kind = YK_WORDS,
     .doc = "patterns of headers in tech-support files; the first group is "
            "the command"},
    {.name = "ends", .kind = YK_WORDS,
     .doc = "patterns of a last line behind which nothing is missing"},
    {.name = "prefixes", .kind = YK_WORDS,
     .doc = "what may stand before a command, like 'do '"},
    {.name = NULL},
};

static const struct yaml_field message_fields[] = {
    {.name = "match", .kind = YK_TEXT, .required = true,
     .doc = "pattern with named groups"},
    {.name = "event", .kind = YK_TEXT, .required = true,
     .doc = "the event's name (docs/facts.md)"},
    {.name = "set", .kind = YK_TEXT_MAP, .doc = "constants of the event"},
    {.name = NULL},
};

static const struct yaml_field dialect_probe_fields[] = {
    {.name = "command", .kind = YK_WORDS, .required = true,
     .doc = "in place of the probe's"},
    {.name = NULL},
};

static const struct yaml_field dialect_fields[] = {
    {.name = "when", .kind = YK_TEXT, .required = true,
     .doc = "expression over model and os_version"},
    {.name = "probes", .kind = YK_MAP_OF, .required = true,
     .fields = dialect_probe_fields, .doc = "what differs"},
    {.name = NULL},
};

static const struct yaml_field probe_fields[] = {
    {.name = "title", .kind = YK_I18N, .doc = "what it asks"},
    {.name = "command", .kind = YK_WORDS, .required = true,
     .doc = "or a list: the first that is not refused and parses"},
    {.name = "class", .kind = YK_ENUM, .required = true, .words = classes,
     .doc = "read, session, active, disrupt or config"},
    {.name = "mode", .kind = YK_TEXT, .doc = "the mode it is asked in"},
    {.name = "with", .kind = YK_TEXT_MAP,
     .doc = "parameters: ip, int, ifname, word or flag; ? is optional"},
    {.name = "template", .kind = YK_TEXT,
     .doc = "TextFSM file beside the driver"},
    {.name = "absent", .kind = YK_TEXT,
     .doc = "pattern of a line that proves that there is none; or empty"},
    {.name = "absent_if", .kind = YK_TEXT,
     .doc = "expression over what it needs that proves the same"},
    {.name = "check", .kind = YK_TEXT,
     .doc = "expression that must hold, or the reply is unreadable"},
    {.name = "confirm", .kind = YK_TEXT,
     .doc = "expression: asked again, as something may be missing"},
    {.name = "needs", .kind = YK_WORDS, .doc = "probes that are read first"},
    {.name = "timeout", .kind = YK_TEXT, .doc = "like 60s"},
    {.name = "logs", .kind = YK_TEXT,
     .doc = "pattern: log lines behind this line are the reply's own"},
    {.name = "unverified", .kind = YK_BOOL,
     .doc = "no source shows the format"},
    {.name = "facts", .kind = YK_TEXT,
     .doc = "Lua: rows to the normal model"},
    {.name = NULL},
};

/* The command line itself, known before the device is. */
#define LINE_FIELDS \
    {.name = "newline", .kind = YK_TEXT, .doc = "what ends a command"}, \
    {.name = "encoding", .kind = YK_WORDS, .doc = "tried in order"}, \
    {.name = "width", .kind = YK_INT, .doc = "columns at which echo folds"}, \
    {.name = "login", .kind = YK_MAP, .fields = login_fields, \
     .doc = "login on a console"}, \
    {.name = "modes", .kind = YK_MAP_OF, .required = true, \
     .fields = mode_fields, .doc = "of the command line"}, \
    {.name = "logout", .kind = YK_TEXT, .doc = "command"}, \
    {.name = "monitors", .kind = YK_TEXT_MAP, \
     .doc = "prompts of boot monitors"}, \
    {.name = "boot", .kind = YK_MAP, .fields = boot_fields, \
     .doc = "what it prints while it starts"}, \
    {.name = "console_log", .kind = YK_WORDS, \
     .doc = "patterns of log lines that come at any time"}, \
    {.name = "pager", .kind = YK_MAP, .fields = pager_fields, \
     .doc = "paging"}, \
    {.name = "refused", .kind = YK_WORDS, \
     .doc = "patterns of lines that refuse a command"}, \
    {.name = "traps", .kind = YK_WORDS, \
     .doc = "patterns of questions that are never answered"}

const struct yaml_field driver_fields[] = {
    {.name = "driver", .kind = YK_TEXT, .required = true,
     .doc = "its name: the folder's"},
    {.name = "title", .kind = YK_TEXT, .required = true,
     .doc = "the devices, as people call them"},
    {.name = "detect", .kind = YK_MAP, .fields = detect_fields,
     .doc = "how it is recognised"},
    {.name = "serial", .kind = YK_MAP, .fields = serial_fields,
     .doc = "console"},
    {.name = "ssh", .kind = YK_MAP, .fields = ssh_fields, .doc = "SSH"},
    LINE_FIELDS,
    {.name = "saved", .kind = YK_MAP, .fields = saved_fields,
     .doc = "terminal logs and tech-support files"},
    {.name = "secrets", .kind = YK_WORDS,
     .doc = "patterns whose match is a secret"},
    {.name = "library", .kind = YK_WORDS,
     .doc = "Lua files beside the driver, or common/NAME: lib in its "
            "chunks"},
    {.name = "messages", .kind = YK_LIST_OF, .fields = message_fields,
     .doc = "log line to event; the first that matches"},
    {.name = "dialects", .kind = YK_LIST_OF, .fields = dialect_fields,
     .doc = "what differs by model or version"},
    {.name = "probes", .kind = YK_MAP_OF, .required = true,
     .fields = probe_fields, .doc = "named questions"},
    {.name = NULL},
};

const struct yaml_field driver_line_fields[] = {
    {.name = "driver", .kind = YK_TEXT, .required = true, .doc = "unknown"},
    {.name = "title", .kind = YK_TEXT, .required = true,
     .doc = "the devices, as people call them"},
    {.name = "serial", .kind = YK_MAP, .fields = serial_fields,
     .doc = "console"},
    LINE_FIELDS,
    {.name = NULL},
};
