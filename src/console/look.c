#include "kiriwake/line.h"

#include <stdlib.h>
#include <string.h>

#include "decode.h"
#include "heard.h"
#include "kiriwake/mem.h"
#include "line.h"
#include "rules.h"

#define PATIENCE_MS 1100    /* longer than a boot loader's counting */
#define SETTLE_MS 60        /* the line may be judged */
#define CONFIRM_MS 300      /* a prompt or a question may be believed,
                               unless it answers our own line end */
#define BOOT_MS 5000        /* a start is told */
#define BOOT_WAKE_MS 30000  /* … and over, or hangs: it may be woken */
#define WAKES 3             /* at the first speed */
#define WAKES_OTHER 2
#define QUITS 2             /* of a pager */
#define GLITCH_BYTES 3      /* opening a port may make so many */
#define BOOT_BYTES 2048     /* of a start that never pauses */
#define NOISE_BYTES 512     /* of noise that never pauses */
#define MAX_BYTES (64u << 10)   /* of anything that never pauses */
#define MAX_LINE 1024       /* longer lines ask nothing */

static const char *const encodings[] = {"utf-8", "shift_jis", NULL};
static const unsigned usual[] = {9600, 115200, 38400, 19200, 57600, 4800};
#define USUAL (sizeof usual / sizeof usual[0])

struct line_look {
    struct rules *rules;
    struct line_options o;
    struct line line;           /* being drawn */
    struct heard heard;
    struct buf out;
    struct line_verdict verdict;

    struct line_trial trials[USUAL + 1];
    size_t trial_count, at;
    unsigned wish;              /* a speed to be set */
    bool acted;                 /* nothing came since we typed or set it */
    bool woken;                 /* no text since our line end but this line */
    unsigned seen_ms;           /* the last silence that was told */
    size_t bytes;               /* of this look */
    size_t boot_bytes;          /* since the first boot text */
    size_t lines, log_lines;    /* of this look */
    unsigned listen_ms;         /* before the first line end of this look */
    size_t kept;                /* lines heard before this speed */
    unsigned quits;
    bool booting, ready, asked_password, monitor;
};

const char *line_state_name(enum line_state s)
{
    static const char *const names[] = {
        [LINE_LOOKING] = "looking",   [LINE_SILENT] = "silent",
        [LINE_NOISE] = "noise",       [LINE_BOOTING] = "booting",
        [LINE_MONITOR] = "monitor",   [LINE_LOGIN] = "login",
        [LINE_PASSWORD] = "password", [LINE_PROMPT] = "prompt",
        [LINE_PAGER] = "pager",       [LINE_ASKS] = "asks",
        [LINE_LOG] = "log",           [LINE_TEXT] = "text",
    };

    return names[s];
}

/* --- life --- */

static void add_speed(struct line_look *l, unsigned baud)
{
    for (size_t i = 0; i < l->trial_count; i++)
        if (l->trials[i].baud == baud)
            return;
    l->trials[l->trial_count++].baud = baud;
}

struct line_look *line_look_new(const struct line_options *o, struct err *e)
{
    struct line_look *l = mem_zalloc(sizeof *l);

    l->o = *o;
    if (!l->o.patience_ms)
        l->o.patience_ms = PATIENCE_MS;
    l->rules = rules_new(o->profiles, o->profile_count, e);
    if (!l->rules) {
        line_look_free(l);
        return NULL;
    }
    add_speed(l, o->baud || !o->speeds ? o->baud : usual[0]);
    for (size_t i = 0; o->speeds && i < USUAL; i++)
        add_speed(l, usual[i]);
    l->acted = true;
    l->verdict.baud = l->trials[0].baud;
    return l;
}

void line_look_free(struct line_look *l)
{
    if (!l)
        return;
    rules_free(l->rules);
    line_free(&l->line);
    heard_free(&l->heard);
    buf_wipe(&l->out);
    free(l->verdict.line);
    free(l);
}

/* --- verdicts --- */

