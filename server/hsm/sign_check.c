/* Signatures of audit-sign, seen from outside the token. */
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

#include "hsm/sign.h"

void hsm_sign_der(const uint8_t point[HSM_POINT_BYTES], uint8_t der[HSM_SIGN_PUBLIC])
{
    /* SEQUENCE { SEQUENCE { id-ecPublicKey, prime256v1 }, BIT STRING { point } } */
    static const uint8_t prefix[HSM_SIGN_PUBLIC - HSM_POINT_BYTES] = {
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
        0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00};
    memcpy(der, prefix, sizeof prefix);
    memcpy(der + sizeof prefix, point, HSM_POINT_BYTES);
}

static bool is_ours(const uint8_t der[HSM_SIGN_PUBLIC])
{
    uint8_t expected[HSM_SIGN_PUBLIC];
    hsm_sign_der(der + HSM_SIGN_PUBLIC - HSM_POINT_BYTES, expected);
    return memcmp(der, expected, sizeof expected) == 0;
}

bool hsm_sign_check(const uint8_t der[HSM_SIGN_PUBLIC], const uint8_t digest[HSM_SIGN_DIGEST], const uint8_t *signature,
                    size_t size)
{
    const uint8_t *at = der;
    if (!is_ours(der))
        return false;
    EVP_PKEY *key = d2i_PUBKEY(NULL, &at, HSM_SIGN_PUBLIC);
    EVP_PKEY_CTX *context = key != NULL ? EVP_PKEY_CTX_new(key, NULL) : NULL;
    bool good = context != NULL && EVP_PKEY_verify_init(context) == 1 &&
                EVP_PKEY_verify(context, signature, size, digest, HSM_SIGN_DIGEST) == 1;
    EVP_PKEY_CTX_free(context);
    EVP_PKEY_free(key);
    return good;
}
