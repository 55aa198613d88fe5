/* Which ports there are, who has them, and the same one again; the tables
 * are a test's own tree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kiriwake/mem.h"
#include "kiriwake/transport.h"
#include "../../src/transport/serial.h"

static char root[64];

static char *in_root(const char *name)
{
    return mem_printf("%s/%s", root, name);
}

/* A shell command, in the test's tree. */
static void run(const char *command)
{
    char *line = mem_printf("cd %s && %s", root, command);

    assert_int_equal(system(line), 0);
    free(line);
}

static void make_dir(const char *name)
{
    char *line = mem_printf("mkdir -p %s", name);

    run(line);
    free(line);
}

static int set_up(void **state)
{
    (void)state;
    snprintf(root, sizeof root, "/tmp/kiriwake-ports-XXXXXX");
    return mkdtemp(root) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    run("cd / && rm -r \"$OLDPWD\"");
    return 0;
}

static void write_file(const char *name, const void *text, size_t len)
{
    char *path = in_root(name);
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, len, f), len);
    fclose(f);
    free(path);
}

/* The roots of this test's tree; strings are freed with drop_roots. */
static struct port_roots roots(void)
{
    return (struct port_roots){in_root("by-id"), in_root("sys"),
                               in_root("proc"), {in_root("lock"), NULL}};
}

static void drop_roots(struct port_roots *r)
{
    free((char *)r->by_id);
    free((char *)r->sys);
    free((char *)r->proc);
    free((char *)r->locks[0]);
}

static struct port usb(const char *path, int vid, const char *serial,
                       const char *topology)
{
    return (struct port){.path = (char *)path, .vid = vid, .pid = 1,
                         .serial = (char *)serial,
                         .topology = (char *)topology};
}

/* --- identity --- */

static void test_same(void **state)
{
    struct port a = usb("/dev/ttyUSB0", 0x403, "A1", "1-1:1.0/0");
    struct port moved = usb("/dev/ttyUSB3", 0x403, "A1", "2-4:1.0/0");
    struct port second = usb("/dev/ttyUSB4", 0x403, "A1", "2-4:1.1/0");
    struct port other = usb("/dev/ttyUSB0", 0x403, "B2", "1-1:1.0/0");
    struct port chip = usb("/dev/ttyUSB0", 0x67b, "A1", "1-1:1.0/0");
    struct port bare = usb("/dev/ttyUSB0", 0x67b, NULL, "1-1:1.0/0");
    struct port bare_same = usb("/dev/ttyUSB1", 0x67b, NULL, "1-1:1.0/0");
    struct port bare_else = usb("/dev/ttyUSB0", 0x67b, NULL, "1-2:1.0/0");
    struct port board = {.path = (char *)"/dev/ttyS0", .vid = -1, .pid = -1};
    struct port board1 = {.path = (char *)"/dev/ttyS1", .vid = -1, .pid = -1};

    (void)state;
    assert_true(port_same(&a, &moved));
    assert_false(port_same(&a, &second));       /* of two interfaces */
    assert_false(port_same(&moved, &second));
    assert_false(port_same(&a, &other));
    assert_false(port_same(&a, &chip));
    assert_true(port_same(&bare, &bare_same));
    assert_false(port_same(&bare, &bare_else));
    assert_false(port_same(&chip, &bare));
    assert_true(port_same(&board, &board));
    assert_false(port_same(&board, &board1));
    assert_false(port_same(&board, &a));
}

static void test_links(void **state)
{
    struct port_roots r = roots();
    struct port p = {.vid = 0x403, .pid = 0x6001};
    char *want = in_root("by-id/usb-FTDI_X-if00-port0");

    (void)state;
    p.path = in_root("ttyUSB10");
    make_dir("by-id");
    make_dir("sys/ttyUSB10");
    run("ln -s ../../ttyUSB1 by-id/usb-FTDI_W-if00-port0");
    run("ln -s ../../ttyUSB10 by-id/usb-FTDI_X-if00-port0");
    run("d=devices/pci0000:00/0000:00:02.0/usb1/1-1/1-1.2/1-1.2:1.0/ttyUSB10;"
        "mkdir -p $d && echo 2 >$d/port_number &&"
        "ln -s ../../$d sys/ttyUSB10/device");
    port_add_links(&p, &r);
    assert_string_equal(p.by_id, want);
    assert_string_equal(p.topology, "1-1.2:1.0/2");
    free(want);
    free(p.path);
    free(p.by_id);
    free(p.topology);
    drop_roots(&r);
}

