/* What an unfinished line says once nothing more comes. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"

static bool is_pending(const struct console *c)
{
    return c->phase == PHASE_ECHO || c->phase == PHASE_BODY;
}

static void learn(struct console *c, const char *line, size_t len)
{
    if (!prompts_learnt(c->prompts) || !c->replied)
        prompts_learn(c->prompts, line, len);
}

static void end_reply(struct console *c, const struct console_mode *mode,
                      const char *line, size_t len)
{
    if (c->phase == PHASE_ECHO) {
        c->habit = ECHO_OFF;
        reply_release(c);
    }
    learn(c, line, len);
    c->phase = PHASE_READY;
    c->mode = mode;
    c->ended = true;
    c->replied = true;
    reply_finish(c, REPLY_COMPLETE, NULL);
}

static const char *skip_blanks(const char *s, size_t *len)
{
    while (*len && *s == ' ') {
        s++;
        --*len;
    }
    return s;
}

/* On the line on which the command was typed: only a further prompt, of a
 * device that echoes nothing, ends the reply. */
static bool prompt_on_command_line(struct console *c, const char *line,
                                   size_t len)
{
    const struct console_mode *mode;
    size_t rest_len;
    bool had;
    const char *rest = echo_rest(&c->echo, line, len, &rest_len, &had);

    rest = skip_blanks(rest, &rest_len);
    if (!rest_len)
        return true;
    mode = prompts_match(c->prompts, rest, rest_len);
    if (!mode || c->habit == ECHO_ON)
        return mode != NULL;
    end_reply(c, mode, rest, rest_len);
    return true;
}

/* Where the echo is known to come, a prompt before it ends what went
 * before, not the command just sent. */
static void prompt_before_echo(struct console *c, const char *line,
                               size_t len)
{
    console_say_late(c);
    echo_set_prompt(&c->echo, line, len);
    c->command_line = true;
}

size_t settle_once(const struct console *c, const char *line, size_t len)
{
    return c->wakes ? prompt_once(line, len) : len;
}

static bool settle_prompt(struct console *c, const char *line, size_t len)
{
    const struct console_mode *mode;

    if (c->phase == PHASE_ECHO && c->command_line)
        return prompt_on_command_line(c, line, len);
    if (settle_once(c, line, len) < len) {
        len /= 2;
        c->wakes--;
    }
    mode = prompts_match(c->prompts, line, len);
    if (!mode)
        return false;
    if (c->phase == PHASE_ECHO && c->habit == ECHO_ON) {
        prompt_before_echo(c, line, len);
    } else if (is_pending(c)) {
        end_reply(c, mode, line, len);
    } else if (c->phase != PHASE_READY || c->mode != mode) {
        learn(c, line, len);
        c->phase = PHASE_READY;
        c->mode = mode;
        c->ended = false;
        event_prompt(c);
    } else {
        learn(c, line, len);
    }
    return true;
}

/* Nothing but the pager stands on the line. */
bool settle_is_pager(struct console *c, const char *line, size_t len)
{
    return pattern_covers(c->pager, line, len);
}

/* Behind the last page a pager like less waits to be left. */
static const char *pager_answer(const struct console *c)
{
    struct pattern_span end;

    if (c->profile->pager_end && pattern_group(c->pager, "end", &end))
        return c->profile->pager_end;
    return c->profile->pager_answer ? c->profile->pager_answer : " ";
}

static bool settle_pager(struct console *c, const char *line, size_t len)
{
    if (!settle_is_pager(c, line, len))
        return false;
    if (c->phase == PHASE_READY)
        console_say_late(c);
    if (c->phase == PHASE_ECHO && c->habit == ECHO_ON)
        console_say_late(c);
    else if (c->phase == PHASE_ECHO) {
        reply_release(c);
        c->phase = PHASE_BODY;
    }
    buf_adds(&c->out, pager_answer(c));
    line_erase(&c->line);
    c->view_stale = true;
    c->after_pager = true;
    c->command_line = false;
    return true;
}

static bool settle_monitor(struct console *c, const char *line, size_t len)
{
    size_t which;
    char *name;

    if (!patterns_match(&c->monitors, line, len, &which))
        return false;
    name = mem_strdup(c->profile->monitors[which].name);
    if (is_pending(c)) {
        c->phase = PHASE_OPEN;
        reply_finish(c, REPLY_TRUNCATED, line);
    }
    c->phase = PHASE_OPEN;
    c->mode = NULL;
    event_push(c, CONSOLE_MONITOR, name);
    return true;
}

static bool settle_trap(struct console *c, const char *line, size_t len)
{
    size_t which;
    bool pending = is_pending(c);

    if (!patterns_match(&c->traps, line, len, &which))
        return false;
    c->phase = c->phase == PHASE_START ? PHASE_START : PHASE_OPEN;
    if (pending) {
        reply_add_unfinished(c, buf_str(&c->line.cells),
                             line_length(&c->line));
        reply_finish(c, REPLY_ASKED, line);
    } else {
        event_push(c, CONSOLE_TRAP, mem_strdup(line));
    }
    return true;
}

static bool settle_login(struct console *c, const char *line, size_t len)
{
    enum console_event_type type = CONSOLE_NONE;
    bool enters = is_pending(c) && reply_enters(c);

    if (is_pending(c) && !enters)
        return false;
    if (pattern_matches(c->password, line, len))
        type = CONSOLE_LOGIN_PASSWORD;
    else if (!enters && pattern_matches(c->user, line, len))
        type = CONSOLE_LOGIN_USER;
    if (type == CONSOLE_NONE)
        return false;
    if (!enters)
        c->phase = PHASE_START;
    event_push(c, type, mem_strdup(line));
    return true;
}

/* A settled prompt that is no longer one: text follows it. */
static void check_ready(struct console *c)
{
    if (c->phase == PHASE_READY && !c->wakes)
        console_say_late(c);
}

void settle_line(struct console *c)
{
    size_t len;
    const char *line = console_view(c, &len);
    char *copy;

    if (!len && c->broken) {
        c->broken = false;
        console_say_late(c);
    }
    if (!len || logs_half(c, line, len))
        return;
    copy = mem_strndup(line, len);
    /* A monitor's prompt may look like a host's. */
    if (!settle_monitor(c, copy, len) && !settle_prompt(c, copy, len) &&
        !settle_pager(c, copy, len) && !settle_trap(c, copy, len) &&
        !settle_login(c, copy, len))
        check_ready(c);
    mem_wipe(copy);
}
