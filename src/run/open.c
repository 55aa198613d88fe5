/* A run's transport, by TARGET. */
#include "inner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kiriwake/mem.h"
#include "kiriwake/msg.h"
#include "kiriwake/ports.h"

static void scenario_of(struct run *r, char **driver, char **scenario)
{
    const char *slash = r->target.path ? strchr(r->target.path, '/') : NULL;

    *driver = slash ? mem_strndup(r->target.path,
                                  (size_t)(slash - r->target.path))
                    : mem_strdup(r->target.path ? r->target.path : "");
    *scenario = mem_strdup(slash ? slash + 1 : "");
}

/* record=FILE in a sim: target. */
static struct transport *recorded(struct run *r, struct transport *t,
                                  struct err *e)
{
    char *path = target_query(&r->target, "record");

    if (path && transport_sim_record(t, path, e) < 0) {
        t->ops->close(t);
        t = NULL;
    }
    free(path);
    return t;
}

static struct sim *new_sim(struct run *r, bool login, struct err *e)
{
    char *driver, *scenario, *find = target_query(&r->target, "detect");
    struct sim *sim;

    scenario_of(r, &driver, &scenario);
    r->clock.is_virtual = !r->o.real_time;
    sim = sim_new(&r->o.data, driver, scenario, r->target.query,
                  login, e);
    if (sim && !r->o.driver && !find)
        r->o.driver = mem_strdup(driver);
    if (sim && !r->o.user)
        r->o.user = mem_copy(sim_user(sim));
    if (sim && !r->password)
        r->password = mem_copy(sim_password(sim));
    free(driver);
    free(scenario);
    free(find);
    return sim;
}

/* detect=banner in a sim: target: the server's name is known, as over SSH. */
static void give_banner(struct run *r, struct transport *t)
{
    char *find = target_query(&r->target, "detect");

    if (find && strcmp(find, "banner") == 0)
        snprintf(t->banner, sizeof t->banner, "%s", sim_banner(r->sim));
    free(find);
}

/* With a login of its own it is a console; without, as behind SSH. */
static struct transport *open_sim(struct run *r, struct err *e)
{
    char *login = target_query(&r->target, "login");
    struct transport *t = NULL;

    if (!r->sim)                        /* else the same device, once more */
        r->sim = new_sim(r, login != NULL, e);
    if (r->sim) {
        t = transport_sim(r->sim);
        t->console = sim_console(r->sim);
        give_banner(r, t);
    }
    free(login);
    return t ? recorded(r, t, e) : NULL;
}

static struct transport *open_ssh(struct run *r, struct err *e)
{
    struct ssh_options so = {
        .user = r->o.user,
        .password = r->password,
        .known_hosts = r->o.known_hosts,
        .host_key = r->o.host_key ? r->o.host_key
                    : r->o.interactive ? "ask" : "strict",
        .legacy = r->driver ? driver_ssh_legacy(r->driver) : NULL,
        .legacy_of = r->driver ? NULL : detect_legacy,
        .legacy_arg = r,
        .cols = 80,
        .rows = 24,
        .connect_ms = 20000,
        .auth_ms = r->o.interactive ? 120000 : 30000,
    };

    return transport_ssh(&r->target, &so, e);
}

static struct transport *open_serial(struct run *r, struct err *e)
{
    struct serial_options so = {
        .baud = r->driver ? driver_baud(r->driver) : 0,
        .pace_ms = r->driver ? driver_pace(r->driver) : 0,
        .again = r->port,
    };
    struct transport *t = transport_serial(&r->target, &so, e);

    if (t && !r->port && transport_port(t))
        r->port = port_copy(transport_port(t));
    return t;
}

struct transport *run_transport(struct run *r, struct err *e)
{
    const char *scheme = r->target.scheme;

    if (strcmp(scheme, "sim") == 0)
        return open_sim(r, e);
    if (strcmp(scheme, "ssh") == 0)
        return open_ssh(r, e);
    if (strcmp(scheme, "serial") == 0)
        return open_serial(r, e);
    if (strcmp(scheme, "exec") == 0)
        return transport_exec(&r->target, 80, 24, e);
    if (strcmp(scheme, "telnet") == 0 || strcmp(scheme, "tcp") == 0)
        return transport_telnet(&r->target, 80, 24, 20000, e);
    err_hint(e, "%s", _("Use ssh://HOST, serial:///dev/ttyUSB0, telnet://HOST, "
                        "exec:COMMAND, sim:DRIVER/SCENARIO or file:PATH."));
    err_set(e, EXIT_USAGE, _("%s: targets with %s: are not supported yet"),
            r->o.target, scheme);
    return NULL;
}
