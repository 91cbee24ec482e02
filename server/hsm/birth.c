/* Born wrapped: a key exists extractable only as a session object inside one call; its permanent form is unwrapped from
 * the backup that was made of it, after that backup is kept, so no key is permanent without a backup that is proved
 * good. SoftHSM cannot unwrap straight into a non-modifiable key, hence the copy. */
#include <string.h>

#include "base/secret.h"
#include "hsm/internal.h"

/* May sign besides its policy, so that its KCV can be asked while it is young. */
static mv_status conceive(struct hsm *hsm, const struct hsm_policy *policy, const uint8_t *value, size_t size,
                          CK_OBJECT_HANDLE *key)
{
    struct hsm_template template = {.count = 0};
    const CK_ULONG length = policy->size;
    hsm_template_session(&template, &policy->type, true);
    hsm_template_usage(&template, policy, HSM_MAY_SIGN);
    if (value != NULL) {
        hsm_template_add(&template, CKA_VALUE, value, size);
        CK_RV rv = hsm->p11->C_CreateObject(hsm->session, template.attributes, template.count, key);
        return hsm_check(rv, "C_CreateObject");
    }
    if (policy->type != CKK_DES2) /* which has one length */
        hsm_template_add(&template, CKA_VALUE_LEN, &length, sizeof length);
    CK_MECHANISM mechanism = {.mechanism = policy->type == CKK_AES    ? CKM_AES_KEY_GEN
                                           : policy->type == CKK_DES2 ? CKM_DES2_KEY_GEN
                                                                      : CKM_GENERIC_SECRET_KEY_GEN};
    CK_RV rv = hsm->p11->C_GenerateKey(hsm->session, &mechanism, template.attributes, template.count, key);
    return hsm_check(rv, "C_GenerateKey");
}

static mv_status settle(struct hsm *hsm, const struct hsm_policy *policy, CK_OBJECT_HANDLE unwrapped, const char *label)
{
    struct hsm_template template = {.count = 0};
    CK_OBJECT_HANDLE permanent = 0;
    hsm_template_flag(&template, CKA_TOKEN, true);
    hsm_template_flag(&template, CKA_PRIVATE, true);
    hsm_template_add(&template, CKA_LABEL, label, strlen(label));
    /* last: SoftHSM takes attributes one by one, and none after this one */
    hsm_template_flag(&template, CKA_MODIFIABLE, policy->modifiable);
    CK_RV rv = hsm->p11->C_CopyObject(hsm->session, unwrapped, template.attributes, template.count, &permanent);
    return hsm_check(rv, "C_CopyObject");
}

static mv_status wrap_and_settle(struct hsm *hsm, const struct hsm_policy *policy, CK_OBJECT_HANDLE young,
                                 struct hsm_backup *backup, const struct hsm_keeper *keeper)
{
    CK_OBJECT_HANDLE kek = 0;
    CK_OBJECT_HANDLE unwrapped = 0;
    backup->size = policy->size + 8;
    MV_TRY(hsm_find_key(hsm, HSM_BACKUP_KEK_LABEL, &kek));
    MV_TRY(hsm_wrap(hsm, kek, young, backup->wrapped, backup->size));
    struct hsm_template template = {.count = 0};
    hsm_template_session(&template, &policy->type, false);
    hsm_template_usage(&template, policy, 0);
    MV_TRY(hsm_unwrap(hsm, kek, backup->wrapped, backup->size, template.attributes, template.count, &unwrapped));
    mv_status status = keeper->keep(keeper->context, backup);
    if (status.ok)
        status = settle(hsm, policy, unwrapped, backup->info.label);
    hsm_destroy(hsm, unwrapped);
    return status;
}