/* --- the likely console --- */

static const char *likely(struct port *ports, size_t count)
{
    const char *found = NULL;

    ports_arrange(ports, count);
    for (size_t i = 0; i < count; i++)
        if (ports[i].likely) {
            assert_null(found);
            found = ports[i].path;
        }
    return found ? found : "";
}

static void test_order_and_likely(void **state)
{
    struct port p[] = {
        {.path = (char *)"/dev/ttyS0", .vid = -1},
        usb("/dev/ttyUSB10", 0x403, "A", "1-1:1.0/0"),
        usb("/dev/ttyUSB2", 0x12d1, "B", "1-2:1.0/0"),  /* a modem */
        usb("/dev/ttyUSB9", 0x9999, "C", "1-3:1.0/0"),
    };

    (void)state;
    assert_string_equal(likely(p, 4), "/dev/ttyUSB10");
    assert_string_equal(p[0].path, "/dev/ttyUSB2");
    assert_string_equal(p[1].path, "/dev/ttyUSB9");
    assert_string_equal(p[2].path, "/dev/ttyUSB10");
    assert_string_equal(p[3].path, "/dev/ttyS0");
    p[2].holder_pid = 4711;             /* in use: the next best */
    assert_string_equal(likely(p, 4), "/dev/ttyUSB9");
    p[1].group = (char *)"dialout";     /* not permitted */
    assert_string_equal(likely(p, 4), "/dev/ttyS0");
    p[3].holder_pid = 1;
    assert_string_equal(likely(p, 4), "");
}

/* Two alike: the one plugged in last; at the same time: neither. */
static void test_likely_newest(void **state)
{
    struct port p[] = {
        usb("/dev/ttyUSB0", 0x403, "A", "1-1:1.0/0"),
        usb("/dev/ttyUSB1", 0x403, "B", "1-2:1.0/0"),
    };

    (void)state;
    p[0].since = 2000;
    p[1].since = 1000;
    assert_string_equal(likely(p, 2), "/dev/ttyUSB0");
    p[1].since = 2000;
    assert_string_equal(likely(p, 2), "");
    assert_string_equal(likely(p, 0), "");
}

/* --- holders --- */

static void test_holder_by_open_file(void **state)
{
    struct port_roots r = roots();
    struct port p[] = {
        usb("/dev/ttyUSB0", 0x403, "A", "1-1:1.0/0"),
        usb("/dev/ttyUSB1", 0x403, "B", "1-2:1.0/0"),
    };

    (void)state;
    make_dir("proc/4711/fd");
    make_dir("proc/self");
    run("ln -s /dev/ttyUSB1 proc/4711/fd/3");
    run("ln -s /dev/ttyUSB10 proc/4711/fd/4");
    write_file("proc/4711/comm", "minicom\n", 8);
    ports_find_holders(p, 2, &r);
    assert_int_equal(p[0].holder_pid, 0);
    assert_int_equal(p[1].holder_pid, 4711);
    assert_string_equal(p[1].holder, "minicom");
    free(p[1].holder);
    drop_roots(&r);
}

/* A process that has surely ended. */
static pid_t dead_pid(void)
{
    pid_t pid = fork();

    if (pid == 0)
        _exit(0);
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    return pid;
}

static void write_lock(pid_t pid)
{
    char text[32];
    int n = snprintf(text, sizeof text, "%10d\n", (int)pid);

    write_file("lock/LCK..ttyUSB0", text, (size_t)n);
}

static void test_lock_read(void **state)
{
    char *path = in_root("lock/LCK..ttyUSB0");
    int raw = 0x01020304;

    (void)state;
    make_dir("lock");
    assert_int_equal(port_lock_read(path), 0);          /* none */
    write_lock(12345);
    assert_int_equal(port_lock_read(path), 12345);
    write_file("lock/LCK..ttyUSB0", &raw, sizeof raw);  /* as cu writes it */
    assert_int_equal(port_lock_read(path), raw);
    write_file("lock/LCK..ttyUSB0", "garbage\n", 8);
    assert_int_equal(port_lock_read(path), 0);
    free(path);
}

