/* A meter's decoder key for the factory: derived, wrapped under the factory key, forgotten. */
#include <string.h>

#include "base/secret.h"
#include "hsm/internal.h"

enum { PROVISION_PLAIN = 16 };

static mv_status derive04(struct hsm *hsm, const struct hsm_key_entry *vending, const struct mv_dkga_input *meter,
                          struct mv_decoder_key *key)
{
    struct hsm_handle handle;
    MV_TRY(hsm_handle_open(hsm, &vending->info, &handle));
    mv_status status = hsm_derive_dkga04(hsm, handle, meter, key);
    hsm_handle_close(hsm, &handle);
    return status;
}

static mv_status derive02(struct hsm *hsm, const struct hsm_key_entry *vending, const struct mv_dkga_input *meter,
                          struct mv_decoder_key *key)
{
    CK_OBJECT_HANDLE kek = 0;
    MV_TRY(hsm_find_key(hsm, HSM_DKGA02_KEK_LABEL, &kek));
    uint8_t *opened = mv_secret_alloc(HSM_DKGA02_BYTES);
    if (opened == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "secret memory");
    mv_status status = hsm_dkga02_open(hsm, (struct hsm_handle){kek}, vending, opened);
    if (status.ok)
        status = hsm_derive_dkga02(opened, meter, key);
    mv_secret_free(opened, HSM_DKGA02_BYTES);
    return status;
}

mv_status hsm_factory_known(const struct hsm_catalogue *catalogue, const char *label)
{
    const struct hsm_key_entry *factory = hsm_catalogue_by_label(catalogue, label);
    return factory != NULL && factory->info.use == HSM_USE_FACTORY_KEK ? mv_ok()
                                                                       : mv_fail(MV_KEY_UNKNOWN, "factory key");
}

mv_status hsm_export_meter(struct hsm *hsm, const struct hsm_catalogue *catalogue, const struct mv_dkga_input *meter,
                           const char *factory_label, uint8_t wrapped[HSM_PROVISION_BYTES], uint8_t kcv[HSM_KCV_BYTES])
{
    const struct hsm_key_entry *vending = hsm_catalogue_vending(catalogue, meter->sgc, meter->krn, meter->kt);
    if (vending == NULL)
        return mv_fail(MV_VENDING_KEY_UNKNOWN, NULL);
    MV_TRY(hsm_key_fits(&vending->info, HSM_TO_ENTER, meter->base_date, meter->ea));
    MV_TRY(hsm_factory_known(catalogue, factory_label));
    struct mv_decoder_key *key = mv_secret_alloc(sizeof *key);
    if (key == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "secret memory");
    mv_status status =
        vending->info.scope.dkga == 2 ? derive02(hsm, vending, meter, key) : derive04(hsm, vending, meter, key);
    enum hsm_kcv_method method;
    if (status.ok)
        status = hsm_kcv(HSM_USE_FACTORY_KEK, 0, key->bytes, PROVISION_PLAIN, &method, kcv);
    if (status.ok)
        status = hsm_wrap_value(hsm, factory_label, key->bytes, PROVISION_PLAIN, wrapped, HSM_PROVISION_BYTES);
    mv_secret_free(key, sizeof *key);
    return status;
}
