/* The key pair audit-sign in the token. It is generated in the token and its private half never leaves it; the public
 * half is a session object for the moment in which its point is read into the catalogue. */
#include "hsm/sign.h"

#include <openssl/ecdsa.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/digest.h"
#include "hsm/internal.h"
#include "hsm/life.h"

static const uint8_t P256[] = {0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};
static const CK_KEY_TYPE EC = CKK_EC;
enum { HALF = 32 }; /* r or s of a signature */

static void describe_public(struct hsm_template *to)
{
    hsm_template_add(to, CKA_KEY_TYPE, &EC, sizeof EC);
    hsm_template_add(to, CKA_EC_PARAMS, P256, sizeof P256);
    hsm_template_flag(to, CKA_TOKEN, false);
    hsm_template_flag(to, CKA_VERIFY, true);
}

static void describe_private(struct hsm_template *to, const char *label)
{
    hsm_template_add(to, CKA_KEY_TYPE, &EC, sizeof EC);
    hsm_template_flag(to, CKA_TOKEN, true);
    hsm_template_flag(to, CKA_PRIVATE, true);
    hsm_template_flag(to, CKA_SENSITIVE, true);
    hsm_template_flag(to, CKA_EXTRACTABLE, false);
    hsm_template_flag(to, CKA_SIGN, true);
    hsm_template_flag(to, CKA_SIGN_RECOVER, false);
    hsm_template_flag(to, CKA_DECRYPT, false);
    hsm_template_flag(to, CKA_UNWRAP, false);
    hsm_template_flag(to, CKA_DERIVE, false);
    hsm_template_add(to, CKA_LABEL, label, strlen(label));
    /* last: SoftHSM takes attributes one by one, and none after this one */
    hsm_template_flag(to, CKA_MODIFIABLE, false);
}

/* Some modules give the point in an OCTET STRING, as the standard says, and some bare. */
static mv_status read_point(struct hsm *hsm, CK_OBJECT_HANDLE public_key, uint8_t point[HSM_POINT_BYTES])
{
    uint8_t value[HSM_POINT_BYTES + 2];
    CK_ATTRIBUTE attribute = {CKA_EC_POINT, value, sizeof value};
    MV_TRY(hsm_check(hsm->p11->C_GetAttributeValue(hsm->session, public_key, &attribute, 1), "C_GetAttributeValue"));
    size_t skipped = attribute.ulValueLen == sizeof value ? 2 : 0;
    if (attribute.ulValueLen != HSM_POINT_BYTES + skipped)
        return mv_fail(MV_MODULE_FAILED, "CKA_EC_POINT: length");
    memcpy(point, value + skipped, HSM_POINT_BYTES);
    return mv_ok();
}

static mv_status name_key(struct hsm_key_info *info)
{
    uint8_t der[HSM_SIGN_PUBLIC];
    uint8_t digest[MV_SHA256];
    hsm_sign_der(info->point, der);
    MV_TRY(mv_sha256(der, sizeof der, digest));
    info->kcv_method = HSM_KCV_PUBLIC_SHA256;
    memcpy(info->kcv, digest, sizeof info->kcv);
    return mv_ok();
}

mv_status hsm_sign_generate(struct hsm *hsm, struct hsm_key_info *info)
{
    struct hsm_template public_half = {.count = 0};
    struct hsm_template private_half = {.count = 0};
    CK_MECHANISM mechanism = {.mechanism = CKM_EC_KEY_PAIR_GEN};
    CK_OBJECT_HANDLE public_key = 0;
    CK_OBJECT_HANDLE private_key = 0;
    describe_public(&public_half);
    describe_private(&private_half, info->label);
    MV_TRY(
        hsm_check(hsm->p11->C_GenerateKeyPair(hsm->session, &mechanism, public_half.attributes, public_half.count,
                                              private_half.attributes, private_half.count, &public_key, &private_key),
                  "C_GenerateKeyPair"));
    mv_status status = read_point(hsm, public_key, info->point);
    hsm_destroy(hsm, public_key);
    return status.ok ? name_key(info) : status;
}

static uint32_t newest_version(const struct hsm_catalogue *catalogue)
{
    uint32_t version = 0;
    for (size_t i = 0; i < catalogue->key_count; i++) {
        const struct hsm_key_info *info = &catalogue->keys[i].info;
        if (info->use == HSM_USE_AUDIT_SIGN && info->version > version)
            version = info->version;
    }
    return version;
}

