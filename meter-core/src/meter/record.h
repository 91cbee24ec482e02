/* The meter's state as a record of MV_METER_RECORD_SIZE bytes, sealed by a CRC-32. */
#ifndef MV_CORE_RECORD_H
#define MV_CORE_RECORD_H

#include "metervault/meter.h"

void mv_record_encode(const struct mv_meter_state *state, uint8_t record[MV_METER_RECORD_SIZE]);
/* False when the bytes are no whole record; `state` is then unspecified. */
bool mv_record_decode(const uint8_t record[MV_METER_RECORD_SIZE], struct mv_meter_state *state);

#endif
