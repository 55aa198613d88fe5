/* A serial line's pace, break and speeds: the transport on a pseudo terminal,
 * with a library of our own in libserialport's place, which refuses one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <libserialport.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "kiriwake/buf.h"
#include "kiriwake/mem.h"
#include "kiriwake/transport.h"

/* --- libserialport, as far as the transport calls it ---------------------- */

struct sp_port {
    int fd;
    int waiting;                /* bytes that have not left */
    int breaks, broken;         /* begun; on the line now */
    int baud, changes;
};

struct sp_port_config {
    int baud, bits, stopbits;
    enum sp_parity parity;
    enum sp_flowcontrol flow;
};

static struct sp_port the_port;

enum sp_return sp_get_port_by_name(const char *name, struct sp_port **out)
{
    the_port = (struct sp_port){.fd = open(name, O_RDWR | O_NONBLOCK |
                                                     O_NOCTTY)};
    *out = &the_port;
    return the_port.fd >= 0 ? SP_OK : SP_ERR_FAIL;
}

enum sp_return sp_list_ports(struct sp_port ***out)
{
    *out = mem_zalloc(sizeof **out);
    return SP_OK;
}

void sp_free_port_list(struct sp_port **list)
{
    free(list);
}

enum sp_return sp_open(struct sp_port *p, enum sp_mode mode)
{
    assert_int_equal(mode, SP_MODE_READ_WRITE);
    return p == &the_port ? SP_OK : SP_ERR_ARG;
}

enum sp_return sp_close(struct sp_port *p)
{
    close(p->fd);
    p->fd = -1;
    return SP_OK;
}

void sp_free_port(struct sp_port *p)
{
    assert_int_equal(p->fd, -1);
}

enum sp_return sp_get_port_handle(const struct sp_port *p, void *out)
{
    *(int *)out = p->fd;
    return SP_OK;
}

enum sp_return sp_new_config(struct sp_port_config **out)
{
    *out = mem_zalloc(sizeof **out);
    return SP_OK;
}

void sp_free_config(struct sp_port_config *c)
{
    free(c);
}

enum sp_return sp_set_config_baudrate(struct sp_port_config *c, int baud)
{
    c->baud = baud;
    return SP_OK;
}

enum sp_return sp_set_config_bits(struct sp_port_config *c, int bits)
{
    c->bits = bits;
    return SP_OK;
}

enum sp_return sp_set_config_parity(struct sp_port_config *c,
                                    enum sp_parity parity)
{
    c->parity = parity;
    return SP_OK;
}

enum sp_return sp_set_config_stopbits(struct sp_port_config *c, int bits)
{
    c->stopbits = bits;
    return SP_OK;
}

enum sp_return sp_set_config_flowcontrol(struct sp_port_config *c,
                                         enum sp_flowcontrol flow)
{
    c->flow = flow;
    return SP_OK;
}

enum sp_return sp_set_config(struct sp_port *p,
                             const struct sp_port_config *c)
{
    assert_int_equal(c->bits, 8);
    assert_int_equal(c->parity, SP_PARITY_NONE);
    assert_int_equal(c->stopbits, 1);
    assert_int_equal(c->flow, SP_FLOWCONTROL_NONE);
    p->baud = c->baud;
    p->changes++;
    return SP_OK;
}

enum sp_return sp_set_baudrate(struct sp_port *p, int baud)
{
    assert_int_equal(p->waiting, 0);
    p->baud = baud;
    p->changes++;
    return SP_OK;
}

enum sp_return sp_output_waiting(struct sp_port *p)
{
    return (enum sp_return)p->waiting;
}

enum sp_return sp_start_break(struct sp_port *p)
{
    assert_false(p->broken);
    p->breaks++;
    p->broken = 1;
    return SP_OK;
}

enum sp_return sp_end_break(struct sp_port *p)
{
    p->broken = 0;
    return SP_OK;
}

/* --- a line --------------------------------------------------------------- */

struct test {
    int router;                 /* the other end */
    struct transport *t;
    struct buf out;
};

static struct transport *open_line(const char *path, unsigned pace_ms,
                                   unsigned baud)
{
    const struct serial_options o = {.baud = baud, .pace_ms = pace_ms};
    struct target target = {.text = (char *)path, .path = (char *)path};
    struct err e = {0};
    struct transport *t = transport_serial(&target, &o, &e);

    assert_non_null(t);
    assert_int_equal(t->state, TRANSPORT_READY);
    assert_int_equal(the_port.baud, (int)baud);
    assert_int_equal(the_port.changes, 1);      /* all at once */
    return t;
}

static void begin(struct test *test, unsigned pace_ms, unsigned baud)
{
    *test = (struct test){.router = posix_openpt(O_RDWR | O_NOCTTY)};
    assert_true(test->router >= 0);
    assert_int_equal(grantpt(test->router), 0);
    assert_int_equal(unlockpt(test->router), 0);
    test->t = open_line(ptsname(test->router), pace_ms, baud);
}

static void finish(struct test *test)
{
    test->t->ops->close(test->t);
    close(test->router);
    buf_free(&test->out);
}

