#include "kiriwake/sim.h"

#include <stdlib.h>
#include <string.h>

#include "inner.h"
#include "scenario.h"
#include "kiriwake/mem.h"

#define PAGER "--More--"
#define PAGER_ERASE "\r        \r"
#define PAGER_ROWS 24
#define SCREEN_WIDTH 80

static void host_out(void *arg, const char *text, size_t len)
{
    printout_add(&((struct sim *)arg)->reply, text, len);
}

static void host_wait(void *arg, unsigned ms)
{
    ((struct sim *)arg)->reply.wait_ms += ms;
}

static double host_now(void *arg)
{
    const struct sim *s = arg;

    return (double)(s->now_ms - s->start_ms + s->reply.wait_ms) / 1000;
}

static void host_rows(void *arg, unsigned rows)
{
    ((struct sim *)arg)->rows = rows;
}

static void host_width(void *arg, unsigned columns)
{
    ((struct sim *)arg)->editor.width = columns;
}

static void host_pager(void *arg, const char *text, const char *erase)
{
    struct sim *s = arg;

    free(s->pager);
    free(s->pager_erase);
    s->pager = mem_strdup(text);
    s->pager_erase = mem_strdup(erase);
}

/* The reply at hand is shown as less(1) does it. */
static void host_viewer(void *arg, const char *end)
{
    struct sim *s = arg;

    free(s->viewer);
    s->viewer = mem_strdup(end);
}

static void host_deaf(void *arg, const char *how)
{
    struct sim *s = arg;

    s->dead = strcmp(how, "dead") == 0;
    s->deaf = strcmp(how, "busy") == 0;
}

static void host_close(void *arg)
{
    ((struct sim *)arg)->closing = true;
}

/* The device program is wrong: the session ends, and says why. */
static void fail(struct sim *s, const struct err *e)
{
    if (!s->failure)
        s->failure = mem_strdup(e->what);
    s->closing = true;
}

static char *ask(struct sim *s, const char *name, bool *flag)
{
    struct err e = {0};
    char *text = program_text(s->program, name, NULL, flag, &e);

    if (e.status)
        fail(s, &e);
    return text ? text : mem_strdup("");
}

static void show_prompt(struct sim *s)
{
    bool echo = true;
    char *prompt = ask(s, "prompt", &echo);

    if (s->wrong) {
        free(prompt);
        prompt = mem_strdup("[?] ");
    }
    free(s->prompt);
    s->prompt = prompt;
    s->open = echo;
    s->editor.echo = echo && !s->knobs.echo_off;
    s->editor.quiet_end = s->knobs.echo_none;
    editor_begin(&s->editor, strlen(prompt));
    buf_adds(&s->ready, prompt);
    s->state = STATE_INPUT;
    if (s->kept.len) {
        buf_adds(&s->editor.line, buf_str(&s->kept));
        buf_clear(&s->kept);
        editor_show(&s->editor, &s->ready);
    }
}

static void note(struct sim *s, const char *line)
{
    json_array_append_new(
        s->transcript,
        json_pack("{s:I, s:s, s:s}", "at",
                  (json_int_t)(s->now_ms - s->start_ms), "prompt", s->prompt,
                  "line",
                  strstr(s->prompt, "assword") ? "(hidden)" : line));
}

void sim_call(struct sim *s, const char *name, const char *line)
{
    json_t *arg = json_string(line);
    struct err e = {0};

    if (!arg)       /* not UTF-8: no command has such a name */
        arg = json_string("?");
    if (program_call(s->program, name, arg, &e) < 0)
        fail(s, &e);
    json_decref(arg);
}

static bool drops(struct sim *s, const char *line, size_t at)
{
    const struct printout *p = &s->reply;

    for (size_t i = 0; i < p->count; i++)
        if (knobs_drops(&s->knobs, line, i + 1) &&
            knobs_same_line(p->lines[i].text, p->lines[at].text))
            return true;
    return false;
}

/* The lines that a knob names, and those that say the same at other times. */
static void drop_lines(struct sim *s, const char *line)
{
    size_t count = s->reply.count, n = 0;
    bool *gone = mem_zalloc(count + 1);

    for (size_t i = 0; i < count; i++)
        gone[i] = drops(s, line, i);
    for (size_t i = 0; i < count; i++)
        if (gone[i])
            printout_drop(&s->reply, i - n++);
    free(gone);
}

/* What the knobs do to a reply that the program has made. */
static void disturb(struct sim *s, const char *line)
{
    struct err e = {0};
    char *noise;

    drop_lines(s, line);
    printout_truncate(&s->reply, knobs_truncate(&s->knobs, line));
    if (s->knobs.noise && program_has(s->program, "noise")) {
        noise = program_text(s->program, "noise", NULL, NULL, &e);
        if (noise)
            printout_insert(&s->reply, 2, noise);
        free(noise);
    }
    if (s->knobs.delay_ms)
        printout_delay(&s->reply, s->knobs.delay_ms);
    s->wrong = s->knobs.wrong_prompt;
}

