#include "saved_marks.h"

#include <string.h>

#include "kiriwake/text.h"

#define SCREEN 80           /* columns of one that text is copied from */

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

/* By the first letters, as people abbreviate them. */
static const char steady[] =
    "^\\s*(?i:(?:no |default )?(?:logg|terminal|event-terminal|timestamp)|"
    "\\?|[!#]|sho?w?\\b|exi?t?\\b|end?\\b|qui?t?\\b|do |run |ping|traceroute|"
    "help|wri?t?e?\\b|copy run|set cli )";

int saved_marks_load(struct saved_marks *m, struct err *e)
{
    if (patterns_load(&m->breaks, breaks, "breaks", e) < 0)
        return -1;
    patterns_hurry(&m->breaks);
    m->steady = pattern_new(steady, "steady", e);
    if (!m->steady)
        return -1;
    return patterns_load(&m->left_out, left_out, "left out", e);
}

void saved_marks_free(struct saved_marks *m)
{
    patterns_free(&m->breaks);
    patterns_free(&m->left_out);
    pattern_free(m->steady);
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

bool saved_marks_is_steady(struct saved_marks *m, const char *typed)
{
    return pattern_matches(m->steady, typed, strlen(typed));
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

/* --- copied off a screen --- */

static char shape_of(char c)
{
    if (c >= '0' && c <= '9')
        return '0';
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ? 'a' : c;
}

static void write_shape(char *shape, const char *line, size_t len)
{
    size_t n = len < SAVED_SHAPE ? len : SAVED_SHAPE;

    for (size_t i = 0; i < n; i++)
        shape[i] = shape_of(line[i]);
    shape[n] = '\0';
}

static bool is_drawn(char c)
{
    return strchr("-=+*#_ ", c) != NULL;
}

/* Rulers are as long as the screen is wide; old PIXes end lines in a blank. */
static bool fills_screen(const char *line, size_t len, int width)
{
    return width == SCREEN && line[len - 1] != ' ' &&
           !(is_drawn(line[len - 1]) && is_drawn(line[len - 2]));
}

/* A table's rows follow its head as well: one reply tells less than a whole
 * text does, where no line is longer. */
static bool is_rest(const char *line, int width)
{
    return width < SCREEN / 2 && *line != ' ';
}

static void widen(struct saved_width *w, int width, bool goes_on)
{
    w->goes_on |= goes_on;
    w->widest = width > w->widest ? width : w->widest;
}

/* What goes on in the next line begins there in another way; the entries of
 * a log begin alike. */
void saved_marks_measure(struct saved_marks *m, const char *line, size_t len)
{
    int width = len < SCREEN ? (int)len : text_width(line);
    char shape[SAVED_SHAPE + 1];
    bool goes_on;

    write_shape(shape, line, len);
    goes_on = m->fills[0] && len && strcmp(m->fills, shape) != 0;
    m->fills[0] = '\0';
    if (fills_screen(line, len, width))
        memcpy(m->fills, shape, sizeof shape);
    widen(&m->here, width, goes_on && is_rest(line, width));
    widen(&m->all, width, goes_on);
}

bool saved_width_is_copy(const struct saved_width *w)
{
    return w->goes_on && w->widest == SCREEN;
}

void saved_marks_next(struct saved_marks *m)
{
    m->dots = false;
    m->fills[0] = '\0';
    m->here = (struct saved_width){0};
}
