/*
 * An SSH server that logs in by keyboard-interactive only, as firewalls do:
 *   kbdint_server HOSTKEY PASSWORD
 * asks the password, then whether its notice is accepted ("yes"), then says
 * "fw> " and ends. Prints its port; serves until it is killed.
 */
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <libssh/libssh.h>
#include <libssh/server.h>

struct login {
    const char *password;
    int round;                  /* questions answered well */
};

static const char *const questions[] = {
    "Password: ", "Do you accept the statement above? (yes/no): ",
};

static void ask(ssh_message m, int round)
{
    const char *prompts[] = {questions[round]};
    char echo[] = {(char)(round > 0)};

    ssh_message_auth_interactive_request(
        m, "", round ? "Authorized use only." : "", 1, prompts, echo);
}

static void on_auth(ssh_session s, ssh_message m, struct login *l)
{
    const char *answer;

    if (ssh_message_subtype(m) != SSH_AUTH_METHOD_INTERACTIVE) {
        ssh_message_auth_set_methods(m, SSH_AUTH_METHOD_INTERACTIVE);
        ssh_message_reply_default(m);
        return;
    }
    if (!ssh_message_auth_kbdint_is_response(m)) {
        l->round = 0;
        ask(m, 0);
        return;
    }
    answer = ssh_userauth_kbdint_getnanswers(s) == 1
                 ? ssh_userauth_kbdint_getanswer(s, 0) : "";
    if (strcmp(answer, l->round ? "yes" : l->password) != 0) {
        ssh_message_auth_set_methods(m, SSH_AUTH_METHOD_INTERACTIVE);
        ssh_message_reply_default(m);
    } else if (++l->round < 2) {
        ask(m, l->round);
    } else {
        ssh_message_auth_reply_success(m, 0);
    }
}

/* True once the shell was asked for. */
static int on_channel(ssh_message m)
{
    int shell = ssh_message_subtype(m) == SSH_CHANNEL_REQUEST_SHELL;

    ssh_message_channel_request_reply_success(m);
    return shell;
}

static void serve(ssh_session s, const char *password)
{
    struct login l = {password, 0};
    ssh_channel channel = NULL;
    ssh_message m;
    int shell = 0;

    while (!shell && (m = ssh_message_get(s))) {
        int type = ssh_message_type(m);

        if (type == SSH_REQUEST_AUTH)
            on_auth(s, m, &l);
        else if (type == SSH_REQUEST_CHANNEL_OPEN)
            channel = ssh_message_channel_request_open_reply_accept(m);
        else if (type == SSH_REQUEST_CHANNEL)
            shell = on_channel(m);
        else
            ssh_message_reply_default(m);
        ssh_message_free(m);
    }
    if (!shell)
        return;
    ssh_channel_write(channel, "fw> ", 4);
    ssh_channel_send_eof(channel);
    ssh_channel_close(channel);
}

static void accept_one(ssh_bind b, const char *password)
{
    ssh_session s = ssh_new();

    if (ssh_bind_accept(b, s) == SSH_OK && fork() == 0) {
        ssh_set_auth_methods(s, SSH_AUTH_METHOD_INTERACTIVE);
        if (ssh_handle_key_exchange(s) == SSH_OK)
            serve(s, password);
        ssh_disconnect(s);
        _exit(0);
    }
    ssh_silent_disconnect(s);
    ssh_free(s);
}

int main(int argc, char **argv)
{
    struct sockaddr_in a;
    socklen_t len = sizeof a;
    ssh_bind b = ssh_bind_new();
    unsigned port = 0;

    if (argc != 3)
        return 64;
    signal(SIGCHLD, SIG_IGN);
    ssh_bind_options_set(b, SSH_BIND_OPTIONS_BINDADDR, "127.0.0.1");
    ssh_bind_options_set(b, SSH_BIND_OPTIONS_BINDPORT, &port);
    ssh_bind_options_set(b, SSH_BIND_OPTIONS_HOSTKEY, argv[1]);
    if (ssh_bind_listen(b) < 0 ||
        getsockname(ssh_bind_get_fd(b), (struct sockaddr *)&a, &len) < 0) {
        fprintf(stderr, "%s\n", ssh_get_error(b));
        return 1;
    }
    printf("%d\n", ntohs(a.sin_port));
    fflush(stdout);
    for (;;)
        accept_one(b, argv[2]);
}
