#include "knobs.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "kiriwake/buf.h"
#include "kiriwake/mem.h"
#include "kiriwake/msg.h"
#include "kiriwake/names.h"

#define TIME_STAMP 20           /* it begins its time of day so early */
#define LONG_NUMBER 4           /* digits of a number that is no address part */

enum kind { NUMBER, WORD, COMMAND };

static const struct {
    const char *name;
    enum kind kind;
} known[] = {
    {"rename", WORD},     {"second-vpn", WORD}, {"old-noise", WORD},
    {"later-success", WORD}, {"refuse", COMMAND}, {"truncate", COMMAND},
    {"drop", COMMAND},
    {"split", NUMBER},    {"delay", NUMBER},    {"mute", COMMAND},
    {"echo", WORD},       {"redraw", WORD},     {"noise", WORD},
    {"prompt", WORD},     {"disconnect", NUMBER},
    {"unplug", NUMBER},   {"config-held", WORD},
    {"japanese", WORD},   {"user", WORD},       {"login", WORD},
    {"record", WORD},     {"baud", NUMBER},     {"line-baud", NUMBER},
    {"line-noise", NUMBER}, {"detect", WORD},
};
#define KNOWN (sizeof known / sizeof known[0])

static int unknown_key(const char *key, struct err *e)
{
    const char *names[KNOWN];
    char near[120];

    for (size_t i = 0; i < KNOWN; i++)
        names[i] = known[i].name;
    err_set(e, EXIT_USAGE, _("unknown fault or variation '%s'"), key);
    if (names_suggest(key, names, KNOWN, near, sizeof near))
        err_hint(e, _("Did you mean %s?"), near);
    return -1;
}

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)tolower((unsigned char)c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes %XX and '+' (a blank, as in any query). */
static char *decode(const char *s, size_t len)
{
    struct buf b = {0};

    for (size_t i = 0; i < len; i++) {
        if (s[i] == '%' && i + 2 < len && hex(s[i + 1]) >= 0 &&
            hex(s[i + 2]) >= 0) {
            buf_addc(&b, (char)(hex(s[i + 1]) * 16 + hex(s[i + 2])));
            i += 2;
        } else {
            buf_addc(&b, (char)(s[i] == '+' ? ' ' : s[i]));
        }
    }
    return buf_take(&b);
}

static int set_number(struct knobs *k, const char *key, const char *value,
                      struct err *e)
{
    char *end;
    unsigned long n = strtoul(value, &end, 10);

    if (!isdigit((unsigned char)value[0]) || *end || n > 100000000)
        return err_set(e, EXIT_USAGE, _("%s=%s: expected a number"), key,
                       value);
    if (strcmp(key, "split") == 0)
        k->split = n;
    else if (strcmp(key, "delay") == 0)
        k->delay_ms = n;
    else if (strcmp(key, "unplug") == 0)
        k->unplug = n;
    else if (strcmp(key, "baud") == 0)
        k->baud = (unsigned)n;
    else if (strcmp(key, "line-baud") == 0)
        k->line_baud = (unsigned)n;
    else if (strcmp(key, "line-noise") == 0)
        k->line_noise = n;
    else
        k->disconnect = n;
    return 0;
}

static void set_command(struct knobs *k, const char *key, const char *value)
{
    json_t *list = strcmp(key, "refuse") == 0 ? k->refuse
                   : strcmp(key, "mute") == 0 ? k->mute
                   : strcmp(key, "drop") == 0 ? k->drop
                                              : k->truncate;

    json_array_append_new(list, json_string(value));
}

static void set_word(struct knobs *k, const char *key, const char *value)
{
    bool on = strcmp(value, "0") != 0 && strcmp(value, "no") != 0;

    if (strcmp(key, "echo") == 0) {
        k->echo_none = strcmp(value, "none") == 0;
        k->echo_off = k->echo_none || strcmp(value, "off") == 0;
    } else if (strcmp(key, "redraw") == 0) {
        k->redraw = on;
    } else if (strcmp(key, "noise") == 0) {
        k->noise = on;
    } else if (strcmp(key, "prompt") == 0) {
        k->wrong_prompt = strcmp(value, "wrong") == 0;
    }
    if (on)
        json_object_set_new(k->all, key, json_string(value));
}

static int set(struct knobs *k, const char *key, const char *value,
               struct err *e)
{
    size_t i = 0;

    while (i < KNOWN && strcmp(known[i].name, key) != 0)
        i++;
    if (i == KNOWN)
        return unknown_key(key, e);
    if (known[i].kind == NUMBER)
        return set_number(k, key, value, e);
    if (!value[0])
        return err_set(e, EXIT_USAGE, _("%s=: a value is missing"), key);
    if (known[i].kind == COMMAND)
        set_command(k, key, value);
    else
        set_word(k, key, value);
    return 0;
}

static int set_pair(struct knobs *k, const char *s, size_t len, struct err *e)
{
    const char *eq = memchr(s, '=', len);
    size_t klen = eq ? (size_t)(eq - s) : len;
    char *key = mem_strndup(s, klen);
    char *value = eq ? decode(eq + 1, len - klen - 1) : mem_strdup("1");
    int status = set(k, key, value, e);

    free(key);
    free(value);
    return status;
}

int knobs_parse(struct knobs *k, const char *text, struct err *e)
{
    *k = (struct knobs){.all = json_object(),
                        .refuse = json_array(),
                        .mute = json_array(),
                        .truncate = json_array(),
                        .drop = json_array()};
    while (text && *text) {
        size_t len = strcspn(text, "&");

        if (len && set_pair(k, text, len, e) < 0) {
            knobs_free(k);
            return -1;
        }
        text += len + (text[len] == '&');
    }
    return 0;
}

void knobs_free(struct knobs *k)
{
    json_decref(k->all);
    json_decref(k->refuse);
    json_decref(k->mute);
    json_decref(k->truncate);
    json_decref(k->drop);
    *k = (struct knobs){0};
}

/* Compares with runs of blanks as one; the pattern ends at plen. */
static bool matches(const char *pattern, size_t plen, const char *line)
{
    size_t i = 0;

    line += strspn(line, " ");
    while (i < plen) {
        if (*line == ' ')
            line += strspn(line, " ") - 1;
        if (pattern[i] != *line)
            return false;
        i++;
        line++;
    }
    return *line == '\0' || *line == ' ';
}

bool knobs_match(const json_t *list, const char *line)
{
    size_t i;
    json_t *item;

    json_array_foreach(list, i, item) {
        const char *s = json_string_value(item);

        if (matches(s, strlen(s), line))
            return true;
    }
    return false;
}

/* What stands behind "COMMAND:" of the item that names the line's command;
 * "" without a colon, NULL for none. */
static const char *tail_of(const json_t *list, const char *line)
{
    size_t i;
    json_t *item;

    json_array_foreach(list, i, item) {
        const char *s = json_string_value(item);
        const char *colon = strrchr(s, ':');
        size_t len = colon ? (size_t)(colon - s) : strlen(s);

        if (matches(s, len, line))
            return colon ? colon + 1 : "";
    }
    return NULL;
}

size_t knobs_truncate(const struct knobs *k, const char *line)
{
    const char *n = tail_of(k->truncate, line);

    return n ? strtoul(n, NULL, 10) : SIZE_MAX;
}

bool knobs_drops(const struct knobs *k, const char *line, size_t number)
{
    const char *at = tail_of(k->drop, line);
    char *end;

    while (at && *at) {
        if (strtoul(at, &end, 10) == number)
            return true;
        at = *end ? end + 1 : end;
    }
    return false;
}

/* Does a time of day (10:00:01) stand here? */
static bool is_time(const char *s)
{
    static const char form[] = "00:00:00";
    size_t i = 0;

    while (form[i] && (form[i] == ':' ? s[i] == ':'
                                      : s[i] >= '0' && s[i] <= '9'))
        i++;
    return !form[i];
}

/* A line without the time stamp that may stand before it. */
static const char *words(const char *text)
{
    for (size_t i = 0; i < TIME_STAMP && text[i]; i++)
        if (is_time(text + i))
            text += i + 8;
    return text + strspn(text, "0123456789/: .");
}

/* How long a number that differs from time to time is here (an id, a counter;
 * not a part of an address); 0 when there is none. */
static size_t number_at(const char *s)
{
    size_t n;

    if (s[0] == '0' && s[1] == 'x')
        return 2 + strspn(s + 2, "0123456789abcdefABCDEF");
    n = strspn(s, "0123456789");
    return n >= LONG_NUMBER ? n : 0;
}

bool knobs_same_line(const char *a, const char *b)
{
    a = words(a);
    b = words(b);
    while (*a && *b) {
        size_t na = number_at(a), nb = number_at(b);

        if ((na || nb) ? !na || !nb : *a != *b)
            return false;
        a += na ? na : 1;
        b += nb ? nb : 1;
    }
    return *a == *b;
}
