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
/* RANGE_ERROR unless the kind exists and has what it needs and nothing else: SINGLE rates 1, steps 0; STEP rates 0,
 * steps 1..; TIME_OF_USE rates 1.., steps 0..; steps rise from 0. */
MV_CORE_MUST_USE enum mv_result mv_tariff_check(const struct mv_tariff *tariff);
/* RANGE_ERROR unless every weekday and holiday names a day table in use, switchings begin at minute 0 and rise, rates
 * and dates exist, no date is there twice, and windows neither are empty nor end after midnight but by to < from. */
MV_CORE_MUST_USE enum mv_result mv_calendar_check(const struct mv_calendar *calendar);
/* RANGE_ERROR unless the bytes are exactly one set; what is not used is zero. */
MV_CORE_MUST_USE enum mv_result mv_tariff_read(const uint8_t *bytes, uint32_t size, struct mv_tariff *tariff);
MV_CORE_MUST_USE enum mv_result mv_calendar_read(const uint8_t *bytes, uint32_t size, struct mv_calendar *calendar);

#endif
