/* Which card keys the factory injected into a meter. */
#include "vending/card_parts.h"
#include "vending/desk_parts.h"

struct provision {
    const struct vend_caller *caller;
    const char *pan;
    struct store_card_meter keys;
    struct vend_meter *out;
};

/* A card in use is under the keys on file. */
static mv_status correct(struct store *store, const struct store_card_meter *stored, struct store_card_meter *keys)
{
    struct store_card card;
    mv_status found = store_card_of_meter(store, keys->meter, &card);
    if (found.ok)
        return mv_fail(MV_CARD_EXISTS, NULL);
    if (found.reason != MV_CARD_UNKNOWN)
        return found;
    keys->last_version = stored->last_version;
    return mv_ok();
}

static mv_status provision(struct vend *vend, struct store *store, struct vend_change *change)
{
    struct provision *wish = change->arg;
    struct vend_identity identity;
    struct store_meter meter;
    struct store_record_meter records;
    struct store_card_meter stored;
    MV_TRY(vend_may_call(&vend->directory, wish->caller->principal, VEND_PROVISION_METER, &identity));
    MV_TRY(vend_card_find_meter(vend, store, &identity, VEND_PROVISION_METER, wish->pan, &meter));
    MV_TRY(store_record_meter_get(store, meter.id, &records));
    if (wish->keys.key_version == 0)
        return mv_fail(MV_INVALID_FIELD, "key_version");
    wish->keys.meter = meter.id;
    mv_status found = store_card_meter_get(store, meter.id, &stored);
    bool same =
        found.ok && stored.key_version == wish->keys.key_version && stored.area_version == wish->keys.area_version;
    if (same)
        return vend_meter_fill(vend, store, &meter, wish->out);
    if (found.ok)
        MV_TRY(correct(store, &stored, &wish->keys));
    else if (found.reason != MV_CARD_KEYS_DIFFER)
        return found;
    MV_TRY(store_card_meter_put(store, &wish->keys));
    vend_note_detail(&change->record, "card-meter=%u card-area=%u", wish->keys.key_version, wish->keys.area_version);
    change->changed = true;
    return vend_meter_fill(vend, store, &meter, wish->out);
}

mv_status vend_provision_cards(struct vend *vend, const struct vend_caller *caller, const char *pan,
                               uint8_t key_version, uint8_t area_version, struct vend_meter *meter)
{
    struct provision wish = {
        .caller = caller, .pan = pan, .keys = {.key_version = key_version, .area_version = area_version}, .out = meter};
    return vend_told(VEND_PROVISION_METER,
                     vend_change_call(vend, caller, VEND_PROVISION_METER, vend_form_object(pan), provision, &wish));
}
