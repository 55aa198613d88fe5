/* Saved text: from the lines that a terminal showed to commands and replies. */
#include "saved_inner.h"

#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"

/* --- life --- */

static void take_line(void *arg, const struct saved_line *line);

static int compile(struct saved *s, struct err *e)
{
    const struct console_profile *p = s->rules.profile;
    s->lead = lead_new(p, e);
    if (!s->lead ||
        patterns_load(&s->sections, s->rules.sections, "sections", e) < 0 ||
        patterns_load(&s->ends, s->rules.ends, "ends", e) < 0 ||
        patterns_load(&s->refused, p->refused, "refused", e) < 0 ||
        patterns_load_named(&s->monitors, p->monitors, p->monitor_count,
                            "monitor", e) < 0 ||
        saved_marks_load(&s->marks, e) < 0)
        return -1;
    if (pattern_maybe(&s->login, p->login_user, "login", e) < 0 ||
        pattern_maybe(&s->password, p->login_password, "password", e) < 0)
        return -1;
    pattern_hurry(s->login);
    patterns_hurry(&s->sections);
    patterns_hurry(&s->monitors);
    return 0;
}

struct saved *saved_new(const struct saved_rules *rules,
                        const struct saved_form *form, struct err *e)
{
    struct saved *s = mem_zalloc(sizeof *s);

    s->rules = *rules;
    s->session = 1;
    s->hosts = mem_grow(NULL, &s->host_cap, 1, sizeof *s->hosts);
    s->hosts[0] = NULL;
    s->text.take = take_line;
    s->text.arg = s;
    if (saved_text_init(&s->text, rules->profile, form, e) < 0 ||
        compile(s, e) < 0) {
        saved_free(s);
        return NULL;
    }
    s->text.lead = s->lead;
    return s;
}

void saved_free(struct saved *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->count; i++)
        saved_record_clear(&s->records[i]);
    for (size_t i = 0; i < s->host_count; i++)
        free(s->hosts[i]);
    for (size_t i = 0; i < s->greetings; i++)
        free(s->greeting[i]);
    saved_record_clear(&s->now);
    saved_text_free(&s->text);
    lead_free(s->lead);
    patterns_free(&s->sections);
    patterns_free(&s->ends);
    patterns_free(&s->refused);
    patterns_free(&s->monitors);
    saved_marks_free(&s->marks);
    pattern_free(s->login);
    pattern_free(s->password);
    buf_wipe(&s->body);
    buf_wipe(&s->fold.text);
    free(s->fold.host);
    free(s->first_section);
    free(s->stranger);
    free(s->host);
    free(s->records);
    free(s->hosts);
    free(s);
}

/* --- prompts --- */

static bool same_host(const char *a, const char *b)
{
    size_t m = strlen(a), n = strlen(b), least = m < n ? m : n;

    if (m == n || least < PROMPT_SHORT_HOST)
        return strcmp(a, b) == 0;
    return strncmp(a, b, least) == 0;
}

/* The name as it was first seen; NULL: not among those that commands were
 * typed at. */
static const char *known_host(const struct saved *s, const char *name)
{
    for (size_t i = 0; i < s->host_count; i++)
        if (same_host(s->hosts[i], name))
            return s->hosts[i];
    return NULL;
}

static const char *without_prefix(const struct saved *s, const char *typed)
{
    typed += strspn(typed, " \t");
    for (size_t i = 0; s->rules.prefixes && s->rules.prefixes[i]; i++) {
        size_t n = strlen(s->rules.prefixes[i]);

        if (n && strncmp(typed, s->rules.prefixes[i], n) == 0)
            return typed + n;
    }
    return typed;
}

/* Scrolled sideways (IOS): "$" and the end of what was typed. */
static char *scrolled(const struct saved *s, const char *typed)
{
    const char *tail = typed + 1, *found = NULL;
    size_t n;

    if (typed[0] != '$' || (n = strlen(tail)) < 8)
        return NULL;
    for (size_t i = 0; s->rules.commands[i]; i++) {
        const char *form = s->rules.commands[i];
        size_t len = strlen(form);

        if (len <= n || strcmp(form + len - n, tail) != 0)
            continue;
        if (found)
            return NULL;
        found = form;
    }
    return mem_copy(found);
}

static char *command_of(const struct saved *s, const char *typed)
{
    const char *bare = without_prefix(s, typed);
    char *command = saved_expand(s->rules.commands, bare);

    return command ? command : scrolled(s, bare);
}

/* The same command line twice with nothing in between was drawn again (a
 * completed word, a terminal that repeats it): one command. */
static bool is_redrawn(const struct saved *s, const char *command,
                       const char *host)
{
    const struct saved_record *r = &s->now;

    return r->command && s->place == PLACE_PROMPT && !s->body.len &&
           strcmp(r->command, command) == 0 && r->host &&
           same_host(r->host, host);
}

