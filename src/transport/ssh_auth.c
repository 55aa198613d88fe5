/*
 * Logging in: agent, key files, keyboard-interactive, password, in OpenSSH's
 * order. A refused password is never sent again by another method: devices
 * lock accounts.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"
#include "ssh.h"

#define AGENT_MS 3000           /* for the list of keys; signing has auth_ms */
#define ASK_TIMES 3
#define MAX_ROUNDS 4

enum step { NEXT, DONE, FAILED, PARTIAL };

static void tried(struct ssh_child *c, const char *what)
{
    buf_printf(&c->tried, "%s%s", c->tried.len ? ", " : "", what);
}

static int methods(struct ssh_child *c)
{
    return ssh_userauth_list(c->session, NULL);
}

static void method_names(int list, struct buf *out)
{
    static const struct {
        int bit;
        const char *name;
    } names[] = {
        {SSH_AUTH_METHOD_PUBLICKEY, "publickey"},
        {SSH_AUTH_METHOD_INTERACTIVE, "keyboard-interactive"},
        {SSH_AUTH_METHOD_PASSWORD, "password"},
        {SSH_AUTH_METHOD_HOSTBASED, "hostbased"},
        {SSH_AUTH_METHOD_GSSAPI_MIC, "gssapi-with-mic"},
    };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (list & names[i].bit)
            buf_printf(out, "%s%s", out->len ? ", " : "", names[i].name);
}

/* The server ended the session in between, or something broke. */
static enum step broke(struct ssh_child *c)
{
    const char *text = ssh_child_why(c);

    ssh_child_fail(c, SSH_STAGE_AUTH,
                   _("the device ended the login as %s: %s (tried: %s)"),
                   c->plan->user, text,
                   c->tried.len ? buf_str(&c->tried) : _("nothing"));
    if (strstr(text, "Too many"))
        err_hint(&c->err, "%s", _("too many keys were offered: name one by "
                                  "IdentityFile in ~/.ssh/config, or unset "
                                  "SSH_AUTH_SOCK and use the password"));
    else
        err_hint(&c->err, "%s", _("try again; the device may limit sessions, "
                                  "or lock a user after wrong passwords"));
    return FAILED;
}

/* Whether to call again: libssh runs without blocking here, since a server
 * that hangs up during a login leaves it waiting for ever otherwise. */
static bool again(struct ssh_child *c, int rc)
{
    return rc == SSH_AUTH_AGAIN && ssh_child_wait(c);
}

static enum step outcome(struct ssh_child *c, int rc)
{
    if (rc == SSH_AUTH_SUCCESS)
        return DONE;
    if (rc == SSH_AUTH_PARTIAL)
        return PARTIAL;
    if (rc == SSH_AUTH_ERROR || rc == SSH_AUTH_AGAIN ||
        !ssh_is_connected(c->session))
        return broke(c);
    return NEXT;
}

static enum step with_agent(struct ssh_child *c)
{
    const char *path = getenv("SSH_AUTH_SOCK");
    int keys, rc;

    if (!path || !path[0])
        return NEXT;
    ssh_child_stage(c, SSH_STAGE_AGENT, path);
    keys = ssh_agent_probe(AGENT_MS);
    if (keys < 0)
        tried(c, _("agent (silent, passed over)"));
    if (keys <= 0)
        return NEXT;
    do
        rc = ssh_userauth_agent(c->session, NULL);
    while (again(c, rc));
    tried(c, _("agent"));
    /* libssh calls an agent that fails an error of the session. */
    if (rc == SSH_AUTH_ERROR && ssh_is_connected(c->session))
        return NEXT;
    return outcome(c, rc);
}

struct passphrase {
    struct ssh_child *c;
    const char *path;
    bool declined;
};

static int on_passphrase(const char *prompt, char *out, size_t size, int echo,
                         int verify, void *arg)
{
    struct passphrase *p = arg;
    char *text, *answer = NULL;
    bool given;
    int rc;

    (void)prompt;
    (void)echo;
    (void)verify;
    text = mem_printf(_("Passphrase of %s: "), p->path);
    rc = ssh_child_ask(p->c, TRANSPORT_Q_PROMPT, false, text, &answer,
                       &given);
    free(text);
    p->declined = rc < 0;
    if (rc == 0)
        snprintf(out, size, "%s", answer);
    mem_wipe(answer);
    return rc;
}

