/*
 * Addresses for a report that leaves the house: every IPv4 network of 24 bits
 * becomes another one, the same each time within one result; the host's octet
 * and the prefix length stay, so that what lay together still does.
 */
#ifndef KIRIWAKE_PSEUDONYMS_H
#define KIRIWAKE_PSEUDONYMS_H

#include <jansson.h>

/* A copy of value in which every string has been mapped (new reference);
 * object keys stay. 0.0.0.0, 255.x and 127.x stay, too. */
json_t *pseudonyms_map(const json_t *value);

#endif
