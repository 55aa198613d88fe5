/*
 * ~/.ssh/config, read for names, ports, users, keys and known hosts. Nothing
 * in it is executed; a Match that would need more than the host's name is
 * passed over.
 */
#include <ctype.h>
#include <fnmatch.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "kiriwake/mem.h"
#include "ssh.h"

#define CONFIG_MAX (1u << 20)
#define INCLUDE_DEPTH 8

struct reader {
    const char *home, *host, *user;
    struct ssh_config *out;
    bool applies;               /* the current Host or Match block does */
    int depth;
};

static void read_file(struct reader *r, const char *path);

/* One pattern of a list, without its '!'. */
static bool match_one(const char *pattern, size_t len, const char *host)
{
    char *p = mem_strndup(pattern, len);
    bool hit = fnmatch(p, host, FNM_CASEFOLD) == 0;

    free(p);
    return hit;
}

bool ssh_config_match(const char *patterns, const char *host)
{
    static const char sep[] = " \t,\"";
    bool hit = false;

    while (*patterns) {
        size_t len;
        bool not;

        patterns += strspn(patterns, sep);
        not = *patterns == '!';
        patterns += not;
        len = strcspn(patterns, sep);
        if (len && match_one(patterns, len, host)) {
            if (not)
                return false;
            hit = true;
        }
        patterns += len;
    }
    return hit;
}

/* Takes the next word, with or without quotes; NULL at the end. */
static char *next_word(const char **s)
{
    const char *at = *s + strspn(*s, " \t");
    size_t len;
    char *word;

    if (!*at || *at == '#') {
        *s = at;
        return NULL;
    }
    if (*at == '"') {
        len = strcspn(++at, "\"");
        word = mem_strndup(at, len);
        *s = at + len + (at[len] == '"');
        return word;
    }
    len = strcspn(at, " \t");
    *s = at + len;
    return mem_strndup(at, len);
}

static const char *token(const struct reader *r, char c)
{
    switch (c) {
    case 'd':
        return r->home;
    case 'h':
        return r->out->hostname ? r->out->hostname : r->host;
    case 'n':
        return r->host;
    case 'r':
        return r->out->user ? r->out->user : r->user;
    case '%':
        return "%";
    default:
        return NULL;
    }
}

static char *expand(const struct reader *r, const char *word)
{
    struct buf b = {0};

    if (word[0] == '~' && (word[1] == '/' || !word[1])) {
        buf_adds(&b, r->home);
        word++;
    }
    for (; *word; word++) {
        const char *t = *word == '%' ? token(r, word[1]) : NULL;

        if (t) {
            buf_adds(&b, t);
            word++;
        } else {
            buf_addc(&b, *word);
        }
    }
    return buf_take(&b);
}

/* The first value said wins, as in OpenSSH. */
static void set_once(char **slot, char *value)
{
    if (*slot)
        free(value);
    else
        *slot = value;
}

static void append(char ***list, size_t *count, char *value)
{
    *list = mem_realloc(*list, (*count + 2) * sizeof **list);
    (*list)[(*count)++] = value;
    (*list)[*count] = NULL;
}

static void on_hostname(struct reader *r, const char *args)
{
    char *w = next_word(&args);

    /* %h in HostName is the name as typed. */
    if (w && !r->out->hostname)
        r->out->hostname = expand(r, w);
    free(w);
}

static void on_user(struct reader *r, const char *args)
{
    char *w = next_word(&args);

    if (w)
        set_once(&r->out->user, w);
}

static void on_port(struct reader *r, const char *args)
{
    int port = atoi(args);

    if (!r->out->port && port > 0 && port < 65536)
        r->out->port = port;
}

static void on_identity(struct reader *r, const char *args)
{
    char *w = next_word(&args);

    if (w)
        append(&r->out->identities, &r->out->identity_count,
               strcasecmp(w, "none") ? expand(r, w) : mem_strdup(""));
    free(w);
}

static void on_known_hosts(struct reader *r, const char *args)
{
    char *w;

    if (r->out->known_count)
        return;
    while ((w = next_word(&args))) {
        append(&r->out->known_hosts, &r->out->known_count,
               strcasecmp(w, "none") ? expand(r, w) : mem_strdup("/dev/null"));
        free(w);
    }
}

