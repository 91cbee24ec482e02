/* What a vending or record key may still do. The states are DESIGN's; the table in states.c says what each allows, and
 * nothing else decides it. The server shares this file, so that it asks for nothing that the key process would refuse.
 */
#ifndef MV_HSM_STATES_H
#define MV_HSM_STATES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "hsm/catalogue.h"

enum hsm_purpose {
    HSM_TO_ISSUE, /* credit and management tokens; key changes that stay under this vending key */
    HSM_TO_LEAVE, /* to be the old key of a key change */
    HSM_TO_ENTER, /* to be the new key of a key change, or the first key of a new meter */
    HSM_TO_CHECK, /* to be the key of a record that comes from a meter */
    HSM_TO_OPEN,  /* to look into a token for a help desk */
};

/* The state at a time: the stored one, but PRE_ACTIVE before active_from and EXPIRED from issued_until on. */
enum hsm_key_state hsm_key_state_at(const struct hsm_key_info *key, int64_t now_unix_s);
bool hsm_state_allows(enum hsm_key_state state, enum hsm_purpose purpose);

/* Whether the key serves such a meter, its dates aside: VENDING_KEY_MISMATCH, and only then
 * VENDING_KEY_NOT_ACTIVE (state). */
MV_MUST_USE mv_status hsm_key_fits(const struct hsm_key_info *key, enum hsm_purpose purpose, uint16_t base_date,
                                   uint8_t ea);
/* Whether its state allows the purpose now, dates included: VENDING_KEY_NOT_ACTIVE names state, active_from or
 * issued_until. */
MV_MUST_USE mv_status hsm_key_current(const struct hsm_key_info *key, enum hsm_purpose purpose, int64_t now_unix_s);

/* Whether meters of a key of scope `from` may move on to one of scope `next`: VENDING_KEY_MISMATCH when that has an
 * earlier base date, an older key derivation (DKGA 2 after 4) or lacks an algorithm. */
MV_MUST_USE mv_status hsm_scope_may_follow(const struct hsm_vending_scope *from, const struct hsm_vending_scope *next);

#endif
