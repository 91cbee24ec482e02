/* The bytes of a set that comes in parts (docs/records.md, kind 2), the same for who writes and for the meter. */
#ifndef METERVAULT_RECORD_SETS_H
#define METERVAULT_RECORD_SETS_H

#include "metervault/prepay.h"
#include "metervault/record.h"

enum { MV_SET_MAX = MV_PARTS_MAX * MV_SET_BYTES_MAX };

/* `size` <= MV_SET_MAX. RANGE_ERROR for counts above those of the struct; whether it is a good tariff or calendar is
 * not looked at. set_id is no part of the bytes. */
MV_CORE_MUST_USE enum mv_result mv_tariff_write(const struct mv_tariff *tariff, uint8_t bytes[MV_SET_MAX],
                                                uint32_t *size);
MV_CORE_MUST_USE enum mv_result mv_calendar_write(const struct mv_calendar *calendar, uint8_t bytes[MV_SET_MAX],
                                                  uint32_t *size);
/* RANGE_ERROR unless the bytes are exactly one set; what is not used is zero. */
MV_CORE_MUST_USE enum mv_result mv_tariff_read(const uint8_t *bytes, uint32_t size, struct mv_tariff *tariff);
MV_CORE_MUST_USE enum mv_result mv_calendar_read(const uint8_t *bytes, uint32_t size, struct mv_calendar *calendar);

#endif
