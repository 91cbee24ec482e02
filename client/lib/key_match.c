#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "pem.h"

bool mv_pem_match(const struct mv_pem *certificate, const struct mv_pem *key)
{
    BIO *certificate_text = BIO_new_mem_buf(certificate->text, -1);
    BIO *key_text = BIO_new_mem_buf(key->text, -1);
    X509 *parsed = certificate_text != NULL ? PEM_read_bio_X509(certificate_text, NULL, NULL, NULL) : NULL;
    /* an empty pass phrase, so that an encrypted key is refused instead of asked for on the terminal */
    EVP_PKEY *private = key_text != NULL ? PEM_read_bio_PrivateKey(key_text, NULL, NULL, (void *)"") : NULL;
    bool match = parsed != NULL && private != NULL && X509_check_private_key(parsed, private) == 1;
    EVP_PKEY_free(private);
    X509_free(parsed);
    BIO_free(key_text);
    BIO_free(certificate_text);
    ERR_clear_error();
    return match;
}
