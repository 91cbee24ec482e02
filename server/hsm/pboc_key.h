/* Keys of cards of profile 2 (metervault/card_pboc.h): 3DES with two keys, derived of their masters in the token by the
 * card's serial number, and never out of it. Tokens give a derived key odd parity, which changes its bytes and not its
 * cipher. */
#ifndef MV_HSM_PBOC_KEY_H
#define MV_HSM_PBOC_KEY_H

#include "hsm/hsm.h"
#include "metervault/card_pboc.h"

/* One key of a card. `left` is its left half twice, which is single DES: the MAC needs it, and tokens have no single
 * DES of their own. 0: there is none. */
struct hsm_pboc_key {
    struct hsm_handle whole, left;
};
/* Session objects that only encrypt; on a failure there is neither. `with_left`: of a key that MACs. */
MV_MUST_USE mv_status hsm_pboc_derive(struct hsm *hsm, struct hsm_handle master, const uint8_t factor[MV_PBOC_BLOCK],
                                      bool with_left, struct hsm_pboc_key *key);
void hsm_pboc_drop(struct hsm *hsm, struct hsm_pboc_key *key);

/* The cipher of metervault/card_pboc.h with this key; both outlive it. `failed` is why it could not. */
struct hsm_pboc_cipher {
    struct hsm *hsm;
    const struct hsm_pboc_key *key;
    mv_status failed;
};
struct mv_pboc_cipher hsm_pboc_cipher(struct hsm_pboc_cipher *cipher);

#endif
