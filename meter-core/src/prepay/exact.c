/* Functions, not inline: the smallest cores take dozens of bytes for each of these. */
#include "exact.h"

/* In 32 bits when that is enough: the smallest cores divide by a function, and the one for 64 bits takes several times
 * as long. */
uint64_t mv_divide(uint64_t number, uint32_t divisor, uint32_t *rest)
{
    if (number < divisor) {
        *rest = (uint32_t)number;
        return 0;
    }
    if (number <= UINT32_MAX) {
        uint32_t quotient = (uint32_t)number / divisor;
        *rest = (uint32_t)number - quotient * divisor;
        return quotient;
    }
    uint64_t quotient = number / divisor;
    *rest = (uint32_t)(number - quotient * divisor);
    return quotient;
}

uint64_t mv_add_u64(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

int64_t mv_add_i64(int64_t a, int64_t more)
{
    return a > INT64_MAX - more ? INT64_MAX : a + more;
}

int64_t mv_subtract_i64(int64_t a, int64_t less)
{
    return less < 0 && a > INT64_MAX + less ? INT64_MAX : a - less;
}

int64_t mv_multiply_i64(uint64_t a, uint64_t b)
{
    if (a <= UINT32_MAX && b < UINT32_C(1) << 31)
        return (int64_t)(a * b);
    return a != 0 && b > (uint64_t)INT64_MAX / a ? INT64_MAX : (int64_t)(a * b);
}

int64_t mv_lower_i64(int64_t a, int64_t b)
{
    return a < b ? a : b;
}