/* With a password at hand nobody is asked for a passphrase. */
static ssh_key load_private(struct ssh_child *c, const char *path)
{
    struct passphrase p = {c, path, c->plan->has_password};
    ssh_auth_callback ask = p.declined ? NULL : on_passphrase;
    ssh_key key = NULL;

    for (int i = 0; i < ASK_TIMES && !key; i++) {
        if (ssh_pki_import_privkey_file(path, NULL, ask, &p, &key) != SSH_OK)
            key = NULL;
        if (p.declined)
            break;
    }
    return key;
}

/* Does the server want this key at all? Asked when there is a .pub, so that
 * no passphrase is wanted for nothing. */
static int offer(struct ssh_child *c, const char *path)
{
    char *pub = mem_printf("%s.pub", path);
    ssh_key key = NULL;
    int rc = SSH_AUTH_SUCCESS;

    if (ssh_pki_import_pubkey_file(pub, &key) == SSH_OK)
        do
            rc = ssh_userauth_try_publickey(c->session, NULL, key);
        while (again(c, rc));
    ssh_key_free(key);
    free(pub);
    return rc;
}

static enum step with_key(struct ssh_child *c, const char *path)
{
    ssh_key key;
    int rc;

    if (!path[0] || access(path, R_OK) != 0)
        return NEXT;
    ssh_child_stage(c, SSH_STAGE_KEY, path);
    tried(c, path);
    rc = offer(c, path);
    if (rc != SSH_AUTH_SUCCESS)
        return outcome(c, rc);
    key = load_private(c, path);
    if (!key) {
        buf_adds(&c->tried, _(" (could not be unlocked or read)"));
        return NEXT;
    }
    do
        rc = ssh_userauth_publickey(c->session, NULL, key);
    while (again(c, rc));
    ssh_key_free(key);
    return outcome(c, rc);
}

static enum step with_keys(struct ssh_child *c)
{
    enum step s = NEXT;

    for (char **k = c->plan->identities; *k && s == NEXT; k++)
        s = with_key(c, *k);
    return s;
}

static enum step refused_given(struct ssh_child *c, const char *method)
{
    ssh_child_fail(c, SSH_STAGE_AUTH,
                   _("the device refused the password of user %s (%s)"),
                   c->plan->user, method);
    err_hint(&c->err, "%s", _("check user (--user) and password "
                              "(--password-file); mind that devices lock "
                              "users after several wrong passwords"));
    return FAILED;
}

/* The password may be right and what came after it not. */
static enum step refused_answers(struct ssh_child *c)
{
    ssh_child_fail(c, SSH_STAGE_AUTH,
                   _("the device refused the answers of user %s "
                     "(keyboard-interactive)"), c->plan->user);
    err_hint(&c->err, "%s", _("check the user (--user), the password and what "
                              "the device asked after it"));
    return FAILED;
}

static bool is_password_prompt(const char *prompt, bool echo)
{
    return !echo && (strcasestr(prompt, "password") ||
                     strstr(prompt, "パスワード"));
}

/* One prompt of keyboard-interactive; 0, or -1 when declined. */
static int answer_prompt(struct ssh_child *c, unsigned i, bool *given)
{
    const char *name = ssh_userauth_kbdint_getname(c->session);
    const char *words = ssh_userauth_kbdint_getinstruction(c->session);
    char echo = 0;
    const char *prompt = ssh_userauth_kbdint_getprompt(c->session, i, &echo);
    bool secret = is_password_prompt(prompt, echo);
    char *answer = NULL, *text;
    int rc;

    text = mem_printf("%s%s%s%s%s", name, *name ? "\n" : "", words,
                      *words ? "\n" : "", prompt);
    rc = ssh_child_ask(c, secret ? TRANSPORT_Q_PASSWORD : TRANSPORT_Q_PROMPT,
                       echo, text, &answer, given);
    if (rc == 0)
        rc = ssh_userauth_kbdint_setanswer(c->session, i, answer);
    free(text);
    mem_wipe(answer);
    return rc;
}

static enum step declined(struct ssh_child *c)
{
    ssh_child_fail(c, SSH_STAGE_AUTH, "%s",
                   _("the login asked a question and got no answer"));
    err_hint(&c->err, "%s", _("give the password by --password-file, or use "
                              "a key or an agent"));
    return FAILED;
}

static int interactive(struct ssh_child *c)
{
    int rc;

    do
        rc = ssh_userauth_kbdint(c->session, NULL, NULL);
    while (again(c, rc));
    return rc;
}

