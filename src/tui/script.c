#include "script.h"

#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kiriwake/buf.h"
#include "kiriwake/text.h"
#include "dump.h"
#include "turn.h"

#define UNTIL_MS 30000
#define UNTIL_TURNS 200000
#define MAX_SCRIPT (1u << 20)

static const struct {
    const char *name;
    int ch;
} names[] = {
    {"Tab", '\t'}, {"Enter", '\n'}, {"Esc", 27}, {"Space", ' '},
    {"Up", KEY_UP}, {"Down", KEY_DOWN}, {"Left", KEY_LEFT},
    {"Right", KEY_RIGHT}, {"PgUp", KEY_PPAGE}, {"PgDn", KEY_NPAGE},
    {"Home", KEY_HOME}, {"End", KEY_END}, {"Backspace", KEY_BACKSPACE},
    {"Delete", KEY_DC}, {"F1", KEY_F(1)}, {"F2", KEY_F(2)},
    {"F10", KEY_F(10)},
};

static int key_of(const char *name)
{
    uint32_t cp;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i].name, name) == 0)
            return names[i].ch;
    if (name[0] == '^' && name[1])
        return name[1] & 0x1F;
    return text_decode(name, strlen(name), &cp) == strlen(name) ? (int)cp
                                                                : 0;
}

/* As a person: what is pressed answers what stands there. */
static void press(struct tui *t, int ch)
{
    screen_draw(t);
    screen_key(t, ch, ch >= KEY_MIN && ch <= KEY_MAX);
    screen_settle(t);
}

static int do_key(struct tui *t, char *arg, struct err *e)
{
    for (char *s = strtok(arg, " "); s; s = strtok(NULL, " ")) {
        int ch = key_of(s);

        if (!ch)
            return err_set(e, EXIT_USAGE, "key %s: no such key", s);
        press(t, ch);
    }
    return 0;
}

static int do_type(struct tui *t, char *arg, struct err *e)
{
    size_t len = strlen(arg), n;
    uint32_t cp;

    (void)e;
    for (; (n = text_decode(arg, len, &cp)) > 0; arg += n, len -= n) {
        screen_key(t, (int)cp, false);
        screen_settle(t);
    }
    return 0;
}

/* Pasted text; \\n is the end of a line. */
static int do_paste(struct tui *t, char *arg, struct err *e)
{
    size_t len = strlen(arg), n;
    uint32_t cp;

    (void)e;
    screen_begin_paste(t);
    for (; (n = text_decode(arg, len, &cp)) > 0; arg += n, len -= n) {
        bool end = strncmp(arg, "\\n", 2) == 0;

        screen_paste(t, end ? '\n' : (int)cp);
        arg += end;
        len -= end;
        screen_settle(t);
    }
    return 0;
}

static bool reached(const struct tui *t, const char *what)
{
    const json_t *current = json_object_get(t->view, "current");

    if (strcmp(what, "asking") == 0)
        return t->asked != NULL;
    if (strcmp(what, "lost") == 0)
        return strcmp(json_text(t->view, "session"), "lost") == 0;
    if (strcmp(what, "done") == 0)
        return !screen_is_open(t);
    return strcmp(json_text(current, "id"), what) == 0;
}

static int do_until(struct tui *t, char *arg, struct err *e)
{
    const struct clock real = {0};
    uint64_t end = clock_now(&real) + UNTIL_MS;
    struct pollfd fds[TURN_MAX_FDS];

    for (long n = 0; n < UNTIL_TURNS && clock_now(&real) < end; n++) {
        screen_settle(t);
        if (reached(t, arg))
            return 0;
        if (!screen_is_open(t))
            break;
        turn_run(t, fds, 0);
    }
    return err_set(e, EXIT_INTERNAL, "until %s: never", arg);
}

static int do_turns(struct tui *t, char *arg, struct err *e)
{
    struct pollfd fds[TURN_MAX_FDS];

    (void)e;
    for (int n = atoi(arg); n > 0 && screen_is_open(t); n--) {
        screen_settle(t);
        turn_run(t, fds, 0);
    }
    screen_settle(t);
    return 0;
}

static int do_size(struct tui *t, char *arg, struct err *e)
{
    int cols, rows;

    if (sscanf(arg, "%dx%d", &cols, &rows) != 2)
        return err_set(e, EXIT_USAGE, "size %s: not COLSxROWS", arg);
    resizeterm(rows, cols);
    t->dirty = true;
    return 0;
}


static void do_save(struct tui *t, const char *title, FILE *out)
{
    struct buf b = {0};

    if (screen_top(t)->mode->idle)
        screen_top(t)->mode->idle(t, screen_top(t)->state);
    screen_draw(t);
    refresh();
    buf_printf(&b, "=== %s (%dx%d)\n", title, COLS, LINES);
    dump_display(&b);
    fwrite(b.data, 1, b.len, out);
    buf_free(&b);
}

static int do_line(struct tui *t, char *line, FILE *out, struct err *e)
{
    static const struct {
        const char *word;
        int (*run)(struct tui *t, char *arg, struct err *e);
    } words[] = {
        {"key", do_key}, {"type", do_type}, {"paste", do_paste},
        {"until", do_until},
        {"size", do_size}, {"turns", do_turns},
    };
    size_t len = strcspn(line, " ");
    char *arg = line[len] ? line + len + 1 : line + len;

    line[len] = '\0';
    if (!line[0] || line[0] == '#')
        return 0;
    if (strcmp(line, "save") == 0) {
        do_save(t, arg, out);
        return 0;
    }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(words[i].word, line) == 0)
            return words[i].run(t, arg, e);
    return err_set(e, EXIT_USAGE, "script: unknown word '%s'", line);
}

int script_play(struct tui *t, const char *keys, const char *save,
                struct err *e)
{
    struct buf text = {0};
    char *at, *line;
    FILE *out = NULL;
    int got = 0;

    if (buf_read_file(&text, keys, MAX_SCRIPT) < 0)
        return err_set(e, EXIT_USAGE, "%s: cannot be read", keys);
    out = fopen(save ? save : "/dev/null", "w");
    if (!out)
        got = err_set(e, EXIT_USAGE, "%s: cannot be written", save);
    at = text.data;
    while (got == 0 && at && (line = strsep(&at, "\n")) && !t->over_now)
        got = do_line(t, line, out, e);
    if (out)
        fclose(out);
    buf_free(&text);
    return got;
}
