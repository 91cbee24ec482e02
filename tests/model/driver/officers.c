/* Officers of the key process: each has a key on P-256 and a certificate that is valid through all of the model's time.
 */
#include <openssl/asn1.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "driver.h"
#include "officers.h"

enum { OFFICERS = 4 };
static struct officer officers[OFFICERS];
static size_t officer_count;

static X509 *make_certificate(EVP_PKEY *key)
{
    X509 *certificate = X509_new();
    if (certificate == NULL || X509_set_version(certificate, 2) != 1 ||
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) != 1 ||
        ASN1_TIME_set_string(X509_getm_notBefore(certificate), "19900101000000Z") != 1 ||
        ASN1_TIME_set_string(X509_getm_notAfter(certificate), "21000101000000Z") != 1 ||
        X509_set_pubkey(certificate, key) != 1 || X509_sign(certificate, key, EVP_sha256()) == 0)
        give_up("certificate", "OpenSSL");
    return certificate;
}

void officer_make(const char *name, struct hsm_officer *enrolled)
{
    if (officer_count == OFFICERS)
        give_up("too many officers", name);
    struct officer *officer = &officers[officer_count++];
    officer->key = EVP_EC_gen("P-256");
    if (officer->key == NULL)
        give_up("key", "OpenSSL");
    X509 *certificate = make_certificate(officer->key);
    uint8_t *end = officer->certificate;
    int size = i2d_X509(certificate, NULL);
    if (size <= 0 || size > (int)sizeof officer->certificate || i2d_X509(certificate, &end) != size)
        give_up("certificate", name);
    X509_free(certificate);
    officer->certificate_size = (size_t)size;
    (void)snprintf(officer->name, sizeof officer->name, "%s", name);
    *enrolled = (struct hsm_officer){.generation = 0};
    (void)snprintf(enrolled->name, sizeof enrolled->name, "%s", name);
    (void)SHA256(officer->certificate, officer->certificate_size, enrolled->certificate_sha256);
}

const struct officer *officer_find(const char *name)
{
    for (size_t i = 0; i < officer_count; i++)
        if (strcmp(officers[i].name, name) == 0)
            return &officers[i];
    give_up("no such officer", name);
}

size_t officer_sign(const struct officer *officer, const char *text, uint8_t signature[OFFICER_SIGNATURE])
{
    size_t size = OFFICER_SIGNATURE;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (context == NULL || EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, officer->key) != 1 ||
        EVP_DigestSign(context, signature, &size, (const uint8_t *)text, strlen(text)) != 1)
        give_up("signature", officer->name);
    EVP_MD_CTX_free(context);
    return size;
}

void officers_forget(void)
{
    for (size_t i = 0; i < officer_count; i++)
        EVP_PKEY_free(officers[i].key);
    officer_count = 0;
}
