/* A purchase by record at the tariff of its account: priced, charged and booked by what sells tokens, with a receipt of
 * the till. The one difference is that it brings no token. */
#include <stdlib.h>

#include "vending/internal.h"
#include "vending/record_parts.h"

struct vend_record_sale {
    struct vend_order_job *job;
    struct vend_item item;
};

mv_status vend_record_sale_open(const struct vend_caller *caller, const struct vend_record_order *order,
                                struct vend_record_sale **sale)
{
    const struct vend_order said = {.request_id = order->request_id,
                                    .terminal = order->terminal,
                                    .pan = order->pan,
                                    .carrier = VEND_ON_RECORD,
                                    .kind = VEND_ORDER_CREDIT,
                                    .priced = true,
                                    .purchase = order->sale,
                                    .quantity = order->quantity};
    MV_TRY(vend_form_name(order->terminal, STORE_TERMINAL, "terminal_id"));
    MV_TRY(vend_form_purchase(&said));
    struct vend_record_sale *made = calloc(1, sizeof *made);
    if (made == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "sale");
    mv_status status = vend_order_job_make(caller, &said, &made->job);
    if (!status.ok) {
        free(made);
        return status;
    }
    made->item.request = made->job;
    *sale = made;
    return status;
}

void vend_record_sale_close(struct vend_record_sale *sale)
{
    if (sale == NULL)
        return;
    free(sale->job);
    free(sale);
}

const uint8_t *vend_record_sale_digest(const struct vend_record_sale *sale)
{
    return sale->job->digest;
}

mv_status vend_record_sale_price(struct vend *vend, struct store *store, struct vend_record_sale *sale,
                                 const struct vend_identity *seller, int64_t now_unix_s, struct vend_quantity *sold)
{
    struct vend_item *item = &sale->item;
    item->seller = *seller;
    MV_TRY(vend_sale_find(store, item));
    MV_TRY(vend_sale_price(vend, store, NULL, item, now_unix_s));
    *sold = (struct vend_quantity){sale->job->pricing->charged.unit, item->content.encoded};
    return mv_ok();
}

/* The key says only what the meter was under: nothing is encrypted. */
static void note_key(struct vend_item *item)
{
    const struct store_meter *meter = &item->meter;
    item->plan.key = (struct store_key){.krn = meter->krn,
                                        .ti = meter->ti,
                                        .kt = meter->kt,
                                        .ken = meter->ken,
                                        .ea = meter->ea,
                                        .dkga = meter->dkga,
                                        .base_date = meter->base_date};
    vend_copy(item->plan.key.sgc, sizeof item->plan.key.sgc, meter->sgc);
}

mv_status vend_record_sale_book(struct store *store, struct vend_record_sale *sale, int64_t issued_at_unix_s)
{
    struct vend_item *item = &sale->item;
    note_key(item);
    vend_order_compose(item, issued_at_unix_s);
    item->sale.order = STORE_RECORD_SALE;
    MV_TRY(store_sale_insert(store, &item->sale));
    return vend_sale_book(store, item);
}

void vend_record_sale_describe(struct vend *vend, const struct vend_record_sale *sale, struct audit_record *record)
{
    char organisation[STORE_NAME + 1];
    const struct store_sale *row = &sale->item.sale;
    vend_organisation_name(&vend->directory, row->organisation, organisation);
    vend_note_detail(record, "receipt=%s/%s/%llu", organisation, row->terminal, (unsigned long long)row->receipt);
    vend_sale_describe(&sale->item, record);
}
