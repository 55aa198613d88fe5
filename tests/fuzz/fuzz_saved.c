/*
 * Any bytes as a saved file. The first one chooses the form. Whatever comes:
 * texts stay safe and limited, what is not complete says why, records are in
 * order, and single bytes tell the same as all at once.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kiriwake/buf.h"
#include "kiriwake/saved.h"
#include "kiriwake/text.h"

#define MAX_REPLY 4096

static const char *const refused[] = {"^%.*-- Invalid command", NULL};
static const struct console_mode modes[] = {
    {.name = "exec", .prompt = "^{host}[#%$>] ?$"},
    {.name = "config", .prompt = "^{host}\\(config[^)]*\\)[#%] ?$"}};
static const struct console_profile profile = {
    .driver = "fuzz", .login_user = "^login: ?$",
    .login_password = "(?i)password: ?$", .modes = modes, .mode_count = 2,
    .pager_match = "--More--", .pager_erase = "\\x08+ +\\x08+",
    .refused = refused, .width = 20, .reply_max_bytes = MAX_REPLY};
static const char *const forms[] = {"show a", "show b c", "show bb *",
                                    "ping *[", NULL};
static const char *const sections[] = {"^-{3,} (\\S.*?) -{3,}$", NULL};
static const char *const prefixes[] = {"do ", NULL};
static const struct saved_rules rules = {&profile, forms, sections, prefixes};

static void check_text(const char *s)
{
    size_t len = strlen(s);

    if (!text_is_utf8(s, len))
        abort();
    for (size_t i = 0; i < len; i++)
        if (((unsigned char)s[i] < 0x20 && s[i] != '\n' && s[i] != '\t') ||
            s[i] == 0x7F)
            abort();
}

static void check_record(const struct saved_record *r, size_t before)
{
    const struct console_reply *reply = &r->reply;

    check_text(reply->text);
    check_text(r->command);
    if (r->host)
        check_text(r->host);
    if (strlen(reply->text) > MAX_REPLY + 1 || r->line < before)
        abort();
    if (reply->state != REPLY_COMPLETE && !reply->reason)
        abort();
}

static void play(const struct saved_form *form, const uint8_t *data,
                 size_t size, size_t split, struct buf *log)
{
    struct err e = {0};
    struct saved *s = saved_new(&rules, form, &e);
    size_t line = 0;

    for (size_t i = 0; i < size; i += split)
        saved_feed(s, (const char *)data + i,
                   size - i < split ? size - i : split);
    saved_end(s);
    for (size_t i = 0; i < saved_count(s); i++) {
        struct saved_record *r = saved_at(s, i);

        check_record(r, line);
        line = r->line;
        buf_printf(log, "%zu %zu %s %s %d\n%s", r->line, r->session,
                   r->host ? r->host : "-", r->command, (int)r->reply.state,
                   r->reply.text);
    }
    for (size_t i = 0; saved_hosts(s)[i]; i++)
        check_text(saved_hosts(s)[i]);
    saved_free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const encodings[] = {
        "ascii", "utf-8", "shift_jis", "euc-jp", "utf-16le", "utf-16be"};
    struct saved_form form = {.encoding = "utf-8"};
    struct buf whole = {0}, each = {0};

    if (!size)
        return 0;
    if (data[0] & 0x80)
        saved_sniff(&form, (const char *)data + 1, size - 1);
    else
        form = (struct saved_form){.encoding = encodings[data[0] % 6],
                                   .cr_only = data[0] & 0x40,
                                   .stamps = data[0] & 0x20};
    play(&form, data + 1, size - 1, size, &whole);
    play(&form, data + 1, size - 1, 1, &each);
    if (strcmp(buf_str(&whole), buf_str(&each)) != 0)
        abort();
    buf_free(&whole);
    buf_free(&each);
    return 0;
}
