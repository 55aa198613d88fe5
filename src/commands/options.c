#include "kiriwake/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"
#include "kiriwake/names.h"

#define MAX_OPTIONS 48
#define FIRST 256               /* above every character of a short option */

struct spec {
    const char *name;
    const char *arg;            /* as --help shows it; NULL: takes none */
    const char *doc;
    int (*set)(struct options *o, const char *value, struct err *e);
};

static const char *const languages[] = {"en", "ja"};
static const char *const classes[] = {"active", "disrupt", "config"};
static const char *const host_keys[] = {"ask", "accept-new", "strict"};

/* 0 when value is one of the words; else says which there are. */
static int one_of(const char *option, const char *value,
                  const char *const *words, size_t count, struct err *e)
{
    char all[100] = "";

    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(all);

        if (strcmp(words[i], value) == 0)
            return 0;
        snprintf(all + len, sizeof all - len, "%s%s", i ? ", " : "",
                 words[i]);
    }
    err_set(e, EXIT_USAGE, _("--%s: unknown value '%s'"), option, value);
    err_hint(e, _("it may be: %s"), all);
    return -1;
}

#define SETTER(name, field)                                             \
    static int set_##name(struct options *o, const char *v,             \
                          struct err *e)                                \
    {                                                                   \
        (void)e;                                                        \
        o->field = v;                                                   \
        return 0;                                                       \
    }
SETTER(driver, run.driver)
SETTER(flow, run.flow)
SETTER(vpn, run.vpn)
SETTER(peer_config, run.peer_config)
SETTER(user, run.user)
SETTER(password_file, run.password_file)
SETTER(enable_file, run.enable_file)
SETTER(known_hosts, run.known_hosts)
#undef SETTER

#define FLAG(name, field)                                               \
    static int set_##name(struct options *o, const char *v,             \
                          struct err *e)                                \
    {                                                                   \
        (void)v;                                                        \
        (void)e;                                                        \
        o->field = true;                                                \
        return 0;                                                       \
    }
FLAG(pseudonyms, run.pseudonyms)
FLAG(no_journal, run.no_journal)
FLAG(json, json)
#undef FLAG

static int set_host_key(struct options *o, const char *v, struct err *e)
{
    o->run.host_key = v;
    return one_of("host-key", v, host_keys, 3, e);
}

static int set_lang(struct options *o, const char *v, struct err *e)
{
    if (one_of("lang", v, languages, 2, e) < 0)
        return -1;
    o->lang = v;
    msg_init(v);
    return 0;
}

static int set_allow(struct options *o, const char *v, struct err *e)
{
    size_t n = 0;

    if (one_of("allow", v, classes, 3, e) < 0)
        return -1;
    while (n < 3 && o->run.allow[n] && strcmp(o->run.allow[n], v) != 0)
        n++;
    if (n < 3)
        o->run.allow[n] = v;
    return 0;
}

static int set_data(struct options *o, const char *v, struct err *e)
{
    if (o->run.data.count == DATA_MAX_DIRS)
        return err_set(e, EXIT_USAGE, _("--data: at most %d directories"),
                       DATA_MAX_DIRS);
    o->run.data.dirs[o->run.data.count++] = v;
    return 0;
}

static int set_timeout(struct options *o, const char *v, struct err *e)
{
    char *end;
    unsigned long n;

    errno = 0;
    n = strtoul(v, &end, 10);
    if (errno || end == v || *end || v[0] == '-' || n == 0 || n > 86400)
        return err_set(e, EXIT_USAGE,
                       _("--timeout: '%s' is not a number of seconds "
                         "from 1 to 86400"), v);
    o->run.timeout_s = (unsigned)n;
    return 0;
}

/* KEY=VALUE into an object; the last one of a key wins. */
static int add_pair(json_t **object, const char *option, const char *v,
                    struct err *e)
{
    const char *eq = strchr(v, '=');
    char *key;

    if (!eq || eq == v)
        return err_set(e, EXIT_USAGE, _("--%s: '%s' is not NAME=VALUE"),
                       option, v);
    if (!*object)
        *object = json_object();
    key = mem_strndup(v, (size_t)(eq - v));
    if (json_object_set_new(*object, key, json_string(eq + 1)) < 0)
        err_set(e, EXIT_USAGE, _("--%s: '%s' is not UTF-8 text"), option, v);
    free(key);
    return e->status ? -1 : 0;
}

static int set_answer(struct options *o, const char *v, struct err *e)
{
    return add_pair(&o->run.answers, "answer", v, e);
}

