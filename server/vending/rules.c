#include "vending/rules.h"

#include "metervault/sts.h"

enum { KEY_TYPE_DUTK = 2 };

mv_status vend_rule_meter(const struct store_meter *meter)
{
    return meter->state == VEND_METER_ACTIVE ? mv_ok() : mv_fail(MV_METER_NOT_ACTIVE, NULL);
}

mv_status vend_rule_key_type(enum vend_order_kind kind, const struct store_key *key)
{
    bool fits = kind != VEND_ORDER_CREDIT || key->kt == KEY_TYPE_DUTK;
    return fits ? mv_ok() : mv_fail(MV_KEY_TYPE_NOT_ALLOWED, NULL);
}

static mv_status find_minutes(const struct store_key *key, int64_t now_unix_s, uint64_t *now, uint64_t *base)
{
    if (mv_sts_base_minutes(key->base_date, base) != MV_DONE)
        return mv_fail(MV_TID_OUT_OF_RANGE, "base date");
    if (mv_sts_minutes(now_unix_s, now) != MV_DONE || *now < *base)
        return mv_fail(MV_BEFORE_BASE_DATE, NULL);
    return mv_ok();
}

static mv_status take(const struct store_key *key, uint64_t minute, struct vend_tid *tid)
{
    if (mv_sts_tid(key->base_date, minute, &tid->raw) != MV_DONE)
        return mv_fail(MV_TID_OUT_OF_RANGE, NULL);
    if (mv_sts_key_expired(tid->raw, key->ken))
        return mv_fail(MV_KEY_EXPIRED, NULL);
    tid->absolute = minute;
    return mv_ok();
}

mv_status vend_rule_tid(const struct store_key *key, uint64_t last, int64_t now_unix_s, struct vend_tid *tid)
{
    uint64_t now = 0;
    uint64_t base = 0;
    MV_TRY(find_minutes(key, now_unix_s, &now, &base));
    uint64_t next = last < now ? now : last + 1;
    /* identifier 0 is never issued: the base date's own midnight goes on to the next minute */
    while (next == base || mv_sts_minute_reserved(next))
        next++;
    if (next > now + VEND_TID_AHEAD_MINUTES)
        return mv_fail(MV_TID_AHEAD, NULL);
    return take(key, next, tid);
}

mv_status vend_rule_special_tid(const struct store_key *key, uint64_t last, int64_t now_unix_s, struct vend_tid *tid)
{
    uint64_t now = 0;
    uint64_t base = 0;
    MV_TRY(find_minutes(key, now_unix_s, &now, &base));
    uint64_t special = now - now % MV_MINUTES_PER_DAY + 1;
    if (special <= last)
        special += MV_MINUTES_PER_DAY;
    if (special <= last || special > now + VEND_TID_AHEAD_MINUTES)
        return mv_fail(MV_SPECIAL_IDENTIFIER_TAKEN, NULL);
    return take(key, special, tid);
}

mv_status vend_rule_expiry(const struct store_key *key, int64_t now_unix_s)
{
    uint64_t now = 0;
    uint64_t base = 0;
    MV_TRY(find_minutes(key, now_unix_s, &now, &base));
    if (now - base > MV_TID_MAX)
        return mv_fail(MV_TID_OUT_OF_RANGE, NULL);
    return mv_sts_key_expired((uint32_t)(now - base), key->ken) ? mv_fail(MV_KEY_EXPIRED, NULL) : mv_ok();
}
