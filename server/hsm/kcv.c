/* Key check values. Three conventions disagree, so each is stored with its method. A KCV is public. */
#include <openssl/evp.h>
#include <openssl/params.h>
#include <string.h>

#include "base/secret.h"
#include "hsm/an10922.h"

static const char HMAC_INPUT[] = "KCV";
static const uint8_t ZEROS[16];

static mv_status mac_kcv(const char *name, const char *parameter, const char *value, const uint8_t *key, size_t size,
                         const void *data, size_t data_size, uint8_t kcv[HSM_KCV_BYTES])
{
    uint8_t mac[EVP_MAX_MD_SIZE];
    char text[16];
    (void)snprintf(text, sizeof text, "%s", value);
    OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(parameter, text, 0), OSSL_PARAM_construct_end()};
    size_t got = 0;
    if (EVP_Q_mac(NULL, name, NULL, NULL, parameters, key, size, data, data_size, mac, sizeof mac, &got) == NULL)
        return mv_fail(MV_INTERNAL_ERROR, "EVP_Q_mac");
    memcpy(kcv, mac, HSM_KCV_BYTES);
    mv_secret_wipe(mac, sizeof mac);
    return mv_ok();
}

static mv_status des_kcv(const uint8_t key[HSM_DKGA02_BYTES], uint8_t kcv[HSM_KCV_BYTES])
{
    uint8_t block[8];
    MV_TRY(hsm_des_encrypt(key, ZEROS, block));
    memcpy(kcv, block, HSM_KCV_BYTES);
    mv_secret_wipe(block, sizeof block);
    return mv_ok();
}

/* The same halves give DES; 3DES with two keys is what OpenSSL calls three with the first one again. */
static mv_status des3_kcv(const uint8_t *key, uint8_t kcv[HSM_KCV_BYTES])
{
    uint8_t three[24];
    uint8_t block[8];
    int size = 0;
    memcpy(three, key, 16);
    memcpy(three + 16, key, 8);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    bool good = context != NULL && EVP_EncryptInit_ex(context, EVP_des_ede3_ecb(), NULL, three, NULL) == 1 &&
                EVP_CIPHER_CTX_set_padding(context, 0) == 1 &&
                EVP_EncryptUpdate(context, block, &size, ZEROS, sizeof block) == 1;
    EVP_CIPHER_CTX_free(context);
    mv_secret_wipe(three, sizeof three);
    memcpy(kcv, block, HSM_KCV_BYTES);
    return good ? mv_ok() : mv_fail(MV_INTERNAL_ERROR, "EVP_des_ede3_ecb");
}

static mv_status method_of(enum hsm_key_use use, uint8_t dkga, size_t size, enum hsm_kcv_method *method)
{
    const struct hsm_policy *policy = hsm_policy_of(use);
    if (policy == NULL)
        return mv_fail(MV_INVALID_FIELD, "use");
    size_t right = policy->size;
    *method = policy->kcv_method;
    if (use == HSM_USE_VENDING && dkga == 2) {
        right = HSM_DKGA02_BYTES;
        *method = HSM_KCV_DES;
    } else if (use == HSM_USE_VENDING) {
        right = HSM_DKGA04_BYTES;
    }
    return size == right ? mv_ok() : mv_fail(MV_INVALID_FIELD, "length of the key");
}

mv_status hsm_kcv(enum hsm_key_use use, uint8_t dkga, const uint8_t *key, size_t size, enum hsm_kcv_method *method,
                  uint8_t kcv[HSM_KCV_BYTES])
{
    MV_TRY(method_of(use, dkga, size, method));
    switch (*method) {
    case HSM_KCV_DES:
        return des_kcv(key, kcv);
    case HSM_KCV_DES3:
        return des3_kcv(key, kcv);
    case HSM_KCV_AES_CMAC:
        return mac_kcv("CMAC", "cipher", size == 16 ? "AES-128-CBC" : "AES-256-CBC", key, size, ZEROS, sizeof ZEROS,
                       kcv);
    case HSM_KCV_HMAC_SHA256:
        return mac_kcv("HMAC", "digest", "SHA256", key, size, HMAC_INPUT, strlen(HMAC_INPUT), kcv);
    default:
        return mv_fail(MV_INVALID_FIELD, "method of the KCV");
    }
}

mv_status hsm_kcv_by_encryption(struct hsm *hsm, CK_OBJECT_HANDLE key, uint8_t kcv[HSM_KCV_BYTES])
{
    uint8_t subkey[16];
    uint8_t mac[16];
    MV_TRY(hsm_aes_encrypt_block(hsm, key, ZEROS, subkey));
    hsm_cmac_double(subkey);
    mv_status status = hsm_aes_encrypt_block(hsm, key, subkey, mac); /* CMAC of one block of zeros */
    memcpy(kcv, mac, HSM_KCV_BYTES);
    mv_secret_wipe(subkey, sizeof subkey);
    mv_secret_wipe(mac, sizeof mac);
    return status;
}

mv_status hsm_kcv_of_object(struct hsm *hsm, CK_OBJECT_HANDLE key, enum hsm_kcv_method method,
                            uint8_t kcv[HSM_KCV_BYTES])
{
    uint8_t mac[HSM_MAC_BYTES] = {0};
    if (method == HSM_KCV_DES3)
        MV_TRY(hsm_des3_encrypt_block(hsm, key, mac));
    else if (method == HSM_KCV_AES_CMAC)
        MV_TRY(hsm_cmac(hsm, key, ZEROS, sizeof ZEROS, mac));
    else
        MV_TRY(hsm_hmac(hsm, key, HMAC_INPUT, strlen(HMAC_INPUT), mac));
    memcpy(kcv, mac, HSM_KCV_BYTES);
    mv_secret_wipe(mac, sizeof mac);
    return mv_ok();
}
