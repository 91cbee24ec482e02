#include "order.h"

#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "error.h"

enum { DIGITS = 20 };

bool mv_order_form(const Metervault__V1__BatchItem *order, struct mv_order_form *form)
{
    switch (order->order_case) {
    case METERVAULT__V1__BATCH_ITEM__ORDER_CREDIT:
        *form = (struct mv_order_form){"IssueCredit", &order->credit->base, order->credit->request_id,
                                       order->credit->meter_pan};
        return true;
    case METERVAULT__V1__BATCH_ITEM__ORDER_MANAGEMENT:
        *form = (struct mv_order_form){"IssueManagement", &order->management->base, order->management->request_id,
                                       order->management->meter_pan};
        return true;
    case METERVAULT__V1__BATCH_ITEM__ORDER_TEST:
        *form =
            (struct mv_order_form){"IssueTest", &order->test->base, order->test->request_id, order->test->meter_pan};
        return true;
    case METERVAULT__V1__BATCH_ITEM__ORDER_KEY_CHANGE:
        *form = (struct mv_order_form){"IssueKeyChange", &order->key_change->base, order->key_change->request_id,
                                       order->key_change->meter_pan};
        return true;
    default:
        return false;
    }
}

static bool same_quantity(const Metervault__V1__Quantity *asked, const Metervault__V1__Quantity *stored)
{
    /* the amounts share their storage */
    return asked != NULL && stored != NULL && stored->amount_case == asked->amount_case &&
           stored->energy_wh == asked->energy_wh;
}

static bool same_extended(const Metervault__V1__ExtendedToken *asked, const Metervault__V1__ExtendedToken *stored)
{
    return asked->index == stored->index && asked->value == stored->value;
}

static bool same_management(const Metervault__V1__Management *asked, const Metervault__V1__Management *stored)
{
    if (asked == NULL || stored == NULL || asked->action_case != stored->action_case)
        return false;
    switch (asked->action_case) {
    case METERVAULT__V1__MANAGEMENT__ACTION_EXTENDED:
        return same_extended(asked->extended, stored->extended);
    case METERVAULT__V1__MANAGEMENT__ACTION_CLEAR_CREDIT:
        return asked->clear_credit == stored->clear_credit;
    case METERVAULT__V1__MANAGEMENT__ACTION_CLEAR_TAMPER:
        return asked->clear_tamper == stored->clear_tamper;
    default:
        return asked->maximum_power_w == stored->maximum_power_w; /* the numbers share their storage */
    }
}

/* The new key is the one asked for, where the order says something. */
static bool same_target(const Metervault__V1__KeyTarget *asked, const Metervault__V1__KeyChange *change)
{
    const Metervault__V1__MeterKey *to = change != NULL ? change->to : NULL;
    if (to == NULL)
        return false;
    if (asked == NULL)
        return true;
    if (asked->supply_group_code[0] != '\0' && strcmp(asked->supply_group_code, to->supply_group_code) != 0)
        return false;
    if (asked->key_revision_number != 0 && asked->key_revision_number != to->key_revision_number)
        return false;
    if (asked->tariff_case == METERVAULT__V1__KEY_TARGET__TARIFF_TARIFF_INDEX &&
        asked->tariff_index != to->tariff_index)
        return false;
    return asked->key_type == 0 || asked->key_type == to->key_type;
}

static bool same_order(const Metervault__V1__BatchItem *order, const Metervault__V1__IssuedTokens *answer)
{
    switch (order->order_case) {
    case METERVAULT__V1__BATCH_ITEM__ORDER_CREDIT:
        /* a server from before there were other kinds does not name this one */
        return (answer->kind == METERVAULT__V1__ORDER_KIND__CREDIT ||
                answer->kind == METERVAULT__V1__ORDER_KIND__ORDER_KIND_UNSPECIFIED) &&
               same_quantity(order->credit->quantity, answer->requested);
    case METERVAULT__V1__BATCH_ITEM__ORDER_MANAGEMENT:
        return answer->kind == METERVAULT__V1__ORDER_KIND__MANAGEMENT &&
               same_management(order->management->management, answer->management);
    case METERVAULT__V1__BATCH_ITEM__ORDER_TEST:
        /* one test can be said in two ways, and its token is worth nothing */
        return answer->kind == METERVAULT__V1__ORDER_KIND__TEST;
    case METERVAULT__V1__BATCH_ITEM__ORDER_KEY_CHANGE:
        return answer->kind == METERVAULT__V1__ORDER_KIND__KEY_CHANGE &&
               same_target(order->key_change->to, answer->key_change);
    default:
        return false;
    }
}

bool mv_order_addressed(const Metervault__V1__BatchItem *order, const Metervault__V1__IssuedTokens *answer)
{
    struct mv_order_form form;
    return mv_order_form(order, &form) && strcmp(answer->request_id, form.request_id) == 0 &&
           strcmp(answer->meter_pan, form.meter_pan) == 0;
}

bool mv_order_answered(const Metervault__V1__BatchItem *order, const Metervault__V1__IssuedTokens *answer)
{
    if (!mv_order_addressed(order, answer) || !same_order(order, answer))
        return false;
    for (size_t i = 0; i < answer->n_tokens; i++)
        if (strspn(answer->tokens[i]->digits, "0123456789") != DIGITS || strlen(answer->tokens[i]->digits) != DIGITS)
            return false;
    return answer->n_tokens > 0;
}

void mv_order_foreign_answer(struct mv_client_error *error, const char *request_id)
{
    mv_error_local(error, MV_INTERNAL_ERROR, NULL);
    (void)snprintf(error->message, sizeof error->message,
                   "The server's answer does not belong to this order. Do not hand it out; look the order up: "
                   "metervault reprint --request-id %s",
                   request_id != NULL ? request_id : "ID");
}
