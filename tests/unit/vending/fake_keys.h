/* Stands in for the key process: implements hsmd/client.h at link time, with its rules. The "cipher" is the identity,
 * so that a test can decode the digits; slots are counted, so that a leaked one is seen. */
#ifndef FAKE_KEYS_H
#define FAKE_KEYS_H

#include "hsmd/client.h"

struct fake_keys {
    struct hsmd_catalogue catalogue;
    mv_status health;
    int prepare_failures; /* so many next calls fail with KEY_SERVICE_UNAVAILABLE */
    int encrypt_failures; /* the same, as whole calls */
    int lost_slots;       /* so many next blocks find their slot gone */
    char refused_pan[19]; /* prepare answers VENDING_KEY_MISMATCH for this meter */
    int refused_subclass; /* encrypt answers INVALID_FIELD for blocks of this subclass; -1: none */
    int prepare_calls, change_calls, encrypt_calls, release_calls;
    int slots_out;                  /* prepared and neither used nor released */
    void (*on_prepare)(void *self); /* when a sale is admitted, before the writer's transaction */
    void (*on_encrypt)(void *self); /* inside the writer's transaction */
    void *self;
};
/* One for the program; take the lock to look or change while threads run. */
extern struct fake_keys fake_keys;
void fake_keys_lock(void);
void fake_keys_unlock(void);
/* Empty catalogue of generation 1, nothing fails. */
void fake_keys_reset(void);
struct hsm_key_info *fake_keys_add(const char *sgc, uint8_t krn, uint8_t kt, uint8_t dkga, uint16_t base_date,
                                   uint8_t ken);
void fake_keys_officer(const char *name);

#endif
