/* The commands of a saved text with their replies. */
#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"
#include "saved_inner.h"

void saved_record_clear(struct saved_record *r)
{
    free(r->command);
    free(r->host);
    mem_wipe(r->reply.text);
    mem_wipe(r->reply.reason);
    *r = (struct saved_record){0};
}

bool saved_is_blank(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (s[i] != ' ' && s[i] != '\t' && s[i] != '\n')
            return false;
    return true;
}

/* Headers stand between blank lines of their own. */
static char *without_frame(const char *s)
{
    size_t len = strlen(s);

    for (size_t n; (n = strcspn(s, "\n")), s[n] && saved_is_blank(s, n);) {
        s += n + 1;
        len -= n + 1;
    }
    while (len && (s[len - 1] == '\n' || s[len - 1] == ' '))
        len--;
    return len ? mem_printf("%.*s\n", (int)len, s) : mem_strdup("");
}

/* As the console core: a line that says so refuses the command. */
static void judge(const struct saved *s, struct console_reply *r)
{
    size_t len;
    const char *line = r->state == REPLY_COMPLETE
                           ? patterns_line(&s->refused, r->text, &len)
                           : NULL;

    if (line) {
        r->state = REPLY_REFUSED;
        r->reason = mem_strndup(line, len);
    }
}

/* The last line that says something is one behind which nothing comes. */
static bool says_its_end(const struct saved *s)
{
    const char *text = buf_str(&s->body);
    size_t to = s->body.len, from;

    while (to && strchr(" \r\n", text[to - 1]))
        to--;
    for (from = to; from && text[from - 1] != '\n';)
        from--;
    return to > from && patterns_match(&s->ends, text + from, to - from, NULL);
}

const char *saved_why_copy(void)
{
    return _("the text was cut into lines of 80 columns");
}

static const char *why_incomplete(const struct saved *s, const char *why)
{
    if (s->over)
        return _("it is over the size limit");
    if (s->left_out)
        return _("somebody left something out of it");
    if (why)
        return why;
    if (saved_width_is_copy(&s->marks.here))
        return saved_why_copy();
    return s->paged && !s->last_page && !says_its_end(s)
               ? _("the pager was left before its end")
               : NULL;
}

static void know_host(struct saved *s, const char *host)
{
    for (size_t i = 0; i < s->host_count; i++)
        if (strcmp(s->hosts[i], host) == 0)
            return;
    s->hosts = mem_grow(s->hosts, &s->host_cap, s->host_count + 2,
                        sizeof *s->hosts);
    s->hosts[s->host_count++] = mem_strdup(host);
    s->hosts[s->host_count] = NULL;
}

/* why: NULL when a prompt or header follows. */
void saved_record_end(struct saved *s, const char *why)
{
    struct saved_record *r = &s->now;

    if (r->command) {
        why = why_incomplete(s, why);
        r->reply.command = r->command;
        r->reply.text = s->place == PLACE_SECTION
                            ? without_frame(buf_str(&s->body))
                            : mem_strdup(buf_str(&s->body));
        r->reply.state = why ? REPLY_TRUNCATED : REPLY_COMPLETE;
        r->reply.reason = mem_copy(why);
        judge(s, &r->reply);
        s->kept += s->body.len;
        s->records = mem_grow(s->records, &s->cap, s->count + 1,
                              sizeof *s->records);
        s->records[s->count++] = *r;
        *r = (struct saved_record){0};
    }
    s->place = PLACE_OUTSIDE;
    buf_wipe(&s->body);
    s->over = s->paged = s->last_page = s->left_out = false;
    saved_marks_next(&s->marks);
    s->greeted = 0;
}

void saved_records_doubt(struct saved *s, const char *why)
{
    for (size_t i = 0; i < s->count; i++) {
        struct console_reply *r = &s->records[i].reply;

        if (r->state != REPLY_COMPLETE)
            continue;
        r->state = REPLY_TRUNCATED;
        r->reason = mem_strdup(why);
    }
}

/* Takes command. */
void saved_record_begin(struct saved *s, char *command, const char *mode,
                         enum place place)
{
    s->place = place;
    s->now = (struct saved_record){
        .command = command,
        .host = mem_copy(s->host),
        .mode = mode,
        .line = s->lines,
        .session = s->session,
    };
    if (s->host)
        know_host(s, s->host);
}

/* From here on it is another login. */
void saved_session_begin(struct saved *s)
{
    if (s->count && s->records[s->count - 1].session == s->session)
        s->session++;
}

size_t saved_count(const struct saved *s)
{
    return s->count;
}

struct saved_record *saved_at(struct saved *s, size_t i)
{
    return &s->records[i];
}

const char *const *saved_hosts(const struct saved *s)
{
    return (const char *const *)s->hosts;
}

/* No prompt's host name holds a blank. */
bool saved_is_part(const char *host)
{
    return strchr(host, ' ') != NULL;
}

size_t saved_lines(const struct saved *s)
{
    return s->lines;
}

size_t saved_unknown(const struct saved *s)
{
    return s->unknown;
}
