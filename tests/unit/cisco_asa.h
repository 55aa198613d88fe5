/* What the tests of the cisco-asa driver share. */
#ifndef TEST_CISCO_ASA_H
#define TEST_CISCO_ASA_H

#include "probe_fixture.h"

#define SUBJECT                                                            \
    "{\"id\": \"outside_map 10\", \"peer\": \"198.51.100.1\", "             \
    "\"peers\": [\"198.51.100.1\"], \"peer_any\": false, "                  \
    "\"policy\": \"outside_map\", \"interface\": \"outside\", "             \
    "\"ike_version\": 1}"
#define SECOND                                                             \
    "{\"id\": \"outside_map 20\", \"peer\": \"198.51.100.77\", "            \
    "\"peer_any\": false, \"policy\": \"outside_map\", "                    \
    "\"interface\": \"outside\", \"ike_version\": 1}"
#define PIX                                                                \
    "{\"id\": \"mymap 5\", \"peer\": \"198.51.100.1\", "                    \
    "\"peer_any\": false, \"policy\": \"mymap\", "                          \
    "\"interface\": \"outside\", \"ike_version\": 1}"
#define CLIENTS                                                            \
    "{\"id\": \"mymap 10\", \"peer\": \"any\", \"peer_any\": true, "         \
    "\"policy\": \"mymap\", \"dynamic\": \"dynmap\", "                      \
    "\"interface\": \"outside\", \"ike_version\": 1}"

static inline int setup(void **state)
{
    (void)state;
    return load_driver("cisco-asa");
}

static inline int teardown(void **state)
{
    (void)state;
    driver_free(driver);
    return 0;
}

/* {"config": …} as the probes that need it see it; "": it was not read. */
static inline json_t *env_of(const char *name, const char *subject)
{
    json_t *env = json_object(), *f;

    if (name[0])
        f = read_fixture("config", name, subject, NULL, "present");
    else
        f = read_text("config", "", "{}", NULL);
    json_object_set_new(env, "config", f);
    return env;
}

static inline json_t *read_with(const char *probe, const char *text,
                         const char *subject, const char *config)
{
    json_t *env = env_of(config, subject);
    json_t *f = read_text(probe, text, subject, env);

    json_decref(env);
    return f;
}

static inline json_t *read_file_with(const char *probe, const char *name,
                              const char *subject, const char *config)
{
    char *text = fixture(name);
    json_t *f = read_with(probe, text, subject, config);

    free(text);
    return f;
}

static inline void assert_state(json_t *f, const char *want)
{
    if (strcmp(state_of(f), want) != 0)
        fail_msg("%s, expected %s: %s", state_of(f), want,
                 json_string_value(json_object_get(f, "reason")));
}

#endif
