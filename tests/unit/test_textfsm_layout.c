/* What a first run executes lies where cmake/textfsm.ld says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../src/textfsm/expansion.h"
#include "../../src/textfsm/fetch.h"
#include "../../src/textfsm/pytext.h"
#include "../../src/textfsm/record.h"
#include "../../src/textfsm/rows.h"
#include "../../src/textfsm/scan_first.h"
#include "../../src/textfsm/template.h"

#define AT(function) {#function, (uintptr_t)(function)}

static const struct {
    const char *name;
    uintptr_t at;
} first[] = {
    AT(textfsm_compile), AT(value_parse), AT(rule_parse), AT(action_parse),
    AT(expansion_make), AT(pytext_is_words), AT(arena_alloc_far),
    AT(re_parse), AT(re_parse_group), AT(re_parse_escape), AT(re_ascii_of),
    AT(matcher_prepare), AT(scan_build), AT(scan_set_find),
    AT(scan_first_new), AT(scan_from), AT(dispatch_fill), AT(textfsm_parse),
    AT(lines_of), AT(record_append), AT(rows_new),
};

/* A file that was renamed, or is new, would fall out in silence. */
static void it_is_in_one_place(void **state)
{
    uintptr_t from = (uintptr_t)textfsm_code;
    uintptr_t end = (uintptr_t)textfsm_code_end;

    (void)state;
    if (from == end)
        skip();
    for (size_t i = 0; i < sizeof first / sizeof first[0]; i++)
        if (first[i].at < from || first[i].at >= end)
            fail_msg("%s lies elsewhere", first[i].name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_in_one_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
