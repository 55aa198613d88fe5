/*
 * An SSH server that knows old algorithms only, as old routers do:
 *   old_server HOSTKEY BANNER VERSION
 * calls itself BANNER, takes any password, stands at "Router#" and answers
 * "show version" with the text of the file VERSION. Prints its port; serves
 * until it is killed.
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

static const char prompt[] = "\r\nRouter#";

static void on_auth(ssh_message m)
{
    if (ssh_message_subtype(m) == SSH_AUTH_METHOD_PASSWORD) {
        ssh_message_auth_reply_success(m, 0);
    } else {
        ssh_message_auth_set_methods(m, SSH_AUTH_METHOD_PASSWORD);
        ssh_message_reply_default(m);
    }
}

static ssh_channel login(ssh_session s)
{
    ssh_channel channel = NULL;
    ssh_message m;
    int shell = 0;

    while (!shell && (m = ssh_message_get(s))) {
        int type = ssh_message_type(m);

        if (type == SSH_REQUEST_AUTH) {
            on_auth(m);
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

static void say(ssh_channel c, const char *text)
{
    ssh_channel_write(c, text, (uint32_t)strlen(text));
}

static void say_file(ssh_channel c, const char *path)
{
    FILE *f = fopen(path, "re");
    char line[300];

    while (f && fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = '\0';
        say(c, "\r\n");
        say(c, line);
    }
    if (f)
        fclose(f);
}

/* One command line with its echo; 0 when the other end is gone. */
static int read_line(ssh_channel c, char *line, size_t size)
{
    size_t n = 0;
    char byte;

    while (ssh_channel_read(c, &byte, 1, 0) == 1) {
        if (byte == '\r' || byte == '\n') {
            line[n] = '\0';
            return 1;
        }
        if (n + 1 < size)
            line[n++] = byte;
        ssh_channel_write(c, &byte, 1);
    }
    return 0;
}

static void serve(ssh_session s, const char *version)
{
    ssh_channel c = login(s);
    char line[200];

    if (!c)
        return;
    say(c, prompt);
    while (read_line(c, line, sizeof line) && strcmp(line, "exit") != 0) {
        if (strcmp(line, "show version") == 0)
            say_file(c, version);
        else if (line[0])
            say(c, "\r\n% Invalid input detected at '^' marker.");
        say(c, prompt);
    }
    ssh_channel_send_eof(c);
    ssh_channel_close(c);
}

static int offer_old(ssh_bind b, const char *hostkey, const char *banner)
{
    const struct { enum ssh_bind_options_e option; const char *value; } o[] = {
        {SSH_BIND_OPTIONS_HOSTKEY, hostkey},
        {SSH_BIND_OPTIONS_BANNER, banner},
        {SSH_BIND_OPTIONS_HOSTKEY_ALGORITHMS, "ssh-rsa"},
        {SSH_BIND_OPTIONS_KEY_EXCHANGE, "diffie-hellman-group14-sha1"},
        {SSH_BIND_OPTIONS_CIPHERS_C_S, "aes128-cbc"},
        {SSH_BIND_OPTIONS_CIPHERS_S_C, "aes128-cbc"},
        {SSH_BIND_OPTIONS_HMAC_C_S, "hmac-sha1"},
        {SSH_BIND_OPTIONS_HMAC_S_C, "hmac-sha1"}};

    for (size_t i = 0; i < sizeof o / sizeof o[0]; i++)
        if (ssh_bind_options_set(b, o[i].option, o[i].value) < 0)
            return -1;
    return 0;
}

static void accept_one(ssh_bind b, const char *version)
{
    ssh_session s = ssh_new();

    if (ssh_bind_accept(b, s) == SSH_OK && fork() == 0) {
        ssh_set_auth_methods(s, SSH_AUTH_METHOD_PASSWORD);
        if (ssh_handle_key_exchange(s) == SSH_OK)
            serve(s, version);
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

    if (argc != 4)
        return 64;
    signal(SIGCHLD, SIG_IGN);
    ssh_bind_options_set(b, SSH_BIND_OPTIONS_BINDADDR, "127.0.0.1");
    ssh_bind_options_set(b, SSH_BIND_OPTIONS_BINDPORT, &port);
    if (offer_old(b, argv[1], argv[2]) < 0 || ssh_bind_listen(b) < 0 ||
        getsockname(ssh_bind_get_fd(b), (struct sockaddr *)&a, &len) < 0) {
        fprintf(stderr, "%s\n", ssh_get_error(b));
        return 1;
    }
    printf("%d\n", ntohs(a.sin_port));
    fflush(stdout);
    for (;;)
        accept_one(b, argv[3]);
}
