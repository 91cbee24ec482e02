#include <string.h>

#include "vending/desk_parts.h"
#include "vending/internal.h"

struct registration {
    const struct vend_meter_request *request;
    const char *principal;
    struct store_meter row;
    struct vend_meter *out;
};

static void make_row(const struct vend_meter_request *request, struct store_meter *row)
{
    const struct vend_meter_key *key = &request->key;
    *row = (struct store_meter){.utility = (uint8_t)request->utility,
                                .state = request->made ? VEND_METER_MADE : VEND_METER_ACTIVE,
                                .currency = request->currency,
                                .krn = (uint8_t)key->krn,
                                .ti = (uint8_t)key->ti,
                                .kt = (uint8_t)key->kt,
                                .ken = (uint8_t)key->ken,
                                .ea = (uint8_t)key->ea,
                                .dkga = (uint8_t)key->dkga,
                                .base_date = (uint16_t)key->base_date};
    vend_copy(row->pan, sizeof row->pan, request->pan);
    vend_copy(row->sgc, sizeof row->sgc, key->sgc);
}

static mv_status take_first(void *self, const struct store_meter_key *row)
{
    struct store_key *key = self;
    if (row->sequence == 1)
        *key = row->key;
    return mv_ok();
}

/* Compared with the key that the meter was registered with: it may hold another one by now. */
static mv_status check_same(struct store *store, const struct store_meter *stored, const struct store_meter *asked)
{
    struct store_key registered = vend_key_on_file(stored);
    struct store_key key = vend_key_on_file(asked);
    MV_TRY(store_meter_keys(store, stored->id, take_first, &registered));
    bool same = stored->organisation == asked->organisation && stored->utility == asked->utility &&
                stored->currency == asked->currency && vend_key_equal(&registered, &key);
    return same ? mv_ok() : mv_fail(MV_METER_EXISTS, "meter_pan");
}

/* The key must be there; whether it is active yet is asked when something is sold. A meter gets its expiry number from
 * its vending key, so it may have an earlier one, never a later one. */
static mv_status check_key(struct vend *vend, const struct store_meter *meter, int64_t now_s)
{
    struct vend_key key;
    mv_status status = vend_catalogue_key(&vend->catalogue, meter, now_s, &key);
    if (!status.ok && status.reason != MV_VENDING_KEY_NOT_ACTIVE)
        return status;
    return meter->ken <= key.ken ? mv_ok() : mv_fail(MV_VENDING_KEY_MISMATCH, "key_expiry_number");
}

static mv_status register_meter(struct vend *vend, struct store *store, struct vend_change *change)
{
    struct registration *registration = change->arg;
    const struct vend_meter_request *request = registration->request;
    struct store_meter *row = &registration->row;
    struct vend_identity identity;
    struct store_organisation organisation;
    MV_TRY(vend_may_call(&vend->directory, registration->principal, VEND_REGISTER_METER, &identity));
    MV_TRY(vend_form_meter(request));
    MV_TRY(vend_organisation_by_name(&vend->directory, request->organisation, "organisation", &organisation));
    MV_TRY(vend_may_touch(&vend->directory, &identity, VEND_REGISTER_METER, organisation.id, request->key.sgc));
    make_row(request, row);
    row->organisation = organisation.id;
    row->registered_at_unix_s = change->now_us / 1000000;
    struct store_meter stored;
    mv_status found = store_meter_by_pan(store, row->pan, &stored);
    if (found.ok) {
        MV_TRY(check_same(store, &stored, row));
        return vend_meter_fill(vend, store, &stored, registration->out);
    }
    if (found.reason != MV_METER_UNKNOWN)
        return found;
    MV_TRY(check_key(vend, row, change->now_us / 1000000));
    MV_TRY(store_meter_insert(store, row));
    vend_note_detail(&change->record,
                     "organisation=%s utility=%u%s sgc=%s krn=%u kt=%u ti=%u ken=%u ea=%u dkga=%u base=%u",
                     request->organisation, row->utility, row->currency ? " currency" : "", row->sgc, row->krn, row->kt,
                     row->ti, row->ken, row->ea, row->dkga, row->base_date);
    change->changed = true;
    return vend_meter_fill(vend, store, row, registration->out);
}

/* Before the writer is asked, which must not wait for the key process. */
static void look_ahead(struct vend *vend, const struct vend_meter_request *request)
{
    struct vend_key key;
    struct store_meter row;
    if (!vend_form_meter(request).ok)
        return;
    make_row(request, &row);
    (void)vend_look_again(vend, vend_catalogue_key(&vend->catalogue, &row, 0, &key));
}

mv_status vend_register_meter(struct vend *vend, const struct vend_caller *caller,
                              const struct vend_meter_request *request, struct vend_meter *meter)
{
    struct registration registration = {.request = request, .principal = caller->principal, .out = meter};
    look_ahead(vend, request);
    return vend_change_call(vend, caller, VEND_REGISTER_METER, vend_form_object(request->pan), register_meter,
                            &registration);
}

static mv_status read_meter(struct vend *vend, struct store *store, const struct vend_identity *identity,
                            const char *pan, struct vend_meter *meter)
{
    struct store_meter row;
    MV_TRY(store_begin_read(store));
    MV_TRY(store_meter_by_pan(store, pan, &row));
    MV_TRY(vend_may_touch(&vend->directory, identity, VEND_GET_METER, row.organisation, row.sgc));
    return vend_meter_fill(vend, store, &row, meter);
}

static mv_status get_meter(struct vend *vend, const struct vend_caller *caller, const char *pan,
                           struct vend_meter *meter)
{
    struct vend_identity identity;
    struct store *store = NULL;
    MV_TRY(vend_may_call(&vend->directory, caller->principal, VEND_GET_METER, &identity));
    MV_TRY(vend_form_pan(pan));
    MV_TRY(vend_reader_take(&vend->readers, &store));
    mv_status status = read_meter(vend, store, &identity, pan, meter);
    vend_reader_give(&vend->readers, store, !status.ok && !vend_noted(status));
    return status;
}

mv_status vend_get_meter(struct vend *vend, const struct vend_caller *caller, const char *pan, struct vend_meter *meter)
{
    return vend_answer(vend, caller, VEND_GET_METER, vend_form_object(pan), get_meter(vend, caller, pan, meter));
}
