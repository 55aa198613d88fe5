#include "sim_talk.h"

/* What a session on each vendor's routers must show in every scenario. */
static const struct session {
    const char *driver, *busy, *lines[3], *last, *reply, *peer;
} sessions[] = {
    {"nec-ix", "is occupied", {"configure\r", "terminal length 0\r"},
     "show tech-support\r", "\nIPsec SA - ", "hostname "},
    {"nec-wa", NULL, {"enable\r", "terminal length 0\r"},
     "show ipsec profile\r", "\nvpn-prof : ", "hostname "},
    {"paloalto-panos", NULL, {"set cli pager off\r"}, "show vpn flow\r",
     "total IPSec tunnel configured: ", "\nnetwork {"},
    {"cisco-ios", NULL, {"terminal length 0\r"}, "show ip route\r",
     "Gateway of last resort", "crypto map VPNMAP"},
    {"cisco-asa", NULL, {"terminal pager 0\r"}, "show running-config\r",
     "\n: end", "crypto map outside_map"},
};

static const struct session *session_of(const char *id)
{
    for (size_t i = 0; i < sizeof sessions / sizeof sessions[0]; i++) {
        size_t len = strlen(sessions[i].driver);

        if (strncmp(id, sessions[i].driver, len) == 0 && id[len] == '/')
            return &sessions[i];
    }
    return NULL;
}

static bool is_console(const char *driver, const char *scenario)
{
    struct err e = {0};
    struct sim *sim = sim_new(&builtin, driver, scenario, NULL, false, &e);
    bool console;

    assert_non_null(sim);
    console = sim_console(sim);
    sim_free(sim);
    return console;
}

static void play(const struct session *s, const char *scenario)
{
    struct talk t;
    bool busy = false;
    char *peer;

    if (is_console(s->driver, scenario))
        return;                     /* what stands there is its own matter */
    begin_on(&t, s->driver, scenario, NULL, false);
    for (size_t i = 0; !busy && s->lines[i]; i++)
        busy = strstr(type(&t, s->lines[i]), s->busy ? s->busy : "\x01");
    if (!busy)
        assert_has(type(&t, s->last), s->reply);
    peer = sim_peer_config(t.sim);
    assert_non_null(peer);
    assert_has(peer, s->peer);
    free(peer);
    end(&t);
}

static void every_scenario_plays(void **state)
{
    struct err e = {0};
    json_t *all = sim_scenarios(&builtin, NULL, &e), *v;
    size_t i;

    (void)state;
    if (!all)
        fail_msg("%s", e.what);
    assert_true(json_array_size(all) > 100);
    json_array_foreach(all, i, v) {
        const char *id = json_string_value(json_object_get(v, "id"));
        const struct session *s = session_of(id);

        if (!s)
            fail_msg("%s: no session for this driver", id);
        play(s, strchr(id, '/') + 1);
    }
    json_decref(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_scenario_plays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