static void set_host(struct saved *s, const char *host, bool part)
{
    char *copy = mem_strdup(host);

    free(s->host);
    s->host = copy;
    s->part = part;
}

/* Why the prompt does not end the reply that is under way; NULL: it does. */
static const char *why_not_ended(const struct saved *s, const char *host,
                                 const struct console_mode *mode)
{
    const struct saved_record *r = &s->now;

    if (!r->command || s->place == PLACE_SECTION)
        return NULL;
    if (!r->host || !same_host(r->host, host))
        return _("another router's prompt follows");
    /* What is read changes no mode: somebody logged in anew. */
    return strcmp(r->mode, mode->name) != 0 ? _("the session ended in it")
                                            : NULL;
}

/* A prompt with what was typed behind it (command: as the driver has it, or
 * NULL). Takes command. */
static void take_prompt(struct saved *s, const char *host,
                        const struct console_mode *mode, char *command)
{
    const char *why = why_not_ended(s, host, mode);

    s->begun = true;
    if (command && is_redrawn(s, command, host))
        saved_record_clear(&s->now);
    saved_record_end(s, why);
    if (why)
        saved_session_begin(s);
    set_host(s, known_host(s, host) ? known_host(s, host) : host, false);
    if (command)
        saved_record_begin(s, command, mode->name, PLACE_PROMPT);
}

/* The text behind prompts: some lines show theirs twice. */
static const char *typed_after(struct saved *s, const char *line, size_t len,
                               struct pattern_span *host,
                               const struct console_mode **mode)
{
    const char *rest;
    struct pattern_span again;
    const struct console_mode *next;
    size_t end;

    *mode = lead_find(s->lead, line, len, &end, host);
    if (!*mode)
        return NULL;
    rest = line + end;
    while ((next = lead_find(s->lead, rest, len - (size_t)(rest - line), &end,
                             &again)) == *mode &&
           again.to - again.from == host->to - host->from &&
           memcmp(rest + again.from, line + host->from,
                  again.to - again.from) == 0)
        rest += end;
    return rest;
}

static void begin_fold(struct saved *s, const char *typed, const char *host,
                       const struct console_mode *mode)
{
    buf_clear(&s->fold.text);
    buf_adds(&s->fold.text, typed);
    free(s->fold.host);
    s->fold.host = mem_strdup(host);
    s->fold.mode = mode;
}

static void know_stranger(struct saved *s, const char *host)
{
    free(s->stranger);
    s->stranger = mem_copy(host);
}

/* The modes in which a router is changed have that name with every driver. */
static bool is_change(struct saved *s, const struct console_mode *mode,
                      const char *typed)
{
    return strcmp(mode->name, "config") == 0 &&
           !saved_marks_is_steady(&s->marks, typed);
}

static bool try_prompt(struct saved *s, const struct saved_line *line)
{
    struct pattern_span span;
    const struct console_mode *mode;
    const char *typed = typed_after(s, line->text, line->len, &span, &mode);
    char *host, *command;
    size_t width = s->rules.profile->width;
    bool known, other;

    if (!typed) {
        if (!saved_is_blank(line->text, line->len))
            know_stranger(s, NULL);
        return false;
    }
    host = mem_strndup(line->text + span.from, span.to - span.from);
    command = command_of(s, typed);
    known = command || known_host(s, host);
    other = known && !command && !saved_is_blank(typed, strlen(typed));
    s->unknown += other;
    if (width > 8 && line->len + (command ? 1 : 8) >= width)
        begin_fold(s, typed, host, mode);
    if (known)
        take_prompt(s, host, mode, command);
    if (other && is_change(s, mode, typed))
        saved_session_begin(s);
    know_stranger(s, known ? NULL : host);
    free(host);
    return known;
}

/* The line below a long command line may be the rest of it. */
static bool try_fold(struct saved *s, const struct saved_line *line)
{
    const char *rest = line->text + strspn(line->text, " \t");
    char *tight, *wide, *command = NULL;

    if (!s->fold.text.len)
        return false;
    tight = mem_printf("%s%s", buf_str(&s->fold.text), rest);
    wide = mem_printf("%s %s", buf_str(&s->fold.text), rest);
    if (*rest) {
        command = command_of(s, tight);
        command = command ? command : command_of(s, wide);
    }
    buf_clear(&s->fold.text);
    free(tight);
    free(wide);
    if (!command)
        return false;
    if (s->now.command)
        saved_record_clear(&s->now);    /* its first part was one, too */
    else
        s->unknown -= s->unknown > 0;
    take_prompt(s, s->fold.host, s->fold.mode, command);
    return true;
}

/* --- sections --- */

/* A file without prompts may hold several devices: the first header again
 * begins the next one. */
