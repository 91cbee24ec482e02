#include "hsm/record_key.h"

#include <string.h>

#include "base/secret.h"
#include "hsm/an10922.h"
#include "hsm/children.h"
#include "hsm/life.h"

enum { WRAPPED_PLAIN = HSM_RECORD_KEYS * HSM_AN10922_KEY };
_Static_assert((int)HSM_CHILD_MAC_IN == (int)MV_DIRECTION_IN && (int)HSM_CHILD_MAC_OUT == (int)MV_DIRECTION_OUT,
               "the MAC keys are diversified by direction");
_Static_assert((int)HSM_RECORD_KEYS_WRAPPED == (int)WRAPPED_PLAIN + 8, "RFC 3394 adds eight bytes");

static mv_status diversify(enum hsm_record_child child, const struct hsm_record_owner *owner,
                           uint8_t diversifier[MV_RECORD_DIVERSIFIER])
{
    if (mv_record_diversifier(MV_DIRECTION_IN, owner->pan, owner->domain, owner->epoch, diversifier) != MV_DONE)
        return mv_fail(MV_INVALID_FIELD, "meter_pan");
    diversifier[0] = (uint8_t)child;
    return mv_ok();
}

mv_status hsm_record_mac(struct hsm *hsm, struct hsm_children *children, struct hsm_handle master,
                         enum hsm_record_child child, const struct hsm_record_owner *owner, const uint8_t *data,
                         size_t size, uint8_t mac[HSM_RECORD_MAC_BYTES])
{
    uint8_t diversifier[MV_RECORD_DIVERSIFIER];
    CK_OBJECT_HANDLE key = 0;
    MV_TRY(diversify(child, owner, diversifier));
    MV_TRY(hsm_children_get(hsm, children, master.object, diversifier, &key));
    return hsm_cmac(hsm, key, data, size, mac);
}

static mv_status derive_value(struct hsm *hsm, CK_OBJECT_HANDLE master, enum hsm_record_child child,
                              const struct hsm_record_owner *owner, uint8_t value[HSM_AN10922_KEY])
{
    uint8_t diversifier[MV_RECORD_DIVERSIFIER];
    MV_TRY(diversify(child, owner, diversifier));
    return hsm_an10922_value(hsm, master, diversifier, sizeof diversifier, value);
}

static mv_status derive_all(struct hsm *hsm, CK_OBJECT_HANDLE mac, CK_OBJECT_HANDLE enc,
                            const struct hsm_record_owner *owner, uint8_t keys[WRAPPED_PLAIN])
{
    MV_TRY(derive_value(hsm, mac, HSM_CHILD_MAC_IN, owner, keys));
    MV_TRY(derive_value(hsm, mac, HSM_CHILD_MAC_OUT, owner, keys + HSM_AN10922_KEY));
    return derive_value(hsm, enc, HSM_CHILD_ENC, owner, keys + 2 * (size_t)HSM_AN10922_KEY);
}

mv_status hsm_record_wrap_update(struct hsm *hsm, struct hsm_handle enc, struct hsm_handle new_mac,
                                 struct hsm_handle new_enc, const struct hsm_record_owner *owner,
                                 const struct hsm_record_owner *new_owner, uint8_t wrapped[HSM_RECORD_KEYS_WRAPPED])
{
    uint8_t diversifier[MV_RECORD_DIVERSIFIER];
    CK_OBJECT_HANDLE kek = 0;
    MV_TRY(diversify(HSM_CHILD_ENC, owner, diversifier));
    uint8_t *keys = mv_secret_alloc(WRAPPED_PLAIN);
    if (keys == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "secret memory");
    mv_status status = hsm_an10922_child(hsm, enc.object, diversifier, sizeof diversifier, HSM_MAY_WRAP, &kek);
    if (status.ok)
        status = derive_all(hsm, new_mac.object, new_enc.object, new_owner, keys);
    if (status.ok)
        status = hsm_wrap_value_under(hsm, kek, keys, WRAPPED_PLAIN, wrapped, HSM_RECORD_KEYS_WRAPPED);
    hsm_destroy(hsm, kek);
    mv_secret_free(keys, WRAPPED_PLAIN);
    return status;
}

static mv_status kcvs_of(const uint8_t keys[WRAPPED_PLAIN], uint8_t kcvs[HSM_RECORD_KEYS][HSM_KCV_BYTES])
{
    enum hsm_kcv_method method;
    for (size_t i = 0; i < HSM_RECORD_KEYS; i++)
        MV_TRY(hsm_kcv(HSM_USE_RECORD_MAC, 0, keys + i * HSM_AN10922_KEY, HSM_AN10922_KEY, &method, kcvs[i]));
    return mv_ok();
}

mv_status hsm_export_records(struct hsm *hsm, const struct hsm_catalogue *catalogue,
                             const struct hsm_record_export *meter, const char *factory_label,
                             uint8_t wrapped[HSM_RECORD_KEYS_WRAPPED], uint8_t kcvs[HSM_RECORD_KEYS][HSM_KCV_BYTES])
{
    const uint8_t *domain = meter->owner.domain;
    struct hsm_handle mac;
    struct hsm_handle enc;
    MV_TRY(hsm_factory_known(catalogue, factory_label));
    MV_TRY(hsm_master_for_meters(hsm, catalogue, HSM_USE_RECORD_MAC, domain, meter->mac_version, &mac));
    MV_TRY(hsm_master_for_meters(hsm, catalogue, HSM_USE_RECORD_ENC, domain, meter->enc_version, &enc));
    uint8_t *keys = mv_secret_alloc(WRAPPED_PLAIN);
    if (keys == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "secret memory");
    mv_status status = derive_all(hsm, mac.object, enc.object, &meter->owner, keys);
    if (status.ok)
        status = kcvs_of(keys, kcvs);
    if (status.ok)
        status = hsm_wrap_value(hsm, factory_label, keys, WRAPPED_PLAIN, wrapped, HSM_RECORD_KEYS_WRAPPED);
    mv_secret_free(keys, WRAPPED_PLAIN);
    return status;
}