static void redraw(struct sim *s)
{
    if (!s->knobs.redraw)
        return;
    buf_printf(&s->ready, "\r\x1b[K%s", s->prompt);
    editor_show(&s->editor, &s->ready);
}

static void begin_reply(struct sim *s)
{
    free(s->viewer);
    s->viewer = NULL;
    printout_begin(&s->reply, s->now_ms);
    s->state = STATE_BUSY;
    s->shown = 0;
}

static void run_line(struct sim *s)
{
    char *line = mem_strdup(buf_str(&s->editor.line));

    note(s, line);
    begin_reply(s);
    if (knobs_match(s->knobs.mute, line)) {
        s->state = STATE_MUTE;
    } else {
        sim_call(s, knobs_match(s->knobs.refuse, line) ? "refused" : "command",
             line);
        if (line[strspn(line, " ")])
            disturb(s, line);
    }
    free(line);
}

static void interrupt(struct sim *s, const char *key)
{
    begin_reply(s);
    if (program_has(s->program, "key"))
        sim_call(s, "key", key);
}

/* "?" lists at once what may follow, and the line stands again below; false:
 * it is a character like others here. */
static bool help(struct sim *s, char c)
{
    struct err e = {0};
    json_t *line;
    char *text;

    if (c != '?' || !s->open || !program_has(s->program, "help"))
        return false;
    line = json_string(buf_str(&s->editor.line));
    text = program_text(s->program, "help", line, NULL, &e);
    json_decref(line);
    if (e.status)
        fail(s, &e);
    if (!text)
        return false;
    buf_adds(&s->ready, s->editor.echo ? "?\r\n" : "\r\n");
    buf_clear(&s->kept);
    buf_adds(&s->kept, buf_str(&s->editor.line));
    begin_reply(s);
    printout_add(&s->reply, text, strlen(text));
    free(text);
    return true;
}

/* One typed byte while a prompt stands. */
static void type(struct sim *s, char c)
{
    bool end = c == '\r' || (c == '\n' && !s->editor.after_cr);

    if (help(s, c))
        return;
    if (end && s->editor.line.len)
        redraw(s);
    switch (editor_key(&s->editor, c, &s->ready)) {
    case EDITOR_LINE:
        run_line(s);
        break;
    case EDITOR_BREAK:
        interrupt(s, "ctrl-c");
        break;
    case EDITOR_END:
        interrupt(s, "ctrl-z");
        break;
    case EDITOR_MORE:
        break;
    }
}

static void print_line(struct sim *s, const struct printout_line *line)
{
    buf_add(&s->ready, line->text, line->len);
    if (!line->open)
        buf_adds(&s->ready, "\r\n");
    s->reply.next++;
    s->shown++;
}

/* A viewer pages even where the pager is off. */
static size_t page_rows(const struct sim *s)
{
    return s->viewer && s->rows < 2 ? PAGER_ROWS : s->rows;
}

/* A key at the pager: a page, a line, or the end of it. A viewer is left by
 * its own key only. */
static void page(struct sim *s, char c)
{
    bool leave = c == 'q' || c == 'Q' || c == 3;

    if ((c == '\n' && s->editor.after_cr) ||
        (s->viewer && s->reply.next == s->reply.count && !leave))
        return;
    if (c != ' ' && c != '\r' && c != '\n' && !leave)
        return;
    s->editor.after_cr = c == '\r';
    buf_adds(&s->ready, s->pager_erase);
    s->state = STATE_BUSY;
    s->shown = c == ' ' ? 0 : page_rows(s) - 2;
    if (leave) {
        s->reply.next = s->reply.count;
        free(s->viewer);
        s->viewer = NULL;
    }
}

static void finish_reply(struct sim *s)
{
    if (s->closing)
        s->state = STATE_CLOSED;
    else
        show_prompt(s);
}

/* Prints what is due of the reply; false when it has to wait. */
static bool print_some(struct sim *s, uint64_t now_ms)
{
    const struct printout_line *line = printout_due(&s->reply, now_ms);

    if (!line && (!printout_done(&s->reply) ||
                  printout_next_ms(&s->reply) > now_ms))
        return false;
    if (!line && s->viewer) {
        buf_adds(&s->ready, s->viewer);
        s->state = STATE_PAGER;
        return true;
    }
    if (!line) {
        finish_reply(s);
        return true;
    }
    if (page_rows(s) > 1 && s->shown + 1 >= page_rows(s)) {
        buf_adds(&s->ready, s->pager);
        s->state = STATE_PAGER;
        return true;
    }
    print_line(s, line);
    return true;
}

/* Ctrl-C ends what is being printed (typed ahead of it or not). */
static bool broken(struct sim *s)
{
    const char *at = s->typed.len ? memchr(s->typed.data, 3, s->typed.len)
                                  : NULL;

    if (!at)
        return false;
    buf_drop(&s->typed, (size_t)(at - s->typed.data) + 1);
    return true;
}

