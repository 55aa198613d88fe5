/* What the person typed, ~/.ssh/config and defaults become one plan. */
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"
#include "ssh.h"
#include "ssh_plan.h"

#define DEFAULT_CONNECT_MS 15000

/* The environment first: a user directory may be far away and silent. */
static char *from_environment(const char *const *names)
{
    for (; *names; names++) {
        const char *v = getenv(*names);

        if (v && v[0])
            return mem_strdup(v);
    }
    return NULL;
}

static char *home_directory(void)
{
    static const char *const names[] = {"HOME", NULL};
    char *home = from_environment(names);
    struct passwd *pw = home ? NULL : getpwuid(getuid());

    if (home)
        return home;
    return mem_strdup(pw ? pw->pw_dir : "/");
}

static char *login_name(void)
{
    static const char *const names[] = {"LOGNAME", "USER", NULL};
    char *name = from_environment(names);
    struct passwd *pw = name ? NULL : getpwuid(getuid());

    if (name)
        return name;
    return mem_strdup(pw ? pw->pw_name : "root");
}

static char **copy_list(char *const *list, size_t count)
{
    char **out = mem_zalloc((count + 1) * sizeof *out);

    for (size_t i = 0; i < count; i++)
        out[i] = mem_strdup(list[i]);
    return out;
}

static char **below(const char *dir, const char *const *names, size_t count,
                    const char *more)
{
    char **out = mem_zalloc((count + 2) * sizeof *out);

    for (size_t i = 0; i < count; i++)
        out[i] = mem_printf("%s/%s", dir, names[i]);
    if (more)
        out[count] = mem_strdup(more);
    return out;
}

static char **plan_identities(const struct ssh_plan *p,
                              const struct ssh_config *c)
{
    static const char *const names[] = {"id_rsa", "id_ecdsa", "id_ed25519"};

    if (c->identity_count)
        return copy_list(c->identities, c->identity_count);
    return below(p->ssh_dir, names, 3, NULL);
}

static char **plan_known_hosts(const struct ssh_plan *p,
                               const struct ssh_options *o,
                               const struct ssh_config *c)
{
    static const char *const names[] = {"known_hosts", "known_hosts2"};
    char *one[] = {(char *)(uintptr_t)o->known_hosts};

    if (o->known_hosts)
        return copy_list(one, 1);
    if (c->known_count)
        return copy_list(c->known_hosts, c->known_count);
    return below(p->ssh_dir, names, 2, "/etc/ssh/ssh_known_hosts");
}

static int plan_policy(const char *name, struct ssh_plan *p, struct err *e)
{
    static const char *const names[] = {
        [HOST_KEY_ASK] = "ask",
        [HOST_KEY_ACCEPT_NEW] = "accept-new",
        [HOST_KEY_STRICT] = "strict",
    };

    for (int i = 0; i < 3; i++)
        if (!name || strcmp(names[i], name) == 0) {
            p->policy = (enum ssh_host_key_policy)i;
            return 0;
        }
    err_set(e, EXIT_USAGE, _("--host-key: \"%s\" is not a way to treat host "
                             "keys"), name);
    err_hint(e, "%s", _("one of ask, accept-new, strict"));
    return -1;
}

static int refuse_proxy(const struct target *t, const struct ssh_config *c,
                        struct err *e)
{
    err_set(e, EXIT_USAGE, _("%s: ~/.ssh/config says \"%s\" for it; nothing "
                             "there is executed unseen"), t->text, c->proxy);
    err_hint(e, _("let OpenSSH do it: the target exec:ssh %s"), t->host);
    return -1;
}

static const char *first(const char *a, const char *b, const char *c)
{
    return a && *a ? a : b && *b ? b : c;
}

static void fill(struct ssh_plan *p, const struct target *t,
                 const struct ssh_options *o, const struct ssh_config *c)
{
    char *login = login_name();

    p->name = mem_strdup(t->text ? t->text : t->host);
    p->host = mem_strdup(c->hostname ? c->hostname : t->host);
    p->user = mem_strdup(first(o->user, first(t->user, c->user, NULL),
                               login));
    p->port = t->port ? t->port : c->port ? c->port : 22;
    p->identities = plan_identities(p, c);
    p->known_hosts = plan_known_hosts(p, o, c);
    p->has_password = o->password != NULL;
    p->legacy_of = o->legacy_of;
    p->legacy_arg = o->legacy_arg;
    p->cols = o->cols ? o->cols : 80;
    p->rows = o->rows ? o->rows : 24;
    p->connect_ms = o->connect_ms ? o->connect_ms : DEFAULT_CONNECT_MS;
    free(login);
}

struct ssh_plan *ssh_plan_new(const struct target *t,
                              const struct ssh_options *o, struct err *e)
{
    struct ssh_plan *p = mem_zalloc(sizeof *p);
    struct ssh_config c;
    char *home = home_directory();
    char *path = mem_printf("%s/.ssh/config", home);
    int rc;

    p->ssh_dir = mem_printf("%s/.ssh", home);
    ssh_config_read(path, home, t->host, t->user, &c);
    rc = c.proxy ? refuse_proxy(t, &c, e) : 0;
    if (rc == 0)
        rc = plan_policy(o->host_key, p, e);
    if (rc == 0)
        rc = ssh_legacy_plan(o->legacy, p, e);
    if (rc == 0)
        fill(p, t, o, &c);
    ssh_config_free(&c);
    free(path);
    free(home);
    if (rc < 0) {
        ssh_plan_free(p);
        return NULL;
    }
    return p;
}

static void list_free(char **list)
{
    for (size_t i = 0; list && list[i]; i++)
        free(list[i]);
    free(list);
}

void ssh_plan_free(struct ssh_plan *p)
{
    free(p->name);
    free(p->host);
    free(p->user);
    free(p->ssh_dir);
    list_free(p->identities);
    list_free(p->known_hosts);
    for (int i = 0; i < CATEGORIES; i++)
        free(p->algorithms[i]);
    free(p);
}
