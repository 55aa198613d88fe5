/*
 * An SSH server that logs in by keyboard-interactive only, as firewalls do:
 *   kbdint_server HOSTKEY PASSWORD
 * asks the password, then whether its notice is accepted ("yes"), then says
 * "fw> " and ends. Prints its port; serves until it is killed.
 */
#include <string.h>

#include "ssh_listen.h"

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

static void on_auth(ssh_session s, ssh_message m, void *arg)
{
    struct login *l = arg;
    const char *answer;

    if (ssh_message_subtype(m) != SSH_AUTH_METHOD_INTERACTIVE) {
        refuse_auth(m, SSH_AUTH_METHOD_INTERACTIVE);
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
        refuse_auth(m, SSH_AUTH_METHOD_INTERACTIVE);
    } else if (++l->round < 2) {
        ask(m, l->round);
    } else {
        ssh_message_auth_reply_success(m, 0);
    }
}

static void on_shell(ssh_channel c, void *arg)
{
    (void)arg;
    ssh_channel_write(c, "fw> ", 4);
}

int main(int argc, char **argv)
{
    struct login login = {argc > 2 ? argv[2] : "", 0};
    const struct listener l = {SSH_AUTH_METHOD_INTERACTIVE, on_auth, on_shell,
                               &login};
    ssh_bind b = ssh_bind_new();

    if (argc != 3)
        return 64;
    ssh_bind_options_set(b, SSH_BIND_OPTIONS_HOSTKEY, argv[1]);
    return listen_forever(b, &l);
}
