#include <string.h>

#include "vending/desk_parts.h"
#include "vending/internal.h"

struct store_key vend_key_on_file(const struct store_meter *meter)
{
    struct store_key key = {.krn = meter->krn,
                            .ti = meter->ti,
                            .kt = meter->kt,
                            .ken = meter->ken,
                            .ea = meter->ea,
                            .dkga = meter->dkga,
                            .base_date = meter->base_date};
    vend_copy(key.sgc, sizeof key.sgc, meter->sgc);
    return key;
}

bool vend_key_equal(const struct store_key *a, const struct store_key *b)
{
    return strcmp(a->sgc, b->sgc) == 0 && a->krn == b->krn && a->ti == b->ti && a->kt == b->kt && a->ken == b->ken &&
           a->ea == b->ea && a->dkga == b->dkga && a->base_date == b->base_date;
}

mv_status vend_meter_fill(struct vend *vend, struct store *store, const struct store_meter *row, struct vend_meter *out)
{
    out->row = *row;
    out->pending = (struct store_key){.krn = 0};
    vend_organisation_name(&vend->directory, row->organisation, out->organisation);
    if (row->pending_change == 0)
        return mv_ok();
    struct store_key_change change;
    MV_TRY(store_key_change_get(store, row->pending_change, &change));
    out->pending = change.to;
    return mv_ok();
}
