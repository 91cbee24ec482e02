/* How keys grow old: families of versions, of which the newest signs and those above a minimum verify; and the end of a
 * key, after which only its line in the catalogue is left. */
#ifndef MV_HSM_LIFE_H
#define MV_HSM_LIFE_H

#include "hsm/hsm.h"

/* Versions of one key: masters of one family (masters.h), the audit-sign keys. Other keys have no family. */
bool hsm_same_family(const struct hsm_key_info *a, const struct hsm_key_info *b);
/* The highest version of the family of `key`; the key itself when it has none. */
const struct hsm_key_info *hsm_family_newest(const struct hsm_catalogue *catalogue, const struct hsm_key_info *key);
/* The lowest version that the family still takes; 0: all. It never falls: the highest that any of its entries says. */
uint32_t hsm_family_minimum(const struct hsm_catalogue *catalogue, const struct hsm_key_info *key);

/* The master of this family (masters.h) and version. RECORD_KEY_UNKNOWN, CARD_KEY_UNKNOWN. */
MV_MUST_USE mv_status hsm_master_find(const struct hsm_catalogue *catalogue, enum hsm_key_use use,
                                      const uint8_t domain[3], uint8_t version, const struct hsm_key_entry **master);
/* The same, if it may serve the purpose now: RECORD_KEY_NOT_ACTIVE, CARD_KEY_NOT_ACTIVE. */
MV_MUST_USE mv_status hsm_master_serving(const struct hsm_catalogue *catalogue, enum hsm_key_use use,
                                         const uint8_t domain[3], uint8_t version, enum hsm_purpose purpose,
                                         int64_t now_unix_s, const struct hsm_key_entry **master);
/* The object of one that new meters may get. They may be made before its time and sold later, so only the state counts.
 */
MV_MUST_USE mv_status hsm_master_for_meters(struct hsm *hsm, const struct hsm_catalogue *catalogue,
                                            enum hsm_key_use use, const uint8_t domain[3], uint8_t version,
                                            struct hsm_handle *master);

/* Raises the minimum of the family of the key `label`. KEY_UNKNOWN; INVALID_FIELD when it has no family, when this
 * would lower the minimum, or when no version from there on is active now. `amended` is the newest version's entry. */
MV_MUST_USE mv_status hsm_minimum_raise(struct hsm *hsm, const char *label, uint32_t minimum,
                                        struct hsm_key_info *amended);

/* Destroys a key's object; its line stays, in the state DESTROYED. The line is written first: a destruction that was
 * cut short is taken up by the next. KEY_UNKNOWN; INVALID_FIELD for the keys that hold the token together, or for one
 * that another key names as its successor; METERS_MAY_NEED_KEY unless `no_meter_needs_it` says that no meter is under
 * it any more, where meters can have come to it. */
MV_MUST_USE mv_status hsm_key_destroy(struct hsm *hsm, const char *label, bool no_meter_needs_it,
                                      struct hsm_key_info *destroyed);
/* Whether officers may end its life: vending, factory and audit-sign keys, and masters. */
bool hsm_key_is_mortal(const struct hsm_key_info *key);

#endif
