/* Short words for tests of native records, of a meter whose keys are RECORDS_KEYS of RECORDS_DOMAIN: the fake key
 * process signs for it, and the test writes what it answers. */
#ifndef RECORDS_WORLD_H
#define RECORDS_WORLD_H

#include "desk_world.h"
#include "fake_records.h"
#include "vending/records.h"

extern const uint8_t RECORDS_DOMAIN[3];
/* MAC version 1, wrapping version 2, epoch 7. */
extern const struct store_record_keys RECORDS_KEYS;

/* The meter with serial number 1; the domain's masters of versions 1 to 3 are in the catalogue. */
struct vend_meter records_provisioned(struct world *world, char pan[19]);
/* The same with an open account: purchase number 1. */
void records_ready(struct world *world, char pan[19]);

/* One part, whose body is records_body. */
struct vend_record_order records_order(enum mv_record_kind kind, const char *id, const char *pan);
struct vend_record_order records_purchase(const char *id, const char *pan, int64_t wh);
/* MAC version 3; a reset when in the next epoch. */
struct vend_record_order records_renewal(const char *id, const char *pan, bool next_epoch);
vend_record_body_fn records_body;

mv_status records_sign(struct world *world, const char *who, const struct vend_record_order *order,
                       struct vend_records *out);
/* By "seller"; the account is opened for "client". */
mv_status records_buy(struct world *world, const char *id, const char *pan, int64_t wh, struct vend_records *out);
mv_status records_open_account(struct world *world, const char *id, const char *pan, struct vend_records *out);
/* By "engineer". */
mv_status records_renew(struct world *world, const char *id, const char *pan, bool next_epoch,
                        struct vend_records *out);

void records_has_mac(const struct vend_signed_record *record, uint8_t version, const char *pan, uint16_t epoch);
struct mv_record_head records_head(const struct vend_signed_record *record);

/* What a return says of its meter. */
struct records_shown {
    uint8_t mac_version, enc_version;
    uint16_t epoch;
    uint32_t sequence;
    uint32_t taken;      /* the last purchase */
    const uint8_t *echo; /* a nonce, or NULL */
    int64_t remaining, total, arrears;
    uint8_t counts; /* credit register */
};
/* With the wrapping version of RECORDS_KEYS, no purchase, no nonce, nothing bought, no arrears, and 12345 Wh left. */
struct records_shown records_shown(uint8_t mac_version, uint16_t epoch, uint32_t sequence);
/* Signs a read request as "seller"; its nonce. */
void records_ask(struct world *world, const char *id, const char *pan, uint8_t nonce[STORE_NONCE]);
/* Its size. */
size_t records_return(const char *pan, struct records_shown shown, uint8_t bytes[MV_RECORD_MAX]);
/* By "seller". */
mv_status records_hand_in(struct world *world, const uint8_t *bytes, size_t size, struct vend_return *out);
mv_status records_bring(struct world *world, const char *pan, struct records_shown shown, struct vend_return *out);

#endif
