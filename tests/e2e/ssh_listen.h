/* What the SSH servers here share: listening, one child for each session,
 * and the way from its login to its shell. */
#ifndef TEST_SSH_LISTEN_H
#define TEST_SSH_LISTEN_H

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <libssh/libssh.h>
#include <libssh/server.h>

struct listener {
    int method;                 /* SSH_AUTH_METHOD_…: the only one */
    void (*on_auth)(ssh_session s, ssh_message m, void *arg);
    void (*on_shell)(ssh_channel c, void *arg);
    void *arg;                  /* of both; each session has its own copy */
};

/* Not that way. */
static inline void refuse_auth(ssh_message m, int method)
{
    ssh_message_auth_set_methods(m, method);
    ssh_message_reply_default(m);
}

static inline ssh_channel open_shell(ssh_session s, const struct listener *l)
{
    ssh_channel channel = NULL;
    ssh_message m;
    int shell = 0;

    while (!shell && (m = ssh_message_get(s))) {
        int type = ssh_message_type(m);

        if (type == SSH_REQUEST_AUTH) {
            l->on_auth(s, m, l->arg);
        } else if (type == SSH_REQUEST_CHANNEL_OPEN) {
            channel = ssh_message_channel_request_open_reply_accept(m);
        } else if (type == SSH_REQUEST_CHANNEL) {
            shell = ssh_message_subtype(m) == SSH_CHANNEL_REQUEST_SHELL;
            ssh_message_channel_request_reply_success(m);
        } else {
            ssh_message_reply_default(m);
        }
        ssh_message_free(m);
    }
    return shell ? channel : NULL;
}

static inline void serve_session(ssh_session s, const struct listener *l)
{
    ssh_channel c = NULL;

    ssh_set_auth_methods(s, l->method);
    if (ssh_handle_key_exchange(s) == SSH_OK)
        c = open_shell(s, l);
    if (c) {
        l->on_shell(c, l->arg);
        ssh_channel_send_eof(c);
        ssh_channel_close(c);
    }
    ssh_disconnect(s);
}

static inline void accept_one(ssh_bind b, const struct listener *l)
{
    ssh_session s = ssh_new();

    if (ssh_bind_accept(b, s) == SSH_OK && fork() == 0) {
        serve_session(s, l);
        _exit(0);
    }
    ssh_silent_disconnect(s);
    ssh_free(s);
}

/* Prints the port; serves until it is killed. Returns only where it cannot. */
static inline int listen_forever(ssh_bind b, const struct listener *l)
{
    struct sockaddr_in a;
    socklen_t len = sizeof a;
    unsigned port = 0;

    signal(SIGCHLD, SIG_IGN);
    ssh_bind_options_set(b, SSH_BIND_OPTIONS_BINDADDR, "127.0.0.1");
    ssh_bind_options_set(b, SSH_BIND_OPTIONS_BINDPORT, &port);
    if (ssh_bind_listen(b) < 0 ||
        getsockname(ssh_bind_get_fd(b), (struct sockaddr *)&a, &len) < 0) {
        fprintf(stderr, "%s\n", ssh_get_error(b));
        return 1;
    }
    printf("%d\n", ntohs(a.sin_port));
    fflush(stdout);
    for (;;)
        accept_one(b, l);
}

#endif
