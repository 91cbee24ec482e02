/* Priced sales inside the domain: between the account, its tariff and the orders that vend_group_* carry out. */
#ifndef MV_VENDING_SALE_PARTS_H
#define MV_VENDING_SALE_PARTS_H

#include "store/accounts.h"
#include "store/debts.h"
#include "vending/accounts.h"
#include "vending/audit_note.h"
#include "vending/charged.h"
#include "vending/vendor_parts.h"

struct vend_item;
struct vend_group;

/* Of one order while it is worked on. */
struct vend_pricing {
    struct store_account account;        /* id 0: it is opened with this order, and not in the ledger yet */
    struct vend_account_request opening; /* of such an order; points into `account` */
    struct vend_charged charged;         /* once it is priced, or the stored answer */
    struct vend_credit credit;           /* once it is priced */
};

/* The account that the order names, and its meter; puts the meter's PAN into the request. ACCOUNT_UNKNOWN; of an
 * account that is to be opened METER_UNKNOWN. */
MV_MUST_USE mv_status vend_sale_find(struct store *store, struct vend_item *item);
/* ACCOUNT_SUSPENDED, of a closed one too. For orders without a price there is nothing to check. */
MV_MUST_USE mv_status vend_sale_check_account(const struct vend_item *item);
/* ACCOUNT_EXISTS, METER_HAS_ACCOUNT for an account that is to be opened; nothing for others. */
MV_MUST_USE mv_status vend_sale_check_opening(struct store *store, const struct vend_item *item);
/* The account in the ledger, with its audit record, before its first sale is. */
MV_MUST_USE mv_status vend_sale_open(struct store *store, const struct vend_item *item, int64_t now_us);
/* For credit without a price: ACCOUNT_SUSPENDED when the meter's account is. A meter without an open account passes. */
MV_MUST_USE mv_status vend_sale_check_meter(struct store *store, int64_t meter);
/* The price as of now, with what the token is to carry. On the ledger's state as this transaction sees it and, when
 * there is a group, after what its items before this one will have sold to the account: so if one of those is refused
 * later, everything has to be priced again. What vend_price says, PRICE_CHANGED, TENDERED_TOO_LITTLE, INVALID_FIELD,
 * BALANCE_TOO_SMALL, METER_CHANGED (the account has another meter by now), and what vend_credit_take says. */
MV_MUST_USE mv_status vend_sale_price(struct vend *vend, struct store *store, const struct vend_group *group,
                                      struct vend_item *item, int64_t now_unix_s);
struct vend_sale_when {
    int64_t unix_s;
    int32_t utc_offset_min; /* of the office */
};
struct vend_price_facts;
/* The unpaid debts of the account, after what the group's items before this one will have taken of them. */
MV_MUST_USE mv_status vend_sale_find_debts(struct store *store, const struct vend_group *group,
                                           const struct vend_item *item, const struct vend_sale_when *when,
                                           struct vend_price_facts *facts);
/* Behind the sale's row, in the same transaction. */
MV_MUST_USE mv_status vend_sale_book(struct store *store, struct vend_item *item);
/* The bill of a stored sale: TOKEN_UNKNOWN when it has none. */
MV_MUST_USE mv_status vend_sale_read(struct store *store, const struct store_sale *sale, struct vend_charged *charged);
/* The item is a replay: its bill too. */
MV_MUST_USE mv_status vend_sale_replay(struct store *store, struct vend_item *item);
/* For the audit record of a sale, and of one that was refused. */
void vend_sale_describe(const struct vend_item *item, struct audit_record *record);
void vend_sale_describe_asked(const struct vend_order *order, struct audit_record *record);

#endif
