/* What the entries of the proof have in common: memory that holds anything, and a board that does anything its contract
 * allows (meter.h, prepay.h). */
#ifndef MV_PROOF_ARBITRARY_H
#define MV_PROOF_ARBITRARY_H

#include <__fc_builtin.h>

#include "metervault/prepay.h"
#include "metervault/prepay_record.h"

#define ARBITRARY(object) Frama_C_make_unknown((char *)&(object), sizeof(object))

bool arbitrary_bool(void);
uint8_t arbitrary_u8(uint8_t least, uint8_t most);
uint32_t arbitrary_u32(void);
uint64_t arbitrary_u64(void);
int64_t arbitrary_i64(int64_t least, int64_t most);

struct mv_meter_port arbitrary_board(void);
struct mv_prepay_port arbitrary_house(void);

/* What a journal brings back that the decoders let through: of the token engine, and of the payment meter. */
void arbitrary_state(struct mv_meter_state *state);
void arbitrary_kept(struct mv_prepay *p);

#endif
