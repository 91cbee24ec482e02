#include "hsm/card_key.h"

#include <string.h>

#include "base/secret.h"
#include "hsm/an10922.h"
#include "hsm/children.h"

enum { BLOCK = 16, SV = 32, CARD_KEY_MAY = HSM_MAY_ENCRYPT | HSM_MAY_DECRYPT | HSM_MAY_DERIVE };

static mv_status make_factory(struct hsm *hsm, struct hsm_handle *factory)
{
    static const uint8_t zeros[HSM_CARD_KEY];
    CK_OBJECT_HANDLE made = 0;
    MV_TRY(hsm_known_key(hsm, zeros, CARD_KEY_MAY, &made));
    factory->object = made;
    return mv_ok();
}

mv_status hsm_card_key(struct hsm *hsm, struct hsm_children *children, const struct hsm_card_source *source,
                       struct hsm_handle *factory, struct hsm_handle *key)
{
    CK_OBJECT_HANDLE child = 0;
    if (source->master.object == 0) {
        if (factory->object == 0)
            MV_TRY(make_factory(hsm, factory));
        *key = *factory;
        return mv_ok();
    }
    MV_TRY(hsm_children_take(hsm, children, source->master.object, source->diversifier, source->size, CARD_KEY_MAY,
                             &child));
    key->object = child;
    return mv_ok();
}

mv_status hsm_card_cbc(struct hsm *hsm, struct hsm_handle key, bool encrypt, const uint8_t iv[BLOCK], uint8_t *data,
                       size_t size)
{
    CK_MECHANISM mechanism = {CKM_AES_CBC, (CK_BYTE *)(uintptr_t)iv, BLOCK};
    CK_ULONG got = size;
    if (encrypt) {
        MV_TRY(hsm_check(hsm->p11->C_EncryptInit(hsm->session, &mechanism, key.object), "C_EncryptInit"));
        MV_TRY(hsm_check(hsm->p11->C_Encrypt(hsm->session, data, size, data, &got), "C_Encrypt"));
    } else {
        MV_TRY(hsm_check(hsm->p11->C_DecryptInit(hsm->session, &mechanism, key.object), "C_DecryptInit"));
        MV_TRY(hsm_check(hsm->p11->C_Decrypt(hsm->session, data, size, data, &got), "C_Decrypt"));
    }
    return got == size ? mv_ok() : mv_fail(MV_MODULE_FAILED, "CKM_AES_CBC: length");
}

/* A key whose value is the CMAC of two blocks: the last one, chained to the first (`chained`) and masked. */
static mv_status derive(struct hsm *hsm, struct hsm_handle key, const uint8_t sv[SV], const uint8_t chained[BLOCK],
                        const uint8_t mask[BLOCK], unsigned permissions, struct hsm_handle *made)
{
    static const CK_KEY_TYPE aes = CKK_AES;
    static const CK_ULONG length = HSM_CARD_KEY;
    const struct hsm_policy policy = {.type = CKK_AES, .permissions = permissions};
    struct hsm_template template = {.count = 0};
    CK_OBJECT_HANDLE object = 0;
    uint8_t last[BLOCK];
    for (size_t i = 0; i < BLOCK; i++)
        last[i] = (uint8_t)(sv[BLOCK + i] ^ chained[i] ^ mask[i]);
    hsm_template_session(&template, &aes, false);
    hsm_template_usage(&template, &policy, 0);
    hsm_template_add(&template, CKA_VALUE_LEN, &length, sizeof length);
    mv_status status = hsm_derive(hsm, key.object, last, sizeof last, &template, &object);
    mv_secret_wipe(last, sizeof last);
    made->object = object;
    return status;
}

mv_status hsm_card_derive(struct hsm *hsm, struct hsm_handle key, const uint8_t sv1[SV], const uint8_t sv2[SV],
                          struct hsm_card_keys *keys)
{
    uint8_t blocks[3 * BLOCK] = {0}; /* zeros for the subkey, then the first block of each */
    *keys = (struct hsm_card_keys){{0}, {0}};
    memcpy(blocks + BLOCK, sv1, BLOCK);
    memcpy(blocks + (size_t)2 * BLOCK, sv2, BLOCK);
    MV_TRY(hsm_aes_encrypt(hsm, key.object, blocks, blocks, sizeof blocks));
    hsm_cmac_double(blocks);
    mv_status status = derive(hsm, key, sv1, blocks + BLOCK, blocks, HSM_MAY_ENCRYPT | HSM_MAY_DECRYPT, &keys->enc);
    if (status.ok)
        status = derive(hsm, key, sv2, blocks + (size_t)2 * BLOCK, blocks, HSM_MAY_SIGN, &keys->mac);
    mv_secret_wipe(blocks, sizeof blocks);
    if (!status.ok)
        hsm_card_drop(hsm, keys);
    return status;
}

void hsm_card_drop(struct hsm *hsm, struct hsm_card_keys *keys)
{
    hsm_destroy(hsm, keys->enc.object);
    hsm_destroy(hsm, keys->mac.object);
    *keys = (struct hsm_card_keys){{0}, {0}};
}

mv_status hsm_card_mac(struct hsm *hsm, struct hsm_handle mac_key, const struct mv_card_part *parts, uint8_t count,
                       uint8_t mac[BLOCK])
{
    CK_MECHANISM mechanism = {.mechanism = CKM_AES_CMAC};
    CK_ULONG got = BLOCK;
    MV_TRY(hsm_check(hsm->p11->C_SignInit(hsm->session, &mechanism, mac_key.object), "C_SignInit"));
    for (uint8_t i = 0; i < count; i++)
        if (parts[i].size > 0)
            MV_TRY(hsm_check(hsm->p11->C_SignUpdate(hsm->session, (CK_BYTE *)(uintptr_t)parts[i].data, parts[i].size),
                             "C_SignUpdate"));
    MV_TRY(hsm_check(hsm->p11->C_SignFinal(hsm->session, mac, &got), "C_SignFinal"));
    return got == BLOCK ? mv_ok() : mv_fail(MV_MODULE_FAILED, "C_SignFinal: length");
}
