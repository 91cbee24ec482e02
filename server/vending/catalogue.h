/* What the server knows of the token's key catalogue: a copy, fetched every few seconds and when a key seems unknown.
 * hsmd decides about every token itself; this copy answers trials, registrations and health. */
#ifndef MV_VENDING_CATALOGUE_H
#define MV_VENDING_CATALOGUE_H

#include <pthread.h>

#include "hsm/states.h"
#include "hsmd/client.h"
#include "vending/vending.h"

struct vend_catalogue {
    pthread_mutex_t fetching; /* one fetch at a time; guards client */
    struct hsmd_client *client;
    pthread_mutex_t lock; /* guards what follows */
    struct hsmd_catalogue *current;
    mv_status state;    /* why it cannot be used; ok when it can */
    int64_t fetched_ns; /* CLOCK_MONOTONIC */
};

MV_MUST_USE mv_status vend_catalogue_init(struct vend_catalogue *catalogue, const char *socket, unsigned timeout_ms);
void vend_catalogue_destroy(struct vend_catalogue *catalogue);

/* Asks the key process. A generation below `ledger_generation` is TOKEN_ROLLED_BACK. */
void vend_catalogue_fetch(struct vend_catalogue *catalogue, uint64_t ledger_generation);
/* Whether the copy is older than that. */
bool vend_catalogue_older(struct vend_catalogue *catalogue, int64_t ns);
/* A call of another connection failed or succeeded: what it means for health. */
void vend_catalogue_report(struct vend_catalogue *catalogue, mv_status status);
/* KEY_SERVICE_UNAVAILABLE, TOKEN_ROLLED_BACK, or what the key process says. */
MV_MUST_USE mv_status vend_catalogue_state(struct vend_catalogue *catalogue);
uint64_t vend_catalogue_generation(struct vend_catalogue *catalogue);
/* Whether the token names such an officer: the name is not to be given to anybody else. */
bool vend_catalogue_reserves(struct vend_catalogue *catalogue, const char *name);
/* Names of enrolled officers; returns how many. */
size_t vend_catalogue_officers(struct vend_catalogue *catalogue, char names[][STORE_NAME + 1], size_t size);

/* The entry of a vending key, in whatever state: VENDING_KEY_UNKNOWN. */
MV_MUST_USE mv_status vend_catalogue_find(struct vend_catalogue *catalogue, const char *sgc, uint8_t krn, uint8_t kt,
                                          struct hsm_key_info *info);
/* The highest revision that meters of this algorithm may come to now and that nothing replaces: VENDING_KEY_UNKNOWN. */
MV_MUST_USE mv_status vend_catalogue_newest(struct vend_catalogue *catalogue, const char *sgc, uint8_t kt, uint8_t ea,
                                            int64_t now_unix_s, struct hsm_key_info *info);

/* Whether a vending key serves such a decoder key for the purpose now, as the key process asks it:
 * VENDING_KEY_MISMATCH, VENDING_KEY_NOT_ACTIVE. */
MV_MUST_USE mv_status vend_key_serves(const struct hsm_key_info *info, enum hsm_purpose purpose,
                                      const struct store_key *key, int64_t now_unix_s);

/* Whether the token has the masters of a meter's record keys, in whatever state: RECORD_KEY_UNKNOWN names which. */
MV_MUST_USE mv_status vend_catalogue_record(struct vend_catalogue *catalogue, const uint8_t domain[STORE_DOMAIN],
                                            const struct store_record_keys *keys);

/* What a registration needs to know of its vending key. */
struct vend_key {
    uint8_t kcv[HSM_KCV_BYTES];
    uint8_t ken; /* the key's own; a meter may have got an earlier one with its last key change */
};
/* The vending key of the meter, if it may be used: VENDING_KEY_UNKNOWN, VENDING_KEY_MISMATCH, VENDING_KEY_NOT_ACTIVE.
 * `key` is set but for the first of these. */
MV_MUST_USE mv_status vend_catalogue_key(struct vend_catalogue *catalogue, const struct store_meter *meter,
                                         int64_t now_unix_s, struct vend_key *key);

#endif
