/* What each key may do, in one table; everything not said here is forbidden to it. Keys are private, sensitive and not
 * extractable without exception. */
#include <string.h>

#include "hsm/internal.h"

static const struct hsm_policy table[] = {
    /* modifiable, because SoftHSM copies only modifiable keys, and the copy in memory is what makes it fast */
    {HSM_USE_VENDING, CKK_GENERIC_SECRET, 32, HSM_MAY_SIGN, true, HSM_KCV_HMAC_SHA256},
    {HSM_USE_CATALOGUE_MAC, CKK_AES, 32, HSM_MAY_SIGN, false, HSM_KCV_AES_CMAC},
    {HSM_USE_AUDIT_TOKEN_HASH, CKK_GENERIC_SECRET, 32, HSM_MAY_SIGN, false, HSM_KCV_HMAC_SHA256},
    {HSM_USE_DKGA02_KEK, CKK_AES, 32, HSM_MAY_ENCRYPT | HSM_MAY_DECRYPT, false, HSM_KCV_AES_CMAC},
    {HSM_USE_BACKUP_KEK, CKK_AES, HSM_BACKUP_KEK_BYTES, HSM_MAY_WRAP | HSM_MAY_UNWRAP, false, HSM_KCV_AES_CMAC},
    /* encryption gives the steps of the diversification, derivation the derived key itself (an10922.h) */
    {HSM_USE_RECORD_MAC, CKK_AES, 16, HSM_MAY_ENCRYPT | HSM_MAY_DERIVE, false, HSM_KCV_AES_CMAC},
    {HSM_USE_RECORD_ENC, CKK_AES, 16, HSM_MAY_ENCRYPT | HSM_MAY_DERIVE, false, HSM_KCV_AES_CMAC},
    {HSM_USE_CARD_ISSUER, CKK_AES, 16, HSM_MAY_ENCRYPT | HSM_MAY_DERIVE, false, HSM_KCV_AES_CMAC},
    {HSM_USE_CARD_OFFICE, CKK_AES, 16, HSM_MAY_ENCRYPT | HSM_MAY_DERIVE, false, HSM_KCV_AES_CMAC},
    {HSM_USE_CARD_METER, CKK_AES, 16, HSM_MAY_ENCRYPT | HSM_MAY_DERIVE, false, HSM_KCV_AES_CMAC},
    {HSM_USE_CARD_AREA, CKK_AES, 16, HSM_MAY_ENCRYPT | HSM_MAY_DERIVE, false, HSM_KCV_AES_CMAC},
    {HSM_USE_CARD_TRANSPORT, CKK_AES, 16, HSM_MAY_ENCRYPT | HSM_MAY_DERIVE, false, HSM_KCV_AES_CMAC},
    {HSM_USE_CARD_PBOC_INTERNAL, CKK_DES2, 16, HSM_MAY_ENCRYPT | HSM_MAY_DERIVE, false, HSM_KCV_DES3},
    {HSM_USE_CARD_PBOC_EXTERNAL, CKK_DES2, 16, HSM_MAY_ENCRYPT | HSM_MAY_DERIVE, false, HSM_KCV_DES3},
    {HSM_USE_CARD_PBOC_MAC, CKK_DES2, 16, HSM_MAY_ENCRYPT | HSM_MAY_DERIVE, false, HSM_KCV_DES3},
    {HSM_USE_FACTORY_KEK, CKK_AES, HSM_FACTORY_KEK_BYTES, HSM_MAY_WRAP, false, HSM_KCV_AES_CMAC},
};

static const struct {
    CK_ATTRIBUTE_TYPE type;
    unsigned permission;
    const char *name;
} usages[] = {
    {CKA_SIGN, HSM_MAY_SIGN, "CKA_SIGN"},          {CKA_VERIFY, HSM_MAY_VERIFY, "CKA_VERIFY"},
    {CKA_WRAP, HSM_MAY_WRAP, "CKA_WRAP"},          {CKA_UNWRAP, HSM_MAY_UNWRAP, "CKA_UNWRAP"},
    {CKA_ENCRYPT, HSM_MAY_ENCRYPT, "CKA_ENCRYPT"}, {CKA_DECRYPT, HSM_MAY_DECRYPT, "CKA_DECRYPT"},
    {CKA_DERIVE, HSM_MAY_DERIVE, "CKA_DERIVE"},
};

