#include "key_entry.h"

#include "backup_file.h"
#include "base/secret.h"
#include "hsm/masters.h"

size_t key_entry_size(enum hsm_key_use use, uint8_t dkga)
{
    if (use == HSM_USE_FACTORY_KEK)
        return HSM_FACTORY_KEK_BYTES;
    if (hsm_use_is_pboc(use))
        return HSM_PBOC_MASTER_BYTES;
    if (use != HSM_USE_VENDING)
        return 0;
    return dkga == 2 ? HSM_DKGA02_BYTES : HSM_DKGA04_BYTES;
}

static mv_status combine(const struct components *components, uint8_t **key)
{
    *key = mv_secret_alloc(COMPONENT_MAX_KEY);
    if (*key == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "key");
    mv_status status = components_combine(components, *key);
    if (!status.ok) {
        mv_secret_free(*key, COMPONENT_MAX_KEY);
        *key = NULL;
    }
    return status;
}

mv_status key_entry_kcv(const struct hsm_key_request *request, const struct components *components,
                        enum hsm_kcv_method *method, uint8_t kcv[HSM_KCV_BYTES])
{
    uint8_t *key = NULL;
    MV_TRY(combine(components, &key));
    mv_status status = hsm_kcv(request->use, request->scope.dkga, key, components->size, method, kcv);
    mv_secret_free(key, COMPONENT_MAX_KEY);
    return status;
}

mv_status key_entry_component_kcv(const struct hsm_key_request *request, const struct components *components,
                                  size_t index, enum hsm_kcv_method *method, uint8_t kcv[HSM_KCV_BYTES])
{
    return hsm_kcv(request->use, request->scope.dkga, components->bytes[index], components->size, method, kcv);
}

mv_status key_entry_import(struct hsm *hsm, const char *backup_dir, const struct hsm_key_request *request,
                           const struct components *components, const uint8_t *expected_kcv, struct hsm_key_info *info)
{
    struct backup_place place = {backup_dir, hsm_serial(hsm)};
    const struct hsm_keeper keeper = {backup_keep, &place};
    uint8_t *key = NULL;
    MV_TRY(backup_directory(backup_dir));
    MV_TRY(combine(components, &key));
    mv_status status = hsm_key_import(hsm, request, key, components->size, expected_kcv, &keeper, info);
    mv_secret_free(key, COMPONENT_MAX_KEY);
    return status;
}

mv_status key_entry_generate(struct hsm *hsm, const char *backup_dir, const struct hsm_key_request *request,
                             struct hsm_key_info *info)
{
    struct backup_place place = {backup_dir, hsm_serial(hsm)};
    const struct hsm_keeper keeper = {backup_keep, &place};
    MV_TRY(backup_directory(backup_dir));
    return hsm_key_generate(hsm, request, &keeper, info);
}

mv_status key_entry_random_components(struct hsm *hsm, struct components *components, size_t count)
{
    uint8_t *bytes = mv_secret_alloc(COMPONENT_MAX_KEY);
    if (bytes == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "component");
    mv_status status = mv_ok();
    for (size_t i = 0; status.ok && i < count; i++) {
        status = hsm_random(hsm, bytes, components->size);
        if (status.ok)
            status = components_add_bytes(components, bytes);
    }
    mv_secret_free(bytes, COMPONENT_MAX_KEY);
    return status;
}