static char *pending_text(struct line_look *l)
{
    struct buf b = {0};

    decode_text(&b, encodings, buf_str(&l->line.cells),
                line_length(&l->line));
    return buf_take(&b);
}

static void conclude(struct line_look *l, enum line_state state)
{
    free(l->verdict.line);
    l->verdict.line = pending_text(l);
    l->verdict.state = state;
    l->verdict.boots = heard_boots(&l->heard);
}

static bool looking(const struct line_look *l)
{
    return l->verdict.state == LINE_LOOKING;
}

static struct line_trial *trial(struct line_look *l)
{
    return &l->trials[l->at];
}

/* A line end could answer what seems to ask. */
static bool seems_to_ask(const struct line_look *l)
{
    size_t len = line_length(&l->line);
    const char *line = buf_str(&l->line.cells);

    while (len && line[len - 1] == ' ')
        len--;
    return len && strchr("?:])", line[len - 1]);
}

/* Whatever was heard, when no more is to be expected. */
static void conclude_by_text(struct line_look *l)
{
    if (l->booting)
        conclude(l, LINE_BOOTING);
    else if (!l->bytes)
        conclude(l, LINE_SILENT);
    else if (l->log_lines && l->log_lines * 2 > l->lines)
        conclude(l, LINE_LOG);
    else
        conclude(l, seems_to_ask(l) ? LINE_ASKS : LINE_TEXT);
}

/* --- acting --- */

static void act(struct line_look *l)
{
    l->acted = true;
    l->seen_ms = 0;
}

static void type(struct line_look *l, const char *text)
{
    buf_adds(&l->out, text);
    act(l);
}

static void set_speed(struct line_look *l, size_t at)
{
    if (l->at != at) {
        if (trial(l)->noise)
            heard_cut(&l->heard, l->kept);
        l->kept = l->heard.count;
        l->wish = l->trials[at].baud;
        line_reset(&l->line);
        act(l);
    }
    l->at = at;
    l->verdict.baud = l->trials[at].baud;
}

static bool any_noise(const struct line_look *l)
{
    for (size_t i = 0; i < l->trial_count; i++)
        if (l->trials[i].noise)
            return true;
    return false;
}

/* Nothing of use at this speed. */
static void next_speed(struct line_look *l)
{
    bool noise = any_noise(l);

    if (l->at + 1 < l->trial_count) {
        set_speed(l, l->at + 1);
        return;
    }
    set_speed(l, 0);
    conclude(l, noise ? LINE_NOISE : LINE_SILENT);
}

static void wake(struct line_look *l)
{
    trial(l)->wakes++;
    l->woken = !line_length(&l->line);
    type(l, "\r");
}

/* --- finished lines --- */

static void finished(struct line_look *l)
{
    struct buf b = {0};
    enum rules_line what;

    decode_text(&b, encodings, buf_str(&l->line.cells),
                line_length(&l->line));
    what = rules_line(l->rules, buf_str(&b), b.len, &l->verdict.driver);
    if (b.len) {
        heard_line(&l->heard, buf_str(&b), what == RULES_BANNER);
        l->lines++;
        l->log_lines += what == RULES_LOG;
        l->woken = false;
    }
    if (what == RULES_BANNER || what == RULES_BOOT) {
        l->booting = true;
        l->ready = false;
    }
    if (what == RULES_READY)
        l->ready = true;
    buf_wipe(&b);
    line_reset(&l->line);
}

/* --- is it text? --- */

static void count_byte(struct line_look *l, unsigned char c)
{
    struct line_trial *t = trial(l);

    t->bytes++;
    if ((c >= 0x20 && c < 0x7F) || (c && strchr("\r\n\t\b\a\x1b", c)))
        t->plain++;
    else if (c >= 0x80)
        t->high++;
}

/* Noise has controls among it, and more high bytes than text; text in
 * Japanese has none of the former. */
static bool is_noise(const struct line_look *l)
{
    const struct line_trial *t = &l->trials[l->at];
    size_t bad = t->bytes - t->plain - t->high;

    if (bad * 10 > t->bytes)
        return true;
    return t->high * 4 > t->bytes && (bad || t->bytes < 32);
}