static void on_proxy(struct reader *r, const char *word, const char *args)
{
    /* "none" is a value, too: it stands against later lines. */
    args += strspn(args, " \t");
    if (!r->out->proxy)
        r->out->proxy = strcasecmp(args, "none") == 0
                            ? mem_strdup("")
                            : mem_printf("%s %s", word, args);
}

static void on_proxy_jump(struct reader *r, const char *args)
{
    on_proxy(r, "ProxyJump", args);
}

static void on_proxy_command(struct reader *r, const char *args)
{
    on_proxy(r, "ProxyCommand", args);
}

static void include(struct reader *r, const char *word)
{
    char *path = expand(r, word);
    char *full = path[0] == '/' ? mem_strdup(path)
                                : mem_printf("%s/.ssh/%s", r->home, path);
    glob_t found;

    if (glob(full, 0, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc; i++)
            read_file(r, found.gl_pathv[i]);
        globfree(&found);
    }
    free(full);
    free(path);
}

static void on_include(struct reader *r, const char *args)
{
    bool applies = r->applies;
    char *w;

    while ((w = next_word(&args))) {
        include(r, w);
        free(w);
        r->applies = applies;
    }
}

/* "Match all", "Match host P", "Match originalhost P" can be told from the
 * name alone; whatever else a line asks makes it not apply. */
static bool match_applies(const struct reader *r, const char *args)
{
    const char *host = r->out->hostname ? r->out->hostname : r->host;
    char *word, *value;
    bool ok = true, any = false;

    while (ok && (word = next_word(&args))) {
        any = true;
        if (strcasecmp(word, "all") != 0) {
            value = next_word(&args);
            if (value && strcasecmp(word, "host") == 0)
                ok = ssh_config_match(value, host);
            else if (value && strcasecmp(word, "originalhost") == 0)
                ok = ssh_config_match(value, r->host);
            else
                ok = false;
            free(value);
        }
        free(word);
    }
    return ok && any;
}

static const struct keyword {
    const char *name;
    void (*apply)(struct reader *r, const char *args);
} keywords[] = {
    {"hostname", on_hostname},
    {"user", on_user},
    {"port", on_port},
    {"identityfile", on_identity},
    {"userknownhostsfile", on_known_hosts},
    {"proxyjump", on_proxy_jump},
    {"proxycommand", on_proxy_command},
    {"include", on_include},
};

static void apply(struct reader *r, const char *word, const char *args)
{
    if (strcasecmp(word, "host") == 0) {
        r->applies = ssh_config_match(args, r->host);
    } else if (strcasecmp(word, "match") == 0) {
        r->applies = match_applies(r, args);
    } else if (r->applies) {
        for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++)
            if (strcasecmp(word, keywords[i].name) == 0)
                keywords[i].apply(r, args);
    }
}

static void read_line(struct reader *r, char *line)
{
    size_t len = strlen(line);
    char *args;

    while (len && isspace((unsigned char)line[len - 1]))
        line[--len] = '\0';
    line += strspn(line, " \t");
    if (!*line || *line == '#')
        return;
    args = line + strcspn(line, " \t=");
    if (*args) {
        *args++ = '\0';
        args += strspn(args, " \t");
        if (*args == '=')
            args++;
        args += strspn(args, " \t");
    }
    apply(r, line, args);
}

static void read_file(struct reader *r, const char *path)
{
    struct buf b = {0};
    char *line, *rest;

    if (r->depth >= INCLUDE_DEPTH)
        return;
    r->depth++;
    if (buf_read_file(&b, path, CONFIG_MAX) == 0) {
        for (rest = b.data; (line = strsep(&rest, "\n"));)
            read_line(r, line);
    }
    buf_free(&b);
    r->depth--;
}

void ssh_config_read(const char *path, const char *home, const char *host,
                     const char *user, struct ssh_config *out)
{
    struct reader r = {home, host, user ? user : "", out, true, 0};

    *out = (struct ssh_config){0};
    read_file(&r, path);
    if (out->proxy && !out->proxy[0]) {
        free(out->proxy);
        out->proxy = NULL;
    }
}

static void list_free(char **list)
{
    for (size_t i = 0; list && list[i]; i++)
        free(list[i]);
    free(list);
}

void ssh_config_free(struct ssh_config *c)
{
    free(c->hostname);
    free(c->user);
    free(c->proxy);
    list_free(c->identities);
    list_free(c->known_hosts);
    *c = (struct ssh_config){0};
}
