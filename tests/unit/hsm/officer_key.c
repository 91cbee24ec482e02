#include "officer_key.h"

#include <openssl/sha.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void need(bool good, const char *what)
{
    if (good)
        return;
    (void)fprintf(stderr, "officer key: %s\n", what);
    exit(1);
}

void officer_key_new(struct officer_key *officer, const char *algorithm, long from_s, long to_s)
{
    memset(officer, 0, sizeof *officer);
    officer->key = strcmp(algorithm, "RSA") == 0 ? EVP_RSA_gen(2048) : EVP_EC_gen(algorithm);
    X509 *certificate = X509_new();
    need(officer->key != NULL && certificate != NULL, "key");
    X509_NAME *name = X509_get_subject_name(certificate);
    const unsigned char common_name[] = "officer of a test";
    need(X509_set_version(certificate, 2) == 1 && ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) == 1 &&
             X509_gmtime_adj(X509_getm_notBefore(certificate), from_s) != NULL &&
             X509_gmtime_adj(X509_getm_notAfter(certificate), to_s) != NULL &&
             X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common_name, -1, -1, 0) == 1 &&
             X509_set_issuer_name(certificate, name) == 1 && X509_set_pubkey(certificate, officer->key) == 1 &&
             X509_sign(certificate, officer->key, EVP_sha256()) > 0,
         "certificate");
    uint8_t *end = officer->certificate;
    int size = i2d_X509(certificate, NULL);
    need(size > 0 && (size_t)size <= sizeof officer->certificate && i2d_X509(certificate, &end) == size, "DER");
    officer->certificate_size = (size_t)size;
    X509_free(certificate);
}

void officer_key_free(struct officer_key *officer)
{
    EVP_PKEY_free(officer->key);
    officer->key = NULL;
}

void officer_key_enrol(struct hsm *hsm, const struct officer_key *officer, const char *name)
{
    struct hsm_officer enrolled = {.generation = 0};
    (void)snprintf(enrolled.name, sizeof enrolled.name, "%s", name);
    (void)SHA256(officer->certificate, officer->certificate_size, enrolled.certificate_sha256);
    test_ok(hsm_officer_add(hsm, &enrolled), name);
}

void officer_sign_text(const struct officer_key *officer, struct signed_approval *made)
{
    size_t size = sizeof made->signature;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    need(context != NULL && EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, officer->key) == 1 &&
             EVP_DigestSign(context, made->signature, &size, (const uint8_t *)made->text, strlen(made->text)) == 1,
         "signature");
    EVP_MD_CTX_free(context);
    made->approval = (struct hsmd_approval){.text = made->text,
                                            .certificate = officer->certificate,
                                            .certificate_size = officer->certificate_size,
                                            .signature = made->signature,
                                            .signature_size = size};
}

void officer_sign(const struct officer_key *officer, const char *pan, const char *from_sgc, const char *to_sgc,
                  int64_t expires_unix_s, struct signed_approval *made)
{
    struct mv_approval approval = {.expires_unix_s = expires_unix_s, .nonce = {7}};
    (void)snprintf(approval.from_sgc, sizeof approval.from_sgc, "%s", from_sgc);
    (void)snprintf(approval.to_sgc, sizeof approval.to_sgc, "%s", to_sgc);
    (void)snprintf(approval.pan, sizeof approval.pan, "%s", pan);
    test_ok(mv_approval_write(&approval, made->text), "approval");
    officer_sign_text(officer, made);
}
