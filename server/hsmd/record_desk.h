/* A record as it lies in a request, and what is done with one. */
#ifndef MV_HSMD_RECORD_DESK_H
#define MV_HSMD_RECORD_DESK_H

#include "hsmd/desk.h"

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
MV_MUST_USE mv_status hsmd_record_seal(struct hsmd_desk *desk, const struct hsmd_record_item *item,
                                       enum hsm_purpose purpose, uint8_t mac[HSM_RECORD_MAC_BYTES]);

#endif
