/* What the tests of the nec-ix driver share. */
#ifndef TEST_NEC_IX_H
#define TEST_NEC_IX_H

#include "probe_fixture.h"

#define SUBJECT                                                            \
    "{\"id\": \"ipsec-policy\", \"peer\": \"198.51.100.200\", "            \
    "\"peer_any\": false, \"policy\": \"ike-policy\", "                    \
    "\"interface\": \"Tunnel0.0\", \"ike_version\": 1}"

static inline int setup(void **state)
{
    (void)state;
    return load_driver("nec-ix");
}

static inline int teardown(void **state)
{
    (void)state;
    driver_free(driver);
    return 0;
}

/* {"config": …} as the probes that need it see it. */
static inline json_t *env_of(const char *name, const char *subject)
{
    json_t *env = json_object();

    json_object_set_new(env, "config",
                        read_fixture("config", name, subject, NULL,
                                     "present"));
    return env;
}

#define BRANCH                                                             \
    "{\"id\": \"head-map\", \"peer\": \"198.51.100.200\", "                \
    "\"peer_any\": false, \"policy\": \"head-policy\", "                   \
    "\"interface\": \"Tunnel0.0\", \"ike_version\": 1}"
#define ANY_PEER                                                           \
    "{\"id\": \"any-map\", \"peer\": \"any\", \"peer_any\": true, "          \
    "\"policy\": \"any-policy\", \"interface\": \"Tunnel1.0\", "           \
    "\"ike_version\": 1}"

#endif
