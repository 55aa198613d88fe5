#include "headless.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "kiriwake/err.h"
#include "kiriwake/msg.h"
#include "kiriwake/report.h"

static void on_progress(void *arg, const char *text)
{
    (void)arg;
    fprintf(stderr, "%s\n", text);
}

const struct run_listener *headless_listener(void)
{
    static const struct run_listener l = {.progress = on_progress};

    return &l;
}

static int open_signals(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static int wait_ms(struct clock *c, uint64_t due_ms)
{
    uint64_t now = clock_now(c);

    if (!due_ms)
        return 1000;
    if (due_ms <= now)
        return 0;
    return due_ms - now > 60000 ? 60000 : (int)(due_ms - now);
}

/* One turn: waits for what is to come, then lets the run work. */
static void turn(struct run *r, int sig_fd)
{
    struct pollfd fds[4];
    uint64_t due = 0;
    size_t n = run_fds(r, fds, 3, &due);
    struct clock *c = run_clock(r);
    struct signalfd_siginfo si;

    fds[n] = (struct pollfd){.fd = sig_fd, .events = POLLIN};
    if (c->is_virtual) {
        poll(fds, n + 1, 0);
        clock_advance(c, due ? due : clock_now(c) + 1000);
    } else {
        poll(fds, n + 1, wait_ms(c, due));
    }
    if (read(sig_fd, &si, sizeof si) == (ssize_t)sizeof si)
        run_stop(r, "interrupted");
    run_pump(r);
}

int headless_walk(struct run *r)
{
    int sig_fd = open_signals();

    run_pump(r);
    while (!run_done(r))
        turn(r, sig_fd);
    close(sig_fd);
    return run_status(r);
}

/* --- as text ------------------------------------------------------------- */

static const char *str(const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));

    return s ? s : "";
}

static void print_path(const json_t *result)
{
    static const char *const marks[][2] = {
        {"normal", "ok"},      {"abnormal", "NG"}, {"unreadable", "??"},
        {"answered", ">>"},    {"skipped", "--"}};
    const char *mark;
    size_t i;
    json_t *step;

    json_array_foreach(json_object_get(result, "path"), i, step) {
        const char *title = str(step, "title");

        mark = "  ";
        for (size_t k = 0; k < sizeof marks / sizeof marks[0]; k++)
            if (strcmp(marks[k][0], str(step, "outcome")) == 0)
                mark = marks[k][1];
        printf("%s  %-18s %s\n", mark, str(step, "checkpoint"),
               title[0] ? title : str(step, "because"));
    }
}

static void print_evidence(const json_t *finding)
{
    size_t i, k;
    json_t *e, *line;

    json_array_foreach(json_object_get(finding, "evidence"), i, e) {
        const char *at = str(e, "at");      /* a file's has none */

        printf("  %s%s%s%s\n", str(e, "command"), at[0] ? " (" : "", at,
               at[0] ? ")" : "");
        json_array_foreach(json_object_get(e, "lines"), k, line)
            printf("  %4d  %s\n",
                   (int)json_integer_value(json_object_get(line, "n")),
                   str(line, "text"));
    }
}

static void print_words(const char *label, const json_t *list)
{
    size_t i;
    json_t *w;

    if (!json_array_size(list))
        return;
    printf("%s:", label);
    json_array_foreach(list, i, w)
        printf("%s %s", i ? "," : "", json_string_value(w));
    putchar('\n');
}

static void print_finding(const json_t *f)
{
    const json_t *fix = json_object_get(f, "fix");
    size_t i;
    json_t *c;

    printf("\n%s (%s, %s)\n", str(f, "title"), str(f, "id"),
           _(str(f, "certainty")));
    printf("%s\n", str(f, "explanation"));
    print_evidence(f);
    printf("%s: %s\n", _("fix"), str(fix, "text"));
    json_array_foreach(json_object_get(fix, "commands"), i, c)
        printf("    %s\n", json_string_value(c));
    print_words(_("also possible"), json_object_get(f, "alternatives"));
    if (str(f, "decide_by")[0])
        printf("%s: %s\n", _("what would decide"), str(f, "decide_by"));
}

/* What was sent, by what it was undone, and whether the device shows it. */
static void print_changes(const json_t *changes)
{
    size_t i, k;
    json_t *change, *command;

    json_array_foreach(changes, i, change) {
        printf("\n%s: %s\n", _("changed"),
               report_change_state(change));
        json_array_foreach(json_object_get(change, "commands"), k, command)
            printf("    %s\n", json_string_value(command));
        json_array_foreach(json_object_get(change, "undo"), k, command)
            printf("    -> %s\n", json_string_value(command));
    }
}

static void print_error(const json_t *error)
{
    if (json_is_null(error))
        return;
    printf("\n%s\n", str(error, "what"));
    if (str(error, "try")[0])
        printf("  %s\n", str(error, "try"));
}

void headless_print(const json_t *result)
{
    const json_t *pending = json_object_get(result, "pending");
    size_t i;
    json_t *f;

    print_path(result);
    json_array_foreach(json_object_get(result, "findings"), i, f)
        print_finding(f);
    print_changes(json_object_get(result, "changes"));
    print_error(json_object_get(result, "error"));
    printf("\n%s: %s\n", _("outcome"), _(str(result, "outcome")));
    run_print_left(result, stdout);
    print_words(_("suspects"), json_object_get(result, "suspects"));
    if (json_is_object(pending)) {
        printf("%s: %s\n", _("unanswered"), str(pending, "question"));
        printf("  --answer %s=...\n", str(pending, "checkpoint"));
        print_words("  ", json_object_get(pending, "answers"));
    }
}
