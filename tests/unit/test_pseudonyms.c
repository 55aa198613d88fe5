#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "kiriwake/pseudonyms.h"

static void check(const char *from, const char *to)
{
    json_t *v = json_string(from), *m = pseudonyms_map(v);

    assert_string_equal(json_string_value(m), to);
    json_decref(v);
    json_decref(m);
}

static void networks_move_hosts_stay(void **state)
{
    (void)state;
    check("peer 198.51.100.200, port is 500", "peer 10.0.1.200, port is 500");
    check("192.168.0.0/24 > 192.168.1.7 > 192.168.0.9",
          "10.0.1.0/24 > 10.0.2.7 > 10.0.1.9");
}

static void what_is_no_address_stays(void **state)
{
    (void)state;
    check("version 10.7.18, 1.2.3.4.5, 300.1.1.1", "version 10.7.18, "
          "1.2.3.4.5, 300.1.1.1");
    check("0.0.0.0/0 255.255.255.0 127.0.0.1", "0.0.0.0/0 255.255.255.0 "
          "127.0.0.1");
    check("GigaEthernet0.1 v1.2.3.4", "GigaEthernet0.1 v1.2.3.4");
}

static void one_result_one_mapping(void **state)
{
    json_t *v = json_pack("{s:s,s:[s,i]}", "a", "192.0.2.1", "b",
                          "x 192.0.2.2", 7);
    json_t *m = pseudonyms_map(v);

    (void)state;
    assert_string_equal(json_string_value(json_object_get(m, "a")),
                        "10.0.1.1");
    assert_string_equal(
        json_string_value(json_array_get(json_object_get(m, "b"), 0)),
        "x 10.0.1.2");
    assert_int_equal(
        json_integer_value(json_array_get(json_object_get(m, "b"), 1)), 7);
    json_decref(v);
    json_decref(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(networks_move_hosts_stay),
        cmocka_unit_test(what_is_no_address_stays),
        cmocka_unit_test(one_result_one_mapping),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
