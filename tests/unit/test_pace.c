/*
 * A console that loses characters typed too fast: the pace of a driver holds
 * from when the driver is known, also where it was found out on the line.
 * The line is the simulator's, taken for a serial port.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kiriwake/mem.h"
#include "../../src/run/inner.h"

#define DRIVER "drivers/nec-ix/driver.yaml"
#define MOST_TURNS 20000
#define PACE 25

/* --- the port, instead of the real one --- */

static struct {
    struct sim *sim;
    struct transport_ops ops;
    unsigned first;             /* the pace it is opened with */
    unsigned pace;              /* and the one set later */
    int set;                    /* how often */
} port;

static void set_pace(struct transport *t, unsigned pace_ms)
{
    (void)t;
    port.pace = pace_ms;
    port.set++;
}

struct transport *transport_serial(const struct target *t,
                                   const struct serial_options *o,
                                   struct err *e)
{
    struct transport *line = transport_sim(port.sim);

    (void)t;
    (void)e;
    port.first = o->pace_ms;
    port.ops = *line->ops;
    port.ops.set_pace = set_pace;
    line->ops = &port.ops;
    line->console = line->serial = true;
    return line;
}

const struct port *transport_port(const struct transport *t)
{
    (void)t;
    return NULL;
}

/* --- a person's driver: the built-in one with a pace --- */

static char dir[] = "/tmp/kiriwake-pace-XXXXXX";

static void make_dir(const char *name)
{
    char *path = mem_printf("%s/%s", dir, name);

    assert_int_equal(mkdir(path, 0700), 0);
    free(path);
}

static void write_driver(const char *text)
{
    const char *was = "serial: {baud: 9600}", *at = strstr(text, was);
    char *path = mem_printf("%s/" DRIVER, dir);
    FILE *f = fopen(path, "w");

    assert_non_null(at);
    assert_non_null(f);
    fprintf(f, "%.*sserial: {baud: 9600, pace: %d}%s", (int)(at - text), text,
            PACE, at + strlen(was));
    assert_int_equal(fclose(f), 0);
    free(path);
}

static int set_up(void **state)
{
    const struct data builtin = {0};
    struct data_file file;
    struct err e = {0};

    (void)state;
    assert_non_null(mkdtemp(dir));
    make_dir("drivers");
    make_dir("drivers/nec-ix");
    assert_int_equal(data_read(&builtin, DRIVER, &file, &e), 0);
    write_driver(file.text);
    data_free(&file);
    return 0;
}

static int tear_down(void **state)
{
    static const char *const names[] = {"/" DRIVER, "/drivers/nec-ix",
                                        "/drivers", ""};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        char *path = mem_printf("%s%s", dir, names[i]);

        assert_int_equal(remove(path), 0);
        free(path);
    }
    return 0;
}

/* --- the walk, until it asks --- */

static void turn(struct run *r)
{
    struct pollfd fds[4];
    uint64_t due;

    run_fds(r, fds, 4, &due);
    clock_advance(run_clock(r), due ? due : clock_now(run_clock(r)) + 1000);
    run_pump(r);
}

static struct run *walk(const struct data *data, const char *driver)
{
    const struct run_options o = {.data = *data, .driver = driver,
                                  .target = "serial:///dev/ttyUSB0",
                                  .user = sim_user(port.sim),
                                  .interactive = true, .no_journal = true};
    struct run *r = run_prepare(&o, NULL);
    struct err e = {0};

    r->clock.is_virtual = true;
    r->password = mem_strdup(sim_password(port.sim));
    if (run_open(r, &e) < 0)
        fail_msg("%s", e.what);
    for (int i = 0; i < MOST_TURNS && !run_asking(r) && !run_done(r); i++)
        turn(r);
    assert_non_null(run_asking(r));
    assert_string_equal(driver_name(r->driver), "nec-ix");
    return r;
}

static void expect(bool own, const char *driver, unsigned first, int set,
                   unsigned pace)
{
    struct data data = {{own ? dir : NULL}, own};
    struct err e = {0};
    struct run *r;

    memset(&port, 0, sizeof port);
    port.sim = sim_new(&data, "nec-ix", "psk-mismatch-responder", NULL, true,
                       &e);
    assert_non_null(port.sim);
    r = walk(&data, driver);
    assert_int_equal(port.first, first);
    assert_int_equal(port.set, set);
    assert_int_equal(port.pace, pace);
    run_free(r);
    sim_free(port.sim);
}

static void test_detected(void **state)
{
    (void)state;
    expect(true, NULL, 0, 1, PACE);
    expect(false, NULL, 0, 1, 0);
}

static void test_named(void **state)
{
    (void)state;
    expect(true, "nec-ix", PACE, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_detected),
        cmocka_unit_test(test_named),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
