/* What an order's own token carries besides its identifier: pure functions between orders and clear blocks. */
#ifndef MV_VENDING_CONTENT_H
#define MV_VENDING_CONTENT_H

#include "hsmd/client.h"
#include "metervault/sts.h"
#include "vending/vending.h"

struct vend_content {
    uint8_t token_class, subclass;
    int64_t requested, encoded; /* as in the ledger */
    uint16_t field;             /* units, management */
    struct mv_sts_currency currency;
    uint64_t control; /* test */
    uint16_t manufacturer;
};
/* WRONG_UTILITY, AMOUNT_TOO_SMALL, AMOUNT_TOO_LARGE. */
MV_MUST_USE mv_status vend_content_credit(enum vend_utility utility, bool currency,
                                          const struct vend_quantity *quantity, struct vend_content *content);
/* INVALID_FIELD. Power limits are rounded up to what a token can say. */
MV_MUST_USE mv_status vend_content_management(const struct vend_management *management, struct vend_content *content);
MV_MUST_USE mv_status vend_content_test(const struct vend_test *test, struct vend_content *content);
/* Of the order for this meter; a key change has no token of its own. */
MV_MUST_USE mv_status vend_content_of(const struct store_meter *meter, const struct vend_order *order,
                                      struct vend_content *content);
/* The clear block; slot is the caller's to set. `tid` and the 4 bits of `random` count where the token has them. */
MV_MUST_USE mv_status vend_content_block(const struct vend_content *content, uint32_t tid, uint8_t random,
                                         struct hsmd_block *block);
/* Whether orders of this kind take an identifier. */
bool vend_is_numbered(enum vend_order_kind kind);
/* What a meter measures, as a unit of quantities, and how much of it one token unit is. */
enum vend_unit vend_unit_of(enum vend_utility utility);
int64_t vend_token_unit(enum vend_utility utility);

#endif
