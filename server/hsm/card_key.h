/* Keys of cards (metervault/card.h): a card's key is derived of its master in the token (AN10922) and stays there, and
 * so do the session keys that are derived of it. Only where a key is put onto a card does it pass through memory. */
#ifndef MV_HSM_CARD_KEY_H
#define MV_HSM_CARD_KEY_H

#include "hsm/hsm.h"
#include "hsm/masters.h"
#include "hsm/record_key.h"
#include "metervault/card.h"
#include "metervault/card_layout.h"

enum { HSM_CARD_KEY = 16 };

/* A master and the input that makes the key of it; a master of 0 is the factory's, sixteen zero bytes. */
struct hsm_card_source {
    struct hsm_handle master;
    uint8_t diversifier[MV_CARD_DIVERSIFIER_MAX];
    uint8_t size;
};

/* The key as an object of this session, cached among `children`, or held by the caller (`factory`, which is made when
 * it is 0). It encrypts, decrypts and derives; the handle holds until the next call. */
MV_MUST_USE mv_status hsm_card_key(struct hsm *hsm, struct hsm_children *children, const struct hsm_card_source *source,
                                   struct hsm_handle *factory, struct hsm_handle *key);
/* AES-CBC in place, whole blocks. */
MV_MUST_USE mv_status hsm_card_cbc(struct hsm *hsm, struct hsm_handle key, bool encrypt, const uint8_t iv[16],
                                   uint8_t *data, size_t size);

/* Session objects; 0: none. */
struct hsm_card_keys {
    struct hsm_handle enc, mac;
};
/* CMAC(key, sv1) and CMAC(key, sv2) as keys in the token: nothing of them is in memory. On a failure there is neither.
 */
MV_MUST_USE mv_status hsm_card_derive(struct hsm *hsm, struct hsm_handle key, const uint8_t sv1[32],
                                      const uint8_t sv2[32], struct hsm_card_keys *keys);
void hsm_card_drop(struct hsm *hsm, struct hsm_card_keys *keys);
/* CMAC over the parts joined. */
MV_MUST_USE mv_status hsm_card_mac(struct hsm *hsm, struct hsm_handle mac_key, const struct mv_card_part *parts,
                                   uint8_t count, uint8_t mac[16]);

/* What ChangeKey brings (mv_card_key_data): `old_key` NULL when the key that changes is the one in use. The keys are in
 * secret memory for the length of the call; `plain`, secret memory of MV_CARD_KEY_DATA_MAX bytes, is the caller's to
 * wipe. */
MV_MUST_USE mv_status hsm_card_key_data(struct hsm *hsm, const struct hsm_card_source *new_key,
                                        const struct hsm_card_source *old_key, uint8_t version, uint8_t *plain,
                                        uint8_t *size);

/* ---- card_export.c ---- */
/* A new meter's keys, its own and its area's (zeros where `area_version` is 0), wrapped under the factory key as one,
 * and their KCVs (AES-CMAC of a zero block) in the same order. As hsm_export_records, with CARD_KEY_UNKNOWN and
 * CARD_KEY_NOT_ACTIVE. */
enum { HSM_CARD_KEYS = 2, HSM_CARD_KEYS_WRAPPED = 40 };
struct hsm_card_export {
    char pan[18];                     /* digits, not terminated */
    uint8_t domain[HSM_DOMAIN_BYTES]; /* with an area key */
    uint8_t meter_version, area_version;
};
MV_MUST_USE mv_status hsm_export_cards(struct hsm *hsm, const struct hsm_catalogue *catalogue,
                                       const struct hsm_card_export *meter, const char *factory_label,
                                       uint8_t wrapped[HSM_CARD_KEYS_WRAPPED],
                                       uint8_t kcvs[HSM_CARD_KEYS][HSM_KCV_BYTES]);

#endif
