/* Whether the keys of a token are still what the catalogue says: attributes by the policy table, and the KCV asked
 * again where the key's usage allows it. */
#include <string.h>

#include "hsm/internal.h"

static bool has_object(const struct hsm_key_info *info)
{
    return info->state != HSM_DESTROYED && !(info->use == HSM_USE_VENDING && info->scope.dkga == 2);
}

mv_status hsm_key_verify(struct hsm *hsm, const struct hsm_key_info *info)
{
    if (!has_object(info))
        return mv_ok();
    if (info->use == HSM_USE_AUDIT_SIGN)
        return hsm_sign_verify(hsm, info);
    const struct hsm_policy *policy = hsm_policy_of(info->use);
    if (policy == NULL)
        return mv_fail(MV_CATALOGUE_CORRUPT, "use of a key");
    CK_OBJECT_HANDLE key = 0;
    mv_status found = hsm_find_key(hsm, info->label, &key);
    if (!found.ok)
        return found.reason == MV_KEY_UNKNOWN ? mv_fail(MV_CATALOGUE_CORRUPT, "object of the key") : found;
    MV_TRY(hsm_policy_verify(hsm, key, policy));
    uint8_t kcv[HSM_KCV_BYTES];
    if ((policy->permissions & HSM_MAY_SIGN) != 0 || policy->kcv_method == HSM_KCV_DES3)
        MV_TRY(hsm_kcv_of_object(hsm, key, info->kcv_method, kcv));
    else if ((policy->permissions & HSM_MAY_ENCRYPT) != 0)
        MV_TRY(hsm_kcv_by_encryption(hsm, key, kcv));
    else
        return mv_ok();
    return memcmp(kcv, info->kcv, sizeof kcv) == 0 ? mv_ok() : mv_fail(MV_CATALOGUE_CORRUPT, "KCV of a key");
}

mv_status hsm_keys_verify(struct hsm *hsm, const struct hsm_catalogue *catalogue)
{
    for (size_t i = 0; i < catalogue->key_count; i++)
        MV_TRY(hsm_key_verify(hsm, &catalogue->keys[i].info));
    return mv_ok();
}
