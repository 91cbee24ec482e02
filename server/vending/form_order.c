#include <string.h>

#include "base/utf8.h"
#include "metervault/sts_manage.h"
#include "store/debts.h"
#include "vending/account_parts.h"
#include "vending/content.h"
#include "vending/form.h"
#include "vending/tariff.h"

enum { LAST_KRN = 9, LAST_TI = 99, LAST_KT = 3 };
static const int64_t LARGEST_AMOUNT = INT64_C(1) << 62;

static mv_status form_credit(const struct vend_order *order)
{
    if (order->quantity.amount < 1 || order->quantity.amount > LARGEST_AMOUNT)
        return mv_fail(MV_INVALID_FIELD, "quantity");
    if (order->quantity.unit < VEND_UNIT_WH || order->quantity.unit > VEND_UNIT_CURRENCY_E5)
        return mv_fail(MV_INVALID_FIELD, "quantity");
    return mv_ok();
}

static mv_status form_target(const struct vend_key_target *target)
{
    if (target->sgc != NULL)
        MV_TRY(vend_form_sgc(target->sgc));
    if (target->krn > LAST_KRN)
        return mv_fail(MV_INVALID_FIELD, "key_revision_number");
    if (target->kt > LAST_KT)
        return mv_fail(MV_INVALID_FIELD, "key_type");
    if (target->ti < -1 || target->ti > LAST_TI)
        return mv_fail(MV_INVALID_FIELD, "tariff_index");
    return mv_ok();
}

static bool is_money(int64_t money)
{
    return money >= 0 && money <= VEND_MONEY_MOST;
}

mv_status vend_form_purchase(const struct vend_order *order)
{
    const struct vend_purchase *purchase = &order->purchase;
    if (purchase->opens != NULL) {
        MV_TRY(vend_account_form(purchase->opens));
        MV_TRY(vend_form_pan(purchase->opens->pan));
    }
    if (purchase->account != NULL)
        MV_TRY(vend_form_name(purchase->account, STORE_ACCOUNT_NUMBER, "account_number"));
    else
        MV_TRY(vend_form_pan(order->pan));
    if (purchase->by_units)
        MV_TRY(form_credit(order));
    else if (purchase->free_units ? purchase->money != 0 || purchase->tendered != 0
                                  : purchase->money < 1 || !is_money(purchase->money))
        return mv_fail(MV_INVALID_FIELD, "money");
    if (purchase->payment < VEND_PAY_CASH || purchase->payment > VEND_PAY_BALANCE)
        return mv_fail(MV_INVALID_FIELD, "payment");
    bool from_balance = purchase->payment == VEND_PAY_BALANCE;
    if (!is_money(purchase->tendered) || (from_balance && purchase->tendered != 0))
        return mv_fail(MV_INVALID_FIELD, "tendered");
    if (from_balance && purchase->keep_change)
        return mv_fail(MV_INVALID_FIELD, "keep_change");
    return is_money(purchase->expected_total) ? mv_ok() : mv_fail(MV_INVALID_FIELD, "expected_total");
}

static mv_status form_kind(const struct vend_order *order)
{
    struct vend_content content;
    switch (order->kind) {
    case VEND_ORDER_CREDIT:
        return form_credit(order);
    case VEND_ORDER_MANAGEMENT:
        return vend_content_management(&order->management, &content);
    case VEND_ORDER_TEST:
        return order->special ? mv_fail(MV_INVALID_FIELD, "special") : vend_content_test(&order->test, &content);
    case VEND_ORDER_KEY_CHANGE:
        return order->special ? mv_fail(MV_INVALID_FIELD, "special") : form_target(&order->target);
    }
    return mv_fail(MV_INVALID_FIELD, "kind");
}

static mv_status form_free(const struct vend_order *order)
{
    size_t length = strnlen(order->free_reason, STORE_ACT_REASON + 1);
    if (length < 1 || length > STORE_ACT_REASON || !mv_text_printable(order->free_reason, length))
        return mv_fail(MV_INVALID_FIELD, "reason");
    return order->claim >= 0 ? mv_ok() : mv_fail(MV_INVALID_FIELD, "claim_id");
}

mv_status vend_form_order(const struct vend_order *order)
{
    if (order->request_id != NULL)
        MV_TRY(vend_form_name(order->request_id, STORE_REQUEST_ID, "request_id"));
    MV_TRY(vend_form_name(order->terminal, STORE_TERMINAL, "terminal_id"));
    if (order->carrier != VEND_KEYPAD)
        return mv_fail(MV_INVALID_FIELD, "carrier");
    if (order->priced)
        return vend_form_purchase(order);
    MV_TRY(vend_form_pan(order->pan));
    if (order->free_reason != NULL)
        MV_TRY(form_free(order));
    return form_kind(order);
}
