/* A meter's life, and under which keys it takes records. */
#include <string.h>

#include "vending/desk_parts.h"
#include "vending/internal.h"
#include "vending/records.h"

struct meter_change {
    const struct vend_caller *caller;
    enum vend_call call;
    const char *pan;
    enum vend_meter_state state;
    struct store_record_meter records;
    struct vend_identity identity;
    struct store_meter meter;
    struct vend_meter *out;
};

static mv_status find(struct vend *vend, struct store *store, struct meter_change *wish)
{
    MV_TRY(vend_may_call(&vend->directory, wish->caller->principal, wish->call, &wish->identity));
    MV_TRY(vend_form_pan(wish->pan));
    MV_TRY(store_meter_by_pan(store, wish->pan, &wish->meter));
    return vend_may_touch(&vend->directory, &wish->identity, wish->call, wish->meter.organisation, wish->meter.sgc);
}

static mv_status answer(struct vend *vend, struct store *store, const struct meter_change *wish)
{
    struct store_meter row;
    MV_TRY(store_meter_by_id(store, wish->meter.id, &row));
    return vend_meter_fill(vend, store, &row, wish->out);
}

static bool same_provision(const struct store_record_meter *a, const struct store_record_meter *b)
{
    return memcmp(a->domain, b->domain, sizeof a->domain) == 0 && a->keys.mac_version == b->keys.mac_version &&
           a->keys.enc_version == b->keys.enc_version && a->keys.epoch == b->keys.epoch;
}

/* A mistake of the office; once something was signed, it is the meter's return that knows. */
static mv_status correct(struct store *store, const struct store_record_meter *records)
{
    bool any;
    MV_TRY(store_record_any(store, records->meter, &any));
    return any ? mv_fail(MV_RECORDS_PROVISIONED, NULL) : store_record_meter_update(store, records);
}

static mv_status provision(struct vend *vend, struct store *store, struct vend_change *change)
{
    struct meter_change *wish = change->arg;
    struct store_record_meter *records = &wish->records;
    struct store_record_meter stored;
    MV_TRY(find(vend, store, wish));
    if (records->keys.mac_version == 0 || records->keys.enc_version == 0)
        return mv_fail(MV_INVALID_FIELD, "key_version");
    if (wish->meter.state == VEND_METER_RETIRED)
        return mv_fail(MV_METER_NOT_ACTIVE, NULL);
    records->meter = wish->meter.id;
    mv_status found = store_record_meter_get(store, records->meter, &stored);
    if (found.ok && same_provision(&stored, records))
        return answer(vend, store, wish);
    if (!found.ok && found.reason != MV_RECORDS_NOT_PROVISIONED)
        return found;
    MV_TRY(vend_catalogue_record(&vend->catalogue, records->domain, &records->keys));
    if (found.ok)
        MV_TRY(correct(store, records));
    else
        MV_TRY(store_record_meter_insert(store, records));
    if (wish->meter.state == VEND_METER_MADE)
        MV_TRY(store_meter_state_set(store, records->meter, VEND_METER_PROVISIONED));
    vend_note_detail(&change->record, "domain=%02x%02x%02x mac=%u enc=%u epoch=%u", records->domain[0],
                     records->domain[1], records->domain[2], records->keys.mac_version, records->keys.enc_version,
                     records->keys.epoch);
    change->changed = true;
    return answer(vend, store, wish);
}

mv_status vend_provision_meter(struct vend *vend, const struct vend_caller *caller, const char *pan,
                               const uint8_t domain[STORE_DOMAIN], const struct store_record_keys *keys,
                               struct vend_meter *meter)
{
    struct meter_change wish = {.caller = caller, .call = VEND_PROVISION_METER, .pan = pan, .out = meter};
    memcpy(wish.records.domain, domain, STORE_DOMAIN);
    wish.records.keys = *keys;
    /* before the writer is asked, which must not wait for the key process */
    (void)vend_look_again(vend, vend_catalogue_record(&vend->catalogue, domain, keys));
    return vend_told(VEND_PROVISION_METER,
                     vend_change_call(vend, caller, VEND_PROVISION_METER, vend_form_object(pan), provision, &wish));
}

static bool in_use(unsigned state)
{
    return state == VEND_METER_ACTIVE || state == VEND_METER_SUSPENDED;
}

/* A supervisor suspends and resumes, and may repeat it; all other steps are a meter-admin's. */
static mv_status check_step(const struct meter_change *wish)
{
    bool daily = in_use(wish->meter.state) && in_use(wish->state);
    bool admin = (wish->identity.roles & vend_role_bit(VEND_METER_ADMIN)) != 0;
    return admin || daily ? mv_ok() : mv_fail(MV_ROLE_MISSING, "state");
}

static mv_status set_state(struct vend *vend, struct store *store, struct vend_change *change)
{
    struct meter_change *wish = change->arg;
    MV_TRY(find(vend, store, wish));
    if (wish->state < VEND_METER_ACTIVE || wish->state > VEND_METER_PROVISIONED)
        return mv_fail(MV_INVALID_FIELD, "state");
    MV_TRY(check_step(wish));
    MV_TRY(store_meter_state_set(store, wish->meter.id, (uint8_t)wish->state));
    change->changed = wish->meter.state != wish->state;
    vend_note_detail(&change->record, "from=%u to=%u", wish->meter.state, wish->state);
    return answer(vend, store, wish);
}

mv_status vend_set_meter_state(struct vend *vend, const struct vend_caller *caller, const char *pan,
                               enum vend_meter_state state, struct vend_meter *meter)
{
    struct meter_change wish = {
        .caller = caller, .call = VEND_SET_METER_STATE, .pan = pan, .state = state, .out = meter};
    return vend_told(VEND_SET_METER_STATE,
                     vend_change_call(vend, caller, VEND_SET_METER_STATE, vend_form_object(pan), set_state, &wish));
}
