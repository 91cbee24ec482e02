/* Decoder keys between prepare and encrypt: in locked memory, bounded, of one connection, used once, gone after a
 * minute. */
#ifndef MV_HSMD_SLOTS_H
#define MV_HSMD_SLOTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "hsmd/client.h"
#include "metervault/sts.h"

enum {
    HSMD_SLOTS = 2048,          /* of a worker */
    HSMD_SLOTS_PER_OWNER = 512, /* of a connection: two full batches */
    HSMD_SLOT_LIFE_MS = 60000,
};

struct hsmd_slot_key {
    struct mv_decoder_key key;
    uint8_t ken; /* tokens beyond it are refused */
    uint8_t kt;
};

struct hsmd_slots;

MV_MUST_USE mv_status hsmd_slots_new(struct hsmd_slots **slots);
void hsmd_slots_free(struct hsmd_slots *slots);

/* Copies the key in. `id` is below HSMD_SLOT_NONE. SERVER_BUSY when the table or the owner's share is full. */
MV_MUST_USE mv_status hsmd_slots_put(struct hsmd_slots *slots, uint32_t owner, const struct hsmd_slot_key *key,
                                     int64_t now_ms, uint32_t *id);
/* NULL unless the slot is alive and of this owner. Valid until the next call. */
const struct hsmd_slot_key *hsmd_slots_get(struct hsmd_slots *slots, uint32_t owner, uint32_t id, int64_t now_ms);
/* Wipes the slot if it is of this owner. */
void hsmd_slots_drop(struct hsmd_slots *slots, uint32_t owner, uint32_t id);
void hsmd_slots_drop_owner(struct hsmd_slots *slots, uint32_t owner);
/* Wipes what has expired; call it about once a second. */
void hsmd_slots_expire(struct hsmd_slots *slots, int64_t now_ms);

#endif