static void test_holder_by_lock(void **state)
{
    struct port_roots r = roots();
    struct port p = usb("/dev/ttyUSB0", 0x403, "A", "1-1:1.0/0");

    (void)state;
    make_dir("lock");
    make_dir("proc");
    write_lock(getppid());
    ports_find_holders(&p, 1, &r);
    assert_int_equal(p.holder_pid, getppid());
    assert_null(p.holder);              /* no such process in this tree */
    p.holder_pid = 0;
    write_lock(dead_pid());
    ports_find_holders(&p, 1, &r);
    assert_int_equal(p.holder_pid, 0);
    drop_roots(&r);
}

/* --- no table at all: a container, a chroot --- */

static void test_untold(void **state)
{
    struct port_roots r = roots();
    struct err e = {0};

    (void)state;
    assert_false(ports_is_told(&r, &e));
    assert_int_equal(e.status, EXIT_FAILED);
    assert_non_null(strstr(e.what, r.sys));
    assert_non_null(strstr(e.what, "No such file"));
    assert_non_null(strstr(e.hint, "mount /sys"));
    make_dir("sys");
    e = (struct err){0};
    assert_true(ports_is_told(&r, &e));
    assert_int_equal(e.status, 0);
    drop_roots(&r);
}

/* --- taking a port (any file does) --- */

static void take(const char *device, int want, struct serial_lock *l,
                 struct err *e)
{
    struct port_roots r = roots();
    struct serial_settings set = {0};

    *e = (struct err){0};
    assert_int_equal(serial_lock_take(l, &set, "serial:x", device, &r, e),
                     want);
    assert_false(set.known);            /* no terminal */
    drop_roots(&r);
}

static void test_lock(void **state)
{
    char *device = in_root("ttyUSB0"), *lock = in_root("lock/LCK..ttyUSB0");
    struct serial_lock a, b;
    struct err e;

    (void)state;
    make_dir("lock");
    make_dir("proc");
    write_file("ttyUSB0", "", 0);
    take(device, 0, &a, &e);
    assert_int_equal(port_lock_read(lock), getpid());
    take(device, -1, &b, &e);           /* flock holds within a process */
    assert_int_equal(e.status, EXIT_FAILED);
    assert_string_equal(e.stage, "open");
    assert_non_null(strstr(e.what, "in use"));
    assert_int_equal(access(lock, F_OK), 0);    /* still the first one's */
    serial_lock_drop(&a);
    assert_int_equal(access(lock, F_OK), -1);
    take(device, 0, &b, &e);
    serial_lock_drop(&b);
    free(device);
    free(lock);
}

static void test_lock_stale(void **state)
{
    char *device = in_root("ttyUSB0"), *lock = in_root("lock/LCK..ttyUSB0");
    struct serial_lock l;
    struct err e;

    (void)state;
    make_dir("lock");
    make_dir("proc");
    write_file("ttyUSB0", "", 0);
    write_lock(dead_pid());
    take(device, 0, &l, &e);
    assert_int_equal(port_lock_read(lock), getpid());
    serial_lock_drop(&l);
    write_lock(getppid());
    take(device, -1, &l, &e);
    assert_non_null(strstr(e.what, "in use"));
    assert_int_equal(port_lock_read(lock), getppid());
    free(device);
    free(lock);
}

static void test_lock_no_directory(void **state)
{
    char *device = in_root("ttyUSB0");
    struct serial_lock l;
    struct err e;

    (void)state;
    make_dir("proc");
    write_file("ttyUSB0", "", 0);
    take(device, 0, &l, &e);
    assert_null(l.uucp);
    serial_lock_drop(&l);
    free(device);
}

/* --- opening --- */

static struct transport *open_target(const char *text, struct err *e)
{
    const struct serial_options o = {0};
    struct target target;
    struct transport *t;

    assert_int_equal(target_parse(text, &target, e), 0);
    t = transport_serial(&target, &o, e);
    target_free(&target);
    return t;
}

