/*
 * Old algorithms: allowed by name only, reported when in use; and what both
 * sides offered when they could not agree.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"
#include "ssh.h"

static const struct {
    const char *name;
    enum ssh_category category;
} old[] = {
    {"ssh-rsa", CAT_HOST_KEY},
    {"ssh-dss", CAT_HOST_KEY},
    {"diffie-hellman-group1-sha1", CAT_KEX},
    {"diffie-hellman-group14-sha1", CAT_KEX},
    {"diffie-hellman-group-exchange-sha1", CAT_KEX},
    {"aes256-cbc", CAT_CIPHER},
    {"aes192-cbc", CAT_CIPHER},
    {"aes128-cbc", CAT_CIPHER},
    {"3des-cbc", CAT_CIPHER},
    {"hmac-sha1", CAT_MAC},
    {"hmac-sha1-etm@openssh.com", CAT_MAC},
};

/* Names that this libssh does not know are dropped by it. */
static const struct {
    const char *title;          /* in messages */
    const char *modern;
    const char *word;           /* in libssh's text of a failed match */
} categories[CATEGORIES] = {
    [CAT_KEX] = {"key exchange method",
        "mlkem768x25519-sha256,sntrup761x25519-sha512,"
        "sntrup761x25519-sha512@openssh.com,"
        "curve25519-sha256,curve25519-sha256@libssh.org,"
        "ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521,"
        "diffie-hellman-group18-sha512,diffie-hellman-group16-sha512,"
        "diffie-hellman-group-exchange-sha256,"
        "diffie-hellman-group14-sha256", "kex"},
    [CAT_HOST_KEY] = {"host key algorithm",
        "ssh-ed25519,ecdsa-sha2-nistp521,ecdsa-sha2-nistp384,"
        "ecdsa-sha2-nistp256,rsa-sha2-512,rsa-sha2-256", "host key"},
    [CAT_CIPHER] = {"cipher",
        "chacha20-poly1305@openssh.com,aes256-gcm@openssh.com,"
        "aes128-gcm@openssh.com,aes256-ctr,aes192-ctr,aes128-ctr",
        "encryption"},
    [CAT_MAC] = {"MAC",
        "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,"
        "hmac-sha2-256,hmac-sha2-512", "mac"},
};

int ssh_legacy_category(const char *algorithm)
{
    for (size_t i = 0; i < sizeof old / sizeof old[0]; i++)
        if (strcmp(old[i].name, algorithm) == 0)
            return (int)old[i].category;
    return -1;
}

static void known_names(struct buf *b)
{
    for (size_t i = 0; i < sizeof old / sizeof old[0]; i++)
        buf_printf(b, "%s%s", i ? ", " : "", old[i].name);
}

static int fail_unknown(struct err *e, const char *name)
{
    struct buf known = {0};

    known_names(&known);
    err_set(e, EXIT_DATA, _("legacy: no old SSH algorithm is called \"%s\""),
            name);
    err_hint(e, _("known: %s"), buf_str(&known));
    buf_free(&known);
    return -1;
}

static void allow(struct ssh_plan *plan, int category, const char *name)
{
    char **list = &plan->algorithms[category];
    char *longer = mem_printf("%s,%s",
                              *list ? *list : categories[category].modern,
                              name);

    free(*list);
    *list = longer;
}

int ssh_legacy_plan(const char *const *legacy, struct ssh_plan *plan,
                    struct err *e)
{
    for (; legacy && *legacy; legacy++) {
        int category = ssh_legacy_category(*legacy);

        if (category < 0)
            return fail_unknown(e, *legacy);
        allow(plan, category, *legacy);
    }
    return 0;
}

static void add_used(struct buf *out, const char *name)
{
    if (name && ssh_legacy_category(name) >= 0 &&
        !strstr(buf_str(out), name))
        buf_printf(out, "%s%s", out->len ? ", " : "", name);
}

void ssh_legacy_used(struct ssh_child *c, struct buf *out)
{
    add_used(out, c->host_key_algorithm);
    add_used(out, ssh_get_kex_algo(c->session));
    add_used(out, ssh_get_cipher_out(c->session));
    add_used(out, ssh_get_cipher_in(c->session));
    add_used(out, ssh_get_hmac_out(c->session));
    add_used(out, ssh_get_hmac_in(c->session));
}