static void describe(uint32_t version, struct hsm_key_info *info)
{
    *info = (struct hsm_key_info){.use = HSM_USE_AUDIT_SIGN, .version = version, .state = HSM_ACTIVE};
    (void)snprintf(info->label, sizeof info->label, "audit-sign/%u", (unsigned)version);
    info->created_unix_s = (int64_t)time(NULL);
    info->active_from_unix_s = info->created_unix_s;
    info->issued_until_unix_s = INT64_MAX;
}

static mv_status make_and_enter(struct hsm *hsm, struct hsm_key_info *info)
{
    /* what an interrupted creation of this version left */
    MV_TRY(hsm_destroy_private(hsm, info->label));
    MV_TRY(hsm_sign_generate(hsm, info));
    struct hsm_entry entry = {.kind = HSM_ENTRY_KEY};
    entry.of.key.info = *info;
    MV_TRY(hsm_catalogue_append(hsm, &entry));
    info->generation = entry.generation;
    return mv_ok();
}

static mv_status make_next(struct hsm *hsm, struct hsm_catalogue *catalogue, struct hsm_key_info *info)
{
    if (catalogue->key_count == HSM_MAX_KEYS)
        return mv_fail(MV_INVALID_FIELD, "the catalogue is full");
    describe(newest_version(catalogue) + 1, info);
    mv_status made = make_and_enter(hsm, info);
    if (made.ok)
        return made;
    /* one that the catalogue knows was entered all the same, and only the answer was lost */
    mv_status status = hsm_catalogue_read(hsm, catalogue);
    if (status.ok && hsm_catalogue_by_label(catalogue, info->label) == NULL)
        status = hsm_destroy_private(hsm, info->label);
    /* what cannot be destroyed now is destroyed by the next creation */
    (void)status;
    return made;
}

mv_status hsm_sign_make(struct hsm *hsm, struct hsm_key_info *made)
{
    struct hsm_key_info info;
    struct hsm_held held;
    mv_status status = hsm_hold(hsm, &held);
    if (status.ok)
        status = make_next(hsm, held.catalogue, &info);
    hsm_let_go(&held);
    if (status.ok)
        *made = info;
    return status;
}

static mv_status to_der(const uint8_t raw[2 * HALF], uint8_t *signature, size_t *size)
{
    ECDSA_SIG *pair = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(raw, HALF, NULL);
    BIGNUM *s = BN_bin2bn(raw + HALF, HALF, NULL);
    if (pair == NULL || r == NULL || s == NULL || ECDSA_SIG_set0(pair, r, s) != 1) {
        BN_free(r);
        BN_free(s);
        ECDSA_SIG_free(pair);
        return mv_fail(MV_OUT_OF_MEMORY, "signature");
    }
    int written = i2d_ECDSA_SIG(pair, &signature);
    ECDSA_SIG_free(pair);
    *size = written > 0 ? (size_t)written : 0;
    return written > 0 ? mv_ok() : mv_fail(MV_INTERNAL_ERROR, "i2d_ECDSA_SIG");
}

mv_status hsm_ecdsa(struct hsm *hsm, CK_OBJECT_HANDLE key, const uint8_t *digest, uint8_t *signature, size_t *size)
{
    uint8_t raw[2 * HALF];
    uint8_t copy[HSM_SIGN_DIGEST];
    CK_ULONG length = sizeof raw;
    CK_MECHANISM mechanism = {.mechanism = CKM_ECDSA};
    memcpy(copy, digest, sizeof copy);
    MV_TRY(hsm_check(hsm->p11->C_SignInit(hsm->session, &mechanism, key), "C_SignInit"));
    MV_TRY(hsm_check(hsm->p11->C_Sign(hsm->session, copy, sizeof copy, raw, &length), "C_Sign"));
    if (length != sizeof raw)
        return mv_fail(MV_MODULE_FAILED, "CKM_ECDSA: length");
    return to_der(raw, signature, size);
}

const struct hsm_key_entry *hsm_sign_newest(struct hsm *hsm, const struct hsm_catalogue *catalogue)
{
    const struct hsm_key_entry *newest = NULL;
    int64_t now = (int64_t)time(NULL);
    for (size_t i = 0; i < catalogue->key_count; i++) {
        const struct hsm_key_info *info = &catalogue->keys[i].info;
        CK_OBJECT_HANDLE key = 0;
        if (info->use == HSM_USE_AUDIT_SIGN && hsm_key_state_at(info, now) == HSM_ACTIVE &&
            info->version >= hsm_family_minimum(catalogue, info) &&
            (newest == NULL || info->version > newest->info.version) && hsm_find_private(hsm, info->label, &key).ok)
            newest = &catalogue->keys[i];
    }
    return newest;
}

