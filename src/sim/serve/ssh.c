/*
 * An SSH server on loopback, one conversation after the other. As on the
 * real device: an RSA host key, passwords only, and no exit status at the
 * end.
 */
#include "serve.h"

#include <errno.h>
#include <libssh/callbacks.h>
#include <libssh/libssh.h>
#include <libssh/server.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kiriwake/buf.h"

#define LOGIN_MS 30000

struct visit {
    struct sim *sim;
    ssh_channel channel;
    struct ssh_channel_callbacks_struct channel_cb;
    bool shell, over;
};

static int on_password(ssh_session session, const char *user,
                       const char *password, void *arg)
{
    struct visit *v = arg;

    (void)session;
    return strcmp(user, sim_user(v->sim)) == 0 &&
                   strcmp(password, sim_password(v->sim)) == 0
               ? SSH_AUTH_SUCCESS
               : SSH_AUTH_DENIED;
}

static int on_pty(ssh_session session, ssh_channel channel, const char *term,
                  int width, int height, int pxw, int pxh, void *arg)
{
    (void)session, (void)channel, (void)term, (void)width, (void)height;
    (void)pxw, (void)pxh, (void)arg;
    return 0;
}

static int on_shell(ssh_session session, ssh_channel channel, void *arg)
{
    (void)session, (void)channel;
    ((struct visit *)arg)->shell = true;
    return 0;
}

static int on_data(ssh_session session, ssh_channel channel, void *data,
                   uint32_t len, int is_stderr, void *arg)
{
    struct visit *v = arg;

    (void)session, (void)channel, (void)is_stderr;
    if (v->shell)
        sim_receive(v->sim, data, len, serve_now());
    return (int)len;
}

static void on_close(ssh_session session, ssh_channel channel, void *arg)
{
    (void)session, (void)channel;
    ((struct visit *)arg)->over = true;
}

static ssh_channel on_channel(ssh_session session, void *arg)
{
    struct visit *v = arg;

    if (v->channel)
        return NULL;
    v->channel = ssh_channel_new(session);
    v->channel_cb = (struct ssh_channel_callbacks_struct){
        .userdata = v,
        .channel_pty_request_function = on_pty,
        .channel_shell_request_function = on_shell,
        .channel_data_function = on_data,
        .channel_close_function = on_close,
    };
    ssh_callbacks_init(&v->channel_cb);
    ssh_set_channel_callbacks(v->channel, &v->channel_cb);
    return v->channel;
}

static int wait_ms(uint64_t due)
{
    uint64_t now = serve_now();

    if (!due)
        return 1000;
    return due > now ? (int)(due - now) : 0;
}

/* Hands over what the device printed; when the next is due. */
static uint64_t print(struct visit *v)
{
    struct buf b = {0};
    uint64_t due = 0;

    sim_output(v->sim, &b, serve_now(), &due);
    if (b.len && ssh_channel_write(v->channel, b.data, (uint32_t)b.len) < 0)
        v->over = true;
    buf_free(&b);
    v->over = v->over || sim_closed(v->sim);
    return due;
}

static void talk(struct visit *v, ssh_session session)
{
    ssh_event event = ssh_event_new();
    uint64_t end = serve_now() + LOGIN_MS;

    ssh_event_add_session(event, session);
    while (!v->over) {
        uint64_t due = v->shell ? print(v) : end;

        if (v->over || (!v->shell && serve_now() > end))
            break;
        if (ssh_event_dopoll(event, wait_ms(due)) == SSH_ERROR)
            v->over = true;
    }
    ssh_event_remove_session(event, session);
    ssh_event_free(event);
}

static int converse(const struct serve *how, ssh_session session,
                    struct err *e)
{
    struct visit v = {.sim = serve_open(how, false, e)};
    struct ssh_server_callbacks_struct cb = {
        .userdata = &v,
        .auth_password_function = on_password,
        .channel_open_request_session_function = on_channel,
    };

    if (!v.sim)
        return -1;
    ssh_callbacks_init(&cb);
    ssh_set_server_callbacks(session, &cb);
    ssh_set_auth_methods(session, SSH_AUTH_METHOD_PASSWORD);
    if (ssh_handle_key_exchange(session) == SSH_OK)
        talk(&v, session);
    if (v.channel) {
        ssh_channel_send_eof(v.channel);
        ssh_channel_close(v.channel);
    }
    ssh_disconnect(session);
    serve_close(how, v.sim);
    return 0;
}

/* A bind with a fresh host key and the device's own banner. */
static ssh_bind make_bind(const struct serve *how, struct err *e)
{
    struct sim *s = serve_open(how, false, e);
    ssh_bind bind = NULL;
    ssh_key key = NULL;

    if (!s)
        return NULL;
    bind = ssh_bind_new();
    if (ssh_pki_generate(SSH_KEYTYPE_RSA, 2048, &key) != SSH_OK ||
        ssh_bind_options_set(bind, SSH_BIND_OPTIONS_IMPORT_KEY, key) < 0 ||
        ssh_bind_options_set(bind, SSH_BIND_OPTIONS_BANNER,
                             sim_banner(s)) < 0) {
        err_set(e, EXIT_FAILED, "ssh: %s", ssh_get_error(bind));
        ssh_bind_free(bind);
        bind = NULL;
    }
    sim_free(s);
    return bind;
}

static int serve_one(const struct serve *how, ssh_bind bind, int fd,
                     struct err *e)
{
    ssh_session session = ssh_new();
    int status = 0;

    if (ssh_bind_accept_fd(bind, session, fd) == SSH_OK)
        status = converse(how, session, e);
    else
        close(fd);
    ssh_free(session);
    return status;
}

int serve_ssh(const struct serve *how, struct err *e)
{
    int port = how->port, status = 0;
    ssh_bind bind = make_bind(how, e);
    int listening = bind ? serve_listen(&port, e) : -1;

    if (listening < 0) {
        if (bind)
            ssh_bind_free(bind);
        return -1;
    }
    serve_announce(how, port);
    while (status == 0) {
        int fd = accept(listening, NULL, NULL);

        if (fd < 0 && errno != EINTR)
            status = err_set(e, EXIT_FAILED, "accept: %s", strerror(errno));
        else if (fd >= 0)
            status = serve_one(how, bind, fd, e);
    }
    close(listening);
    ssh_bind_free(bind);
    return status;
}
