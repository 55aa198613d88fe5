#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"
#include "kiriwake/names.h"
#include "kiriwake/transport.h"

struct scheme {
    const char *name;
    bool host;              /* "//[user@]host[:port]", else a path */
};

static const struct scheme schemes[] = {
    {"ssh", true},     {"telnet", true}, {"tcp", true},
    {"serial", false},
    {"exec", false},   {"sim", false},   {"file", false},
};

#define SCHEME_COUNT (sizeof schemes / sizeof schemes[0])

static const struct scheme *find_scheme(const char *name, size_t len)
{
    for (size_t i = 0; i < SCHEME_COUNT; i++)
        if (strlen(schemes[i].name) == len &&
            strncmp(schemes[i].name, name, len) == 0)
            return &schemes[i];
    return NULL;
}

static int unknown_scheme(const char *text, size_t len, struct err *e)
{
    const char *names[SCHEME_COUNT];
    char near[80], *word = mem_strndup(text, len);

    for (size_t i = 0; i < SCHEME_COUNT; i++)
        names[i] = schemes[i].name;
    err_set(e, EXIT_USAGE, _("%s: no such kind of target: '%s'"), text,
            word);
    if (names_suggest(word, names, SCHEME_COUNT, near, sizeof near))
        err_hint(e, _("did you mean %s?"), near);
    else
        err_hint(e, "%s",
                 _("a target is ssh://HOST, serial:///dev/ttyUSB0, "
                   "telnet://HOST, tcp://HOST:PORT, exec:COMMAND, "
                   "sim:DRIVER/SCENARIO or file:PATH"));
    free(word);
    return -1;
}

/* How many bytes before ':' name a scheme; 0: a bare host. "host:22" and
 * "fe80::1" are hosts, "shs://x" is a mistyped scheme. */
static size_t scheme_length(const char *text)
{
    size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz"
                              "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-");

    if (!len || text[len] != ':')
        return 0;
    if (find_scheme(text, len) || strncmp(text + len, "://", 3) == 0)
        return len;
    return 0;
}

static int parse_port(const char *text, const char *port, size_t len,
                      int *out, struct err *e)
{
    long n = 0;

    for (size_t i = 0; i < len && n < 100000; i++)
        n = port[i] >= '0' && port[i] <= '9' ? n * 10 + (port[i] - '0')
                                             : 100000;
    if (!len || n < 1 || n > 65535)
        return err_set(e, EXIT_USAGE,
                       _("%s: '%.*s' is not a port (1-65535)"), text,
                       (int)len, port);
    *out = (int)n;
    return 0;
}

/* "host", "host:port", "[v6]:port", "v6" */
static int parse_authority(const char *text, const char *s, size_t len,
                           struct target *out, struct err *e)
{
    const char *end = s + len, *close, *colon;

    if (len && s[0] == '[') {
        close = memchr(s, ']', len);
        if (!close || (close + 1 < end && close[1] != ':'))
            return err_set(e, EXIT_USAGE, _("%s: '[' without its ']'"),
                           text);
        out->host = mem_strndup(s + 1, (size_t)(close - s - 1));
        colon = close + 1 < end ? close + 1 : NULL;
    } else {
        colon = memchr(s, ':', len);
        if (colon && memchr(colon + 1, ':', (size_t)(end - colon - 1)))
            colon = NULL;
        out->host = mem_strndup(s, colon ? (size_t)(colon - s) : len);
    }
    if (!out->host[0])
        return err_set(e, EXIT_USAGE, _("%s: a host name is missing"),
                       text);
    if (colon)
        return parse_port(text, colon + 1, (size_t)(end - colon - 1),
                          &out->port, e);
    return 0;
}

/* Never repeats the text: it holds a password. */
static int refuse_password(struct err *e)
{
    err_set(e, EXIT_USAGE, "%s",
            _("a password in the target is refused: others could read it "
              "from the list of processes"));
    err_hint(e, "%s", _("leave it out and type it when asked, or use "
                        "--password-file"));
    return -1;
}

static int parse_host(const char *text, const char *s, struct target *out,
                      struct err *e)
{
    size_t len = strcspn(s, "/?");
    const char *at = memrchr(s, '@', len), *host = at ? at + 1 : s;

    if (at && memchr(s, ':', (size_t)(at - s)))
        return refuse_password(e);
    if (at && at > s)
        out->user = mem_strndup(s, (size_t)(at - s));
    if (s[len] == '?')
        out->query = mem_strdup(s + len + 1);
    if (parse_authority(text, host, (size_t)(s + len - host), out, e) < 0)
        return -1;
    if (strcmp(out->scheme, "tcp") == 0 && !out->port)
        return err_set(e, EXIT_USAGE, _("%s: a port is missing"), text);
    return 0;
}

static int parse_path(const char *text, const char *s, struct target *out,
                      struct err *e)
{
    bool exec = strcmp(out->scheme, "exec") == 0;
    bool plain = exec || strcmp(out->scheme, "file") == 0;
    const char *query = plain ? NULL : strchr(s, '?');

    if (!exec && strncmp(s, "//", 2) == 0)
        s += 2;
    out->path = query ? mem_strndup(s, (size_t)(query - s)) : mem_strdup(s);
    if (query)
        out->query = mem_strdup(query + 1);
    if (!out->path[0])
        return err_set(e, EXIT_USAGE,
                       _("%s: something is missing after '%s:'"), text,
                       out->scheme);
    return 0;
}

static bool has_control(const char *s)
{
    for (; *s; s++)
        if ((unsigned char)*s < 0x20 || *s == 0x7F)
            return true;
    return false;
}

static int parse(const char *text, struct target *out, struct err *e)
{
    size_t len = scheme_length(text);
    const struct scheme *k = find_scheme(len ? text : "ssh", len ? len : 3);
    const char *rest = len ? text + len + 1 : text;

    if (!text[0])
        return err_set(e, EXIT_USAGE, "%s", _("the target is empty"));
    if (has_control(text))
        return err_set(e, EXIT_USAGE, "%s",
                       _("the target holds a control character"));
    if (!k)
        return unknown_scheme(text, len, e);
    out->scheme = mem_strdup(k->name);
    if (!k->host)
        return parse_path(text, rest, out, e);
    if (len && strncmp(rest, "//", 2) == 0)
        rest += 2;
    return parse_host(text, rest, out, e);
}

int target_parse(const char *text, struct target *out, struct err *e)
{
    memset(out, 0, sizeof *out);
    if (parse(text, out, e) < 0) {
        target_free(out);
        return -1;
    }
    out->text = mem_strdup(text);
    return 0;
}

void target_free(struct target *t)
{
    free(t->text);
    free(t->scheme);
    free(t->user);
    free(t->host);
    free(t->path);
    free(t->query);
    memset(t, 0, sizeof *t);
}

char *target_query(const struct target *t, const char *key)
{
    const char *s = t->query;
    size_t n = strlen(key);

    while (s && *s) {
        size_t len = strcspn(s, "&");

        if (len > n && s[n] == '=' && strncmp(s, key, n) == 0)
            return mem_strndup(s + n + 1, len - n - 1);
        s += s[len] ? len + 1 : len;
    }
    return NULL;
}
