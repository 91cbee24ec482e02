#include "vending/digest.h"

#include "base/digest.h"
#include "base/wire.h"
#include "vending/accounts.h"

/* Ordinary credit keeps the form that ledgers have digests of. */
enum { FORM_CREDIT = 1, FORM_ORDER = 2, FORM_SALE = 3, FORM_FREE = 4, FORM_OPENING = 5, LONGEST = 2048 };

static void put_common(struct mv_writer *writer, const struct vend_order *order)
{
    mv_put_text(writer, order->terminal);
    mv_put_text(writer, order->pan);
}

static void put_quantity(struct mv_writer *writer, const struct vend_order *order)
{
    mv_put_u8(writer, (uint8_t)order->quantity.unit);
    mv_put_u64(writer, (uint64_t)order->quantity.amount);
    mv_put_u8(writer, (uint8_t)order->carrier);
}

static void put_opening(struct mv_writer *writer, const struct vend_account_request *opens)
{
    mv_put_u8(writer, FORM_OPENING);
    mv_put_text(writer, opens->pan);
    mv_put_text(writer, opens->customer.name);
    mv_put_text(writer, opens->customer.address);
    mv_put_text(writer, opens->customer.contact);
    mv_put_text(writer, opens->customer.reference);
    mv_put_text(writer, opens->tariff_class);
}

/* Who names an account may not know its meter. What the caller expects it to come to is no part of what is ordered: who
 * lost the answer and asks for the price again may expect something else. */
static void put_sale(struct mv_writer *writer, const struct vend_order *order)
{
    const struct vend_purchase *purchase = &order->purchase;
    mv_put_u8(writer, FORM_SALE);
    mv_put_text(writer, order->terminal);
    mv_put_text(writer, purchase->account == NULL ? "" : purchase->account);
    mv_put_text(writer, purchase->account == NULL ? order->pan : "");
    mv_put_u8(writer, (uint8_t)order->carrier);
    mv_put_u8(writer, purchase->by_units ? (uint8_t)order->quantity.unit : purchase->free_units ? UINT8_MAX : 0);
    mv_put_u64(writer, (uint64_t)(purchase->by_units ? order->quantity.amount : purchase->money));
    mv_put_u8(writer, (uint8_t)purchase->payment);
    mv_put_u64(writer, (uint64_t)purchase->tendered);
    mv_put_u8(writer, purchase->keep_change);
    if (purchase->opens != NULL)
        put_opening(writer, purchase->opens);
}

static void put_free(struct mv_writer *writer, const struct vend_order *order)
{
    mv_put_u8(writer, FORM_FREE);
    put_common(writer, order);
    put_quantity(writer, order);
    mv_put_text(writer, order->free_reason);
    mv_put_u64(writer, (uint64_t)order->claim);
}

static void put_credit(struct mv_writer *writer, const struct vend_order *order)
{
    mv_put_u8(writer, order->special ? FORM_ORDER : FORM_CREDIT);
    mv_put_text(writer, order->special ? "special credit" : "credit");
    put_common(writer, order);
    put_quantity(writer, order);
}

static void put_other(struct mv_writer *writer, const struct vend_order *order)
{
    mv_put_u8(writer, FORM_ORDER);
    mv_put_u8(writer, (uint8_t)order->kind);
    put_common(writer, order);
    mv_put_u8(writer, (uint8_t)order->carrier);
    switch (order->kind) {
    case VEND_ORDER_MANAGEMENT:
        mv_put_u8(writer, order->special);
        mv_put_u32(writer, order->management.subclass);
        mv_put_u64(writer, order->management.value);
        break;
    case VEND_ORDER_TEST:
        mv_put_u32(writer, order->test.subclass);
        mv_put_u64(writer, order->test.control);
        mv_put_u32(writer, order->test.manufacturer);
        break;
    default:
        mv_put_text(writer, order->target.sgc == NULL ? "" : order->target.sgc);
        mv_put_u32(writer, order->target.krn);
        mv_put_u32(writer, order->target.kt);
        mv_put_u32(writer, (uint32_t)order->target.ti);
        mv_put_u8(writer, order->target.with_sgc);
        break;
    }
}

mv_status vend_digest_order(const struct vend_order *order, uint8_t digest[VEND_DIGEST])
{
    uint8_t fields[LONGEST];
    struct mv_writer writer = mv_writer_on(fields, sizeof fields);
    if (order->priced)
        put_sale(&writer, order);
    else if (order->free_reason != NULL)
        put_free(&writer, order);
    else if (order->kind == VEND_ORDER_CREDIT)
        put_credit(&writer, order);
    else
        put_other(&writer, order);
    if (!mv_writer_ok(&writer))
        return mv_fail(MV_INTERNAL_ERROR, "digest");
    return mv_sha256(fields, writer.used, digest);
}
