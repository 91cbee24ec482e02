#include "approver.h"

#include <openssl/sha.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

enum { VALID_S = 86400, APPROVAL_S = 3600, VERSION_3 = 2 };

static bool fill(X509 *certificate, EVP_PKEY *key, int64_t now_unix_s)
{
    static const unsigned char common_name[] = "conformance";
    X509_NAME *name = X509_get_subject_name(certificate);
    return X509_set_version(certificate, VERSION_3) == 1 &&
           ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) == 1 &&
           ASN1_TIME_set(X509_getm_notBefore(certificate), (time_t)(now_unix_s - VALID_S)) != NULL &&
           ASN1_TIME_set(X509_getm_notAfter(certificate), (time_t)(now_unix_s + VALID_S)) != NULL &&
           X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common_name, -1, -1, 0) == 1 &&
           X509_set_issuer_name(certificate, name) == 1 && X509_set_pubkey(certificate, key) == 1 &&
           X509_sign(certificate, key, EVP_sha256()) > 0;
}

static bool encode(const X509 *certificate, struct approver *approver)
{
    uint8_t *end = approver->certificate;
    int size = i2d_X509(certificate, NULL);
    if (size <= 0 || (size_t)size > sizeof approver->certificate || i2d_X509(certificate, &end) != size)
        return false;
    approver->certificate_size = (size_t)size;
    return true;
}

mv_status approver_open(struct approver *approver, int64_t now_unix_s)
{
    memset(approver, 0, sizeof *approver);
    approver->key = EVP_EC_gen("P-256");
    X509 *certificate = X509_new();
    bool made = approver->key != NULL && certificate != NULL && fill(certificate, approver->key, now_unix_s) &&
                encode(certificate, approver);
    X509_free(certificate);
    return made ? mv_ok() : mv_fail(MV_INTERNAL_ERROR, "officer of the test");
}

void approver_close(struct approver *approver)
{
    EVP_PKEY_free(approver->key);
    approver->key = NULL;
}

void approver_enrol(const struct approver *approver, struct hsm_officer *officer)
{
    *officer = (struct hsm_officer){.name = "conformance"};
    (void)SHA256(approver->certificate, approver->certificate_size, officer->certificate_sha256);
}

static mv_status sign(const struct approver *approver, struct approver_word *word)
{
    size_t size = sizeof word->signature;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool made = context != NULL && EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, approver->key) == 1 &&
                EVP_DigestSign(context, word->signature, &size, (const uint8_t *)word->text, strlen(word->text)) == 1;
    EVP_MD_CTX_free(context);
    word->approval = (struct hsmd_approval){.text = word->text,
                                            .certificate = approver->certificate,
                                            .certificate_size = approver->certificate_size,
                                            .signature = word->signature,
                                            .signature_size = size};
    return made ? mv_ok() : mv_fail(MV_INTERNAL_ERROR, "signature of the test's officer");
}

mv_status approver_sign(const struct approver *approver, const char *pan, const char *from_sgc, const char *to_sgc,
                        int64_t now_unix_s, struct approver_word *word)
{
    struct mv_approval approval = {.expires_unix_s = now_unix_s + APPROVAL_S, .nonce = {1}};
    (void)snprintf(approval.from_sgc, sizeof approval.from_sgc, "%s", from_sgc);
    (void)snprintf(approval.to_sgc, sizeof approval.to_sgc, "%s", to_sgc);
    (void)snprintf(approval.pan, sizeof approval.pan, "%s", pan);
    MV_TRY(mv_approval_write(&approval, word->text));
    return sign(approver, word);
}
