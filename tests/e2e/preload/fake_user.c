/*
 * Loaded into a test's sshd: one user, FAKE_USER with FAKE_PASSWORD and home
 * FAKE_HOME, who is whoever runs the server. So password logins are tested
 * without an account on the system, and without root.
 */
#include <dlfcn.h>
#include <grp.h>
#include <pwd.h>
#include <shadow.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static struct passwd *fake(void)
{
    static struct passwd pw;

    pw.pw_name = getenv("FAKE_USER");
    pw.pw_passwd = (char *)"x";
    pw.pw_uid = getuid();
    pw.pw_gid = getgid();
    pw.pw_gecos = (char *)"";
    pw.pw_dir = getenv("FAKE_HOME");
    pw.pw_shell = (char *)"/bin/sh";
    return &pw;
}

static int is_fake(const char *name)
{
    const char *user = getenv("FAKE_USER");

    return user && strcmp(user, name) == 0;
}

struct passwd *getpwnam(const char *name)
{
    struct passwd *(*next)(const char *);

    if (is_fake(name))
        return fake();
    *(void **)&next = dlsym(RTLD_NEXT, "getpwnam");
    return next(name);
}

struct passwd *getpwuid(uid_t uid)
{
    struct passwd *(*next)(uid_t);

    if (getenv("FAKE_USER") && uid == getuid())
        return fake();
    *(void **)&next = dlsym(RTLD_NEXT, "getpwuid");
    return next(uid);
}

struct spwd *getspnam(const char *name)
{
    static struct spwd sp;
    char *(*crypt_it)(const char *, const char *);

    if (!is_fake(name))
        return NULL;
    *(void **)&crypt_it = dlsym(RTLD_DEFAULT, "crypt");
    sp.sp_namp = getenv("FAKE_USER");
    sp.sp_pwdp = strdup(crypt_it(getenv("FAKE_PASSWORD"), "$6$kiriwake$"));
    sp.sp_lstchg = sp.sp_min = sp.sp_max = sp.sp_warn = -1;
    sp.sp_inact = sp.sp_expire = -1;
    return &sp;
}

/* The terminal's group cannot be given by a user without rights. */
int chown(const char *path, uid_t uid, gid_t gid)
{
    (void)path;
    (void)uid;
    (void)gid;
    return 0;
}

int initgroups(const char *user, gid_t gid)
{
    (void)user;
    (void)gid;
    return 0;
}
