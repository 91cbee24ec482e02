/* Masters: keys of the token, AES unless said otherwise, from which the keys of meters and cards are derived. Each is
 * one version, 1..255, of a family, and its label says both: "record-mac/DDDDDD/V", "record-enc/DDDDDD/V" and
 * "card-area/DDDDDD/V" are of a record domain (three bytes in upper hex), "card-issuer/V", "card-office/V",
 * "card-meter/V" and "card-transport/V" of the whole system; so are "card-pboc-internal/V", "card-pboc-external/V" and
 * "card-pboc-mac/V", which are 3DES keys. The server shares this file, so that it asks for nothing that the key process
 * would refuse. */
#ifndef MV_HSM_MASTERS_H
#define MV_HSM_MASTERS_H

#include "hsm/states.h"

enum { HSM_DOMAIN_BYTES = 3 };

bool hsm_use_is_master(enum hsm_key_use use);
bool hsm_use_is_card(enum hsm_key_use use);
/* Of cards of profile 2: others issue such cards, so that these masters come from them or go to them in components. */
bool hsm_use_is_pboc(enum hsm_key_use use);
/* Whether its families are of a domain. */
bool hsm_use_has_domain(enum hsm_key_use use);
/* "card-issuer" and so on; NULL for what is no master. */
const char *hsm_master_name(enum hsm_key_use use);
/* `use` is a master's; `domain` is looked at where it has one. */
void hsm_master_label(enum hsm_key_use use, const uint8_t domain[HSM_DOMAIN_BYTES], uint8_t version,
                      char label[HSM_LABEL_SIZE]);
/* Another version of the same family, or the same one. */
bool hsm_master_same_family(const struct hsm_key_info *a, const struct hsm_key_info *b);

/* Whether the master may serve the purpose now: RECORD_KEY_NOT_ACTIVE or CARD_KEY_NOT_ACTIVE names state, active_from,
 * issued_until or "minimum version". `minimum` is its family's. A key below the minimum can still be left. */
MV_MUST_USE mv_status hsm_master_current(const struct hsm_key_info *key, uint32_t minimum, enum hsm_purpose purpose,
                                         int64_t now_unix_s);

#endif