/* --- by the server's greeting --- */

#define GREETING_MS 3000
#define GREETING_MAX 1024       /* RFC 4253, 4.2: 255, after other lines */

/* The software name of a greeting that is whole (new string), or NULL. */
static char *software_of(const char *text)
{
    const char *at = strncmp(text, "SSH-", 4) == 0 ? text
                     : strstr(text, "\nSSH-");
    size_t len;

    if (!at)
        return NULL;
    at += *at == '\n';
    len = strcspn(at, "\r\n");
    if (!at[len])
        return NULL;
    for (int i = 0; i < 2 && memchr(at, '-', len); i++) {
        const char *next = (const char *)memchr(at, '-', len) + 1;

        len -= (size_t)(next - at);
        at = next;
    }
    return mem_strndup(at, len);
}

/* Looks at what has come and leaves it there. poll wakes for more than was
 * seen, as the low-water mark is moved on. */
static char *peek_software(int fd)
{
    char part[GREETING_MAX + 1];
    char *software = NULL;
    int want = 1, one = 1;

    while (!software && want <= GREETING_MAX) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        ssize_t n;

        setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &want, sizeof want);
        if (poll(&p, 1, GREETING_MS) <= 0)
            break;
        n = recv(fd, part, GREETING_MAX, MSG_PEEK);
        if (n < want)
            break;                      /* hung up: the next step says so */
        part[n] = '\0';
        software = software_of(part);
        want = (int)n + 1;
    }
    setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &one, sizeof one);
    return software;
}

int ssh_legacy_by_greeting(struct ssh_child *c)
{
    char *software;
    int rc = 0;

    if (!c->plan->legacy_of)
        return 0;
    software = peek_software(c->fd);
    if (software)
        rc = ssh_legacy_plan(
            c->plan->legacy_of(c->plan->legacy_arg, software), c->plan,
            &c->err);
    free(software);
    return rc;
}

/* Copies what stands in […] after mark. */
static char *bracketed(const char *text, const char *mark)
{
    const char *at = strstr(text, mark);

    if (!at)
        return NULL;
    at += strlen(mark);
    return mem_strndup(at, strcspn(at, "]"));
}

static int category_of(const char *text)
{
    static const char mark[] = "no match for method ";
    const char *at = strstr(text, mark);

    for (int i = 0; at && i < CATEGORIES; i++)
        if (strncmp(at + sizeof mark - 1, categories[i].word,
                    strlen(categories[i].word)) == 0)
            return i;
    /* "server host key algo" */
    return at && strncmp(at + sizeof mark - 1, "server host key", 15) == 0
               ? CAT_HOST_KEY : -1;
}

/* Which of theirs could be allowed as old ones. */
static void hint_legacy(struct err *e, const char *theirs)
{
    char *copy = mem_strdup(theirs), *rest = copy, *name;
    struct buf could = {0};

    while ((name = strsep(&rest, ",")))
        add_used(&could, name);
    if (could.len)
        err_hint(e, _("the device offers old algorithms only; if you accept "
                      "their weakness, allow them in its driver: "
                      "ssh: {legacy: [%s]}"), buf_str(&could));
    else
        err_hint(e, "%s", _("update the device's or this computer's SSH, or "
                            "use another way in: exec:ssh …, telnet://…, "
                            "serial:///dev/…"));
    buf_free(&could);
    free(copy);
}

bool ssh_legacy_explain(struct ssh_child *c, const char *text)
{
    int category = category_of(text);
    char *theirs = bracketed(text, "server [");
    char *ours = bracketed(text, "client [");
    bool ok = category >= 0 && theirs && ours;

    if (ok) {
        ssh_child_fail(c, SSH_STAGE_KEX,
                       _("no %s in common\n  the device offers: %s\n"
                         "  we offer: %s"),
                       _(categories[category].title), theirs, ours);
        hint_legacy(&c->err, theirs);
    }
    free(theirs);
    free(ours);
    return ok;
}
