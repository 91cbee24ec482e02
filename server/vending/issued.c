#include "vending/issued.h"

#include <string.h>

#include "metervault/sts.h"
#include "metervault/sts_manage.h"
#include "vending/internal.h"

_Static_assert((int)VEND_ORDER_CREDIT == STORE_CREDIT && (int)VEND_ORDER_MANAGEMENT == STORE_MANAGEMENT &&
                   (int)VEND_ORDER_TEST == STORE_TEST && (int)VEND_ORDER_KEY_CHANGE == STORE_KEY_CHANGE,
               "orders are numbered as in the ledger");

enum { CONTROL_BITS = 40, FIRST_CURRENCY_SUBCLASS = 4 };

static struct store_key key_of(const struct store_sale *sale)
{
    struct store_key key = {.krn = sale->krn,
                            .ti = sale->ti,
                            .kt = sale->kt,
                            .ken = sale->ken,
                            .ea = sale->ea,
                            .dkga = sale->dkga,
                            .base_date = sale->base_date};
    vend_copy(key.sgc, sizeof key.sgc, sale->sgc);
    return key;
}

enum vend_order_kind vend_kind_of(const struct store_sale *sale)
{
    return sale->order == STORE_RECORD_SALE ? VEND_ORDER_CREDIT : (enum vend_order_kind)sale->order;
}

bool vend_is_keyless(const struct store_sale *sale)
{
    return sale->order == STORE_TEST || sale->order == STORE_RECORD_SALE;
}

static enum vend_unit unit_of(const struct store_sale *sale)
{
    if (vend_kind_of(sale) == VEND_ORDER_CREDIT)
        return sale->subclass >= FIRST_CURRENCY_SUBCLASS
                   ? VEND_UNIT_CURRENCY_E5
                   : vend_unit_of((enum vend_utility)(sale->subclass + VEND_ELECTRICITY));
    bool power = sale->subclass == MV_MANAGE_MAXIMUM_POWER || sale->subclass == MV_MANAGE_PHASE_UNBALANCE;
    return sale->order == STORE_MANAGEMENT && power ? VEND_UNIT_WATT : VEND_UNIT_RAW;
}

/* The sections in the order in which they are printed. */
static void add_set(const struct store_key_change *set, struct vend_issued *out)
{
    static const uint8_t subclasses[STORE_SECTIONS] = {3, 4, 8, 9};
    for (size_t i = 0; i < set->count && i < STORE_SECTIONS; i++) {
        struct vend_token *token = &out->tokens[out->token_count++];
        *token = (struct vend_token){.token_class = 2,
                                     .subclass = subclasses[i],
                                     .unit = VEND_UNIT_RAW,
                                     .encoded = (int64_t)i + 1,
                                     .key = set->from,
                                     .key_section = true};
        vend_copy(token->digits, sizeof token->digits, set->digits[i]);
        memcpy(token->vending_kcv, set->from_kcv, sizeof token->vending_kcv);
    }
    out->has_key_change = true;
    out->from = set->from;
    out->to = set->to;
    out->confirmed = set->outcome == STORE_APPLIED;
}

static void add_own(const struct store_sale *sale, struct vend_issued *out)
{
    static const uint8_t classes[] = {[STORE_CREDIT] = 0, [STORE_MANAGEMENT] = 2, [STORE_TEST] = 1};
    uint64_t base = 0;
    if (sale->order >= sizeof classes / sizeof classes[0])
        return;
    struct vend_token *token = &out->tokens[out->token_count++];
    *token = (struct vend_token){.token_class = classes[sale->order],
                                 .subclass = sale->subclass,
                                 .unit = unit_of(sale),
                                 .encoded = sale->encoded,
                                 .key = key_of(sale)};
    vend_copy(token->digits, sizeof token->digits, sale->digits);
    memcpy(token->vending_kcv, sale->vending_kcv, sizeof token->vending_kcv);
    if (mv_sts_base_minutes(sale->base_date, &base) == MV_DONE && sale->tid >= base)
        token->tid = (uint32_t)(sale->tid - base);
}

static void say_what(const struct store_sale *sale, struct vend_issued *out)
{
    out->kind = vend_kind_of(sale);
    switch (out->kind) {
    case VEND_ORDER_CREDIT:
        out->unit = unit_of(sale);
        out->requested = sale->requested;
        break;
    case VEND_ORDER_MANAGEMENT:
        out->management = (struct vend_management){.subclass = sale->subclass, .value = (uint64_t)sale->requested};
        break;
    case VEND_ORDER_TEST:
        out->test = (struct vend_test){.subclass = sale->subclass,
                                       .control = (uint64_t)sale->requested & ((UINT64_C(1) << CONTROL_BITS) - 1),
                                       .manufacturer = (uint32_t)((uint64_t)sale->requested >> CONTROL_BITS)};
        break;
    case VEND_ORDER_KEY_CHANGE:
        break;
    }
}

void vend_issued_fill(struct vend *vend, const struct vend_issued_parts *parts, struct vend_issued *out)
{
    const struct store_sale *sale = parts->sale;
    *out = (struct vend_issued){.receipt = sale->receipt,
                                .issued_at_unix_s = sale->issued_at_unix_s,
                                .carrier = (enum vend_carrier)sale->carrier,
                                .replayed = parts->replayed,
                                .resent = parts->set != NULL && parts->resent};
    vend_copy(out->request_id, sizeof out->request_id, sale->request_id);
    vend_copy(out->pan, sizeof out->pan, parts->pan);
    vend_organisation_name(&vend->directory, sale->organisation, out->organisation);
    vend_copy(out->terminal, sizeof out->terminal, sale->terminal);
    vend_copy(out->principal, sizeof out->principal, parts->principal);
    if (parts->free_reason != NULL)
        vend_copy(out->free_reason, sizeof out->free_reason, parts->free_reason);
    say_what(sale, out);
    if (parts->set != NULL)
        add_set(parts->set, out);
    add_own(sale, out);
}