/* --- bytes --- */

/* What never pauses is told by its amount. */
static void check_amount(struct line_look *l)
{
    struct line_trial *t = trial(l);

    if (t->bytes >= NOISE_BYTES && is_noise(l) && !l->booting) {
        t->noise = true;
        next_speed(l);
    } else if (l->booting && l->boot_bytes >= BOOT_BYTES) {
        conclude(l, LINE_BOOTING);
    } else if (l->bytes >= MAX_BYTES) {
        conclude_by_text(l);
    }
}

void line_look_receive(struct line_look *l, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)bytes[i];

        l->acted = false;
        l->seen_ms = 0;
        l->bytes++;
        l->boot_bytes += l->booting;
        l->verdict.bytes++;
        count_byte(l, c);
        if (line_put(&l->line, c))
            finished(l);
        if (looking(l))
            check_amount(l);
        if (l->wish)
            return;             /* the rest came at the other speed */
    }
}

/* --- silences --- */

static unsigned patience(const struct line_look *l)
{
    return l->listen_ms && !l->trials[l->at].wakes ? l->listen_ms
                                                   : l->o.patience_ms;
}

static unsigned most_wakes(const struct line_look *l)
{
    return l->at ? WAKES_OTHER : WAKES;
}

/* A start that pauses; one that pauses for long may wait for a line end. */
static void still_starting(struct line_look *l, unsigned ms)
{
    if (ms >= BOOT_WAKE_MS && trial(l)->wakes < most_wakes(l))
        wake(l);
    else if (ms >= BOOT_MS)
        conclude(l, LINE_BOOTING);
}

/* Nothing came since we did something. */
static void still_silent(struct line_look *l, unsigned ms)
{
    if (l->booting && !l->ready)
        still_starting(l, ms);
    else if (ms < patience(l))
        return;
    else if (trial(l)->wakes < most_wakes(l))
        wake(l);
    else if (l->booting || trial(l)->bytes)
        conclude_by_text(l);
    else
        next_speed(l);
}

/* Somebody else typed the name: back to where it is asked. */
static void at_password(struct line_look *l)
{
    if (l->asked_password) {
        conclude(l, LINE_PASSWORD);
        return;
    }
    l->asked_password = true;
    type(l, "\r");
}

static void at_pager(struct line_look *l, const char *quit)
{
    if (l->quits++ >= QUITS) {
        conclude(l, LINE_PAGER);
        return;
    }
    line_erase(&l->line);
    type(l, quit);
}

/* Text came, and it is not known what it wants. */
static void at_text(struct line_look *l, unsigned ms)
{
    if (l->booting && !l->ready)
        still_starting(l, ms);
    else if (ms < patience(l))
        return;
    else if (trial(l)->wakes >= most_wakes(l) || seems_to_ask(l))
        conclude_by_text(l);
    else
        wake(l);
}

static void at_prompt(struct line_look *l, const struct rules_seen *seen)
{
    l->booting = l->ready = false;
    heard_started(&l->heard);
    l->verdict.mode = seen->name;
    conclude(l, seen->what == RULES_PROMPT ? LINE_PROMPT : LINE_LOGIN);
}

static void at_monitor(struct line_look *l, const struct rules_seen *seen)
{
    l->monitor = true;
    l->verdict.monitor = seen->name;
    conclude(l, LINE_MONITOR);
}

/* A start's progress need not end its line: "Loading: ####", or "####". */
static void hear_progress(struct line_look *l, const char *text)
{
    enum rules_line what = rules_line(l->rules, text, strlen(text),
                                      &l->verdict.driver);

    if (what == RULES_BOOT)
        l->booting = true;
}

static struct rules_seen pending(struct line_look *l)
{
    struct rules_seen seen = {0};
    char *text;

