#include "messaging.h"

#include <string.h>

#include "../crypto/wipe.h"

enum { PADDING = 0x80, TI = 4, VECTOR = 32 };

static void put_counter(uint8_t at[2], uint16_t counter)
{
    at[0] = (uint8_t)counter;
    at[1] = (uint8_t)(counter >> 8);
}

bool mv_card_mac(const struct mv_card_cipher *cipher, const struct mv_card_binding *to, const uint8_t *bytes,
                 uint16_t size, uint8_t mac[MV_CARD_MAC_BYTES])
{
    uint8_t front[3 + TI] = {to->first};
    uint8_t whole[MV_CARD_BLOCK];
    put_counter(front + 1, to->counter);
    memcpy(front + 3, to->ti, TI);
    const struct mv_card_part parts[] = {{front, sizeof front}, {bytes, size}};
    bool made = cipher->mac(cipher->context, parts, 2, whole);
    for (size_t i = 0; made && i < MV_CARD_MAC_BYTES; i++)
        mac[i] = whole[2 * i + 1];
    mv_wipe(whole, sizeof whole);
    return made;
}

bool mv_card_crypt(const struct mv_card_cipher *cipher, const struct mv_card_binding *to, bool encrypt, uint8_t *data,
                   uint16_t size)
{
    static const uint8_t zeros[MV_CARD_BLOCK] = {0};
    bool answer = to->first == 0;
    uint8_t iv[MV_CARD_BLOCK] = {answer ? 0x5A : 0xA5, answer ? 0xA5 : 0x5A};
    memcpy(iv + 2, to->ti, TI);
    put_counter(iv + 2 + TI, to->counter);
    return cipher->cbc(cipher->context, MV_CARD_KEY_ENC, true, zeros, iv, sizeof iv) &&
           cipher->cbc(cipher->context, MV_CARD_KEY_ENC, encrypt, iv, data, size);
}

uint16_t mv_card_pad(uint8_t *data, uint16_t size)
{
    uint16_t padded = (uint16_t)((size / MV_CARD_BLOCK + 1) * MV_CARD_BLOCK);
    memset(data + size, 0, (size_t)(padded - size));
    data[size] = PADDING;
    return padded;
}

bool mv_card_unpad(const uint8_t *data, uint16_t *size)
{
    uint16_t at = *size;
    uint16_t end = (uint16_t)(at - MV_CARD_BLOCK);
    while (at > end && data[at - 1] == 0)
        at--;
    if (at == end || data[at - 1] != PADDING)
        return false;
    *size = (uint16_t)(at - 1);
    return true;
}

void mv_card_rotate(const uint8_t number[MV_CARD_BLOCK], uint8_t rotated[MV_CARD_BLOCK])
{
    memcpy(rotated, number + 1, MV_CARD_BLOCK - 1);
    rotated[MV_CARD_BLOCK - 1] = number[0];
}

/* Prefix | A[0:2] | A[2:8] XOR B[0:6] | B[6:16] | A[8:16] */
static void session_vector(uint8_t a5, uint8_t x5a, const uint8_t *rnd_a, const uint8_t *rnd_b, uint8_t sv[VECTOR])
{
    const uint8_t prefix[6] = {a5, x5a, 0x00, 0x01, 0x00, 0x80};
    memcpy(sv, prefix, sizeof prefix);
    memcpy(sv + 6, rnd_a, 8);
    for (size_t i = 0; i < 6; i++)
        sv[8 + i] ^= rnd_b[i];
    memcpy(sv + 14, rnd_b + 6, 10);
    memcpy(sv + 24, rnd_a + 8, 8);
}

bool mv_card_session_keys(const struct mv_card_cipher *cipher, const uint8_t rnd_a[MV_CARD_BLOCK],
                          const uint8_t rnd_b[MV_CARD_BLOCK])
{
    uint8_t sv1[VECTOR];
    uint8_t sv2[VECTOR];
    session_vector(0xA5, 0x5A, rnd_a, rnd_b, sv1);
    session_vector(0x5A, 0xA5, rnd_a, rnd_b, sv2);
    bool made = cipher->derive(cipher->context, sv1, sv2);
    mv_wipe(sv1, sizeof sv1);
    mv_wipe(sv2, sizeof sv2);
    return made;
}
