/* Decoder keys of meters, and the working key of token tags. */
#include <openssl/evp.h>
#include <string.h>

#include "base/secret.h"
#include "hsm/internal.h"

mv_status hsm_handle_open(struct hsm *hsm, const struct hsm_key_info *key, struct hsm_handle *handle)
{
    CK_OBJECT_HANDLE found = 0;
    handle->object = 0;
    mv_status status = hsm_find_key(hsm, key->label, &found);
    if (!status.ok)
        return status.reason == MV_KEY_UNKNOWN ? mv_fail(MV_CATALOGUE_CORRUPT, "object of the key") : status;
    const struct hsm_policy *policy = hsm_policy_of(key->use);
    if (policy == NULL || !policy->modifiable) {
        handle->object = found;
        return mv_ok();
    }
    struct hsm_template template = {.count = 0};
    hsm_template_flag(&template, CKA_TOKEN, false);
    CK_OBJECT_HANDLE copy = 0;
    CK_RV rv = hsm->p11->C_CopyObject(hsm->session, found, template.attributes, template.count, &copy);
    MV_TRY(hsm_check(rv, "C_CopyObject"));
    handle->object = copy;
    return mv_ok();
}

void hsm_handle_close(struct hsm *hsm, struct hsm_handle *handle)
{
    /* destroying by handle would take a token object as readily as a copy */
    CK_BBOOL token = CK_TRUE;
    CK_ATTRIBUTE attribute = {CKA_TOKEN, &token, sizeof token};
    if (handle->object != 0 && hsm->p11->C_GetAttributeValue(hsm->session, handle->object, &attribute, 1) == CKR_OK &&
        token == CK_FALSE)
        hsm_destroy(hsm, handle->object);
    handle->object = 0;
}

static mv_status bad_input(enum mv_result result)
{
    return mv_fail(result == MV_CHECK_DIGIT_ERROR ? MV_CHECK_DIGIT : MV_INVALID_FIELD, "meter");
}

mv_status hsm_derive_dkga04(struct hsm *hsm, struct hsm_handle vending, const struct mv_dkga_input *meter,
                            struct mv_decoder_key *key)
{
    uint8_t message[MV_DKGA04_MESSAGE];
    enum mv_result result = mv_dkga04_message(meter, message);
    if (result != MV_DONE)
        return bad_input(result);
    uint8_t mac[HSM_MAC_BYTES];
    mv_status status = hsm_hmac(hsm, vending.object, message, sizeof message, mac);
    memset(key, 0, sizeof *key);
    if (status.ok) {
        key->ea = meter->ea;
        memcpy(key->bytes, mac, meter->ea == MV_EA_MISTY1 ? 16 : 8);
    }
    mv_secret_wipe(mac, sizeof mac);
    return status;
}

mv_status hsm_dkga02_open(struct hsm *hsm, struct hsm_handle dkga02_kek, const struct hsm_key_entry *entry,
                          uint8_t *vending_key)
{
    uint8_t *plain = mv_secret_alloc(2 * (size_t)HSM_SEALED_BYTES);
    if (plain == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "secret memory");
    uint8_t *expected = plain + HSM_SEALED_BYTES;
    mv_status status = hsm_aes_decrypt_block(hsm, dkga02_kek.object, entry->sealed, plain);
    if (status.ok) {
        hsm_dkga02_plain(plain, entry->info.label, expected);
        if (!mv_secret_equal(plain, expected, HSM_SEALED_BYTES))
            status = mv_fail(MV_CATALOGUE_CORRUPT, "sealed key");
    }
    if (status.ok)
        memcpy(vending_key, plain, HSM_DKGA02_BYTES);
    mv_secret_free(plain, 2 * (size_t)HSM_SEALED_BYTES);
    return status;
}

mv_status hsm_des_encrypt(const uint8_t key[HSM_DKGA02_BYTES], const uint8_t in[8], uint8_t out[8])
{
    /* single DES is a legacy cipher of OpenSSL 3; triple DES with K three times is the same function */
    uint8_t three[3 * HSM_DKGA02_BYTES];
    for (size_t i = 0; i < 3; i++)
        memcpy(three + i * HSM_DKGA02_BYTES, key, HSM_DKGA02_BYTES);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int size = 0;
    bool good = context != NULL && EVP_EncryptInit_ex(context, EVP_des_ede3_ecb(), NULL, three, NULL) == 1 &&
                EVP_CIPHER_CTX_set_padding(context, 0) == 1 && EVP_EncryptUpdate(context, out, &size, in, 8) == 1 &&
                size == 8;
    EVP_CIPHER_CTX_free(context);
    mv_secret_wipe(three, sizeof three);
    return good ? mv_ok() : mv_fail(MV_INTERNAL_ERROR, "EVP_des_ede3_ecb");
}

static void put_block(uint64_t value, uint8_t bytes[8])
{
    for (unsigned i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(value >> (56 - 8 * i));
}

mv_status hsm_derive_dkga02(const uint8_t *vending_key, const struct mv_dkga_input *meter, struct mv_decoder_key *key)
{
    uint64_t pan_block = 0;
    uint64_t control_block = 0;
    uint8_t x[8];
    enum mv_result result = mv_dkga02_blocks(meter, &pan_block, &control_block);
    if (result != MV_DONE)
        return bad_input(result);
    if (meter->ea != MV_EA_STA)
        return mv_fail(MV_VENDING_KEY_MISMATCH, "ea");
    put_block(pan_block ^ control_block, x);
    memset(key, 0, sizeof *key);
    MV_TRY(hsm_des_encrypt(vending_key, x, key->bytes));
    for (size_t i = 0; i < 8; i++)
        key->bytes[i] = (uint8_t)(key->bytes[i] ^ x[i] ^ vending_key[i]);
    key->ea = meter->ea;
    return mv_ok();
}

mv_status hsm_tag_key(struct hsm *hsm, struct hsm_handle audit_token_hash, uint8_t *tag_key)
{
    static const char label[] = "metervault token tag 1";
    return hsm_hmac(hsm, audit_token_hash.object, label, strlen(label), tag_key);
}
