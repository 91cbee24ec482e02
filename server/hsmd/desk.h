/* Masters for the length of one request: found by family and version, their state and dates asked, the cache of derived
 * keys kept in step with the session and the catalogue. */
#ifndef MV_HSMD_DESK_H
#define MV_HSMD_DESK_H

#include "hsm/record_key.h"
#include "hsmd/service.h"

struct hsmd_desk {
    struct hsmd_service *service;
    int64_t now_ms;
    int64_t now_unix_s; /* this machine's clock */
    bool looked;        /* for a key that was unknown at first */
    bool reopened;
};

/* Follows the catalogue and takes the time. */
MV_MUST_USE mv_status hsmd_desk_open(struct hsmd_desk *desk, struct hsmd_service *service);

/* The master, if it may serve `purpose` now: RECORD_KEY_UNKNOWN, RECORD_KEY_NOT_ACTIVE, and the same of CARD_KEY. */
MV_MUST_USE mv_status hsmd_desk_master(struct hsmd_desk *desk, enum hsm_key_use use,
                                       const uint8_t domain[HSM_DOMAIN_BYTES], uint8_t version,
                                       enum hsm_purpose purpose, struct hsm_handle *master);
/* After a failure of one item: true when a lost session was opened again and the item may be tried once more. */
bool hsmd_desk_healed(struct hsmd_desk *desk, mv_status *status);

#endif