mv_status hsm_birth(struct hsm *hsm, const struct hsm_policy *policy, const uint8_t *value, size_t size,
                    struct hsm_backup *backup, const struct hsm_keeper *keeper)
{
    CK_OBJECT_HANDLE young = 0;
    MV_TRY(conceive(hsm, policy, value, size, &young));
    backup->info.kcv_method = policy->kcv_method;
    mv_status status = hsm_kcv_of_object(hsm, young, policy->kcv_method, backup->info.kcv);
    if (status.ok)
        status = wrap_and_settle(hsm, policy, young, backup, keeper);
    hsm_destroy(hsm, young);
    return status;
}

mv_status hsm_place(struct hsm *hsm, const struct hsm_policy *policy, const uint8_t *value, const char *label)
{
    struct hsm_template template = {.count = 0};
    CK_OBJECT_HANDLE session_key = 0;
    hsm_template_session(&template, &policy->type, false);
    hsm_template_usage(&template, policy, 0);
    hsm_template_add(&template, CKA_VALUE, value, policy->size);
    CK_RV rv = hsm->p11->C_CreateObject(hsm->session, template.attributes, template.count, &session_key);
    MV_TRY(hsm_check(rv, "C_CreateObject"));
    mv_status status = settle(hsm, policy, session_key, label);
    hsm_destroy(hsm, session_key);
    return status;
}

mv_status hsm_wrap_value_under(struct hsm *hsm, CK_OBJECT_HANDLE kek, const uint8_t *value, size_t size,
                               uint8_t *wrapped, size_t wrapped_size)
{
    static const struct hsm_policy nothing = {.type = CKK_GENERIC_SECRET};
    CK_OBJECT_HANDLE key = 0;
    struct hsm_template template = {.count = 0};
    hsm_template_session(&template, &nothing.type, true);
    hsm_template_usage(&template, &nothing, 0);
    hsm_template_add(&template, CKA_VALUE, value, size);
    CK_RV rv = hsm->p11->C_CreateObject(hsm->session, template.attributes, template.count, &key);
    MV_TRY(hsm_check(rv, "C_CreateObject"));
    mv_status status = hsm_wrap(hsm, kek, key, wrapped, wrapped_size);
    hsm_destroy(hsm, key);
    return status;
}

mv_status hsm_wrap_value(struct hsm *hsm, const char *kek_label, const uint8_t *value, size_t size, uint8_t *wrapped,
                         size_t wrapped_size)
{
    CK_OBJECT_HANDLE kek = 0;
    MV_TRY(hsm_find_key(hsm, kek_label, &kek));
    return hsm_wrap_value_under(hsm, kek, value, size, wrapped, wrapped_size);
}

/* Unwraps under backup-kek; a wrong integrity value is the backup's fault, not the module's. */
static mv_status unwrap_as(struct hsm *hsm, struct hsm_template *template, size_t expected, const uint8_t *wrapped,
                           size_t size, CK_OBJECT_HANDLE *key)
{
    CK_OBJECT_HANDLE kek = 0;
    if (size != expected + 8)
        return mv_fail(MV_BACKUP_REFUSED, "backup: length of a wrapped key");
    MV_TRY(hsm_find_key(hsm, HSM_BACKUP_KEK_LABEL, &kek));
    mv_status status = hsm_unwrap(hsm, kek, wrapped, size, template->attributes, template->count, key);
    if (status.ok || hsm_broken(status))
        return status;
    return mv_fail_code(MV_BACKUP_REFUSED, "backup: a wrapped key is altered, or of another backup key", status.detail);
}

static mv_status unwrap_backup(struct hsm *hsm, const struct hsm_policy *policy, unsigned extra, const uint8_t *wrapped,
                               size_t size, CK_OBJECT_HANDLE *key)
{
    struct hsm_template template = {.count = 0};
    hsm_template_session(&template, &policy->type, false);
    hsm_template_usage(&template, policy, extra);
    return unwrap_as(hsm, &template, policy->size, wrapped, size, key);
}

