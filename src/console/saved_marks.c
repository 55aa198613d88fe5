#include "saved_marks.h"

#include <string.h>

/* PuTTY's log and util-linux's script where they begin; OpenSSH's, PuTTY's
 * and telnet's own words. What they write wherever the cursor stands is not
 * bound to the line's beginning. */
static const char *const breaks[] = {
    "=~=~=~=~=~=~=~=~=~=~=~= \\S+ log \\d{4}\\.",
    "Script (?:started|done) on (?:\\d{4}-|\\w{3} )",
    "Connection to \\S+ closed by remote host\\.$",
    "Connection closed by foreign host\\.$",
    "client_loop: send disconnect: ",
    "^(?:Shared c|C)onnection to \\S+ closed\\.$",
    "^login as: ",
    "^\\(?\\S+@\\S+?(?:'s|\\)) [Pp]assword: ?$",
    "^Trying [0-9A-Fa-f.:]+ ?\\.\\.\\.",
    "^Escape character is '",
    NULL};

/* Three dots are also an echo lost thrice: see saved.c. */
static const char *const left_out[] = {
    "^\\W{0,20}(?i:snip(?:ped)?|omit(?:ted)?|abbreviated|cut|truncated)"
    "\\W{0,20}$",
    "^[^0-9A-Za-z]{0,30}(?:\u7701\u7565|\u4E2D\u7565|\u5F8C\u7565|\u524D\u7565|"
    "\u7565)[^0-9A-Za-z]{0,30}$",
    "^\\s*[\\[(<]?\\s*(?:\\.{3}|\u2026+|\u30FB{2,}|\u22EE)\\s*[\\])>]?\\s*$",
    NULL};

int saved_marks_load(struct saved_marks *m, struct err *e)
{
    if (patterns_load(&m->breaks, breaks, "breaks", e) < 0)
        return -1;
    patterns_hurry(&m->breaks);
    return patterns_load(&m->left_out, left_out, "left out", e);
}

void saved_marks_free(struct saved_marks *m)
{
    patterns_free(&m->breaks);
    patterns_free(&m->left_out);
}

bool saved_marks_break(struct saved_marks *m, const char *line, size_t len,
                       size_t *at)
{
    struct pattern_span span;

    for (size_t i = 0; i < m->breaks.count; i++)
        if (pattern_find(m->breaks.list[i], line, len, 0, &span) == 1) {
            *at = span.from;
            return true;
        }
    return false;
}

/* ":" below ":" is how a line of dots is drawn upright; one alone is an
 * ASA's empty comment. */
static bool is_upright(const char *line, size_t len)
{
    while (len && (*line == ' ' || *line == '\t')) {
        line++;
        len--;
    }
    while (len && (line[len - 1] == ' ' || line[len - 1] == '\t'))
        len--;
    return (len == 1 && *line == ':') ||
           (len == 3 && memcmp(line, "\uFF1A", 3) == 0);
}

bool saved_marks_left_out(struct saved_marks *m, const char *line, size_t len)
{
    bool above = m->dots;

    m->dots = is_upright(line, len);
    return (above && m->dots) ||
           patterns_match(&m->left_out, line, len, NULL) != NULL;
}