/* One turn of the loop; what the router gets by it. */
static const char *turn(struct test *test, uint64_t now_ms)
{
    static char got[64];
    struct pollfd p = {.fd = test->router, .events = POLLIN};
    ssize_t n = 0;

    test->t->ops->tick(test->t, now_ms);
    test->t->ops->write(test->t, &test->out);
    if (poll(&p, 1, 0) > 0)
        n = read(test->router, got, sizeof got - 1);
    got[n > 0 ? n : 0] = 0;
    return got;
}

static void test_all_at_once(void **state)
{
    struct test test;

    (void)state;
    begin(&test, 0, 9600);
    buf_adds(&test.out, "show version\r");
    assert_string_equal(turn(&test, 1000), "show version\r");
    assert_int_equal(test.out.len, 0);
    assert_false(test.t->want_write);
    finish(&test);
}

static void test_pace(void **state)
{
    struct test test;

    (void)state;
    begin(&test, 20, 9600);
    buf_adds(&test.out, "abc");
    assert_string_equal(turn(&test, 1000), "a");
    assert_int_equal(test.t->due_ms, 1020);
    assert_false(test.t->want_write);   /* else poll would spin */
    assert_string_equal(turn(&test, 1019), "");
    assert_int_equal(test.t->due_ms, 1020);
    assert_string_equal(turn(&test, 1020), "b");
    assert_string_equal(turn(&test, 1500), "c");
    assert_int_equal(test.t->due_ms, 0);
    buf_adds(&test.out, "d");           /* the pause holds between texts */
    assert_string_equal(turn(&test, 1510), "");
    assert_string_equal(turn(&test, 1520), "d");
    finish(&test);
}

/* The driver was found out after the port was opened. */
static void test_pace_from_now_on(void **state)
{
    struct test test;

    (void)state;
    begin(&test, 0, 9600);
    buf_adds(&test.out, "abc");
    assert_string_equal(turn(&test, 1000), "abc");
    test.t->ops->set_pace(test.t, 20);
    buf_adds(&test.out, "de");
    assert_string_equal(turn(&test, 1001), "d");
    assert_string_equal(turn(&test, 1020), "");
    assert_string_equal(turn(&test, 1021), "e");
    finish(&test);
}

static void test_break(void **state)
{
    struct test test;

    (void)state;
    begin(&test, 0, 9600);
    turn(&test, 1000);
    test.t->ops->send_break(test.t);
    assert_int_equal(the_port.broken, 1);
    assert_int_equal(test.t->due_ms, 1300);
    test.t->ops->send_break(test.t);    /* it is one */
    assert_int_equal(the_port.breaks, 1);
    turn(&test, 1299);
    assert_int_equal(the_port.broken, 1);
    turn(&test, 1300);
    assert_int_equal(the_port.broken, 0);
    assert_int_equal(test.t->due_ms, 0);
    test.t->ops->send_break(test.t);
    finish(&test);                      /* in the middle of it */
    assert_int_equal(the_port.broken, 0);
}

/* What was typed leaves at the old speed; what comes after waits. */
static void test_speed(void **state)
{
    struct test test;

    (void)state;
    begin(&test, 0, 9600);
    buf_adds(&test.out, "old");
    assert_string_equal(turn(&test, 1000), "old");
    the_port.waiting = 3;
    test.t->ops->set_baud(test.t, 115200);
    buf_adds(&test.out, "new");
    assert_string_equal(turn(&test, 1010), "");
    assert_int_equal(the_port.baud, 9600);
    the_port.waiting = 0;
    assert_string_equal(turn(&test, 1020), "");
    assert_int_equal(the_port.baud, 9600);      /* in the adapter still */
    assert_string_equal(turn(&test, 1043), "new");
    assert_int_equal(the_port.baud, 115200);
    assert_int_equal(test.t->baud, 115200);
    finish(&test);
}

/* The settings of whoever had the line before come back. */
static void test_settings_come_back(void **state)
{
    struct test test;
    struct termios before, now;
    const char *path;
    int fd;

    (void)state;
    begin(&test, 0, 9600);              /* a terminal of our own */
    path = ptsname(test.router);
    fd = open(path, O_RDWR | O_NOCTTY);
    test.t->ops->close(test.t);
    assert_int_equal(tcgetattr(fd, &before), 0);
    before.c_cflag |= CRTSCTS | HUPCL;
    before.c_lflag |= ECHO | ICANON;
    assert_int_equal(tcsetattr(fd, TCSANOW, &before), 0);
    assert_int_equal(tcgetattr(fd, &before), 0);
    test.t = open_line(path, 0, 9600);
    assert_int_equal(tcgetattr(fd, &now), 0);
    assert_int_equal(now.c_cflag & (CRTSCTS | HUPCL), 0);
    assert_int_equal(now.c_lflag & (ECHO | ICANON), 0);
    test.t->ops->close(test.t);
    assert_int_equal(tcgetattr(fd, &now), 0);
    assert_int_equal(now.c_iflag, before.c_iflag);
    assert_int_equal(now.c_oflag, before.c_oflag);
    assert_int_equal(now.c_cflag, before.c_cflag);
    assert_int_equal(now.c_lflag, before.c_lflag);
    close(fd);
    close(test.router);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_at_once),
        cmocka_unit_test(test_pace),
        cmocka_unit_test(test_pace_from_now_on),
        cmocka_unit_test(test_break),
        cmocka_unit_test(test_speed),
        cmocka_unit_test(test_settings_come_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
