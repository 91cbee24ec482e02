/* The keys of a running worker: catalogue, handles found once, and the tag key. It follows what `metervault-keys`
 * writes. */
#ifndef MV_HSMD_KEYRING_H
#define MV_HSMD_KEYRING_H

#include "base/status.h"
#include "hsm/hsm.h"

struct hsmd_keyring {
    struct hsm *hsm; /* borrowed */
    struct hsm_catalogue *catalogue;
    struct hsm_handle handles[HSM_MAX_KEYS]; /* of catalogue->keys; DKGA02 keys have none */
    struct hsm_handle dkga02_kek;
    uint8_t *tag_key; /* HSM_MAC_BYTES of secret memory */
    mv_status state;  /* why nothing may be issued; ok while all is well */
    int64_t checked_ms;
    unsigned sessions; /* that were opened after the first: handles of an earlier one are void */
};

/* Reads and verifies everything; free it even after a failure. */
MV_MUST_USE mv_status hsmd_keyring_init(struct hsmd_keyring *keyring, struct hsm *hsm);
void hsmd_keyring_wipe(struct hsmd_keyring *keyring);

/* Looks at the token's catalogue if that was not done for a second, or if `now` is forced, and follows a change; heals
 * a lost session. The result is keyring->state. */
mv_status hsmd_keyring_refresh(struct hsmd_keyring *keyring, int64_t now_ms, bool force);
/* After a call failed with hsm_broken: reopen and load again. */
mv_status hsmd_keyring_reopen(struct hsmd_keyring *keyring);

/* Index of a vending key; -1 when there is none. */
int hsmd_keyring_find(const struct hsmd_keyring *keyring, const char *sgc, uint8_t krn, uint8_t kt);

#endif
