/* The COM-PORT-OPTION of telnet (RFC 2217): a console server's line speed. */
#ifndef TRANSPORT_COMPORT_H
#define TRANSPORT_COMPORT_H

#include <stddef.h>
#include <libtelnet.h>

#define COMPORT_OPTION 44

/* The server takes part: 8 data bits, no parity, 1 stop bit; asks for the
 * speed. */
void comport_begin(telnet_t *t);
void comport_set(telnet_t *t, unsigned baud);
/* The speed that a subnegotiation tells; 0: it tells something else. */
unsigned comport_baud(const char *bytes, size_t len);

#endif
