#include "metervault/sts.h"

enum { MANTISSA_BITS = 14, MANTISSA_RANGE = 1 << MANTISSA_BITS };

/* One exponent more means: 16384 values lie below already, and steps are ten times as wide. Rounding up at each step
 * gives the same as rounding the whole quotient up. The largest amount takes exponent 3. */
enum mv_result mv_sts_amount_encode(uint32_t units, uint16_t *field)
{
    if (units > MV_AMOUNT_MAX_UNITS)
        return MV_RANGE_ERROR;
    unsigned exponent = 0;
    while (units >= MANTISSA_RANGE) {
        units = (units - MANTISSA_RANGE + 9) / 10;
        exponent++;
    }
    *field = (uint16_t)(exponent << MANTISSA_BITS | units);
    return MV_DONE;
}

uint32_t mv_sts_amount_decode(uint16_t field)
{
    uint32_t units = field & (MANTISSA_RANGE - 1);
    for (unsigned exponent = field >> MANTISSA_BITS; exponent > 0; exponent--)
        units = units * 10 + MANTISSA_RANGE;
    return units;
}
