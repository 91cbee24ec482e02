/* The families of record keys: "record-mac/DDDDDD/V" and "record-enc/DDDDDD/V", DDDDDD the domain's three bytes in
 * upper hex, V the version 1..255 in decimal. Every version is a master of its own; meters hold keys that are derived
 * from one. The server shares this file, so that it asks for nothing that the key process would refuse. */
#ifndef MV_HSM_RECORD_SCOPE_H
#define MV_HSM_RECORD_SCOPE_H

#include "hsm/states.h"

enum { HSM_DOMAIN_BYTES = 3 };

/* Whether keys of this use have a domain and a version. */
bool hsm_use_is_record(enum hsm_key_use use);
/* `use` is one of the two. */
void hsm_record_label(enum hsm_key_use use, const uint8_t domain[HSM_DOMAIN_BYTES], uint8_t version,
                      char label[HSM_LABEL_SIZE]);
/* Another version of the same use and domain, or the same one. */
bool hsm_record_same_family(const struct hsm_key_info *a, const struct hsm_key_info *b);

/* Whether the master may serve the purpose now: RECORD_KEY_NOT_ACTIVE names state, active_from, issued_until or
 * "minimum version". `minimum` is its family's. A key below the minimum can still be left. */
MV_MUST_USE mv_status hsm_record_current(const struct hsm_key_info *key, uint32_t minimum, enum hsm_purpose purpose,
                                         int64_t now_unix_s);

#endif
