/* Keys that come or go in TR-31 blocks. The host sees such a key in clear for a moment, because the block's MAC covers
 * the clear key: callers take request->accept_host_visible from two people at a terminal, not from a default. */
#ifndef KEYTOOLS_KEY_BLOCK_H
#define KEYTOOLS_KEY_BLOCK_H

#include "base/status.h"
#include "hsm/hsm.h"
#include "tr31.h"

/* How a key is written in a block:
 *   vending, DKGA 4   B3 X, algorithm H (20 bytes); M7 G and M7 C are taken too
 *   vending, DKGA 2   B3 X, algorithm D (8 bytes)
 *   factory           K0 B, algorithm A (16 bytes); K0 E is taken too
 * KEY_BLOCK_REFUSED names what does not fit. `usage` (2 characters, or NULL) is another usage that an officer accepts;
 * algorithm and length must fit all the same. */
MV_MUST_USE mv_status key_block_fits(const struct hsm_key_request *request, const struct tr31_key *key,
                                     const char *usage);
/* The attributes of a new block for a key of this use and, for vending keys, DKGA; INVALID_FIELD when there are none.
 */
MV_MUST_USE mv_status key_block_attributes(enum hsm_key_use use, uint8_t dkga, char exportability,
                                           struct tr31_attributes *attributes);

/* Opens the block, checks that it fits and puts the key into the token, with its backup on the disk.
 * HOST_VISIBLE_NOT_ACCEPTED unless the request accepts it; `expected_kcv` may be NULL. `info` is what was made. */
MV_MUST_USE mv_status key_block_import(struct hsm *hsm, const char *backup_dir, const struct hsm_key_request *request,
                                       const char *block, const uint8_t *kbpk, size_t kbpk_size, const char *usage,
                                       const uint8_t *expected_kcv, struct hsm_key_info *info);

#endif
