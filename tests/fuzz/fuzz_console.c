/*
 * Any bytes at the console core. 0xFE is silence, 0xFD a command, 0xFC a
 * wake, 0xFB the end of a deadline, 0xFA a typed secret; the rest comes from
 * the device. Whatever comes: texts stay safe and limited, one reply for one
 * command, and single bytes tell the same as all at once.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kiriwake/console.h"
#include "kiriwake/data.h"
#include "kiriwake/text.h"

#define MAX_REPLY 4096

static const char *const encodings[] = {"utf-8", "shift_jis", NULL};
static const char *const refused[] = {"^%.*-- Invalid command", NULL};
static const char *const traps[] = {"\\(Yes or \\[No\\]\\): ?$", NULL};
static const struct console_mode modes[] = {
    {"exec", "^{host}[#%$] ?$", NULL, NULL, NULL, false, NULL},
    {"config", "^{host}\\(config[^)]*\\)[#%] ?$", "exec", "en", "exit", true,
     "CONFIG process is occupied"}};
static const struct console_named monitors[] = {
    {"boot", "^boot\\[\\d+\\]> ?$"}};

static const struct console_profile profile = {
    .driver = "fuzz", .encodings = encodings, .login_user = "login: $",
    .login_password = "(?i)password: $", .login_failed = "incorrect",
    .modes = modes, .mode_count = 2, .monitors = monitors,
    .monitor_count = 1, .pager_match = "--More--", .pager_answer = " ",
    .refused = refused, .traps = traps, .width = 20,
    .reply_max_bytes = MAX_REPLY};

static void check_text(const char *s)
{
    size_t len = s ? strlen(s) : 0;

    if (s && !text_is_utf8(s, len))
        abort();
    for (size_t i = 0; i < len; i++)
        if (((unsigned char)s[i] < 0x20 && s[i] != '\n' && s[i] != '\t') ||
            s[i] == 0x7F)
            abort();
}

static size_t drain(struct console *c, struct buf *log)
{
    struct console_event ev;
    size_t replies = 0;

    while (console_next(c, &ev)) {
        check_text(ev.text);
        buf_printf(log, "%d %s %s\n", (int)ev.type, ev.mode ? ev.mode : "-",
                   ev.text ? ev.text : "");
        if (ev.reply) {
            replies++;
            check_text(ev.reply->text);
            /* A byte becomes at most "\u{202E}" over its three. */
            if (strlen(ev.reply->text) > MAX_REPLY * 4)
                abort();
            buf_printf(log, "= %d %s\n%s", (int)ev.reply->state,
                       ev.reply->reason ? ev.reply->reason : "",
                       ev.reply->text);
        }
        console_event_free(&ev);
    }
    return replies;
}

static void act(struct console *c, uint8_t what)
{
    if (what == 0xFE)
        console_idle(c);
    else if (what == 0xFD)
        console_command(c, "show ike sa");
    else if (what == 0xFC)
        console_wake(c);
    else if (what == 0xFB)
        console_abandon(c, REPLY_TIMEOUT, "total");
    else
        console_type(c, "secret", true);
    buf_clear(console_output(c));
}

static void play(const uint8_t *data, size_t size, size_t split,
                 struct buf *log)
{
    struct err e = {0};
    struct console *c = console_new(&profile, &e);

    for (size_t i = 0; i < size;) {
        bool busy = console_busy(c);
        size_t n = 0;

        if (data[i] >= 0xFA && data[i] <= 0xFE) {
            act(c, data[i++]);
            if (drain(c, log) > (busy || console_busy(c)))
                abort();
            continue;
        }
        while (i + n < size && n < split &&
               (data[i + n] < 0xFA || data[i + n] == 0xFF))
            n++;
        console_receive(c, (const char *)data + i, n);
        (void)console_look(c);
        if (drain(c, log) > busy)
            abort();
        i += n;
    }
    console_end(c);
    drain(c, log);
    if (console_busy(c))
        abort();
    console_free(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf whole = {0}, each = {0};

    play(data, size, size ? size : 1, &whole);
    play(data, size, 1, &each);
    if (strcmp(buf_str(&whole), buf_str(&each)) != 0)
        abort();
    buf_free(&whole);
    buf_free(&each);
    return 0;
}
