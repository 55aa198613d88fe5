#include "term.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "kiriwake/buf.h"
#include "kiriwake/msg.h"

#define ESCAPE_MS 25
#define TELL_PASTES "\033[?2004h"
#define TELL_NO_PASTES "\033[?2004l"

/*
 * Signal handlers have no argument: what they need is here, and nothing
 * else. Curses keeps its own screen in the same way.
 */
static int wake[2] = {-1, -1};
static struct termios before;
static bool taken;
static char restore[128];       /* bytes that leave the full screen */
static size_t restore_len;
static SCREEN *screen;
static FILE *nowhere;

static void on_signal(int sig)
{
    int saved = errno;
    char c = (char)sig;

    (void)!write(wake[1], &c, 1);
    errno = saved;
}

/* Async-signal-safe: plain write and tcsetattr, then the default death. */
static void on_crash(int sig)
{
    if (taken) {
        (void)!write(STDOUT_FILENO, restore, restore_len);
        tcsetattr(STDIN_FILENO, TCSANOW, &before);
    }
    signal(sig, SIG_DFL);
    raise(sig);
}

static void catch_signals(void)
{
    static const int wakers[] = {SIGWINCH, SIGTERM, SIGHUP, SIGINT};
    static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    struct sigaction wake_up = {.sa_handler = on_signal,
                                .sa_flags = SA_RESTART};
    struct sigaction crash = {.sa_handler = on_crash,
                              .sa_flags = (int)SA_RESETHAND};

    for (size_t i = 0; i < sizeof wakers / sizeof wakers[0]; i++)
        sigaction(wakers[i], &wake_up, NULL);
    for (size_t i = 0; i < sizeof crashes / sizeof crashes[0]; i++)
        sigaction(crashes[i], &crash, NULL);
}

static int put_restore(int c)
{
    if (restore_len < sizeof restore)
        restore[restore_len++] = (char)c;
    return c;
}

/* Consoles print what they do not know. */
static bool is_console(void)
{
    const char *term = getenv("TERM");

    return !term || strncmp(term, "linux", 5) == 0 ||
           strncmp(term, "vt", 2) == 0;
}

/* Else what is pasted would be keys. */
static void tell_pastes(bool on)
{
    if (!taken || is_console())
        return;
    (void)!write(STDOUT_FILENO, on ? TELL_PASTES : TELL_NO_PASTES,
                 strlen(TELL_PASTES));
}

/* The bytes that leave the full screen, ready for on_crash. */
static void prepare_restore(void)
{
    const char *const caps[] = {is_console() ? NULL : TELL_NO_PASTES,
                                exit_attribute_mode, cursor_normal,
                                keypad_local, exit_ca_mode};

    restore_len = 0;
    for (size_t i = 0; i < sizeof caps / sizeof caps[0]; i++)
        if (caps[i])
            tputs(caps[i], 1, put_restore);
    put_restore('\r');
    put_restore('\n');
}

/* Both forms of the arrows: not every terminal heeds keypad mode. */
static void know_keys(void)
{
    static const struct {
        const char *bytes;
        int key;
    } keys[] = {
        {"\033[A", KEY_UP}, {"\033[B", KEY_DOWN}, {"\033[C", KEY_RIGHT},
        {"\033[D", KEY_LEFT}, {"\033OA", KEY_UP}, {"\033OB", KEY_DOWN},
        {"\033OC", KEY_RIGHT}, {"\033OD", KEY_LEFT}, {"\033[H", KEY_HOME},
        {"\033[F", KEY_END}, {"\033[1~", KEY_HOME}, {"\033[4~", KEY_END},
        {"\033[3~", KEY_DC}, {"\033[5~", KEY_PPAGE},
        {"\033[6~", KEY_NPAGE}, {"\033[200~", TERM_PASTE},
        {"\033[201~", TERM_PASTED},
    };

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        define_key(keys[i].bytes, keys[i].key);
}

static void set_modes(void)
{
    raw();                      /* ^C is a key like any other */
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    know_keys();
    nodelay(stdscr, TRUE);
    set_escdelay(ESCAPE_MS);
    leaveok(stdscr, FALSE);
}

