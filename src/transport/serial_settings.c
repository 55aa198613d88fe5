/*
 * Settings of the line: original, current, next.
 *
 * DTR and RTS are raised: many consoles say nothing to a terminal that is
 * not there, and some adapters draw their power from them. HUPCL is off
 * while we run, so that a crash of ours does not drop DTR and with it the
 * router's session; at the end the original comes back, HUPCL with it.
 *
 * An FTDI adapter collects what comes for 16 ms, or 62 bytes: at every turn
 * of the dialogue that would be lost time. Linux has a flag for it that any
 * user may set.
 */
#include "serial.h"

#include <sys/ioctl.h>
#ifdef __linux__
#include <linux/serial.h>
#endif

#define GUARD_CHARACTERS 3      /* in the adapter, after the kernel's queue */
#define ADAPTER_MS 20           /* adapters report their queue this late */

void serial_settings_read(struct serial_settings *s, int fd)
{
    struct termios quiet;

    if (tcgetattr(fd, &s->original) < 0)
        return;
    s->known = true;
    quiet = s->original;
    cfmakeraw(&quiet);
    quiet.c_cflag = s->original.c_cflag & ~(tcflag_t)HUPCL;
    tcsetattr(fd, TCSANOW, &quiet);
    tcflush(fd, TCOFLUSH);      /* what was echoed and has not yet left */
}

/* libserialport sets HUPCL when it opens, and looks for CRTSCTS among the
 * input flags: a port left with it would wait for a CTS that never comes. */
static int keep_dtr(int fd)
{
    struct termios now;

    if (tcgetattr(fd, &now) < 0)
        return -1;
    now.c_cflag &= ~(tcflag_t)(HUPCL | CRTSCTS);
    return tcsetattr(fd, TCSANOW, &now);
}

/* All at once: at half of them the line would hear noise, and every change
 * is a dialogue with the adapter. */
static int apply(struct sp_port *sp, unsigned baud)
{
    struct sp_port_config *c;
    int rc = -1;

    if (sp_new_config(&c) != SP_OK)
        return -1;
    if (sp_set_config_baudrate(c, (int)baud) == SP_OK &&
        sp_set_config_bits(c, 8) == SP_OK &&
        sp_set_config_parity(c, SP_PARITY_NONE) == SP_OK &&
        sp_set_config_stopbits(c, 1) == SP_OK &&
        sp_set_config_flowcontrol(c, SP_FLOWCONTROL_NONE) == SP_OK &&
        sp_set_config(sp, c) == SP_OK)
        rc = 0;
    sp_free_config(c);
    return rc;
}

#ifdef __linux__
static void hurry(struct serial_settings *s, int fd)
{
    struct serial_struct now;

    if (ioctl(fd, TIOCGSERIAL, &now) < 0)
        return;
    s->manners = now.flags;
    now.flags |= ASYNC_LOW_LATENCY;
    s->hurried = ioctl(fd, TIOCSSERIAL, &now) == 0;
}

static void calm(struct serial_settings *s, int fd)
{
    struct serial_struct now;

    if (s->hurried && ioctl(fd, TIOCGSERIAL, &now) == 0) {
        now.flags = s->manners;
        ioctl(fd, TIOCSSERIAL, &now);
    }
    s->hurried = false;
}
#else
static void hurry(struct serial_settings *s, int fd)
{
    (void)s;
    (void)fd;
}

static void calm(struct serial_settings *s, int fd)
{
    (void)fd;
    s->hurried = false;
}
#endif

int serial_settings_first(struct serial_settings *s, struct sp_port *sp,
                          unsigned baud)
{
    int fd = -1, lines = TIOCM_DTR | TIOCM_RTS;

    sp_get_port_handle(sp, &fd);
    if (keep_dtr(fd) < 0)
        return -1;
    hurry(s, fd);
    ioctl(fd, TIOCMBIS, &lines);        /* three-wire adapters have neither */
    if (apply(sp, baud) < 0)
        return -1;
    s->current = s->next = baud;
    return 0;
}

bool serial_settings_advance(struct serial_settings *s, struct sp_port *sp,
                             uint64_t now_ms)
{
    uint64_t guard = ADAPTER_MS + GUARD_CHARACTERS * 10000 / s->current;

    if (s->next == s->current)
        return false;
    if (sp_output_waiting(sp) > 0)
        s->empty_ms = 0;
    else if (!s->empty_ms)
        s->empty_ms = now_ms ? now_ms : 1;
    if (!s->empty_ms || now_ms < s->empty_ms + guard)
        return true;
    s->empty_ms = 0;
    if (sp_set_baudrate(sp, (int)s->next) != SP_OK)
        s->next = s->current;
    s->current = s->next;
    return false;
}

void serial_settings_restore(struct serial_settings *s, int fd)
{
    /* What the line did not take would hold close for half a minute. */
    tcflush(fd, TCOFLUSH);
    calm(s, fd);
    if (s->known)
        tcsetattr(fd, TCSANOW, &s->original);
    tcflush(fd, TCOFLUSH);      /* the terminal echoes again */
    s->known = false;
}
