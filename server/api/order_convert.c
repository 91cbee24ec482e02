#include "api/order_convert.h"

#include "api/convert.h"
#include "api/token_convert.h"

mv_status api_credit_in(const Metervault__V1__IssueCreditRequest *in, struct vend_order *order)
{
    *order = (struct vend_order){.request_id = in->request_id,
                                 .terminal = in->terminal_id,
                                 .pan = in->meter_pan,
                                 .carrier = (enum vend_carrier)in->carrier,
                                 .kind = VEND_ORDER_CREDIT,
                                 .special = in->special_reserved_token != 0};
    return api_quantity_in(in->quantity, &order->quantity);
}

mv_status api_trial_in(const Metervault__V1__TrialCreditRequest *in, struct vend_order *order)
{
    *order = (struct vend_order){.terminal = in->terminal_id,
                                 .pan = in->meter_pan,
                                 .carrier = (enum vend_carrier)in->carrier,
                                 .kind = VEND_ORDER_CREDIT};
    return api_quantity_in(in->quantity, &order->quantity);
}

mv_status api_manage_in(const Metervault__V1__IssueManagementRequest *in, struct vend_order *order)
{
    *order = (struct vend_order){.request_id = in->request_id,
                                 .terminal = in->terminal_id,
                                 .pan = in->meter_pan,
                                 .carrier = (enum vend_carrier)in->carrier,
                                 .kind = VEND_ORDER_MANAGEMENT,
                                 .special = in->special_reserved_token != 0};
    return api_management_in(in->management, &order->management);
}

mv_status api_try_out_in(const Metervault__V1__IssueTestRequest *in, struct vend_order *order)
{
    *order = (struct vend_order){.request_id = in->request_id,
                                 .terminal = in->terminal_id,
                                 .pan = in->meter_pan,
                                 .carrier = (enum vend_carrier)in->carrier,
                                 .kind = VEND_ORDER_TEST};
    return api_test_in(in->test, in->meter_pan, &order->test);
}

mv_status api_change_key_in(const Metervault__V1__IssueKeyChangeRequest *in, struct vend_order *order)
{
    const Metervault__V1__KeyTarget *to = in->to;
    *order = (struct vend_order){.request_id = in->request_id,
                                 .terminal = in->terminal_id,
                                 .pan = in->meter_pan,
                                 .carrier = (enum vend_carrier)in->carrier,
                                 .kind = VEND_ORDER_KEY_CHANGE,
                                 .target = {.ti = -1}};
    if (to == NULL)
        return mv_ok();
    order->target.sgc = to->supply_group_code[0] == '\0' ? NULL : to->supply_group_code;
    order->target.krn = to->key_revision_number;
    order->target.kt = to->key_type;
    order->target.with_sgc = to->with_supply_group != 0;
    if (to->tariff_case == METERVAULT__V1__KEY_TARGET__TARIFF_TARIFF_INDEX)
        order->target.ti = to->tariff_index < INT32_MAX ? (int32_t)to->tariff_index : INT32_MAX;
    return mv_ok();
}

mv_status api_batch_item_in(const Metervault__V1__BatchItem *in, struct vend_order *order)
{
    switch (in->order_case) {
    case METERVAULT__V1__BATCH_ITEM__ORDER_CREDIT:
        return api_credit_in(in->credit, order);
    case METERVAULT__V1__BATCH_ITEM__ORDER_MANAGEMENT:
        return api_manage_in(in->management, order);
    case METERVAULT__V1__BATCH_ITEM__ORDER_TEST:
        return api_try_out_in(in->test, order);
    case METERVAULT__V1__BATCH_ITEM__ORDER_KEY_CHANGE:
        return api_change_key_in(in->key_change, order);
    default:
        *order = (struct vend_order){.kind = VEND_ORDER_CREDIT};
        return mv_fail(MV_INVALID_FIELD, "order");
    }
}
