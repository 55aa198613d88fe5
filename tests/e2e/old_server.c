/*
 * An SSH server that knows old algorithms only, as old routers do:
 *   old_server HOSTKEY BANNER VERSION
 * calls itself BANNER, takes any password, stands at "Router#" and answers
 * "show version" with the text of the file VERSION. Prints its port; serves
 * until it is killed.
 */
#include <string.h>

#include "ssh_listen.h"

static const char prompt[] = "\r\nRouter#";

static void on_auth(ssh_session s, ssh_message m, void *arg)
{
    (void)s;
    (void)arg;
    if (ssh_message_subtype(m) == SSH_AUTH_METHOD_PASSWORD)
        ssh_message_auth_reply_success(m, 0);
    else
        refuse_auth(m, SSH_AUTH_METHOD_PASSWORD);
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

static void on_shell(ssh_channel c, void *version)
{
    char line[200];

    say(c, prompt);
    while (read_line(c, line, sizeof line) && strcmp(line, "exit") != 0) {
        if (strcmp(line, "show version") == 0)
            say_file(c, version);
        else if (line[0])
            say(c, "\r\n% Invalid input detected at '^' marker.");
        say(c, prompt);
    }
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

int main(int argc, char **argv)
{
    struct listener l = {SSH_AUTH_METHOD_PASSWORD, on_auth, on_shell, NULL};
    ssh_bind b = ssh_bind_new();

    if (argc != 4)
        return 64;
    l.arg = argv[3];
    if (offer_old(b, argv[1], argv[2]) < 0) {
        fprintf(stderr, "%s\n", ssh_get_error(b));
        return 1;
    }
    return listen_forever(b, &l);
}