/* Nobody reads what is typed, but for Ctrl-C. */
static void ignore_typed(struct sim *s)
{
    bool stop = s->deaf && s->state == STATE_BUSY && broken(s);

    if (s->dead || (s->deaf && s->state == STATE_BUSY))
        buf_clear(&s->typed);
    if (stop) {
        s->deaf = false;
        interrupt(s, "break");
    }
}

void sim_work(struct sim *s, uint64_t now_ms)
{
    s->now_ms = now_ms;
    while (s->state != STATE_CLOSED) {
        ignore_typed(s);
        if (s->dead)
            return;
        if ((s->state == STATE_BUSY || s->state == STATE_MUTE) && broken(s)) {
            printout_begin(&s->reply, now_ms);
            buf_clear(&s->kept);
            buf_adds(&s->ready, "\r\n");
            finish_reply(s);
        } else if (s->state == STATE_BUSY) {
            if (!print_some(s, now_ms))
                return;
        } else if (s->typed.len && s->state != STATE_MUTE) {
            char c = s->typed.data[0];

            buf_drop(&s->typed, 1);
            if (s->state == STATE_PAGER)
                page(s, c);
            else
                type(s, c);
        } else {
            return;
        }
    }
}

/* Gives the program its scenario; it prints its banner. */
static int start(struct sim *s, bool login, struct err *e)
{
    const json_t *console = json_object_get(
        json_object_get(s->scenario, "setup"), "console");
    json_int_t baud = json_integer_value(json_object_get(console, "baud"));
    json_t *arg;
    int status;

    s->login = login || json_is_object(console);
    s->baud = s->knobs.baud ? s->knobs.baud : (unsigned)baud;
    s->terminal = s->knobs.line_baud;
    if (!s->knobs.unplug)
        s->knobs.unplug = (size_t)json_integer_value(
            json_object_get(console, "unplug"));
    arg = json_pack("{s:O, s:O, s:b}", "scenario", s->scenario, "knobs",
                    s->knobs.all, "login", (int)s->login);
    status = program_call(s->program, "start", arg, e);
    json_decref(arg);
    if (status < 0)
        return -1;
    s->user = ask(s, "user", NULL);
    s->password = ask(s, "password", NULL);
    s->banner = ask(s, "banner", NULL);
    s->state = STATE_BUSY;
    return 0;
}

struct sim *sim_new(const struct data *data, const char *driver,
                    const char *scenario, const char *knobs, bool login,
                    struct err *e)
{
    struct sim *s = mem_zalloc(sizeof *s);
    struct program_host host = {s,         host_out,   host_wait,  host_now,
                                host_rows, host_width, host_pager, host_viewer,
                                host_deaf, host_close};

    s->transcript = json_array();
    s->rows = PAGER_ROWS;
    host_pager(s, PAGER, PAGER_ERASE);
    s->editor.width = SCREEN_WIDTH;
    if (knobs_parse(&s->knobs, knobs, e) == 0 &&
        (s->scenario = scenario_load(data, driver, scenario, e)) &&
        (s->program = program_new(data, driver, &host, e)) &&
        start(s, login, e) == 0)
        return s;
    sim_free(s);
    return NULL;
}

void sim_free(struct sim *s)
{
    if (!s)
        return;
    program_free(s->program);
    knobs_free(&s->knobs);
    json_decref(s->scenario);
    json_decref(s->transcript);
    free(s->pager);
    free(s->pager_erase);
    free(s->viewer);
    free(s->prompt);
    free(s->user);
    free(s->password);
    free(s->banner);
    free(s->failure);
    buf_free(&s->editor.line);
    buf_free(&s->kept);
    printout_free(&s->reply);
    buf_free(&s->typed);
    buf_free(&s->ready);
    wire_free(&s->in);
    wire_free(&s->out);
    buf_free(&s->arrived);
    free(s);
}

const char *sim_user(const struct sim *s)
{
    return s->user;
}

const char *sim_password(const struct sim *s)
{
    return s->password;
}

const char *sim_banner(const struct sim *s)
{
    return s->banner;
}

json_t *sim_transcript(const struct sim *s)
{
    return s->transcript;
}

json_t *sim_expect(const struct sim *s)
{
    return json_object_get(s->scenario, "expect");
}

const char *sim_failure(const struct sim *s)
{
    return s->failure;
}

char *sim_peer_config(struct sim *s)
{
    struct err e = {0};

    return program_text(s->program, "peer_config", NULL, NULL, &e);
}

/* The program gives the words, one a line. */
json_t *sim_args(struct sim *s)
{
    json_t *list = json_array();
    char *text = ask(s, "args", NULL);
    char *at = NULL;

    for (char *w = strtok_r(text, "\n", &at); w; w = strtok_r(NULL, "\n", &at))
        json_array_append_new(list, json_string(w));
    free(text);
    return list;
}
