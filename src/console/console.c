#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include "decode.h"
#include "kiriwake/mem.h"

/* --- life --- */

static int compile(const struct console_profile *p, const char *what,
                   const char *text, struct pattern **out, struct err *e)
{
    char *name = mem_printf("%s: %s", p->driver ? p->driver : "driver",
                            what);
    int rc = pattern_maybe(out, text, name, e);

    free(name);
    return rc;
}

static int compile_list(const struct console_profile *p, const char *what,
                        const char *const *texts, struct patterns *out,
                        struct err *e)
{
    char *name = mem_printf("%s: %s", p->driver ? p->driver : "driver",
                            what);
    int rc = patterns_load(out, texts, name, e);

    free(name);
    return rc;
}

static int compile_busy(struct console *c, struct err *e)
{
    const struct console_profile *p = c->profile;
    struct patterns *b = &c->busy;

    b->list = mem_zalloc((p->mode_count + 1) * sizeof *b->list);
    for (; b->count < p->mode_count; b->count++)
        if (compile(p, "busy", p->modes[b->count].busy, &b->list[b->count],
                    e))
            return -1;
    return 0;
}

static int compile_all(struct console *c, struct err *e)
{
    const struct console_profile *p = c->profile;

    c->prompts = prompts_new(p, e);
    if (!c->prompts || compile(p, "login", p->login_user, &c->user, e) ||
        compile(p, "password", p->login_password, &c->password, e) ||
        compile(p, "login failed", p->login_failed, &c->failed, e) ||
        compile(p, "pager", p->pager_match, &c->pager, e) ||
        compile(p, "pager erase", p->pager_erase, &c->erase, e) ||
        compile_list(p, "refused", p->refused, &c->refused, e) ||
        compile_list(p, "trap", p->traps, &c->traps, e) ||
        compile_list(p, "console_log", p->log, &c->logs, e))
        return -1;
    return patterns_load_named(&c->monitors, p->monitors, p->monitor_count,
                               "monitor", e) || compile_busy(c, e) ? -1 : 0;
}

struct console *console_new(const struct console_profile *profile,
                            struct err *e)
{
    struct console *c = mem_zalloc(sizeof *c);

    c->profile = profile;
    if (compile_all(c, e)) {
        console_free(c);
        return NULL;
    }
    return c;
}

static void free_compiled(struct console *c)
{
    prompts_free(c->prompts);
    pattern_free(c->user);
    pattern_free(c->password);
    pattern_free(c->failed);
    pattern_free(c->pager);
    pattern_free(c->erase);
    pattern_free(c->own_logs);
    patterns_free(&c->refused);
    patterns_free(&c->traps);
    patterns_free(&c->monitors);
    patterns_free(&c->busy);
    patterns_free(&c->logs);
}

void console_free(struct console *c)
{
    struct console_event ev;

    if (!c)
        return;
    while (console_next(c, &ev))
        console_event_free(&ev);
    free(c->events);
    free_compiled(c);
    line_free(&c->line);
    echo_free(&c->echo);
    buf_wipe(&c->view);
    buf_wipe(&c->held);
    buf_wipe(&c->body);
    buf_wipe(&c->out);
    buf_free(&c->candidate);
    free(c->command);
    free(c);
}

/* --- the line --- */

char *console_decode(const struct console *c, const char *raw, size_t len)
{
    struct buf b = {0};

    decode_text(&b, c->profile->encodings, raw, len);
    return buf_take(&b);
}

const char *console_view(struct console *c, size_t *len)
{
    if (c->view_stale) {
        size_t n = line_length(&c->line);

        if (c->muted && n > c->mute_from)
            n = c->mute_from;
        buf_clear(&c->view);
        decode_text(&c->view, c->profile->encodings,
                    buf_str(&c->line.cells), n);
        c->view_stale = false;
    }
    *len = c->view.len;
    return buf_str(&c->view);
}

const char *console_pending_line(struct console *c)
{
    size_t len;

    return console_view(c, &len);
}

void console_say_late(struct console *c)
{
    if (c->ended)
        event_push(c, CONSOLE_LATE, NULL);
    c->ended = false;
    if (c->phase != PHASE_READY)
        return;
    c->phase = c->replied ? PHASE_OPEN : PHASE_START;
    if (!c->replied)
        prompts_forget(c->prompts);
}

/* --- finished lines, by phase --- */

static void start_line(struct console *c, const char *raw, size_t len)
{
    char *text = console_decode(c, raw, len);

    if (c->wakes)
        c->wakes--;
    event_line(c, raw, len);
    if (pattern_matches(c->failed, text, strlen(text)))
        event_push(c, CONSOLE_LOGIN_FAILED, text);
    else
        free(text);
}

