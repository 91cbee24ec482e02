/* Profile 2: diversification, MAC, and the commands that need them. */
#include "metervault/card_pboc.h"

#include <string.h>

#include "../crypto/wipe.h"
#include "../meter/same.h"

enum { BLOCK = MV_PBOC_BLOCK, PADDING = 0x80, APDU_HEAD = 5, LC_MOST = 255, FILE_FLAG = 0x80 };

static bool encrypt(const struct mv_pboc_cipher *cipher, enum mv_pboc_key key, uint8_t block[BLOCK])
{
    return cipher->encrypt(cipher->context, key, block);
}

bool mv_pboc_diversify(const struct mv_pboc_cipher *master, const uint8_t factor[BLOCK], uint8_t key[16])
{
    for (size_t i = 0; i < BLOCK; i++) {
        key[i] = factor[i];
        key[BLOCK + i] = (uint8_t)~factor[i];
    }
    return encrypt(master, MV_PBOC_WHOLE, key) && encrypt(master, MV_PBOC_WHOLE, key + BLOCK);
}

bool mv_pboc_mac(const struct mv_pboc_cipher *cipher, const uint8_t iv[BLOCK], const struct mv_card_part *parts,
                 uint8_t count, uint8_t mac[BLOCK])
{
    unsigned filled = 0;
    memcpy(mac, iv, BLOCK);
    for (const struct mv_card_part *part = parts; part < parts + count; part++) {
        for (uint16_t i = 0; i < part->size; i++) {
            mac[filled++] ^= part->data[i];
            if (filled < BLOCK)
                continue;
            filled = 0;
            if (!encrypt(cipher, MV_PBOC_LEFT, mac))
                return false;
        }
    }
    mac[filled] ^= PADDING; /* always there: a whole block of it when the data end with one */
    return encrypt(cipher, MV_PBOC_WHOLE, mac);
}

bool mv_pboc_session_key(const struct mv_pboc_cipher *load, const uint8_t random[4], const uint8_t trade_no[2],
                         uint8_t key[BLOCK])
{
    memcpy(key, random, 4);
    memcpy(key + 4, trade_no, 2);
    key[6] = PADDING;
    key[7] = 0;
    return encrypt(load, MV_PBOC_WHOLE, key);
}

/* ---- commands ---- */

static void auth(uint8_t ins, uint8_t key_no, const uint8_t data[BLOCK], uint8_t apdu[MV_PBOC_AUTH_APDU])
{
    const uint8_t head[APDU_HEAD] = {0x00, ins, 0x00, key_no, BLOCK};
    memcpy(apdu, head, APDU_HEAD);
    memcpy(apdu + APDU_HEAD, data, BLOCK);
}

void mv_pboc_internal_auth(const uint8_t challenge[BLOCK], uint8_t apdu[MV_PBOC_AUTH_APDU])
{
    auth(0x88, 1, challenge, apdu);
}

bool mv_pboc_answers(const struct mv_pboc_cipher *key1, const uint8_t challenge[BLOCK], const uint8_t answer[BLOCK])
{
    uint8_t expected[BLOCK];
    memcpy(expected, challenge, BLOCK);
    bool same = encrypt(key1, MV_PBOC_WHOLE, expected) && mv_same(expected, answer, BLOCK);
    mv_wipe(expected, sizeof expected);
    return same;
}

bool mv_pboc_external_auth(const struct mv_pboc_cipher *key2, const uint8_t challenge[BLOCK],
                           uint8_t apdu[MV_PBOC_AUTH_APDU])
{
    auth(0x82, 2, challenge, apdu);
    return encrypt(key2, MV_PBOC_WHOLE, apdu + APDU_HEAD);
}

uint16_t mv_pboc_update(const struct mv_pboc_cipher *cipher, const uint8_t challenge[4], uint8_t file, uint8_t offset,
                        const uint8_t *data, uint8_t size, uint8_t apdu[MV_PBOC_APDU_MAX])
{
    return mv_pboc_update_as(cipher, MV_PBOC_CLASS_04, challenge, file, offset, data, size, apdu);
}

uint16_t mv_pboc_update_as(const struct mv_pboc_cipher *cipher, enum mv_pboc_class class, const uint8_t challenge[4],
                           uint8_t file, uint8_t offset, const uint8_t *data, uint8_t size,
                           uint8_t apdu[MV_PBOC_APDU_MAX])
{
    uint8_t iv[BLOCK] = {0};
    uint8_t mac[BLOCK];
    const struct mv_card_part parts[] = {{apdu, APDU_HEAD}, {data, size}};
    if (size > LC_MOST - MV_PBOC_MAC)
        return 0;
    memcpy(iv, challenge, 4);
    apdu[0] = (uint8_t) class;
    apdu[1] = 0xD6;
    apdu[2] = (uint8_t)(FILE_FLAG | file);
    apdu[3] = offset;
    apdu[4] = (uint8_t)(size + MV_PBOC_MAC); /* in the MAC it counts itself */
    memcpy(apdu + APDU_HEAD, data, size);
    if (!mv_pboc_mac(cipher, iv, parts, 2, mac))
        return 0;
    memcpy(apdu + APDU_HEAD + size, mac, MV_PBOC_MAC);
    return (uint16_t)(APDU_HEAD + size + MV_PBOC_MAC);
}

enum mv_card_error mv_pboc_status(uint16_t status)
{
    if ((status & 0xFFF0) == 0x63C0)
        return MV_CARD_AUTHENTICATION;
    switch (status) {
    case 0x9000:
        return MV_CARD_NO_ERROR;
    case 0x6300:
    case 0x6982:
    case 0x6983:
        return MV_CARD_AUTHENTICATION;
    case 0x6988:
        return MV_CARD_INTEGRITY;
    case 0x6700:
        return MV_CARD_LENGTH;
    case 0x6A82:
        return MV_CARD_NO_FILE;
    case 0x6B00:
        return MV_CARD_BOUNDARY;
    case 0x9403:
        return MV_CARD_NO_SUCH_KEY;
    case 0x6D00:
    case 0x6E00:
        return MV_CARD_FOREIGN;
    default:
        return MV_CARD_OTHER_STATUS;
    }
}
