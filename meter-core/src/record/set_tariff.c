/* A tariff as the bytes of a set. */
#include <string.h>

#include "metervault/record_sets.h"
#include "set.h"

enum mv_result mv_tariff_write(const struct mv_tariff *tariff, uint8_t bytes[MV_SET_MAX], uint32_t *size)
{
    if (tariff->rates > MV_RATES || tariff->steps > MV_STEPS)
        return MV_RANGE_ERROR;
    uint8_t *at = mv_set_put(bytes, tariff->valid_from, 4);
    at = mv_set_put(at, tariff->kind, 1);
    at = mv_set_put(at, tariff->fixed_per_day, 4);
    at = mv_set_put(at, tariff->rates, 1);
    for (unsigned i = 0; i < tariff->rates; i++)
        at = mv_set_put(at, tariff->price[i], 4);
    at = mv_set_put(at, tariff->steps, 1);
    for (unsigned i = 0; i < tariff->steps; i++) {
        at = mv_set_put(at, tariff->step_from[i], 4);
        at = mv_set_put(at, tariff->step_price[i], 4);
    }
    *size = (uint32_t)(at - bytes);
    return MV_DONE;
}

enum mv_result mv_tariff_read(const uint8_t *bytes, uint32_t size, struct mv_tariff *tariff)
{
    struct mv_set_reader from = {.at = bytes, .left = size};
    memset(tariff, 0, sizeof *tariff);
    tariff->valid_from = mv_set_get(&from, 4);
    tariff->kind = (uint8_t)mv_set_get(&from, 1);
    tariff->fixed_per_day = mv_set_get(&from, 4);
    tariff->rates = mv_set_get_count(&from, MV_RATES);
    for (unsigned i = 0; i < tariff->rates; i++)
        tariff->price[i] = mv_set_get(&from, 4);
    tariff->steps = mv_set_get_count(&from, MV_STEPS);
    for (unsigned i = 0; i < tariff->steps; i++) {
        tariff->step_from[i] = mv_set_get(&from, 4);
        tariff->step_price[i] = mv_set_get(&from, 4);
    }
    return mv_set_whole(&from) ? MV_DONE : MV_RANGE_ERROR;
}
