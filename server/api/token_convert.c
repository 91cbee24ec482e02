#include "api/token_convert.h"

#include <stdio.h>

_Static_assert((int)VEND_ORDER_CREDIT + 1 == METERVAULT__V1__ORDER_KIND__CREDIT &&
                   (int)VEND_ORDER_MANAGEMENT + 1 == METERVAULT__V1__ORDER_KIND__MANAGEMENT &&
                   (int)VEND_ORDER_TEST + 1 == METERVAULT__V1__ORDER_KIND__TEST &&
                   (int)VEND_ORDER_KEY_CHANGE + 1 == METERVAULT__V1__ORDER_KIND__KEY_CHANGE,
               "orders are numbered as in the protocol, from 1 there");

void api_key_out(const struct store_key *key, Metervault__V1__MeterKey *out)
{
    metervault__v1__meter_key__init(out);
    out->supply_group_code = (char *)key->sgc;
    out->key_revision_number = key->krn;
    out->tariff_index = key->ti;
    out->key_type = key->kt;
    out->key_expiry_number = key->ken;
    out->base_date = key->base_date;
    out->encryption_algorithm = key->ea;
    out->key_generation_algorithm = key->dkga;
}

void api_quantity_out(enum vend_unit unit, int64_t amount, Metervault__V1__Quantity *out)
{
    metervault__v1__quantity__init(out);
    switch (unit) {
    case VEND_UNIT_WH:
        out->amount_case = METERVAULT__V1__QUANTITY__AMOUNT_ENERGY_WH;
        out->energy_wh = amount;
        break;
    case VEND_UNIT_LITRE:
        out->amount_case = METERVAULT__V1__QUANTITY__AMOUNT_VOLUME_L;
        out->volume_l = amount;
        break;
    case VEND_UNIT_SECOND:
        out->amount_case = METERVAULT__V1__QUANTITY__AMOUNT_TIME_S;
        out->time_s = amount;
        break;
    case VEND_UNIT_CURRENCY_E5:
        out->amount_case = METERVAULT__V1__QUANTITY__AMOUNT_CURRENCY_E5;
        out->currency_e5 = amount;
        break;
    case VEND_UNIT_WATT:
    case VEND_UNIT_RAW:
        break;
    }
}

static void token_out(const struct vend_token *token, struct api_token *out)
{
    Metervault__V1__Token *message = &out->message;
    metervault__v1__token__init(message);
    message->digits = (char *)token->digits;
    message->token_class = token->token_class;
    message->token_subclass = token->subclass;
    message->token_identifier = token->tid;
    if (token->token_class == 0) {
        api_quantity_out(token->unit, token->encoded, &out->carried);
        message->quantity = &out->carried;
    }
    api_key_out(&token->key, &out->key);
    message->meter_key = &out->key;
    (void)snprintf(out->kcv, sizeof out->kcv, "%02X%02X%02X", token->vending_kcv[0], token->vending_kcv[1],
                   token->vending_kcv[2]);
    message->vending_key_check_value = out->kcv;
}

static void kind_out(const struct vend_issued *issued, struct api_issued *out)
{
    out->message.kind = (Metervault__V1__OrderKind)(issued->kind + 1);
    switch (issued->kind) {
    case VEND_ORDER_CREDIT:
        api_quantity_out(issued->unit, issued->requested, &out->requested);
        out->message.requested = &out->requested;
        break;
    case VEND_ORDER_MANAGEMENT:
        api_management_out(&issued->management, &out->management);
        out->message.management = &out->management.message;
        break;
    case VEND_ORDER_TEST:
        api_test_out(&issued->test, &out->test);
        out->message.test = &out->test;
        break;
    case VEND_ORDER_KEY_CHANGE:
        break;
    }
}

static void key_change_out(const struct vend_issued *issued, struct api_issued *out)
{
    metervault__v1__key_change__init(&out->key_change);
    api_key_out(&issued->from, &out->from);
    api_key_out(&issued->to, &out->to);
    out->key_change.from = &out->from;
    out->key_change.to = &out->to;
    out->key_change.rollover = issued->to.base_date > issued->from.base_date;
    out->key_change.resent = issued->resent;
    out->key_change.confirmed = issued->confirmed;
    out->message.key_change = &out->key_change;
}

static void receipt_out(const struct vend_issued *issued, struct api_issued *out)
{
    metervault__v1__receipt_number__init(&out->receipt);
    out->receipt.organisation = (char *)issued->organisation;
    out->receipt.terminal_id = (char *)issued->terminal;
    out->receipt.number = issued->receipt;
    out->message.receipt = &out->receipt;
}

void api_issued_out(const struct vend_issued *issued, struct api_issued *out)
{
    Metervault__V1__IssuedTokens *message = &out->message;
    metervault__v1__issued_tokens__init(message);
    for (size_t i = 0; i < issued->token_count; i++) {
        token_out(&issued->tokens[i], &out->tokens[i]);
        out->pointers[i] = &out->tokens[i].message;
    }
    message->request_id = (char *)issued->request_id;
    message->meter_pan = (char *)issued->pan;
    message->n_tokens = issued->token_count;
    message->tokens = out->pointers;
    message->issued_at_unix_s = issued->issued_at_unix_s;
    message->principal = (char *)issued->principal;
    message->carrier = (Metervault__V1__Carrier)issued->carrier;
    message->replayed = issued->replayed;
    message->free_reason = (char *)issued->free_reason;
    kind_out(issued, out);
    if (issued->has_key_change)
        key_change_out(issued, out);
    if (issued->receipt != 0)
        receipt_out(issued, out);
}

static void foreign_out(const struct vend_foreign *foreign, struct api_verified *out)
{
    metervault__v1__foreign_token__init(&out->foreign);
    out->foreign.token_class = foreign->token_class;
    out->foreign.token_subclass = foreign->subclass;
    out->foreign.token_identifier = foreign->tid;
    out->foreign.key_section = foreign->key_section;
    if (foreign->quantity.unit != 0) {
        api_quantity_out(foreign->quantity.unit, foreign->quantity.amount, &out->quantity);
        out->foreign.quantity = &out->quantity;
    }
    if (foreign->has_management) {
        api_management_out(&foreign->management, &out->management);
        out->foreign.management = &out->management.message;
    }
    out->message.foreign = &out->foreign;
}

void api_verified_out(const struct vend_verified *verified, struct api_verified *out)
{
    metervault__v1__verify_response__init(&out->message);
    if (!verified->issued_here) {
        foreign_out(&verified->foreign, out);
        return;
    }
    api_issued_out(&verified->issued, &out->issued);
    out->message.issued = &out->issued.message;
    out->message.position = (uint32_t)verified->position;
}
