#include "metervault/sts.h"

enum { MANTISSA_RANGE = 1 << 14, EXPONENT_MAX = 31 };

/* (value - 16384) / 10, the remainder rounded up or down; value is at least 16384. */
static struct mv_u128 step_down(struct mv_u128 value, bool round_up)
{
    if (value.low < MANTISSA_RANGE)
        value.high--;
    value.low -= MANTISSA_RANGE;
    uint64_t rest = value.high % 10;
    uint64_t middle = rest << 32 | value.low >> 32;
    uint64_t last = middle % 10 << 32 | (value.low & UINT32_MAX);
    struct mv_u128 out = {value.high / 10, (middle / 10) << 32 | last / 10};
    if (round_up && last % 10 != 0 && ++out.low == 0)
        out.high++;
    return out;
}

/* value * 10 + 16384; the largest result, 10^31 * 16383 and its offset, needs 117 bits. */
static struct mv_u128 step_up(struct mv_u128 value)
{
    uint64_t right = (value.low & UINT32_MAX) * 10 + MANTISSA_RANGE;
    uint64_t left = (value.low >> 32) * 10 + (right >> 32);
    return (struct mv_u128){value.high * 10 + (left >> 32), left << 32 | (right & UINT32_MAX)};
}

/* Toward plus infinity: a credit is rounded up, a debit down. */
enum mv_result mv_sts_currency_encode(bool negative, struct mv_u128 magnitude, struct mv_sts_currency *amount)
{
    unsigned exponent = 0;
    while (magnitude.high > 0 || magnitude.low >= MANTISSA_RANGE) {
        if (exponent == EXPONENT_MAX)
            return MV_RANGE_ERROR;
        magnitude = step_down(magnitude, !negative);
        exponent++;
    }
    bool zero = exponent == 0 && magnitude.low == 0;
    *amount = (struct mv_sts_currency){
        .negative = negative && !zero, .exponent = (uint8_t)exponent, .mantissa = (uint16_t)magnitude.low};
    return MV_DONE;
}

struct mv_u128 mv_sts_currency_magnitude(struct mv_sts_currency amount)
{
    struct mv_u128 value = {0, amount.mantissa & (MANTISSA_RANGE - 1U)};
    for (unsigned exponent = amount.exponent & EXPONENT_MAX; exponent > 0; exponent--)
        value = step_up(value);
    return value;
}
