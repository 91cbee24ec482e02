/* Cards' mechanisms against AN12196 (rev. 2.0, table 14): the passes of an authentication with a key of zeros, and the
 * session keys that follow. What was derived cannot be read, so what it encrypts and MACs is compared. */
#include <string.h>

#include "hsm/card_key.h"
#include "hsm/internal.h"

enum { BLOCK = 16 };

static const uint8_t zeros[BLOCK];
static const uint8_t challenge[BLOCK] = {0xa0, 0x4c, 0x12, 0x42, 0x13, 0xc1, 0x86, 0xf2,
                                         0x23, 0x99, 0xd3, 0x3a, 0xc2, 0xa3, 0x02, 0x15};
static const uint8_t rnd_b[BLOCK] = {0xb9, 0xe2, 0xfc, 0x78, 0x9b, 0x64, 0xbf, 0x23,
                                     0x7c, 0xcc, 0xaa, 0x20, 0xec, 0x7e, 0x6e, 0x48};
/* RndA | RndB' */
static const uint8_t answer[2 * BLOCK] = {0x13, 0xc5, 0xdb, 0x8a, 0x59, 0x30, 0x43, 0x9f, 0xc3, 0xde, 0xf9,
                                          0xa4, 0xc6, 0x75, 0x36, 0x0f, 0xe2, 0xfc, 0x78, 0x9b, 0x64, 0xbf,
                                          0x23, 0x7c, 0xcc, 0xaa, 0x20, 0xec, 0x7e, 0x6e, 0x48, 0xb9};
static const uint8_t answer_sent[2 * BLOCK] = {0x35, 0xc3, 0xe0, 0x5a, 0x75, 0x2e, 0x01, 0x44, 0xba, 0xc0, 0xde,
                                               0x51, 0xc1, 0xf2, 0x2c, 0x56, 0xb3, 0x44, 0x08, 0xa2, 0x3d, 0x8a,
                                               0xea, 0x26, 0x6c, 0xab, 0x94, 0x7e, 0xa8, 0xe0, 0x11, 0x8d};
static const uint8_t session_enc[BLOCK] = {0x13, 0x09, 0xc8, 0x77, 0x50, 0x9e, 0x5a, 0x21,
                                           0x50, 0x07, 0xff, 0x0e, 0xd1, 0x9c, 0xa5, 0x64};
static const uint8_t session_mac[BLOCK] = {0x4c, 0x66, 0x26, 0xf5, 0xe7, 0x2e, 0xa6, 0x94,
                                           0x20, 0x21, 0x39, 0x29, 0x5c, 0x7a, 0x7f, 0xc7};

/* The second half needs the first one's cipher as its chaining value. */
static mv_status test_passes(struct hsm *hsm, struct hsm_handle key)
{
    uint8_t data[2 * BLOCK];
    memcpy(data, challenge, BLOCK);
    MV_TRY(hsm_card_cbc(hsm, key, false, zeros, data, BLOCK));
    if (memcmp(data, rnd_b, BLOCK) != 0)
        return mv_fail(MV_SELF_TEST_FAILED, NULL);
    memcpy(data, answer, sizeof data);
    MV_TRY(hsm_card_cbc(hsm, key, true, zeros, data, sizeof data));
    if (memcmp(data, answer_sent, sizeof data) != 0)
        return mv_fail(MV_SELF_TEST_FAILED, NULL);
    MV_TRY(hsm_card_cbc(hsm, key, false, data, data + BLOCK, BLOCK));
    return memcmp(data + BLOCK, answer + BLOCK, BLOCK) == 0 ? mv_ok() : mv_fail(MV_SELF_TEST_FAILED, NULL);
}

static mv_status compare(struct hsm *hsm, const struct hsm_card_keys *keys, CK_OBJECT_HANDLE enc, CK_OBJECT_HANDLE mac)
{
    const struct mv_card_part parts[] = {{answer, 7}, {NULL, 0}, {answer_sent, 2 * BLOCK}};
    uint8_t joined[7 + 2 * BLOCK];
    uint8_t found[BLOCK] = {0};
    uint8_t right[BLOCK] = {1};
    memcpy(joined, answer, 7);
    memcpy(joined + 7, answer_sent, sizeof answer_sent);
    MV_TRY(hsm_aes_encrypt_block(hsm, keys->enc.object, rnd_b, found));
    MV_TRY(hsm_aes_encrypt_block(hsm, enc, rnd_b, right));
    if (memcmp(found, right, BLOCK) != 0)
        return mv_fail(MV_SELF_TEST_FAILED, NULL);
    MV_TRY(hsm_card_mac(hsm, keys->mac, parts, 3, found));
    MV_TRY(hsm_cmac(hsm, mac, joined, sizeof joined, right));
    return memcmp(found, right, BLOCK) == 0 ? mv_ok() : mv_fail(MV_SELF_TEST_FAILED, NULL);
}

/* SV1 and SV2 are a head each and the same 26 bytes of both random numbers. */
static mv_status test_session(struct hsm *hsm, struct hsm_handle key, CK_OBJECT_HANDLE enc, CK_OBJECT_HANDLE mac)
{
    uint8_t sv1[2 * BLOCK] = {0xA5, 0x5A, 0x00, 0x01, 0x00, 0x80};
    uint8_t sv2[2 * BLOCK] = {0x5A, 0xA5, 0x00, 0x01, 0x00, 0x80};
    struct hsm_card_keys keys;
    memcpy(sv1 + 6, answer, 8);
    for (size_t i = 0; i < 6; i++)
        sv1[8 + i] ^= rnd_b[i];
    memcpy(sv1 + 14, rnd_b + 6, 10);
    memcpy(sv1 + 24, answer + 8, 8);
    memcpy(sv2 + 6, sv1 + 6, sizeof sv2 - 6);
    MV_TRY(hsm_card_derive(hsm, key, sv1, sv2, &keys));
    mv_status status = compare(hsm, &keys, enc, mac);
    hsm_card_drop(hsm, &keys);
    return status;
}

mv_status hsm_card_self_test(struct hsm *hsm)
{
    CK_OBJECT_HANDLE card = 0;
    CK_OBJECT_HANDLE enc = 0;
    CK_OBJECT_HANDLE mac = 0;
    const char *where = "CKM_AES_CBC";
    mv_status status = hsm_known_key(hsm, zeros, HSM_MAY_ENCRYPT | HSM_MAY_DECRYPT | HSM_MAY_DERIVE, &card);
    if (status.ok)
        status = hsm_known_key(hsm, session_enc, HSM_MAY_ENCRYPT, &enc);
    if (status.ok)
        status = hsm_known_key(hsm, session_mac, HSM_MAY_SIGN, &mac);
    if (status.ok)
        status = test_passes(hsm, (struct hsm_handle){card});
    if (status.ok) {
        where = "session keys of a card";
        status = test_session(hsm, (struct hsm_handle){card}, enc, mac);
    }
    hsm_destroy(hsm, mac);
    hsm_destroy(hsm, enc);
    hsm_destroy(hsm, card);
    return status.ok ? mv_ok() : mv_fail_code(MV_SELF_TEST_FAILED, where, status.detail);
}
