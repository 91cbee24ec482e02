/* The ledger's part about purchases by record that are taken back: a later one that brings nothing voids another, and a
 * return tells whether the meter had taken that before. Rules as in store.h; the schema refuses with INTERNAL_ERROR
 * what breaks them. */
#ifndef MV_STORE_VOIDS_H
#define MV_STORE_VOIDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "store/records.h"

struct store_void {
    int64_t record;     /* that voids */
    uint32_t voided_by; /* its sequence number */
    uint32_t sequence;  /* of the purchase that is voided */
    int64_t amount;     /* and what it brings */
    int64_t principal;  /* and whose order it was */
    char request_id[STORE_REQUEST_ID + 1];
    bool taken; /* once it is ended: the meter had it already */
};
/* The newest record of the meter voids the purchase with the lower sequence number of the same epoch. */
MV_MUST_USE mv_status store_void_insert(struct store *store, int64_t meter, uint16_t epoch, uint32_t voided_by,
                                        uint32_t sequence);
/* Whether a later record voids this one. */
MV_MUST_USE mv_status store_void_exists(struct store *store, int64_t record, bool *voided);
typedef mv_status store_void_fn(void *self, const struct store_void *row);
/* Those that no return ended and whose voiding record is at most this one, oldest first. */
MV_MUST_USE mv_status store_voids_waiting(struct store *store, int64_t meter, uint16_t epoch, uint32_t voided_by,
                                          store_void_fn *each, void *self);
/* Those that this return ended. */
MV_MUST_USE mv_status store_voids_ended(struct store *store, const struct store_return *row, store_void_fn *each,
                                        void *self);
/* By this return, which answers the newest read request and is the meter's newest. */
MV_MUST_USE mv_status store_void_end(struct store *store, int64_t record, const struct store_return *row, bool taken);
/* What a meter has bought that took the purchases up to `sequence`, if it took none that one of them voids; but those
 * that it is known to have taken. `count`: of the purchases. */
MV_MUST_USE mv_status store_purchases_sum(struct store *store, int64_t meter, uint16_t epoch, uint32_t sequence,
                                          int64_t *sum, uint32_t *count);
/* Whether a return showed that no meter will ever take what this sale brings. */
MV_MUST_USE mv_status store_sale_is_void(struct store *store, int64_t sale, bool *is_void);

#endif