mv_status hsm_sign(struct hsm *hsm, const struct hsm_catalogue *catalogue, const uint8_t digest[HSM_SIGN_DIGEST],
                   uint8_t signature[HSM_SIGNATURE_MOST], size_t *size, uint32_t *version)
{
    CK_OBJECT_HANDLE key = 0;
    const struct hsm_key_entry *entry = hsm_sign_newest(hsm, catalogue);
    if (entry == NULL)
        return mv_fail(MV_KEY_UNKNOWN, "audit-sign");
    MV_TRY(hsm_find_private(hsm, entry->info.label, &key));
    *version = entry->info.version;
    return hsm_ecdsa(hsm, key, digest, signature, size);
}

mv_status hsm_sign_public(const struct hsm_catalogue *catalogue, uint32_t version, uint8_t der[HSM_SIGN_PUBLIC])
{
    for (size_t i = 0; i < catalogue->key_count; i++) {
        const struct hsm_key_info *info = &catalogue->keys[i].info;
        if (info->use != HSM_USE_AUDIT_SIGN || info->version != version)
            continue;
        if (info->state == HSM_COMPROMISED)
            return mv_fail(MV_KEY_VERSION_REFUSED, "audit-sign: compromised");
        if (version < hsm_family_minimum(catalogue, info))
            return mv_fail(MV_KEY_VERSION_REFUSED, "audit-sign: minimum version");
        hsm_sign_der(info->point, der);
        return mv_ok();
    }
    return mv_fail(MV_KEY_UNKNOWN, "audit-sign");
}

mv_status hsm_sign_attributes(struct hsm *hsm, CK_OBJECT_HANDLE key)
{
    MV_TRY(hsm_expect_type(hsm, key, CKK_EC));
    MV_TRY(hsm_expect_flag(hsm, key, CKA_TOKEN, true, "CKA_TOKEN"));
    MV_TRY(hsm_expect_flag(hsm, key, CKA_PRIVATE, true, "CKA_PRIVATE"));
    MV_TRY(hsm_expect_flag(hsm, key, CKA_SENSITIVE, true, "CKA_SENSITIVE"));
    MV_TRY(hsm_expect_flag(hsm, key, CKA_EXTRACTABLE, false, "CKA_EXTRACTABLE"));
    MV_TRY(hsm_expect_flag(hsm, key, CKA_LOCAL, true, "CKA_LOCAL"));
    MV_TRY(hsm_expect_flag(hsm, key, CKA_MODIFIABLE, false, "CKA_MODIFIABLE"));
    MV_TRY(hsm_expect_flag(hsm, key, CKA_SIGN, true, "CKA_SIGN"));
    MV_TRY(hsm_expect_flag(hsm, key, CKA_SIGN_RECOVER, false, "CKA_SIGN_RECOVER"));
    MV_TRY(hsm_expect_flag(hsm, key, CKA_DECRYPT, false, "CKA_DECRYPT"));
    MV_TRY(hsm_expect_flag(hsm, key, CKA_UNWRAP, false, "CKA_UNWRAP"));
    return hsm_expect_flag(hsm, key, CKA_DERIVE, false, "CKA_DERIVE");
}

mv_status hsm_sign_verify(struct hsm *hsm, const struct hsm_key_info *info)
{
    static const uint8_t digest[HSM_SIGN_DIGEST] = {'v', 'e', 'r', 'i', 'f', 'y'};
    uint8_t der[HSM_SIGN_PUBLIC];
    uint8_t signature[HSM_SIGNATURE_MOST];
    size_t size = 0;
    CK_OBJECT_HANDLE key = 0;
    mv_status found = hsm_find_private(hsm, info->label, &key);
    if (found.reason == MV_KEY_UNKNOWN)
        return mv_ok(); /* a restored token: this version verifies and signs no more */
    MV_TRY(found);
    MV_TRY(hsm_sign_attributes(hsm, key));
    MV_TRY(hsm_ecdsa(hsm, key, digest, signature, &size));
    hsm_sign_der(info->point, der);
    return hsm_sign_check(der, digest, signature, size) ? mv_ok() : mv_fail(MV_CATALOGUE_CORRUPT, "public key");
}
