#include <string.h>

#include "vending/desk_parts.h"
#include "vending/internal.h"

mv_status vend_meter_fill(struct vend *vend, struct store *store, const struct store_meter *row, struct vend_meter *out)
{
    out->row = *row;
    out->pending = (struct store_key){.krn = 0};
    vend_organisation_name(&vend->directory, row->organisation, out->organisation);
    mv_status records = store_record_meter_get(store, row->id, &out->records);
    if (!records.ok && records.reason != MV_RECORDS_NOT_PROVISIONED)
        return records;
    out->takes_records = records.ok;
    mv_status cards = store_card_meter_get(store, row->id, &out->card_keys);
    if (!cards.ok && cards.reason != MV_CARD_KEYS_DIFFER)
        return cards;
    out->has_card_slot = cards.ok;
    if (row->pending_change == 0)
        return mv_ok();
    struct store_key_change change;
    MV_TRY(store_key_change_get(store, row->pending_change, &change));
    out->pending = change.to;
    return mv_ok();
}
