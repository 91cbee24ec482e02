/* Orders that were issued, as answers, and how one is found by its digits. */
#ifndef MV_VENDING_ISSUED_H
#define MV_VENDING_ISSUED_H

#include "store/store.h"
#include "vending/vending.h"

/* How an order is answered: `sale` is its row and `set` the key change that came with it, NULL for none. */
struct vend_issued_parts {
    const struct store_sale *sale;
    const struct store_key_change *set;
    const char *pan;
    const char *principal;   /* who issued */
    const char *free_reason; /* NULL: none */
    bool resent;             /* an earlier answer had the set too */
    bool replayed;
};
void vend_issued_fill(struct vend *vend, const struct vend_issued_parts *parts, struct vend_issued *out);

/* What was found of an order. */
struct vend_trace {
    struct store_sale sale;
    struct store_key_change set; /* when the order has one */
    bool resent;
    size_t position; /* of the token in the answer */
};
/* What was ordered: a record's sale is one of credit. */
enum vend_order_kind vend_kind_of(const struct store_sale *sale);
/* Tests and a record's sale have no token under the meter's key, so no key change set goes before them. */
bool vend_is_keyless(const struct store_sale *sale);
/* Reads the set of a stored order, and whether it was one that had been given out before. */
MV_MUST_USE mv_status vend_trace_set(struct store *store, struct vend_trace *trace);
/* The newest order of the meter whose answer has a token of these 20 digits: TOKEN_UNKNOWN when there is none. Takes as
 * long for one wrong digit as for twenty. */
MV_MUST_USE mv_status vend_trace_digits(struct store *store, int64_t meter, const char *digits,
                                        struct vend_trace *trace);
/* Compared in a time that does not depend on where they differ. */
bool vend_same_digits(const char *a, const char *b);

#endif
