/* Record masters for the length of one request: found by domain and version, their state and dates asked, the cache of
 * derived keys kept in step with the session and the catalogue. */
#ifndef MV_HSMD_RECORD_DESK_H
#define MV_HSMD_RECORD_DESK_H

#include "hsm/record_key.h"
#include "hsmd/service.h"

struct hsmd_record_desk {
    struct hsmd_service *service;
    int64_t now_ms;
    int64_t now_unix_s; /* this machine's clock */
    bool looked;        /* for a key that was unknown at first */
    bool reopened;
};

/* Follows the catalogue and takes the time. */
MV_MUST_USE mv_status hsmd_record_desk_open(struct hsmd_record_desk *desk, struct hsmd_service *service);

/* The master, if it may serve `purpose` now: RECORD_KEY_UNKNOWN, RECORD_KEY_NOT_ACTIVE. */
MV_MUST_USE mv_status hsmd_record_desk_master(struct hsmd_record_desk *desk, enum hsm_key_use use,
                                              const uint8_t domain[HSM_DOMAIN_BYTES], uint8_t version,
                                              enum hsm_purpose purpose, struct hsm_handle *master);
/* After a failure of one item: true when a lost session was opened again and the item may be tried once more. */
bool hsmd_record_desk_healed(struct hsmd_record_desk *desk, mv_status *status);

/* A record as it was sent. */
struct hsmd_record_item {
    struct hsmd_record record;
    struct mv_record_head head;
    const uint8_t *body; /* into record.bytes */
    uint8_t body_size;
    struct hsm_record_owner owner;
};
void hsmd_record_item_get(struct mv_reader *from, struct hsmd_record_item *item);
/* Takes it apart: RECORD_NOT_VALID when it is not of its form or has a tag that its kind has not. */
MV_MUST_USE mv_status hsmd_record_item_parse(struct hsmd_record_item *item, bool sealed);

/* ---- records.c ---- */
/* Whether records of this kind put new keys into the meter. */
bool hsmd_record_brings_keys(const struct hsmd_record_item *item);
/* The MAC of a parsed record to a meter, which ends where its MAC will begin. */
MV_MUST_USE mv_status hsmd_record_seal(struct hsmd_record_desk *desk, const struct hsmd_record_item *item,
                                       enum hsm_purpose purpose, uint8_t mac[HSM_RECORD_MAC_BYTES]);

#endif
