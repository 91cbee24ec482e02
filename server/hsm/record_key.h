/* Keys of native records (metervault/record.h): MACs with keys that are derived in the token and never leave it, and
 * the wrapping of a meter's new keys. Diversification is AN10922 AES-128 with
 * what it is for (1) | PAN (9, BCD) | domain (3) | epoch (2). */
#ifndef MV_HSM_RECORD_KEY_H
#define MV_HSM_RECORD_KEY_H

#include "hsm/hsm.h"
#include "hsm/masters.h"

enum hsm_record_child {
    HSM_CHILD_MAC_IN = 0x01,  /* of record-mac: records to the meter */
    HSM_CHILD_ENC = 0x02,     /* of record-enc: wraps key updates */
    HSM_CHILD_MAC_OUT = 0x81, /* of record-mac: records from the meter */
};
enum {
    HSM_RECORD_MASTER_BYTES = 16,
    HSM_RECORD_MAC_BYTES = 16,
    HSM_RECORD_KEYS = 3,          /* MAC in, MAC out, wrapping key */
    HSM_RECORD_KEYS_WRAPPED = 56, /* RFC 3394 of the three, in this order */
};

/* Whose keys. */
struct hsm_record_owner {
    char pan[18]; /* digits, not terminated */
    uint8_t domain[HSM_DOMAIN_BYTES];
    uint16_t epoch;
};

/* Derived keys, cached by handle: at most 256 session objects. They live as long as the session. */
struct hsm_children;
MV_MUST_USE mv_status hsm_children_new(struct hsm_children **children);
/* Destroys the session objects; the cache is empty then. */
void hsm_children_clear(struct hsm *hsm, struct hsm_children *children);
/* Empties the cache after the session was lost, and its objects with it. */
void hsm_children_forget(struct hsm_children *children);
/* The memory only; NULL is fine. */
void hsm_children_free(struct hsm_children *children);

/* AES-CMAC under the child of record-mac; `child` is one of the two MAC_. INVALID_FIELD: the PAN. */
MV_MUST_USE mv_status hsm_record_mac(struct hsm *hsm, struct hsm_children *children, struct hsm_handle master,
                                     enum hsm_record_child child, const struct hsm_record_owner *owner,
                                     const uint8_t *data, size_t size, uint8_t mac[HSM_RECORD_MAC_BYTES]);

/* A meter's new keys of these two masters, wrapped under its present wrapping key, which is derived of `enc` and never
 * leaves the token. `new_owner` differs in the epoch after a reset. The new keys are in secret memory for the length of
 * the call. */
MV_MUST_USE mv_status hsm_record_wrap_update(struct hsm *hsm, struct hsm_handle enc, struct hsm_handle new_mac,
                                             struct hsm_handle new_enc, const struct hsm_record_owner *owner,
                                             const struct hsm_record_owner *new_owner,
                                             uint8_t wrapped[HSM_RECORD_KEYS_WRAPPED]);

/* A new meter's keys, wrapped under the factory key `factory_label`, and their KCVs (AES-CMAC of a zero block) in the
 * same order. The versions must be ones that meters may get; dates do not matter. RECORD_KEY_UNKNOWN,
 * RECORD_KEY_NOT_ACTIVE, KEY_UNKNOWN (factory key). */
struct hsm_record_export {
    struct hsm_record_owner owner;
    uint8_t mac_version, enc_version;
};
MV_MUST_USE mv_status hsm_export_records(struct hsm *hsm, const struct hsm_catalogue *catalogue,
                                         const struct hsm_record_export *meter, const char *factory_label,
                                         uint8_t wrapped[HSM_RECORD_KEYS_WRAPPED],
                                         uint8_t kcvs[HSM_RECORD_KEYS][HSM_KCV_BYTES]);

#endif
