#include "echo.h"

#include <string.h>

static void squeeze(struct buf *out, const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (s[i] != ' ' && s[i] != '\t')
            buf_addc(out, s[i]);
}

void echo_set_prompt(struct echo *e, const char *prompt, size_t len)
{
    e->blanks = 0;
    for (; len && prompt[len - 1] == ' '; len--)
        e->blanks++;
    buf_clear(&e->prompt);
    buf_add(&e->prompt, prompt, len);
}

void echo_begin(struct echo *e, const char *prompt, size_t len,
                const char *command)
{
    echo_set_prompt(e, prompt, len);
    buf_clear(&e->command);
    buf_clear(&e->seen);
    squeeze(&e->command, command, strlen(command));
}

const char *echo_rest(const struct echo *e, const char *line, size_t len,
                      size_t *rest_len, bool *had)
{
    size_t n = e->prompt.len, blanks = e->blanks;

    *had = n && len >= n && memcmp(line, e->prompt.data, n) == 0;
    if (!*had)
        n = 0;
    for (; *had && blanks && n < len && line[n] == ' '; blanks--)
        n++;
    *rest_len = len - n;
    return line + n;
}

static bool is_prefix(const struct buf *of, const char *s, size_t len)
{
    return len <= of->len && (!len || memcmp(of->data, s, len) == 0);
}

/* IOS scrolls a long line sideways: "$" and the command's tail. */
static bool is_scrolled(const struct echo *e, const struct buf *b)
{
    return b->len > 4 && b->data[0] == '$' && b->len - 1 <= e->command.len &&
           memcmp(e->command.data + e->command.len - (b->len - 1),
                  b->data + 1, b->len - 1) == 0;
}

/* The line by itself: drawn again, whole or in part. */
static enum echo_step alone(struct echo *e, struct buf *b, bool had)
{
    if (is_scrolled(e, b))
        return ECHO_DONE;
    if (!b->len || !is_prefix(&e->command, b->data, b->len))
        return ECHO_OTHER;
    if (b->len == e->command.len)
        return ECHO_DONE;
    if (!had)
        return ECHO_OTHER;
    buf_clear(&e->seen);        /* begun anew */
    buf_add(&e->seen, b->data, b->len);
    return ECHO_MORE;
}

/* The text after the last prompt on the line, for a line drawn again. */
static const char *last_rest(const struct echo *e, const char *rest,
                             size_t len, size_t *last_len)
{
    const char *at = rest, *end = rest + len;

    *last_len = 0;
    if (!e->prompt.len)
        return NULL;
    for (const char *s = rest;
         (s = memmem(s, (size_t)(end - s), e->prompt.data, e->prompt.len));) {
        s += e->prompt.len;
        at = s;
    }
    *last_len = (size_t)(end - at);
    return at == rest ? NULL : at;
}

enum echo_step echo_line(struct echo *e, const char *line, size_t len)
{
    size_t rest_len = 0, last_len = 0;
    bool had;
    const char *rest = echo_rest(e, line, len, &rest_len, &had);
    const char *last = last_rest(e, rest, rest_len, &last_len);
    struct buf b = {0};
    enum echo_step step;
    size_t before = e->seen.len;

    squeeze(&b, rest, rest_len);
    buf_add(&e->seen, b.data, b.len);
    if (is_prefix(&e->command, e->seen.data, e->seen.len)) {
        step = e->seen.len == e->command.len ? ECHO_DONE : ECHO_MORE;
        if (!b.len && !had && before)
            step = ECHO_OTHER;      /* a fold never continues blank */
    } else {
        step = alone(e, &b, had);
        if (step == ECHO_OTHER && last) {
            buf_clear(&b);
            squeeze(&b, last, last_len);
            step = alone(e, &b, true);
        }
    }
    if (step == ECHO_OTHER && e->seen.len > before)
        e->seen.data[e->seen.len = before] = '\0';
    buf_free(&b);
    return step;
}

void echo_free(struct echo *e)
{
    buf_wipe(&e->prompt);
    buf_wipe(&e->command);
    buf_wipe(&e->seen);
}