/* One round of questions and answers. */
static enum step interactive_once(struct ssh_child *c, bool *given,
                                  int *asked)
{
    int rc = interactive(c);

    while (rc == SSH_AUTH_INFO) {
        int n = ssh_userauth_kbdint_getnprompts(c->session);

        for (int i = 0; i < n; i++) {
            bool was = false;

            if (answer_prompt(c, (unsigned)i, &was) < 0)
                return declined(c);
            *given |= was;
            ++*asked;
        }
        rc = interactive(c);
    }
    return outcome(c, rc);
}

static enum step with_interactive(struct ssh_child *c)
{
    enum step s = NEXT;
    bool given = false;

    ssh_child_stage(c, SSH_STAGE_AUTH, "keyboard-interactive");
    tried(c, "keyboard-interactive");
    for (int i = 0; i < ASK_TIMES && s == NEXT; i++) {
        int asked = 0;

        s = interactive_once(c, &given, &asked);
        if (s == NEXT && given)
            return asked == 1 ? refused_given(c, "keyboard-interactive")
                              : refused_answers(c);
        /* Some offer the method and then ask nothing. */
        if (!asked || !(methods(c) & SSH_AUTH_METHOD_INTERACTIVE))
            break;
    }
    return s;
}

static enum step send_password(struct ssh_child *c, const char *password)
{
    int rc;

    do
        rc = ssh_userauth_password(c->session, NULL, password);
    while (again(c, rc));
    return outcome(c, rc);
}

static enum step with_password(struct ssh_child *c)
{
    enum step s = NEXT;
    char *text = mem_printf(_("Password of %s@%s: "), c->plan->user,
                            c->plan->host);

    ssh_child_stage(c, SSH_STAGE_AUTH, "password");
    tried(c, "password");
    for (int i = 0; i < ASK_TIMES && s == NEXT; i++) {
        char *answer = NULL;
        bool given = false;

        if (ssh_child_ask(c, TRANSPORT_Q_PASSWORD, false, text, &answer,
                          &given) < 0)
            s = declined(c);
        else
            s = send_password(c, answer);
        mem_wipe(answer);
        if (s == NEXT && given)
            s = refused_given(c, "password");
    }
    free(text);
    return s;
}

static enum step refused(struct ssh_child *c)
{
    struct buf left = {0};

    method_names(methods(c), &left);
    ssh_child_fail(c, SSH_STAGE_AUTH,
                   _("the device refused the login as %s: tried %s; it would "
                     "accept %s"), c->plan->user,
                   c->tried.len ? buf_str(&c->tried) : _("nothing"),
                   left.len ? buf_str(&left) : _("nothing that we can do"));
    err_hint(&c->err, "%s", _("check the user (--user); name a key by "
                              "IdentityFile in ~/.ssh/config, or give the "
                              "password"));
    buf_free(&left);
    return FAILED;
}

static const struct {
    int method;
    enum step (*run)(struct ssh_child *c);
} steps[] = {
    {SSH_AUTH_METHOD_PUBLICKEY, with_agent},
    {SSH_AUTH_METHOD_PUBLICKEY, with_keys},
    {SSH_AUTH_METHOD_INTERACTIVE, with_interactive},
    {SSH_AUTH_METHOD_PASSWORD, with_password},
};

static enum step run_steps(struct ssh_child *c)
{
    enum step s = NEXT;

    for (size_t i = 0; i < sizeof steps / sizeof steps[0] && s == NEXT; i++)
        if (methods(c) & steps[i].method)
            s = steps[i].run(c);
    return s;
}

/* Tells which methods there are; some devices let one in with none. */
static enum step with_none(struct ssh_child *c)
{
    int rc;

    do
        rc = ssh_userauth_none(c->session, NULL);
    while (again(c, rc));
    return outcome(c, rc);
}

int ssh_auth_run(struct ssh_child *c)
{
    enum step s;

    ssh_child_stage(c, SSH_STAGE_AUTH, c->plan->user);
    ssh_set_blocking(c->session, 0);
    s = with_none(c);
    /* Each partial success leaves other methods to do: from the start. */
    for (int rounds = 0; (s == NEXT && rounds == 0) || s == PARTIAL; rounds++)
        s = rounds < MAX_ROUNDS ? run_steps(c) : NEXT;
    if (s == NEXT)
        s = refused(c);
    return s == DONE ? 0 : -1;
}
