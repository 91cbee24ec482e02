/* Which key a meter shall have at an order, and whether it may. */
#ifndef MV_VENDING_TARGET_H
#define MV_VENDING_TARGET_H

#include "vending/catalogue.h"
#include "vending/vending.h"

/* The key that is on file with what is wanted instead, and with all that comes with the vending key that this leads
 * to: successors are followed as far as meters may come to them; another supply group without a revision is its newest.
 * Under the same decoder key a higher expiry number stays. VENDING_KEY_UNKNOWN. `kcv` is the vending key's. */
MV_MUST_USE mv_status vend_target_find(struct vend_catalogue *catalogue, const struct store_meter *meter,
                                       const struct vend_key_target *wanted, int64_t now_unix_s, struct store_key *key,
                                       uint8_t kcv[HSM_KCV_BYTES]);
/* What the office assigned to the meter. Points into it. */
struct vend_key_target vend_target_wanted(const struct store_meter *meter);
/* Whether tokens may be issued under this key now: VENDING_KEY_UNKNOWN, VENDING_KEY_MISMATCH, VENDING_KEY_NOT_ACTIVE.
 */
MV_MUST_USE mv_status vend_target_issues(struct vend_catalogue *catalogue, const struct store_key *key,
                                         int64_t now_unix_s);
/* Whether the meter may change from the key on file to this one: KEY_CHANGE_NOT_ALLOWED (hsm/change.h),
 * VENDING_KEY_MISMATCH, VENDING_KEY_NOT_ACTIVE, BEFORE_BASE_DATE, TID_OUT_OF_RANGE, KEY_EXPIRED, KEY_ALREADY_USED.
 * Rights and approvals are the caller's to ask. */
MV_MUST_USE mv_status vend_target_allowed(struct vend_catalogue *catalogue, struct store *store,
                                          const struct store_meter *meter, const struct store_key *to,
                                          int64_t now_unix_s);

#endif