enum { USAGES = sizeof usages / sizeof usages[0] };

const struct hsm_policy *hsm_policy_of(enum hsm_key_use use)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (table[i].use == use)
            return &table[i];
    return NULL;
}

void hsm_template_add(struct hsm_template *to, CK_ATTRIBUTE_TYPE type, const void *value, size_t size)
{
    /* templates are written in this folder only and none is longer; a silent cut would widen a key */
    if (to->count == HSM_MOST_ATTRIBUTES)
        __builtin_trap();
    to->attributes[to->count++] = (CK_ATTRIBUTE){type, (void *)(uintptr_t)value, size};
}

void hsm_template_flag(struct hsm_template *to, CK_ATTRIBUTE_TYPE type, bool value)
{
    static const CK_BBOOL yes = CK_TRUE;
    static const CK_BBOOL no = CK_FALSE;
    hsm_template_add(to, type, value ? &yes : &no, sizeof yes);
}

void hsm_template_usage(struct hsm_template *to, const struct hsm_policy *policy, unsigned extra)
{
    for (size_t i = 0; i < USAGES; i++)
        hsm_template_flag(to, usages[i].type, ((policy->permissions | extra) & usages[i].permission) != 0);
}

void hsm_template_session(struct hsm_template *to, const CK_KEY_TYPE *type, bool extractable)
{
    static const CK_OBJECT_CLASS secret_key = CKO_SECRET_KEY;
    hsm_template_add(to, CKA_CLASS, &secret_key, sizeof secret_key);
    hsm_template_add(to, CKA_KEY_TYPE, type, sizeof *type);
    hsm_template_flag(to, CKA_TOKEN, false);
    hsm_template_flag(to, CKA_PRIVATE, true);
    hsm_template_flag(to, CKA_SENSITIVE, true);
    hsm_template_flag(to, CKA_EXTRACTABLE, extractable);
}

mv_status hsm_expect_flag(struct hsm *hsm, CK_OBJECT_HANDLE key, CK_ATTRIBUTE_TYPE type, bool expected,
                          const char *name)
{
    CK_BBOOL value = CK_FALSE;
    CK_ATTRIBUTE attribute = {type, &value, sizeof value};
    MV_TRY(hsm_check(hsm->p11->C_GetAttributeValue(hsm->session, key, &attribute, 1), "C_GetAttributeValue"));
    return (value != CK_FALSE) == expected ? mv_ok() : mv_fail(MV_CATALOGUE_CORRUPT, name);
}

mv_status hsm_expect_type(struct hsm *hsm, CK_OBJECT_HANDLE key, CK_KEY_TYPE type)
{
    CK_KEY_TYPE found = 0;
    CK_ATTRIBUTE attribute = {CKA_KEY_TYPE, &found, sizeof found};
    MV_TRY(hsm_check(hsm->p11->C_GetAttributeValue(hsm->session, key, &attribute, 1), "C_GetAttributeValue"));
    return found == type ? mv_ok() : mv_fail(MV_CATALOGUE_CORRUPT, "CKA_KEY_TYPE");
}

mv_status hsm_policy_verify(struct hsm *hsm, CK_OBJECT_HANDLE key, const struct hsm_policy *policy)
{
    MV_TRY(hsm_expect_type(hsm, key, policy->type));
    MV_TRY(hsm_expect_flag(hsm, key, CKA_TOKEN, true, "CKA_TOKEN"));
    MV_TRY(hsm_expect_flag(hsm, key, CKA_PRIVATE, true, "CKA_PRIVATE"));
    MV_TRY(hsm_expect_flag(hsm, key, CKA_SENSITIVE, true, "CKA_SENSITIVE"));
    MV_TRY(hsm_expect_flag(hsm, key, CKA_EXTRACTABLE, false, "CKA_EXTRACTABLE"));
    MV_TRY(hsm_expect_flag(hsm, key, CKA_MODIFIABLE, policy->modifiable, "CKA_MODIFIABLE"));
    for (size_t i = 0; i < USAGES; i++) {
        bool allowed = (policy->permissions & usages[i].permission) != 0;
        MV_TRY(hsm_expect_flag(hsm, key, usages[i].type, allowed, usages[i].name));
    }
    return mv_ok();
}