    if (line_length(&l->line) > MAX_LINE)
        return seen;
    text = pending_text(l);
    seen = rules_pending(l->rules, text, strlen(text), &l->verdict.driver);
    if (seen.what == RULES_NOTHING && text[0])
        hear_progress(l, text);
    free(text);
    return seen;
}

static bool answers_wake(const struct line_look *l,
                         const struct rules_seen *seen)
{
    return l->woken && !l->booting &&
           (seen->what == RULES_PROMPT || seen->what == RULES_USER);
}

static void judge(struct line_look *l, unsigned ms)
{
    struct rules_seen seen = pending(l);

    if (seen.what == RULES_MONITOR) {
        at_monitor(l, &seen);
        return;
    }
    if (ms < (answers_wake(l, &seen) ? SETTLE_MS : CONFIRM_MS))
        return;
    switch (seen.what) {
    case RULES_PROMPT:
    case RULES_USER:
        at_prompt(l, &seen);
        break;
    case RULES_PASSWORD:
        at_password(l);
        break;
    case RULES_PAGER:
        at_pager(l, seen.quit);
        break;
    case RULES_TRAP:
        conclude(l, LINE_ASKS);
        break;
    default:
        at_text(l, ms);
        break;
    }
}

static void forget_glitch(struct line_look *l)
{
    *trial(l) = (struct line_trial){.baud = trial(l)->baud};
    line_reset(&l->line);
    l->bytes = 0;
    l->acted = true;
}

void line_look_idle(struct line_look *l, unsigned ms)
{
    struct line_trial *t = trial(l);

    if (ms < SETTLE_MS || !looking(l))
        return;
    l->seen_ms = ms;
    if (!l->acted && is_noise(l) && !l->booting) {
        if (!t->wakes && t->bytes <= GLITCH_BYTES) {
            forget_glitch(l);
        } else {
            t->noise = true;
            next_speed(l);
            return;
        }
    }
    if (l->acted)
        still_silent(l, ms);
    else
        judge(l, ms);
}

unsigned line_look_due(const struct line_look *l)
{
    const unsigned marks[] = {SETTLE_MS, CONFIRM_MS, patience(l),
                              BOOT_MS, BOOT_WAKE_MS};
    unsigned due = 0;

    if (!looking(l))
        return 0;
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (marks[i] > l->seen_ms && (!due || marks[i] < due))
            due = marks[i];
    return due ? due : l->seen_ms + BOOT_WAKE_MS;
}

void line_look_stop(struct line_look *l)
{
    if (!looking(l))
        return;
    if (any_noise(l) && !l->booting)
        conclude(l, LINE_NOISE);
    else
        conclude_by_text(l);
}

void line_look_again(struct line_look *l, unsigned patience_ms)
{
    for (size_t i = 0; i < l->trial_count; i++)
        l->trials[i] = (struct line_trial){.baud = l->trials[i].baud};
    free(l->verdict.line);
    l->verdict.line = NULL;
    l->verdict.state = l->monitor ? LINE_MONITOR : LINE_LOOKING;
    l->bytes = l->lines = l->log_lines = 0;
    l->boot_bytes = 0;
    l->quits = 0;
    l->asked_password = l->woken = false;
    l->seen_ms = 0;
    l->listen_ms = patience_ms;
    /* What stands on the line now was said before; a start goes on. */
    l->acted = !l->booting;
}

/* --- looking at it --- */

struct buf *line_look_output(struct line_look *l)
{
    return &l->out;
}

unsigned line_look_speed(struct line_look *l)
{
    unsigned wish = l->wish;

    l->wish = 0;
    return wish;
}

const struct line_verdict *line_look_verdict(struct line_look *l)
{
    l->verdict.boots = heard_boots(&l->heard);
    return &l->verdict;
}

const char *line_look_pending(const struct line_look *l, size_t *len)
{
    *len = line_length(&l->line);
    return buf_str(&l->line.cells);
}

char *line_look_text(struct line_look *l, json_t **boots)
{
    char *last = pending_text(l), *text;

    text = heard_text(&l->heard, last, l->trials, l->trial_count, boots);
    free(last);
    return text;
}
