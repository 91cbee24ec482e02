#include "vending/lockout.h"

static int64_t pause_after(uint32_t wrong, uint32_t free)
{
    int64_t pause = VEND_LOCKOUT_FIRST_S;
    if (wrong <= free)
        return 0;
    for (uint32_t i = free + 1; i < wrong && pause < VEND_LOCKOUT_LONGEST_S; i++)
        pause *= 2;
    return pause < VEND_LOCKOUT_LONGEST_S ? pause : VEND_LOCKOUT_LONGEST_S;
}

mv_status vend_lockout_charge(const struct store_verify *before, uint32_t free, uint32_t keys, int64_t now_unix_s,
                              struct store_verify *after)
{
    if (now_unix_s < before->locked_until_unix_s)
        return mv_fail_code(MV_VERIFY_LOCKED, "retry_after_s",
                            (unsigned long)(before->locked_until_unix_s - now_unix_s));
    bool forgotten = now_unix_s - before->locked_until_unix_s >= VEND_LOCKOUT_MEMORY_S;
    uint32_t wrong = forgotten ? 0 : before->wrong;
    after->wrong = wrong < UINT32_MAX - keys ? wrong + keys : UINT32_MAX;
    after->locked_until_unix_s = now_unix_s + pause_after(after->wrong, free);
    return mv_ok();
}