static const struct spec specs[] = {
    {"driver", "D", N_("the device's driver (default: detected)"),
     set_driver},
    {"flow", "F", N_("the guideline to walk (default: the driver's first)"),
     set_flow},
    {"vpn", "V", N_("the VPN: its id, peer or interface"), set_vpn},
    {"answer", "CHECKPOINT=ANSWER",
     N_("answers a question beforehand (repeatable)"), set_answer},
    {"peer-config", "FILE", N_("the other end's configuration"),
     set_peer_config},
    {"user", "U", N_("login name"), set_user},
    {"password-file", "F", N_("password: the first line of F"),
     set_password_file},
    {"enable-file", "F", N_("enable password: the first line of F"),
     set_enable_file},
    {"known-hosts", "F", N_("SSH host keys (default: OpenSSH's files)"),
     set_known_hosts},
    {"host-key", "ask|accept-new|strict", N_("what to do with an unknown one"),
     set_host_key},
    {"allow", "active|disrupt|config",
     N_("permits a class of commands (repeatable)"), set_allow},
    {"timeout", "SECONDS", N_("for the whole walk; then it ends open"),
     set_timeout},
    {"data", "DIR", N_("more drivers and flows (repeatable)"), set_data},
    {"lang", "en|ja", N_("language (default: the environment's)"), set_lang},
    {"pseudonyms", NULL, N_("maps addresses in what check prints"),
     set_pseudonyms},
    {"no-journal", NULL, N_("keeps no case on disk"), set_no_journal},
    {"json", NULL, N_("prints the result as JSON"), set_json},
};

#define SPEC_COUNT (sizeof specs / sizeof specs[0])

static size_t fill_table(struct option *table,
                         const struct options_extra *extra)
{
    size_t n = 0;

    for (size_t i = 0; i < SPEC_COUNT; i++, n++)
        table[n] = (struct option){specs[i].name, specs[i].arg != NULL,
                                   NULL, FIRST + (int)n};
    for (; extra && extra->name && n < MAX_OPTIONS; extra++, n++)
        table[n] = (struct option){extra->name, extra->flag == NULL, NULL,
                                   FIRST + (int)n};
    table[n] = (struct option){0};
    return n;
}

/* Why getopt_long returned '?' or ':' for the word it just read. */
static int refuse(const struct option *table, size_t count,
                  const char *word, int c, struct err *e)
{
    const char *names[MAX_OPTIONS];
    char name[64], near[200];
    size_t len = strcspn(word, "=");

    if (strncmp(word, "--", 2) != 0)
        return err_set(e, EXIT_USAGE, _("unknown option '%s'"), word);
    if (c == ':')
        return err_set(e, EXIT_USAGE, _("%s needs a value"), word);
    snprintf(name, sizeof name, "%.*s", (int)(len - 2), word + 2);
    for (size_t i = 0; i < count; i++) {
        names[i] = table[i].name;
        if (strcmp(names[i], name) == 0)
            return err_set(e, EXIT_USAGE, _("--%s takes no value"), name);
    }
    err_set(e, EXIT_USAGE, _("unknown option '--%s'"), name);
    if (names_suggest(name, names, count, near, sizeof near))
        err_hint(e, _("did you mean --%s?"), near);
    return -1;
}

static int apply(struct options *o, int index, const char *value,
                 const struct options_extra *extra, struct err *e)
{
    const struct options_extra *x;

    if ((size_t)index < SPEC_COUNT)
        return specs[index].set(o, value, e);
    x = extra + ((size_t)index - SPEC_COUNT);
    if (x->pairs)
        return add_pair(x->pairs, x->name, value, e);
    if (x->flag)
        *x->flag = true;
    else
        *x->value = value;
    return 0;
}

static int take_words(struct options *o, int argc, char **argv,
                      struct err *e)
{
    for (; optind < argc; optind++) {
        if (o->word_count == OPTIONS_MAX_WORDS)
            return err_set(e, EXIT_USAGE, _("too many words: '%s'"),
                           argv[optind]);
        o->words[o->word_count++] = argv[optind];
    }
    o->run.target = o->words[0];
    return 0;
}

int options_parse(struct options *o, int argc, char **argv,
                  const struct options_extra *extra, struct err *e)
{
    struct option table[MAX_OPTIONS + 1];
    size_t count = fill_table(table, extra);
    int c;

    *o = (struct options){0};
    optind = 0;                 /* glibc: begin anew, with permutation */
    opterr = 0;
    for (;;) {
        const char *word;

        c = getopt_long(argc, argv, ":", table, NULL);
        if (c == -1)
            break;
        word = argv[optind > 0 ? optind - 1 : 0];
        if (c == '?' || c == ':')
            return refuse(table, count, word, c, e);
        else if (apply(o, c - FIRST, optarg, extra, e) < 0)
            return -1;
    }
    return take_words(o, argc, argv, e);
}

void options_free(struct options *o)
{
    json_decref(o->run.answers);
    o->run.answers = NULL;
}

void options_print(void)
{
    for (size_t i = 0; i < SPEC_COUNT; i++) {
        char left[64];

        snprintf(left, sizeof left, "--%s%s%s", specs[i].name,
                 specs[i].arg ? " " : "", specs[i].arg ? specs[i].arg : "");
        printf("  %-32s %s\n", left, _(specs[i].doc));
    }
    printf("  %-32s %s\n", "--help", _("shows this"));
}
