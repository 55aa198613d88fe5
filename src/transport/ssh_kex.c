/* Greeting and key exchange. Blocks: it runs in the child. */
#include <stdio.h>
#include <string.h>

#include "kiriwake/msg.h"
#include "ssh.h"

/* libssh has no call that tells which host key algorithm was agreed (only
 * the key's type, and ssh-rsa and rsa-sha2-* share it), but it logs it. */
static void on_log(int priority, const char *function, const char *text,
                   void *arg)
{
    struct ssh_child *c = arg;
    const char *at = strstr(text, "Negotiated ");
    size_t len;

    (void)priority;
    (void)function;
    at = at ? strchr(at, ',') : NULL;
    if (!at)
        return;
    len = strcspn(++at, ",");
    if (len < sizeof c->host_key_algorithm) {
        memcpy(c->host_key_algorithm, at, len);
        c->host_key_algorithm[len] = '\0';
    }
}

/* From 0.4 on the server's greeting has come. */
static void on_progress(void *arg, float status)
{
    struct ssh_child *c = arg;

    if (status >= 0.39f && status < 0.5f)
        ssh_child_stage(c, SSH_STAGE_KEX, c->plan->name);
}

static int set_lists(struct ssh_child *c)
{
    static const struct {
        enum ssh_options_e option;
        enum ssh_category category;
    } lists[] = {
        {SSH_OPTIONS_KEY_EXCHANGE, CAT_KEX},
        {SSH_OPTIONS_HOSTKEYS, CAT_HOST_KEY},
        {SSH_OPTIONS_PUBLICKEY_ACCEPTED_TYPES, CAT_HOST_KEY},
        {SSH_OPTIONS_CIPHERS_C_S, CAT_CIPHER},
        {SSH_OPTIONS_CIPHERS_S_C, CAT_CIPHER},
        {SSH_OPTIONS_HMAC_C_S, CAT_MAC},
        {SSH_OPTIONS_HMAC_S_C, CAT_MAC},
    };

    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        const char *names = c->plan->algorithms[lists[i].category];

        if (names && ssh_options_set(c->session, lists[i].option, names) < 0)
            return -1;
    }
    return 0;
}

/* Old devices have no longer keys; before 0.10 libssh had no lower limit. */
static int allow_short_rsa(ssh_session session)
{
#if LIBSSH_VERSION_INT >= SSH_VERSION_INT(0, 10, 0)
    int bits = 1024;

    return ssh_options_set(session, SSH_OPTIONS_RSA_MIN_SIZE, &bits);
#else
    (void)session;
    return 0;
#endif
}

static int set_options(struct ssh_child *c)
{
    const struct ssh_plan *p = c->plan;
    bool no = false;
    long seconds = 24 * 3600;   /* the parent keeps the deadlines */
    const char *second = p->known_hosts[1];
    int rc = 0;

    rc |= ssh_options_set(c->session, SSH_OPTIONS_PROCESS_CONFIG, &no);
    rc |= ssh_options_set(c->session, SSH_OPTIONS_SSH_DIR, p->ssh_dir);
    rc |= ssh_options_set(c->session, SSH_OPTIONS_HOST, p->host);
    rc |= ssh_options_set(c->session, SSH_OPTIONS_PORT, &p->port);
    rc |= ssh_options_set(c->session, SSH_OPTIONS_USER, p->user);
    rc |= ssh_options_set(c->session, SSH_OPTIONS_FD, &c->fd);
    rc |= ssh_options_set(c->session, SSH_OPTIONS_TIMEOUT, &seconds);
    rc |= ssh_options_set(c->session, SSH_OPTIONS_KNOWNHOSTS,
                          p->known_hosts[0]);
    rc |= ssh_options_set(c->session, SSH_OPTIONS_GLOBAL_KNOWNHOSTS,
                          second ? second : "/dev/null");
    if (p->algorithms[CAT_HOST_KEY])
        rc |= allow_short_rsa(c->session);
    return rc ? -1 : set_lists(c);
}

static int fail_connect(struct ssh_child *c)
{
    const char *banner = ssh_get_serverbanner(c->session);
    const char *text = ssh_child_why(c);

    if (ssh_legacy_explain(c, text))
        return -1;
    if (!banner) {
        ssh_child_fail(c, SSH_STAGE_GREETING,
                       _("the other end did not greet as an SSH server: %s"),
                       text);
        err_hint(&c->err, "%s",
                 _("is this the SSH port? Telnet is telnet://…; the device "
                   "may also limit sessions or sources (SSH access list)"));
        return -1;
    }
    ssh_child_fail(c, SSH_STAGE_KEX, _("key exchange failed with %s: %s"),
                   banner, text);
    err_hint(&c->err, "%s", _("try again; if it stays so, try the target "
                              "exec:ssh … and compare what it says"));
    return -1;
}

static void send_banner(struct ssh_child *c)
{
    const char *banner = ssh_get_serverbanner(c->session);
    const char *software = banner ? banner : "";

    /* "SSH-2.0-NEC-IX2106-…": the software begins after the second '-'. */
    for (int i = 0; i < 2 && strchr(software, '-'); i++)
        software = strchr(software, '-') + 1;
    frame_send(c->parent, FRAME_BANNER, software, strlen(software));
}

int ssh_kex_run(struct ssh_child *c)
{
    struct buf used = {0};
    int rc;

    c->callbacks.userdata = c;
    c->callbacks.connect_status_function = on_progress;
    ssh_callbacks_init(&c->callbacks);
    ssh_child_stage(c, SSH_STAGE_GREETING, c->plan->name);
    if (ssh_legacy_by_greeting(c) < 0)
        return -1;
    c->session = ssh_new();
    if (!c->session || set_options(c) < 0)
        return ssh_child_fail(c, SSH_STAGE_GREETING, "libssh: %s",
                              c->session ? ssh_get_error(c->session) : "?");
    ssh_set_callbacks(c->session, &c->callbacks);
    ssh_set_log_userdata(c);
    ssh_set_log_callback(on_log);
    ssh_set_log_level(SSH_LOG_DEBUG);
    rc = ssh_connect(c->session);
    ssh_set_log_level(SSH_LOG_NONE);
    if (rc != SSH_OK)
        return fail_connect(c);
    send_banner(c);
    ssh_legacy_used(c, &used);
    frame_send(c->parent, FRAME_LEGACY, buf_str(&used), used.len);
    buf_free(&used);
    return 0;
}
