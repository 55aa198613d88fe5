/*
 * Host keys as OpenSSH keeps them: known_hosts, hashed or not, [host]:port,
 * @revoked. libssh reads single lines; which file and line holds a key that
 * has changed is said here.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"
#include "ssh.h"

enum verdict { KEY_UNKNOWN, KEY_OTHER_TYPE, KEY_CHANGED, KEY_OK, KEY_REVOKED };

struct check {
    char *host;                 /* "router" or "[router]:2222" */
    ssh_key key;
    enum verdict verdict;
    char where[300];            /* file:line of a changed or revoked key */
    char *fingerprint;
};

static char *host_port(const char *host, int port)
{
    char *s = port == 22 ? mem_strdup(host)
                         : mem_printf("[%s]:%d", host, port);

    for (char *p = s; *p; p++)
        *p = (char)tolower((unsigned char)*p);
    return s;
}

static enum verdict judge(const struct check *k, ssh_key known, bool revoked)
{
    bool same = ssh_key_cmp(k->key, known, SSH_KEY_CMP_PUBLIC) == 0;

    if (revoked)
        return same ? KEY_REVOKED : KEY_UNKNOWN;
    if (same)
        return KEY_OK;
    return ssh_key_type(k->key) == ssh_key_type(known) ? KEY_CHANGED
                                                       : KEY_OTHER_TYPE;
}

/* The strongest verdict stands: a key known anywhere is known, a revoked one
 * is revoked wherever else it stands. */
static void check_line(struct check *k, const char *file, int n, char *line)
{
    struct ssh_knownhosts_entry *entry = NULL;
    bool revoked = strncmp(line, "@revoked", 8) == 0;
    enum verdict v;

    if (revoked)
        line += 8;
    line += strspn(line, " \t");
    line[strcspn(line, "\r\n")] = '\0';
    if (!*line || *line == '#' || *line == '@')
        return;
    if (ssh_known_hosts_parse_line(k->host, line, &entry) != SSH_OK)
        return;
    v = judge(k, entry->publickey, revoked);
    if (v > k->verdict) {
        k->verdict = v;
        snprintf(k->where, sizeof k->where, "%s:%d", file, n);
    }
    ssh_knownhosts_entry_free(entry);
}

static void check_file(struct check *k, const char *file)
{
    FILE *f = fopen(file, "re");
    char *line = NULL;
    size_t cap = 0;
    int n = 0;

    if (!f)
        return;
    while (getline(&line, &cap, f) > 0)
        check_line(k, file, ++n, line + strspn(line, " \t"));
    free(line);
    fclose(f);
}

static const char *type_name(ssh_key key)
{
    static const struct {
        enum ssh_keytypes_e type;
        const char *name;
    } names[] = {
        {SSH_KEYTYPE_RSA, "RSA"},
        {SSH_KEYTYPE_ED25519, "ED25519"},
        {SSH_KEYTYPE_ECDSA_P256, "ECDSA"},
        {SSH_KEYTYPE_ECDSA_P384, "ECDSA"},
        {SSH_KEYTYPE_ECDSA_P521, "ECDSA"},
    };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].type == ssh_key_type(key))
            return names[i].name;
    return ssh_key_type_to_char(ssh_key_type(key));
}

static char *fingerprint(ssh_key key)
{
    unsigned char *hash = NULL;
    size_t len = 0;
    char *text, *copy;

    if (ssh_get_publickey_hash(key, SSH_PUBLICKEY_HASH_SHA256, &hash, &len))
        return mem_strdup("?");
    text = ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, len);
    copy = mem_strdup(text ? text : "?");
    ssh_string_free_char(text);
    ssh_clean_pubkey_hash(&hash);
    return copy;
}

static int refuse_changed(struct ssh_child *c, const struct check *k)
{
    ssh_child_fail(c, SSH_STAGE_HOST_KEY,
                   _("the %s host key of %s has CHANGED: the device shows %s, "
                     "another key is known in %s. Someone may sit in between, "
                     "or the device was replaced or its key made anew"),
                   type_name(k->key), k->host, k->fingerprint, k->where);
    err_hint(&c->err, _("compare the fingerprint at the device's console; if "
                        "the new key is right: ssh-keygen -f %s -R '%s'"),
             c->plan->known_hosts[0], k->host);
    return -1;
}

static int refuse_revoked(struct ssh_child *c, const struct check *k)
{
    return ssh_child_fail(c, SSH_STAGE_HOST_KEY,
                          _("the %s host key %s of %s is marked @revoked in "
                            "%s"), type_name(k->key), k->fingerprint,
                          k->host, k->where);
}

static int refuse_unknown(struct ssh_child *c, const struct check *k,
                          const char *why)
{
    ssh_child_fail(c, SSH_STAGE_HOST_KEY,
                   _("the %s host key %s of %s is not known: %s"),
                   type_name(k->key), k->fingerprint, k->host, why);
    err_hint(&c->err, _("compare the fingerprint at the device's console, "
                        "then use --host-key accept-new or add the key to "
                        "%s"), c->plan->known_hosts[0]);
    return -1;
}

/* A file that cannot be written is no reason not to work: OpenSSH warns and
 * goes on, too; the key will be asked again. */
static int remember(struct ssh_child *c)
{
    ssh_session_update_known_hosts(c->session);
    return 0;
}

static int ask(struct ssh_child *c, const struct check *k)
{
    char *answer = NULL, *text;
    bool yes, given;

    text = mem_printf("%s %s %s%s%s", k->host, type_name(k->key),
                      k->fingerprint,
                      k->verdict == KEY_OTHER_TYPE
                          ? _("; a key of another type is known in ") : "",
                      k->verdict == KEY_OTHER_TYPE ? k->where : "");
    yes = ssh_child_ask(c, TRANSPORT_Q_HOST_KEY, true, text, &answer,
                        &given) == 0 && strcmp(answer, "yes") == 0;
    free(text);
    mem_wipe(answer);
    return yes ? remember(c)
               : refuse_unknown(c, k, _("it was not accepted"));
}

static int decide(struct ssh_child *c, const struct check *k)
{
    switch (k->verdict) {
    case KEY_OK:
        return 0;
    case KEY_REVOKED:
        return refuse_revoked(c, k);
    case KEY_CHANGED:
        return refuse_changed(c, k);
    default:
        break;
    }
    if (c->plan->policy == HOST_KEY_ASK)
        return ask(c, k);
    if (c->plan->policy == HOST_KEY_STRICT)
        return refuse_unknown(c, k, _("only known keys are allowed"));
    if (k->verdict == KEY_OTHER_TYPE)
        return refuse_unknown(c, k, _("but one of another type is"));
    return remember(c);
}

int ssh_hostkey_check(struct ssh_child *c)
{
    struct check k = {0};
    int rc;

    ssh_child_stage(c, SSH_STAGE_HOST_KEY, c->plan->host);
    if (ssh_get_server_publickey(c->session, &k.key) != SSH_OK)
        return ssh_child_fail(c, SSH_STAGE_HOST_KEY, "%s",
                              ssh_get_error(c->session));
    k.host = host_port(c->plan->host, c->plan->port);
    k.fingerprint = fingerprint(k.key);
    for (char **f = c->plan->known_hosts; *f; f++)
        check_file(&k, *f);
    rc = decide(c, &k);
    ssh_key_free(k.key);
    free(k.host);
    free(k.fingerprint);
    return rc;
}
