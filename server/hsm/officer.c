#include "hsm/officer.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <string.h>

bool hsm_officer_key_accepted(EVP_PKEY *key)
{
    char curve[32] = "";
    size_t length = 0;
    if (key == NULL || EVP_PKEY_get_base_id(key) != EVP_PKEY_EC ||
        EVP_PKEY_get_group_name(key, curve, sizeof curve, &length) != 1)
        return false;
    return strcmp(curve, SN_X9_62_prime256v1) == 0 || strcmp(curve, SN_secp384r1) == 0;
}

mv_status hsm_officer_key_sha256(EVP_PKEY *key, uint8_t sha256[32])
{
    unsigned char *der = NULL;
    EVP_PKEY *copy = key != NULL ? EVP_PKEY_dup(key) : NULL;
    bool good = copy != NULL &&
                EVP_PKEY_set_utf8_string_param(copy, OSSL_PKEY_PARAM_EC_ENCODING, OSSL_PKEY_EC_ENCODING_GROUP) == 1 &&
                EVP_PKEY_set_utf8_string_param(copy, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
                                               OSSL_PKEY_EC_POINT_CONVERSION_FORMAT_UNCOMPRESSED) == 1;
    int size = good ? i2d_PUBKEY(copy, &der) : 0;
    if (size > 0)
        (void)SHA256(der, (size_t)size, sha256);
    OPENSSL_free(der);
    EVP_PKEY_free(copy);
    ERR_clear_error();
    return size > 0 ? mv_ok() : mv_fail(MV_INTERNAL_ERROR, "officer's key");
}

mv_status hsm_officer_word_key(const struct hsm_signed_text *word, uint8_t sha256[32])
{
    const uint8_t *from = word->certificate;
    X509 *certificate = d2i_X509(NULL, &from, (long)word->certificate_size);
    EVP_PKEY *key = certificate != NULL ? X509_get0_pubkey(certificate) : NULL;
    mv_status status = hsm_officer_key_accepted(key) ? hsm_officer_key_sha256(key, sha256)
                                                     : mv_fail(MV_APPROVAL_INVALID, "certificate");
    X509_free(certificate);
    ERR_clear_error();
    return status;
}

const struct hsm_officer *hsm_officer_of(const struct hsm_catalogue *catalogue, const struct hsm_signed_text *word)
{
    uint8_t digest[SHA256_DIGEST_LENGTH];
    (void)SHA256(word->certificate, word->certificate_size, digest);
    for (size_t i = 0; i < catalogue->officer_count; i++)
        if (memcmp(catalogue->officers[i].certificate_sha256, digest, sizeof digest) == 0)
            return &catalogue->officers[i];
    return NULL;
}

static bool is_signed(EVP_PKEY *key, const struct hsm_signed_text *word)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool good = context != NULL && EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
                EVP_DigestVerify(context, word->signature, word->signature_size, (const uint8_t *)word->text,
                                 strlen(word->text)) == 1;
    EVP_MD_CTX_free(context);
    return good;
}

static mv_status check_certificate(X509 *certificate, const struct hsm_signed_text *word, int64_t now_unix_s)
{
    time_t now = (time_t)now_unix_s;
    if (X509_cmp_time(X509_get0_notBefore(certificate), &now) != -1 ||
        X509_cmp_time(X509_get0_notAfter(certificate), &now) != 1)
        return mv_fail(MV_APPROVAL_INVALID, "the certificate is not valid now");
    EVP_PKEY *key = X509_get0_pubkey(certificate);
    if (!hsm_officer_key_accepted(key))
        return mv_fail(MV_APPROVAL_INVALID, "the certificate has no key on P-256 or P-384");
    return is_signed(key, word) ? mv_ok() : mv_fail(MV_APPROVAL_INVALID, "signature");
}

mv_status hsm_officer_signed(const struct hsm_signed_text *word, int64_t now_unix_s)
{
    const uint8_t *end = word->certificate;
    X509 *certificate = d2i_X509(NULL, &end, (long)word->certificate_size);
    mv_status status = mv_fail(MV_APPROVAL_INVALID, "certificate");
    if (certificate != NULL && end == word->certificate + word->certificate_size)
        status = check_certificate(certificate, word, now_unix_s);
    X509_free(certificate);
    /* a refused signature is no fault of this process */
    ERR_clear_error();
    return status;
}
