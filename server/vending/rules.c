#include "vending/rules.h"

#include "metervault/sts.h"

enum { KEY_TYPE_DUTK = 2 };

enum vend_unit vend_unit_of(enum vend_utility utility)
{
    switch (utility) {
    case VEND_ELECTRICITY:
        return VEND_UNIT_WH;
    case VEND_TIME:
        return VEND_UNIT_SECOND;
    default:
        return VEND_UNIT_LITRE;
    }
}

int64_t vend_token_unit(enum vend_utility utility)
{
    return utility == VEND_TIME ? 6 : 100;
}

mv_status vend_rule_amount(enum vend_utility utility, const struct vend_quantity *quantity, struct vend_amount *amount)
{
    if (quantity->unit != vend_unit_of(utility))
        return mv_fail(MV_WRONG_UTILITY, "quantity");
    int64_t unit = vend_token_unit(utility);
    if (quantity->amount < unit)
        return mv_fail(MV_AMOUNT_TOO_SMALL, "quantity");
    int64_t units = quantity->amount / unit + (quantity->amount % unit != 0);
    if (units > MV_AMOUNT_MAX_UNITS || mv_sts_amount_encode((uint32_t)units, &amount->field) != MV_DONE)
        return mv_fail(MV_AMOUNT_TOO_LARGE, "quantity");
    amount->subclass = (uint8_t)(utility - VEND_ELECTRICITY);
    amount->encoded = (int64_t)mv_sts_amount_decode(amount->field) * unit;
    return mv_ok();
}

mv_status vend_rule_meter(const struct store_meter *meter)
{
    if (meter->state != VEND_METER_ACTIVE)
        return mv_fail(MV_METER_NOT_ACTIVE, NULL);
    if (meter->kt != KEY_TYPE_DUTK)
        return mv_fail(MV_KEY_TYPE_NOT_ALLOWED, NULL);
    return mv_ok();
}

mv_status vend_rule_tid(const struct store_meter *meter, uint64_t last, int64_t now_unix_s, struct vend_tid *tid)
{
    uint64_t now = 0;
    uint64_t base = 0;
    if (mv_sts_base_minutes(meter->base_date, &base) != MV_DONE)
        return mv_fail(MV_TID_OUT_OF_RANGE, "base date");
    if (mv_sts_minutes(now_unix_s, &now) != MV_DONE || now < base)
        return mv_fail(MV_BEFORE_BASE_DATE, NULL);
    uint64_t next = last < now ? now : last + 1;
    /* identifier 0 is never issued: the base date's own midnight goes on to the next minute */
    while (next == base || mv_sts_minute_reserved(next))
        next++;
    if (next > now + VEND_TID_AHEAD_MINUTES)
        return mv_fail(MV_TID_AHEAD, NULL);
    if (mv_sts_tid(meter->base_date, next, &tid->raw) != MV_DONE)
        return mv_fail(MV_TID_OUT_OF_RANGE, NULL);
    if (mv_sts_key_expired(tid->raw, meter->ken))
        return mv_fail(MV_KEY_EXPIRED, NULL);
    tid->absolute = next;
    return mv_ok();
}
