/* The meter's state as a record of MV_METER_RECORD_SIZE bytes: a body with a CRC-32, and a seal that is written after
 * the body was read back. A body without a seal was not finished; a seal without a whole body shows damage. */
#ifndef MV_CORE_RECORD_H
#define MV_CORE_RECORD_H

#include "metervault/meter.h"

/* The seal is aligned, for memories that write words of 8 bytes. */
enum { MV_RECORD_SEAL = 8, MV_RECORD_BODY = MV_METER_RECORD_SIZE - MV_RECORD_SEAL };

enum mv_record_kind {
    MV_RECORD_NONE,    /* never written, not finished, or half erased */
    MV_RECORD_OURS,    /* whole */
    MV_RECORD_FOREIGN, /* whole, of another form: another firmware's */
    MV_RECORD_DAMAGED, /* sealed, but not what was sealed */
};

/* Body and seal. */
void mv_record_encode(const struct mv_meter_state *state, uint8_t record[MV_METER_RECORD_SIZE]);
/* `sequence` means something unless NONE is returned. */
enum mv_record_kind mv_record_look(const uint8_t record[MV_METER_RECORD_SIZE], uint32_t *sequence);
/* Of a record that is OURS. */
void mv_record_decode(const uint8_t record[MV_METER_RECORD_SIZE], struct mv_meter_state *state);

#endif
