/* Which record keys the meter has, by an engineer's word. */
#include "vending/desk_parts.h"
#include "vending/internal.h"

struct word {
    const struct vend_caller *caller;
    const char *pan;
    bool taken;
    struct vend_meter *out;
};

static mv_status confirm(struct vend *vend, struct store *store, struct vend_change *change)
{
    const struct word *word = change->arg;
    struct vend_identity identity;
    struct store_meter meter;
    struct store_record_meter keys;
    MV_TRY(vend_may_call(&vend->directory, word->caller->principal, VEND_CONFIRM_RECORD_KEYS, &identity));
    MV_TRY(vend_form_pan(word->pan));
    MV_TRY(store_meter_by_pan(store, word->pan, &meter));
    MV_TRY(vend_may_touch(&vend->directory, &identity, VEND_CONFIRM_RECORD_KEYS, meter.organisation, meter.sgc));
    MV_TRY(store_record_meter_get(store, meter.id, &keys));
    if (keys.next.mac_version == 0)
        return mv_fail(MV_NO_KEY_CHANGE_PENDING, NULL);
    keys.other = word->taken ? keys.keys : keys.next;
    if (word->taken) {
        keys.account_open = keys.account_open && keys.next.epoch == keys.keys.epoch;
        keys.keys = keys.next;
    }
    keys.next = (struct store_record_keys){.mac_version = 0};
    MV_TRY(store_record_meter_update(store, &keys));
    vend_note_detail(&change->record, "%s: mac=%u enc=%u epoch=%u", word->taken ? "taken" : "not taken",
                     keys.keys.mac_version, keys.keys.enc_version, keys.keys.epoch);
    change->changed = true;
    return vend_meter_fill(vend, store, &meter, word->out);
}

mv_status vend_confirm_record_keys(struct vend *vend, const struct vend_caller *caller, const char *pan, bool taken,
                                   struct vend_meter *meter)
{
    struct word word = {.caller = caller, .pan = pan, .taken = taken, .out = meter};
    return vend_told(VEND_CONFIRM_RECORD_KEYS,
                     vend_change_call(vend, caller, VEND_CONFIRM_RECORD_KEYS, vend_form_object(pan), confirm, &word));
}