static void test_open_bad_speed(void **state)
{
    static const char *const bad[] = {
        "serial:///dev/ttyUSB0?baud=fast", "serial:///dev/ttyUSB0?baud=0",
        "serial:///dev/ttyUSB0?baud=-9600", "serial:///dev/ttyUSB0?baud=",
        "serial:///dev/ttyUSB0?baud=99999999999",
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct err e = {0};

        assert_null(open_target(bad[i], &e));
        assert_int_equal(e.status, EXIT_USAGE);
    }
}

static void test_open_nothing_there(void **state)
{
    struct err e = {0};
    struct transport *t = open_target("serial:///dev/no-such-port?baud=1200",
                                      &e);

    (void)state;
    assert_non_null(t);
    assert_true(t->serial && t->console);
    assert_int_equal(t->baud, 1200);
    assert_int_equal(t->state, TRANSPORT_CLOSED);
    assert_string_equal(t->err.stage, "open");
    assert_non_null(strstr(t->err.what, "no such port"));
    assert_string_equal(transport_port(t)->path, "/dev/no-such-port");
    t->ops->close(t);
}

/* A pseudo terminal has no modem lines: refused in words. */
static void test_open_pty(void **state)
{
    int fd = posix_openpt(O_RDWR | O_NOCTTY);
    struct err e = {0};
    struct transport *t;
    char *text;

    (void)state;
    if (!ports_is_told(&port_roots, &e))
        skip();
    assert_true(fd >= 0 && grantpt(fd) == 0 && unlockpt(fd) == 0);
    text = mem_printf("serial://%s", ptsname(fd));
    t = open_target(text, &e);
    assert_int_equal(t->state, TRANSPORT_CLOSED);
    assert_non_null(strstr(t->err.what, "pseudo terminal"));
    assert_non_null(strstr(t->err.hint, "exec:"));
    t->ops->close(t);
    free(text);
    close(fd);
}

/* Waits for its adapter, and says so. */
static void test_open_again(void **state)
{
    struct port me = usb("/dev/ttyUSB0", 0x403, "NOBODY-HAS-THIS", NULL);
    const struct serial_options o = {.again = &me};
    struct target target;
    struct transport *t;
    struct err e = {0};

    (void)state;
    assert_int_equal(target_parse("serial:///dev/ttyUSB0", &target, &e), 0);
    t = transport_serial(&target, &o, &e);
    assert_true(t->due_ms > 0 && t->due_ms <= 1000);    /* at once */
    t->ops->tick(t, 1000);
    assert_int_equal(t->state, TRANSPORT_OPENING);
    assert_string_equal(t->stage, "adapter");
    assert_true(t->due_ms > 1000);
    t->ops->tick(t, t->due_ms);
    assert_int_equal(t->state, TRANSPORT_OPENING);
    assert_string_equal(transport_port(t)->serial, "NOBODY-HAS-THIS");
    t->ops->close(t);
    target_free(&target);
}

static void test_json(void **state)
{
    struct port p = usb("/dev/ttyUSB0", 0x403, "A1", "1-1:1.0/0");
    json_t *all, *one;

    (void)state;
    p.pid = 0x6001;
    p.maker = (char *)"\xff";           /* no text: unknown */
    p.holder = (char *)"minicom";
    p.holder_pid = 7;
    all = ports_json(&p, 1);
    one = json_array_get(all, 0);
    assert_int_equal(json_object_size(one), 11);
    assert_string_equal(json_string_value(json_object_get(one, "vid")),
                        "0403");
    assert_string_equal(json_string_value(json_object_get(one, "pid")),
                        "6001");
    assert_true(json_is_null(json_object_get(one, "maker")));
    assert_true(json_is_null(json_object_get(one, "group")));
    assert_int_equal(
        json_integer_value(json_object_get(one, "holder_pid")), 7);
    assert_true(json_is_false(json_object_get(one, "likely")));
    json_decref(all);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_same),
        TEST(test_links),
        TEST(test_order_and_likely),
        TEST(test_likely_newest),
        TEST(test_holder_by_open_file),
        TEST(test_lock_read),
        TEST(test_holder_by_lock),
        TEST(test_untold),
        TEST(test_lock),
        TEST(test_lock_stale),
        TEST(test_lock_no_directory),
        TEST(test_open_bad_speed),
        TEST(test_open_nothing_there),
        TEST(test_open_pty),
        TEST(test_open_again),
        TEST(test_json),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
