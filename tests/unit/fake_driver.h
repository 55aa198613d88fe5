/* A driver of a few probes, for tests of flows: no files, no device. */
#ifndef KIRIWAKE_TEST_FAKE_DRIVER_H
#define KIRIWAKE_TEST_FAKE_DRIVER_H

#include <stdlib.h>
#include <string.h>

#include "kiriwake/driver.h"
#include "kiriwake/mem.h"

static const char *const needs_config[] = {"config", NULL};

static const struct probe_info fake_probes[] = {
    {"vpns", CLASS_READ, NULL, false, NULL, 1, 0, NULL},
    {"config", CLASS_READ, NULL, false, NULL, 1, 0, NULL},
    {"sa", CLASS_READ, "config", false, NULL, 1, 0, needs_config},
    {"log", CLASS_READ, NULL, false, NULL, 1, 0, NULL},
    {"stats", CLASS_READ, NULL, false, NULL, 1, 0, NULL},
    {"guess", CLASS_READ, NULL, true, NULL, 1, 0, NULL},
    {"ping", CLASS_ACTIVE, NULL, false, NULL, 1, 0, NULL},
};
#define FAKE_COUNT (sizeof fake_probes / sizeof fake_probes[0])

static const char *const fake_names[] = {"vpns", "config", "sa", "log",
                                         "stats", "guess", "ping", NULL};

const struct probe_info *driver_probe(const struct driver *d,
                                      const char *name)
{
    (void)d;
    for (size_t i = 0; i < FAKE_COUNT; i++)
        if (strcmp(fake_probes[i].name, name) == 0)
            return &fake_probes[i];
    return NULL;
}

const char *const *driver_probes(const struct driver *d)
{
    (void)d;
    return fake_names;
}

const char *driver_name(const struct driver *d)
{
    (void)d;
    return "fake";
}

const char *class_name(enum action_class c)
{
    static const char *const names[] = {"read", "session", "active",
                                        "disrupt", "config"};

    return names[c];
}

char *driver_command(const struct driver *d, const char *probe, size_t i,
                     const json_t *with, struct err *e)
{
    const char *target = json_string_value(json_object_get(with, "target"));
    json_t *size = json_object_get(with, "size");

    (void)d;
    (void)i;
    (void)e;
    if (strcmp(probe, "ping"))
        return mem_printf("show %s", probe);
    if (size)
        return mem_printf("ping %s size %d", target,
                          (int)json_integer_value(size));
    return mem_printf("ping %s", target);
}

#define FAKE_DRIVER ((const struct driver *)(const void *)fake_names)

#endif
