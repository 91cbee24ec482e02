/* 3DES in the token against a published card payment: the card's key of its master, the payment's key of that one, and
 * the MAC. Derived keys cannot be read: the MAC shows them. */
#include <string.h>

#include "hsm/internal.h"
#include "hsm/pboc_key.h"

enum { PERMISSIONS = HSM_MAY_ENCRYPT | HSM_MAY_DERIVE };

static const uint8_t master_value[16] = {0xf0, 0xc3, 0x4a, 0x81, 0x24, 0xce, 0xe0, 0xa9,
                                         0x1a, 0x0b, 0x03, 0x4a, 0xa9, 0x7d, 0x6e, 0xac};
/* The factor and its complement; the counter and its complement. */
static const uint8_t of_card[16] = {0x06, 0x22, 0x80, 0x00, 0x10, 0x00, 0x01, 0x01,
                                    0xf9, 0xdd, 0x7f, 0xff, 0xef, 0xff, 0xfe, 0xfe};
static const uint8_t of_payment[16] = {0, 0, 0, 0, 0, 0, 0x02, 0x40, 0, 0, 0, 0, 0, 0, 0xfd, 0xbf};
static const uint8_t payment_left[16] = {0, 0, 0, 0, 0, 0, 0x02, 0x40, 0, 0, 0, 0, 0, 0, 0x02, 0x40};
static const uint8_t payment[37] = {0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01,
                                    0x56, 0x00, 0x80, 0x04, 0x60, 0x00, 0x01, 0x56, 0x14, 0x07, 0x01, 0x00, 0x1e,
                                    0x78, 0xee, 0xbc, 0x7d, 0x00, 0x02, 0x40, 0x03, 0xa0, 0x40, 0x02};
static const uint8_t expected[MV_PBOC_BLOCK] = {0x5d, 0x01, 0x6c, 0x91, 0x00, 0x5e, 0x7c, 0xc2};

static mv_status mac(struct hsm *hsm, CK_OBJECT_HANDLE card, uint8_t result[MV_PBOC_BLOCK])
{
    static const uint8_t iv[MV_PBOC_BLOCK];
    const struct mv_card_part part = {payment, sizeof payment};
    struct hsm_pboc_key key = {{0}, {0}};
    struct hsm_pboc_cipher cipher = {.hsm = hsm, .key = &key};
    const struct mv_pboc_cipher calls = hsm_pboc_cipher(&cipher);
    CK_OBJECT_HANDLE whole = 0;
    CK_OBJECT_HANDLE left = 0;
    mv_status status = hsm_des3_derive(hsm, card, of_payment, HSM_MAY_ENCRYPT, &whole);
    if (status.ok)
        status = hsm_des3_derive(hsm, card, payment_left, HSM_MAY_ENCRYPT, &left);
    key.whole.object = whole;
    key.left.object = left;
    if (status.ok && !mv_pboc_mac(&calls, iv, &part, 1, result))
        status = cipher.failed;
    hsm_pboc_drop(hsm, &key);
    return status;
}

static mv_status test(struct hsm *hsm, uint8_t result[MV_PBOC_BLOCK])
{
    CK_OBJECT_HANDLE master = 0;
    CK_OBJECT_HANDLE card = 0;
    mv_status status = hsm_known_des3_key(hsm, master_value, PERMISSIONS, &master);
    if (status.ok)
        status = hsm_des3_derive(hsm, master, of_card, PERMISSIONS, &card);
    if (status.ok)
        status = mac(hsm, card, result);
    hsm_destroy(hsm, card);
    hsm_destroy(hsm, master);
    return status;
}

/* Many tokens have no 3DES any more: one that says so serves everything but profile 2. */
static bool has_des3(struct hsm *hsm)
{
    CK_MECHANISM_INFO info;
    return hsm->p11->C_GetMechanismInfo(hsm->slot, CKM_DES3_ECB, &info) == CKR_OK;
}

mv_status hsm_pboc_self_test(struct hsm *hsm)
{
    uint8_t result[MV_PBOC_BLOCK] = {0};
    if (!has_des3(hsm))
        return mv_ok();
    mv_status status = test(hsm, result);
    return status.ok && memcmp(result, expected, sizeof result) == 0
               ? mv_ok()
               : mv_fail_code(MV_SELF_TEST_FAILED, "CKM_DES3_ECB_ENCRYPT_DATA", status.ok ? 0 : status.detail);
}