mv_status hsm_revive_prove(struct hsm *hsm, const struct hsm_policy *policy, const uint8_t *wrapped, size_t size,
                           enum hsm_kcv_method method, const uint8_t expected[HSM_KCV_BYTES])
{
    CK_OBJECT_HANDLE young = 0;
    uint8_t kcv[HSM_KCV_BYTES];
    MV_TRY(unwrap_backup(hsm, policy, HSM_MAY_SIGN, wrapped, size, &young));
    mv_status status = hsm_kcv_of_object(hsm, young, method, kcv);
    hsm_destroy(hsm, young);
    MV_TRY(status);
    return memcmp(kcv, expected, sizeof kcv) == 0 ? mv_ok() : mv_fail(MV_KCV_MISMATCH, "key of a backup");
}

mv_status hsm_revive(struct hsm *hsm, const struct hsm_policy *policy, const uint8_t *wrapped, size_t size,
                     const char *label)
{
    CK_OBJECT_HANDLE unwrapped = 0;
    MV_TRY(unwrap_backup(hsm, policy, 0, wrapped, size, &unwrapped));
    mv_status status = settle(hsm, policy, unwrapped, label);
    hsm_destroy(hsm, unwrapped);
    return status;
}

static mv_status read_value(struct hsm *hsm, CK_OBJECT_HANDLE key, uint8_t plain[HSM_SEALED_BYTES])
{
    CK_ATTRIBUTE value = {CKA_VALUE, plain, HSM_SEALED_BYTES};
    MV_TRY(hsm_check(hsm->p11->C_GetAttributeValue(hsm->session, key, &value, 1), "C_GetAttributeValue"));
    return value.ulValueLen == HSM_SEALED_BYTES ? mv_ok() : mv_fail(MV_BACKUP_REFUSED, "backup: length of a key");
}

static mv_status compare_dkga02(const struct hsm_key_info *info, const uint8_t plain[HSM_SEALED_BYTES])
{
    enum hsm_kcv_method method;
    uint8_t kcv[HSM_KCV_BYTES];
    uint8_t *expected = mv_secret_alloc(HSM_SEALED_BYTES);
    if (expected == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "secret memory");
    hsm_dkga02_plain(plain, info->label, expected);
    bool same = mv_secret_equal(plain, expected, HSM_SEALED_BYTES);
    mv_secret_free(expected, HSM_SEALED_BYTES);
    MV_TRY(hsm_kcv(info->use, info->scope.dkga, plain, HSM_DKGA02_BYTES, &method, kcv));
    return same && memcmp(kcv, info->kcv, sizeof kcv) == 0 ? mv_ok() : mv_fail(MV_KCV_MISMATCH, "key of a backup");
}

mv_status hsm_revive_prove_dkga02(struct hsm *hsm, const struct hsm_key_info *info, const uint8_t *wrapped, size_t size)
{
    static const CK_OBJECT_CLASS secret_key = CKO_SECRET_KEY;
    static const CK_KEY_TYPE generic = CKK_GENERIC_SECRET;
    static const struct hsm_policy nothing = {.type = CKK_GENERIC_SECRET};
    CK_OBJECT_HANDLE key = 0;
    struct hsm_template template = {.count = 0};
    hsm_template_add(&template, CKA_CLASS, &secret_key, sizeof secret_key);
    hsm_template_add(&template, CKA_KEY_TYPE, &generic, sizeof generic);
    hsm_template_flag(&template, CKA_TOKEN, false);
    hsm_template_flag(&template, CKA_PRIVATE, true);
    hsm_template_flag(&template, CKA_SENSITIVE, false);
    hsm_template_flag(&template, CKA_EXTRACTABLE, true);
    hsm_template_usage(&template, &nothing, 0);
    uint8_t *plain = mv_secret_alloc(HSM_SEALED_BYTES);
    if (plain == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "secret memory");
    mv_status status = unwrap_as(hsm, &template, HSM_SEALED_BYTES, wrapped, size, &key);
    if (status.ok)
        status = read_value(hsm, key, plain);
    hsm_destroy(hsm, key);
    if (status.ok)
        status = compare_dkga02(info, plain);
    mv_secret_free(plain, HSM_SEALED_BYTES);
    return status;
}
