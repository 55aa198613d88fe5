#include "comport.h"

#include <stdint.h>

/* RFC 2217, 3: a client's requests; the server answers with 100 more. */
enum {
    SET_BAUDRATE = 1, SET_DATASIZE = 2, SET_PARITY = 3, SET_STOPSIZE = 4,
    SERVER = 100
};

static void send_byte(telnet_t *t, char what, char value)
{
    const char bytes[] = {what, value};

    telnet_subnegotiation(t, COMPORT_OPTION, bytes, sizeof bytes);
}

void comport_set(telnet_t *t, unsigned baud)
{
    const char bytes[] = {SET_BAUDRATE, (char)(baud >> 24),
                          (char)(baud >> 16), (char)(baud >> 8), (char)baud};

    telnet_subnegotiation(t, COMPORT_OPTION, bytes, sizeof bytes);
}

void comport_begin(telnet_t *t)
{
    send_byte(t, SET_DATASIZE, 8);
    send_byte(t, SET_PARITY, 1);
    send_byte(t, SET_STOPSIZE, 1);
    comport_set(t, 0);          /* 0 asks for it */
}

unsigned comport_baud(const char *bytes, size_t len)
{
    const uint8_t *b = (const uint8_t *)bytes;

    if (len < 5 || b[0] != SET_BAUDRATE + SERVER)
        return 0;
    return (unsigned)b[1] << 24 | (unsigned)b[2] << 16 |
           (unsigned)b[3] << 8 | b[4];
}