static void ready_line(struct console *c, const char *raw, size_t len)
{
    char *text = console_decode(c, raw, len);

    if (c->wakes && prompts_match(c->prompts, text, strlen(text))) {
        c->wakes--;
        c->ended = false;
        c->phase = PHASE_OPEN;
    } else if (prompts_match(c->prompts, text, strlen(text))) {
        logs_broken(c);
        event_line(c, raw, len);
    } else {
        console_say_late(c);
        event_line(c, raw, len);
    }
    free(text);
}

static void hold(struct console *c, const char *rest, size_t len)
{
    if (!len)
        return;
    if (c->held.len + len > console_reply_max(c->profile)) {
        c->over = true;             /* if it is no echo after all */
        return;
    }
    buf_add(&c->held, rest, len);
    buf_addc(&c->held, '\n');
}

/* Text where the echo was due. */
static void other_line(struct console *c, const char *raw, size_t len,
                       const char *rest, size_t rest_len)
{
    if (c->habit == ECHO_ON) {
        /* Within the echo it is a message of the device's own. */
        if (!c->echo.seen.len)
            console_say_late(c);
        event_line(c, raw, len);
        return;
    }
    reply_release(c);
    c->phase = PHASE_BODY;
    c->habit = ECHO_OFF;
    reply_add(c, rest, rest_len);
    event_line(c, rest, rest_len);
}

/* The echo after another prompt than the one that the command was sent at:
 * the device changed its mode meanwhile. */
static bool is_echo_elsewhere(struct console *c, const char *raw, size_t len)
{
    size_t n = strlen(c->command);

    return n && len > n && memcmp(raw + len - n, c->command, n) == 0 &&
           prompts_match(c->prompts, raw, len - n);
}

static void echo_phase_line(struct console *c, const char *raw, size_t len)
{
    size_t rest_len, blanks = 0;
    bool had, first = c->command_line;
    const char *rest = echo_rest(&c->echo, raw, len, &rest_len, &had);
    enum echo_step step;

    while (blanks < rest_len && rest[blanks] == ' ')
        blanks++;
    if (first && blanks == rest_len && c->wakes) {
        c->wakes--;
        return;
    }
    c->command_line = false;
    step = echo_line(&c->echo, raw, len);
    if (step == ECHO_OTHER && is_echo_elsewhere(c, raw, len))
        step = ECHO_DONE;
    if (step == ECHO_DONE) {
        c->habit = ECHO_ON;
        c->ended = false;
        c->phase = PHASE_BODY;
        c->over = false;
        buf_wipe(&c->held);
    } else if (step == ECHO_OTHER) {
        other_line(c, raw, len, first ? rest : raw, first ? rest_len : len);
    } else {
        if (first && blanks == rest_len && c->habit == ECHO_ON)
            logs_broken(c);
        hold(c, rest, first && blanks == rest_len ? 0 : rest_len);
    }
}

/* What erased the pager, if it is not blanks drawn over it. */
static size_t after_pager(struct console *c, const char *raw, size_t len)
{
    struct pattern_span at;

    if (pattern_find(c->erase, raw, len, 0, &at) == 1 && at.from == 0)
        return at.to;
    return 0;
}

static void take_line(struct console *c, const char *raw, size_t len)
{
    switch (c->phase) {
    case PHASE_START:
        start_line(c, raw, len);
        break;
    case PHASE_OPEN:
        event_line(c, raw, len);
        break;
    case PHASE_READY:
        ready_line(c, raw, len);
        break;
    case PHASE_ECHO:
        echo_phase_line(c, raw, len);
        break;
    case PHASE_BODY:
        reply_add(c, raw, len);
        event_line(c, raw, len);
        break;
    }
}

static void end_line(struct console *c)
{
    const char *raw = buf_str(&c->line.cells);
    size_t len, skip = 0;
    bool own_end = c->after_pager && !c->line.touched;

    c->line.cursor = 0;
    len = line_length(&c->line);
    if (c->muted && len > c->mute_from)
        len = c->mute_from;
    if (logs_take(c, raw, len))
        return;
    if (c->broken)
        console_say_late(c);
    c->broken = false;
    c->head = 0;
    if (c->after_pager)
        skip = after_pager(c, raw, len);
    c->after_pager = false;
    c->muted = false;
    if (!own_end)               /* else the line end was the pager's */
        take_line(c, raw + skip, len - skip);
    line_reset(&c->line);
    c->line.fold = c->phase == PHASE_ECHO ? c->profile->width : 0;
}

void console_receive(struct console *c, const char *bytes, size_t len)
{
    if (!len)
        return;
    c->dirty = true;
    c->view_stale = true;
    for (size_t i = 0; i < len; i++)
        if (line_put(&c->line, (unsigned char)bytes[i]))
            end_line(c);
        else if (c->head)
            logs_redrawn(c);
}

