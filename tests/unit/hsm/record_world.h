/* A token with record keys in every state, and records of one meter. */
#ifndef MV_TESTS_RECORD_WORLD_H
#define MV_TESTS_RECORD_WORLD_H

#include "../../support/token.h"
#include "hsm/record_key.h"
#include "hsmd/client.h"

/* Versions of the masters of domain A1B2C3: one for each state, and one below their family's minimum. Domain 000001 has
 * version 1 only. */
enum { BELOW = 1, ACTIVE, REPLACED, EXPIRED, COMPROMISED, NOT_YET, DESTROYED, NEWEST };
extern const uint8_t DOMAIN[3];
extern const uint8_t OTHER_DOMAIN[3];
extern const char METER[19];

void record_world_import(struct hsm *hsm);
/* Of one use alone. */
void record_world_family(struct hsm *hsm, enum hsm_key_use use);
mv_status record_world_master(struct hsm *hsm, enum hsm_key_use use, const uint8_t domain[3], uint8_t version);
/* The value of a master. */
void record_world_value(enum hsm_key_use use, const uint8_t domain[3], uint8_t version, uint8_t value[16]);

/* A record without its MAC: a body of this kind, which the codec takes. */
struct hsmd_record record_of(uint8_t kind, uint8_t version);
/* What a meter of METER, this epoch and this version computes of it, for records to and from it. */
void record_mac(const struct hsmd_record *record, uint8_t version, uint16_t epoch, uint8_t mac[16]);
/* A whole return. */
struct hsmd_record record_return(uint8_t version);

enum { RECORD_EPOCH = 7 };

#endif
