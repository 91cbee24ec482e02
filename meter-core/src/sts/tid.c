#include "metervault/sts.h"

/* Whole minutes from 1970-01-01T00:00Z to 1993-01-01T00:00Z. */
#define MINUTES_TO_1993 INT64_C(12097440)

enum { DAYS_1993_TO_2014 = 7670, DAYS_1993_TO_2035 = 15340, RESERVED_MINUTE = 1 };

enum mv_result mv_sts_minutes(int64_t unix_s, uint64_t *minutes)
{
    if (unix_s < MINUTES_TO_1993 * 60)
        return MV_RANGE_ERROR;
    *minutes = (uint64_t)(unix_s / 60 - MINUTES_TO_1993);
    return MV_DONE;
}

enum mv_result mv_sts_base_minutes(uint16_t base_date, uint64_t *minutes)
{
    switch (base_date) {
    case 1993:
        *minutes = 0;
        return MV_DONE;
    case 2014:
        *minutes = (uint64_t)DAYS_1993_TO_2014 * MV_MINUTES_PER_DAY;
        return MV_DONE;
    case 2035:
        *minutes = (uint64_t)DAYS_1993_TO_2035 * MV_MINUTES_PER_DAY;
        return MV_DONE;
    default:
        return MV_RANGE_ERROR;
    }
}

enum mv_result mv_sts_tid(uint16_t base_date, uint64_t minutes, uint32_t *tid)
{
    uint64_t base = 0;
    enum mv_result result = mv_sts_base_minutes(base_date, &base);
    if (result != MV_DONE)
        return result;
    if (minutes <= base || minutes - base > MV_TID_MAX)
        return MV_RANGE_ERROR;
    *tid = (uint32_t)(minutes - base);
    return MV_DONE;
}

bool mv_sts_minute_reserved(uint64_t minutes)
{
    return minutes % MV_MINUTES_PER_DAY == RESERVED_MINUTE;
}

bool mv_sts_key_expired(uint32_t tid, uint8_t ken)
{
    return tid >> 16 > ken;
}
