/* One function a mechanism; each is one init and one single-part call on the login session. */
#include <string.h>

#include "base/secret.h"
#include "hsm/internal.h"

static mv_status sign(struct hsm *hsm, CK_MECHANISM_TYPE type, CK_OBJECT_HANDLE key, const void *data, size_t size,
                      uint8_t *mac, size_t mac_size)
{
    CK_MECHANISM mechanism = {.mechanism = type};
    CK_ULONG got = mac_size;
    MV_TRY(hsm_check(hsm->p11->C_SignInit(hsm->session, &mechanism, key), "C_SignInit"));
    /* PKCS#11 takes inputs through pointers to non-const, and does not write to them; here and below */
    CK_RV rv = hsm->p11->C_Sign(hsm->session, (CK_BYTE *)(uintptr_t)data, size, mac, &got);
    MV_TRY(hsm_check(rv, "C_Sign"));
    return got == mac_size ? mv_ok() : mv_fail(MV_MODULE_FAILED, "C_Sign: length");
}

mv_status hsm_hmac(struct hsm *hsm, CK_OBJECT_HANDLE key, const void *data, size_t size, uint8_t mac[HSM_MAC_BYTES])
{
    return sign(hsm, CKM_SHA256_HMAC, key, data, size, mac, HSM_MAC_BYTES);
}

mv_status hsm_cmac(struct hsm *hsm, CK_OBJECT_HANDLE key, const void *data, size_t size, uint8_t mac[16])
{
    return sign(hsm, CKM_AES_CMAC, key, data, size, mac, 16);
}

mv_status hsm_aes_encrypt(struct hsm *hsm, CK_OBJECT_HANDLE key, const uint8_t *in, uint8_t *out, size_t size)
{
    CK_MECHANISM mechanism = {.mechanism = CKM_AES_ECB};
    CK_ULONG got = size;
    MV_TRY(hsm_check(hsm->p11->C_EncryptInit(hsm->session, &mechanism, key), "C_EncryptInit"));
    CK_RV rv = hsm->p11->C_Encrypt(hsm->session, (CK_BYTE *)(uintptr_t)in, size, out, &got);
    MV_TRY(hsm_check(rv, "C_Encrypt"));
    return got == size ? mv_ok() : mv_fail(MV_MODULE_FAILED, "C_Encrypt: length");
}

mv_status hsm_aes_encrypt_block(struct hsm *hsm, CK_OBJECT_HANDLE key, const uint8_t in[16], uint8_t out[16])
{
    return hsm_aes_encrypt(hsm, key, in, out, 16);
}

mv_status hsm_derive(struct hsm *hsm, CK_OBJECT_HANDLE base, const uint8_t *data, size_t size,
                     struct hsm_template *attributes, CK_OBJECT_HANDLE *key)
{
    CK_KEY_DERIVATION_STRING_DATA string = {(CK_BYTE *)(uintptr_t)data, size};
    CK_MECHANISM mechanism = {CKM_AES_ECB_ENCRYPT_DATA, &string, sizeof string};
    CK_RV rv = hsm->p11->C_DeriveKey(hsm->session, &mechanism, base, attributes->attributes, attributes->count, key);
    return hsm_check(rv, "C_DeriveKey");
}

mv_status hsm_des3_encrypt_block(struct hsm *hsm, CK_OBJECT_HANDLE key, uint8_t block[8])
{
    CK_MECHANISM mechanism = {.mechanism = CKM_DES3_ECB};
    CK_ULONG got = 8;
    MV_TRY(hsm_check(hsm->p11->C_EncryptInit(hsm->session, &mechanism, key), "C_EncryptInit"));
    MV_TRY(hsm_check(hsm->p11->C_Encrypt(hsm->session, block, 8, block, &got), "C_Encrypt"));
    return got == 8 ? mv_ok() : mv_fail(MV_MODULE_FAILED, "C_Encrypt: length");
}

mv_status hsm_des3_derive(struct hsm *hsm, CK_OBJECT_HANDLE base, const uint8_t data[16], unsigned permissions,
                          CK_OBJECT_HANDLE *key)
{
    static const CK_KEY_TYPE des2 = CKK_DES2;
    const struct hsm_policy policy = {.type = CKK_DES2, .permissions = permissions};
    CK_KEY_DERIVATION_STRING_DATA string = {(CK_BYTE *)(uintptr_t)data, 16};
    CK_MECHANISM mechanism = {CKM_DES3_ECB_ENCRYPT_DATA, &string, sizeof string};
    struct hsm_template template = {.count = 0};
    hsm_template_session(&template, &des2, false);
    hsm_template_usage(&template, &policy, 0);
    CK_RV rv = hsm->p11->C_DeriveKey(hsm->session, &mechanism, base, template.attributes, template.count, key);
    return hsm_check(rv, "C_DeriveKey");
}

mv_status hsm_aes_decrypt_block(struct hsm *hsm, CK_OBJECT_HANDLE key, const uint8_t in[16], uint8_t out[16])
{
    CK_MECHANISM mechanism = {.mechanism = CKM_AES_ECB};
    CK_ULONG got = 16;
    MV_TRY(hsm_check(hsm->p11->C_DecryptInit(hsm->session, &mechanism, key), "C_DecryptInit"));
    CK_RV rv = hsm->p11->C_Decrypt(hsm->session, (CK_BYTE *)(uintptr_t)in, 16, out, &got);
    MV_TRY(hsm_check(rv, "C_Decrypt"));
    return got == 16 ? mv_ok() : mv_fail(MV_MODULE_FAILED, "C_Decrypt: length");
}

mv_status hsm_wrap(struct hsm *hsm, CK_OBJECT_HANDLE kek, CK_OBJECT_HANDLE key, uint8_t *wrapped, size_t size)
{
    CK_MECHANISM mechanism = {.mechanism = CKM_AES_KEY_WRAP};
    CK_ULONG got = size;
    MV_TRY(hsm_check(hsm->p11->C_WrapKey(hsm->session, &mechanism, kek, key, wrapped, &got), "C_WrapKey"));
    return got == size ? mv_ok() : mv_fail(MV_MODULE_FAILED, "C_WrapKey: length");
}

mv_status hsm_unwrap(struct hsm *hsm, CK_OBJECT_HANDLE kek, const uint8_t *wrapped, size_t size,
                     CK_ATTRIBUTE *attributes, CK_ULONG count, CK_OBJECT_HANDLE *key)
{
    CK_MECHANISM mechanism = {.mechanism = CKM_AES_KEY_WRAP};
    CK_RV rv = hsm->p11->C_UnwrapKey(hsm->session, &mechanism, kek, (CK_BYTE *)(uintptr_t)wrapped, size, attributes,
                                     count, key);
    return hsm_check(rv, "C_UnwrapKey");
}

mv_status hsm_random(struct hsm *hsm, void *data, size_t size)
{
    if (size > HSM_MAX_RANDOM)
        return mv_fail(MV_REQUEST_TOO_LARGE, "random");
    return hsm_check(hsm->p11->C_GenerateRandom(hsm->session, data, size), "C_GenerateRandom");
}
