#include "approval_sign.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

#include "error.h"
#include "pem.h"

static bool certificate_der(const struct mv_pem *pem, struct approval_signature *signature)
{
    BIO *text = BIO_new_mem_buf(pem->text, -1);
    X509 *certificate = text != NULL ? PEM_read_bio_X509(text, NULL, NULL, NULL) : NULL;
    int size = certificate != NULL ? i2d_X509(certificate, NULL) : 0;
    bool fits = size > 0 && size <= APPROVAL_CERTIFICATE;
    uint8_t *at = signature->certificate;
    if (fits)
        signature->certificate_size = (size_t)i2d_X509(certificate, &at);
    X509_free(certificate);
    BIO_free(text);
    return fits;
}

static bool sign(EVP_PKEY *key, const char *text, struct approval_signature *signature)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    signature->signature_size = sizeof signature->signature;
    bool done = context != NULL && EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
                EVP_DigestSign(context, signature->signature, &signature->signature_size, (const uint8_t *)text,
                               strlen(text)) == 1;
    EVP_MD_CTX_free(context);
    return done;
}

static bool sign_with(const struct mv_pem *pem, const char *text, struct approval_signature *signature)
{
    BIO *bytes = BIO_new_mem_buf(pem->text, -1);
    /* an empty pass phrase, so that an encrypted key is refused instead of asked for on the terminal */
    EVP_PKEY *key = bytes != NULL ? PEM_read_bio_PrivateKey(bytes, NULL, NULL, (void *)"") : NULL;
    bool done = key != NULL && EVP_PKEY_get_base_id(key) == EVP_PKEY_EC && sign(key, text, signature);
    EVP_PKEY_free(key);
    BIO_free(bytes);
    return done;
}

bool approval_sign(const char *certificate_file, const char *key_file, const char *text,
                   struct approval_signature *signature, struct mv_client_error *error)
{
    struct mv_pem certificate = {0};
    struct mv_pem key = {0};
    bool done = false;
    if (mv_pem_read("certificate_file", certificate_file, &certificate, error) &&
        mv_pem_read("key_file", key_file, &key, error)) {
        done = mv_pem_match(&certificate, &key) && certificate_der(&certificate, signature) &&
               sign_with(&key, text, signature);
        if (!done)
            mv_error_local(error, MV_CONFIG_INVALID, "(key_file is not the EC key of certificate_file)");
    }
    mv_pem_wipe(&key);
    mv_pem_wipe(&certificate);
    ERR_clear_error();
    return done;
}
