/* The socket between a card and its reader, in vpcd's framing: length 2 (big-endian), payload. */
#ifndef MV_VCARD_LINK_H
#define MV_VCARD_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a payload of one byte says; anything else is an APDU. */
enum { LINK_POWER_OFF = 0, LINK_POWER_ON = 1, LINK_RESET = 2, LINK_ATR = 4 };
enum { LINK_PAYLOAD_MAX = 65535 };

/* A card of vpcd's: TCP to HOST:PORT, tried for `seconds`. -1 with errno. */
int link_connect(const char *address, unsigned seconds);
/* A reader comes to us: a UNIX socket at `path`, made anew. -1 with errno. */
int link_listen(const char *path);
int link_accept(int listener);
/* The payload's size; 0 when the other side went or sent what is no frame. */
size_t link_receive(int fd, uint8_t payload[LINK_PAYLOAD_MAX]);
bool link_send(int fd, const uint8_t *payload, uint16_t size);

#endif
