#include "hsmd/officer.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <string.h>

#include "hsm/officer.h"

static size_t get_sized(struct mv_reader *from, uint8_t *data, size_t most)
{
    size_t size = mv_get_u16(from);
    if (size > most)
        from->failed = true;
    if (from->failed)
        return 0;
    mv_get_bytes(from, data, size);
    return size;
}

void hsmd_signed_get(struct mv_reader *from, struct hsmd_signed *word)
{
    mv_get_text(from, word->text, sizeof word->text);
    word->certificate_size = get_sized(from, word->certificate, sizeof word->certificate);
    word->signature_size = get_sized(from, word->signature, sizeof word->signature);
}

/* The certificate itself is enrolled, not its issuer: no chain is needed. */
static const struct hsm_officer *enrolled(const struct hsm_catalogue *catalogue, const struct hsmd_signed *word)
{
    uint8_t digest[SHA256_DIGEST_LENGTH];
    (void)SHA256(word->certificate, word->certificate_size, digest);
    for (size_t i = 0; i < catalogue->officer_count; i++)
        if (memcmp(catalogue->officers[i].certificate_sha256, digest, sizeof digest) == 0)
            return &catalogue->officers[i];
    return NULL;
}

static bool is_signed(EVP_PKEY *key, const struct hsmd_signed *word)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool good = context != NULL && EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
                EVP_DigestVerify(context, word->signature, word->signature_size, (const uint8_t *)word->text,
                                 strlen(word->text)) == 1;
    EVP_MD_CTX_free(context);
    return good;
}

static mv_status check_certificate(X509 *certificate, const struct hsmd_signed *word, int64_t now_unix_s)
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

static mv_status check_signature(const struct hsmd_signed *word, int64_t now_unix_s)
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

mv_status hsmd_officer_check(const struct hsm_catalogue *catalogue, const struct hsmd_signed *word, int64_t now_unix_s,
                             struct mv_approval *approval, const char **officer)
{
    const struct hsm_officer *signer = enrolled(catalogue, word);
    if (signer == NULL)
        return mv_fail(MV_APPROVAL_INVALID, "the certificate is not an enrolled officer's");
    MV_TRY(mv_approval_read(word->text, approval));
    MV_TRY(check_signature(word, now_unix_s));
    if (now_unix_s >= approval->expires_unix_s)
        return mv_fail(MV_APPROVAL_INVALID, "expired");
    if (approval->expires_unix_s - now_unix_s > MV_APPROVAL_LONGEST_S)
        return mv_fail(MV_APPROVAL_INVALID, "expires in more than 90 days");
    *officer = signer->name;
    return mv_ok();
}
