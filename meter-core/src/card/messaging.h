/* EV2 secure messaging, the same on both sides: MAC, encryption, padding; and the vectors of the session keys. */
#ifndef MV_CORE_CARD_MESSAGING_H
#define MV_CORE_CARD_MESSAGING_H

#include "metervault/card.h"

enum { MV_CARD_BLOCK = 16 };

/* What a message is bound to. `first` is the command's INS, or 0 (the status) of an answer, whose counter is the
 * command's + 1. */
struct mv_card_binding {
    uint8_t first;
    uint16_t counter;
    const uint8_t *ti;
};

/* The eight bytes that go over the wire. False: the cipher failed. */
bool mv_card_mac(const struct mv_card_cipher *cipher, const struct mv_card_binding *to, const uint8_t *bytes,
                 uint16_t size, uint8_t mac[MV_CARD_MAC_BYTES]);
/* In place, whole blocks; the IV is that of a command or of an answer. False: the cipher failed. */
bool mv_card_crypt(const struct mv_card_cipher *cipher, const struct mv_card_binding *to, bool encrypt, uint8_t *data,
                   uint16_t size);
/* Appends 80 00.. up to a whole block, always at least one byte; returns the size with it. */
uint16_t mv_card_pad(uint8_t *data, uint16_t size);
/* Takes it off. False when it is not there. */
bool mv_card_unpad(const uint8_t *data, uint16_t *size);

/* Left by one byte: what each side makes of the other's random number. */
void mv_card_rotate(const uint8_t number[MV_CARD_BLOCK], uint8_t rotated[MV_CARD_BLOCK]);
/* Has the cipher make the session keys. */
bool mv_card_session_keys(const struct mv_card_cipher *cipher, const uint8_t rnd_a[MV_CARD_BLOCK],
                          const uint8_t rnd_b[MV_CARD_BLOCK]);

#endif