void console_idle(struct console *c)
{
    if (!c->dirty)
        return;
    c->dirty = false;
    settle_line(c);
}

/* --- ends --- */

/* The unfinished line goes into the reply; what is only a part of the echo
 * does not. */
static void keep_rest(struct console *c)
{
    const char *raw = buf_str(&c->line.cells);
    size_t len = line_length(&c->line);
    bool had;

    if (c->phase == PHASE_BODY) {
        if (len)
            reply_add_unfinished(c, raw, len);
        return;
    }
    if (c->echo.seen.len)
        buf_wipe(&c->held);
    if (echo_line(&c->echo, raw, len) != ECHO_OTHER)
        return;
    reply_release(c);
    raw = echo_rest(&c->echo, raw, len, &len, &had);
    if (len)
        reply_add_unfinished(c, raw, len);
}

void console_abandon(struct console *c, enum reply_state why,
                     const char *reason)
{
    if (!c->command)
        return;
    keep_rest(c);
    c->phase = PHASE_OPEN;
    c->mode = NULL;
    c->ended = false;
    reply_finish(c, why, reason);
    if (!c->replied)
        prompts_forget(c->prompts);
}

void console_end(struct console *c)
{
    size_t len = line_length(&c->line);

    if (c->command)
        console_abandon(c, REPLY_TRUNCATED, "the link ended");
    else if (len && c->phase != PHASE_READY)
        event_line(c, c->line.cells.data, len);
    line_reset(&c->line);
    c->view_stale = true;
    c->mode = NULL;
}

/* --- sending --- */

static void send_line(struct console *c, const char *text)
{
    buf_adds(&c->out, text);
    buf_adds(&c->out, c->profile->newline ? c->profile->newline : "\r");
}

static bool has_control(const char *s)
{
    for (; *s; s++)
        if ((unsigned char)*s < 0x20 || *s == 0x7F)
            return true;
    return false;
}

bool console_command(struct console *c, const char *text)
{
    if (c->command || has_control(text))
        return false;
    c->command = mem_strdup(text);
    echo_begin(&c->echo, buf_str(&c->line.cells), line_length(&c->line),
               text);
    c->command_line = true;
    c->phase = PHASE_ECHO;
    c->line.fold = c->profile->width;
    buf_wipe(&c->held);
    buf_wipe(&c->body);
    send_line(c, text);
    return true;
}


void console_type(struct console *c, const char *text, bool secret)
{
    c->muted = secret;
    c->mute_from = line_length(&c->line);
    send_line(c, text);
}

void console_wake(struct console *c)
{
    size_t len;
    const char *line = console_view(c, &len);

    buf_clear(&c->candidate);
    if (c->phase == PHASE_START &&
        prompts_match(c->prompts, line, len))
        buf_add(&c->candidate, line, len);
    if (c->phase == PHASE_READY || c->candidate.len)
        c->wakes++;
    send_line(c, "");
}

/* --- looking --- */

#define MAX_PROMPT 1024         /* bytes: longer lines are no prompts */

static enum console_look look_start(struct console *c, const char *line,
                                    size_t len)
{
    size_t once = settle_once(c, line, len);

    if (!prompts_match(c->prompts, line, once))
        return CONSOLE_OPEN;
    if (c->candidate.len == once && (once < len || !c->wakes) &&
        memcmp(c->candidate.data, line, once) == 0)
        return CONSOLE_SETTLED;
    return c->candidate.len ? CONSOLE_OPEN : CONSOLE_LIKELY;
}

enum console_look console_look(struct console *c)
{
    size_t len;
    const char *line;

    if (!c->dirty || !c->line.cells.len ||
        c->line.cells.len > MAX_PROMPT ||
        (c->phase == PHASE_ECHO && c->command_line))
        return CONSOLE_OPEN;
    line = console_view(c, &len);
    if (c->phase == PHASE_START)
        return look_start(c, line, len);
    if (prompts_ending(c->prompts, line, len) &&
        prompts_match(c->prompts, line, len))
        return CONSOLE_SETTLED;
    return c->phase == PHASE_BODY && settle_is_pager(c, line, len)
               ? CONSOLE_SETTLED
               : CONSOLE_OPEN;
}

struct buf *console_output(struct console *c)
{
    return &c->out;
}

const char *console_host(const struct console *c)
{
    return prompts_host(c->prompts);
}

const char *console_mode_now(const struct console *c)
{
    return c->phase == PHASE_READY && c->mode ? c->mode->name : NULL;
}

bool console_busy(const struct console *c)
{
    return c->command != NULL;
}
