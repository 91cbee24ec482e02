#include "hsm/an10922.h"

#include <string.h>

#include "base/secret.h"

enum { BLOCK = 16, TWO_BLOCKS = 32, CONSTANT_AES128 = 0x01, PADDING = 0x80, REDUCTION = 0x87 };

void hsm_cmac_double(uint8_t block[BLOCK])
{
    unsigned carry = block[0] >> 7;
    for (size_t i = 0; i + 1 < BLOCK; i++)
        block[i] = (uint8_t)(block[i] << 1 | block[i + 1] >> 7);
    block[BLOCK - 1] = (uint8_t)((unsigned)block[BLOCK - 1] << 1 ^ (REDUCTION & (0U - carry)));
}

/* What the master must encrypt to give the derived key: the second block, chained to the first and masked with the
 * subkey. Input is always brought to two blocks, unlike in CMAC. */
static mv_status last_block(struct hsm *hsm, CK_OBJECT_HANDLE master, const uint8_t *input, size_t size,
                            uint8_t last[BLOCK])
{
    uint8_t plain[TWO_BLOCKS] = {0}; /* zeros for the subkey, first block */
    uint8_t cipher[TWO_BLOCKS];
    uint8_t padded[TWO_BLOCKS] = {CONSTANT_AES128};
    if (size > HSM_AN10922_INPUT)
        return mv_fail(MV_INVALID_FIELD, "diversification input");
    memcpy(padded + 1, input, size);
    if (size < HSM_AN10922_INPUT)
        padded[1 + size] = PADDING;
    memcpy(plain + BLOCK, padded, BLOCK);
    MV_TRY(hsm_aes_encrypt(hsm, master, plain, cipher, sizeof plain));
    hsm_cmac_double(cipher);
    if (size < HSM_AN10922_INPUT)
        hsm_cmac_double(cipher);
    for (size_t i = 0; i < BLOCK; i++)
        last[i] = (uint8_t)(cipher[i] ^ cipher[BLOCK + i] ^ padded[BLOCK + i]);
    mv_secret_wipe(cipher, sizeof cipher);
    return mv_ok();
}

mv_status hsm_an10922_child(struct hsm *hsm, CK_OBJECT_HANDLE master, const uint8_t *input, size_t size,
                            unsigned permissions, CK_OBJECT_HANDLE *child)
{
    static const CK_KEY_TYPE aes = CKK_AES;
    static const CK_ULONG length = HSM_AN10922_KEY;
    const struct hsm_policy policy = {.type = CKK_AES, .permissions = permissions};
    struct hsm_template template = {.count = 0};
    uint8_t last[BLOCK];
    MV_TRY(last_block(hsm, master, input, size, last));
    hsm_template_session(&template, &aes, false);
    hsm_template_usage(&template, &policy, 0);
    hsm_template_add(&template, CKA_VALUE_LEN, &length, sizeof length);
    mv_status status = hsm_derive(hsm, master, last, sizeof last, &template, child);
    mv_secret_wipe(last, sizeof last);
    return status;
}

mv_status hsm_an10922_value(struct hsm *hsm, CK_OBJECT_HANDLE master, const uint8_t *input, size_t size,
                            uint8_t value[HSM_AN10922_KEY])
{
    uint8_t last[BLOCK];
    MV_TRY(last_block(hsm, master, input, size, last));
    mv_status status = hsm_aes_encrypt_block(hsm, master, last, value);
    mv_secret_wipe(last, sizeof last);
    return status;
}