static void section_host(struct saved *s, const char *name)
{
    char label[32];

    if (s->stranger) {
        set_host(s, s->stranger, false);
        know_stranger(s, NULL);
    }
    if (s->host && !s->part)
        return;
    if (s->first_section && strcmp(s->first_section, name) != 0)
        return;
    if (!s->first_section)
        s->first_section = mem_strdup(name);
    snprintf(label, sizeof label, "part %u", ++s->parts);
    set_host(s, label, true);
}

static bool try_section(struct saved *s, const struct saved_line *line)
{
    struct pattern *p = patterns_match(&s->sections, line->text, line->len,
                                       NULL);
    struct pattern_span at;
    char *name, *command;

    if (!p || !pattern_nth(p, 1, &at))
        return false;
    s->begun = true;
    saved_record_end(s, s->place == PLACE_PROMPT
                      ? _("it goes on in sections") : NULL);
    name = mem_strndup(line->text + at.from, at.to - at.from);
    section_host(s, name);
    command = saved_expand(s->rules.commands, name);
    if (command)
        saved_record_begin(s, command, NULL, PLACE_SECTION);
    else
        s->place = PLACE_OUTSIDE;
    free(name);
    return true;
}

/* --- what stands under a command --- */

/* What the device said before its first prompt. */
static void learn_greeting(struct saved *s, const struct saved_line *line)
{
    if (s->begun || s->greetings == GREETING || line->len < 4 ||
        saved_is_blank(line->text, line->len))
        return;
    s->greeting[s->greetings++] = mem_strndup(line->text, line->len);
}

/* The file's first lines again: the link was lost, and somebody came back. */
static bool is_greeting(struct saved *s, const struct saved_line *line)
{
    if (!s->begun || !s->greetings || saved_is_blank(line->text, line->len))
        return false;
    if (strcmp(s->greeting[s->greeted], line->text) != 0)
        s->greeted = 0;
    if (strcmp(s->greeting[s->greeted], line->text) == 0)
        s->greeted++;
    if (s->greeted < s->greetings)
        return false;
    s->greeted = 0;
    return true;
}

static void add_body(struct saved *s, const struct saved_line *line)
{
    size_t max = console_reply_max(s->rules.profile);

    s->over = s->over || line->cut || s->body.len + line->len + 1 > max ||
              s->kept + s->body.len + line->len > SAVED_MAX_BYTES;
    if (s->over)
        return;
    buf_add(&s->body, line->text, line->len);
    if (line->ended)
        buf_addc(&s->body, '\n');
}

static void end_session(struct saved *s)
{
    saved_record_end(s, _("the session ended in it"));
    saved_session_begin(s);
}

/* A ping's lost echoes are dots, too. */
static void look_for_gap(struct saved *s, const struct saved_line *line)
{
    if (strncmp(s->now.command, "ping", 4) != 0 &&
        saved_marks_left_out(&s->marks, line->text, line->len))
        s->left_out = true;
}

static void take_body(struct saved *s, const struct saved_line *line)
{
    learn_greeting(s, line);
    if (is_greeting(s, line) ||
        pattern_matches(s->login, line->text, line->len) ||
        patterns_match(&s->monitors, line->text, line->len, NULL)) {
        end_session(s);
        return;
    }
    if (!s->now.command)
        return;
    if (pattern_matches(s->password, line->text, line->len)) {
        saved_record_end(s, _("the session ended in it"));
        return;
    }
    if (line->only_pager)
        return;
    if (!saved_is_blank(line->text, line->len))
        s->paged = false;
    saved_marks_measure(&s->marks, line->text, line->len);
    look_for_gap(s, line);
    add_body(s, line);
}

static void take_said(struct saved *s, const struct saved_line *line)
{
    if (line->pager && s->now.command) {
        s->paged = true;
        s->last_page = line->last_page;
    }
    if (try_fold(s, line) || try_section(s, line) || try_prompt(s, line))
        return;
    take_body(s, line);
}

static void take_line(void *arg, const struct saved_line *line)
{
    struct saved *s = arg;
    struct saved_line said = *line;

    s->lines++;
    if (!saved_marks_break(&s->marks, line->text, line->len, &said.len)) {
        take_said(s, line);
        return;
    }
    if (said.len) {
        char *text = mem_strndup(line->text, said.len);

        said.text = text;
        said.ended = false;
        take_said(s, &said);
        free(text);
    }
    end_session(s);
}

/* --- from outside --- */

void saved_feed(struct saved *s, const char *bytes, size_t len)
{
    saved_text_feed(&s->text, bytes, len);
}

void saved_end(struct saved *s)
{
    saved_text_end(&s->text);
    saved_record_end(s, _("the file ends in it"));
    if (saved_width_is_copy(&s->marks.all))
        saved_records_doubt(s, saved_why_copy());
}
