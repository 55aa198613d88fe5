/* What the tests of the cisco-ios driver share. */
#ifndef TEST_CISCO_IOS_H
#define TEST_CISCO_IOS_H

#include "probe_fixture.h"

static inline int setup(void **state)
{
    (void)state;
    return load_driver("cisco-ios");
}

static inline int teardown(void **state)
{
    (void)state;
    driver_free(driver);
    return 0;
}

#endif
