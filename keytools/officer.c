#include "officer.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hsm/officer.h"
#include "once.h"
#include "remark.h"

#define PRINCIPAL_URI "urn:metervault:principal:"

static bool uri_is(const GENERAL_NAME *entry, const char *uri)
{
    if (entry->type != GEN_URI)
        return false;
    const ASN1_IA5STRING *text = entry->d.uniformResourceIdentifier;
    size_t length = strlen(uri);
    return (size_t)ASN1_STRING_length(text) == length && memcmp(ASN1_STRING_get0_data(text), uri, length) == 0;
}

/* A copy to free; NULL unless it is a principal's and a terminal can show every character. */
static char *shown_uri(const ASN1_IA5STRING *text)
{
    const char *data = (const char *)ASN1_STRING_get0_data(text);
    size_t length = (size_t)ASN1_STRING_length(text);
    size_t prefix = strlen(PRINCIPAL_URI);
    if (length < prefix || length > prefix + HSM_OFFICER_SIZE || memcmp(data, PRINCIPAL_URI, prefix) != 0)
        return NULL;
    for (size_t i = 0; i < length; i++)
        if (data[i] <= ' ' || data[i] > '~')
            return NULL;
    return strndup(data, length);
}

static bool names_principal(const X509 *certificate, const char *uri)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    bool found = false;
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++)
        found = found || uri_is(sk_GENERAL_NAME_value(names, i), uri);
    GENERAL_NAMES_free(names);
    return found;
}

/* The first principal's URI, for a person who looks for the mistake; NULL when there is none, or none that can be
 * shown. */
static char *found_uri(const X509 *certificate)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    char *found = NULL;
    for (int i = 0; i < sk_GENERAL_NAME_num(names) && found == NULL; i++) {
        const GENERAL_NAME *entry = sk_GENERAL_NAME_value(names, i);
        if (entry->type == GEN_URI)
            found = shown_uri(entry->d.uniformResourceIdentifier);
    }
    GENERAL_NAMES_free(names);
    return found;
}

static mv_status other_name(const X509 *certificate, const char *uri)
{
    char *found = found_uri(certificate);
    mv_status status = remark(mv_fail(MV_INVALID_FIELD, "officer certificate: of another name"),
                              "asked for %s, the certificate has %s", uri, found != NULL ? found : "no such URI");
    free(found);
    return status;
}

static mv_status end_of(const X509 *certificate, int64_t *unix_s)
{
    struct tm end;
    if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) != 1)
        return mv_fail(MV_INVALID_FIELD, "officer certificate: its end");
    *unix_s = (int64_t)timegm(&end);
    return mv_ok();
}

static mv_status fill(X509 *certificate, const char *uri, struct hsm_officer *officer)
{
    if (!names_principal(certificate, uri))
        return other_name(certificate, uri);
    if (X509_cmp_current_time(X509_get0_notBefore(certificate)) >= 0 ||
        X509_cmp_current_time(X509_get0_notAfter(certificate)) <= 0)
        return mv_fail(MV_INVALID_FIELD, "officer certificate: not valid now");
    if (!hsm_officer_key_accepted(X509_get0_pubkey(certificate)))
        return mv_fail(MV_INVALID_FIELD, "officer certificate: its key is not on P-256 or P-384");
    MV_TRY(end_of(certificate, &officer->valid_until_unix_s));
    MV_TRY(hsm_officer_key_sha256(X509_get0_pubkey(certificate), officer->key_sha256));
    unsigned length = 0;
    if (X509_digest(certificate, EVP_sha256(), officer->certificate_sha256, &length) != 1 ||
        length != sizeof officer->certificate_sha256)
        return mv_fail(MV_INTERNAL_ERROR, "officer certificate");
    return mv_ok();
}

static mv_status read_certificate(const char *path, X509 **certificate)
{
    const char *text = NULL;
    size_t size = 0;
    MV_TRY(once_read(path, "officer certificate", &text, &size));
    BIO *from = BIO_new_mem_buf(text, (int)size);
    *certificate = from != NULL ? PEM_read_bio_X509(from, NULL, NULL, NULL) : NULL;
    BIO_free(from);
    return *certificate != NULL ? mv_ok() : mv_fail(MV_INVALID_FIELD, "officer certificate: not a PEM certificate");
}

mv_status officer_certificate_der(const char *path, uint8_t *der, size_t size, size_t *used)
{
    X509 *certificate = NULL;
    MV_TRY(read_certificate(path, &certificate));
    int length = i2d_X509(certificate, NULL);
    bool fits = length > 0 && (size_t)length <= size;
    *used = fits ? (size_t)i2d_X509(certificate, &der) : 0;
    X509_free(certificate);
    return fits ? mv_ok() : remark_file(mv_fail(MV_INVALID_FIELD, "officer certificate: too long"), path);
}

mv_status officer_from_certificate(const char *name, const char *path, struct hsm_officer *officer)
{
    char uri[sizeof PRINCIPAL_URI + HSM_OFFICER_SIZE];
    memset(officer, 0, sizeof *officer);
    int length = snprintf(officer->name, sizeof officer->name, "%s", name);
    if (length <= 0 || (size_t)length >= sizeof officer->name)
        return mv_fail(MV_INVALID_FIELD, "officer: a name of 1 to 64 characters");
    (void)snprintf(uri, sizeof uri, PRINCIPAL_URI "%s", name);
    X509 *certificate = NULL;
    MV_TRY(read_certificate(path, &certificate));
    mv_status status = fill(certificate, uri, officer);
    X509_free(certificate);
    return status;
}
