/* Decoder keys for the length of one request: vending key found, its state and dates asked, DKGA run, a lost session
 * healed once. */
#ifndef MV_HSMD_DECODER_H
#define MV_HSMD_DECODER_H

#include "hsmd/service.h"

struct hsmd_decoder {
    struct hsmd_service *service;
    uint8_t *opened;  /* secret memory: the DKGA02 vending key that was used last */
    int opened_index; /* which key that is; -1: none */
    int64_t now_ms;
    int64_t now_unix_s; /* this machine's clock */
    bool looked;        /* for a key that was unknown at first */
    bool reopened;
};

/* Follows the catalogue and takes the time. End it even after a failure. */
MV_MUST_USE mv_status hsmd_decoder_begin(struct hsmd_decoder *decoder, struct hsmd_service *service);
void hsmd_decoder_end(struct hsmd_decoder *decoder);

/* The meter's decoder key into secret memory, if its vending key may serve `purpose` now. `vending` is a copy of the
 * catalogue's line. */
MV_MUST_USE mv_status hsmd_decoder_derive(struct hsmd_decoder *decoder, const struct hsmd_meter *meter,
                                          enum hsm_purpose purpose, struct mv_decoder_key *key,
                                          struct hsm_key_info *vending);

#endif
