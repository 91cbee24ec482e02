/* The records that a session signs, under ids of the request's own: asked again, they are the same bytes. */
#include <stdio.h>
#include <string.h>

#include "cards/session.h"

static struct vend_record_order order_of(const struct cards_session *session, size_t index, const char *pan,
                                         bool of_round, char id[STORE_REQUEST_ID + 1])
{
    struct vend_record_order order = *session->order->contents[index];
    (void)snprintf(id, STORE_REQUEST_ID + 1, "%.40s.%s%s%zu", session->order->request_id, of_round ? pan : "",
                   of_round ? "." : "", index + 1);
    order.request_id = id;
    order.pan = pan;
    order.of_this_epoch = true;
    return order;
}

mv_status cards_sign(struct cards_session *session, size_t index, const char *pan, bool of_round,
                     struct vend_records *records)
{
    char id[STORE_REQUEST_ID + 1];
    const struct vend_record_order order = order_of(session, index, pan, of_round, id);
    return vend_issue_record(session->vend, &session->caller, &order, records);
}

mv_status cards_sign_purchase(struct cards_session *session, const struct vend_record_order *order)
{
    struct cards_result *result = session->result;
    MV_TRY(vend_issue_record(session->vend, &session->caller, order, &result->purchase));
    result->has_purchase = true;
    if (!order->priced)
        return mv_ok();
    MV_TRY(vend_receipt_by_request(session->vend, &session->caller, order->request_id, &result->sold));
    result->has_sold = true;
    return mv_ok();
}

mv_status cards_weigh(struct cards_session *session, size_t index, const char *pan, uint32_t *bytes)
{
    char id[STORE_REQUEST_ID + 1];
    const struct vend_record_order order = order_of(session, index, pan, false, id);
    return vend_weigh_record(session->vend, &session->caller, &order, bytes);
}
