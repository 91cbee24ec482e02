#include "vending/exact.h"

bool vend_divide(vend_wide value, vend_wide divisor, struct vend_round round, int64_t *amount)
{
    const vend_wide step = divisor * (uint64_t)round.to;
    vend_wide count = value / step;
    const vend_wide rest = value % step;
    bool up = rest != 0;
    if (round.rule == VEND_ROUND_DOWN)
        up = false;
    else if (round.rule == VEND_ROUND_HALF_EVEN)
        up = rest > step - rest || (rest == step - rest && count % 2 == 1);
    count += up;
    if (count > (vend_wide)(VEND_MONEY_MOST / round.to))
        return false;
    *amount = (int64_t)count * round.to;
    return true;
}

bool vend_percent(int64_t amount, int64_t percent_e4, struct vend_round round, int64_t *part)
{
    return vend_divide((vend_wide)amount * (vend_wide)percent_e4, VEND_PERCENT_E4, round, part);
}