/* Japanese was asked for, so the terminal can show it; the C locale would
 * not let it through. */
static void widen_locale(void)
{
    if (strcmp(msg_lang(), "ja") == 0 &&
        strncmp(nl_langinfo(CODESET), "ANSI", 4) == 0)
        setlocale(LC_CTYPE, "C.UTF-8");
}

static int open_pipe(struct err *e)
{
    if (pipe2(wake, O_CLOEXEC | O_NONBLOCK) < 0)
        return err_set(e, EXIT_INTERNAL, "pipe: %s", strerror(errno));
    return 0;
}

int term_open(struct err *e)
{
    const char *term = getenv("TERM");

    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        err_set(e, EXIT_USAGE, "%s", _("the screen needs a terminal"));
        err_hint(e, "%s", _("without one: kiriwake check TARGET"));
        return -1;
    }
    if (open_pipe(e) < 0)
        return -1;
    widen_locale();
    tcgetattr(STDIN_FILENO, &before);
    screen = newterm(NULL, stdout, stdin);
    if (!screen || !cursor_address) {
        term_close();
        err_set(e, EXIT_USAGE, _("TERM=%s: not a terminal for screens"),
                term ? term : "");
        err_hint(e, "%s", _("try TERM=xterm, or kiriwake check TARGET"));
        return -1;
    }
    taken = true;
    prepare_restore();
    catch_signals();
    set_modes();
    tell_pastes(true);
    return 0;
}

int term_open_blind(int cols, int rows, struct err *e)
{
    if (open_pipe(e) < 0)
        return -1;
    widen_locale();
    nowhere = fopen("/dev/null", "r+");
    screen = nowhere ? newterm("xterm-256color", nowhere, nowhere) : NULL;
    if (!screen)
        return err_set(e, EXIT_INTERNAL, "newterm: xterm-256color");
    resizeterm(rows, cols);
    return 0;
}

void term_close(void)
{
    if (!screen)
        return;
    tell_pastes(false);
    erase();                    /* where there is no second screen */
    refresh();
    endwin();
    delscreen(screen);
    screen = NULL;
    taken = false;
    if (nowhere)
        fclose(nowhere);
    nowhere = NULL;
    close(wake[0]);
    close(wake[1]);
    wake[0] = wake[1] = -1;
}

int term_signal_fd(void)
{
    return wake[0];
}

struct term_signals term_signals(void)
{
    struct term_signals s = {0};
    char c;

    while (read(wake[0], &c, 1) == 1) {
        if (c == SIGWINCH)
            s.resized = true;
        else
            s.stop = true;
    }
    return s;
}

void term_fit(void)
{
    struct winsize size;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row &&
        size.ws_col)
        resizeterm(size.ws_row, size.ws_col);
}

bool term_key(int *ch, bool *special)
{
    wint_t c;
    int got = get_wch(&c);

    if (got == ERR)
        return false;
    *ch = (int)c;
    *special = got == KEY_CODE_YES;
    return true;
}

bool term_key_waits(void)
{
    struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};

    return poll(&p, 1, 0) > 0;
}

static void base64(struct buf *out, const unsigned char *s, size_t len)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t i = 0; i < len; i += 3) {
        unsigned v = (unsigned)s[i] << 16;

        v |= i + 1 < len ? (unsigned)s[i + 1] << 8 : 0;
        v |= i + 2 < len ? s[i + 2] : 0;
        buf_addc(out, digits[v >> 18]);
        buf_addc(out, digits[v >> 12 & 63]);
        buf_add(out, i + 1 < len ? &digits[v >> 6 & 63] : "=", 1);
        buf_add(out, i + 2 < len ? &digits[v & 63] : "=", 1);
    }
}

void term_clip(const char *bytes, size_t len)
{
    struct buf b = {0};

    if (!taken || is_console())
        return;
    buf_adds(&b, "\033]52;c;");
    base64(&b, (const unsigned char *)bytes, len);
    buf_addc(&b, '\a');
    (void)!write(STDOUT_FILENO, b.data, b.len);
    buf_free(&b);
}
