/* The card's side: three passes and secure messaging. */
#include "metervault/card_side.h"

#include <string.h>

#include "../crypto/wipe.h"
#include "../meter/same.h"
#include "messaging.h"

enum { BLOCK = MV_CARD_BLOCK, TI = 4 };

static const uint8_t zero_iv[BLOCK] = {0};

static bool cbc(struct mv_card_side *side, bool encrypt, uint8_t *data, uint16_t size)
{
    return side->cipher->cbc(side->cipher->context, MV_CARD_KEY_CARD, encrypt, zero_iv, data, size);
}

void mv_card_side_forget(struct mv_card_side *side)
{
    const struct mv_card_cipher *cipher = side->cipher;
    mv_wipe(side, sizeof *side);
    side->cipher = cipher;
}

static enum mv_card_error refuse(struct mv_card_side *side, enum mv_card_error error)
{
    mv_card_side_forget(side);
    return error;
}

/* ---- three passes ---- */

enum mv_card_error mv_card_side_challenge(struct mv_card_side *side, uint8_t key_no, bool first, uint8_t out[16])
{
    if (!first && !side->authenticated)
        return refuse(side, MV_CARD_AUTHENTICATION);
    side->authenticated = false;
    side->waits = true;
    side->first = first;
    side->key_no = key_no;
    if (!side->cipher->random(side->cipher->context, side->rnd_b, BLOCK))
        return refuse(side, MV_CARD_CIPHER);
    memcpy(out, side->rnd_b, BLOCK);
    return cbc(side, true, out, BLOCK) ? MV_CARD_NO_ERROR : refuse(side, MV_CARD_CIPHER);
}

/* [TI] | RndA' | [capabilities: zeros], encrypted. */
static enum mv_card_error third_pass(struct mv_card_side *side, const uint8_t rnd_a[BLOCK], uint8_t *out, uint8_t *size)
{
    if (!mv_card_session_keys(side->cipher, rnd_a, side->rnd_b))
        return refuse(side, MV_CARD_CIPHER);
    *size = side->first ? 2 * BLOCK : BLOCK;
    memset(out, 0, *size);
    mv_card_rotate(rnd_a, out + (side->first ? TI : 0));
    if (side->first) {
        if (!side->cipher->random(side->cipher->context, side->ti, TI))
            return refuse(side, MV_CARD_CIPHER);
        memcpy(out, side->ti, TI);
        side->counter = 0;
    }
    if (!cbc(side, true, out, *size))
        return refuse(side, MV_CARD_CIPHER);
    side->waits = false;
    side->authenticated = true;
    return MV_CARD_NO_ERROR;
}

enum mv_card_error mv_card_side_answer(struct mv_card_side *side, const uint8_t in[32], uint8_t out[32], uint8_t *size)
{
    uint8_t both[2 * BLOCK];
    uint8_t expected[BLOCK];
    if (!side->waits)
        return refuse(side, MV_CARD_ABORTED);
    memcpy(both, in, sizeof both);
    if (!cbc(side, false, both, sizeof both))
        return refuse(side, MV_CARD_CIPHER);
    mv_card_rotate(side->rnd_b, expected);
    bool genuine = mv_same(both + BLOCK, expected, BLOCK);
    enum mv_card_error error = genuine ? third_pass(side, both, out, size) : refuse(side, MV_CARD_AUTHENTICATION);
    mv_wipe(both, sizeof both);
    mv_wipe(expected, sizeof expected);
    return error;
}

/* ---- secure messaging ---- */

static enum mv_card_error decrypt(struct mv_card_side *side, const struct mv_card_binding *to, uint8_t *data,
                                  uint16_t *size)
{
    if (*size % BLOCK != 0)
        return refuse(side, MV_CARD_LENGTH);
    if (!mv_card_crypt(side->cipher, to, false, data, *size))
        return refuse(side, MV_CARD_CIPHER);
    return mv_card_unpad(data, size) ? MV_CARD_NO_ERROR : refuse(side, MV_CARD_INTEGRITY);
}

enum mv_card_error mv_card_side_open(struct mv_card_side *side, uint8_t ins, enum mv_card_mode mode,
                                     uint8_t header_size, uint8_t *bytes, uint16_t *size)
{
    const struct mv_card_binding to = {ins, side->counter, side->ti};
    uint8_t mac[MV_CARD_MAC_BYTES];
    if (mode == MV_CARD_PLAIN)
        return *size < header_size ? refuse(side, MV_CARD_LENGTH) : MV_CARD_NO_ERROR;
    if (!side->authenticated)
        return MV_CARD_AUTHENTICATION;
    if (*size < header_size + MV_CARD_MAC_BYTES)
        return refuse(side, MV_CARD_LENGTH);
    uint16_t signed_size = (uint16_t)(*size - MV_CARD_MAC_BYTES);
    if (!mv_card_mac(side->cipher, &to, bytes, signed_size, mac))
        return refuse(side, MV_CARD_CIPHER);
    if (!mv_same(mac, bytes + signed_size, sizeof mac))
        return refuse(side, MV_CARD_INTEGRITY);
    *size = signed_size;
    uint16_t data_size = (uint16_t)(signed_size - header_size);
    if (mode != MV_CARD_SECRET || data_size == 0)
        return MV_CARD_NO_ERROR;
    enum mv_card_error error = decrypt(side, &to, bytes + header_size, &data_size);
    *size = (uint16_t)(header_size + data_size);
    return error;
}

enum mv_card_error mv_card_side_close(struct mv_card_side *side, enum mv_card_mode mode, uint8_t *bytes, uint16_t *size)
{
    if (!side->authenticated)
        return MV_CARD_NO_ERROR;
    if (side->counter == UINT16_MAX)
        return refuse(side, MV_CARD_ABORTED);
    side->counter++;
    const struct mv_card_binding to = {0, side->counter, side->ti};
    if (mode == MV_CARD_PLAIN)
        return MV_CARD_NO_ERROR;
    if (mode == MV_CARD_SECRET && *size > 0) {
        *size = mv_card_pad(bytes, *size);
        if (!mv_card_crypt(side->cipher, &to, true, bytes, *size))
            return refuse(side, MV_CARD_CIPHER);
    }
    if (!mv_card_mac(side->cipher, &to, bytes, *size, bytes + *size))
        return refuse(side, MV_CARD_CIPHER);
    *size = (uint16_t)(*size + MV_CARD_MAC_BYTES);
    return MV_CARD_NO_ERROR;
}
