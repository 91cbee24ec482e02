/* What a new meter holds for the cards that come to it. */
#include <string.h>

#include "base/secret.h"
#include "hsm/an10922.h"
#include "hsm/card_key.h"
#include "hsm/life.h"

enum { PLAIN = HSM_CARD_KEYS * HSM_CARD_KEY };
_Static_assert((int)HSM_CARD_KEYS_WRAPPED == (int)PLAIN + 8, "RFC 3394 adds eight bytes");

static mv_status meter_key(struct hsm *hsm, const struct hsm_catalogue *catalogue, const struct hsm_card_export *meter,
                           uint8_t *value)
{
    uint8_t diversifier[MV_CARD_DIVERSIFIER_MAX];
    struct hsm_handle master;
    uint8_t size = mv_card_diversifier_meter(meter->pan, diversifier);
    if (size == 0)
        return mv_fail(MV_INVALID_FIELD, "meter_pan");
    MV_TRY(hsm_master_for_meters(hsm, catalogue, HSM_USE_CARD_METER, meter->domain, meter->meter_version, &master));
    return hsm_an10922_value(hsm, master.object, diversifier, size, value);
}

static mv_status area_key(struct hsm *hsm, const struct hsm_catalogue *catalogue, const struct hsm_card_export *meter,
                          uint8_t *value)
{
    uint8_t diversifier[MV_CARD_DIVERSIFIER_MAX];
    struct hsm_handle master;
    uint8_t size = mv_card_diversifier_area(meter->domain, diversifier);
    MV_TRY(hsm_master_for_meters(hsm, catalogue, HSM_USE_CARD_AREA, meter->domain, meter->area_version, &master));
    return hsm_an10922_value(hsm, master.object, diversifier, size, value);
}

static mv_status derive(struct hsm *hsm, const struct hsm_catalogue *catalogue, const struct hsm_card_export *meter,
                        uint8_t *keys, uint8_t kcvs[HSM_CARD_KEYS][HSM_KCV_BYTES])
{
    enum hsm_kcv_method method;
    uint8_t *area = keys + HSM_CARD_KEY;
    memset(kcvs, 0, (size_t)HSM_CARD_KEYS * HSM_KCV_BYTES);
    MV_TRY(meter_key(hsm, catalogue, meter, keys));
    MV_TRY(hsm_kcv(HSM_USE_CARD_METER, 0, keys, HSM_CARD_KEY, &method, kcvs[0]));
    if (meter->area_version == 0)
        return mv_ok();
    MV_TRY(area_key(hsm, catalogue, meter, area));
    return hsm_kcv(HSM_USE_CARD_AREA, 0, area, HSM_CARD_KEY, &method, kcvs[1]);
}

mv_status hsm_export_cards(struct hsm *hsm, const struct hsm_catalogue *catalogue, const struct hsm_card_export *meter,
                           const char *factory_label, uint8_t wrapped[HSM_CARD_KEYS_WRAPPED],
                           uint8_t kcvs[HSM_CARD_KEYS][HSM_KCV_BYTES])
{
    MV_TRY(hsm_factory_known(catalogue, factory_label));
    uint8_t *keys = mv_secret_alloc(PLAIN);
    if (keys == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "secret memory");
    mv_status status = derive(hsm, catalogue, meter, keys, kcvs);
    if (status.ok)
        status = hsm_wrap_value(hsm, factory_label, keys, PLAIN, wrapped, HSM_CARD_KEYS_WRAPPED);
    mv_secret_free(keys, PLAIN);
    return status;
}
